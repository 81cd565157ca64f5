"""The EU zone's records in a perimeter with the vault that holds their key: the zone comes in, and nothing goes out."""

from pathlib import Path

import pulumi
import pulumi_azure_native as azure
from pulumi_azure_native import resources

from components.azure.keys import ZoneKeyVault, ZoneKeyVaultArgs
from components.azure.perimeter import ZonePerimeter, ZonePerimeterArgs
from components.azure.storage import WormStorageAccount, WormStorageAccountArgs
from components.tagging import tagged
from sovereignty import deployment, zone
from sovereignty.azure_names import resource_group

eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")
[subscription], home = landed.azure_subscriptions, "Germany West Central"
provider = azure.Provider(
    "zone", subscription_id=subscription, tenant_id=landed.azure_tenant_id, location=home, environment="public"
)
there = pulumi.ResourceOptions(providers=[provider], transforms=[tagged(eu.tags())])
kept = pulumi.ResourceOptions.merge(there, pulumi.ResourceOptions(protect=True))
group = resources.ResourceGroup("eu", resource_group_name=resource_group(eu, home), location=home, opts=kept).name

key = ZoneKeyVault("eu", ZoneKeyVaultArgs(zone=eu, deployment=landed, resource_group_name=group), there)
records = WormStorageAccountArgs(
    zone=eu,
    deployment=landed,
    resource_group_name=group,
    purpose="records",
    key_store_uri=key.store_uri,
    key_name=key.key_name,
    identity_id=key.identity_id,
    containers=["records"],
)
account = WormStorageAccount("eu", records, there)
# both or neither: enforced, the perimeter overrules the exception for Azure's trusted services
inside = {"records": account.account_id, "vault": key.store_id}
members = ZonePerimeterArgs(zone=eu, deployment=landed, resource_group_name=group, resources=inside)
pulumi.export("perimeter", ZonePerimeter("eu", members, there).perimeter_id)
