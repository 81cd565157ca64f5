"""Write-once storage on AWS."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import s3

from sovereignty.compile import bucket_policy
from sovereignty.deployment import Deployment
from sovereignty.zone import Retention, Zone

ABANDONED_UPLOAD_DAYS = 7
"""Parts of an upload that was never finished are locked by nothing and paid for: they go after a week."""


@dataclass(frozen=True, kw_only=True)
class WormBucketArgs:
    """What a write-once bucket needs to know."""

    zone: Zone
    deployment: Deployment
    bucket: str
    """The bucket's name. Said, not generated: so its policy is known, and judged, before the bucket exists."""
    key: pulumi.Input[str]
    """ARN of the zone's KMS key."""
    retention: Retention | None = None
    """None: the zone's own."""


class WormBucket(pulumi.ComponentResource):
    """A bucket whose objects nobody can change or delete before their retention ends. Protected, with all it needs.

    Outputs: `name`, `arn`. Source: S3 User Guide, "Locking objects with Object Lock".
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: WormBucketArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__("sovereign-zones:index:WormBucket", name, None, opts)
        retention = args.retention or args.zone.retention
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        bucket = s3.Bucket(name, bucket=args.bucket, object_lock_enabled=True, force_destroy=False, opts=kept)
        closed = s3.BucketPublicAccessBlock(
            name,
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=kept,
        )
        s3.BucketOwnershipControls(
            name,
            bucket=bucket.id,
            rule=s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=kept,
        )
        versioning = s3.BucketVersioning(
            name,
            bucket=bucket.id,
            versioning_configuration=s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=kept,
        )
        s3.BucketServerSideEncryptionConfiguration(
            name,
            bucket=bucket.id,
            rules=[
                s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                        sse_algorithm="aws:kms", kms_master_key_id=args.key
                    ),
                    bucket_key_enabled=True,
                )
            ],
            opts=kept,
        )
        versioned = pulumi.ResourceOptions.merge(kept, pulumi.ResourceOptions(depends_on=[versioning]))
        lock = s3.BucketObjectLockConfiguration(
            name,
            bucket=bucket.id,
            rule=s3.BucketObjectLockConfigurationRuleArgs(
                default_retention=s3.BucketObjectLockConfigurationRuleDefaultRetentionArgs(
                    mode=retention.mode, years=retention.years
                )
            ),
            opts=versioned,
        )
        s3.BucketPolicy(
            name,
            bucket=bucket.id,
            policy=bucket_policy.document(args.zone, args.deployment, args.bucket, retention).text,
            # S3 answers "conflicting conditional operation" while a public-access block is on its way; and once the
            # policy stands, nobody may set the lock
            opts=pulumi.ResourceOptions.merge(kept, pulumi.ResourceOptions(depends_on=[closed, lock])),
        )
        s3.BucketLifecycleConfiguration(name, bucket=bucket.id, rules=_lifecycle(retention), opts=versioned)
        self.name, self.arn = bucket.bucket, bucket.arn
        self.register_outputs({"name": self.name, "arn": self.arn})


def _lifecycle(retention: Retention) -> list[s3.BucketLifecycleConfigurationRuleArgs]:
    """Versions move to the archive and never expire: what happens after the retention is for people to decide."""
    whole_bucket = s3.BucketLifecycleConfigurationRuleFilterArgs(prefix="")
    rules = [
        s3.BucketLifecycleConfigurationRuleArgs(
            id="abandoned-uploads",
            status="Enabled",
            filter=whole_bucket,
            abort_incomplete_multipart_upload=s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                days_after_initiation=ABANDONED_UPLOAD_DAYS
            ),
        )
    ]
    if retention.archive_after_days is not None:
        days, storage_class = retention.archive_after_days, "GLACIER"
        rules.append(
            s3.BucketLifecycleConfigurationRuleArgs(
                id="archive",
                status="Enabled",
                filter=whole_bucket,
                transitions=[s3.BucketLifecycleConfigurationRuleTransitionArgs(days=days, storage_class=storage_class)],
                noncurrent_version_transitions=[
                    s3.BucketLifecycleConfigurationRuleNoncurrentVersionTransitionArgs(
                        noncurrent_days=days, storage_class=storage_class
                    )
                ],
            )
        )
    return rules
