"""How much of each partition's quotas a zone takes: one zone in every partition of AWS."""

from __future__ import annotations

from typing import Any

from sovereignty import deployment, zone
from sovereignty.commands.compile import show_sizes
from sovereignty.compile import everything
from sovereignty.errors import InputError

_ORGANIZATION = "o-a1b2c3d4e5"
_STACK = {
    "awsOrganizationId": _ORGANIZATION,
    "awsZoneOuPath": f"{_ORGANIZATION}/r-ab12/ou-ab12-11111111/ou-ab12-22222222/",
    "awsOrganizationPaths": [f"{_ORGANIZATION}/r-ab12/ou-ab12-55555555/*"],
    "awsManagementAccount": "111122223333",
    "awsAccounts": ["444455556666"],
}
_ZONES: dict[str, tuple[str, str, list[str]]] = {
    # partition: jurisdiction, home region, regions
    "aws": ("EU", "eu-central-1", ["eu-central-1", "eu-west-1"]),
    "aws-us-gov": ("US", "us-gov-west-1", ["us-gov-east-1", "us-gov-west-1"]),
    "aws-cn": ("CN", "cn-northwest-1", ["cn-northwest-1"]),
    "aws-eusc": ("EU", "eusc-de-east-1", ["eusc-de-east-1"]),
}


def show() -> None:
    """Prints a table for each partition; where a zone doesn't fit, by how much."""
    for partition in _ZONES:
        declared = _zone(partition)
        landed = deployment.from_config({"zone": declared.zone, **_STACK}, "bench")
        try:
            show_sizes(declared, everything.documents(declared, landed))
        except InputError as error:
            print(f"zone {declared.zone}, partition {partition}: {error}\n")


def _zone(partition: str) -> zone.Zone:
    jurisdiction, home, regions = _ZONES[partition]
    risks = ["aws.management-account", "aws.service-linked-roles"]
    if partition != "aws-cn" and jurisdiction != "US":
        risks.append("provider-legal-reach")
    shape: dict[str, Any] = {
        "zone": partition,
        "title": f"A zone in {partition}",
        "jurisdiction": jurisdiction,
        "aws": {"partition": partition, "home": home, "regions": regions},
        "retention": {"mode": "COMPLIANCE", "years": 7},
        "keys": {"aws_origin": "AWS_KMS"},
        "data_classes": {"pii": {"leaves": "never"}},
        "accepts": [{"risk": risk, "reason": "of no matter to a measurement"} for risk in risks],
    }
    return zone.parse(shape, "bench/quotas.py")
