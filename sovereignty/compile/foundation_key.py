"""The policy of the foundation's KMS key in the management account: for its trail and its alarms, and nothing else.

The management account administers it, as no SCP could refuse that there; the watch tells of a change. CloudTrail
encrypts the one trail with it, CloudWatch Logs the trail's log group, EventBridge and CloudWatch publish to the alarms'
topic, and the account's own principals read.

Sources: AWS CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail"; Amazon SNS Developer Guide, "Key
management" (event sources from AWS services and encrypted topics); AWS KMS Developer Guide, "Key policies in AWS KMS".
"""

from __future__ import annotations

from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.foundation_trail_logs import log_group_arn
from sovereignty.compile.kms_key_policy import LONGEST_WAIT
from sovereignty.compile.principals import outsiders
from sovereignty.compile.trail_delivery import TRAIL
from sovereignty.facts.kms_services import kms_services

ADMINISTRATION, ACCOUNT, SERVICES, DELETION = (
    "keys.administration",
    "keys.account",
    "identity.services",
    "keys.deletion",
)
EVENTS = "events.amazonaws.com"
CLOUDWATCH = "cloudwatch.amazonaws.com"


def document(
    partition: str, region: str, account: str, organization: str, topic: str, trail: str | None = None
) -> Document:
    """The policy of the key in `region`, for the topic of that name; `trail`: the ARN of the trail that it encrypts."""
    owner = {"AWS": f"arn:{partition}:iam::{account}:root"}
    alarms = f"arn:{partition}:sns:{region}:{account}:{topic}"
    statements = [
        (ADMINISTRATION, {"Effect": "Allow", "Principal": owner, "Action": "kms:*"}),
        (
            SERVICES,
            {
                "Effect": "Allow",
                "Principal": {"Service": [CLOUDWATCH, EVENTS] if trail else EVENTS},
                "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                # neither says there for whose rule or alarm it acts; SNS says for which topic (kms_services.yaml)
                "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:sns:topicArn": alarms}},
            },
        ),
    ]
    if trail:
        [logs] = [row for row in kms_services() if row.of == "logs"]
        group = log_group_arn(partition, region, account)
        statements += [
            (
                SERVICES,
                {
                    "Effect": "Allow",
                    "Principal": {"Service": logs.principals(partition, [region])[0]},
                    "Action": sorted(logs.actions),
                    "Condition": {"ArnEquals": {f"kms:EncryptionContext:{logs.context}": group}},
                },
            ),
            (
                SERVICES,
                {
                    "Effect": "Allow",
                    "Principal": {"Service": TRAIL},
                    # the bucket has an S3 Bucket Key: CloudTrail then asks for Decrypt to make or change a trail
                    "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"],
                    # not every call has an encryption context (kms_services.yaml)
                    "Condition": {
                        "StringEquals": {"aws:SourceArn": trail},
                        "StringEqualsIfExists": {"kms:EncryptionContext:aws:cloudtrail:arn": trail},
                    },
                },
            ),
        ]
    wait = {"NumericLessThan": {"kms:ScheduleKeyDeletionPendingWindowInDays": str(LONGEST_WAIT)}}
    everybody = {"Effect": "Deny", "Principal": "*"}
    statements += [
        (ACCOUNT, {**everybody, "Action": "kms:*", "Condition": outsiders(organization)}),
        (DELETION, {**everybody, "Action": "kms:ScheduleKeyDeletion", "Condition": wait}),
    ]
    counts: dict[str, int] = {}
    named = []
    for control, statement in statements:
        counts[control] = counts.get(control, 0) + 1
        named.append({**statement, "Sid": sid(control, counts[control]), "Resource": "*"})
    limit = aws_limit(partition, "kms", "key_policy_document")
    return policy(f"aws/policies/foundation-key-{region}.json", "aws:key", named, limit, set(counts))
