"""The flow logs of the EU zone's network in West Europe: appended to, and never changed, in that location."""

from pathlib import Path

import pulumi
import pulumi_azure_native as azure
from pulumi_azure_native import resources

from components.azure.keys import ZoneKeyVault, ZoneKeyVaultArgs
from components.azure.network import VnetBoundary, VnetBoundaryArgs
from components.azure.storage import WormStorageAccount, WormStorageAccountArgs
from components.tagging import tagged
from sovereignty import deployment, zone
from sovereignty.azure_names import resource_group

PLACE = "West Europe"
eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")
[subscription] = landed.azure_subscriptions
provider = azure.Provider(
    "zone", subscription_id=subscription, tenant_id=landed.azure_tenant_id, location=PLACE, environment="public"
)
there = pulumi.ResourceOptions(providers=[provider], transforms=[tagged(eu.tags())])
kept = pulumi.ResourceOptions.merge(there, pulumi.ResourceOptions(protect=True))
group = resources.ResourceGroup("flows", resource_group_name=resource_group(eu, PLACE), location=PLACE, opts=kept).name

keys = ZoneKeyVaultArgs(zone=eu, deployment=landed, resource_group_name=group, location=PLACE)
key = ZoneKeyVault("flows", keys, there)
logs = WormStorageAccountArgs(
    zone=eu,
    deployment=landed,
    resource_group_name=group,
    purpose="flows",
    key_store_uri=key.store_uri,
    key_name=key.key_name,
    identity_id=key.identity_id,
    containers=["insights-logs-flowlogflowevent"],  # Network Watcher's own name for it
    appends_to_block_blobs=True,  # which is what Network Watcher writes
    location=PLACE,
)
account = WormStorageAccount("flows", logs, there)
network = VnetBoundaryArgs(
    zone=eu, deployment=landed, resource_group_name=group, flow_logs_account_id=account.account_id, location=PLACE
)
pulumi.export("network", VnetBoundary("flows", network, there).vnet_id)
