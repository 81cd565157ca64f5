"""The role by which S3 replicates one bucket into another of the same account: its trust, and what it may do.

It reads the one bucket and writes replicas into the other, and nothing else: no delete markers, no ownership of others.
KMS is used through S3 alone, in the two buckets' regions, for these two buckets. With a bucket key the encryption
context names the bucket, otherwise the object.

The trust has no condition that S3 is not documented to meet: who may pass the role is who replicates with it, and the
zone's SCPs keep roles of this path to the deployment. Where S3 says for whose account it acts, that is the zone's.

Sources: S3 User Guide, "Setting up permissions for live replication", "Replicating encrypted objects".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.required import aws
from sovereignty.zone import Zone

CONTROL = "identity.service-roles"


def trust(zone: Zone, accounts: Sequence[str], bucket: str) -> Document:
    """Who may become the role that replicates out of this bucket: S3, for one of these accounts, the zone's."""
    statement = {
        "Sid": sid(CONTROL, 1),
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEqualsIfExists": {"aws:SourceAccount": sorted(accounts)}},
    }
    return _document(zone, bucket, "trust", [statement], "role_trust_policy_document")


def permissions(
    zone: Zone, bucket: str, *, key: str, region: str, replicas: str, replica_key: str, replica_region: str
) -> Document:
    """What the role may do: out of the bucket of this name in `region`, into the one with the ARN `replicas` in
    `replica_region`. The keys are ARNs, each in its bucket's region."""
    source = f"arn:{aws(zone).partition}:s3:::{bucket}"
    allowed: list[dict[str, Any]] = [
        {"Action": ["s3:GetReplicationConfiguration", "s3:ListBucket"], "Resource": source},
        {
            "Action": ["s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"],
            "Resource": f"{source}/*",
        },
        {"Action": ["s3:ReplicateObject", "s3:ReplicateTags"], "Resource": f"{replicas}/*"},
        {"Action": "kms:Decrypt", "Resource": key, "Condition": _through_s3(region, source)},
        # Decrypt: with a bucket key S3 looks whether it is sound before it uses it
        {
            "Action": ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
            "Resource": replica_key,
            "Condition": _through_s3(replica_region, replicas),
        },
    ]
    statements = [
        {**each, "Sid": sid(CONTROL, number), "Effect": "Allow"} for number, each in enumerate(allowed, start=1)
    ]
    return _document(zone, bucket, "permissions", statements, "role_inline_policies_total")


def _through_s3(region: str, bucket: str) -> dict[str, Any]:
    # the suffix is left open: it differs by partition, the region does not
    return {
        "StringLike": {
            "kms:ViaService": f"s3.{region}.*",
            "kms:EncryptionContext:aws:s3:arn": [bucket, f"{bucket}/*"],
        }
    }


def _document(zone: Zone, bucket: str, part: str, statements: list[dict[str, Any]], quota: str) -> Document:
    limit = aws_limit(aws(zone).partition, "iam", quota)
    return policy(f"aws/policies/{bucket}-replication-{part}.json", "aws:role", statements, limit, {CONTROL})
