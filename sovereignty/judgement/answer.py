"""An answer of the law."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """Whether something may be, the control that decides (empty where none is in play), and why, for a reader."""

    allowed: bool
    control: str
    reason: str
