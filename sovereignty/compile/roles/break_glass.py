"""The role of emergencies, in each of the zone's accounts: all permissions, which the zone's policies leave it.

So what guards it is who may take it on: IAM users that are named, each with MFA not older than an hour, from the
organization. Users, not roles: only a user's own session says that it came with MFA, and the way in must not hang on an
identity provider that the emergency may be about. Here the Principal names them, and not their account: a user who is
deleted and made again under the same name is somebody else, and stays out. Where nobody is named, it is the people of
the management account whose own policies let them, with MFA as well: they could detach the zone's policies anyway.

Sources: AWS whitepaper "Organizing Your AWS Environment", break glass access; IAM User Guide, "Secure API access with
MFA" (the key is absent from federated sessions and from chained roles).
"""

from __future__ import annotations

from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.required import aws, aws_management_account, aws_organization_id
from sovereignty.compile.roles import ci
from sovereignty.compile.roles.entrances import Entrances
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

CONTROL = "identity.roles"


def permissions_arn(zone: Zone) -> str:
    """The managed policy of AWS that it has."""
    return f"arn:{aws(zone).partition}:iam::aws:policy/AdministratorAccess"


def trust(zone: Zone, deployment: Deployment, entrances: Entrances) -> Document:
    """The users that are named, or else the management account."""
    above = f"arn:{aws(zone).partition}:iam::{aws_management_account(deployment)}:root"
    statement = {
        "Sid": sid(CONTROL, 1),
        "Effect": "Allow",
        "Principal": {"AWS": sorted(entrances.break_glass_users) or above},
        "Action": "sts:AssumeRole",
        "Condition": {**ci.with_mfa(), "StringEquals": {"aws:PrincipalOrgID": aws_organization_id(deployment)}},
    }
    limit = aws_limit(aws(zone).partition, "iam", "role_trust_policy_document")
    return policy(f"aws/policies/{zone.zone}-break-glass-trust.json", "aws:role", [statement], limit, {CONTROL})
