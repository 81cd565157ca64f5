"""The attestation provider that Azure runs for everybody in a location. Table: azure_shared_attestation.yaml."""

from __future__ import annotations

from sovereignty import facts
from sovereignty.facts import azure_clouds

_TABLE = "azure_shared_attestation"


def authority(location: str) -> str | None:
    """Its address: `https://sharedweu.weu.attest.azure.net`; None where the table knows none. Any spelling."""
    code = facts.read_table(_TABLE)["codes"].get(facts.azure_location(location))
    region = facts.region("azure", location)
    if code is None or region is None:
        return None
    return f"https://shared{code}.{code}.{azure_clouds.suffix(region.partition, 'attest')}"
