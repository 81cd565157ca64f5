"""The role as which the CI runs the engine, in the management account: `sovereign/ci-<zone>`.

It is the one role outside the zone that may take on the deployment role. No SCP binds it, so it may do little: read the
organization, write OUs and the policies attached to them, and take on the deployment role in the zone's accounts. It
moves no account, and attaches nothing to the root or to an account: that is people's.

Sources: IAM User Guide, "Create a role for OpenID Connect federation" (issuer, audience and subject pinned);
Service Authorization Reference, AWS Organizations (resource types, `organizations:PolicyType`).
"""

from __future__ import annotations

from typing import Any

from sovereignty.compile import organization
from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.principals import roles_of
from sovereignty.compile.required import aws, aws_management_account, aws_organization_id
from sovereignty.compile.roles.entrances import SESSION_SECONDS, Entrances
from sovereignty.deployment import Deployment
from sovereignty.facts.aws_availability import offered
from sovereignty.zone import DEPLOYMENT_ROLE, ROLES_PATH, Zone

CONTROL = "identity.roles"
BY_HAND = "sts:AssumeRole"
BY_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"


def role_name(zone: Zone) -> str:
    """Path and name."""
    return f"{ROLES_PATH}ci-{zone.zone}"


def role_arn(zone: Zone, deployment: Deployment) -> str:
    """The role, in the management account."""
    return f"arn:{aws(zone).partition}:iam::{aws_management_account(deployment)}:role/{role_name(zone)}"


def provider_arn(zone: Zone, deployment: Deployment, entrances: Entrances) -> str:
    """The identity provider of the CI's issuer, in the management account."""
    account = aws_management_account(deployment)
    return f"arn:{aws(zone).partition}:iam::{account}:oidc-provider/{entrances.provider}"


def policy_types(zone: Zone) -> tuple[str, ...]:
    """The types of policy that a zone's OU may have, where the zone's partition has them."""
    there = aws(zone).partition
    refuse = ["SERVICE_CONTROL_POLICY", *(["RESOURCE_CONTROL_POLICY"] if offered(there, "rcp") else [])]
    return (*refuse, *(kind.type for kind in organization.KINDS if offered(there, kind.capability)))


def trust(zone: Zone, deployment: Deployment, entrances: Entrances) -> Document:
    """The jobs that are named, by their tokens; without an issuer people of the management account, with MFA."""
    if entrances.oidc_issuer:
        issuer = entrances.provider
        claims = {f"{issuer}:aud": entrances.oidc_audience, f"{issuer}:sub": sorted(entrances.oidc_subjects)}
        statement = {
            "Principal": {"Federated": provider_arn(zone, deployment, entrances)},
            "Action": BY_WEB_IDENTITY,
            "Condition": {"StringEquals": claims},
        }
    else:
        account = f"arn:{aws(zone).partition}:iam::{aws_management_account(deployment)}:root"
        statement = {"Principal": {"AWS": account}, "Action": BY_HAND, "Condition": with_mfa()}
    return _document(zone, "trust", [statement], "role_trust_policy_document")


def with_mfa() -> dict[str, Any]:
    """The condition that holds for a session that an MFA began, no longer than a role's session ago.

    Bool, not BoolIfExists: a call without the key came without MFA (IAM User Guide, "Secure API access with MFA").
    """
    return {
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "NumericLessThanEquals": {"aws:MultiFactorAuthAge": str(SESSION_SECONDS)},
    }


def permissions(zone: Zone, deployment: Deployment) -> Document:
    """What the engine does in the organization, and the deployment role in each of the zone's accounts."""
    named = aws_organization_id(deployment)
    owned = f"arn:{aws(zone).partition}:organizations::{aws_management_account(deployment)}"
    units = f"{owned}:ou/{named}/ou-*"
    root = f"{owned}:root/{named}/r-*"
    types = sorted(policy_types(zone))
    policies = [f"{owned}:policy/{named}/{kind.lower()}/p-*" for kind in types]
    of_type = {"StringEquals": {"organizations:PolicyType": types}}
    return _document(
        zone,
        "permissions",
        [
            {"Action": ["organizations:Describe*", "organizations:List*"], "Resource": "*"},
            {"Action": "organizations:CreateOrganizationalUnit", "Resource": [root, units]},
            {
                "Action": ["organizations:DeleteOrganizationalUnit", "organizations:UpdateOrganizationalUnit"],
                "Resource": units,
            },
            {"Action": "organizations:CreatePolicy", "Resource": "*", "Condition": of_type},
            {
                "Action": [
                    "organizations:AttachPolicy",
                    "organizations:DeletePolicy",
                    "organizations:DetachPolicy",
                    "organizations:UpdatePolicy",
                ],
                "Resource": [units, *policies],
                "Condition": of_type,
            },
            {"Action": ["organizations:TagResource", "organizations:UntagResource"], "Resource": [units, *policies]},
            {"Action": "sts:AssumeRole", "Resource": list(roles_of(zone, deployment, DEPLOYMENT_ROLE))},
        ],
        "role_inline_policies_total",
    )


def _document(zone: Zone, part: str, allowed: list[dict[str, Any]], quota: str) -> Document:
    statements = [{**each, "Sid": sid(CONTROL, n), "Effect": "Allow"} for n, each in enumerate(allowed, start=1)]
    limit = aws_limit(aws(zone).partition, "iam", quota)
    return policy(f"aws/policies/{zone.zone}-ci-{part}.json", "aws:role", statements, limit, {CONTROL})
