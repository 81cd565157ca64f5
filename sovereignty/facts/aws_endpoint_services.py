"""Which services of AWS are reached by VPC endpoints, and by which names. Table: aws_endpoint_services.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from sovereignty.facts import _row, read_table

_TABLE = "aws_endpoint_services"
_PREFIX = "com.amazonaws"
_COMPASS = re.compile("north|south|east|west|central|gov")


@dataclass(frozen=True)
class EndpointService:
    """A service with endpoints that take a policy. `default`: every zone's network has one."""

    name: str
    type: Literal["gateway", "interface"]
    default: bool
    verified: bool


@cache
def endpoint_services() -> Mapping[str, EndpointService]:
    """By the part of the name that follows the region: `s3`, `ecr.api`."""
    return {row["name"]: _row(EndpointService, row) for row in read_table(_TABLE)["services"]}


def endpoint_service_name(service: str, region: str) -> str:
    """What the endpoint service is called in a region: `com.amazonaws.eu-central-1.kms`."""
    for row in read_table(_TABLE)["prefixes"]:
        if region in row["regions"] and service in row["services"]:
            return f"{row['prefix']}.{region}.{service}"
    return f"{_PREFIX}.{region}.{service}"


def readable_buckets(region: str) -> tuple[str, ...]:
    """The buckets of AWS's own in a region from which hosts of a private subnet read."""
    return tuple(row["bucket"].format(region=region) for row in read_table(_TABLE)["readable"])


def endpoint_domains(partition: str, region: str) -> tuple[str, ...]:
    """Patterns of the names that a region's own have: AWS's endpoints, what is made in VPCs, machines.

    `*.eu-west-1.amazonaws.com`, `*.eu-west-1.rds.amazonaws.com`, `*.euw1.cache.amazonaws.com`,
    `*.eu-west-1.compute.internal`.
    """
    table = read_table(_TABLE)
    suffixes, machines = table["suffixes"][partition], table["machines"]
    caches = [f"*.{short_code(region)}.cache.{suffixes[0]}"] if partition in table["caches"] else []
    return (
        *(f"*.{region}.{suffix}" for suffix in suffixes),
        *(f"*.{region}.{resource}.{suffixes[0]}" for resource in table["resources"]),
        *caches,
        machines.get(region, machines["other"]).format(region=region),
    )


def reverse_domains() -> tuple[str, ...]:
    """Patterns of the names of private addresses: `*.10.in-addr.arpa`."""
    return tuple(read_table(_TABLE)["reverse"])


def short_code(region: str) -> str:
    """How AWS shortens a region in the names of caches: eu-central-1 is euc1, ap-southeast-1 apse1."""
    area, *middle, number = region.split("-")
    return area + "".join(word[0] for part in middle for word in _COMPASS.findall(part)) + number
