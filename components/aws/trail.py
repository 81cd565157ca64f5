"""The record of what happens in a zone's account on AWS."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudtrail, cloudwatch, iam

from components.aws import log_alarm
from components.aws.arguments import ArnKind, account_of, arn_in_zone, bucket_arn, bucket_name, key_arn
from sovereignty.compile import trail_delivery, trail_log_role, trail_watch
from sovereignty.compile.required import aws, aws_accounts, aws_management_account
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.facts.aws_availability import offered
from sovereignty.zone import ROLES_PATH, Zone

SELECTOR_VALUES = 500
"""Values in all advanced event selectors of a trail (AWS CloudTrail User Guide, "Quotas in AWS CloudTrail")."""
KEPT_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""What a log group's retention may be (Amazon CloudWatch Logs API Reference, PutRetentionPolicy)."""
SILENT_AFTER = 3600
"""Seconds without a record after which the trail is taken for stopped. CloudTrail delivers within minutes."""
_INSIGHTS = ("ApiCallRateInsight", "ApiErrorRateInsight")

_TOPIC = ArnKind("sns", re.compile(r"[A-Za-z0-9_-]{1,256}"), "an SNS topic", "sovereign-eu-alarms")
"""A topic's name (Amazon SNS API Reference, CreateTopic); a FIFO topic's ends otherwise, and takes no alarms."""

_Field = cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs


@dataclass(frozen=True, kw_only=True)
class AuditTrailArgs:
    """What an account's trail needs to know."""

    zone: Zone
    deployment: Deployment
    bucket: pulumi.Input[str]
    """Name of the locked bucket that receives it: a `WormBucket` that `receives` the trail."""
    key: pulumi.Input[str]
    """ARN of the zone's KMS key in its home region."""
    alarm_topic: pulumi.Input[str]
    """ARN of a topic in the home region of the same account: an `AlarmTopic`."""
    classified_buckets: Sequence[pulumi.Input[str]] = ()
    """ARNs of buckets whose objects are recorded by name."""
    organization: bool = False
    """A trail of the whole organization: see the traps."""
    account: str | None = None
    """The account of the provider, one of the zone's; None: the first, for the organization the management account."""
    searchable_days: int = 365
    """Days for which records can be searched in CloudWatch Logs; the bucket keeps them for the zone's retention."""


