"""What a zone on Azure records about itself, keeps under lock, and tells."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.azure.activity_alerts import ActivityAlerts, ActivityAlertsArgs
from components.azure.activity_log import ManagementGroupLog, ManagementGroupLogArgs
from components.azure.alarms import AlarmGroup, AlarmGroupArgs
from components.azure.log_export import LockedLogExport, LockedLogExportArgs, containers
from components.azure.monitor_scope import MonitorScope, MonitorScopeArgs
from components.azure.storage import WormStorageAccount, WormStorageAccountArgs
from components.azure.workspace import AuditWorkspace, AuditWorkspaceArgs
from sovereignty.compile.required import azure as footprint
from sovereignty.deployment import Deployment
from sovereignty.facts import azure_logs
from sovereignty.facts.azure_availability import offered
from sovereignty.zone import Zone


@dataclass(frozen=True, kw_only=True)
class AzureZoneAuditArgs:
    """What a zone's audit needs to know. The workspace is this stack's unless `sentinelWorkspaceId` names another."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    management_group_id: pulumi.Input[str]
    """The name of the zone's management group."""
    key_store_uri: pulumi.Input[str]
    key_name: pulumi.Input[str]
    identity_id: pulumi.Input[str] | None = None
    """ARM id of the identity that may use the zone's key; None: the key can't be used yet, and nothing is exported."""


class AzureZoneAudit(pulumi.ComponentResource):
    """The zone's workspace with Sentinel, the private link scope around it, the locked account that its tables are
    exported to, the management group's log, the group that hears of alarms, and the alarms over the activity log.

    Where `sentinelWorkspaceId` names a workspace that is not this stack's, whoever runs it exports and watches: only
    the alarm group is made. Without Sentinel in the home (facts/azure_availability.yaml), or with `sentinel` in
    azureManagedElsewhere, it is a workspace without Sentinel. With `azureLogCluster` it waits for a key that can be
    used.
    Features: those of its parts.
    Outputs: `alarms`, `workspace`, `scope`, `log_records`: its parts.
    Cost: the logs, by the GB taken in, and exported.
    """

    alarms: AlarmGroup
    workspace: AuditWorkspace | None
    scope: MonitorScope | None
    log_records: WormStorageAccount | None

    def __init__(self, name: str, args: AzureZoneAuditArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__("sovereign-zones:index:AzureZoneAudit", name, None, opts)
        zone, deployment, group = args.zone, args.deployment, args.resource_group_name
        child = pulumi.ResourceOptions(parent=self)
        self.workspace = self.scope = self.log_records = None
        self.alarms = AlarmGroup(
            name, AlarmGroupArgs(zone=zone, deployment=deployment, resource_group_name=group), child
        )
        # a cluster can't take a workspace later: there is none before the cluster has its key
        if deployment.sentinel_workspace_id is None and not (deployment.azure_log_cluster and args.identity_id is None):
            self._recorded(name, args, child)
        self.register_outputs({"alarmGroupId": self.alarms.group_id})

    def _recorded(self, name: str, args: AzureZoneAuditArgs, child: pulumi.ResourceOptions) -> None:
        zone, deployment, group = args.zone, args.deployment, args.resource_group_name
        self.workspace = AuditWorkspace(
            name,
            AuditWorkspaceArgs(
                zone=zone,
                deployment=deployment,
                resource_group_name=group,
                key_store_uri=args.key_store_uri if deployment.azure_log_cluster else None,
                key_name=args.key_name if deployment.azure_log_cluster else None,
                identity_id=args.identity_id if deployment.azure_log_cluster else None,
                sentinel=offered("sentinel", footprint(zone).home)
                and "sentinel" not in deployment.azure_managed_elsewhere,
                public_queries=deployment.azure_public_queries,
            ),
            child,
        )
        self.scope = MonitorScope(
            name,
            MonitorScopeArgs(
                zone=zone, deployment=deployment, resource_group_name=group, workspace_id=self.workspace.workspace_id
            ),
            child,
        )
        if args.identity_id is not None:
            self.log_records = WormStorageAccount(
                f"{name}-logs",
                WormStorageAccountArgs(
                    zone=zone,
                    deployment=deployment,
                    resource_group_name=group,
                    purpose="logs",
                    key_store_uri=args.key_store_uri,
                    key_name=args.key_name,
                    identity_id=args.identity_id,
                    containers=[*containers(), azure_logs.direct_container("activity-log")],
                    receives_appends=True,
                ),
                child,
            )
            LockedLogExport(
                name,
                LockedLogExportArgs(
                    zone=zone,
                    deployment=deployment,
                    resource_group_name=group,
                    workspace_id=self.workspace.workspace_id,
                    workspace_name=self.workspace.name,
                    storage_account_id=self.log_records.account_id,
                    alarm_group_id=self.alarms.group_id,
                ),
                child,
            )
        if "activity-log" not in deployment.azure_managed_elsewhere:
            log = ManagementGroupLogArgs(
                zone=zone,
                deployment=deployment,
                management_group_id=args.management_group_id,
                workspace_id=self.workspace.workspace_id,
                storage_account_id=self.log_records.account_id if self.log_records else None,
            )
            ManagementGroupLog(name, log, child)
        ActivityAlerts(
            name,
            ActivityAlertsArgs(
                zone=zone,
                deployment=deployment,
                resource_group_name=group,
                workspace_id=self.workspace.workspace_id,
                alarm_group_id=self.alarms.group_id,
            ),
            child,
        )
