"""The zones that proofs run over: those of the repository, and one in each partition of AWS."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from sovereignty import deployment, zone
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError
from sovereignty.zone import Zone

ROOT = Path(__file__).parents[2]
ORGANIZATION = "o-a1b2c3d4e5"
ZONE_PATH = f"{ORGANIZATION}/r-ab12/ou-ab12-11111111/ou-ab12-22222222/"
ORGANIZATION_PATHS = [f"{ORGANIZATION}/r-ab12/ou-ab12-55555555/*", f"{ORGANIZATION}/r-ab12/ou-ab12-66666666/"]
LANDED = {
    "awsOrganizationId": ORGANIZATION,
    "awsOrganizationPaths": ORGANIZATION_PATHS,
    "awsZoneOuPath": ZONE_PATH,
    "awsManagementAccount": "111122223333",
    "awsAccounts": ["444455556666"],
    "awsAmiOwners": ["123456789012"],
    "azureTenantId": "6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b",
    "azureSubscriptions": ["0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"],
}
_RISKS = ["aws.management-account", "aws.service-linked-roles"]
_FOREIGN = "provider-legal-reach"
_PARTITIONS: dict[str, dict[str, Any]] = {
    "gov": {"jurisdiction": "US", "aws": {"partition": "aws-us-gov", "home": "us-gov-west-1",
                                          "regions": ["us-gov-east-1", "us-gov-west-1"]}},
    "cn": {"jurisdiction": "CN", "aws": {"partition": "aws-cn", "home": "cn-northwest-1",
                                         "regions": ["cn-northwest-1"]}},
    "eusc": {"jurisdiction": "EU", "aws": {"partition": "aws-eusc", "home": "eusc-de-east-1",
                                           "regions": ["eusc-de-east-1"]}},
    # a zone that opens all that a zone can open, with a break-glass role of its own
    "open": {"jurisdiction": "EU", "aws": {"partition": "aws", "home": "eu-north-1", "regions": ["eu-north-1"]},
             "edge": ["acm", "dnssec"], "content_bearing": ["cloudfront", "globalaccelerator"],
             "break_glass": {"aws_role": "sovereign/emergency/open"}},
}  # fmt: skip
_APART = {"us": {"identityCenterRegion": "eu-west-2"}}
"""What the stack file of one zone has besides."""
AWS_ZONES = ("eu", "us", *_PARTITIONS)


@cache
def landed(name: str) -> tuple[Zone, Deployment]:
    """A zone of the repository, or one of a partition, and where it lands."""
    if name in _PARTITIONS:
        return made(name, _PARTITIONS[name])
    declared = zone.load(name, ROOT / "zones")
    return declared, _deployed(declared)


def network(declared: Zone) -> str:
    """A VPC of another account that the stack file names."""
    assert declared.aws
    partition, home = declared.aws.partition, declared.aws.home
    return f"arn:{partition}:ec2:{home}:666677778888:vpc/vpc-0a1b2c3d4e5f67890"


def _deployed(declared: Zone) -> Deployment:
    assert declared.aws
    config = {"zone": declared.zone, **LANDED, "awsVpcArns": [network(declared)], **_APART.get(declared.zone, {})}
    if declared.aws.partition != "aws-cn":  # Sentinel has no connector for it
        config["sentinelWorkspaceId"] = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    return deployment.from_config(config, f"Pulumi.{declared.zone}.yaml")


def made(name: str, shape: dict[str, Any]) -> tuple[Zone, Deployment]:
    """A zone on AWS alone, with what `shape` says of it and the residual risks that this takes on."""
    whole = {
        "zone": name,
        "title": name,
        "retention": {"mode": "COMPLIANCE", "years": 1},
        "keys": {"aws_origin": "AWS_KMS"},
        "data_classes": {"pii": {"leaves": "never"}},
        **shape,
    }
    for risks in (_RISKS, [*_RISKS, _FOREIGN]):
        accepted = [{"risk": risk, "reason": "of no matter to a proof"} for risk in risks]
        try:
            declared = zone.parse({**whole, "accepts": accepted}, f"zones/{name}.yaml")
        except InputError:
            if _FOREIGN in risks:
                raise
        else:
            return declared, _deployed(declared)
    raise AssertionError
