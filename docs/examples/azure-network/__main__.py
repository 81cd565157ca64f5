"""The EU zone's networks on Azure: no way out of either, a vault that both reach by one private endpoint, peered."""

from pathlib import Path

import pulumi
import pulumi_azure_native as azure
from pulumi_azure_native import resources

from components.azure.endpoints import ZonePrivateEndpoint, ZonePrivateEndpointArgs
from components.azure.keys import ZoneKeyVault, ZoneKeyVaultArgs
from components.azure.network import VnetBoundary, VnetBoundaryArgs
from components.azure.peering import VnetPeering, VnetPeeringArgs
from components.azure.private_dns import PrivateDnsZones, PrivateDnsZonesArgs
from components.tagging import tagged
from sovereignty import deployment, zone
from sovereignty.azure_names import resource_group

HOME, SECOND = "germanywestcentral", "West Europe"
eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")
[subscription] = landed.azure_subscriptions
provider = azure.Provider(
    "zone", subscription_id=subscription, tenant_id=landed.azure_tenant_id, location=HOME, environment="public"
)
there = pulumi.ResourceOptions(providers=[provider], transforms=[tagged(eu.tags())])
kept = pulumi.ResourceOptions.merge(there, pulumi.ResourceOptions(protect=True))

groups, networks = {}, {}
for place in (HOME, SECOND):
    called = resource_group(eu, place)
    groups[place] = resources.ResourceGroup(called, resource_group_name=called, location=place, opts=kept).name
    args = VnetBoundaryArgs(zone=eu, deployment=landed, resource_group_name=groups[place], location=place)
    networks[place] = VnetBoundary(f"eu-{place}", args, there)
near, far = (networks[place].vnet_id for place in (HOME, SECOND))
pair = VnetPeeringArgs(zone=eu, deployment=landed, vnet_id=near, peer_vnet_id=far, peer_location=SECOND)
pulumi.export("peering", VnetPeering("eu", pair, there).peering_id)

group = groups[HOME]
vault = ZoneKeyVault("eu", ZoneKeyVaultArgs(zone=eu, deployment=landed, resource_group_name=group), there)
both = {HOME: near, SECOND: far}
resolved = PrivateDnsZonesArgs(zone=eu, deployment=landed, resource_group_name=group, vnet_ids=both, kinds=["vault"])
endpoint = ZonePrivateEndpointArgs(
    zone=eu,
    deployment=landed,
    resource_group_name=group,
    subnet_id=networks[HOME].endpoint_subnet_id,
    target_id=vault.store_id,
    kind="vault",
    dns_zone_ids=PrivateDnsZones("eu", resolved, there).of("vault"),
)
pulumi.export("endpoint", ZonePrivateEndpoint("vault", endpoint, there).endpoint_id)
