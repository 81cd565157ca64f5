"""Compiled documents as a folder: each file as it is attached, and a manifest; written whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any

from sovereignty.compile.document import Document
from sovereignty.compile.exchange import exchange
from sovereignty.documents import shown_path
from sovereignty.errors import InputError, Problem

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None

MANIFEST = "manifest.json"
SCHEMA = 1
_MAX_MANIFEST = 16 * 1024 * 1024
"""A zone's manifest has some hundred files at most; what is far larger is no manifest."""
_MARK = 8
"""Bytes by which a run's unfinished folder is told from others."""
_ELSEWHERE = "Name a folder that is new, empty, or was written by `sovereignty compile`."


def manifest(zone: str, documents: Iterable[Document]) -> dict[str, Any]:
    """What the folder holds. `bytes` are those of the file, `limit` is in the unit in which the platform counts."""
    return {
        "schema": SCHEMA,
        "zone": zone,
        "files": [
            {
                "path": document.path,
                "target": document.target,
                "bytes": len(document.text.encode()),
                "limit": document.limit,
                "controls": list(document.controls),
                "sha256": hashlib.sha256(document.text.encode()).hexdigest(),
            }
            for document in sorted(documents, key=lambda document: document.path)
        ],
    }


def read_manifest(folder: Path) -> Mapping[str, Any] | None:
    """The manifest of a folder that `write` made; None for any other folder. InputError where it can't be read."""
    path = folder / MANIFEST
    try:
        if not path.is_file() or path.stat().st_size > _MAX_MANIFEST:
            return None
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(Problem(shown_path(path), f"The file can't be read: {error.strerror}.")) from None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, Mapping) or found.get("schema") != SCHEMA or not isinstance(found.get("zone"), str):
        return None
    files = found.get("files")
    if not isinstance(files, list) or not all(isinstance(row, Mapping) and _inside(row.get("path")) for row in files):
        return None
    return found


def _inside(path: object) -> bool:
    return isinstance(path, str) and bool(path) and not path.startswith("/") and ".." not in path.split("/")


def write(zone: str, documents: Iterable[Document], out: Path) -> None:
    """Puts the documents and their manifest in the folder `out`, in place of what an earlier run wrote there.

    The same documents give the same bytes. InputError where the folder holds what is not ours, or can't be written;
    then it is as it was before. A run that is killed leaves the old folder or the new one; what it left beside is taken
    away by the next run.
    """
    listed = sorted(documents, key=lambda document: document.path)
    where = shown_path(out)
    folder = Path(os.path.realpath(out))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone(folder.parent) as alone:
            if alone:
                _tidy(folder)
            _refuse_strangers(folder, where)
            _swap_in(folder, zone, listed)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        right = "It is a mount point: name a folder inside it." if error.errno == errno.EBUSY else _ELSEWHERE
        raise InputError(Problem(where, f"The folder can't be written: {reason}.", right)) from None
    except ValueError:  # a path that holds what no path may
        raise InputError(Problem(where, "This is not the name of a folder.", _ELSEWHERE)) from None


@contextmanager
def _alone(parent: Path) -> Iterator[bool]:
    """Whether no other run of ours writes in the same place: waits for it where the system has such locks."""
    if fcntl is None:
        yield False
        return
    descriptor = os.open(parent, os.O_RDONLY)
    try:
        alone = True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError:  # a file system without locks
            alone = False
        yield alone
    finally:
        os.close(descriptor)


def _tidy(folder: Path) -> None:
    """Takes away what a killed run left beside the folder, or puts it back where it was all there was."""
    left = re.compile(rf"\.{re.escape(folder.name)}\.[0-9a-f]{{{2 * _MARK}}}\.(new|old)")
    for path in sorted(folder.parent.iterdir()):
        found = left.fullmatch(path.name)
        if not found or path.is_symlink() or not path.is_dir():
            continue
        with suppress(OSError):
            path.rmdir()  # it was killed before it wrote anything, or when all was taken away
            continue
        manifest = read_manifest(path)
        if manifest is None or any(True for _ in _strangers(path, manifest, torn=True)):
            continue
        if found[1] == "old" and not os.path.lexists(folder):
            path.rename(folder)
        else:
            _remove(path)


def _refuse_strangers(folder: Path, where: str) -> None:
    """What was there before is replaced as a whole, so nothing may be in it that we didn't write."""
    if not os.path.lexists(folder):
        return
    if folder.is_symlink():
        raise InputError(Problem(where, "This is a link that leads nowhere.", _ELSEWHERE))
    if not folder.is_dir():
        raise InputError(Problem(where, "This is a file, not a folder.", _ELSEWHERE))
    for what in _strangers(folder, read_manifest(folder)):
        raise InputError(Problem(where, f"The folder holds {what}", _ELSEWHERE))


def _strangers(folder: Path, manifest: Mapping[str, Any] | None, *, torn: bool = False) -> Iterator[str]:
    """What a folder holds that the manifest of an earlier run doesn't tell. `torn`: files may be unfinished."""
    digests = {row["path"]: row.get("sha256") for row in manifest["files"]} if manifest else {}
    folders = {parent.as_posix() for path in digests for parent in PurePosixPath(path).parents}
    for parent, below, names in os.walk(folder, onerror=_raise):
        for name in (*below, *names):
            path = Path(parent) / name
            shown = path.relative_to(folder).as_posix()
            # a link is never ours, whatever it leads to
            if not path.is_symlink():
                if (shown in folders and path.is_dir()) or (manifest and shown == MANIFEST):
                    continue
                if shown in digests and path.is_file():
                    if not torn and hashlib.sha256(path.read_bytes()).hexdigest() != digests[shown]:
                        yield f"{shown!r}, which is not as an earlier run wrote it."
                    continue
            yield f"{shown!r}, which is not of an earlier run."


def _raise(error: OSError) -> None:
    raise error


def _swap_in(folder: Path, zone: str, documents: list[Document]) -> None:
    # beside it, since a rename has to stay within one file system
    mark = f".{folder.name}.{secrets.token_hex(_MARK)}"
    new, old = folder.with_name(f"{mark}.new"), folder.with_name(f"{mark}.old")
    try:
        # the manifest first, and last to go: by it the next run knows what a killed one has left
        _write(new / MANIFEST, json.dumps(manifest(zone, documents), indent=2) + "\n")
        for document in documents:
            _write(new / document.path, document.text)
        if not folder.exists():
            new.rename(folder)
        else:
            new.chmod(stat.S_IMODE(folder.stat().st_mode))
            if not exchange(new, folder):
                folder.rename(old)
                try:
                    new.rename(folder)
                except OSError:
                    old.rename(folder)
                    raise
        _sync(folder.parent)
    finally:
        for left in (new, old):
            _remove(left)


def _remove(folder: Path) -> None:
    """Takes away a folder of ours, its manifest last; what can't be taken away stays."""
    with suppress(OSError):
        folder.chmod(stat.S_IRWXU)
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != MANIFEST:
                path.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    if os.name != "posix":
        return  # only there can a folder be opened and synced
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
