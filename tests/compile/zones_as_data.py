"""Zones of the repository, changed where a test wants them to be, and what an SCP decides about a call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sovereignty import deployment, zone
from sovereignty.compile.document import Document
from sovereignty.deployment import Deployment
from sovereignty.documents import read_yaml
from sovereignty.iam.evaluate import denials
from sovereignty.iam.policy import Policy, parse
from sovereignty.iam.request import Request
from sovereignty.zone import Zone

ROOT = Path(__file__).parents[2]
SOMEBODY = "arn:aws:iam::444455556666:role/app"
OU_PATH = "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222/"
AT_HOME = {
    "aws:ResourceOrgID": "o-a1b2c3d4e5",
    "aws:ResourceOrgPaths": (OU_PATH,),
    "aws:RequestTag/DataResidency": "EU",
}
"""The context of a call on what the zone of the EU owns, rightly tagged."""
DEPLOYED = {
    "zone": "eu",
    "awsOrganizationId": "o-a1b2c3d4e5",
    "awsManagementAccount": "111122223333",
    "awsAccounts": ["444455556666"],
    "awsZoneOuPath": OU_PATH,
    "azureTenantId": "6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b",
    "azureSubscriptions": ["0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"],
}


def declared(name: str = "eu", **changes: Any) -> Zone:
    data = read_yaml(ROOT / "zones" / f"{name}.yaml")
    assert isinstance(data, dict)
    return zone.parse({**data, **changes}, f"zones/{name}.yaml")


def allowing_pairs(zone: str) -> Zone:
    """A zone of the repository, with `azure.geo_redundancy`."""
    law = declared(zone)
    assert law.azure is not None
    return law.model_copy(update={"azure": law.azure.model_copy(update={"geo_redundancy": True})})


def deployed(**changes: Any) -> Deployment:
    return deployment.from_config({**DEPLOYED, **changes}, "Pulumi.eu.yaml")


def on_aws_alone(partition: str, home: str, jurisdiction: str) -> Zone:
    """A zone in one region of a partition, with the residual risks that this takes on."""
    data = {
        "zone": "one",
        "title": "One region",
        "jurisdiction": jurisdiction,
        "aws": {"partition": partition, "home": home, "regions": [home]},
        "retention": {"mode": "COMPLIANCE", "years": 1},
        "keys": {"aws_origin": "AWS_KMS"},
        "data_classes": {"pii": {"leaves": "never"}},
    }
    risks = ["aws.management-account", "aws.service-linked-roles", "provider-legal-reach"]
    wanted = risks[: 3 if jurisdiction == "EU" else 2]
    accepted = [{"risk": risk, "reason": "of no matter to this test"} for risk in wanted]
    return zone.parse({**data, "accepts": accepted}, "zones/one.yaml")


def denied(
    documents: tuple[Document, ...],
    action: str,
    region: str,
    principal: str = SOMEBODY,
    resource: str = "*",
    keys: Mapping[str, str | tuple[str, ...] | None] = MappingProxyType({}),
) -> list[str]:
    """The Sids that deny a call on what the zone owns, rightly tagged; `keys` differ from that: text, a tuple, or
    None for an absent one."""
    context = {**AT_HOME, "aws:RequestedRegion": region, "aws:PrincipalArn": principal, **keys}
    request = Request(action, resource, {key: value for key, value in context.items() if value is not None})
    return [statement.sid for document in documents for statement in denials(parsed(document.text), request)]


@cache
def parsed(text: str) -> Policy:
    return parse(json.loads(text))
