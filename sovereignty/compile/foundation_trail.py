"""The policy of the bucket to which the management account's trail delivers: written once, by CloudTrail alone.

Nobody shortens a lock, and nobody takes the bucket's settings apart. No role is excepted, as the management account has
none of ours; who means to change a setting first replaces this policy, and the watch tells of that.

Sources: AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail"; those of bucket_policy.py.
"""

from __future__ import annotations

from typing import Any

from sovereignty.compile.bucket_policy import (
    BYPASS,
    DAYS,
    LOCK,
    MINIMUM_TLS,
    MODE,
    ORGANIZATION,
    REPLACES,
    RETENTION,
    SERVICES,
    TLS,
    UPLOADS,
    WEAKENING,
    WEAKENS,
)
from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.principals import outsiders, strange_services
from sovereignty.compile.trail_delivery import ACL, DELIVERY, TRAIL, WRITERS
from sovereignty.zone import Retention

OWN_POLICY = frozenset(("s3:DeleteBucketPolicy", "s3:PutBucketPolicy"))
"""Left to the account, or the policy could never be changed again but by the root user."""


def document(
    partition: str, account: str, organization: str, bucket: str, trail: str, retention: Retention
) -> Document:
    """The policy of the bucket of that name, for the trail of that ARN."""
    arn = f"arn:{partition}:s3:::{bucket}"
    objects, everything = f"{arn}/*", [arn, f"{arn}/*"]
    cloudtrail = {"Effect": "Allow", "Principal": {"Service": TRAIL}}
    source = {"aws:SourceArn": trail}
    delivered = f"{arn}/AWSLogs/{account}/*"
    found: list[tuple[str, dict[str, Any]]] = [
        (DELIVERY, {**cloudtrail, "Action": "s3:GetBucketAcl", "Resource": arn, "Condition": {"StringEquals": source}}),
        (
            DELIVERY,
            {
                **cloudtrail,
                "Action": "s3:PutObject",
                "Resource": delivered,
                "Condition": {"StringEquals": source | ACL},
            },
        ),
    ]
    refused: list[tuple[str, Any, Any, dict[str, Any]]] = [
        (WRITERS, "s3:PutObject", objects, {"StringNotEqualsIfExists": {"aws:PrincipalServiceName": TRAIL}}),
        (TLS, "s3:*", everything, {"Bool": {"aws:SecureTransport": "false"}}),
        (TLS, "s3:*", everything, {"NumericLessThan": {"s3:TlsVersion": MINIMUM_TLS}}),
        (ORGANIZATION, "s3:*", everything, outsiders(organization)),
        (SERVICES, "s3:*", everything, strange_services(organization)),
        (RETENTION, UPLOADS, objects, {"NumericLessThan": {DAYS: str(retention.days)}}),
        (RETENTION, UPLOADS, objects, {"StringNotLike": {MODE: [retention.mode]}, "Null": {MODE: "false"}}),
        (WEAKENING, LOCK, arn, {}),
        (WEAKENING, BYPASS, objects, {}),
        (WEAKENING, sorted(set(WEAKENS) - OWN_POLICY), arn, {}),
        # log delivery would put its own in place of this one: see bucket_policy.py
        (WEAKENING, REPLACES, arn, {"Bool": {"aws:ViaAWSService": "true"}}),
    ]
    for control, action, resource, condition in refused:
        denial = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource}
        found.append((control, {**denial, **({"Condition": condition} if condition else {})}))
    counts: dict[str, int] = {}
    named = []
    for control, statement in found:
        counts[control] = counts.get(control, 0) + 1
        named.append({"Sid": sid(control, counts[control]), **statement})
    limit = aws_limit(partition, "s3", "bucket_policy_document")
    return policy(f"aws/policies/{bucket}.json", "aws:bucket", named, limit, set(counts))
