"""The policies by which control-plane events of a region are stripped to their metadata and forwarded to another bus.

EventBridge takes no transformer where the target is a bus of another account, and would hand over the whole event. So a
rule puts the event into a queue beside it, a pipe writes what may go on to a bus of its own, and from that bus a second
rule forwards what is left.

Sources: Amazon EventBridge API Reference, PutTargets (a bus of a different account takes no InputTransformer); Amazon
EventBridge User Guide, "Pipes targets" (an event bus in the same account and Region), "Pipes permissions", "Sending
events between accounts"; Amazon SQS Developer Guide, "Policy quotas".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.foundation_key import EVENTS

SERVICES, ROLES, TLS = "identity.services", "identity.service-roles", "network.tls"
PIPES = "pipes.amazonaws.com"
NAME = "sovereign-foundation-metadata"
FORWARDING = f"{NAME}-out"


@dataclass(frozen=True)
class Forwarder:
    """What the parts of a forwarder in one region of the management account are called."""

    partition: str
    account: str
    region: str

    def _arn(self, service: str, name: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{name}"

    @property
    def queue(self) -> str:
        """ARN of the queue between the rule and the pipe."""
        return self._arn("sqs", NAME)

    @property
    def bus(self) -> str:
        """ARN of the bus that holds metadata alone."""
        return self._arn("events", f"event-bus/{NAME}")

    @property
    def pipe(self) -> str:
        """ARN of the pipe."""
        return self._arn("pipes", f"pipe/{NAME}")

    @property
    def collecting(self) -> str:
        """ARN of the rule that picks the events out."""
        return self._arn("events", f"rule/{NAME}")

    @property
    def forwarding(self) -> str:
        """ARN of the rule on the bus of metadata."""
        return self._arn("events", f"rule/{NAME}/{FORWARDING}")

    @property
    def stripper(self) -> str:
        """Name of the pipe's role; roles are of no region, so it says which."""
        return f"sovereign-foundation-strip-{self.region}"

    @property
    def sender(self) -> str:
        """Name of the role by which the second rule writes to the other bus."""
        return f"sovereign-foundation-forward-{self.region}"


def queue(parts: Forwarder) -> Document:
    """The queue's policy: the one rule writes, over TLS."""
    statements: list[dict[str, Any]] = [
        {
            "Sid": sid(SERVICES, 1),
            "Effect": "Allow",
            "Principal": {"Service": EVENTS},
            "Action": "sqs:SendMessage",
            "Resource": parts.queue,
            "Condition": {"ArnEquals": {"aws:SourceArn": parts.collecting}},
        },
        {
            "Sid": sid(TLS, 1),
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": parts.queue,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]
    limit = aws_limit(parts.partition, "sqs", "queue_policy_document")
    return policy(f"aws/policies/{NAME}-queue-{parts.region}.json", "aws:queue", statements, limit, {SERVICES, TLS})


def stripper_trust(parts: Forwarder) -> Document:
    """Who becomes the pipe's role: the pipe."""
    return _trust(parts, parts.stripper, PIPES, parts.pipe)


def sender_trust(parts: Forwarder) -> Document:
    """Who becomes the forwarding role: the second rule."""
    return _trust(parts, parts.sender, EVENTS, parts.forwarding)


def stripper_permissions(parts: Forwarder) -> Document:
    """What the pipe does: reads its queue, writes to the bus of metadata."""
    reads = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    statements: list[dict[str, Any]] = [
        {"Sid": sid(ROLES, 1), "Effect": "Allow", "Action": reads, "Resource": parts.queue},
        {"Sid": sid(ROLES, 2), "Effect": "Allow", "Action": "events:PutEvents", "Resource": parts.bus},
    ]
    return _permissions(parts, parts.stripper, statements)


def sender_permissions(parts: Forwarder, to: str) -> Document:
    """What the second rule does: writes to the other bus, of the ARN `to`."""
    writes = {"Sid": sid(ROLES, 1), "Effect": "Allow", "Action": "events:PutEvents", "Resource": to}
    return _permissions(parts, parts.sender, [writes])


def _trust(parts: Forwarder, role: str, service: str, source: str) -> Document:
    statement = {
        "Sid": sid(ROLES, 1),
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": parts.account}, "ArnEquals": {"aws:SourceArn": source}},
    }
    limit = aws_limit(parts.partition, "iam", "role_trust_policy_document")
    return policy(f"aws/policies/{role}-trust.json", "aws:role", [statement], limit, {ROLES})


def _permissions(parts: Forwarder, role: str, statements: list[dict[str, Any]]) -> Document:
    limit = aws_limit(parts.partition, "iam", "role_inline_policies_total")
    return policy(f"aws/policies/{role}.json", "aws:role", statements, limit, {ROLES})
