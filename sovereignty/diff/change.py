"""One thing that is allowed now and wasn't before, or the reverse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


def moved(zone: str) -> str:
    """What has to be done before a place is taken from a zone."""
    return f"What lives there must be moved first: `sovereignty check {zone} --state FILE` lists it."


@dataclass(frozen=True, order=True)
class Change:
    """`kind`: zone, region, location, home, actions, target, copies, retention, keys, flow, role, tag, use, risk, stack
    or document.
    `place` is empty where the change has none; `actions` are IAM actions, or `service:*` for all of a service but those
    of `but`."""

    kind: str
    place: str
    says: str
    actions: tuple[str, ...] = ()
    but: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"kind": self.kind, "says": self.says}
        if self.place:
            shown["place"] = self.place
        if self.actions:
            shown["actions"] = list(self.actions)
        if self.but:
            shown["but"] = list(self.but)
        return shown


@dataclass(frozen=True)
class Difference:
    """What was gained and what was lost, each in a stable order."""

    gained: tuple[Change, ...] = ()
    lost: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.gained or self.lost)

    def as_json(self) -> dict[str, Any]:
        return {
            "schema": 1,
            "gained": [change.as_json() for change in self.gained],
            "lost": [change.as_json() for change in self.lost],
        }


@dataclass
class Found:
    """Collects changes while two laws are compared."""

    gained: list[Change] = field(default_factory=list)
    lost: list[Change] = field(default_factory=list)

    def sets(self, kind: str, before: Iterable[str], after: Iterable[str], says: str, lost: str = "") -> None:
        """Each new member gained, each missing one lost; `says` and `lost` hold `{}` for the member."""
        old, new = set(before), set(after)
        self.gained += (Change(kind, each, says.format(each)) for each in sorted(new - old))
        self.lost += (Change(kind, each, (lost or says).format(each)) for each in sorted(old - new))

    def difference(self) -> Difference:
        return Difference(tuple(dict.fromkeys(self.gained)), tuple(dict.fromkeys(self.lost)))
