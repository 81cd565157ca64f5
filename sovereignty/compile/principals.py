"""The roles with power, as policies name them: one IAM path, the same in each account."""

from __future__ import annotations

from typing import Any

from sovereignty.compile.required import aws
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
