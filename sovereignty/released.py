"""The released version of a zone's policies: the folder that `sovereignty compile` wrote at the version that binds.

It is committed (`released/<zone>/`), so that a new version can be tried in the sandbox OU while the zone's own OU keeps
what was released. What is read here is attached as it stands: each file has to be what the manifest says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast, get_args

from sovereignty.compile.document import Document, Target
from sovereignty.compile.output import MANIFEST, read_manifest
from sovereignty.documents import shown_path
from sovereignty.errors import InputError, Problem

FOLDER = "released"
"""Beside `zones/`."""


def documents(zone: str, released: Path, target: Target = "aws:ou") -> tuple[Document, ...]:
    """What the zone was released with for that target, by path; `released` holds a folder for each zone.

    InputError where the folder or a file in it is missing, is another zone's, or isn't what the manifest says.
    """
    folder = released / zone
    again = f"At the version that binds it run `sovereignty compile {zone} --out {shown_path(folder)}`, and commit it."
    manifest = _manifest(zone, folder, again)
    found = [_document(folder, row, again) for row in manifest["files"]]
    attached = tuple(sorted((each for each in found if each.target == target), key=lambda each: each.path))
    if not attached:
        raise InputError(Problem(shown_path(folder / MANIFEST), f"It names no document for {target}.", again))
    return attached


def _manifest(zone: str, folder: Path, again: str) -> Mapping[str, Any]:
    where = shown_path(folder / MANIFEST)
    if not (folder / MANIFEST).is_file():
        raise InputError(Problem(where, f"It isn't there: zone {zone} has no released version.", again))
    manifest = read_manifest(folder)
    if manifest is None:
        raise InputError(Problem(where, "This is no manifest of this release's schema.", again))
    if manifest["zone"] != zone:
        raise InputError(Problem(where, "These are the documents of another zone.", again))
    return manifest


def _document(folder: Path, row: Mapping[str, Any], again: str) -> Document:
    path, target, limit, controls = (row.get(name) for name in ("path", "target", "limit", "controls"))
    if (
        not isinstance(path, str)
        or target not in get_args(Target)
        or not isinstance(limit, int)
        or not isinstance(controls, list)
        or not all(isinstance(control, str) for control in controls)
    ):
        raise InputError(Problem(shown_path(folder / MANIFEST), "A file's row lacks what it should say.", again))
    where = shown_path(folder / path)
    try:
        content = (folder / path).read_bytes()
    except OSError as error:
        found = f"The manifest names it, and it can't be read: {error.strerror or type(error).__name__}."
        raise InputError(Problem(where, found, f"Restore it from the repository's history. Or: {again}")) from None
    if hashlib.sha256(content).hexdigest() != row.get("sha256"):
        found = "It is not what the manifest says: it was altered after it was released."
        raise InputError(Problem(where, found, f"Restore it from the repository's history. Or: {again}"))
    try:
        text = content.decode()
    except ValueError:
        raise InputError(Problem(where, "This is no text.", again)) from None
    return Document(path, cast(Target, target), text, limit, tuple(controls))
