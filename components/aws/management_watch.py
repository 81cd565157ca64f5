"""What watches the management account, which no SCP binds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch, kms, sns

from sovereignty import facts
from sovereignty.compile import control_plane, foundation_key, foundation_topic
from sovereignty.compile import foundation as compiled
from sovereignty.compile.kms_key_policy import LONGEST_WAIT
from sovereignty.errors import InputError, Problem


@dataclass(frozen=True, kw_only=True)
class ManagementWatchArgs:
    """What the watch of one region needs to know."""

    region: str
    """That of the provider. Calls of Organizations reach one region alone (facts: control_plane.yaml)."""
    account: str
    """The management account."""
    organization_id: str
    """`o-…`: whose principals the key lets in."""
    subscribers: Sequence[str] = ()
    """E-mail addresses and https addresses; each confirms its subscription. Without one nobody hears an alarm."""
    trail: str | None = None
    """ARN of the trail that is encrypted with this watch's key, and whose alarm goes to its topic; None: neither."""


class ManagementWatch(pulumi.ComponentResource):
    """Rules of EventBridge on what could undo a zone from the management account, a topic that tells of them, and the
    key of the foundation in the region, with which both topic and trail are encrypted.

    Told are: calls that change what binds accounts (moved and closed accounts, detached and changed policies, disabled
    types, removed administrators); the root user and the emergency role in this account; and calls against the watch
    itself. A deployment of a zone that changes its policies is told too, and is known by who did it.
    Features: foundation of the organization; alarms.
    Outputs: `key_arn`, `topic_arn`. Cost: a KMS key, and next to nothing else.
    Traps: An alarm holds who, what, when and from where, never the request; it is read wherever its subscribers are.
    EventBridge has the calls of CloudTrail only while a trail of the account logs management events, and only those of
    its own region: the root user and the emergency role at work elsewhere are told by `ManagementTrail`'s alarm, and
    where the foundation makes no trail, by nobody.
    Source: AWS Organizations User Guide, "Amazon EventBridge"; Amazon EventBridge User Guide, "AWS service events
    delivered via AWS CloudTrail"; those of compile/control_plane.py.
    """

    key_arn: pulumi.Output[str]
    topic_arn: pulumi.Output[str]

    def __init__(self, name: str, args: ManagementWatchArgs, opts: pulumi.ResourceOptions | None = None):
        where = facts.region("aws", args.region)
        if where is None:
            right = "Write one, such as us-east-1."
            raise InputError(Problem("ManagementWatchArgs.region", "This is no region of AWS in the tables.", right))
        super().__init__("sovereign-zones:index:ManagementWatch", name, None, opts)
        child, kept = pulumi.ResourceOptions(parent=self), pulumi.ResourceOptions(parent=self, protect=True)
        place = (where.partition, args.region, args.account)
        key = kms.Key(
            name,
            description="What watches the management account: alarms and their trail",
            policy=foundation_key.document(*place, args.organization_id, compiled.TOPIC, args.trail).text,
            enable_key_rotation=True,
            multi_region=False,
            deletion_window_in_days=LONGEST_WAIT,
            opts=kept,
        )
        kms.Alias(name, name="alias/sovereign/foundation", target_key_id=key.key_id, opts=kept)
        topic = sns.Topic(name, name=compiled.TOPIC, kms_master_key_id=key.arn, opts=child)
        policy = foundation_topic.document(*place, compiled.TOPIC, alarm=args.trail is not None)
        allowed = sns.TopicPolicy(name, arn=topic.arn, policy=policy.text, opts=child)
        for number, subscriber in enumerate(args.subscribers, start=1):
            protocol = "https" if subscriber.startswith("https://") else "email"
            sns.TopicSubscription(
                f"{name}-{number}", topic=topic.arn, protocol=protocol, endpoint=subscriber, opts=child
            )
        for watch, meaning in control_plane.WATCHES.items():
            rule = cloudwatch.EventRule(
                f"{name}-{watch}",
                name=compiled.rule(watch),
                description=meaning,
                event_pattern=control_plane.pattern(where.partition, args.account, watch),
                opts=child,
            )
            cloudwatch.EventTarget(
                f"{name}-{watch}",
                rule=rule.name,
                target_id="alarms",
                arn=topic.arn,
                input_transformer=cloudwatch.EventTargetInputTransformerArgs(
                    input_paths=control_plane.FIELDS, input_template=control_plane.message(watch)
                ),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
            )
        self.key_arn, self.topic_arn = key.arn, topic.arn
        self.register_outputs({"keyArn": self.key_arn, "topicArn": self.topic_arn})
