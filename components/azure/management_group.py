"""The zone's place in the tenant: a management group that refuses what leaves the zone."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import management

from components import released
from components.azure.patience import until_the_group_is_known
from components.azure.policies import policies
from components.azure.providers import AzureProviders
from sovereignty.compile import azure_policy
from sovereignty.compile.document import Target
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

TARGET: Target = "azure:management-group"
_SCOPE = "/providers/Microsoft.Management/managementGroups/"


def management_group_id(name_or_id: str) -> str:
    """The resource id of a management group that is given by its name or by that id."""
    return name_or_id if name_or_id.startswith("/") else _SCOPE + name_or_id


@dataclass(frozen=True, kw_only=True)
class ZoneManagementGroupArgs:
    """What the zone's management group needs to know."""

    zone: Zone
    deployment: Deployment
    parent_id: pulumi.Input[str]
    """The management group that it is made under: its id, or its whole path."""
    providers: AzureProviders


class ZoneManagementGroup(pulumi.ComponentResource):
    """The zone's management group with its policies, and the zone's subscriptions placed in it.

    Outputs: `group_id` (not its path), `assignment_ids`. Source: Azure Policy, "Assignment structure".
    """

    group_id: pulumi.Output[str]
    assignment_ids: pulumi.Output[list[str]]

    def __init__(self, name: str, args: ZoneManagementGroupArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__("sovereign-zones:index:ZoneManagementGroup", name, None, opts)
        zone, child = args.zone, pulumi.ResourceOptions(parent=self)
        group = management.ManagementGroup(
            name,
            group_id=f"sovereign-{zone.zone}",
            display_name=f"Sovereign zone {zone.zone}",
            details=management.CreateManagementGroupDetailsArgs(
                parent=management.CreateParentGroupInfoArgs(
                    id=pulumi.Output.from_input(args.parent_id).apply(management_group_id)
                )
            ),
            opts=child,
        )
        inside = pulumi.ResourceOptions(parent=self, hooks=until_the_group_is_known(name))
        # while a version is tried on AWS, what was released stays here: there is no sandbox group to try it in
        tried = args.deployment.rollout == "sandbox"
        compiled = released.documents(zone.zone, TARGET) if tried else azure_policy.documents(zone, args.deployment)
        documents = [each for each in compiled if each.target == TARGET]
        assignments = policies(name, documents, group.name, group.id, inside)
        # bound first, then filled: a subscription never stands in a group that refuses nothing
        bound = pulumi.ResourceOptions.merge(inside, pulumi.ResourceOptions(depends_on=assignments))
        for subscription in args.providers.subscriptions:
            management.ManagementGroupSubscription(
                f"{name}-{subscription}",
                group_id=group.name,
                opts=pulumi.ResourceOptions.merge(
                    bound, pulumi.ResourceOptions(provider=args.providers.subscription(subscription))
                ),
            )
        self.group_id = group.name
        self.assignment_ids = pulumi.Output.all(*(assignment.id for assignment in assignments))
        self.register_outputs({"groupId": self.group_id, "assignmentIds": self.assignment_ids})
