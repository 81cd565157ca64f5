"""A zone's part on AWS."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.aws.keys import ZoneKmsKey, ZoneKmsKeyArgs
from components.aws.organization import ZoneOrganizationalUnit, ZoneOrganizationalUnitArgs
from components.aws.providers import AwsProviders
from components.aws.storage import WormBucket, WormBucketArgs
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone


@dataclass(frozen=True, kw_only=True)
class AwsZoneArgs:
    """What a zone's part on AWS needs to know."""

    zone: Zone
    deployment: Deployment
    providers: AwsProviders
    parent_ou_id: pulumi.Input[str]


class AwsZone(pulumi.ComponentResource):
    """The zone's OU with its SCPs and RCPs, its key, and its bucket of locked records.

    Outputs: those of its parts, `unit`, `key` and `records`.
    """

    unit: ZoneOrganizationalUnit
    key: ZoneKmsKey
    records: WormBucket

    def __init__(self, name: str, args: AwsZoneArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__("sovereign-zones:index:AwsZone", name, None, opts)
        zone, deployment, providers = args.zone, args.deployment, args.providers
        in_organization = pulumi.ResourceOptions(parent=self, providers=[providers.organization])
        at_home = pulumi.ResourceOptions(parent=self, providers=[providers.workload()])

        unit = ZoneOrganizationalUnitArgs(zone=zone, deployment=deployment, parent_id=args.parent_ou_id)
        self.unit = ZoneOrganizationalUnit(name, unit, in_organization)
        self.key = ZoneKmsKey(name, ZoneKmsKeyArgs(zone=zone, deployment=deployment), at_home)
        self.records = WormBucket(
            f"{name}-records",
            WormBucketArgs(
                zone=zone,
                deployment=deployment,
                bucket=f"{zone.zone}-records-{providers.account}",
                key=self.key.arn,
            ),
            at_home,
        )
        self.register_outputs({"unitId": self.unit.unit_id, "keyArn": self.key.arn, "bucket": self.records.name})
