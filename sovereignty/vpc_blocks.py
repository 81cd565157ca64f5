"""The address blocks of a zone's VPCs, one for each region: they have to differ, or the VPCs could never be peered.

A block is the stack file's, or one of 10.0.0.0/16 to 10.255.0.0/16 by the names of zone and region, so that it is the
same on every run and on every machine. Two names may fall on one block: that is an error, which the stack file mends.
"""

from __future__ import annotations

import hashlib
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
    own = _block(zone, deployment, region)
    for other in aws(zone).regions:
        if other != region and own.overlaps(_block(zone, deployment, other)):
            raise InputError(
                Problem(
                    f"Pulumi.{zone.zone}.yaml: {key('aws_vpc_cidrs')}",
                    f"The VPCs of {region} and {other} have addresses in common.",
                    f"Give one of them a block of its own, such as `{region}={_free(zone, deployment)}`.",
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


def _block(zone: Zone, deployment: Deployment, region: str) -> IPv4Network:
    given = deployment.vpc_cidr(region)
    return IPv4Network(given) if given else _numbered(_hash(f"{zone.zone}/{region}"))


def _hash(name: str) -> int:
    return hashlib.sha256(name.encode()).digest()[0]


def _numbered(number: int) -> IPv4Network:
    return IPv4Network(f"10.{number}.0.0/16")


def _free(zone: Zone, deployment: Deployment) -> IPv4Network:
    taken = [_block(zone, deployment, region) for region in aws(zone).regions]
    return next(free for free in map(_numbered, range(_BLOCKS)) if not any(free.overlaps(block) for block in taken))
