"""Statements into the fewest documents that hold them, always the same for the same statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sovereignty.compile.document import Document, costs, minified, policy
from sovereignty.errors import InputError, Problem

Statement = dict[str, Any]
Entry = tuple[str, Statement]
"""A statement under the control that it enforces."""

_FRAME = len(minified({"Version": "2012-10-17", "Statement": []}))
_TRIES = 20_000
"""Placements after which the search for one document fewer is given up."""


def room(characters: int) -> int:
    """What a document of so many characters has for its statements, each with the comma that follows it."""
    return characters - _FRAME + 1


def size(statement: Statement, spare: int = 0) -> int:
    """The characters that a statement takes of a document's room; `spare`: those that it may still grow by."""
    return len(minified(statement)) + 1 + spare


def packed(found: Sequence[Entry], characters: int, spare: Mapping[str, int] | None = None) -> list[list[Entry]]:
    """The documents' statements, in the given order; `spare` by Sid. One that is too large stands alone.

    First fit, largest first; where that takes more documents than the sum of all would, fewer are searched for.
    """
    sizes = [size(statement, (spare or {}).get(statement["Sid"], 0)) for _, statement in found]
    largest_first = sorted(range(len(found)), key=lambda number: (-sizes[number], number))
    capacity = room(characters)
    packs = _first_fit(largest_first, sizes, capacity)
    for fewer in range(-(-sum(sizes) // capacity), len(packs)):
        better = _Search(largest_first, sizes, capacity, fewer).found()
        if better:
            packs = better
            break
    return [[found[number] for number in pack] for pack in sorted(sorted(pack) for pack in packs)]


def attached(
    kind: Literal["SCP", "RCP"],
    zone: str,
    packs: Sequence[Sequence[Entry]],
    characters: int,
    attachments: int,
    spare: Mapping[str, int],
    right: str,
    target: Literal["aws:ou", "aws:root"] = "aws:ou",
) -> tuple[Document, ...]:
    """The documents of these packs, for a zone's OU, or of the foundation for the root.

    InputError where it doesn't take as many: by how much, and which control costs most; `right`: what to change.
    """
    if len(packs) > attachments:
        sizes = [(name, size(each, spare.get(each["Sid"], 0))) for pack in packs for name, each in pack]
        over = sum(taken for _, taken in sizes) - attachments * room(characters)
        raise InputError(
            Problem(
                f"zones/{zone}.yaml" if target == "aws:ou" else zone,
                f"The {'zone' if target == 'aws:ou' else 'foundation'} compiles to {len(packs)} {kind}s, and AWS "
                f"attaches {attachments} to {'an OU' if target == 'aws:ou' else 'the root'}: "
                f"{len(packs) - attachments} too many, with {max(over, 0)} characters more than those hold. "
                + costs(sizes),
                right,
            )
        )
    return tuple(
        policy(
            f"aws/{kind.lower()}/{zone}-{number}.json",
            target,
            [statement for _, statement in pack],
            characters,
            {control for control, _ in pack},
        )
        for number, pack in enumerate(packs, start=1)
    )


def _first_fit(order: Sequence[int], sizes: Sequence[int], capacity: int) -> list[list[int]]:
    packs: list[list[int]] = []
    left: list[int] = []
    for number in order:
        for place, free in enumerate(left):
            if sizes[number] <= free:
                packs[place].append(number)
                left[place] -= sizes[number]
                break
        else:
            packs.append([number])
            left.append(capacity - sizes[number])
    return packs


class _Search:
    """Whether so many packs can hold all: every placement that is worth a try, until the tries are used up."""

    def __init__(self, order: Sequence[int], sizes: Sequence[int], capacity: int, packs: int):
        self.order, self.sizes = order, sizes
        self.left, self.packs = [capacity] * packs, [[] for _ in range(packs)]
        self.waste = capacity * packs - sum(sizes)
        self.tries = _TRIES

    def found(self) -> list[list[int]] | None:
        """The packs, or None."""
        return self.packs if self._place(0) else None

    def _place(self, position: int) -> bool:
        if position == len(self.order):
            return True
        number = self.order[position]
        tried: set[int] = set()
        for place, free in enumerate(self.left):
            # two packs with the same room are the same to what comes
            if self.sizes[number] > free or free in tried or not self.tries:
                continue
            tried.add(free)
            self.tries -= 1
            self.left[place] -= self.sizes[number]
            self.packs[place].append(number)
            if self._place(position + 1):
                return True
            self.packs[place].pop()
            self.left[place] += self.sizes[number]
        return False