class AuditTrail(pulumi.ComponentResource):
    """The CloudTrail trail `sovereign-<zone>` of an account: every region, every management event, data events, alarms.

    It is made in the zone's home region and sees all regions and the global services. All management events are
    recorded, those of KMS too; data events of S3 objects, Lambda functions and DynamoDB tables; unusual rates of calls
    and errors (Insights) where the partition offers them. Files and the digests that prove them are encrypted with the
    zone's key and lie in the locked bucket, both for the same time. A copy goes to the log group
    `sovereign-<zone>-trail`. Three alarms: when somebody changes or stops the trail, when somebody acts as the
    break-glass role, in whatever region, and when an hour brought no record.
    Each account of the zone has its own, made with that account's provider. The trail and its log group are protected.

    Of the trail's own bucket everything is recorded but what is put there: CloudTrail writes there, and its writing
    would be recorded for ever.

    Features: audit trail; locked export of logs.
    Outputs: `arn`, `name`, `log_group_arn`.
    Cost: a second trail's management events 2 USD per 100,000; data events 0.10 USD per 100,000, which is most of it:
    what services deliver into other buckets is recorded too;
    Insights 0.35 USD per 100,000 events analysed; the log group 0.50 USD per GB and more.
    Traps: an event that fits two selectors is recorded once (API Reference, PutEventSelectors: any). A call that
    stops the trail is the last that EventBridge hears of, and a quiet account may have an hour without any call: the
    last alarm is a question, not a proof. What CloudTrail calls data events of other services is not recorded.
    `organization`: it records every account of the organization, other zones' too, and takes their records into this
    zone: that may be what another zone's law forbids. The trail belongs to the management account, whoever makes it, so
    its ARN is that account's, and the bucket has to receive `organization-trail`. Make it with the provider of the
    management account: CloudTrail lets the delegated administrator make one too (`account`: that one's), but what the
    provider reads back is refused to other accounts than the owner. Log group, role, alarms and topic are of the same
    account. The zone's key admits trails and log groups of the zone's accounts only, and its RCP services that act for
    them: give a key whose policy admits those of that account, and admit the organization's root in
    awsOrganizationPaths.
    Source: AWS CloudTrail User Guide, "Working with trails", "Logging data events", "Filtering data events by using
    advanced event selectors", "Validating CloudTrail log file integrity", "Creating a trail for an organization".
    """

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    log_group_arn: pulumi.Output[str]

    def __init__(self, name: str, args: AuditTrailArgs, opts: pulumi.ResourceOptions | None = None):
        account = _check(args)
        super().__init__("sovereign-zones:index:AuditTrail", name, None, opts)
        zone, deployment = args.zone, args.deployment
        child = pulumi.ResourceOptions(parent=self)
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        group = cloudwatch.LogGroup(
            name,
            name=trail_log_role.log_group(zone),
            kms_key_id=args.key,
            retention_in_days=args.searchable_days,
            opts=kept,
        )
        role = iam.Role(
            f"{name}-logs",
            name=trail_log_role.role_name(zone),
            path=f"/{ROLES_PATH}",
            description=f"CloudTrail writes the trail of zone {zone.zone} into its log group",
            assume_role_policy=trail_log_role.trust(zone, deployment, account, organization=args.organization).text,
            opts=child,
        )
        policy = iam.RolePolicy(
            f"{name}-logs",
            name="log-group",
            role=role.name,
            policy=trail_log_role.permissions(zone, deployment, account, organization=args.organization).text,
            opts=child,
        )
        trail = cloudtrail.Trail(
            name,
            name=trail_delivery.trail_name(zone),
            s3_bucket_name=args.bucket,
            kms_key_id=args.key,
            is_multi_region_trail=True,
            is_organization_trail=args.organization,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            cloud_watch_logs_group_arn=pulumi.Output.concat(group.arn, ":*"),
            cloud_watch_logs_role_arn=role.arn,
            advanced_event_selectors=_selectors(zone, args.bucket, args.classified_buckets),
            insight_selectors=_insights(zone),
            # CloudTrail tries the role when the trail is made
            opts=pulumi.ResourceOptions.merge(kept, pulumi.ResourceOptions(depends_on=[policy])),
        )
        self._watch(name, args, account, group)
        self.arn, self.name, self.log_group_arn = trail.arn, trail.name, group.arn
        self.register_outputs({"arn": self.arn, "name": self.name, "logGroupArn": self.log_group_arn})

    def _watch(self, name: str, args: AuditTrailArgs, account: str, group: cloudwatch.LogGroup) -> None:
        zone, child = args.zone, pulumi.ResourceOptions(parent=self)
        owner = aws_management_account(args.deployment) if args.organization else account
        changed = cloudwatch.EventRule(
            f"{name}-changed",
            name=f"sovereign-{zone.zone}-trail-changed",
            description=f"Somebody stops or changes the trail of zone {zone.zone}",
            event_pattern=trail_watch.pattern(trail_delivery.trail_arn(zone, owner)),
            opts=child,
        )
        cloudwatch.EventTarget(
            f"{name}-changed", rule=changed.name, target_id="alarms", arn=args.alarm_topic, opts=child
        )
        emergency = f"sovereign-{zone.zone}-break-glass"
        log_alarm.tell(
            f"{name}-break-glass",
            emergency,
            f"Somebody acts as the break-glass role of zone {zone.zone}",
            group,
            trail_watch.break_glass(zone, account),
            args.alarm_topic,
            child,
        )
        cloudwatch.MetricAlarm(
            f"{name}-silent",
            name=f"sovereign-{zone.zone}-trail-silent",
            alarm_description=f"The trail of zone {zone.zone} brought no record for an hour",
            namespace="AWS/Logs",
            metric_name="IncomingLogEvents",
            dimensions={"LogGroupName": group.name},
            statistic="Sum",
            period=SILENT_AFTER,
            evaluation_periods=1,
            threshold=1,
            comparison_operator="LessThanThreshold",
            treat_missing_data="breaching",
            alarm_actions=[args.alarm_topic],
            ok_actions=[args.alarm_topic],
            opts=child,
        )


