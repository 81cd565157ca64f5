"""What watches one region of a zone: recording, threat detection, findings, and the rule by which they are heard of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch

from components.aws import access_analyzer, configuration, macie, security_hub, threat_detection
from components.aws.arguments import region_of
from components.aws.security_hub import FOUNDATIONAL
from components.aws.watched import Watched
from sovereignty.compile import config_rules, finding_events
from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.deployment import key as stack_key
from sovereignty.errors import InputError, Problem
from sovereignty.facts.aws_availability import Capability, offered
from sovereignty.zone import Zone


@dataclass(frozen=True, kw_only=True)
class DetectiveBaselineArgs:
    """What the detective baseline of a region needs to know.

    A setting of which an account has one in a region is made unless the stack file's `awsManagedElsewhere` names it, or
    the partition doesn't offer it; said here, it is as it is said.
    """

    zone: Zone
    deployment: Deployment
    key: pulumi.Input[str]
    """ARN of the zone's KMS key in the region of the delivery bucket: AWS Config takes no other."""
    delivery_bucket: pulumi.Input[str]
    """Name of the bucket to which AWS Config delivers, below `AWSLogs/<account>/Config/`."""
    region: str | None = None
    """None: the zone's home region."""
    account: str | None = None
    """The account of the zone that it is built in. None: the first, which holds what the zone shares."""
    configuration: bool | None = None
    """AWS Config: its one recorder records every supported type in the region, and the zone's rules judge it."""
    threat_detection: bool | None = None
    """GuardDuty: its one detector reads the region's trail, DNS and flow logs, and what its features add."""
    security_hub: bool | None = None
    """Security Hub: on in the region with the standards below and no others; without AWS Config it finds nothing."""
    macie: bool | None = None
    """Macie: on in the region; it reads the buckets' settings, and samples of objects where discovery is on."""
    access_analyzer: bool | None = None
    """IAM Access Analyzer: one more analyzer, of the account; others that it has stay as they are."""
    service_linked_role: bool | None = None
    """Make AWS Config's service-linked role with the home region's recorder. False: the account has it, as it does
    where AWS Config was ever on. None: unless `awsManagedElsewhere` names `config-role`."""
    recorder_role: pulumi.Input[str] | None = None
    """ARN of that role, as the home region's baseline gives it: so that another region's waits for it."""
    runtime_monitoring: bool = False
    """GuardDuty's agents: AWS installs them in EKS, Fargate and EC2, with an endpoint in each VPC."""
    replicates_to: Sequence[pulumi.Input[str]] = ()
    """ARNs of the zone's buckets to which buckets of the region may replicate, besides AWS Config's own to its locked.

    Empty: replication is off.
    """
    standards: Sequence[str] = (FOUNDATIONAL,)
    """Security Hub's standards, by the end of their ARN; those that were gone through for what a zone refuses."""
    macie_results_bucket: pulumi.Input[str] | None = None
    """Name of a bucket for Macie's results of each object, in the key's region; its policy has to let Macie write."""
    finding_frequency: str = "FIFTEEN_MINUTES"
    """How often GuardDuty and Macie tell of a finding again: FIFTEEN_MINUTES, ONE_HOUR or SIX_HOURS."""
    alarm_topic: pulumi.Input[str] | None = None
    """ARN of an SNS topic in the same region that hears of findings. None: the rule stands without a target."""


