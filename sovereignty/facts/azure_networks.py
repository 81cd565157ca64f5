"""Private endpoints by kind, what a perimeter takes, names of machines: azure_networks.yaml, with its sources."""

from __future__ import annotations

from typing import NamedTuple

from sovereignty import facts

_TABLE = "azure_networks"
DNS_ZONES = 5
"""The most private DNS zones in an endpoint's zone group, of which an endpoint has one (Azure Verified Modules,
network/private-endpoint/private-dns-zone-group: "A DNS zone group can support up to 5 DNS zones", read 2026-11-27)."""


class Endpoint(NamedTuple):
    """What a private endpoint of a kind leads to: the type of resource, and its group (subresource)."""

    type: str
    group: str


def endpoints() -> dict[str, Endpoint]:
    """By kind, as azure_clouds.private_zones has them: vault, managedhsm, blob, monitor, attestation."""
    return {kind: Endpoint(**row) for kind, row in facts.read_table(_TABLE)["endpoints"].items()}


def perimeter_types() -> tuple[str, ...]:
    """The resource types that a network security perimeter takes, previews among them."""
    rows = facts.read_table(_TABLE)["perimeter"]
    return (*rows["general"], *rows["preview"])


def machine_domain(cloud: str) -> str | None:
    """How the names of machines end that Azure itself resolves in a network; None where it is unknown."""
    return facts.read_table(_TABLE)["machines"].get(cloud)
