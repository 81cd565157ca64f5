"""The EU zone's records on Azure: searched and watched in a workspace, kept under lock beside it, alarms for people."""

from pathlib import Path

import pulumi
import pulumi_azure_native as azure
from pulumi_azure_native import resources

from components.azure.activity_alerts import ActivityAlerts, ActivityAlertsArgs
from components.azure.activity_log import ActivityLog, ActivityLogArgs
from components.azure.activity_log_watch import ActivityLogWatch, ActivityLogWatchArgs
from components.azure.alarms import AlarmGroup, AlarmGroupArgs
from components.azure.keys import ZoneKeyVault, ZoneKeyVaultArgs
from components.azure.log_export import LockedLogExport, LockedLogExportArgs, containers
from components.azure.resource_logs import ResourceLogs, ResourceLogsArgs
from components.azure.storage import WormStorageAccount, WormStorageAccountArgs
from components.azure.workspace import AuditWorkspace, AuditWorkspaceArgs
from components.tagging import tagged
from sovereignty import azure_names, deployment, zone
from sovereignty.facts import azure_logs

eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")
place, [subscription] = "germanywestcentral", landed.azure_subscriptions
provider = azure.Provider(
    "zone", subscription_id=subscription, tenant_id=landed.azure_tenant_id, location=place, environment="public"
)
home = pulumi.ResourceOptions(providers=[provider], transforms=[tagged(eu.tags())])
kept = pulumi.ResourceOptions.merge(home, pulumi.ResourceOptions(protect=True))
group = resources.ResourceGroup(
    "zone", resource_group_name=azure_names.resource_group(eu, place), location=place, opts=kept
).name
zone_part = {"zone": eu, "deployment": landed, "resource_group_name": group}

key = ZoneKeyVault("eu", ZoneKeyVaultArgs(**zone_part), home)
workspace = AuditWorkspace("audit", AuditWorkspaceArgs(**zone_part, public_queries=True), home)
alarms = AlarmGroup("alarms", AlarmGroupArgs(**zone_part), home)
archive = WormStorageAccountArgs(
    **zone_part,
    purpose="audit",
    key_store_uri=key.store_uri,
    key_name=key.key_name,
    identity_id=key.identity_id,
    containers=[*containers(), azure_logs.direct_container("activity-log")],
    receives_appends=True,
)
locked = WormStorageAccount("archive", archive, home)
export = LockedLogExportArgs(
    **zone_part,
    workspace_id=workspace.workspace_id,
    workspace_name=workspace.name,
    storage_account_id=locked.account_id,
    alarm_group_id=alarms.group_id,
)
LockedLogExport("archive", export, home)
done = ActivityLogArgs(
    zone=eu, deployment=landed, workspace_id=workspace.workspace_id, storage_account_id=locked.account_id
)
ActivityLog("activity", done, home)
vault = ResourceLogsArgs(zone=eu, deployment=landed, resource_id=key.store_id, workspace_id=workspace.workspace_id)
ResourceLogs("vault", vault, home)
told = ActivityAlertsArgs(**zone_part, workspace_id=workspace.workspace_id, alarm_group_id=alarms.group_id)
pulumi.export("told", ActivityAlerts("activity", told, home).names)
beside = ActivityLogWatchArgs(**zone_part, alarm_group_id=alarms.group_id)
pulumi.export("told_without_the_workspace", ActivityLogWatch("activity", beside, home).names)
pulumi.export("workspace", workspace.customer_id)