class DetectiveBaseline(pulumi.ComponentResource):
    """All that watches one region of a zone for one of its accounts, and reports nowhere outside the zone.

    AWS Config records every type, under the zone's key, and judges by the zone's rules and AWS's, all of them named
    `sovereign-<zone>-…`; GuardDuty, Security Hub, Macie and the account's Access Analyzer look on. In the home region
    the zone's other regions are gathered: Security Hub's findings (of named regions, never of all) and, in the first
    account, AWS Config's records of the zone's accounts. One EventBridge rule, `sovereign-<zone>-findings`, picks out
    what is worth an alarm.

    Features: threat detection; configuration record.
    Outputs: `findings_rule` (its ARN), `detector_id`, `analyzer_arn` (None where that part is left out),
    `recorder_role` (its ARN).
    Cost: AWS Config by recorded change and rule evaluation, which grows with short-lived resources; GuardDuty by volume
    of logs; Security Hub by check; Macie by bucket and by byte looked at. Access Analyzer and the rule cost nothing.
    Traps: it sees its own region alone: what happens outside the zone is found in the trail's delivered files. What
    IAM holds is recorded in the home region, or the zone's first that can (none opened since February 2022). The
    baseline of another region needs AWS Config's role, which the home region's makes: hand its `recorder_role` on. An
    account of the zone other than the first takes the component as well, with its own provider, and lets the first
    aggregate. In the region cn-north-1 AWS Config delivers to a bucket in the same region only. Security Hub has a
    single finding for all standards only outside GovCloud and China, and findings that two services report arrive
    twice. GuardDuty's malware protection for EC2 is off: it shares snapshots with an account of AWS's own. Whether
    automated discovery of Macie is on is AWS's decision for an account: the provider has no resource for it. A region
    that is known to lack Macie goes without it; `macie=True` asks for it all the same. Switching a part off here takes
    it out of the account, with its findings.
    Source: AWS Config Developer Guide, "Recording AWS Resources"; CloudFormation, DeliveryChannel; GuardDuty User
    Guide; Security Hub User Guide, "Cross-Region aggregation"; IAM User Guide, "Access Analyzer" (zone of trust).
    """

    findings_rule: pulumi.Output[str]
    detector_id: pulumi.Output[str | None]
    analyzer_arn: pulumi.Output[str | None]
    recorder_role: pulumi.Output[str]

    def __init__(self, name: str, args: DetectiveBaselineArgs, opts: pulumi.ResourceOptions | None = None):
        watched = _watched(args)
        found = [*_mistakes(args, watched)]
        if found:
            raise InputError(*found)
        super().__init__("sovereign-zones:index:DetectiveBaseline", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        detector_id = analyzer_arn = None
        recorded = _made(args, "configuration")
        role = args.recorder_role or configuration.role(name, watched, recorded and _role_is_made(args), child)
        if recorded:
            recording = configuration.record(name, watched, args.key, args.delivery_bucket, role, child)
            configuration.judge(name, watched, args.replicates_to, recording, child)
            configuration.aggregate(name, watched, recording, child)
        if _made(args, "threat_detection"):
            detector = threat_detection.detect(name, watched, args.finding_frequency, args.runtime_monitoring, child)
            detector_id = detector.id
        if _made(args, "security_hub"):
            security_hub.collect(name, watched, args.standards, child)
        if _made(args, "macie"):
            macie.discover(name, args.finding_frequency, args.macie_results_bucket, args.key, child)
        if _made(args, "access_analyzer"):
            analyzer_arn = access_analyzer.analyze(name, watched, child).arn
        self.findings_rule = _tell(name, watched, args.alarm_topic, child)
        self.detector_id = pulumi.Output.from_input(detector_id)
        self.analyzer_arn = pulumi.Output.from_input(analyzer_arn)
        self.recorder_role = pulumi.Output.from_input(role)
        self.register_outputs(
            {
                "findingsRule": self.findings_rule,
                "detectorId": self.detector_id,
                "analyzerArn": self.analyzer_arn,
                "recorderRole": self.recorder_role,
            }
        )


def _tell(
    name: str, watched: Watched, topic: pulumi.Input[str] | None, opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """The rule is there whatever is switched on: a part that is added later is heard of without a change."""
    rule = cloudwatch.EventRule(
        f"{name}-findings",
        name=f"{watched.name}-findings",
        description=f"Findings about zone {watched.zone.zone} in {watched.region}",
        event_pattern=finding_events.pattern(watched.zone),
        opts=opts,
    )
    if topic is not None:
        cloudwatch.EventTarget(f"{name}-findings", rule=rule.name, target_id="alarms", arn=topic, opts=opts)
    return rule.arn


_SETTINGS: dict[str, Capability] = {
    "configuration": "config",
    "threat_detection": "guardduty",
    "security_hub": "securityhub",
    "macie": "macie",
    "access_analyzer": "access-analyzer",
}
"""Each argument with the name that it has in `awsManagedElsewhere` and in the table of what a partition offers."""


def _made(args: DetectiveBaselineArgs, setting: str) -> bool:
    said = getattr(args, setting)
    if said is not None:
        return said
    known_as = _SETTINGS[setting]
    region = region_of(args.zone, args.region, _where("region"))
    return known_as not in args.deployment.aws_managed_elsewhere and offered(aws(args.zone).partition, known_as, region)


def _role_is_made(args: DetectiveBaselineArgs) -> bool:
    if args.service_linked_role is None:
        return "config-role" not in args.deployment.aws_managed_elsewhere
    return args.service_linked_role


def _where(argument: str) -> str:
    return f"{DetectiveBaselineArgs.__name__}.{argument}"


def _watched(args: DetectiveBaselineArgs) -> Watched:
    region = region_of(args.zone, args.region, _where("region"))
    accounts = aws_accounts(args.deployment)
    account = accounts[0] if args.account is None else args.account
    if account not in accounts:
        found = "It is no account of the zone."
        raise InputError(Problem(_where("account"), found, f"Use one that {stack_key('aws_accounts')} names."))
    return Watched(args.zone, args.deployment, account, region)


def _mistakes(args: DetectiveBaselineArgs, watched: Watched) -> Iterator[Problem]:
    for setting, capability in _SETTINGS.items():
        if getattr(args, setting) and not offered(watched.partition, capability):
            found = f"Partition {watched.partition} doesn't offer it."
            yield Problem(_where(setting), found, "Leave it out.")
    if args.runtime_monitoring and not offered(watched.partition, "guardduty-runtime"):
        found = f"Partition {watched.partition} doesn't offer it."
        yield Problem(_where("runtime_monitoring"), found, "Leave it out.")
    if args.finding_frequency not in threat_detection.FREQUENCIES:
        right = f"Use one of {', '.join(threat_detection.FREQUENCIES)}."
        yield Problem(_where("finding_frequency"), "GuardDuty and Macie don't know it.", right)
    for index, standard in enumerate(args.standards):
        if standard not in security_hub.STANDARDS or standard in args.standards[:index]:
            found = "It was not gone through for what a zone refuses, or stands there twice."
            yield Problem(
                _where(f"standards[{index}]"), found, f"Use each of {', '.join(security_hub.STANDARDS)} once."
            )
    yield from _places(args, watched)
    if args.delivery_bucket == "":
        yield Problem(_where("delivery_bucket"), "It is empty.", "Name the bucket to which AWS Config delivers.")
    known = [arn for arn in args.replicates_to if isinstance(arn, str)]
    try:
        config_rules.documents(args.zone, (), known)
    except InputError as error:
        yield from (Problem(_where("replicates_to"), each.found, each.right) for each in error.problems)


def _places(args: DetectiveBaselineArgs, watched: Watched) -> Iterator[Problem]:
    """What is seen of ARNs that are text. Of one that is made in the same run AWS says it: both have to be near."""
    if isinstance(args.key, str) and _place(args.key, "kms") not in aws(watched.zone).regions:
        found = "It is no ARN of a KMS key in a region of the zone."
        yield Problem(_where("key"), found, "Give the zone's key in the region of the delivery bucket.")
    if isinstance(args.alarm_topic, str) and _place(args.alarm_topic, "sns") != watched.region:
        found = f"It is no ARN of a topic in {watched.region}, and EventBridge reaches no other."
        yield Problem(_where("alarm_topic"), found, "Give a topic of the same region, or leave it out.")


def _place(arn: str, service: str) -> str | None:
    parts = arn.split(":")
    return parts[3] if len(parts) >= 6 and parts[2] == service else None
