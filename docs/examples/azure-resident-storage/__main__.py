"""Recorded calls of the EU zone: kept in North Europe, found by the class of their data."""

from pathlib import Path

import pulumi
import pulumi_azure_native as azure
from pulumi_azure_native import resources

from components.azure.keys import ZoneKeyVault, ZoneKeyVaultArgs
from components.azure.resident_storage import ResidentStorageAccount, ResidentStorageAccountArgs
from components.tagging import tagged
from sovereignty import deployment, zone
from sovereignty.azure_names import resource_group

PLACE = "northeurope"
eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")
[subscription] = landed.azure_subscriptions
provider = azure.Provider(
    "zone", subscription_id=subscription, tenant_id=landed.azure_tenant_id, location=PLACE, environment="public"
)
there = pulumi.ResourceOptions(providers=[provider], transforms=[tagged(eu.tags())])

# protected like what lies in it: deleting a resource group deletes its content
group = resources.ResourceGroup(
    "calls",
    resource_group_name=resource_group(eu, PLACE),
    location=PLACE,
    opts=pulumi.ResourceOptions.merge(there, pulumi.ResourceOptions(protect=True)),
).name
keys = ZoneKeyVaultArgs(zone=eu, deployment=landed, resource_group_name=group, location=PLACE)
key = ZoneKeyVault("calls", keys, there)
calls = ResidentStorageAccountArgs(
    zone=eu,
    deployment=landed,
    resource_group_name=group,
    purpose="calls",
    key_store_uri=key.store_uri,
    key_name=key.key_name,
    identity_id=key.identity_id,
    containers=["calls"],
    data_class="call_recordings",
    old_versions_days=30,
    location=PLACE,
)
pulumi.export("calls", ResidentStorageAccount("calls", calls, there).name)
