"""How a user's mistake is told: where it is, what was found there, what would be right."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One mistake: `where` a file and path, `found` a full sentence, `right` what to write instead (may be empty)."""

    where: str
    found: str
    right: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.found}" + (f"\n  {self.right}" if self.right else "")


class InputError(Exception):
    """Input that can't be used; `problems` holds every mistake that was found, in the order of the file."""

    problems: tuple[Problem, ...]

    def __init__(self, *problems: Problem):
        if not problems:
            raise ValueError("an InputError needs at least one problem")
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))
