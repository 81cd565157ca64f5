"""The address blocks of a zone's VPCs, one for each region: they have to differ, or the VPCs could never be peered.

A block is the stack file's, or one of 10.0.0.0/16 to 10.255.0.0/16 by the names of zone and region, so that it is the
same on every run and on every machine. Two names may fall on one block: that is an error, which the stack file mends.
Those of virtual networks on Azure are in vnet_blocks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from ipaddress import IPv4Network

from sovereignty.compile.required import aws
from sovereignty.deployment import Deployment, key
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

_BLOCKS = 256
PRIVATE = tuple(IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
"""Addresses that lead nowhere on the internet: RFC 1918, RFC 6598."""


def block(zone: Zone, deployment: Deployment, region: str) -> str:
    """The CIDR block of the zone's VPC in a region: `10.20.0.0/16`; InputError where it overlaps another region's."""
    by_region = blocks(zone, deployment)
    own = by_region[region]
    for other, theirs in by_region.items():
        if other != region and own.overlaps(theirs):
            raise InputError(
                Problem(
                    f"Pulumi.{zone.zone}.yaml: {key('aws_vpc_cidrs')}",
                    f"The VPCs of {region} and {other} have addresses in common.",
                    f"Give one of them a block of its own, such as `{region}={free(by_region.values())}`.",
                )
            )
    return str(own)


def is_private(text: str) -> bool:
    """Whether a CIDR block lies wholly in private address space; False for what is no block."""
    try:
        network = IPv4Network(text)
    except ValueError:
        return False
    return any(network.subnet_of(space) for space in PRIVATE)


def blocks(zone: Zone, deployment: Deployment) -> dict[str, IPv4Network]:
    """The block of every region's VPC; whether they overlap is not asked."""
    return {region: _block(zone, deployment, region) for region in aws(zone).regions}


def derived(zone: Zone, place: str) -> IPv4Network:
    """The block by the names of a zone and of a place of it."""
    return _numbered(hashlib.sha256(f"{zone.zone}/{place}".encode()).digest()[0])


def free(taken: Collection[IPv4Network]) -> IPv4Network:
    """The first block that overlaps none of these."""
    return next(free for free in map(_numbered, range(_BLOCKS)) if not any(free.overlaps(block) for block in taken))


def _block(zone: Zone, deployment: Deployment, region: str) -> IPv4Network:
    given = deployment.vpc_cidr(region)
    return IPv4Network(given) if given else derived(zone, region)


def _numbered(number: int) -> IPv4Network:
    return IPv4Network(f"10.{number}.0.0/16")
