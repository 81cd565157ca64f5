"""Where Azure offers what not every location has: azure_availability.yaml, with its sources.

A location that a capability's row does not name is refused where the source's list is whole (sentinel), and let
through where no whole list could be read (managed HSMs, confidential sizes): there Azure answers, and loudly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sovereignty import facts
from sovereignty.errors import Problem

_TABLE = "azure_availability"
_SIZE = re.compile(r"Standard_([A-Z]+)\d+([a-z]+)_(?:(H100)_)?v(\d+)", re.IGNORECASE)


def offered(capability: str, location: str) -> bool:
    """Whether a location, in any spelling, offers a capability. LookupError: the table has no such capability."""
    row = _row(capability)
    code = facts.azure_location(location)
    if code in row.get("locations", ()):
        return True
    if code in row.get("lacking", ()) or _cloud(code) in row.get("without", ()):
        return False
    return _is_named(row, code) or row["unlisted"] == "allow"


@cache
def locations(capability: str) -> frozenset[str]:
    """The locations that offer a capability, as codes ('westeurope'). LookupError: the table has no such capability."""
    return frozenset(row.code for row in facts.regions("azure") if offered(capability, row.code))


def unavailable(
    where: str, capability: str, location: str, among: Iterable[str], called: str = "", instead: str | None = None
) -> Problem:
    """What a component says where its location lacks a capability: the location, the table's date, and what would do.

    `where` names the argument (`ConfidentialVmArgs.size`), `among` are the zone's locations, `called` is what was asked
    for where that isn't the capability's name (a size), `instead` what the location offers in its place. Locations that
    the table names come before those that it lets through.
    """
    row, here = _row(capability), facts.azure_location(location)
    there = sorted((code for code in among if offered(capability, code)), key=lambda code: not _is_named(row, code))
    found = f"{here} does not offer {called or capability} (as of {as_of()})."
    use = "Use" if where.endswith(".location") else "Set `location` to"
    right = f"{use} {' or '.join(there)}." if there else "None of the zone's locations offers it."
    if instead:
        right += f" Or use {instead}, which {here} offers." if there else f" Use {instead}, which {here} does."
    return Problem(where, found, right)


def as_of() -> str:
    """The day of the table, as `YYYY-MM-DD`."""
    return facts.as_of(_TABLE)


def confidential(size: str) -> str | None:
    """The capability of a size's family ('Standard_DC4as_v5': 'confidential-dcasv5'); None: not the form of a size."""
    found = _SIZE.fullmatch(size)
    if not found:
        return None
    series, letters, card, version = found.groups(default="")
    return f"confidential-{series}{letters}{card}v{version}".lower()


def later(size: str, location: str) -> str | None:
    """The same size of the next later family of its kind that a location offers ('Standard_DC4as_v6' for one of v5);
    None: there is none."""
    found, capability = _SIZE.fullmatch(size), confidential(size)
    if found is None or capability is None:
        return None
    version = found[4]
    kind = capability.removesuffix(version)
    versions = [key.removeprefix(kind) for key in facts.read_table(_TABLE)["capabilities"] if key.startswith(kind)]
    newer = sorted(int(each) for each in versions if each.isdigit() and int(each) > int(version))
    there = (f"{size.removesuffix(version)}{each}" for each in newer if offered(f"{kind}{each}", location))
    return next(there, None)


def _is_named(row: Mapping[str, Any], code: str) -> bool:
    """Whether a row says of a location, or of its whole cloud, that the capability is there."""
    return code in row.get("locations", ()) or _cloud(code) in row.get("clouds", ())


def _cloud(code: str) -> str:
    known = facts.region("azure", code)
    return known.partition if known else ""


def _row(capability: str) -> dict[str, Any]:
    rows = facts.read_table(_TABLE)["capabilities"]
    if capability not in rows:
        raise LookupError(f"sovereignty/facts/{_TABLE}.yaml has no capability {capability}; it has: {' '.join(rows)}")
    return rows[capability]
