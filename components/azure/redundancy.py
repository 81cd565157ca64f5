"""How many copies a storage account keeps, and where: in one location, or in its pair as well.

Sources: Microsoft Learn, "Azure Storage redundancy" (the pair can't be chosen), "Access tiers for blob data" (archive).
"""

from __future__ import annotations

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

    InputError at `where` for a kind that a StorageV2 account has not, for zones that the location has not, and for a
    copy in a pair that the zone doesn't hold.
    """
    region = facts.region("azure", location)
    zones = region.zones if region else None
    default = ZRS if zones else LRS
    if given is None:
        return default
    if given not in OF_STORAGE_V2:
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
    pair = _pair(location)
    if pair is not None and azure(zone).holds(pair):
        return
    found = f"{given} copies to the pair of the location, and {location} has none."
    if pair is not None:
        found = f"{given} copies to {pair}, the pair of {location}, which zone {zone.zone} doesn't hold."
    paired_inside = [each for each in azure(zone).regions if (other := _pair(each)) and azure(zone).holds(other)]
    right = f"Use {default}."
    if paired_inside:
        right = f"Use {default}, or a location whose pair is in the zone: {', '.join(paired_inside)}."
    raise InputError(Problem(where, found, right))


def _pair(location: str) -> str | None:
    region = facts.region("azure", location)
    return region.paired if region else None
