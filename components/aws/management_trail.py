"""The management account's own record of what was done in it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudtrail, cloudwatch, iam, s3

from components.aws import log_alarm
from sovereignty import facts
from sovereignty.compile import foundation as compiled
from sovereignty.compile import foundation_trail, foundation_trail_logs
from sovereignty.errors import InputError, Problem
from sovereignty.zone import ROLES_PATH
from sovereignty.zone_parts import MAX_RETENTION_YEARS

SEARCHABLE_DAYS = 365
"""Days for which the log group keeps a record; the bucket keeps it for `years`."""


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
    alarm_topic: pulumi.Input[str] | None = None
    """ARN of the watch's topic in this region, which is told of the root user and the emergency role in any region.
    None: no log group, and no such alarm."""


class ManagementTrail(pulumi.ComponentResource):
    """A trail of all regions of the management account, with file validation, into a write-once bucket that CloudTrail
    alone writes to. Both are protected. It records management events, and so makes them known to EventBridge. With
    `alarm_topic` a copy goes to the log group `sovereign-foundation-trail`, and an alarm tells when the root user or
    the emergency role is used, in whatever region: EventBridge hears of its own region alone.

    Features: foundation of the organization; audit trail.
    Outputs: `arn`, `bucket`. Cost: the first trail of an account records management events for nothing, a second one
    does not (leave ours out where there is one); storage in S3; the log group by the GB.
    Traps: The bucket's settings are refused to everybody, the stack included, until its policy is replaced. The records
    hold requests of the management account's control plane: names, addresses and settings, and no content of a zone.
    The alarm comes some minutes after the call and says that there was one; who it was stands in the log group.
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
        before_trail: list[pulumi.Resource] = [allowed]
        group = role = None
        if args.alarm_topic is not None:
            place = (where.partition, args.region, args.account)
            group, role, permitted = self._log_group(name, *place, trail_arn, args.key)
            before_trail.append(permitted)
            self._watch(name, where.partition, args.account, group, args.alarm_topic)
        trail = cloudtrail.Trail(
            name,
            name=compiled.TRAIL,
            s3_bucket_name=bucket.bucket,
            kms_key_id=args.key,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            cloud_watch_logs_group_arn=pulumi.Output.concat(group.arn, ":*") if group else None,
            cloud_watch_logs_role_arn=role.arn if role else None,
            # CloudTrail tries bucket and role when the trail is made
            opts=pulumi.ResourceOptions(parent=self, protect=True, depends_on=before_trail),
        )
        self.arn, self.bucket = trail.arn, bucket.bucket
        self.register_outputs({"arn": self.arn, "bucket": self.bucket})

    def _log_group(
        self, name: str, partition: str, region: str, account: str, trail: str, key: pulumi.Input[str]
    ) -> tuple[cloudwatch.LogGroup, iam.Role, iam.RolePolicy]:
        child = pulumi.ResourceOptions(parent=self)
        group = cloudwatch.LogGroup(
            name,
            name=foundation_trail_logs.GROUP,
            kms_key_id=key,
            retention_in_days=SEARCHABLE_DAYS,
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        role = iam.Role(
            f"{name}-logs",
            name=foundation_trail_logs.ROLE,
            path=f"/{ROLES_PATH}",
            description="CloudTrail writes the management account's trail into its log group",
            assume_role_policy=foundation_trail_logs.trust(partition, trail).text,
            opts=child,
        )
        allowed = foundation_trail_logs.permissions(partition, region, account).text
        policy = iam.RolePolicy(f"{name}-logs", name="log-group", role=role.name, policy=allowed, opts=child)
        return group, role, policy

    def _watch(
        self, name: str, partition: str, account: str, group: cloudwatch.LogGroup, topic: pulumi.Input[str]
    ) -> None:
        child, called = pulumi.ResourceOptions(parent=self), foundation_trail_logs.ALARM
        log_alarm.tell(
            f"{name}-power",
            called,
            "The root user or the emergency role is used in the management account, in any region",
            group,
            foundation_trail_logs.power(partition, account),
            topic,
            child,
        )
