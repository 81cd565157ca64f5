"""The policy of a zone's bucket: what nobody may do to it, whatever their own permissions say, and who delivers to it.

A write-once bucket has a lock to defend besides; an ordinary one hasn't, and the rest is the same. What AWS delivers
into a bucket is given by `RECEIVES`; every bucket takes its own inventory. A bucket of records is written by the
services that deliver to it and by nobody else, break-glass included: a record that a person could have written proves
nothing. Replicas come by roles that the deployment alone can make, and bring no delete markers.

A service that sets up log delivery writes the bucket's policy with the permissions of its caller, in place of ours (VPC
User Guide) or into it (CloudWatch Logs User Guide): nobody's bucket policy comes by a service (`aws:ViaAWSService`),
the deployment role's and break-glass's not either. CloudFormation and Cloud Control therefore can't write it.

An explicit header overrides the bucket's default, so key, mode and length are bounded here too; a plain upload names
none of them, and the bucket's defaults, which are right, hold. Object Lock's own configuration is refused to everybody,
so the bucket gets this policy after its lock. What stays open: the root user of the bucket's account may always replace
a bucket's policy (S3 User Guide, "Bucket policies"), which the zone's SCPs refuse; how S3 rounds the remaining days of
a retention isn't documented, so the longest one leaves room for leap days and a day of rounding.

Sources: Amazon VPC User Guide, "Amazon S3 bucket permissions for flow logs"; CloudWatch Logs User Guide, "Logs sent to
Amazon S3"; IAM User Guide, aws:ViaAWSService (that these services set it there is unverified); S3 User Guide, "Managing
Object Lock" (with replicas: s3:ReplicateObject), "Using server-side encryption with AWS KMS keys", "Amazon S3 condition
keys"; S3 API Reference, PutObject (the encryption headers); IAM User Guide, aws:PrincipalServiceName.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sovereignty.compile import config_delivery, inventory_delivery, log_delivery, trail_delivery
from sovereignty.compile.delivery import Named
from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.principals import outsiders, roles_of, strange_services, unless
from sovereignty.compile.required import aws, aws_accounts, aws_organization_id
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import DEPLOYMENT_ROLE, ROLES_PATH, Retention, Zone

TLS, ORGANIZATION, SERVICES, KEY, RETENTION, WEAKENING = (
    "network.tls",
    "identity.organization",
    "identity.services",
    "keys.zone-key",
    "worm.retention",
    "worm.weakening",
)
LOG_WRITERS = "audit.log-writers"

RECEIVES = ("config", "flow-logs", "inventory", "organization-trail", "replicas", "trail")
"""What a bucket can receive. inventory: that of other buckets; replicas: of buckets of the zone's accounts."""
REPLICATION_PATH = f"{ROLES_PATH}replication/"
"""The IAM path of the roles by which S3 replicates, each named after the bucket that it reads."""
_WRITERS = {
    "trail": trail_delivery.TRAIL,
    "organization-trail": trail_delivery.TRAIL,
    "flow-logs": log_delivery.SERVICE,
    "config": config_delivery.SERVICE,
}

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
REPLACES = "s3:PutBucketPolicy"
"""What no service does on a caller's behalf, whoever that is: see the module's docstring."""
UPLOADS = ["s3:PutObject", "s3:PutObjectRetention", "s3:ReplicateObject"]
REPLICATES = ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]
DAYS, MODE = "s3:object-lock-remaining-retention-days", "s3:object-lock-mode"
ALGORITHM, KEY_ID = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"
CUSTOMER_KEY = "s3:x-amz-server-side-encryption-customer-algorithm"
ENCRYPTED = ["aws:kms", "aws:kms:dsse"]


def document(
    zone: Zone,
    deployment: Deployment,
    bucket: str,
    retention: Retention | None = None,
    *,
    receives: Sequence[str] = (),
    locked: bool = True,
    trail_arns: Sequence[str] | None = None,
) -> Document:
    """The policy of the bucket of that name; InputError for what it can't receive.

    `retention` is the zone's where none is given. `trail_arns` are the trails that deliver where it receives them; by
    default the zone's own.
    """
    statements = [
        *_deliveries(zone, deployment, bucket, receives, trail_arns),
        *_writers(zone, deployment, bucket, receives),
        *_denials(zone, deployment, bucket, retention or zone.retention, locked, _replicated(receives)),
    ]
    return _assembled(zone, bucket, statements)


def unknown(receives: Sequence[str]) -> Problem | None:
    """What is wrong with such a list, of nowhere yet; None where nothing is."""
    strange = sorted(set(receives) - set(RECEIVES))
    if not strange:
        return None
    return Problem("receives", "It names something that a bucket can't receive.", f"Use {', '.join(RECEIVES)}.")


