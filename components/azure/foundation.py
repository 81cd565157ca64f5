"""What a tenant has once on Azure: the management group of its zones, and the place of what is in none yet."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import authorization, management

from components.azure.patience import until_the_group_is_known
from sovereignty.compile.azure import unplaced
from sovereignty.errors import InputError, Problem
from sovereignty.identifiers import is_guid

NAME = "Sovereignty"
SANDBOX = "Sovereignty-Sandbox"
UNPLACED = "Sovereignty-Unplaced"
"""Management groups' ids, which a tenant has once: a group of that name that is there already has to be imported."""


@dataclass(frozen=True, kw_only=True)
class TenantFoundationArgs:
    """What the tenant's foundation needs to know."""

    tenant_id: str
    """The Entra tenant; its root management group has the same id."""
    hierarchy_settings: bool = False
    """Set for the whole tenant that a management group is made under the root only by whoever may write there, and that
    a new subscription comes to stand in a group in which nothing can be made, until somebody places it. It replaces
    what a landing zone has set, and the deployment has to be allowed to write the settings of the tenant's root."""


class TenantFoundation(pulumi.ComponentResource):
    """The tenant as zones need it: the management group `Sovereignty` under the tenant's root, and below it
    `Sovereignty-Sandbox`; and, where it is asked for, `Sovereignty-Unplaced`, which refuses every resource, as the
    place of new subscriptions, with the tenant's hierarchy settings.

    Without `hierarchy_settings` a new subscription stands at the tenant's root, bound by no zone. That is the default:
    the settings are one for all of the tenant, zones or not, and take a right at its root that nothing else here needs.
    Features: foundation of the organization; outside access.
    Outputs: `group_id`, `sandbox_group_id` (ids, not paths); `unplaced_group_id`, None where it isn't asked for.
    Cost: none.
    Traps: The settings exist once in a tenant; destroying the stack sets them back to Azure's own, whatever they were
    before. Their author needs the role Hierarchy Settings Administrator at the root, which a Global Administrator can
    give. Who makes subscriptions in bulk sees them refused until they are placed: a zone places its own. A new
    group is known everywhere only after some minutes, up to half an hour; what is made in it waits.
    Source: Azure governance, "How to protect your resource hierarchy"; Azure Policy, "Assignment structure".
    """

    group_id: pulumi.Output[str]
    sandbox_group_id: pulumi.Output[str]
    unplaced_group_id: pulumi.Output[str | None]

    def __init__(self, name: str, args: TenantFoundationArgs, opts: pulumi.ResourceOptions | None = None):
        if not is_guid(args.tenant_id):
            right = "Write the tenant's id, such as 6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b."
            raise InputError(Problem("TenantFoundationArgs.tenant_id", "This is not a GUID.", right))
        super().__init__("sovereign-zones:index:TenantFoundation", name, None, opts)
        # earlier versions made it without a component
        kept = pulumi.ResourceOptions(parent=self, aliases=[pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)])
        top = management.ManagementGroup(NAME, group_id=NAME, display_name=NAME, opts=kept)
        self.group_id = top.name
        self.sandbox_group_id = _below(self, SANDBOX, top).name
        self.unplaced_group_id = (
            self._unplaced(name, args.tenant_id.lower(), top)
            if args.hierarchy_settings
            else pulumi.Output.from_input(None)
        )
        self.register_outputs(
            {
                "groupId": self.group_id,
                "sandboxGroupId": self.sandbox_group_id,
                "unplacedGroupId": self.unplaced_group_id,
            }
        )

    def _unplaced(self, name: str, tenant: str, top: management.ManagementGroup) -> pulumi.Output[str | None]:
        group = _below(self, UNPLACED, top)
        inside = pulumi.ResourceOptions(parent=self, hooks=until_the_group_is_known(name))
        body = unplaced.definition_body()["properties"]
        definition = authorization.PolicyDefinitionAtManagementGroup(
            f"{name}-unplaced",
            management_group_id=group.name,
            policy_definition_name=unplaced.NAME,
            policy_type=body["policyType"],
            mode=body["mode"],
            display_name=body["displayName"],
            description=body["description"],
            metadata=body["metadata"],
            policy_rule=body["policyRule"],
            opts=inside,
        )
        assignment = authorization.PolicyAssignment(
            f"{name}-unplaced",
            policy_assignment_name=unplaced.NAME,
            scope=group.id,
            policy_definition_id=definition.id,
            display_name=body["displayName"],
            description=body["description"],
            enforcement_mode="Default",
            metadata=body["metadata"],
            non_compliance_messages=[authorization.NonComplianceMessageArgs(message=unplaced.message())],
            opts=inside,
        )
        management.HierarchySetting(
            f"{name}-hierarchy",
            group_id=tenant,
            require_authorization_for_group_creation=True,
            default_management_group=group.id,
            # refusing first: no subscription comes into a group that lets it do anything
            opts=pulumi.ResourceOptions(parent=self, depends_on=[assignment]),
        )
        return pulumi.Output.all(group.name, assignment.id).apply(lambda known: known[0])


def _below(parent: pulumi.Resource, group: str, top: management.ManagementGroup) -> management.ManagementGroup:
    return management.ManagementGroup(
        group,
        group_id=group,
        display_name=group,
        details=management.CreateManagementGroupDetailsArgs(parent=management.CreateParentGroupInfoArgs(id=top.id)),
        opts=pulumi.ResourceOptions(parent=parent, hooks=until_the_group_is_known(group)),
    )
