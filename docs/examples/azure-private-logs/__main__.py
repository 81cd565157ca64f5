"""The EU zone's logs on Azure by private link: its network's machines send to its workspace, and to no other one."""

from pathlib import Path

import pulumi
import pulumi_azure_native as azure
from pulumi_azure_native import resources

from components.azure.endpoints import ZonePrivateEndpoint, ZonePrivateEndpointArgs
from components.azure.monitor_scope import MonitorScope, MonitorScopeArgs
from components.azure.network import VnetBoundary, VnetBoundaryArgs
from components.azure.private_dns import PrivateDnsZones, PrivateDnsZonesArgs
from components.azure.workspace import AuditWorkspace, AuditWorkspaceArgs
from components.tagging import tagged
from sovereignty import deployment, zone
from sovereignty.azure_names import resource_group

eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")
place, [subscription] = "germanywestcentral", landed.azure_subscriptions
provider = azure.Provider(
    "zone", subscription_id=subscription, tenant_id=landed.azure_tenant_id, location=place, environment="public"
)
home = pulumi.ResourceOptions(providers=[provider], transforms=[tagged(eu.tags())])
kept = pulumi.ResourceOptions.merge(home, pulumi.ResourceOptions(protect=True))
group = resources.ResourceGroup("zone", resource_group_name=resource_group(eu, place), location=place, opts=kept).name
zone_part = {"zone": eu, "deployment": landed, "resource_group_name": group}

network = VnetBoundary("eu", VnetBoundaryArgs(**zone_part), home)
# closed to public networks, as by default: neither agents nor people reach it but by the endpoint
workspace = AuditWorkspace("audit", AuditWorkspaceArgs(**zone_part), home)
scope = MonitorScope("logs", MonitorScopeArgs(**zone_part, workspace_id=workspace.workspace_id), home)
resolved = PrivateDnsZonesArgs(**zone_part, vnet_ids={place: network.vnet_id}, kinds=["monitor"])
endpoint = ZonePrivateEndpointArgs(
    **zone_part,
    subnet_id=network.endpoint_subnet_id,
    target_id=scope.scope_id,
    kind="monitor",
    dns_zone_ids=PrivateDnsZones("eu", resolved, home).of("monitor"),
)
pulumi.export("endpoint", ZonePrivateEndpoint("logs", endpoint, home).endpoint_id)
pulumi.export("workspace", workspace.customer_id)
