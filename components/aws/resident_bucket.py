"""Storage on AWS for a zone's ordinary data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import iam, s3

from components.arguments import checked
from components.aws import bucket_parts
from components.aws.arguments import bucket_arn, key_arn, region_of
from sovereignty.compile import bucket_policy, inventory_delivery, replication_role
from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

INVENTORIES_KEPT_DAYS = 365
"""The S3 User Guide recommends that old lists go; a year of them shows how the bucket came to be what it is."""


@dataclass(frozen=True, kw_only=True)
class ResidentBucketArgs:
    """What a bucket for a zone's ordinary data needs to know."""

    zone: Zone
    deployment: Deployment
    bucket: str
    """The bucket's name. Said, not generated: so its policy is known, and judged, before the bucket exists."""
    key: pulumi.Input[str]
    """ARN of the zone's KMS key in the bucket's region."""
    region: str | None = None
    """The bucket's region, which is its provider's; None: the zone's home."""
    data_class: str | None = None
    """A class of the zone, for the tag DataClassification; None: the provider's default."""
    receives: Sequence[str] = ()
    """What is delivered here: config, flow-logs, inventory (of other buckets), organization-trail, replicas, trail."""
    old_versions_days: int | None = 90
    """Days after which a version that was replaced or deleted goes for good; None: never."""
    replicates_to: pulumi.Input[str] | None = None
    """ARN of a bucket of the same account to which S3 copies every new object."""
    replica_region: str | None = None
    """The region of that bucket, which has to be one of the zone's."""
    replica_key: pulumi.Input[str] | None = None
    """ARN of the zone's KMS key in that region."""


