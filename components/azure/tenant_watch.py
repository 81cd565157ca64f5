"""Who is told what happens above the zones of a tenant: at the group that holds them, and in its directory."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import monitor, operationalinsights, resources

from components.azure.log_alarm import LogAlarm
from components.azure.patience import until_the_group_is_known
from sovereignty import facts
from sovereignty.compile import log_queries
from sovereignty.errors import InputError, Problem
from sovereignty.facts import azure_logs
from sovereignty.facts.azure_availability import offered
from sovereignty.identifiers import is_subscriber

NAME = log_queries.FOUNDATION
AT_THE_GROUP = ("place-in-tenant", "policy", "roles-at-management-group", "logs")
"""Of the calls that are worth an alarm (facts: azure_logs.yaml), those that are made above the zones."""
ENTRA_LOGS = ("AuditLogs", "SignInLogs", "NonInteractiveUserSignInLogs", "ServicePrincipalSignInLogs")
"""Microsoft Entra, "What are the identity logs you can stream to an endpoint?"."""


@dataclass(frozen=True, kw_only=True)
class TenantWatchArgs:
    """What the watch needs to know. At least one of the two logs has to be asked for."""

    management_group_id: pulumi.Input[str]
    """The group that zones are made under, by its id (not its path): `TenantFoundation.group_id`."""
    subscribers: Sequence[str]
    """E-mail and https addresses."""
    location: str
    """Where the records lie, in any spelling."""
    group_log: bool = False
    """Send that group's activity log there. Azure sends what is done in the groups and subscriptions below along: who
    called what on which resource, in every zone of the tenant, whatever its jurisdiction."""
    entra_logs: bool = False
    """Send the directory's audit and sign-in logs there. Whoever deploys has to be a person, and a Security
    Administrator of the tenant; sign-ins are personal data, of everybody in the tenant."""


class TenantWatch(pulumi.ComponentResource):
    """A Log Analytics workspace of the tenant's own, for what happens above its zones, and alarms over it.

    With `group_log` the activity log of the management group that zones are made under, and an alarm when policies,
    roles, groups or the log's own settings are changed. With `entra_logs` the directory's audit and sign-in logs, and
    an alarm when a Global Administrator elevates access to all of Azure. Takes a provider of the subscription in which
    it is made, whose resource group `sovereign-foundation` it makes; group and workspace are protected.

    Features: foundation of the organization; alarms.
    Outputs: `workspace_id`, `alarm_group_id`.
    Cost: the workspace by the GB that comes in, which for the activity log is little and for sign-ins may be much; each
    query rule about 1 USD a month.
    Traps: **Either log carries metadata of all zones to one place**: the group's log has what is done in each zone, and
    sign-ins are the whole tenant's. A zone tells of its own group by itself (`ManagementGroupLog`, `ActivityAlerts`),
    in its own location, so leave the group's log out where such metadata must not leave a zone. The alarm comes up to
    half an hour after the call. A deployment of a zone is told too, and is known by who did it. Azure takes the
    directory's setting from a person who is signed in, and refuses it to an application. The records of elevated access
    are a preview of Microsoft's. A workspace encrypts with a key of ours only in a dedicated cluster, of 100 GB a day
    and more, so this one has Microsoft's. E-mail leaves the tenant; where the location has no regional action groups,
    the group is `global`.
    Source: Azure Monitor, "Activity log" (export management group logs), "Create or edit a log search alert rule",
    "Action groups"; Azure RBAC, "Elevate access to manage all Azure subscriptions and management groups" (log entries);
    terraform-provider-azurerm, monitor_aad_diagnostic_setting (delegated tokens only).
    """

    workspace_id: pulumi.Output[str]
    alarm_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: TenantWatchArgs, opts: pulumi.ResourceOptions | None = None):
        location = _checked(args)
        super().__init__("sovereign-zones:index:TenantWatch", name, None, opts)
        child, kept = pulumi.ResourceOptions(parent=self), pulumi.ResourceOptions(parent=self, protect=True)
        group = resources.ResourceGroup(name, resource_group_name=NAME, location=location, opts=kept)
        workspace = operationalinsights.Workspace(
            name,
            resource_group_name=group.name,
            workspace_name=NAME,
            location=location,
            sku=operationalinsights.WorkspaceSkuArgs(name=operationalinsights.WorkspaceSkuNameEnum.PER_GB2018),
            retention_in_days=azure_logs.searchable_days()[1],
            features=operationalinsights.WorkspaceFeaturesArgs(disable_local_auth=True),
            # what Azure's own logs send doesn't come by the network that this closes
            public_network_access_for_ingestion="Disabled",
            opts=kept,
        )
        told = _told(name, args.subscribers, group.name, location, child)
        alarm = LogAlarm(
            resource_group_name=group.name, location=location, workspace_id=workspace.id, alarm_group_id=told.id
        )
        if args.group_log:
            monitor.ManagementGroupDiagnosticSetting(
                name,
                management_group_id=args.management_group_id,
                name=NAME,
                workspace_id=workspace.id,
                logs=[
                    monitor.ManagementGroupLogSettingsArgs(category=each, enabled=True)
                    for each in azure_logs.categories("management-group")
                ],
                opts=pulumi.ResourceOptions(parent=self, hooks=until_the_group_is_known(name)),
            )
            for watch in azure_logs.watches():
                if watch.name in AT_THE_GROUP:
                    called, query = f"{NAME}-{watch.name}", log_queries.operations(watch)
                    says = f"Above the zones: {watch.says}"
                    alarm.tell(f"{name}-{watch.name}", called, says, query, watch.severity, child)
        if args.entra_logs:
            _entra(name, workspace.id, child)
            watch = azure_logs.other_watch("elevated-access")
            called, query = f"{NAME}-{watch.name}", log_queries.elevated_access()
            alarm.tell(f"{name}-{watch.name}", called, watch.says, query, watch.severity, child)
        self.workspace_id, self.alarm_group_id = workspace.id, told.id
        self.register_outputs({"workspaceId": self.workspace_id, "alarmGroupId": self.alarm_group_id})


def _told(
    name: str, subscribers: Sequence[str], group: pulumi.Input[str], location: str, opts: pulumi.ResourceOptions
) -> monitor.ActionGroup:
    def named(address: str) -> str:
        # after whom it is for, since a place in the list changes; and an address doesn't belong in a name
        return hashlib.sha256(address.encode()).hexdigest()[:8]

    return monitor.ActionGroup(
        name,
        resource_group_name=group,
        action_group_name=NAME,
        group_short_name=NAME[: azure_logs.action_group("short_name")],
        enabled=True,
        location=location if offered("action-group", location) else "global",
        email_receivers=[
            monitor.MicrosoftCommonEmailReceiverArgs(
                name=f"mail-{named(each)}", email_address=each, use_common_alert_schema=True
            )
            for each in subscribers
            if not each.startswith("https://")
        ],
        webhook_receivers=[
            monitor.WebhookReceiverArgs(name=f"call-{named(each)}", service_uri=each, use_common_alert_schema=True)
            for each in subscribers
            if each.startswith("https://")
        ],
        opts=opts,
    )


def _entra(name: str, workspace_id: pulumi.Output[str], opts: pulumi.ResourceOptions) -> None:
    # imported here: a module of its own, for one resource that few ask for
    from pulumi_azure_native import aadiam

    aadiam.DiagnosticSetting(
        name,
        name=NAME,
        workspace_id=workspace_id,
        logs=[aadiam.LogSettingsArgs(category=each, enabled=True) for each in ENTRA_LOGS],
        opts=opts,
    )


def _checked(args: TenantWatchArgs) -> str:
    if not (args.group_log or args.entra_logs):
        right = "Ask for `group_log`, or for `entra_logs`."
        raise InputError(Problem("TenantWatchArgs.group_log", "No log is asked for: there is nothing to watch.", right))
    if not args.subscribers:
        right = "Name who is told: an e-mail or https address."
        raise InputError(Problem("TenantWatchArgs.subscribers", "There is none: nobody would hear an alarm.", right))
    for number, each in enumerate(args.subscribers):
        if not is_subscriber(each):
            found, right = "This is neither an e-mail address nor an https address.", "Write security@example.com."
            raise InputError(Problem(f"TenantWatchArgs.subscribers[{number}]", found, right))
    location = facts.azure_location(args.location)
    if facts.region("azure", location) is None:
        found, right = "This is no location of Azure in the tables.", "Write one, such as westeurope."
        raise InputError(Problem("TenantWatchArgs.location", found, right))
    return location
