"""The record of what is done by Azure Resource Manager: of a subscription, and of a management group."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import monitor

from components.azure.arguments import given, resource_id, subscription_of
from components.azure.patience import until_the_group_is_known
from components.azure.resource_logs import ACCOUNT, WORKSPACE, setting_name
from sovereignty.deployment import Deployment
from sovereignty.facts import azure_logs
from sovereignty.zone import Zone


@dataclass(frozen=True, kw_only=True)
class ActivityLogArgs:
    """What the record of a subscription needs to know."""

    zone: Zone
    deployment: Deployment
    workspace_id: pulumi.Input[str]
    storage_account_id: pulumi.Input[str] | None = None
    """A locked account that gets a copy at first hand, in a container `insights-activity-logs`; None: none does."""
    subscription: str | None = None
    """The subscription of the provider, one of the zone's; None: the first."""


class ActivityLog(pulumi.ComponentResource):
    """The diagnostic setting `sovereign-<zone>-logs` of a subscription: all of its activity log goes to the workspace.

    All eight categories: who changed what by Azure Resource Manager, what a policy refused, the health of services and
    resources. Azure itself keeps them for 90 days. Each subscription of the zone has its own, made with its provider.

    Features: audit trail.
    Outputs: `setting_id`.
    Cost: taking the activity log in is free, and so are its first 90 days in the workspace.
    Traps: a setting has no location: the records go where the workspace lies. Calls of the data plane aren't in it, nor
    most reads: `ResourceLogs`. Microsoft calls the export of AzureActivity partly supported; with `storage_account_id`
    the account gets each record from the setting itself, into a container that has to take protected appends. What a
    management group above the subscription sends as well is there twice. A record comes 3 to 20 minutes late.
    Source: Azure Monitor, "Activity log", "Log Analytics data export rules" (unsupported tables).
    """

    setting_id: pulumi.Output[str]

    def __init__(self, name: str, args: ActivityLogArgs, opts: pulumi.ResourceOptions | None = None):
        subscription_of(args.deployment, args.subscription, "ActivityLogArgs.subscription")
        resource_id(args.workspace_id, "ActivityLogArgs.workspace_id", WORKSPACE)
        if args.storage_account_id is not None:
            resource_id(args.storage_account_id, "ActivityLogArgs.storage_account_id", ACCOUNT)
        super().__init__("sovereign-zones:index:ActivityLog", name, None, opts)
        setting = monitor.SubscriptionDiagnosticSetting(
            name,
            name=setting_name(args.zone),
            workspace_id=args.workspace_id,
            storage_account_id=args.storage_account_id,
            logs=[
                monitor.SubscriptionLogSettingsArgs(category=category, enabled=True)
                for category in azure_logs.categories("subscription")
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.setting_id = setting.id
        self.register_outputs({"settingId": self.setting_id})


@dataclass(frozen=True, kw_only=True)
class ManagementGroupLogArgs:
    """What the record of a management group needs to know."""

    zone: Zone
    deployment: Deployment
    management_group_id: pulumi.Input[str]
    """Its name, not its path: `ZoneManagementGroup.group_id`."""
    workspace_id: pulumi.Input[str]
    storage_account_id: pulumi.Input[str] | None = None
    """A locked account that gets a copy at first hand, in a container `insights-activity-logs`; None: none does."""


class ManagementGroupLog(pulumi.ComponentResource):
    """The diagnostic setting `sovereign-<zone>-logs` of a management group: who changes roles and policies there.

    What is done at a management group is in no subscription's activity log: policy assignments, exemptions, roles.

    Features: audit trail.
    Outputs: `setting_id`.
    Cost: none: see `ActivityLog`.
    Traps: the groups below send theirs along, and so do subscriptions: these records are there twice. The setting is
    made with the provider of the workspace's subscription, by somebody who may write at the group. Calls at groups
    above the zone's, and at the tenant's root (elevateAccess), are not in it: they take Entra ID's audit log, which
    only the tenant's administrator can send here. A new group may be unknown for half an hour.
    Source: Azure Monitor, "Activity log", Export management group logs.
    """

    setting_id: pulumi.Output[str]

    def __init__(self, name: str, args: ManagementGroupLogArgs, opts: pulumi.ResourceOptions | None = None):
        given(args.management_group_id, "ManagementGroupLogArgs.management_group_id")
        resource_id(args.workspace_id, "ManagementGroupLogArgs.workspace_id", WORKSPACE)
        if args.storage_account_id is not None:
            resource_id(args.storage_account_id, "ManagementGroupLogArgs.storage_account_id", ACCOUNT)
        super().__init__("sovereign-zones:index:ManagementGroupLog", name, None, opts)
        setting = monitor.ManagementGroupDiagnosticSetting(
            name,
            name=setting_name(args.zone),
            management_group_id=args.management_group_id,
            workspace_id=args.workspace_id,
            storage_account_id=args.storage_account_id,
            logs=[
                monitor.ManagementGroupLogSettingsArgs(category=category, enabled=True)
                for category in azure_logs.categories("management-group")
            ],
            opts=pulumi.ResourceOptions(parent=self, hooks=until_the_group_is_known(f"{name}-log")),
        )
        self.setting_id = setting.id
        self.register_outputs({"settingId": self.setting_id})
