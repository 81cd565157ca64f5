"""Compiled documents as a folder: each file as it is attached, and a manifest; written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sovereignty.compile.document import Document
from sovereignty.documents import shown_path
from sovereignty.errors import InputError, Problem

MANIFEST = "manifest.json"
SCHEMA = 1
_MAX_MANIFEST = 16 * 1024 * 1024
"""A zone's manifest has some hundred files at most; what is far larger is no manifest."""
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
    then it is as it was before.
    """
    listed = sorted(documents, key=lambda document: document.path)
    where = shown_path(out)
    folder = Path(os.path.realpath(out))
    try:
        _refuse_strangers(folder, where)
        folder.parent.mkdir(parents=True, exist_ok=True)
        _swap_in(folder, zone, listed)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(Problem(where, f"The folder can't be written: {reason}.", _ELSEWHERE)) from None
    except ValueError:  # a path that holds what no path may
        raise InputError(Problem(where, "This is not the name of a folder.", _ELSEWHERE)) from None


def _refuse_strangers(folder: Path, where: str) -> None:
    """What was there before is replaced as a whole, so nothing may be in it that we didn't write."""
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise InputError(Problem(where, "This is a file, not a folder.", _ELSEWHERE))
    ours: set[str] | None = None
    for parent, _, names in os.walk(folder, onerror=_raise):
        for name in names:
            if ours is None:
                found = read_manifest(folder)
                ours = {MANIFEST, *(row["path"] for row in found["files"])} if found else set()
            path = (Path(parent) / name).relative_to(folder).as_posix()
            if path not in ours:
                what = f"The folder holds {path!r}, which is not of an earlier run."
                raise InputError(Problem(where, what, _ELSEWHERE))


def _raise(error: OSError) -> None:
    raise error


def _swap_in(folder: Path, zone: str, documents: list[Document]) -> None:
    # beside it, since a rename has to stay within one file system
    mark = f".{folder.name}.{secrets.token_hex(8)}"
    new, old = folder.with_name(f"{mark}.new"), folder.with_name(f"{mark}.old")
    try:
        for document in documents:
            _write(new / document.path, document.text)
        new.mkdir(exist_ok=True)
        _write(new / MANIFEST, json.dumps(manifest(zone, documents), indent=2) + "\n")
        if folder.exists():
            folder.rename(old)
            try:
                new.rename(folder)
            except OSError:
                old.rename(folder)
                raise
        else:
            new.rename(folder)
        _sync(folder.parent)
    finally:
        for left in (new, old):
            shutil.rmtree(left, ignore_errors=True)


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
