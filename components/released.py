"""The released version of a zone's policies, from the folder beside the program."""

from __future__ import annotations

from pathlib import Path

import pulumi

from sovereignty import released
from sovereignty.compile.document import Document, Target


def folder(named: str | None = None) -> Path:
    """The folder that holds a folder for each zone; a relative one begins at that of Pulumi.yaml."""
    return Path(pulumi.get_root_directory() or ".") / (named or released.FOLDER)


def documents(zone: str, target: Target, named: str | None = None) -> tuple[Document, ...]:
    """What was released for that target, by path; `named` as in `folder`, by default `released`.

    InputError where it is missing or altered.
    """
    return released.documents(zone, folder(named), target)
