"""Azure Monitor by private link: the scope that a zone's workspace is reached through."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import monitor

from components.arguments import checked
from components.azure.endpoints import own_resource
from sovereignty import azure_names
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

EVERYWHERE = "global"


@dataclass(frozen=True, kw_only=True)
class MonitorScopeArgs:
    """What a zone's private link scope needs to know."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    workspace_id: pulumi.Input[str]
    """ARM id of the workspace in it, of one of the zone's subscriptions."""


class MonitorScope(pulumi.ComponentResource):
    """An Azure Monitor Private Link Scope with the zone's workspace: from a network that has an endpoint to it, logs go
    to that workspace and to no other, and queries too (PrivateOnly for both).

    The endpoint is a `ZonePrivateEndpoint` of kind `monitor`, to this `scope_id`.
    Features: private endpoints.
    Outputs: `scope_id`, which waits for the workspace to be in it.
    Cost: none; the endpoint has its own.
    Traps: The scope is `global`: it holds ids, no logs. Azure Monitor's names are shared by all resources, so the scope
    binds every network that resolves the zone's private DNS zones, and one scope is all that such networks can have. In
    PrivateOnly mode, workspaces that are not in the scope are out of reach from there. Logs that Azure itself
    writes (diagnostic settings) don't come through it. The SDK has a preview API version alone (2023-06-01-preview).
    Source: Azure Monitor, "Use Azure Private Link to connect networks to Azure Monitor", "Design your Azure Private
    Link setup".
    """

    scope_id: pulumi.Output[str]

    def __init__(self, name: str, args: MonitorScopeArgs, opts: pulumi.ResourceOptions | None = None):
        workspace = checked(
            args.workspace_id,
            own_resource(args.deployment, "MonitorScopeArgs.workspace_id", "Microsoft.OperationalInsights/workspaces"),
        )
        super().__init__("sovereign-zones:index:MonitorScope", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        scope = monitor.PrivateLinkScope(
            name,
            resource_group_name=args.resource_group_name,
            location=EVERYWHERE,
            scope_name=azure_names.own(args.zone, "monitor"),
            access_mode_settings=monitor.AccessModeSettingsArgs(
                ingestion_access_mode=monitor.AccessMode.PRIVATE_ONLY, query_access_mode=monitor.AccessMode.PRIVATE_ONLY
            ),
            opts=child,
        )
        member = monitor.PrivateLinkScopedResource(
            name,
            resource_group_name=args.resource_group_name,
            scope_name=scope.name,
            name="workspace",
            kind=monitor.ScopedResourceKind.RESOURCE,
            linked_resource_id=workspace,
            opts=child,
        )
        self.scope_id = pulumi.Output.all(scope.id, member.id).apply(lambda known: known[0])
        self.register_outputs({"scopeId": self.scope_id})
