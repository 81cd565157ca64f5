"""Names of a zone's resources on Azure: the same on every run, within each service's limits, no two zones' alike.

Some names are shared by all users of a cloud (vaults, storage accounts). Theirs end in eight digits of a hash over
zone, subscription, location and purpose, so that neither another zone nor another organization has the same; what a
name begins with is for people. Source: Microsoft Learn, "Naming rules and restrictions for Azure resources".
"""

from __future__ import annotations

import hashlib

from sovereignty import facts
from sovereignty.zone import Zone

LONGEST_SHARED = 24
"""Characters: of a storage account, a vault, a managed HSM and an attestation provider alike."""
_DIGITS = 8


def shared(zone: Zone, subscription: str, location: str, purpose: str, *, hyphens: bool = False) -> str:
    """A name that all users of the cloud share: `eurecords0a1b2c3d`, with hyphens `eu-vault-0a1b2c3d`.

    `purpose` is a short word of small letters and digits; what is too long is cut, and the hash tells it apart.
    """
    whole = "/".join((zone.zone, subscription.lower(), facts.azure_location(location), purpose))
    digits = hashlib.sha256(whole.encode()).hexdigest()[:_DIGITS]
    room = LONGEST_SHARED - _DIGITS - 2 * hyphens - len(purpose)
    if room < 1:
        raise ValueError(f"{purpose!r} leaves no room for the zone's name")
    if hyphens:
        return f"{zone.zone[:room].rstrip('-')}-{purpose}-{digits}"
    return f"{zone.zone.replace('-', '')[:room]}{purpose}{digits}"


def own(zone: Zone, purpose: str) -> str:
    """A name within the zone's own resource group of a location: `sovereign-eu-network`."""
    return f"sovereign-{zone.zone}-{purpose}"


def resource_group(zone: Zone, location: str) -> str:
    """The resource group of what the zone has in a location: at home `sovereign-eu`, else `sovereign-eu-<location>`.

    Each location has its own, since a resource group can't be changed while its location is out of reach.
    """
    home = zone.azure.home if zone.azure else None
    place = facts.azure_location(location)
    return f"sovereign-{zone.zone}" if place == home else f"sovereign-{zone.zone}-{place}"
