"""What the EU zone's network resolves on Azure where the tenant's hub runs private DNS: a list, each query logged."""

from pathlib import Path

import pulumi
import pulumi_azure_native as azure
from pulumi_azure_native import resources

from components.azure.dns_policy import DnsSecurityPolicy, DnsSecurityPolicyArgs
from components.azure.network import VnetBoundary, VnetBoundaryArgs
from components.azure.resource_logs import ResourceLogs, ResourceLogsArgs
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

# with `private-dns` in azureManagedElsewhere it has no policy of its own, and a network takes one
network = VnetBoundary("eu", VnetBoundaryArgs(**zone_part), home)
names = DnsSecurityPolicyArgs(
    **zone_part,
    vnet_ids={"network": network.vnet_id},
    # beside the zone's services: one that the hub has endpoints for, its private names below it, and a supplier's
    allowed_domains=["database.windows.net", "updates.example.com"],
)
policy = DnsSecurityPolicy("eu", names, home)
workspace = AuditWorkspace("audit", AuditWorkspaceArgs(**zone_part), home)
asked = ResourceLogsArgs(
    zone=eu,
    deployment=landed,
    resource_id=policy.policy_id,
    workspace_id=workspace.workspace_id,
    # queries are no audit records
    everything=True,
)
ResourceLogs("queries", asked, home)
pulumi.export("policy", policy.policy_id)
