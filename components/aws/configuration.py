"""AWS Config in one region: what is recorded, where it is delivered, by which rules it is judged."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import cfg, iam

from components.aws.watched import Watched
from sovereignty.compile import config_rules, everything
from sovereignty.compile.document import Document
from sovereignty.compile.required import aws
from sovereignty.facts import aws_config

SERVICE = "config.amazonaws.com"
SNAPSHOT_EVERY = "TwentyFour_Hours"
"""The longest of AWS Config's intervals: the history has each change anyway."""


def role(name: str, watched: Watched, make: bool, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """The ARN of AWS Config's service-linked role. IAM has it once for an account: the home region's makes it."""
    if make and watched.home:
        return iam.ServiceLinkedRole(f"{name}-config", aws_service_name=SERVICE, opts=opts).arn
    known = f"arn:{watched.partition}:iam::{watched.account}:role/aws-service-role/{SERVICE}/AWSServiceRoleForConfig"
    return pulumi.Output.from_input(known)


def record(
    name: str,
    watched: Watched,
    key: pulumi.Input[str],
    bucket: pulumi.Input[str],
    role: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> pulumi.Resource:
    """The recorder, switched on, and where it delivers; gives what a rule has to wait for."""
    recorder = cfg.Recorder(
        name,
        name=watched.name,
        role_arn=role,
        recording_group=cfg.RecorderRecordingGroupArgs(
            all_supported=True, include_global_resource_types=watched.region == _records_global_types(watched)
        ),
        opts=opts,
    )
    channel = cfg.DeliveryChannel(
        name,
        name=watched.name,
        s3_bucket_name=bucket,
        s3_kms_key_arn=key,
        snapshot_delivery_properties=cfg.DeliveryChannelSnapshotDeliveryPropertiesArgs(
            delivery_frequency=SNAPSHOT_EVERY
        ),
        opts=_after(opts, [recorder]),
    )
    cfg.RetentionConfiguration(
        name,
        retention_period_in_days=min(watched.zone.retention.days, aws_config.longest_retention_days()),
        opts=_after(opts, [recorder]),
    )
    return cfg.RecorderStatus(name, name=recorder.name, is_enabled=True, opts=_after(opts, [channel]))


def _records_global_types(watched: Watched) -> str | None:
    """The one region that records what IAM holds: the home region, or else the first that can."""
    footprint = aws(watched.zone)
    return next(filter(aws_config.records_global_types, (footprint.home, *footprint.regions)), None)


def _after(opts: pulumi.ResourceOptions, resources: Sequence[pulumi.Resource]) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=list(resources)))


def judge(
    name: str,
    watched: Watched,
    replicates_to: Sequence[pulumi.Input[str]],
    recording: pulumi.Resource,
    opts: pulumi.ResourceOptions,
) -> None:
    """The rules of the region: the zone's own, and those of AWS's that fit the zone."""
    zone, after = watched.zone, _after(opts, [recording])
    locked: list[str] = []
    if watched.home and watched.shared:
        # the zone's own buckets stand there, and a rule sees its own region alone
        own = everything.buckets(zone, watched.deployment)
        locked = [bucket for bucket, purpose in own.items() if purpose.locked]
        kept = everything.config_locked_bucket(zone, watched.deployment)
        replicates_to = [f"arn:{watched.partition}:s3:::{kept}", *replicates_to]
    known = [arn for arn in replicates_to if isinstance(arn, str)]
    all_of_them = pulumi.Output.all(*replicates_to)
    for index, known_as in enumerate(config_rules.documents(zone, locked, known)):
        text = all_of_them.apply(lambda arns, i=index: config_rules.documents(zone, locked, arns)[i])
        _own(name, known_as, text.apply(config_rules.policy_text), after)
    for rule in aws_config.managed_rules(zone.keys.aws_origin or "AWS_KMS"):
        cfg.Rule(
            f"{name}-{rule.name}",
            name=f"{watched.name}-{rule.name}",
            description=rule.says,
            source=cfg.RuleSourceArgs(owner="AWS", source_identifier=rule.identifier),
            opts=after,
        )


def _own(name: str, rule: Document, text: pulumi.Input[str], opts: pulumi.ResourceOptions) -> None:
    body = rule.body
    source = body["Source"]
    cfg.Rule(
        f"{name}-{rule.path.rpartition('/')[2].removesuffix('.json')}",
        name=body["ConfigRuleName"],
        description=body["Description"],
        scope=cfg.RuleScopeArgs(compliance_resource_types=body["Scope"]["ComplianceResourceTypes"]),
        source=cfg.RuleSourceArgs(
            owner=source["Owner"],
            source_details=[
                cfg.RuleSourceSourceDetailArgs(event_source=each["EventSource"], message_type=each["MessageType"])
                for each in source["SourceDetails"]
            ],
            custom_policy_details=cfg.RuleSourceCustomPolicyDetailsArgs(
                policy_runtime=source["CustomPolicyDetails"]["PolicyRuntime"], policy_text=text
            ),
        ),
        opts=opts,
    )


def aggregate(name: str, watched: Watched, recording: pulumi.Resource, opts: pulumi.ResourceOptions) -> None:
    """What the zone's accounts record, seen from the shared account's home region; of no other account or region."""
    footprint, accounts = aws(watched.zone), watched.deployment.aws_accounts
    if watched.shared and watched.home:
        cfg.ConfigurationAggregator(
            name,
            name=watched.name,
            account_aggregation_source=cfg.ConfigurationAggregatorAccountAggregationSourceArgs(
                account_ids=list(accounts), regions=list(footprint.regions)
            ),
            opts=_after(opts, [recording]),
        )
    elif not watched.shared:
        cfg.AggregateAuthorization(
            name, account_id=accounts[0], authorized_aws_region=footprint.home, opts=_after(opts, [recording])
        )
