"""The policy of the bucket to which the zone's trails deliver: a write-once bucket that CloudTrail alone writes to.

Each account's trails write below that account's own prefix, so no trail can write what another is believed to have
seen. Nobody else uploads, break-glass included: a record that a person could have written proves nothing.

Sources: AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail"; IAM User Guide, aws:PrincipalServiceName.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sovereignty.compile import bucket_policy
from sovereignty.compile.bucket_policy import Denial
from sovereignty.compile.document import Document
from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Retention, Zone

DELIVERY, WRITERS = "audit.trail-delivery", "audit.trail-writers"
TRAIL = "cloudtrail.amazonaws.com"
ACL = {"s3:x-amz-acl": "bucket-owner-full-control"}
"""CloudTrail gives what it writes to the bucket's owner, and a policy has to ask for it."""


def document(
    zone: Zone, deployment: Deployment, bucket: str, trail_arns: Sequence[str], retention: Retention | None = None
) -> Document:
    """The policy of the bucket of that name, for the trails of these ARNs; InputError for one that isn't the zone's.

    The trails have to name the zone's key: CloudTrail encrypts with S3's own where none is named, which is refused.
    """
    arn = f"arn:{aws(zone).partition}:s3:::{bucket}"
    by_account = _by_account(zone, deployment, bucket, trail_arns)
    allowed: list[Denial] = [_allowed("s3:GetBucketAcl", arn, {"aws:SourceArn": sorted(set(trail_arns))})]
    allowed += [
        _allowed("s3:PutObject", f"{arn}/AWSLogs/{account}/*", {"aws:SourceArn": trails, **ACL})
        for account, trails in by_account.items()
    ]
    others: Denial = (
        WRITERS,
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:PutObject",
            "Resource": f"{arn}/*",
            "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalServiceName": TRAIL}},
        },
    )
    refused = bucket_policy.denials(zone, deployment, bucket, retention)
    return bucket_policy.assembled(zone, bucket, [*allowed, others, *refused])


def _allowed(action: str, resource: str, condition: dict[str, Any]) -> Denial:
    return DELIVERY, {
        "Effect": "Allow",
        "Principal": {"Service": TRAIL},
        "Action": action,
        "Resource": resource,
        "Condition": {"StringEquals": condition},
    }


def _by_account(zone: Zone, deployment: Deployment, bucket: str, trail_arns: Sequence[str]) -> dict[str, list[str]]:
    footprint, accounts = aws(zone), aws_accounts(deployment)
    regions, holders = "|".join(map(re.escape, footprint.regions)), "|".join(accounts)
    of_zone = re.compile(rf"arn:{footprint.partition}:cloudtrail:(?:{regions}):({holders}):trail/[A-Za-z0-9._-]+")
    found: dict[str, list[str]] = {}
    where, right = f"aws/policies/{bucket}.json", "Name trails of the zone's accounts in the zone's regions."
    if not trail_arns:
        raise InputError(Problem(where, "No trail delivers to the bucket.", right))
    for trail in sorted(set(trail_arns)):
        fits = of_zone.fullmatch(trail)
        if not fits:
            raise InputError(Problem(where, "A trail that delivers to the bucket isn't the zone's.", right))
        found.setdefault(fits[1], []).append(trail)
    return found
