"""A zone's part on AWS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pulumi

from components.aws.alarms import AlarmTopic, AlarmTopicArgs
from components.aws.config_delivery import ConfigRecords, ConfigRecordsArgs
from components.aws.keys import ZoneKmsKey, ZoneKmsKeyArgs
from components.aws.organization import ZoneOrganizationalUnit, ZoneOrganizationalUnitArgs
from components.aws.providers import AwsProviders
from components.aws.region import AwsZoneRegion, AwsZoneRegionArgs
from components.aws.signing import SigningKey, SigningKeyArgs
from components.aws.storage import WormBucket, WormBucketArgs
from components.aws.trail import AuditTrail, AuditTrailArgs
from sovereignty.compile import everything
from sovereignty.compile.required import aws as footprint
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone


@dataclass(frozen=True, kw_only=True)
class AwsZoneArgs:
    """What a zone's part on AWS needs to know."""

    zone: Zone
    deployment: Deployment
    providers: AwsProviders
    parent_ou_id: pulumi.Input[str]
    sandbox_parent_ou_id: pulumi.Input[str] | None = None
    """What its sandbox OU is made under; None: the same."""


class AwsZone(pulumi.ComponentResource):
    """The zone's OUs with their policies; its keys; its locked records; its trail; and what each of its regions has.

    Features: those of its parts.
    Outputs: those of its parts. What a zone has once lies in its home region, in the first of its accounts; another
    region adds its key, the topic of its alarms and its `AwsZoneRegion`, another account its trail and the topic of
    its alarms, and nothing else: networks, vaults and the detective baseline of other accounts are for whoever runs
    them to compose.
    Cost: the sum of its parts; by region mostly interface endpoints, and what AWS Config, GuardDuty and Macie look at.
    """

    unit: ZoneOrganizationalUnit
    keys: Mapping[str, ZoneKmsKey]
    """By region."""
    signing: SigningKey
    records: WormBucket
    trail_records: WormBucket
    flow_logs: WormBucket
    configuration: ConfigRecords
    alarms: Mapping[str, AlarmTopic]
    """By region: a rule and its topic are of one region."""
    trail: AuditTrail
    regions: dict[str, AwsZoneRegion]

    def __init__(self, name: str, args: AwsZoneArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__("sovereign-zones:index:AwsZone", name, None, opts)
        zone, deployment, providers = args.zone, args.deployment, args.providers
        self._home = home = footprint(zone).home
        in_organization = pulumi.ResourceOptions(parent=self, providers=[providers.organization])
        at_home = self._in(providers)

        unit = ZoneOrganizationalUnitArgs(
            zone=zone,
            deployment=deployment,
            parent_id=args.parent_ou_id,
            sandbox_parent_id=args.sandbox_parent_ou_id,
            tag_policy="tag-policy" not in deployment.aws_managed_elsewhere,
            declarative_ec2="declarative-ec2" not in deployment.aws_managed_elsewhere,
            ai_opt_out="ai-opt-out" not in deployment.aws_managed_elsewhere,
        )
        self.unit = ZoneOrganizationalUnit(name, unit, in_organization)
        self.keys = {
            region: ZoneKmsKey(
                _of(name, region, home),
                ZoneKmsKeyArgs(zone=zone, deployment=deployment, region=region),
                self._in(providers, region),
            )
            for region in footprint(zone).regions
        }
        key = self.keys[home].arn
        self.signing = SigningKey(f"{name}-evidence", SigningKeyArgs(zone=zone, deployment=deployment), at_home)

        def locked(part: str, bucket: str, *receives: str) -> WormBucket:
            worm = WormBucketArgs(zone=zone, deployment=deployment, bucket=bucket, key=key, receives=receives)
            return WormBucket(f"{name}-{part}", worm, at_home)

        self.records = locked("records", everything.records_bucket(zone, deployment))
        self.trail_records = locked("trail", everything.trail_bucket(zone, deployment), "trail")
        self.flow_logs = locked("flow-logs", everything.flow_logs_bucket(zone, deployment), "flow-logs")
        self.configuration = ConfigRecords(
            f"{name}-config", ConfigRecordsArgs(zone=zone, deployment=deployment, key=key), at_home
        )
        self.alarms = {
            region: AlarmTopic(
                _of(name, region, home),
                AlarmTopicArgs(zone=zone, deployment=deployment, key=self.keys[region].arn, region=region),
                self._in(providers, region),
            )
            for region in footprint(zone).regions
        }
        trail = AuditTrailArgs(
            zone=zone,
            deployment=deployment,
            bucket=self.trail_records.name,
            key=key,
            alarm_topic=self.alarms[home].arn,
            classified_buckets=[self.records.arn],
        )
        self.trail = AuditTrail(name, trail, at_home)
        for account in providers.other_accounts:
            there = pulumi.ResourceOptions(parent=self, providers=[providers.workload(account=account)])
            part = f"{name}-{account}"
            topic = AlarmTopic(part, AlarmTopicArgs(zone=zone, deployment=deployment, key=key, account=account), there)
            own = replace(trail, alarm_topic=topic.arn, classified_buckets=(), account=account)
            AuditTrail(part, own, there)
        self.regions = {}
        for region in sorted(footprint(zone).regions, key=lambda region: region != home):
            recorder_role = None if region == home else self.regions[home].detection.recorder_role
            self.regions[region] = AwsZoneRegion(
                f"{name}-{region}",
                AwsZoneRegionArgs(
                    zone=zone,
                    deployment=deployment,
                    region=region,
                    key=self.keys[region].arn,
                    home_key=key,
                    flow_logs_bucket=self.flow_logs.arn,
                    configuration_bucket=self.configuration.bucket,
                    recorder_role=recorder_role,
                    alarm_topic=self.alarms[region].arn,
                ),
                self._in(providers, region),
            )
        self.register_outputs({"unitId": self.unit.unit_id, "keyArn": key, "bucket": self.records.name})

    @property
    def key(self) -> ZoneKmsKey:
        """The home region's key."""
        return self.keys[self._home]

    def _in(self, providers: AwsProviders, region: str | None = None) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, providers=[providers.workload(region)])


def _of(name: str, region: str, home: str) -> str:
    """The home region's part bears the zone's name alone, so that a zone of one region may grow."""
    return name if region == home else f"{name}-{region}"
