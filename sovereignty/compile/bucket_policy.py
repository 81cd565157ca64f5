"""The policy of a write-once bucket: what nobody may do to it, whatever their own permissions say.

An explicit header overrides the bucket's default, so key, mode and length are bounded here too; a plain upload names
none of them, and the bucket's defaults, which are right, hold. Object Lock's own configuration is refused to everybody,
so the bucket gets this policy after its lock. What stays open: the root user of the bucket's account may always replace
a bucket's policy (S3 User Guide, "Bucket policies"), which the zone's SCPs refuse; how S3 rounds the remaining days of
a retention isn't documented, so the longest one leaves room for leap days and a day of rounding.

Sources: S3 User Guide, "Managing Object Lock", "Using server-side encryption with AWS KMS keys", "Amazon S3 condition
keys"; S3 API Reference, PutObject (the encryption headers).
"""

from __future__ import annotations

from typing import Any

from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.principals import outsiders, roles_of, strange_services, unless
from sovereignty.compile.required import aws, aws_accounts, aws_organization_id
from sovereignty.deployment import Deployment
from sovereignty.zone import DEPLOYMENT_ROLE, Retention, Zone

TLS, ORGANIZATION, SERVICES, KEY, RETENTION, WEAKENING = (
    "network.tls",
    "identity.organization",
    "identity.services",
    "keys.zone-key",
    "worm.retention",
    "worm.weakening",
)

MINIMUM_TLS = "1.2"
LOCK = "s3:PutBucketObjectLockConfiguration"
BYPASS = "s3:BypassGovernanceRetention"
WEAKENS = [
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:DeleteBucketWebsite",
    "s3:PutAccelerateConfiguration",
    "s3:PutBucketAcl",
    "s3:PutBucketNotification",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketVersioning",
    "s3:PutBucketWebsite",
    "s3:PutEncryptionConfiguration",
    "s3:PutInventoryConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutReplicationConfiguration",
]
UPLOADS = ["s3:PutObject", "s3:PutObjectRetention"]
DAYS, MODE = "s3:object-lock-remaining-retention-days", "s3:object-lock-mode"
ALGORITHM, KEY_ID = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"
CUSTOMER_KEY = "s3:x-amz-server-side-encryption-customer-algorithm"
ENCRYPTED = ["aws:kms", "aws:kms:dsse"]

Denial = tuple[str, dict[str, Any]]


def document(zone: Zone, deployment: Deployment, bucket: str, retention: Retention | None = None) -> Document:
    """The policy of the bucket of that name; `retention` is the zone's where none is given."""
    return assembled(zone, bucket, denials(zone, deployment, bucket, retention))


def longest(retention: Retention) -> int:
    """The most days that an upload may ask for: the retention with its leap days, and a day of rounding."""
    return retention.days + -(-retention.years // 4) + 1


def denials(zone: Zone, deployment: Deployment, bucket: str, retention: Retention | None = None) -> list[Denial]:
    """(control, statement) for everything that the bucket refuses to everybody."""
    footprint, kept = aws(zone), retention or zone.retention
    organization = aws_organization_id(deployment)
    arn = f"arn:{footprint.partition}:s3:::{bucket}"
    everything, objects = [arn, f"{arn}/*"], f"{arn}/*"
    keys = [
        f"arn:{footprint.partition}:kms:{region}:{account}:key/*"
        for region in sorted(footprint.regions)
        for account in sorted(aws_accounts(deployment))
    ]
    emergency = roles_of(zone, deployment, zone.break_glass.aws_role)
    powerful = roles_of(zone, deployment, DEPLOYMENT_ROLE, zone.break_glass.aws_role)
    found: list[tuple[str, Any, Any, dict[str, Any]]] = [
        (TLS, "s3:*", everything, {"Bool": {"aws:SecureTransport": "false"}}),
        (TLS, "s3:*", everything, {"NumericLessThan": {"s3:TlsVersion": MINIMUM_TLS}}),
        (ORGANIZATION, "s3:*", everything, outsiders(organization)),
        (SERVICES, "s3:*", everything, strange_services(organization)),
        (KEY, "s3:PutObject", objects, _named_but_not(ALGORITHM, ENCRYPTED)),
        (KEY, "s3:PutObject", objects, _named_but_not(KEY_ID, keys)),
        # SSE-KMS without a key would take AWS's own, and not the bucket's default
        (KEY, "s3:PutObject", objects, {"Null": {ALGORITHM: "false", KEY_ID: "true"}}),
        (KEY, "s3:PutObject", objects, {"Null": {CUSTOMER_KEY: "false"}}),
        (RETENTION, UPLOADS, objects, {"NumericLessThan": {DAYS: str(kept.days)}}),
        (RETENTION, UPLOADS, objects, {"NumericGreaterThan": {DAYS: str(longest(kept))}}),
        (WEAKENING, LOCK, arn, {}),
        (WEAKENING, BYPASS, objects, unless(*emergency)),
        (WEAKENING, WEAKENS, arn, unless(*powerful)),
    ]
    if kept.mode == "COMPLIANCE":
        found.append((RETENTION, UPLOADS, objects, _named_but_not(MODE, ["COMPLIANCE"])))
    return [
        (control, {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource, "Condition": condition})
        for control, action, resource, condition in found
    ]


def assembled(zone: Zone, bucket: str, statements: list[Denial]) -> Document:
    """The bucket's policy of these statements, each named after its control."""
    counts: dict[str, int] = {}
    named = []
    for control, statement in statements:
        counts[control] = counts.get(control, 0) + 1
        kept = {element: value for element, value in statement.items() if value != {}}
        named.append({"Sid": sid(control, counts[control]), **kept})
    limit = aws_limit(aws(zone).partition, "s3", "bucket_policy_document")
    return policy(f"aws/policies/{bucket}.json", "aws:bucket", named, limit, set(counts))


def _named_but_not(key: str, allowed: list[str]) -> dict[str, Any]:
    return {"StringNotLike": {key: allowed}, "Null": {key: "false"}}
