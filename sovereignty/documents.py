"""Reads YAML that people write: plain data only, and every fault of the file as an error that says where it stands."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from sovereignty.errors import InputError, Problem

MAX_BYTES = 256 * 1024
"""A zone or stack file is a page or two; whatever is far larger is another file, given by mistake."""
MAX_DEPTH = 24
"""Deeper than any file of ours, and shallow enough for every recursive reader."""


def shown_path(path: Path) -> str:
    """The path as a person would type it: relative where it lies below the current folder."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def read_yaml(path: Path) -> object:
    """The content of a YAML file as plain data; InputError for anything that keeps it from being read."""
    where = shown_path(path)
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InputError(Problem(where, "There is no such file.")) from None
    except IsADirectoryError:
        raise InputError(Problem(where, "This is a folder.", "Name a YAML file in it.")) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is not one of a file"
        raise InputError(Problem(where, f"The file can't be read: {reason}.")) from None
    if len(raw) > MAX_BYTES:
        raise InputError(
            Problem(where, f"The file is larger than {MAX_BYTES // 1024} KiB.", "Check that it is the file you mean.")
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError(Problem(where, f"Line {line} is not UTF-8 text.", "Save the file as UTF-8.")) from None
    return parse_yaml(text, where)


def parse_yaml(text: str, where: str) -> object:
    """The one document in `text` as dictionaries, lists, text, numbers, booleans and None; dates stay text."""
    try:
        _refuse_more_than_plain_data(text, where)
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 (made from SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        found = " ".join(part for part in (error.context, error.problem) if part)
        raise InputError(Problem(where, f"Not YAML: {place}{found}.")) from None
    except yaml.reader.ReaderError as error:
        raise InputError(
            Problem(where, f"Not YAML: character {error.position + 1} is a control character.", "Take it out.")
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        raise InputError(Problem(where, f"Not YAML that can be read: {_first_line(error)}.")) from None


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


def _refuse_more_than_plain_data(text: str, where: str) -> None:
    """Stops at what could mean something else than it seems, or more than it weighs (an alias can multiply a file)."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=_BASE):
        place = f"{where}: line {event.start_mark.line + 1}"
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise InputError(Problem(place, "Anchors and aliases are not read here.", "Write the value itself."))
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise InputError(Problem(place, "A second document begins.", "Keep one document in one file."))
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise InputError(Problem(place, f"Nested deeper than {MAX_DEPTH} levels."))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        tag = getattr(event, "tag", None)
        # a lone `!` marks quoted text; every other tag that is written out asks for a type of its own
        if tag and tag != "!":
            raise InputError(Problem(place, f"The tag {tag[:60]!r} is not read here.", "Write plain values."))


_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_BASE):
    """YAML as people read it: a date stays text, and a key stands once in its mapping."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (PyYAML's own attribute)
        first: [(tag, pattern) for tag, pattern in pairs if not tag.endswith((":timestamp", ":merge", ":value"))]
        for first, pairs in _BASE.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: dict[Hashable, int] = {}
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.constructor.ConstructorError(None, None, "a key is not plain text", key_node.start_mark)
            line = key_node.start_mark.line + 1
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {str(key)[:60]!r} stands already in line {seen[key]}", key_node.start_mark
                )
            seen[key] = line
        return super().construct_mapping(node, deep)