def _check(args: AuditTrailArgs) -> str:
    """The trail's account; InputError for what is wrong with the arguments."""
    account = _account(args)
    home = aws(args.zone).home
    accounts = aws_accounts(args.deployment) + ((account,) if args.organization else ())
    bucket_name(args.bucket, "AuditTrailArgs.bucket")
    key_arn(args.zone, args.deployment, args.key, "AuditTrailArgs.key", home, accounts)
    arn_in_zone(args.zone, args.deployment, args.alarm_topic, "AuditTrailArgs.alarm_topic", _TOPIC, home, (account,))
    for index, each in enumerate(args.classified_buckets):
        bucket_arn(args.zone, each, f"AuditTrailArgs.classified_buckets[{index}]")
    if args.searchable_days not in KEPT_DAYS:
        right = f"Use one of {', '.join(map(str, KEPT_DAYS))}."
        raise InputError(Problem("AuditTrailArgs.searchable_days", "A log group can't keep for that long.", right))
    values = sum(_values(each) for each in _selectors(args.zone, "", args.classified_buckets))
    if values > SELECTOR_VALUES:
        found = f"The trail would select by {values} values, and CloudTrail takes {SELECTOR_VALUES}."
        right = "Name fewer: what isn't named is recorded as well."
        raise InputError(Problem("AuditTrailArgs.classified_buckets", found, right))
    return account


def _account(args: AuditTrailArgs) -> str:
    if args.organization and args.account in (None, args.deployment.aws_management_account):
        return aws_management_account(args.deployment)
    return account_of(args.deployment, args.account, "AuditTrailArgs.account")


def _values(selector: cloudtrail.TrailAdvancedEventSelectorArgs) -> int:
    parts = ("equals", "not_equals", "starts_withs", "not_starts_withs")
    fields: Sequence[_Field] = selector.field_selectors  # pyright: ignore[reportAssignmentType]
    return sum(len(getattr(field, part) or ()) for field in fields for part in parts)


def _selectors(
    zone: Zone, bucket: pulumi.Input[str], classified: Sequence[pulumi.Input[str]]
) -> list[cloudtrail.TrailAdvancedEventSelectorArgs]:
    own = pulumi.Output.concat(f"arn:{aws(zone).partition}:s3:::", bucket, "/")
    found = [_selector("Management events", _Field(field="eventCategory", equals=["Management"]))]
    if classified:
        objects = [pulumi.Output.concat(arn, "/") for arn in classified]
        found.append(
            _data(
                "Objects of classified buckets", "AWS::S3::Object", _Field(field="resources.ARN", starts_withs=objects)
            )
        )
    return [
        *found,
        _data("Objects of other buckets", "AWS::S3::Object", _Field(field="resources.ARN", not_starts_withs=[own])),
        _data(
            "Objects of the trail's bucket but for what is put there",
            "AWS::S3::Object",
            _Field(field="resources.ARN", starts_withs=[own]),
            _Field(field="eventName", not_equals=["PutObject"]),
        ),
        _data("Functions", "AWS::Lambda::Function"),
        _data("Tables", "AWS::DynamoDB::Table"),
    ]


def _data(name: str, kind: str, *fields: _Field) -> cloudtrail.TrailAdvancedEventSelectorArgs:
    return _selector(
        name, _Field(field="eventCategory", equals=["Data"]), _Field(field="resources.type", equals=[kind]), *fields
    )


def _selector(name: str, *fields: _Field) -> cloudtrail.TrailAdvancedEventSelectorArgs:
    return cloudtrail.TrailAdvancedEventSelectorArgs(name=name, field_selectors=list(fields))


def _insights(zone: Zone) -> list[cloudtrail.TrailInsightSelectorArgs]:
    if not offered(aws(zone).partition, "cloudtrail-insights"):
        return []
    return [cloudtrail.TrailInsightSelectorArgs(insight_type=each) for each in _INSIGHTS]
