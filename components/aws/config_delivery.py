"""Where AWS Config's records of a zone are kept."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.aws.arguments import key_arn
from components.aws.resident_bucket import ResidentBucket, ResidentBucketArgs
from components.aws.storage import WormBucket, WormBucketArgs
from sovereignty.compile import everything
from sovereignty.compile.required import aws
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone


@dataclass(frozen=True, kw_only=True)
class ConfigRecordsArgs:
    """What the buckets for AWS Config's records need to know."""

    zone: Zone
    deployment: Deployment
    key: pulumi.Input[str]
    """ARN of the zone's KMS key in its home region."""


class ConfigRecords(pulumi.ComponentResource):
    """The bucket to which AWS Config delivers, and the locked one to which S3 copies each record. Protected.

    AWS Config can't deliver to a bucket with a default retention, so `<zone>-config-<account>` receives and S3
    replicates at once into `<zone>-config-locked-<account>`, in the same region, where the zone's retention holds: a
    replica of an object without a retention gets the default of the bucket that it comes to. One pair in the home
    region is enough: AWS Config delivers there from every region and account of the zone.

    Features: configuration record; locked export of logs.
    Outputs: `bucket`, the name of the one that AWS Config delivers to, which waits for the replication (what came
    before it would never be locked); `locked_bucket`, that of the other.
    Cost: two copies of each record, the first without its old versions after 90 days, and a replication request each.
    Traps: the delivery channel has to name the zone's key, or AWS Config asks for S3's own, which the bucket refuses.
    S3 replicates within minutes, and until then a record can be deleted: the metric OperationsFailedReplication tells
    of what never came. In China (Beijing) the bucket has to lie in the region of the recorder: a zone with that region
    and another home can't have its records in one place.
    Source: AWS Config Developer Guide, "Managing the delivery channel"; AWS Config API Reference, PutDeliveryChannel;
    S3 User Guide, "What does Amazon S3 replicate?" (Object Lock).
    """

    bucket: pulumi.Output[str]
    locked_bucket: pulumi.Output[str]

    def __init__(self, name: str, args: ConfigRecordsArgs, opts: pulumi.ResourceOptions | None = None):
        zone, deployment = args.zone, args.deployment
        key = key_arn(zone, deployment, args.key, "ConfigRecordsArgs.key", aws(zone).home)
        super().__init__("sovereign-zones:index:ConfigRecords", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        receiving, locking = (
            everything.config_bucket(zone, deployment),
            everything.config_locked_bucket(zone, deployment),
        )
        buckets = everything.buckets(zone, deployment)
        locked = WormBucket(
            f"{name}-locked",
            WormBucketArgs(
                zone=zone, deployment=deployment, bucket=locking, key=key, receives=buckets[locking].receives
            ),
            child,
        )
        receives = ResidentBucket(
            name,
            ResidentBucketArgs(
                zone=zone,
                deployment=deployment,
                bucket=receiving,
                key=key,
                receives=buckets[receiving].receives,
                replicates_to=locked.arn,
                replica_region=aws(zone).home,
                replica_key=key,
            ),
            child,
        )
        self.bucket, self.locked_bucket = receives.name, locked.name
        self.register_outputs({"bucket": self.bucket, "lockedBucket": self.locked_bucket})
