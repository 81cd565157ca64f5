"""The management account's own record of what was done in it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudtrail, s3

from sovereignty import facts
from sovereignty.compile import foundation as compiled
from sovereignty.compile import foundation_trail
from sovereignty.errors import InputError, Problem
from sovereignty.zone_parts import MAX_RETENTION_YEARS


@dataclass(frozen=True, kw_only=True)
class ManagementTrailArgs:
    """What the management account's trail needs to know."""

    region: str
    """That of the provider: the trail's home, and where its records lie."""
    account: str
    """The management account."""
    organization_id: str
    """`o-…`: whose principals the bucket lets in."""
    key: pulumi.Input[str]
    """ARN of the foundation's key in this region."""
    years: int = 1
    """How long a record can't be deleted by anybody, from 1. It can't be taken back once a record is written."""


class ManagementTrail(pulumi.ComponentResource):
    """A trail of all regions of the management account, with file validation, into a write-once bucket that CloudTrail
    alone writes to. Both are protected. It records management events, and so makes them known to EventBridge.

    Outputs: `arn`, `bucket`. Cost: the first trail of an account records management events for nothing, a second one
    does not (leave ours out where there is one); storage in S3.
    Traps: The bucket's settings are refused to everybody, the stack included, until its policy is replaced. The records
    hold requests of the management account's control plane: names, addresses and settings, and no content of a zone.
    Source: AWS CloudTrail User Guide, "Creating a trail for your AWS account", "Validating CloudTrail log file
    integrity"; Amazon S3 User Guide, "Locking objects with Object Lock".
    """

    arn: pulumi.Output[str]
    bucket: pulumi.Output[str]

    def __init__(self, name: str, args: ManagementTrailArgs, opts: pulumi.ResourceOptions | None = None):
        where = facts.region("aws", args.region)
        if where is None:
            right = "Write one, such as eu-central-1."
            raise InputError(Problem("ManagementTrailArgs.region", "This is no region of AWS in the tables.", right))
        if not 1 <= args.years <= MAX_RETENTION_YEARS:
            found = f"{args.years} years are no retention that S3 takes."
            raise InputError(Problem("ManagementTrailArgs.years", found, f"Write 1 to {MAX_RETENTION_YEARS}."))
        super().__init__("sovereign-zones:index:ManagementTrail", name, None, opts)
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        trail_arn = compiled.trail_arn(where.partition, args.region, args.account)
        retention = compiled.retention(args.years)
        bucket = s3.Bucket(
            name,
            bucket=compiled.trail_bucket(args.account),
            object_lock_enabled=True,
            force_destroy=False,
            opts=kept,
        )
        before = [
            s3.BucketPublicAccessBlock(
                name,
                bucket=bucket.id,
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
                opts=kept,
            ),
            s3.BucketOwnershipControls(
                name,
                bucket=bucket.id,
                rule=s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
                opts=kept,
            ),
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
            ),
        ]
        versioning = s3.BucketVersioning(
            name,
            bucket=bucket.id,
            versioning_configuration=s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=kept,
        )
        lock = s3.BucketObjectLockConfiguration(
            name,
            bucket=bucket.id,
            rule=s3.BucketObjectLockConfigurationRuleArgs(
                default_retention=s3.BucketObjectLockConfigurationRuleDefaultRetentionArgs(
                    mode=retention.mode, years=retention.years
                )
            ),
            opts=pulumi.ResourceOptions(parent=self, protect=True, depends_on=[versioning]),
        )
        document = foundation_trail.document(
            where.partition,
            args.account,
            args.organization_id,
            compiled.trail_bucket(args.account),
            trail_arn,
            retention,
        )
        allowed = s3.BucketPolicy(
            name,
            bucket=bucket.id,
            policy=document.text,
            # once the policy stands, nobody may set any of these
            opts=pulumi.ResourceOptions(parent=self, protect=True, depends_on=[*before, lock]),
        )
        trail = cloudtrail.Trail(
            name,
            name=compiled.TRAIL,
            s3_bucket_name=bucket.bucket,
            kms_key_id=args.key,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            opts=pulumi.ResourceOptions(parent=self, protect=True, depends_on=[allowed]),
        )
        self.arn, self.bucket = trail.arn, bucket.bucket
        self.register_outputs({"arn": self.arn, "bucket": self.bucket})
