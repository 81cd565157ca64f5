"""What every bucket of a zone has, locked or not: versions, key, policy, inventory, lifecycle."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import s3

from sovereignty.compile import bucket_policy
from sovereignty.compile.inventory_delivery import PREFIX
from sovereignty.compile.required import aws
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Retention, Zone

ABANDONED_UPLOAD_DAYS = 7
"""Parts of an upload that was never finished are locked by nothing and paid for: they go after a week."""
WHOLE_BUCKET = s3.BucketLifecycleConfigurationRuleFilterArgs(prefix="")
# S3 User Guide, "General purpose bucket naming rules". Dots are left out though S3 takes them: over TLS such a name
# doesn't fit S3's certificate, and the bucket's policy refuses everything else
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_RESERVED = re.compile(r"(xn--|sthree-|amzn-s3-demo-).*|.*(-s3alias|--ol-s3|--x-s3|--table-s3)")


@dataclass(frozen=True)
class Parts:
    """The bucket; `name` and `arn` are known before it is made, and wait for its policy once it is made."""

    bucket: s3.Bucket
    versioning: s3.BucketVersioning
    policy: s3.BucketPolicy
    name: pulumi.Output[str]
    arn: pulumi.Output[str]


def check(args_class: str, bucket: str, receives: Sequence[str]) -> None:
    """InputError for a name that S3 doesn't take, and for what a bucket can't receive."""
    if not _NAME.fullmatch(bucket) or _RESERVED.fullmatch(bucket):
        right = "Use 3 to 63 lower-case letters, digits and hyphens, such as eu-records-444455556666."
        raise InputError(Problem(f"{args_class}.bucket", "S3 takes no bucket of this name.", right))
    if problem := bucket_policy.unknown(receives):
        raise InputError(Problem(f"{args_class}.receives", problem.found, problem.right))


def make(
    parent: pulumi.ComponentResource,
    name: str,
    *,
    zone: Zone,
    deployment: Deployment,
    bucket: str,
    key: pulumi.Input[str],
    receives: Sequence[str],
    lifecycle: Sequence[s3.BucketLifecycleConfigurationRuleArgs],
    lock: Retention | None = None,
    data_class: str | None = None,
) -> Parts:
    """The bucket of that name with its parts, all protected; `lock` is the retention of what is written to it."""
    kept = pulumi.ResourceOptions(parent=parent, protect=True)
    made = s3.Bucket(
        name,
        bucket=bucket,
        object_lock_enabled=lock is not None or None,
        force_destroy=False,
        tags={"DataClassification": data_class} if data_class else None,
        opts=kept,
    )
    closed = s3.BucketPublicAccessBlock(
        name,
        bucket=made.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=kept,
    )
    owned = s3.BucketOwnershipControls(
        name,
        bucket=made.bucket,
        rule=s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
        opts=kept,
    )
    versioning = s3.BucketVersioning(
        name,
        bucket=made.bucket,
        versioning_configuration=s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
        opts=kept,
    )
    encrypted = s3.BucketServerSideEncryptionConfiguration(
        name,
        bucket=made.bucket,
        rules=[
            s3.BucketServerSideEncryptionConfigurationRuleArgs(
                apply_server_side_encryption_by_default=s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                    sse_algorithm="aws:kms", kms_master_key_id=key
                ),
                bucket_key_enabled=True,
            )
        ],
        opts=kept,
    )
    s3.BucketNotification(name, bucket=made.bucket, eventbridge=True, opts=kept)
    versioned = _after(kept, versioning)
    # once the policy lets services deliver, nothing comes before the key and the owner are the zone's
    before_policy: list[pulumi.Resource] = [closed, owned, encrypted]
    if lock:
        before_policy.append(
            s3.BucketObjectLockConfiguration(
                name,
                bucket=made.bucket,
                rule=s3.BucketObjectLockConfigurationRuleArgs(
                    default_retention=s3.BucketObjectLockConfigurationRuleDefaultRetentionArgs(
                        mode=lock.mode, years=lock.years
                    )
                ),
                opts=versioned,
            )
        )
    policy = s3.BucketPolicy(
        name,
        bucket=made.bucket,
        policy=bucket_policy.document(zone, deployment, bucket, lock, receives=receives, locked=lock is not None).text,
        # S3 answers "conflicting conditional operation" while a public-access block is on its way; and once the policy
        # stands, nobody may set the lock
        opts=_after(kept, *before_policy),
    )
    s3.BucketLifecycleConfiguration(name, bucket=made.bucket, rules=[_abandoned(), *lifecycle], opts=versioned)
    arn = pulumi.Output.concat(f"arn:{aws(zone).partition}:s3:::", policy.bucket)
    s3.Inventory(
        name,
        name="weekly",
        bucket=policy.bucket,
        included_object_versions="All",
        schedule=s3.InventoryScheduleArgs(frequency="Weekly"),
        optional_fields=_fields(lock is not None),
        destination=s3.InventoryDestinationArgs(
            bucket=s3.InventoryDestinationBucketArgs(
                bucket_arn=arn,
                format="Parquet",
                prefix=PREFIX,
                encryption=s3.InventoryDestinationBucketEncryptionArgs(
                    sse_kms=s3.InventoryDestinationBucketEncryptionSseKmsArgs(key_id=key)
                ),
            )
        ),
        opts=kept,
    )
    return Parts(made, versioning, policy, policy.bucket, arn)


def _after(options: pulumi.ResourceOptions, *resources: pulumi.Resource) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=list(resources)))


def _abandoned() -> s3.BucketLifecycleConfigurationRuleArgs:
    return s3.BucketLifecycleConfigurationRuleArgs(
        id="abandoned-uploads",
        status="Enabled",
        filter=WHOLE_BUCKET,
        abort_incomplete_multipart_upload=s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
            days_after_initiation=ABANDONED_UPLOAD_DAYS
        ),
    )


def _fields(locked: bool) -> list[str]:
    """What a list says of each object besides its name: how it is encrypted, copied and locked."""
    lock = ["ObjectLockLegalHoldStatus", "ObjectLockMode", "ObjectLockRetainUntilDate"] if locked else []
    return [
        "BucketKeyStatus",
        "EncryptionStatus",
        "LastModifiedDate",
        *lock,
        "ReplicationStatus",
        "Size",
        "StorageClass",
    ]
