"""The matrix of controls: what each is for, which law asks for it, at which point it is enforced, by which proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from sovereignty import facts

Status = Literal["enforced", "detected", "not expressible", "open"]
STATUSES: tuple[Status, ...] = get_args(Status)
_FOLDER = Path(__file__).parent
_NOT_EXPRESSIBLE = _FOLDER.parent / "compile" / "azure_not_expressible.yaml"
_OF_CLOUD = {
    "aws": ("azure-policy",),
    "azure": (
        "scp",
        "rcp",
        "organization-policy",
        "bucket-policy",
        "key-policy",
        "role-policy",
        "endpoint-policy",
        "vault-policy",
        "topic-policy",
    ),
}
"""The points that a control of one cloud alone can't be expressed at."""


@dataclass(frozen=True)
class Law:
    """A provision that asks for a control. `verified`: it was read at a public copy of its text."""

    ref: str
    says: str
    verified: bool


@dataclass(frozen=True)
class Gap:
    """Something of a control that a point can't refuse, though it refuses the rest; and what does it instead."""

    what: str
    why: str
    instead: str


@dataclass(frozen=True)
class Cell:
    """One control at one point; `proof` is the node id of the test that shows it, empty where nothing is shown.

    `attached` False: the document is compiled and proved, and nothing attaches it yet. `by`: the control whose
    statements do it there, where that is another.
    """

    status: Status
    why: str
    proof: str = ""
    gaps: tuple[Gap, ...] = ()
    attached: bool = True
    by: str = ""


@dataclass(frozen=True)
class Point:
    """An enforcement point."""

    id: str
    title: str
    does: str


@dataclass(frozen=True)
class Control:
    """A control with a cell for every point, in the order of `points()`."""

    id: str
    title: str
    why: str
    grounds: tuple[str, ...]
    """The names of `grounds()` that its laws are read under."""
    laws: tuple[Law, ...]
    never_exempt: bool
    points: Mapping[str, Cell]


@cache
def _table() -> Mapping[str, Any]:
    return facts.read(_FOLDER / "catalogue.yaml")


@cache
def _azure_gaps() -> Mapping[str, tuple[Gap, ...]]:
    found: dict[str, tuple[Gap, ...]] = {}
    for row in facts.read(_NOT_EXPRESSIBLE)["rows"]:
        found[row["control"]] = (*found.get(row["control"], ()), Gap(row["what"], row["why"], row["instead"]))
    return found


def as_of() -> str:
    """The day on which the catalogue was put together."""
    return _table()["as_of"]


@cache
def points() -> tuple[Point, ...]:
    """The enforcement points, in the order of the matrix."""
    return tuple(Point(name, row["title"], row["does"]) for name, row in _table()["points"].items())


@cache
def grounds() -> Mapping[str, tuple[Law, ...]]:
    """Provisions that ask for the same, under one name."""
    laws, groups = _table()["laws"], _table()["groups"]
    return {name: tuple(Law(**laws[key]) for key in keys) for name, keys in groups.items()}


@cache
def catalogue() -> tuple[Control, ...]:
    """Every control, in the order of the file."""
    return tuple(_control(row) for row in _table()["controls"])


@cache
def by_id() -> Mapping[str, Control]:
    """The controls by their ids."""
    return {control.id: control for control in catalogue()}


def _control(row: Mapping[str, Any]) -> Control:
    return Control(
        id=row["id"],
        title=row["title"],
        why=row["why"],
        grounds=tuple(row["laws"]),
        laws=tuple(dict.fromkeys(law for name in row["laws"] for law in grounds()[name])),
        never_exempt=row.get("never_exempt", False),
        points={point.id: _cell(row, point) for point in points()},
    )


def _cell(row: Mapping[str, Any], point: Point) -> Cell:
    named = row["points"].get(point.id)
    gaps = _azure_gaps().get(row["id"], ()) if point.id == "azure-policy" else ()
    if isinstance(named, Mapping):
        gaps = (*gaps, *(Gap(**gap) for gap in named.get("gaps", ())))
    if named is None:
        reasons = _table()["unless"]
        cloud = row.get("cloud", "")
        if point.id in _OF_CLOUD.get(cloud, ()):
            return Cell("not expressible", reasons[cloud], gaps=gaps)
        return Cell("open", reasons.get(point.id, reasons["open"]), gaps=gaps)
    given = named if isinstance(named, Mapping) else {"status": named}
    proof = given.get("proof", _table()["points"][point.id].get("proof", ""))
    attached, by = given.get("attached", True), given.get("by", "")
    return Cell(given["status"], given.get("why", point.does), proof, gaps, attached, by)
