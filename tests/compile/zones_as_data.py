"""Zones of the repository, changed where a test wants them to be, and what an SCP decides about a call."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from sovereignty import deployment, zone
from sovereignty.compile.document import Document
from sovereignty.deployment import Deployment
from sovereignty.documents import read_yaml
from sovereignty.zone import Zone

ROOT = Path(__file__).parents[2]
SOMEBODY = "arn:aws:iam::444455556666:role/app"
DEPLOYED = {
    "zone": "eu",
    "awsOrganizationId": "o-a1b2c3d4e5",
    "awsManagementAccount": "111122223333",
    "awsAccounts": ["444455556666"],
    "azureTenantId": "6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b",
    "azureSubscriptions": ["0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"],
}


def declared(name: str = "eu", **changes: Any) -> Zone:
    data = read_yaml(ROOT / "zones" / f"{name}.yaml")
    assert isinstance(data, dict)
    return zone.parse({**data, **changes}, f"zones/{name}.yaml")


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
    principal: str = "arn:aws:iam::444455556666:role/app",
    **keys: str,
) -> list[str]:
    """The Sids that deny a call. Reads what our SCPs are made of, and stumbles over anything else."""
    context = {"aws:RequestedRegion": region, "aws:PrincipalArn": principal, **keys}
    return [
        statement["Sid"]
        for document in documents
        for statement in document.body["Statement"]
        if _names(statement, action)
        and all(_holds(operator, pairs, context) for operator, pairs in statement["Condition"].items())
    ]


def _names(statement: dict[str, Any], action: str) -> bool:
    assert statement["Effect"] == "Deny"
    assert statement["Resource"] == "*"
    patterns = statement["Action"] if "Action" in statement else statement["NotAction"]
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns) is ("Action" in statement)


def _holds(operator: str, pairs: dict[str, Any], context: dict[str, str]) -> bool:
    def matches(key: str, values: list[str] | str) -> bool:
        return any(
            fnmatchcase(context.get(key, ""), value) for value in ([values] if isinstance(values, str) else values)
        )

    assert operator in ("StringNotEquals", "ArnNotLike"), operator
    return not any(matches(key, values) for key, values in pairs.items())
