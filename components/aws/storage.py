"""Write-once storage on AWS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import s3

from components.aws import bucket_parts
from components.aws.arguments import key_arn
from components.retention import retention_of
from sovereignty.deployment import Deployment
from sovereignty.zone import Retention, Zone


@dataclass(frozen=True, kw_only=True)
class WormBucketArgs:
    """What a write-once bucket needs to know."""

    zone: Zone
    deployment: Deployment
    bucket: str
    """The bucket's name. Said, not generated: so its policy is known, and judged, before the bucket exists."""
    key: pulumi.Input[str]
    """ARN of the zone's KMS key in the bucket's region."""
    retention: Retention | None = None
    """None: the zone's own. Never shorter, nor in a weaker mode."""
    longer_than_the_zone: bool = False
    """Confirms a COMPLIANCE lock that the zone doesn't ask for: nobody can shorten it, not even AWS."""
    receives: Sequence[str] = ()
    """What is delivered here: config, flow-logs, inventory (of other buckets), organization-trail, replicas, trail."""


class WormBucket(pulumi.ComponentResource):
    """A bucket whose objects nobody can change or delete before their retention ends. Protected, with all it needs.

    Object Lock with the retention as default, versions, the zone's key with a bucket key, no ACLs, no public access, a
    policy that keeps the perimeter and the lock, a weekly inventory of all versions, notices to EventBridge, and the
    archive of the retention (Glacier Flexible Retrieval). Versions never expire: what happens after the retention is
    for people to decide. Where `receives` names a service that delivers records, or `replicas`, nobody else writes.

    Features: write-once records.
    Outputs: `name`, `arn`; who uses them waits for the bucket's policy.
    Cost: what is stored, for as long as it is locked; 0.0025 USD per million objects listed; a transition to the
    archive, charged per object.
    Traps: objects below 128 KB are never archived, which is most files of CloudTrail and many flow logs: that is S3
    Lifecycle's default, and left so, since an object weighs 40 KB more in the archive (8 KB of them at the price of S3
    Standard) and a small one becomes dearer there. A COMPLIANCE lock ends with its date or with the account, and with
    nothing else. Uploads need Content-MD5 or a checksum header (S3 User Guide, "Object Lock considerations").
    CloudTrail and flow logs deliver to a locked bucket; AWS Config doesn't where there is a default retention (Config
    Developer Guide, "Managing the delivery channel"): `ConfigRecords` is for that; S3's server access logs never do. A
    delete marker hides an object, and the version below it stays. Inventories are delivered into the bucket itself,
    below `inventory/`, and locked like the rest; that S3 delivers them there is nowhere denied, and unverified. The
    bucket lies in its provider's region.
    Source: S3 User Guide, "Locking objects with Object Lock", "Cataloging and analyzing your data with S3 Inventory"
    (a bucket can be the destination of its own), "Transitioning objects using Amazon S3 Lifecycle" (128 KB).
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: WormBucketArgs, opts: pulumi.ResourceOptions | None = None):
        bucket_parts.check("WormBucketArgs", args.bucket, args.receives)
        retention = retention_of(args.zone, args.retention, args.longer_than_the_zone, "WormBucketArgs")
        key = key_arn(args.zone, args.deployment, args.key, "WormBucketArgs.key")
        super().__init__("sovereign-zones:index:WormBucket", name, None, opts)
        parts = bucket_parts.make(
            self,
            name,
            zone=args.zone,
            deployment=args.deployment,
            bucket=args.bucket,
            key=key,
            receives=args.receives,
            lifecycle=_archive(retention),
            lock=retention,
        )
        self.name, self.arn = parts.name, parts.arn
        self.register_outputs({"name": self.name, "arn": self.arn})


def _archive(retention: Retention) -> list[s3.BucketLifecycleConfigurationRuleArgs]:
    if retention.archive_after_days is None:
        return []
    days, storage_class = retention.archive_after_days, "GLACIER"
    return [
        s3.BucketLifecycleConfigurationRuleArgs(
            id="archive",
            status="Enabled",
            filter=bucket_parts.WHOLE_BUCKET,
            transitions=[s3.BucketLifecycleConfigurationRuleTransitionArgs(days=days, storage_class=storage_class)],
            noncurrent_version_transitions=[
                s3.BucketLifecycleConfigurationRuleNoncurrentVersionTransitionArgs(
                    noncurrent_days=days, storage_class=storage_class
                )
            ],
        )
    ]