def longest(retention: Retention) -> int:
    """The most days that an upload may ask for: the retention with its leap days, and a day of rounding."""
    return retention.days + -(-retention.years // 4) + 1


def _deliveries(
    zone: Zone, deployment: Deployment, bucket: str, receives: Sequence[str], trail_arns: Sequence[str] | None
) -> list[Named]:
    if problem := unknown(receives):
        raise InputError(problem)
    found = inventory_delivery.allowances(zone, deployment, bucket, of_others="inventory" in receives)
    if "trail" in receives:
        trails = trail_delivery.trails(zone, deployment) if trail_arns is None else trail_arns
        found += trail_delivery.allowances(zone, deployment, bucket, trails)
    if "organization-trail" in receives:
        found += trail_delivery.organization_allowances(zone, deployment, bucket)
    if "flow-logs" in receives:
        found += log_delivery.allowances(zone, deployment, bucket)
    if "config" in receives:
        found += config_delivery.allowances(zone, deployment, bucket)
    return found


def _recorders(receives: Sequence[str]) -> list[str]:
    return sorted({_WRITERS[each] for each in receives if each in _WRITERS})


def _replicated(receives: Sequence[str]) -> bool:
    """Whether replicas may come: to a bucket that is for them, and to one that isn't for records."""
    return "replicas" in receives or not _recorders(receives)


def _writers(zone: Zone, deployment: Deployment, bucket: str, receives: Sequence[str]) -> list[Named]:
    """Who writes to a bucket of records, besides S3 its inventory; nothing for a bucket that everybody may write to."""
    services = _recorders(receives)
    if not services and "replicas" not in receives:
        return []
    trails = {"trail", "organization-trail"} & set(receives)
    control = trail_delivery.WRITERS if trails else LOG_WRITERS
    objects = f"arn:{aws(zone).partition}:s3:::{bucket}/*"
    known = sorted([*services, inventory_delivery.SERVICE])
    found: list[Named] = [
        _denial(control, "s3:PutObject", objects, {"StringNotEqualsIfExists": {"aws:PrincipalServiceName": known}})
    ]
    if "replicas" not in receives:
        return [*found, _denial(control, REPLICATES, objects, {})]
    replicating = unless(*roles_of(zone, deployment, f"{REPLICATION_PATH}*"))
    return [
        *found,
        _denial(control, ["s3:ReplicateObject", "s3:ReplicateTags"], objects, replicating),
        _denial(control, "s3:ReplicateDelete", objects, {}),
    ]


def _denials(
    zone: Zone, deployment: Deployment, bucket: str, kept: Retention, locked: bool, replicated: bool
) -> list[Named]:
    footprint = aws(zone)
    organization = aws_organization_id(deployment)
    arn = f"arn:{footprint.partition}:s3:::{bucket}"
    everything, objects = [arn, f"{arn}/*"], f"{arn}/*"
    keys = [
        f"arn:{footprint.partition}:kms:{region}:{account}:key/*"
        for region in sorted(footprint.regions)
        for account in sorted(aws_accounts(deployment))
    ]
    powerful = roles_of(zone, deployment, DEPLOYMENT_ROLE, zone.break_glass.aws_role)
    replicas = [] if not replicated else ["s3:ReplicateObject"]
    puts = ["s3:PutObject", *replicas] if replicas else "s3:PutObject"
    uploads = ["s3:PutObject", "s3:PutObjectRetention", *replicas]
    found = [
        _denial(TLS, "s3:*", everything, {"Bool": {"aws:SecureTransport": "false"}}),
        _denial(TLS, "s3:*", everything, {"NumericLessThan": {"s3:TlsVersion": MINIMUM_TLS}}),
        _denial(ORGANIZATION, "s3:*", everything, outsiders(organization)),
        _denial(SERVICES, "s3:*", everything, strange_services(organization)),
        _denial(KEY, puts, objects, _named_but_not(ALGORITHM, ENCRYPTED)),
        _denial(KEY, puts, objects, _named_but_not(KEY_ID, keys)),
        # SSE-KMS without a key would take AWS's own, and not the bucket's default
        _denial(KEY, puts, objects, {"Null": {ALGORITHM: "false", KEY_ID: "true"}}),
        _denial(KEY, puts, objects, {"Null": {CUSTOMER_KEY: "false"}}),
    ]
    by_aws = _denial(WEAKENING, REPLACES, arn, {"Bool": {"aws:ViaAWSService": "true"}})
    if not locked:
        # a lock that somebody sets is as hard to undo as one that somebody lifts
        return [*found, _denial(WEAKENING, [*WEAKENS, LOCK], arn, unless(*powerful)), by_aws]
    emergency = roles_of(zone, deployment, zone.break_glass.aws_role)
    found += [
        _denial(RETENTION, uploads, objects, {"NumericLessThan": {DAYS: str(kept.days)}}),
        _denial(RETENTION, uploads, objects, {"NumericGreaterThan": {DAYS: str(longest(kept))}}),
        _denial(WEAKENING, LOCK, arn, {}),
        _denial(WEAKENING, BYPASS, objects, unless(*emergency)),
        _denial(WEAKENING, WEAKENS, arn, unless(*powerful)),
        by_aws,
    ]
    if kept.mode == "COMPLIANCE":
        found.append(_denial(RETENTION, uploads, objects, _named_but_not(MODE, ["COMPLIANCE"])))
    return found


def _denial(control: str, action: Any, resource: Any, condition: dict[str, Any]) -> Named:
    return control, {
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resource,
        **({"Condition": condition} if condition else {}),
    }


def _assembled(zone: Zone, bucket: str, statements: list[Named]) -> Document:
    """The bucket's policy of these statements, each named after its control."""
    counts: dict[str, int] = {}
    named = []
    for control, statement in statements:
        counts[control] = counts.get(control, 0) + 1
        named.append({"Sid": sid(control, counts[control]), **statement})
    limit = aws_limit(aws(zone).partition, "s3", "bucket_policy_document")
    return policy(f"aws/policies/{bucket}.json", "aws:bucket", named, limit, set(counts))


def _named_but_not(key: str, allowed: list[str]) -> dict[str, Any]:
    return {"StringNotLike": {key: allowed}, "Null": {key: "false"}}
