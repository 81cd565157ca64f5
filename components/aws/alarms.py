"""Where a zone's alarms go on AWS."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pulumi
from pulumi_aws import sns

from components.aws.arguments import account_of, key_arn, region_of
from sovereignty.compile import alarm_topic_policy
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone


@dataclass(frozen=True, kw_only=True)
class AlarmTopicArgs:
    """What a zone's topic for alarms needs to know. Who hears of them stands in the stack file: awsAlarmSubscribers."""

    zone: Zone
    deployment: Deployment
    key: pulumi.Input[str]
    """ARN of the zone's KMS key in the topic's region."""
    region: str | None = None
    """A region of the zone; None: its home."""
    account: str | None = None
    """An account of the zone; None: the first."""


class AlarmTopic(pulumi.ComponentResource):
    """The SNS topic `sovereign-<zone>-alarms`, encrypted with the zone's key, with its policy and its subscribers.

    EventBridge and the zone's alarms in CloudWatch publish there; who subscribes is the deployment's alone.

    Features: alarms.
    Outputs: `arn`; who uses it waits for the topic's policy.
    Cost: next to nothing: e-mail beyond the first 1,000 messages is 2 USD per 100,000, https 0.60 USD per million.
    Traps: a subscription by e-mail or https is pending until somebody there confirms it, within three days, and
    nothing is sent before; after that it has to be made again. EventBridge takes no condition in a topic's policy, so
    a rule of a stranger who knows the ARN may send noise. A rule and its topic are of one region and one account:
    each account and region with alarms has a topic of its own. E-mail leaves the zone: an alarm names resources,
    accounts and callers, and no data.
    Source: Amazon SNS Developer Guide, "Securing Amazon SNS data with server-side encryption", "Key management";
    EventBridge User Guide, "Troubleshooting Amazon EventBridge".
    """

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: AlarmTopicArgs, opts: pulumi.ResourceOptions | None = None):
        zone, deployment = args.zone, args.deployment
        region = region_of(zone, args.region, "AlarmTopicArgs.region")
        account = account_of(deployment, args.account, "AlarmTopicArgs.account")
        key_arn(zone, deployment, args.key, "AlarmTopicArgs.key", region)
        super().__init__("sovereign-zones:index:AlarmTopic", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        topic = sns.Topic(name, name=alarm_topic_policy.topic_name(zone), kms_master_key_id=args.key, opts=child)
        policy = sns.TopicPolicy(
            name,
            arn=topic.arn,
            policy=alarm_topic_policy.document(zone, deployment, account, region).text,
            opts=child,
        )
        for subscriber in deployment.aws_alarm_subscribers:
            # named after whom it is for, since a place in the list changes; and an address doesn't belong in a name
            digest = hashlib.sha256(subscriber.encode()).hexdigest()[:8]
            sns.TopicSubscription(
                f"{name}-{digest}",
                topic=policy.arn,
                protocol="https" if subscriber.startswith("https://") else "email",
                endpoint=subscriber,
                opts=child,
            )
        self.arn = policy.arn
        self.register_outputs({"arn": self.arn})
