"""The ledgers of the EU zone in West Europe: locked for ten years, and those of one case held until a court is done."""

from pathlib import Path

import pulumi
import pulumi_azure_native as azure
from pulumi_azure_native import resources

from components.azure.keys import ZoneKeyVault, ZoneKeyVaultArgs
from components.azure.legal_hold import LegalHold, LegalHoldArgs
from components.azure.storage import WormStorageAccount, WormStorageAccountArgs
from components.tagging import tagged
from sovereignty import deployment, zone
from sovereignty.azure_names import resource_group
from sovereignty.zone import Retention

PLACE = "West Europe"
eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")
[subscription] = landed.azure_subscriptions
provider = azure.Provider(
    "zone", subscription_id=subscription, tenant_id=landed.azure_tenant_id, location=PLACE, environment="public"
)
there = pulumi.ResourceOptions(providers=[provider], transforms=[tagged(eu.tags())])

# protected like what lies in it: deleting a resource group deletes its content
group = resources.ResourceGroup(
    "ledgers",
    resource_group_name=resource_group(eu, PLACE),
    location=PLACE,
    opts=pulumi.ResourceOptions.merge(there, pulumi.ResourceOptions(protect=True)),
).name
keys = ZoneKeyVaultArgs(zone=eu, deployment=landed, resource_group_name=group, location=PLACE)
key = ZoneKeyVault("ledgers", keys, there)
kept = WormStorageAccountArgs(
    zone=eu,
    deployment=landed,
    resource_group_name=group,
    purpose="ledgers",
    key_store_uri=key.store_uri,
    key_name=key.key_name,
    identity_id=key.identity_id,
    containers=["ledgers", "disputed"],
    redundancy="Standard_LRS",  # with the archive tier, which ZRS has not
    retention=Retention(mode="COMPLIANCE", years=10, archive_after_days=400),
    longer_than_the_zone=True,  # once locked, nobody can take it back
    location=PLACE,
)
ledgers = WormStorageAccount("ledgers", kept, there)
held = LegalHoldArgs(
    zone=eu,
    deployment=landed,
    resource_group_name=group,
    account_name=ledgers.name,
    container_name=ledgers.containers[1],
    holds=["case2026017"],
)
pulumi.export("held", LegalHold("disputed", held, there).holds)
pulumi.export("toLock", ledgers.lock_commands)
