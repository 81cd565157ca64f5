"""What a region of a zone has on AWS, whatever the zone has once."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.aws.backup import BackupVault, BackupVaultArgs
from components.aws.detection import DetectiveBaseline, DetectiveBaselineArgs
from components.aws.network import NetworkBoundary, NetworkBoundaryArgs
from sovereignty.compile import everything
from sovereignty.compile.required import aws as footprint
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone


@dataclass(frozen=True, kw_only=True)
class AwsZoneRegionArgs:
    """What a region of the zone needs to know."""

    zone: Zone
    deployment: Deployment
    region: str
    key: pulumi.Input[str]
    """ARN of the zone's KMS key in this region."""
    home_key: pulumi.Input[str]
    """ARN of the zone's KMS key in its home region, under which AWS Config delivers."""
    flow_logs_bucket: pulumi.Input[str]
    """ARN of the locked bucket for flow logs; it may lie in another region of the zone."""
    configuration_bucket: pulumi.Input[str]
    """Name of the bucket to which AWS Config delivers."""
    recorder_role: pulumi.Input[str] | None = None
    """ARN of AWS Config's role, which the home region's baseline makes; None there."""
    alarm_topic: pulumi.Input[str]
    """ARN of a topic in this region that hears of findings."""


class AwsZoneRegion(pulumi.ComponentResource):
    """One region of a zone: its network boundary, its backup vault, its detective baseline.

    Features: those of its parts.
    Outputs: `network`, `backup`, `detection`. Backups are copied to the zone's next region, where it has more than one.
    Cost: mostly the network's interface endpoints, and what AWS Config, GuardDuty and Macie look at.
    """

    network: NetworkBoundary
    backup: BackupVault
    detection: DetectiveBaseline

    def __init__(self, name: str, args: AwsZoneRegionArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__("sovereign-zones:index:AwsZoneRegion", name, None, opts)
        zone, deployment, region = args.zone, args.deployment, args.region
        child = pulumi.ResourceOptions(parent=self)
        self.network = NetworkBoundary(
            name,
            NetworkBoundaryArgs(
                zone=zone, deployment=deployment, region=region, flow_logs_bucket=args.flow_logs_bucket
            ),
            child,
        )
        self.backup = BackupVault(
            name,
            BackupVaultArgs(
                zone=zone,
                deployment=deployment,
                region=region,
                key=args.key,
                copies_to=[everything.backup_vault(zone, deployment, other) for other in _next(zone, region)],
            ),
            child,
        )
        self.detection = DetectiveBaseline(
            name,
            DetectiveBaselineArgs(
                zone=zone,
                deployment=deployment,
                region=region,
                key=args.home_key,
                delivery_bucket=args.configuration_bucket,
                recorder_role=args.recorder_role,
                alarm_topic=args.alarm_topic,
            ),
            child,
        )
        self.register_outputs({"vpcId": self.network.vpc_id, "vaultArn": self.backup.arn})


def _next(zone: Zone, region: str) -> list[str]:
    """The region that holds the copies of this one's backups: the one after it, and after the last the first."""
    regions = footprint(zone).regions
    following = regions[(regions.index(region) + 1) % len(regions)]
    return [following] if following != region else []
