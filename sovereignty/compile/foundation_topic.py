"""The policy of the topic to which the foundation's watch publishes: EventBridge's own rules, and nobody else.

Sources: Amazon EventBridge User Guide, "Using resource-based policies for Amazon EventBridge" (Amazon SNS permissions);
Amazon SNS Developer Guide, "Example cases for access control" (TLS), and the quotas of a topic's policy.
"""

from __future__ import annotations

from collections.abc import Sequence

from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.foundation_key import EVENTS

TLS, SERVICES, WRITERS = "network.tls", "identity.services", "audit.detection"


def document(partition: str, region: str, account: str, topic: str, rules: Sequence[str]) -> Document:
    """The policy of the topic of that name; `rules`: the names of the rules that publish to it."""
    arn = f"arn:{partition}:sns:{region}:{account}:{topic}"
    arns = sorted(f"arn:{partition}:events:{region}:{account}:rule/{rule}" for rule in rules)
    everybody = {"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": arn}
    statements = [
        {
            "Sid": sid(SERVICES, 1),
            "Effect": "Allow",
            "Principal": {"Service": EVENTS},
            "Action": "sns:Publish",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": arns}},
        },
        {
            **everybody,
            "Sid": sid(WRITERS, 1),
            "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalServiceName": EVENTS}},
        },
        {**everybody, "Sid": sid(TLS, 1), "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    ]
    limit = aws_limit(partition, "sns", "topic_policy_document")
    return policy(f"aws/policies/{topic}-{region}.json", "aws:topic", statements, limit, {TLS, SERVICES, WRITERS})
