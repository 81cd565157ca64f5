"""What lets flow logs, and other logs that AWS delivers in this way, into a bucket: those of the zone's accounts.

Each account's logs lie below that account's own prefix, with Hive-compatible prefixes or without. The statements are
those of the guide, and have to be there beforehand: whoever makes a flow log and may write the bucket's policy would
have it overwritten, says that guide, with or without them; so the bucket refuses policies that come by a service.

Source: Amazon VPC User Guide, "Amazon S3 bucket permissions for flow logs".
"""

from __future__ import annotations

from sovereignty.compile.delivery import ACL, Named, allowed
from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

DELIVERY = "audit.log-delivery"
SERVICE = "delivery.logs.amazonaws.com"


def allowances(zone: Zone, deployment: Deployment, bucket: str) -> list[Named]:
    """(control, statement): the service may look at the bucket, and write what each account's logs hold."""
    footprint = aws(zone)
    arn = f"arn:{footprint.partition}:s3:::{bucket}"
    found: list[Named] = []
    for account in sorted(aws_accounts(deployment)):
        of = {
            "ArnLike": {
                "aws:SourceArn": [
                    f"arn:{footprint.partition}:logs:{region}:{account}:*" for region in sorted(footprint.regions)
                ]
            }
        }
        found += [
            allowed(
                DELIVERY,
                SERVICE,
                ["s3:GetBucketAcl", "s3:ListBucket"],
                arn,
                {"StringEquals": {"aws:SourceAccount": account}, **of},
            ),
            allowed(
                DELIVERY,
                SERVICE,
                "s3:PutObject",
                [f"{arn}/AWSLogs/{account}/*", f"{arn}/AWSLogs/aws-account-id={account}/*"],
                {"StringEquals": {"aws:SourceAccount": account, **ACL}, **of},
            ),
        ]
    return found
