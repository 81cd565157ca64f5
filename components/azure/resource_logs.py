"""What a resource on Azure tells of its use."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import monitor

from components.azure.arguments import given, resource_id
from sovereignty import azure_names
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

WORKSPACE = "Microsoft.OperationalInsights/workspaces"
ACCOUNT = "Microsoft.Storage/storageAccounts"
RESOURCE_SPECIFIC = "Dedicated"
"""Into tables of their own where the service has any: what lands in AzureDiagnostics can't be exported."""


@dataclass(frozen=True, kw_only=True)
class ResourceLogsArgs:
    """What the logs of a resource need to know."""

    zone: Zone
    deployment: Deployment
    resource_id: pulumi.Input[str]
    """ARM id of what tells: a vault, an HSM, an account's `…/blobServices/default`."""
    workspace_id: pulumi.Input[str]
    everything: bool = False
    """All logs that the resource has; else those that an auditor asks for."""
    storage_account_id: pulumi.Input[str] | None = None
    """A locked account of the resource's location that gets a copy at first hand; None: none does."""


class ResourceLogs(pulumi.ComponentResource):
    """The diagnostic setting `sovereign-<zone>-logs` of a resource: its audit records go to the zone's workspace.

    Which records these are is the service's word (the category group `audit`), so new ones come along by themselves.

    Features: audit trail.
    Outputs: `setting_id`.
    Cost: the workspace's, by volume: a busy storage account writes a record for each request.
    Traps: a managed HSM's records land in AzureDiagnostics, which no export takes along: give `storage_account_id`,
    with a container `insights-logs-auditevent` that takes protected appends. A resource has five settings at most. A
    setting outlives its resource: one of the same name made anew is logged again. Not every service has the group
    `audit`; where it lacks, Azure refuses the setting: set `everything`.
    Source: Azure Monitor, "Diagnostic settings", "Resource logs", AzureDiagnostics.
    """

    setting_id: pulumi.Output[str]

    def __init__(self, name: str, args: ResourceLogsArgs, opts: pulumi.ResourceOptions | None = None):
        given(args.resource_id, "ResourceLogsArgs.resource_id")
        resource_id(args.workspace_id, "ResourceLogsArgs.workspace_id", WORKSPACE)
        if args.storage_account_id is not None:
            resource_id(args.storage_account_id, "ResourceLogsArgs.storage_account_id", ACCOUNT)
        super().__init__("sovereign-zones:index:ResourceLogs", name, None, opts)
        setting = monitor.DiagnosticSetting(
            name,
            name=setting_name(args.zone),
            resource_uri=args.resource_id,
            workspace_id=args.workspace_id,
            storage_account_id=args.storage_account_id,
            log_analytics_destination_type=RESOURCE_SPECIFIC,
            logs=[
                monitor.DiagnosticsLogSettingsArgs(
                    category_group="allLogs" if args.everything else "audit", enabled=True
                )
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.setting_id = setting.id
        self.register_outputs({"settingId": self.setting_id})


def setting_name(zone: Zone) -> str:
    """What the zone's diagnostic settings are called, wherever they are."""
    return azure_names.own(zone, "logs")
