"""The way by which a zone hears of what was called outside it: metadata of the control plane, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch, iam, pipes, sqs

from sovereignty import facts
from sovereignty.compile import control_plane, forwarder
from sovereignty.errors import InputError, Problem
from sovereignty.facts.control_plane import buses_across_regions

_BUS = re.compile(r"arn:(aws[a-z-]*):events:([a-z0-9-]+):[0-9]{12}:event-bus/[A-Za-z0-9._/-]{1,256}", re.ASCII)
SECONDS_A_DAY = 24 * 60 * 60
DETAIL_TYPE = "Control plane call"
SOURCE = "sovereign.control-plane"
"""How the other bus tells these events; sources that begin with `aws.` are AWS's own."""


@dataclass(frozen=True, kw_only=True)
class MetadataForwarderArgs:
    """What the forwarder of one region needs to know."""

    region: str
    """That of the provider: one in which global services answer (facts: control_plane.yaml)."""
    account: str
    """The account whose calls are forwarded."""
    to: str
    """ARN of the event bus that receives them. Its own policy has to let this account in."""


class MetadataForwarder(pulumi.ComponentResource):
    """Forwards what of an account's control plane was changed in a region: who called what, when and from where.

    What crosses: account, region, service, name of the call, its time and id, caller's ARN and kind, source address.
    What does not: requests, answers, data events, and reading calls. Until it is stripped, an event waits in a queue
    beside the place where it arose; that queue is emptied at once, and keeps what fails for a day.
    Features: foundation of the organization.
    Outputs: `bus_arn`: the bus that holds the stripped events. Cost: EventBridge and SQS, for each event.
    Traps: An ARN names the role and session of a caller, which may be a person. In GovCloud and China a bus of another
    region can't be a target, so `to` lies in the same one.
    Source: compile/forwarder.py; Amazon EventBridge User Guide, "Amazon EventBridge Pipes input transformation".
    """

    bus_arn: pulumi.Output[str]

    def __init__(self, name: str, args: MetadataForwarderArgs, opts: pulumi.ResourceOptions | None = None):
        where = facts.region("aws", args.region)
        if where is None:
            right = "Write one, such as us-east-1."
            raise InputError(Problem("MetadataForwarderArgs.region", "This is no region of AWS in the tables.", right))
        _check(args, where.partition)
        super().__init__("sovereign-zones:index:MetadataForwarder", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        parts = forwarder.Forwarder(where.partition, args.account, args.region)
        queue = sqs.Queue(
            name,
            name=forwarder.NAME,
            sqs_managed_sse_enabled=True,
            message_retention_seconds=SECONDS_A_DAY,
            opts=child,
        )
        allowed = sqs.QueuePolicy(name, queue_url=queue.id, policy=forwarder.queue(parts).text, opts=child)
        bus = cloudwatch.EventBus(name, name=forwarder.NAME, opts=child)
        stripper = _role(name, "strip", parts.stripper, forwarder.stripper_trust(parts).text, self)
        may_strip = iam.RolePolicy(
            f"{name}-strip",
            name="strip",
            role=stripper.name,
            policy=forwarder.stripper_permissions(parts).text,
            opts=child,
        )
        pipes.Pipe(
            name,
            name=forwarder.NAME,
            role_arn=stripper.arn,
            source=queue.arn,
            target=bus.arn,
            target_parameters=pipes.PipeTargetParametersArgs(
                input_template=control_plane.metadata(),
                eventbridge_event_bus_parameters=pipes.PipeTargetParametersEventbridgeEventBusParametersArgs(
                    detail_type=DETAIL_TYPE, source=SOURCE
                ),
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may_strip]),
        )
        sender = _role(name, "forward", parts.sender, forwarder.sender_trust(parts).text, self)
        may_send = iam.RolePolicy(
            f"{name}-forward",
            name="forward",
            role=sender.name,
            policy=forwarder.sender_permissions(parts, args.to).text,
            opts=child,
        )
        forwarding = cloudwatch.EventRule(
            f"{name}-forward",
            name=forwarder.FORWARDING,
            event_bus_name=bus.name,
            description="What is left of an event goes on",
            event_pattern=pulumi.Output.json_dumps({"source": [SOURCE]}),
            opts=child,
        )
        cloudwatch.EventTarget(
            f"{name}-forward",
            rule=forwarding.name,
            event_bus_name=bus.name,
            target_id="zone",
            arn=args.to,
            role_arn=sender.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may_send]),
        )
        collecting = cloudwatch.EventRule(
            f"{name}-collect",
            name=forwarder.NAME,
            description="Calls that change something in this region",
            event_pattern=control_plane.every_call(where.partition, args.account),
            opts=child,
        )
        cloudwatch.EventTarget(
            f"{name}-collect",
            rule=collecting.name,
            target_id="strip",
            arn=queue.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )
        self.bus_arn = bus.arn
        self.register_outputs({"busArn": self.bus_arn})


def _role(name: str, short: str, role: str, trust: str, parent: pulumi.Resource) -> iam.Role:
    opts = pulumi.ResourceOptions(parent=parent)
    return iam.Role(f"{name}-{short}", name=role, assume_role_policy=trust, opts=opts)


def _check(args: MetadataForwarderArgs, partition: str) -> None:
    right = "Write one, such as arn:aws:events:eu-central-1:444455556666:event-bus/control-plane."
    found = _BUS.fullmatch(args.to)
    if not found:
        raise InputError(Problem("MetadataForwarderArgs.to", "This is not an event bus's ARN.", right))
    if found[1] != partition:
        what = f"The event bus is not of partition {partition}, and nothing crosses between them."
        raise InputError(Problem("MetadataForwarderArgs.to", what, f"Name a bus of partition {partition}."))
    if found[2] != args.region and not buses_across_regions(partition):
        what = "In this partition an event bus can't be a target of another region's rule."
        raise InputError(Problem("MetadataForwarderArgs.to", what, f"Name a bus in {args.region}."))
