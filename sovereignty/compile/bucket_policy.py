"""The policy of a write-once bucket: what nobody may do to it, whatever their own permissions say.

Sources: S3 User Guide, "Managing Object Lock", "Using server-side encryption with AWS KMS keys", "Amazon S3 condition
keys". An explicit retention header overrides the bucket's default, so mode and length are bounded here.
"""

from __future__ import annotations

from typing import Any

from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.principals import break_glass, outsiders, role, unless
from sovereignty.compile.required import aws, aws_accounts, aws_organization_id
from sovereignty.deployment import Deployment
from sovereignty.zone import DEPLOYMENT_ROLE, Retention, Zone

TLS, ORGANIZATION, KEY, RETENTION, WEAKENING = (
    "network.tls",
    "identity.organization",
    "keys.zone-key",
    "worm.retention",
    "worm.weakening",
)

MINIMUM_TLS = "1.2"
WEAKENS = [
    "s3:BypassGovernanceRetention",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutReplicationConfiguration",
]


def document(zone: Zone, deployment: Deployment, bucket: str, retention: Retention | None = None) -> Document:
    """The policy of the bucket of that name; `retention` is the zone's where none is given."""
    footprint, kept = aws(zone), retention or zone.retention
    partition = footprint.partition
    arn = f"arn:{partition}:s3:::{bucket}"
    everything, objects = [arn, f"{arn}/*"], f"{arn}/*"
    keys = [
        f"arn:{partition}:kms:{region}:{account}:key/*"
        for region in sorted(footprint.regions)
        for account in sorted(aws_accounts(deployment))
    ]
    algorithm, key = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"
    denials: list[tuple[str, Any, Any, dict[str, Any]]] = [
        (TLS, "s3:*", everything, {"Bool": {"aws:SecureTransport": "false"}}),
        (TLS, "s3:*", everything, {"NumericLessThan": {"s3:TlsVersion": MINIMUM_TLS}}),
        (ORGANIZATION, "s3:*", everything, outsiders(aws_organization_id(deployment))),
        # a plain upload names no key and no mode (Null): the bucket's defaults hold, and they are right
        (KEY, "s3:PutObject", objects, _named_but_not(algorithm, ["aws:kms", "aws:kms:dsse"])),
        (KEY, "s3:PutObject", objects, _named_but_not(key, keys)),
        (
            RETENTION,
            ["s3:PutObject", "s3:PutObjectRetention"],
            objects,
            {"NumericLessThan": {"s3:object-lock-remaining-retention-days": str(kept.days)}},
        ),
        (WEAKENING, WEAKENS, everything, unless(role(zone, DEPLOYMENT_ROLE), *break_glass(zone))),
    ]
    if kept.mode == "COMPLIANCE":
        weaker = _named_but_not("s3:object-lock-mode", ["COMPLIANCE"])
        denials.append((RETENTION, ["s3:PutObject", "s3:PutObjectRetention"], objects, weaker))
    counts: dict[str, int] = {}
    statements = []
    for control, action, resource, condition in denials:
        counts[control] = counts.get(control, 0) + 1
        statements.append(
            {
                "Sid": sid(control, counts[control]),
                "Effect": "Deny",
                "Principal": "*",
                "Action": action,
                "Resource": resource,
                "Condition": condition,
            }
        )
    return policy(
        f"aws/policies/{bucket}.json",
        "aws:bucket",
        statements,
        aws_limit(partition, "s3", "bucket_policy_document"),
        set(counts),
    )


def _named_but_not(key: str, allowed: list[str]) -> dict[str, Any]:
    return {"StringNotLike": {key: allowed}, "Null": {key: "false"}}
