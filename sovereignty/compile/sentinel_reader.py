"""The role as which Microsoft Sentinel reads the zone's trail: who may become it, and what it may do.

Any customer's Sentinel holds tokens of the same issuer for the same audience: the session's name, which carries the
workspace, is what tells the zone's own apart. Values and sources: facts/sentinel_connector.yaml.
"""

from __future__ import annotations

from typing import Any

from sovereignty.compile.document import Document, Target, aws_limit, policy, sid
from sovereignty.compile.required import aws, aws_accounts, sentinel_workspace_id
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.facts import web_identity
from sovereignty.facts.web_identity import SentinelConnector
from sovereignty.zone import Zone

READER = "audit.sentinel-reader"
ROLE: Target = "aws:role"
"""Documents of a role: its trust policy, and what it may do."""


def connector(zone: Zone) -> SentinelConnector:
    """The connector of the cloud in which the zone's workspace is; InputError where Sentinel reads no AWS from there.

    A zone without a footprint on Azure has its workspace in the cloud that goes with its AWS partition.
    """
    cloud, partition = zone.azure.cloud if zone.azure else None, aws(zone).partition
    for row in web_identity.sentinel_connectors():
        if row.azure_cloud == cloud or (cloud is None and partition in row.partitions):
            return row
    raise InputError(
        Problem(
            f"zones/{zone.zone}.yaml",
            f"Sentinel has no connector to read AWS from Azure's cloud {cloud or 'beside ' + partition}.",
            "Take sentinelWorkspaceId out of the stack file, and read the trail from its bucket by other means.",
        )
    )


def role_name(zone: Zone) -> str:
    """The role's name; Sentinel takes none that begins otherwise."""
    return f"{web_identity.sentinel_role_prefix()}sovereign-{zone.zone}-sentinel"


def role_arn(zone: Zone, deployment: Deployment) -> str:
    """The role, in the account that holds what the zone shares."""
    return f"arn:{aws(zone).partition}:iam::{aws_accounts(deployment)[0]}:role/{role_name(zone)}"


def provider_arn(zone: Zone, deployment: Deployment) -> str:
    """The IAM identity provider of the connector's issuer, in the role's account."""
    account = aws_accounts(deployment)[0]
    return f"arn:{aws(zone).partition}:iam::{account}:oidc-provider/{connector(zone).issuer}"


def trust(zone: Zone, deployment: Deployment) -> Document:
    """Who may become the reader: the connector, for this zone's workspace. The provider's ARN pins the issuer."""
    shown = connector(zone)
    sessions = web_identity.sentinel_sessions(sentinel_workspace_id(deployment))
    statement = {
        "Sid": sid(READER, 1),
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn(zone, deployment)},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{shown.issuer}:aud": shown.audience, "sts:RoleSessionName": list(sessions)},
        },
    }
    return _document(zone, "trust", [statement], "role_trust_policy_document")


def permissions(zone: Zone, bucket: str, queue: str, key: str) -> Document:
    """What the reader may do: read the trail's files in the bucket of that name, take the notices of the queue with
    that ARN, and have both decrypted by S3 and SQS in the zone's regions with the key of that ARN."""
    footprint = aws(zone)
    arn = f"arn:{footprint.partition}:s3:::{bucket}"
    through = sorted(f"{service}.{region}.*" for service in ("s3", "sqs") for region in footprint.regions)
    allowed: list[dict[str, Any]] = [
        {"Action": "s3:GetObject", "Resource": f"{arn}/AWSLogs/*"},
        {"Action": "s3:ListBucket", "Resource": arn},
        {"Action": list(web_identity.sentinel_queue_actions()), "Resource": queue},
        {"Action": "kms:Decrypt", "Resource": key, "Condition": {"StringLike": {"kms:ViaService": through}}},
    ]
    statements = [
        {**each, "Sid": sid(READER, number), "Effect": "Allow"} for number, each in enumerate(allowed, start=1)
    ]
    return _document(zone, "permissions", statements, "managed_policy_document")


def _document(zone: Zone, part: str, statements: list[dict[str, Any]], quota: str) -> Document:
    limit = aws_limit(aws(zone).partition, "iam", quota)
    return policy(f"aws/policies/{zone.zone}-sentinel-reader-{part}.json", ROLE, statements, limit, {READER})