class ResidentBucket(pulumi.ComponentResource):
    """A bucket for data that stays in the zone and may be changed and deleted. Protected, with all it needs.

    As `WormBucket` without the lock: versions, the zone's key with a bucket key, no ACLs, no public access, the
    perimeter's policy, a weekly inventory, notices to EventBridge. With `replicates_to`, a replication role that reads
    this bucket and writes that one, and nothing else; delete markers are not copied.

    Features: resident data.
    Outputs: `name`, `arn`; who uses them waits for the bucket's policy, and for its replication where it has one.
    Cost: what is stored, old versions too; for replicas their storage, a request each, transfer between regions, and
    the replication metrics (as custom metrics of CloudWatch).
    Traps: only objects that are written after the replication is set are copied, and a replica isn't replicated again.
    The bucket and its replicas are of one account, and the other bucket has to exist with versions. S3 tells of a
    replica that failed by the metric OperationsFailedReplication alone. Where `receives` names a service that delivers
    records, or `replicas`, nobody else writes. `old_versions_days` counts from when a version stops being the current
    one. The role is named after the bucket, below the path that the zone's SCPs keep to the deployment.
    Source: S3 User Guide, "Replicating objects within and across Regions", "Replicating encrypted objects",
    "Retaining multiple versions of objects with S3 Versioning".
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: ResidentBucketArgs, opts: pulumi.ResourceOptions | None = None):
        region = _check(args)
        replicas = args.replicates_to
        if replicas is not None:
            replicas = checked(replicas, lambda arn: _not_itself(args, arn))
        super().__init__("sovereign-zones:index:ResidentBucket", name, None, opts)
        parts = bucket_parts.make(
            self,
            name,
            zone=args.zone,
            deployment=args.deployment,
            bucket=args.bucket,
            key=args.key,
            receives=args.receives,
            lifecycle=_lifecycle(args.old_versions_days),
            data_class=args.data_class,
        )
        self.name, self.arn = parts.name, parts.arn
        if replicas is not None and args.replica_key is not None and args.replica_region is not None:
            replicated = self._replicate(name, args, parts, region, replicas, args.replica_key, args.replica_region)
            # S3 copies what is written from then on, and nothing that was there before
            self.name = replicated.bucket
            self.arn = pulumi.Output.concat(f"arn:{aws(args.zone).partition}:s3:::", replicated.bucket)
        self.register_outputs({"name": self.name, "arn": self.arn})

    def _replicate(
        self,
        name: str,
        args: ResidentBucketArgs,
        parts: bucket_parts.Parts,
        region: str,
        replicas: pulumi.Input[str],
        replica_key: pulumi.Input[str],
        replica_region: str,
    ) -> s3.BucketReplicationConfig:
        zone, kept = args.zone, pulumi.ResourceOptions(parent=self, protect=True)
        role = iam.Role(
            f"{name}-replication",
            name=args.bucket,
            path=f"/{bucket_policy.REPLICATION_PATH}",
            description=f"S3 replicates {args.bucket} within zone {zone.zone}",
            assume_role_policy=replication_role.trust(zone, aws_accounts(args.deployment), args.bucket).text,
            opts=kept,
        )
        allowed = pulumi.Output.all(key=args.key, replicas=replicas, replica_key=replica_key).apply(
            lambda known: (
                replication_role.permissions(
                    zone, args.bucket, region=region, replica_region=replica_region, **known
                ).text
            )
        )
        policy = iam.RolePolicy(f"{name}-replication", name="replication", role=role.name, policy=allowed, opts=kept)
        return s3.BucketReplicationConfig(
            name,
            bucket=parts.name,
            role=role.arn,
            rules=[
                s3.BucketReplicationConfigRuleArgs(
                    id="everything",
                    priority=1,
                    status="Enabled",
                    filter=s3.BucketReplicationConfigRuleFilterArgs(prefix=""),
                    delete_marker_replication=s3.BucketReplicationConfigRuleDeleteMarkerReplicationArgs(
                        status="Disabled"
                    ),
                    source_selection_criteria=s3.BucketReplicationConfigRuleSourceSelectionCriteriaArgs(
                        sse_kms_encrypted_objects=s3.BucketReplicationConfigRuleSourceSelectionCriteriaSseKmsEncryptedObjectsArgs(
                            status="Enabled"
                        )
                    ),
                    destination=s3.BucketReplicationConfigRuleDestinationArgs(
                        bucket=replicas,
                        encryption_configuration=s3.BucketReplicationConfigRuleDestinationEncryptionConfigurationArgs(
                            replica_kms_key_id=replica_key
                        ),
                        metrics=s3.BucketReplicationConfigRuleDestinationMetricsArgs(status="Enabled"),
                    ),
                )
            ],
            opts=pulumi.ResourceOptions.merge(kept, pulumi.ResourceOptions(depends_on=[parts.versioning, policy])),
        )


def _check(args: ResidentBucketArgs) -> str:
    """The bucket's region; InputError for what is wrong with the arguments."""

    def wrong(argument: str, found: str, right: str) -> InputError:
        return InputError(Problem(f"ResidentBucketArgs.{argument}", found, right))

    zone = args.zone
    bucket_parts.check("ResidentBucketArgs", args.bucket, args.receives)
    region = region_of(zone, args.region, "ResidentBucketArgs.region")
    if args.data_class is not None and args.data_class not in zone.data_classes:
        raise wrong(
            "data_class", f"Zone {zone.zone} has no class of this name.", f"Use one of {', '.join(zone.data_classes)}."
        )
    if args.old_versions_days is not None and args.old_versions_days < 1:
        raise wrong("old_versions_days", "A version is kept for a day at least.", "Use 1 or more, or None.")
    key_arn(zone, args.deployment, args.key, "ResidentBucketArgs.key", region)
    if args.replicates_to is None:
        for argument in ("replica_region", "replica_key"):
            if getattr(args, argument) is not None:
                right = "Leave it out, or name the bucket in replicates_to."
                raise wrong(argument, "It is given, and the bucket has no replicas.", right)
        return region
    bucket_arn(zone, args.replicates_to, "ResidentBucketArgs.replicates_to")
    if args.replica_region is None:
        raise wrong("replica_region", "It is missing, and the bucket has replicas.", "Name their region.")
    region_of(zone, args.replica_region, "ResidentBucketArgs.replica_region")
    if args.replica_key is None:
        raise wrong(
            "replica_key", "It is missing, and the bucket has replicas.", "Name the zone's key in their region."
        )
    key_arn(zone, args.deployment, args.replica_key, "ResidentBucketArgs.replica_key", args.replica_region)
    return region


def _not_itself(args: ResidentBucketArgs, arn: str) -> None:
    if arn.rpartition(":")[2] == args.bucket:
        found = "It is the bucket itself, and S3 copies to another one only."
        raise InputError(Problem("ResidentBucketArgs.replicates_to", found, "Name another bucket."))


def _lifecycle(old_versions_days: int | None) -> list[s3.BucketLifecycleConfigurationRuleArgs]:
    inventories = s3.BucketLifecycleConfigurationRuleArgs(
        id="inventories",
        status="Enabled",
        filter=s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=f"{inventory_delivery.PREFIX}/"),
        expiration=s3.BucketLifecycleConfigurationRuleExpirationArgs(days=INVENTORIES_KEPT_DAYS),
    )
    if old_versions_days is None:
        return [inventories]
    return [
        inventories,
        s3.BucketLifecycleConfigurationRuleArgs(
            id="old-versions",
            status="Enabled",
            filter=bucket_parts.WHOLE_BUCKET,
            noncurrent_version_expiration=s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                noncurrent_days=old_versions_days
            ),
            # a delete marker below which nothing is left says nothing any more
            expiration=s3.BucketLifecycleConfigurationRuleExpirationArgs(expired_object_delete_marker=True),
        ),
    ]
