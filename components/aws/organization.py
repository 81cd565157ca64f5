"""The zone's place in the organization: an OU that refuses what leaves the zone."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import organizations

from sovereignty.compile import scp
from sovereignty.zone import Zone


@dataclass(frozen=True, kw_only=True)
class ZoneOrganizationalUnitArgs:
    """What the zone's OU needs to know."""

    zone: Zone
    parent_id: pulumi.Input[str]
    """The OU, or the organization's root, that it is made under."""


class ZoneOrganizationalUnit(pulumi.ComponentResource):
    """The zone's OU with its service control policies attached. An account is bound once it is moved in.

    Outputs: `unit_id`, `arn`, `policy_ids`. Source: AWS Organizations User Guide, "Service control policies".
    """

    unit_id: pulumi.Output[str]
    arn: pulumi.Output[str]
    policy_ids: pulumi.Output[list[str]]

    def __init__(self, name: str, args: ZoneOrganizationalUnitArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__("sovereign-zones:index:ZoneOrganizationalUnit", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        zone = args.zone
        unit = organizations.OrganizationalUnit(name, name=zone.zone, parent_id=args.parent_id, opts=child)
        policies = []
        for number, document in enumerate(scp.documents(zone), start=1):
            policy = organizations.Policy(
                f"{name}-{number}",
                name=f"sovereign-{zone.zone}-{number}",
                description=f"Zone {zone.zone}: {', '.join(document.controls)}",
                type="SERVICE_CONTROL_POLICY",
                content=document.text,
                opts=child,
            )
            organizations.PolicyAttachment(f"{name}-{number}", policy_id=policy.id, target_id=unit.id, opts=child)
            policies.append(policy.id)
        self.unit_id = unit.id
        self.arn = unit.arn
        self.policy_ids = pulumi.Output.all(*policies)
        self.register_outputs({"unitId": self.unit_id, "arn": self.arn, "policyIds": self.policy_ids})
