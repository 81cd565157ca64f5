"""The role as which CloudTrail writes a zone's trail into its log group: its trust, and what it may do.

That CloudTrail says for which trail it assumes the role is documented of buckets, topics and keys, and not of roles:
where it does, it has to be the zone's. Who may pass the role is who makes a trail with it, and that is the deployment.

Sources: AWS CloudTrail User Guide, "Role policy document for CloudTrail to use CloudWatch Logs for monitoring" (how
log streams are called, those of an organization's trail too); IAM User Guide, "The confused deputy problem".
"""

from __future__ import annotations

from typing import Any

from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.required import aws, aws_organization_id
from sovereignty.compile.trail_delivery import TRAIL, organization_trail, trail_arn
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

CONTROL = "identity.service-roles"


def log_group(zone: Zone) -> str:
    """The log group's name, by which the zone's SCPs protect it."""
    return f"sovereign-{zone.zone}-trail"


def role_name(zone: Zone) -> str:
    """The role's name, below the path that the zone's SCPs protect; one of each account."""
    return f"sovereign-{zone.zone}-trail-logs"


def trust(zone: Zone, deployment: Deployment, account: str, *, organization: bool = False) -> Document:
    """Who may become the role of that account: CloudTrail, for the account's trail or the organization's."""
    statement = {
        "Sid": sid(CONTROL, 1),
        "Effect": "Allow",
        "Principal": {"Service": TRAIL},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEqualsIfExists": {
                "aws:SourceArn": organization_trail(zone, deployment) if organization else trail_arn(zone, account)
            }
        },
    }
    return _document(zone, account, "trust", [statement], "role_trust_policy_document")


def permissions(zone: Zone, deployment: Deployment, account: str, *, organization: bool = False) -> Document:
    """What it may do: open its own log streams in the log group, and write to them."""
    footprint = aws(zone)
    group = f"arn:{footprint.partition}:logs:{footprint.home}:{account}:log-group:{log_group(zone)}"
    streams = [f"{group}:log-stream:{account}_CloudTrail_{footprint.home}*"]
    if organization:
        streams.append(f"{group}:log-stream:{aws_organization_id(deployment)}_*")
    statement = {
        "Sid": sid(CONTROL, 1),
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": streams,
    }
    return _document(zone, account, "permissions", [statement], "role_inline_policies_total")


def _document(zone: Zone, account: str, part: str, statements: list[dict[str, Any]], quota: str) -> Document:
    limit = aws_limit(aws(zone).partition, "iam", quota)
    path = f"aws/policies/{zone.zone}-trail-logs-{account}-{part}.json"
    return policy(path, "aws:role", statements, limit, {CONTROL})
