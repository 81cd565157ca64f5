"""What lets the zone's trails deliver into a bucket.

Each account's trails write below that account's own prefix, so no trail can write what another is believed to have
seen. A trail of the organization belongs to the management account, whoever made it, and writes below that account's
prefix and the organization's.

Sources: AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail", "Prepare for creating a trail for your
organization", "Organization delegated administrator".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sovereignty.compile.delivery import ACL, Named, allowed
from sovereignty.compile.required import aws, aws_accounts, aws_management_account, aws_organization_id
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

DELIVERY, WRITERS = "audit.trail-delivery", "audit.trail-writers"
TRAIL = "cloudtrail.amazonaws.com"


def trail_name(zone: Zone) -> str:
    """The name of the zone's trail, the same in each account."""
    return f"sovereign-{zone.zone}"


def trails(zone: Zone, deployment: Deployment) -> tuple[str, ...]:
    """The ARNs of the trails, one of each account, all of the same name in the home region."""
    return tuple(trail_arn(zone, account) for account in aws_accounts(deployment))


def organization_trail(zone: Zone, deployment: Deployment) -> str:
    """The ARN of a trail of the organization with the zone's name: the management account owns it."""
    return trail_arn(zone, aws_management_account(deployment))


def trail_arn(zone: Zone, account: str) -> str:
    """The ARN of the zone's trail in an account."""
    footprint = aws(zone)
    return f"arn:{footprint.partition}:cloudtrail:{footprint.home}:{account}:trail/{trail_name(zone)}"


def allowances(zone: Zone, deployment: Deployment, bucket: str, trail_arns: Sequence[str]) -> list[Named]:
    """(control, statement) for the trails of these ARNs; InputError for one that isn't the zone's.

    The trails have to name the zone's key: CloudTrail encrypts with S3's own where none is named, which is refused.
    """
    arn = f"arn:{aws(zone).partition}:s3:::{bucket}"
    by_account = _by_account(zone, deployment, bucket, trail_arns)
    return [
        _allowed("s3:GetBucketAcl", arn, sorted(set(trail_arns))),
        *(_allowed("s3:PutObject", f"{arn}/AWSLogs/{account}/*", trails) for account, trails in by_account.items()),
    ]


def organization_allowances(zone: Zone, deployment: Deployment, bucket: str) -> list[Named]:
    """(control, statement) for the trail of the organization."""
    arn, trail = f"arn:{aws(zone).partition}:s3:::{bucket}", organization_trail(zone, deployment)
    below = [aws_management_account(deployment), aws_organization_id(deployment)]
    return [
        _allowed("s3:GetBucketAcl", arn, [trail]),
        _allowed("s3:PutObject", [f"{arn}/AWSLogs/{each}/*" for each in below], [trail]),
    ]


def _allowed(action: str, resource: str | list[str], trails: list[str]) -> Named:
    asked = ACL if action == "s3:PutObject" else {}
    return allowed(DELIVERY, TRAIL, action, resource, {"StringEquals": {"aws:SourceArn": trails, **asked}})


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
