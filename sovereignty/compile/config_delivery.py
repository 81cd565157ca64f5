"""What lets AWS Config deliver into a bucket: histories and snapshots of the zone's accounts, each below its prefix.

AWS Config tries with the recorder's role first and, where that may not write, in its own name. It delivers from every
region to one bucket, except in China (Beijing), where the bucket has to lie in that region.

Sources: AWS Config Developer Guide, "Permissions for the Amazon S3 Bucket for the AWS Config Delivery Channel"; AWS
Config API Reference, PutDeliveryChannel.
"""

from __future__ import annotations

from sovereignty.compile.delivery import ACL, Named, allowed
from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

DELIVERY = "audit.log-delivery"
SERVICE = "config.amazonaws.com"


def allowances(zone: Zone, deployment: Deployment, bucket: str) -> list[Named]:
    """(control, statement): the service may look at the bucket, and write what each account's recorder saw."""
    arn, accounts = f"arn:{aws(zone).partition}:s3:::{bucket}", sorted(aws_accounts(deployment))
    looks = allowed(
        DELIVERY,
        SERVICE,
        ["s3:GetBucketAcl", "s3:ListBucket"],
        arn,
        {"StringEquals": {"aws:SourceAccount": accounts}},
    )
    return [
        looks,
        *(
            allowed(
                DELIVERY,
                SERVICE,
                "s3:PutObject",
                f"{arn}/AWSLogs/{account}/Config/*",
                {"StringEquals": {"aws:SourceAccount": account, **ACL}},
            )
            for account in accounts
        ),
    ]
