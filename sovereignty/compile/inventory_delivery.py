"""What lets S3 deliver inventories into a bucket: its own, and those of the zone's other buckets where it takes them.

The lists lie below one prefix. A bucket may be the destination of its own inventory, and the destination lies in the
region of what it lists. No page of S3's says that a locked bucket can't be one, as pages on access logs and on AWS
Config do of theirs.

Source: S3 User Guide, "Cataloging and analyzing your data with S3 Inventory", "Granting permissions for Amazon S3
Inventory and Amazon S3 analytics".
"""

from __future__ import annotations

from sovereignty.compile.delivery import ACL, Named, allowed
from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

DELIVERY = "audit.log-delivery"
SERVICE = "s3.amazonaws.com"
PREFIX = "inventory"
"""Where the lists lie in the bucket that receives them."""


def allowances(zone: Zone, deployment: Deployment, bucket: str, *, of_others: bool) -> list[Named]:
    """(control, statement): S3 may write the lists of this bucket, or `of_others` of the zone's accounts as well."""
    every = f"arn:{aws(zone).partition}:s3:::"
    return [
        allowed(
            DELIVERY,
            SERVICE,
            "s3:PutObject",
            f"{every}{bucket}/{PREFIX}/*",
            {
                "StringEquals": {"aws:SourceAccount": sorted(aws_accounts(deployment)), **ACL},
                "ArnLike": {"aws:SourceArn": f"{every}{'*' if of_others else bucket}"},
            },
        )
    ]
