"""The address blocks of a zone's virtual networks, one for each location.

They differ from each other, or the networks could never be peered, and from those of the zone's VPCs, so that a private
line between the clouds stays possible. A block is the stack file's, or one by the names of zone and location, as in
vpc_blocks; two that fall on one block are an error, which the stack file mends. Source: Azure Virtual Network FAQ
(RFC 1918 addresses, peered networks whose blocks overlap).
"""

from __future__ import annotations

from ipaddress import IPv4Network

from sovereignty import facts, vpc_blocks
from sovereignty.compile.required import azure
from sovereignty.deployment import Deployment, key
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone


def block(zone: Zone, deployment: Deployment, location: str) -> str:
    """The CIDR block of the zone's network in a location of any spelling: `10.20.0.0/16`.

    InputError where it overlaps that of another location, or of one of the zone's VPCs.
    """
    place = facts.azure_location(location)
    networks = blocks(zone, deployment)
    vpcs = vpc_blocks.blocks(zone, deployment) if zone.aws else {}
    own = networks[place]
    others = [
        *((f"the networks of {place} and {other}", each) for other, each in networks.items() if other != place),
        *((f"the network of {place} and the VPC of {region}", each) for region, each in vpcs.items()),
    ]
    for both, other in others:
        if own.overlaps(other):
            spare = vpc_blocks.free([*networks.values(), *vpcs.values()])
            raise InputError(
                Problem(
                    f"Pulumi.{zone.zone}.yaml: {key('azure_vnet_cidrs')}",
                    f"{both[0].upper()}{both[1:]} have addresses in common.",
                    f"Give one of them a block of its own, such as `{place}={spare}`.",
                )
            )
    return str(own)


def blocks(zone: Zone, deployment: Deployment) -> dict[str, IPv4Network]:
    """The block of every location's network; whether they overlap is not asked."""
    places = (facts.azure_location(region) for region in azure(zone).regions)
    return {place: _block(zone, deployment, place) for place in places}


def _block(zone: Zone, deployment: Deployment, place: str) -> IPv4Network:
    given = deployment.vnet_cidr(place)
    return IPv4Network(given) if given else vpc_blocks.derived(zone, place)
