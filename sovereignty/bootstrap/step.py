"""One step: who takes it, why, its commands, how to see that it is done, and how it is undone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sovereignty.compile.document import Document

Who = Literal["administrator", "deployer", "tenant-administrator"]
"""An administrator of the management account, whoever acts as the CI does, or an administrator of the Entra tenant."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """`do`, `check` and `undo` are lines of bash, each to be run again at will. They stand on the functions of
    `shell.prelude` and on the step's own files, not on what another step has set."""

    id: str
    title: str
    who: Who
    why: str
    do: str
    files: Mapping[str, Document] = field(default_factory=dict)
    """Documents by the name under which they lie in `$work`."""
    check: str = ""
    undo: str = ""
    stays: str = ""
    """What can't be undone."""


def written(files: Mapping[str, Document]) -> str:
    """Lines that write each document to `$work/<name>`, as it will be attached."""

    def one(name: str, document: Document) -> str:
        text = json.dumps(document.body, indent=2, sort_keys=True)
        return f"cat >\"$work/{name}\" <<'JSON'\n{text}\nJSON"

    return block(*(one(name, document) for name, document in files.items()))


def block(*lines: str) -> str:
    """The lines, without those that are empty."""
    return "\n".join(line.strip("\n") for line in lines if line.strip())


def quoted(text: str) -> str:
    """The text as one word of bash."""
    return "'" + text.replace("'", "'\\''") + "'"


def inside(account: str, *lines: str) -> str:
    """The lines as the administrator of another account."""
    return block("(", f"into {account}", *lines, ")")
