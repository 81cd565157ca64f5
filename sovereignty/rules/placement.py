"""Where a resource lives, as far as it says so itself and as far as its stack says more.

Facts stand in sovereignty/facts (aws_placement, azure_placement, packages and the two generated lists).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sovereignty import facts
from sovereignty.plan import Resource

TYPE_PATH: Final = "type"


@dataclass(frozen=True, slots=True)
class Placed:
    """It lives in `region` (AWS) or `region` is its location (Azure); `by` names who says so, if not itself."""

    path: str
    region: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Placeless:
    """It has no place: names, permissions, settings."""


@dataclass(frozen=True, slots=True)
class Content:
    """It carries content out of every zone; a zone may open it by `opened_by` (empty: none can)."""

    opened_by: str


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Its place isn't known. `stack`: what else the stack holds may say it, so judge it there.

    `lacking`: a capability of Azure's locations; where none of the zone's offers it, there was no better to choose.
    """

    path: str
    why: str
    hint: str
    stack: bool = False
    lacking: str = ""


Answer = Placed | Placeless | Content | Unplaced


def deployed(resource: Resource, path: str) -> str | None:
    """The place among its outputs. An empty one says nothing: providers fill in what an answer leaves out."""
    place = resource.result(path)
    return place if isinstance(place, str) and place.strip() else None


def made_otherwise(source: Resource, path: str) -> str:
    """What to say of an unknown place made from a resource whose own is known: had it been that one, it were known."""
    return f"{source.name}, which it is made from, has a known {path}, so it is made from something else of it"


def table(name: str) -> Mapping[str, Any]:
    """A dated table of sovereignty/facts."""
    return facts.read_table(name)


@cache
def members(name: str, key: str) -> frozenset[str]:
    return frozenset(table(name)[key])


@cache
def _carriers(name: str) -> Mapping[str, Mapping[str, str]]:
    return {row["type"]: row for row in table(name)["carriers"]}


def carrying(name: str, resource: Resource) -> str:
    """What in the resource holds other resources, by a table; empty where it holds none."""
    row = _carriers(name).get(resource.type)
    if row is None or ("holding" in row and not _holds(resource.props.get(row["holding"]), row["key"])):
        return ""
    return row["content"]


def _holds(value: Any, key: str) -> bool:
    """Whether a document has the key anywhere; in any case, as Azure reads documents. An unknown one has none yet."""
    if isinstance(value, Mapping):
        return any(str(name).lower() == key or _holds(part, key) for name, part in value.items())
    if isinstance(value, list):
        return any(_holds(part, key) for part in value)
    return isinstance(value, str) and f'"{key}"' in value.lower()


@cache
def _further(name: str) -> Mapping[str, tuple[str, ...]]:
    rows = table(name)["further_places"]
    return {kind: tuple(row["paths"]) for row in rows for kind in (row["type"], row.get("arm", row["type"]))}


def further_places(name: str, resource: Resource, kind: str, below: str = "") -> Iterator[tuple[str, Any]]:
    """The properties that place the resource besides region or location, each with what it says."""
    for path in _further(name).get(kind, ()):
        yield from resource.values(path if path.startswith(below) else below + path)


def carried(kind: str, content: str) -> Unplaced:
    return Unplaced(
        TYPE_PATH,
        f"{kind} brings other resources as data ({content}), and where they would live is not read",
        "Declare those resources themselves, so that each is judged; or ask for an exemption for this one.",
    )
