"""How CloudTrail names what IAM judges: reads facts/cloudtrail_events.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sovereignty import actions, facts


@dataclass(frozen=True)
class Key:
    """Where a record holds the value of a condition key; `absent` as in the table."""

    paths: tuple[tuple[str, ...], ...]
    absent: str


@dataclass(frozen=True)
class Named:
    """What a call needs. `exact`: all of `actions`. Otherwise: one of them, and which isn't known."""

    shown: str
    actions: tuple[str, ...]
    exact: bool


@dataclass(frozen=True)
class Elsewhere:
    """A call that the service answers in a region of its choice where `parameter` fits `pattern`; `answered` is the key
    of the record's additional data that names the region."""

    parameter: str
    pattern: re.Pattern[str]
    answered: str


def _table() -> Mapping[str, Any]:
    return facts.read_table("cloudtrail_events")


@cache
def judged_types() -> frozenset[str]:
    """The values of eventType that stand for an API call."""
    return frozenset(_table()["judged_types"])


@cache
def refusals() -> frozenset[str]:
    """The error codes of calls that were refused already."""
    return frozenset(_table()["refusals"])


@cache
def keys() -> Mapping[str, Key]:
    """Condition key in small letters -> where a record holds its value."""
    return {
        row["key"].lower(): Key(tuple(tuple(path.split(".")) for path in row["paths"]), row["absent"])
        for row in _table()["keys"]
    }


@cache
def resources() -> Mapping[str, tuple[tuple[str, str, bool], ...]]:
    """Action -> (kind, ARN with {p}, {r} and {a}, whether it may be somebody else's) of what it is judged on."""
    return {
        row["action"]: tuple((kind, arn, kind in row.get("foreign", ())) for kind, arn in row["of"].items())
        for row in _table()["resources"]
    }


@cache
def further() -> Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]:
    """Action -> paths of regions that parameters name, each with the actions that are needed there as well."""
    found: dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = {}
    for row in _table()["further"]:
        service = row["action"].partition(":")[0]
        needed = tuple(f"{service}:{name}" for name in row["actions"])
        path = tuple(row["region"].split("."))
        found[row["action"]] = (*found.get(row["action"], ()), (path, needed))
    return found


@cache
def elsewhere() -> Mapping[str, Elsewhere]:
    """Action -> how to tell that it is answered elsewhere."""
    return {
        action: Elsewhere(row["parameter"], re.compile(row["fits"]), row["answered"])
        for row in _table()["elsewhere"]
        for action in row["actions"]
    }


@cache
def services() -> frozenset[str]:
    """The prefixes of AWS's services; those of identity providers are none."""
    return frozenset(actions.services())


@cache
def of_any_service() -> frozenset[str]:
    """Condition keys, in small letters, that bear a service's name and come with requests to any."""
    return frozenset(key.lower() for key in _table()["of_any_service"])


@cache
def _prefixes() -> Mapping[str, str]:
    return {row["source"]: row["prefix"] for row in _table()["prefixes"]}


@cache
def _exceptions() -> Mapping[tuple[str, str], tuple[str, ...]]:
    return {
        (row["service"], event): tuple(
            f"{row['service']}:{name}" for name in (names if isinstance(names, list) else [names])
        )
        for row in _table()["actions"]
        for event, names in row["events"].items()
    }


@cache
def _dated() -> re.Pattern[str]:
    return re.compile(_table()["dated_names"])


@cache
def named(source: str, event: str) -> Named:
    """The actions of an event, `source` as in eventSource. An unknown event may be any action of its service."""
    domain = source.removesuffix(".cn").removesuffix(".amazonaws.com")
    prefix = _prefixes().get(domain, domain)
    name = _dated().sub("", event)
    for candidate in (event, name):
        if found := _exceptions().get((prefix, candidate)):
            return Named(found[0], found, True)
    if known := actions.known(f"{prefix}:{name}"):
        return Named(known, (known,), True)
    shown = f"{prefix}:{name}"
    # a service that nobody has heard of is judged by the name that the record gives
    return Named(shown, (shown, *actions.expand(f"{prefix}:*")), False)
