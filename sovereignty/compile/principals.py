"""The roles with power, as policies name them: one IAM path, the same in each account."""

from __future__ import annotations

from typing import Any

from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone


def role(zone: Zone, name: str) -> str:
    """The ARN pattern of a role in any account; `name` with its path."""
    return f"arn:{aws(zone).partition}:iam::*:role/{name}"


def break_glass(zone: Zone) -> tuple[str, ...]:
    """The role that may do everything in an emergency."""
    return (role(zone, zone.break_glass.aws_role),)


def unless(*roles: str) -> dict[str, Any]:
    """The condition under which a denial binds everybody but these roles; empty where there are none."""
    return {"ArnNotLike": {"aws:PrincipalArn": sorted(roles)}} if roles else {}


def outsiders(organization: str) -> dict[str, Any]:
    """The condition that fits whoever is not of the organization, anonymous callers too; not AWS's own services."""
    return {
        "StringNotEqualsIfExists": {"aws:PrincipalOrgID": organization},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    }


def roles_of(zone: Zone, deployment: Deployment, *names: str) -> tuple[str, ...]:
    """The roles of these names in the zone's own accounts; a role of the same name elsewhere is nobody to the zone.

    For what binds callers of any account (RCPs, resource policies), where a pattern over accounts would let in whoever
    makes a role of that name in an account of their own. In an SCP, `role` does: it binds the zone's accounts alone.
    """
    partition = aws(zone).partition
    return tuple(
        f"arn:{partition}:iam::{account}:role/{name}" for account in aws_accounts(deployment) for name in names
    )


def strange_services(organization: str) -> dict[str, Any]:
    """The condition that fits an AWS service which acts for a resource of somebody outside the organization.

    Services that name no source (Null) can't be told apart, and pass. AWS says of whoever signs a request whether it is
    a service; anonymous callers are outsiders in any case. Source: IAM User Guide, "The confused deputy
    problem", cross-service prevention by organization.
    """
    return {
        "BoolIfExists": {"aws:PrincipalIsAWSService": "true"},
        "Null": {"aws:SourceAccount": "false"},
        "StringNotEqualsIfExists": {"aws:SourceOrgID": organization},
    }
