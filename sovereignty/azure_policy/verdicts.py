"""True, false, or undecided: what a failing branch does to the whole rule.

Microsoft doesn't say in which order a rule's branches are evaluated, nor whether one that fails is reached. So a
failure counts only where it decides: `anyOf` with a true branch is true whatever its other branches do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Undecided:
    """Neither: evaluation fails in Azure, or its outcome isn't documented. `why` is a sentence without a full stop."""

    why: str


Verdict = bool | Undecided


def negation(verdict: Verdict) -> Verdict:
    return verdict if isinstance(verdict, Undecided) else not verdict


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    undecided: Undecided | None = None
    for verdict in verdicts:
        if isinstance(verdict, Undecided):
            undecided = undecided or verdict
        elif not verdict:
            return False
    return undecided or True


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    return negation(all_of(map(negation, verdicts)))
