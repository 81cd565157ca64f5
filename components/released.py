"""The released version of a zone's policies, from the folder beside the program."""

from __future__ import annotations

from pathlib import Path

import pulumi

from sovereignty import released
from sovereignty.compile.document import Document, Target


def documents(zone: str, target: Target, folder: str | None = None) -> tuple[Document, ...]:
    """What was released for that target, by path; `folder` begins at that of Pulumi.yaml, by default `released`.

    InputError where it is missing or altered.
    """
    root = Path(pulumi.get_root_directory() or ".")
    return released.documents(zone, root / (folder or released.FOLDER), target)
