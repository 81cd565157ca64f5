"""The policy of the topic to which the foundation's watch publishes: EventBridge, the alarm's CloudWatch, nobody else.

EventBridge takes no condition in the statement that lets it publish; so that has none, and a denial holds back whoever
says that it acts for another account. What a rule of a stranger says besides is noise: it knows neither key nor topic.

Sources: Amazon EventBridge User Guide, "Using resource-based policies for Amazon EventBridge" (Amazon SNS permissions);
Amazon SNS Developer Guide, "Example cases for access control" (TLS), and the quotas of a topic's policy.
"""

from __future__ import annotations

from typing import Any

from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.foundation_key import CLOUDWATCH, EVENTS
from sovereignty.compile.foundation_trail_logs import alarm_arn

TLS, SERVICES, WRITERS = "network.tls", "identity.services", "audit.detection"


def document(partition: str, region: str, account: str, topic: str, *, alarm: bool = False) -> Document:
    """The policy of the topic of that name; `alarm`: the alarm on the management account's trail publishes there."""
    arn = f"arn:{partition}:sns:{region}:{account}:{topic}"
    strange = {"Null": {"aws:SourceAccount": "false"}, "StringNotEquals": {"aws:SourceAccount": account}}
    everybody = {"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": arn}
    publishers = [CLOUDWATCH, EVENTS] if alarm else EVENTS
    statements = [
        {
            "Sid": sid(SERVICES, 1),
            "Effect": "Allow",
            "Principal": {"Service": EVENTS},
            "Action": "sns:Publish",
            "Resource": arn,
        },
        {**everybody, "Sid": sid(SERVICES, 2), "Condition": strange},
        *([_alarms(partition, region, account, arn)] if alarm else []),
        {
            **everybody,
            "Sid": sid(WRITERS, 1),
            "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalServiceName": publishers}},
        },
        {**everybody, "Sid": sid(TLS, 1), "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    ]
    limit = aws_limit(partition, "sns", "topic_policy_document")
    return policy(f"aws/policies/{topic}-{region}.json", "aws:topic", statements, limit, {TLS, SERVICES, WRITERS})


def _alarms(partition: str, region: str, account: str, topic: str) -> dict[str, Any]:
    """CloudWatch says for whose alarm it publishes, as EventBridge does not of rules."""
    return {
        "Sid": sid(SERVICES, 3),
        "Effect": "Allow",
        "Principal": {"Service": CLOUDWATCH},
        "Action": "sns:Publish",
        "Resource": topic,
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account},
            "ArnEquals": {"aws:SourceArn": alarm_arn(partition, region, account)},
        },
    }
