"""How many copies a storage account keeps, and where: in one location, or in its pair as well.

Sources: Microsoft Learn, "Azure Storage redundancy" (the pair can't be chosen), "Access tiers for blob data" (archive).
"""

from __future__ import annotations

from components.azure.arguments import given_text
from sovereignty import facts
from sovereignty.compile.required import azure
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

LRS, ZRS = "Standard_LRS", "Standard_ZRS"
TO_THE_PAIR = ("Standard_GRS", "Standard_RAGRS", "Standard_GZRS", "Standard_RAGZRS")
"""A copy in the paired region; RA: which can be read there."""
OF_STORAGE_V2 = (LRS, ZRS, *TO_THE_PAIR)
_OVER_ZONES = (ZRS, "Standard_GZRS", "Standard_RAGZRS")
_ARCHIVES = (LRS, "Standard_GRS", "Standard_RAGRS")


def redundancy_of(zone: Zone, location: str, given: str | None, where: str) -> str:
    """The redundancy that an argument names; None: copies over the location's availability zones, else within one.

    InputError at `where` for a kind that a StorageV2 account has not, for zones that the location has not, for a copy
    in a pair that the zone doesn't hold, and for one in a pair that it holds, where it doesn't allow copies there.
    """
    region = facts.region("azure", location)
    zones = region.zones if region else None
    default = ZRS if zones else LRS
    if given is None:
        return default
    if given_text(given, where) not in OF_STORAGE_V2:
        found = "A StorageV2 account has no redundancy of this name."
        if given.startswith(("Premium_", "StandardV2_")):
            found = "Premium and file-share accounts are of another kind, without access tiers: this one is StorageV2."
        raise InputError(Problem(where, found, f"Use one of {', '.join(OF_STORAGE_V2)}."))
    if given in _OVER_ZONES and zones is False:
        found = f"{given} spreads copies over availability zones, and {location} has none."
        raise InputError(Problem(where, found, f"Use {LRS}."))
    if given in TO_THE_PAIR:
        _pair_is_held(zone, location, given, default, where)
    return given


def archives(redundancy: str) -> bool:
    """Whether accounts of this redundancy have the archive tier; the others have cold as their cheapest."""
    return redundancy in _ARCHIVES


def _pair_is_held(zone: Zone, location: str, given: str, default: str, where: str) -> None:
    pair, footprint = _pair(location), azure(zone)
    if pair is not None and footprint.holds(pair):
        if footprint.geo_redundancy:
            return
        found = f"{given} copies to {pair}, the pair of {location}, and zone {zone.zone} allows no copies in a pair."
        right = f"Use {default}, or write `geo_redundancy: true` below azure: in zones/{zone.zone}.yaml."
        raise InputError(Problem(where, found, right))
    found = f"{given} copies to the pair of the location, and {location} has none."
    if pair is not None:
        found = f"{given} copies to {pair}, the pair of {location}, which zone {zone.zone} doesn't hold."
    right = f"Use {default}."
    if footprint.geo_redundancy and footprint.paired_inside():
        right = f"Use {default}, or a location whose pair is in the zone: {', '.join(footprint.paired_inside())}."
    raise InputError(Problem(where, found, right))


def _pair(location: str) -> str | None:
    region = facts.region("azure", location)
    return region.paired if region else None
