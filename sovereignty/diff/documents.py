"""What changes between compiled documents: statements and policies that came or went, and what changed within them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sovereignty.compile.document import minified
from sovereignty.diff import azure, statements
from sovereignty.diff.change import Change, Found, moved
from sovereignty.diff.statements import Side, Statement

Bodies = Mapping[str, Mapping[str, Any]]
"""Path in the folder -> the document."""
SCPS = "aws/scp/"
RCPS = "aws/rcp/"
ALLOWED_LOCATIONS = "listOfAllowedLocations"
"""The parameter of the built-in policies that allow places (Azure/azure-policy, General)."""
_FAMILIES = {SCPS: "SCP statement", RCPS: "RCP statement"}
"""Folders whose statements may move from one document to another."""
_PLACES = ("region", "location", "target")
_COUNTER = re.compile(r"\d+$")
_EFFECT = {"Allow": "allows", "Deny": "refuses"}


def compare(before: Bodies, after: Bodies, zone: str, found: Found) -> None:
    """Adds the changes of everything but SCPs."""
    places_before, places_after = (_locations(bodies) for bodies in (before, after))
    joins, leaves = "{} joins the zone on Azure.", f"{{}} leaves the zone on Azure. {moved(zone)}"
    found.sets("location", places_before, places_after, joins, leaves)
    old, new = (_by_family(bodies) for bodies in (before, after))
    for family in sorted({*old, *new} - {SCPS}):
        _compare_statements(family, old.get(family, ()), new.get(family, ()), found)
    moved_places = places_before ^ places_after
    azure.compare(before, after, moved_places, found)


def compare_scps(before: Bodies, after: Bodies, told: int, found: Found) -> None:
    """Adds what changed in SCPs for callers, resources or keys that an ordinary call doesn't show.

    `told` are the actions whose change was told already.
    """
    old, new = (_by_family(bodies).get(SCPS, ()) for bodies in (before, after))
    places = {change.place for change in (*found.gained, *found.lost) if change.kind in _PLACES}
    _compare_statements(SCPS, old, new, found, told, places)


def _compare_statements(
    family: str,
    before: Sequence[Statement],
    after: Sequence[Statement],
    found: Found,
    told: int = 0,
    places: Iterable[str] = (),
) -> None:
    for old, new in _pairs(before, after):
        shown: Statement = new or old or {}
        what = _FAMILIES.get(family, f"{family}:")
        named = f"{what} {shown.get('Sid', 'without a Sid')} ({_EFFECT.get(str(shown.get('Effect')), '?')})"
        if old and new:
            parts = [
                part
                for part in statements.changes(old, new)
                if not (part.actions and not part.actions & ~told)
                and not (part.values and all(any(place in value for place in places) for value in part.values))
            ]
            for part in parts:
                add(part.side, Change("document", family, f"{named}: {part.says}."), found)
        elif not told or statements.mask(shown) & ~told:
            came, allows = new is not None, shown.get("Effect") == "Allow"
            side: Side = "gained" if came is allows else "lost"
            add(side, Change("document", family, f"{named} is {'new' if came else 'gone'}."), found)


def add(side: Side, change: Change, found: Found) -> None:
    """Adds a change to its side; to both, where it allows more in one respect and less in another."""
    if side != "lost":
        found.gained.append(change)
    if side != "gained":
        found.lost.append(change)


def _pairs(
    before: Sequence[Statement], after: Sequence[Statement]
) -> Iterator[tuple[Statement | None, Statement | None]]:
    """Statements that changed, each with what it was: of the same control and effect, and the most alike."""
    texts = [{minified(_nameless(row)) for row in rows} for rows in (before, after)]
    old = [row for row in before if minified(_nameless(row)) not in texts[1]]
    new = [row for row in after if minified(_nameless(row)) not in texts[0]]
    alike = sorted(
        (
            (-_likeness(one, other), number, place)
            for number, one in enumerate(old)
            for place, other in enumerate(new)
            if _kind(one) == _kind(other)
        ),
    )
    left, right = dict(enumerate(old)), dict(enumerate(new))
    for _, number, place in alike:
        if number in left and place in right:
            yield left.pop(number), right.pop(place)
    yield from ((row, None) for row in left.values())
    yield from ((None, row) for row in right.values())


def _kind(statement: Statement) -> tuple[str, str]:
    return _COUNTER.sub("", str(statement.get("Sid", ""))), str(statement.get("Effect"))


def _likeness(one: Statement, other: Statement) -> float:
    first, second = (set(_flat(_nameless(row))) for row in (one, other))
    return len(first & second) / len(first | second)


def _flat(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _flat(inner, path)
    else:
        yield path
        yield f"{path}={value}"


def _locations(bodies: Bodies) -> set[str]:
    """The places that assignments of Azure's own policies allow."""
    found: set[str] = set()
    for path, body in bodies.items():
        if path.startswith("azure/assignments/"):
            parameters = azure.properties(body).get("parameters")
            given = parameters.get(ALLOWED_LOCATIONS) if isinstance(parameters, Mapping) else None
            value = given.get("value") if isinstance(given, Mapping) else None
            found.update(map(str, value) if isinstance(value, list) else ())
    return found


def values_of(bodies: Bodies, key: str) -> tuple[str, ...]:
    """The values that the SCPs hold a condition key against, in their order."""
    found: dict[str, None] = {}
    for statement in _by_family(bodies).get(SCPS, ()):
        for keys in (statement.get("Condition") or {}).values():
            value = keys.get(key) or ()
            found |= dict.fromkeys([value] if isinstance(value, str) else value)
    return tuple(found)


def regions_of(bodies: Bodies) -> tuple[str, ...]:
    """The regions of the zone that the SCPs are of: those of the statement that binds whatever has no other place."""
    for statement in _by_family(bodies).get(SCPS, ()):
        if "NotAction" in statement:
            for keys in (statement.get("Condition") or {}).values():
                if value := keys.get("aws:RequestedRegion"):
                    return (value,) if isinstance(value, str) else tuple(value)
    return ()


def _nameless(statement: Statement) -> dict[str, Any]:
    return {element: value for element, value in statement.items() if element != "Sid"}


def _by_family(bodies: Bodies) -> dict[str, list[Statement]]:
    found: dict[str, list[Statement]] = {}
    for path, body in bodies.items():
        rows = body.get("Statement")
        if isinstance(rows, list):
            family = next((folder for folder in _FAMILIES if path.startswith(folder)), path)
            found.setdefault(family, []).extend(row for row in rows if isinstance(row, Mapping))
    return found
