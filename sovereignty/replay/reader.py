"""Reads CloudTrail files of any size, a record at a time: `{"Records": [...]}`, JSON lines, a list; gzipped or not.

Source: CloudTrail User Guide, "CloudTrail log file name format" and "CloudTrail record contents".
"""

from __future__ import annotations

import codecs
import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, cast

from sovereignty.documents import shown_path
from sovereignty.errors import InputError, Problem

CHUNK = 256 * 1024
MAX_RECORD = 16 * 1024 * 1024
"""CloudTrail cuts an event off at 1 MB; what is far larger is no record, and isn't held in memory to find out."""
SUFFIXES = (".json", ".jsonl", ".ndjson", ".log")
DIGESTS = "CloudTrail-Digest"
"""The folder that holds the digests of a trail's files, which are no records."""
_GZIP = b"\x1f\x8b"
_AHEAD = 64
"""Enough to see whether a wrapper begins."""
_BETWEEN = " \t\r\n,"
_SPACE = re.compile(f"[{_BETWEEN}]*")
_WRAPPER = re.compile(r'\s*\{\s*"Records"\s*:\s*\[')
_RIGHT = 'Name files that CloudTrail delivered ({"Records": [...]}, also .json.gz), or JSON lines of records.'


def files(paths: Iterable[Path]) -> list[Path]:
    """The files that are named, and those of named folders, sorted, without digests; each once. InputError for none."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            below = sorted(each for each in path.rglob("*") if each.is_file() and _is_log(each.relative_to(path)))
            if not below:
                raise InputError(Problem(shown_path(path), "The folder holds no CloudTrail file.", _RIGHT))
            found += below
        else:
            found.append(path)
    return list({path.resolve(): path for path in reversed(found)}.values())[::-1]


def _is_log(path: Path) -> bool:
    return DIGESTS not in path.parts and path.name.removesuffix(".gz").endswith(SUFFIXES)


def records(path: Path) -> Iterator[Mapping[str, Any]]:
    """The records of one file, in its order. InputError, which names the file, where it is torn, corrupt or no JSON."""
    where = shown_path(path)
    try:
        with path.open("rb") as raw:
            head = raw.read(len(_GZIP))
            raw.seek(0)
            content = cast(IO[bytes], gzip.GzipFile(fileobj=raw) if head == _GZIP else raw)
            yield from _Records(content, where)
    except FileNotFoundError:
        raise InputError(Problem(where, "There is no such file.", _RIGHT)) from None
    except UnicodeDecodeError:
        raise InputError(Problem(where, "The file is not UTF-8 text.", _RIGHT)) from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        found = "The gzipped file is torn or corrupt."
        raise InputError(Problem(where, found, "Fetch it again, and leave no part out.")) from None
    except OSError as error:
        raise InputError(Problem(where, f"The file can't be read: {error.strerror}.", _RIGHT)) from None


class _Records:
    """Holds no more text than the record that is being read, and a chunk."""

    def __init__(self, content: IO[bytes], where: str):
        self._content = content
        self._where = where
        self._text = ""
        self._at = 0
        self._ended = False
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._values = json.JSONDecoder()
        self._number = 0

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        if not self._peek():
            raise InputError(Problem(self._where, "The file is empty.", _RIGHT))
        # several files may stand one after another, and lines of records are as many values
        while self._peek():
            if wrapper := _WRAPPER.match(self._text, self._at):
                self._at = wrapper.end()
                yield from self._listed()
                self._close()
            elif self._text[self._at] == "[":
                self._at += 1
                yield from self._listed()
            else:
                found = self._record()
                listed = found.get("Records")  # where the list isn't the wrapper's first key
                yield from map(self._checked, listed) if isinstance(listed, list) else (found,)

    def _listed(self) -> Iterator[Mapping[str, Any]]:
        while (character := self._peek()) != "]":
            if not character:
                raise self._torn()
            yield self._record()
        self._at += 1

    def _close(self) -> None:
        """Reads what follows the list of records in its wrapper."""
        while (character := self._peek()) != "}":
            if character != '"':
                raise self._torn()
            self._value()
            if self._peek() != ":":
                raise self._torn()
            self._at += 1
            self._peek()
            self._value()
        self._at += 1

    def _peek(self) -> str:
        """The next character that means something; empty at the end of the file."""
        while True:
            space = _SPACE.match(self._text, self._at)
            assert space  # noqa: S101 (it may match nothing)
            self._at = space.end()
            if len(self._text) - self._at < _AHEAD:
                self._more()
            if self._at < len(self._text):
                if self._text[self._at] not in _BETWEEN:
                    return self._text[self._at]
            elif self._ended:
                return ""

    def _record(self) -> Mapping[str, Any]:
        self._number += 1
        return self._checked(self._value())

    def _value(self) -> Any:
        while True:
            try:
                value, self._at = self._values.raw_decode(self._text, self._at)
            except RecursionError:
                raise self._corrupt() from None
            except ValueError:
                held = len(self._text) - self._at
                if held > MAX_RECORD:
                    raise self._corrupt() from None
                # twice as much each time: what doesn't end is found out in time that grows with its length only
                if not self._more(max(CHUNK, held)):
                    raise self._torn() from None
            else:
                return value

    def _checked(self, value: Any) -> Mapping[str, Any]:
        if isinstance(value, Mapping):
            return value
        raise self._corrupt()

    def _more(self, size: int = CHUNK) -> bool:
        """Reads on; False at the end of the file."""
        if self._ended:
            return False
        raw = self._content.read(size)
        self._ended = not raw
        self._text = self._text[self._at :] + self._decode(raw, final=self._ended)
        self._at = 0
        return bool(raw)

    def _torn(self) -> InputError:
        found = f"The file ends, or stops being JSON, in record {max(self._number, 1)}."
        return InputError(Problem(self._where, found, _RIGHT))

    def _corrupt(self) -> InputError:
        return InputError(Problem(self._where, f"Record {self._number} is no JSON object.", _RIGHT))
