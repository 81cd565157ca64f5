"""A zone's part on Azure."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import resources

from components.azure.keys import ZoneKeyVault, ZoneKeyVaultArgs
from components.azure.management_group import ZoneManagementGroup, ZoneManagementGroupArgs
from components.azure.providers import AzureProviders
from components.azure.storage import WormStorageAccount, WormStorageAccountArgs
from components.tagging import tagged
from sovereignty import facts
from sovereignty.compile.required import azure as footprint
from sovereignty.compile.required import azure_tenant_id
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone


@dataclass(frozen=True, kw_only=True)
class AzureZoneArgs:
    """What a zone's part on Azure needs to know."""

    zone: Zone
    deployment: Deployment
    providers: AzureProviders
    parent_management_group_id: pulumi.Input[str]


class AzureZone(pulumi.ComponentResource):
    """The zone's management group with its policies, its key vault, and its storage account of locked records.

    Whatever is made below it carries the zone's tags. Outputs: those of its parts, `management_group`, `keys` and
    `records`, and `resource_group`.
    """

    management_group: ZoneManagementGroup
    keys: ZoneKeyVault
    records: WormStorageAccount
    resource_group: pulumi.Output[str]

    def __init__(self, name: str, args: AzureZoneArgs, opts: pulumi.ResourceOptions | None = None):
        zone, deployment = args.zone, args.deployment
        super().__init__(
            "sovereign-zones:index:AzureZone",
            name,
            None,
            pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(transforms=[tagged(zone.tags())])),
        )
        providers = args.providers
        child = pulumi.ResourceOptions(parent=self, providers=[providers.subscription()])

        self.management_group = ZoneManagementGroup(
            name,
            ZoneManagementGroupArgs(
                zone=zone, deployment=deployment, parent_id=args.parent_management_group_id, providers=providers
            ),
            child,
        )
        # protected like what lies in it: deleting a resource group deletes its content
        group = resources.ResourceGroup(
            name,
            resource_group_name=f"sovereign-{zone.zone}",
            opts=pulumi.ResourceOptions(parent=self, provider=providers.subscription(), protect=True),
        )
        self.resource_group = group.name
        self.keys = ZoneKeyVault(
            name,
            ZoneKeyVaultArgs(
                zone=zone,
                tenant_id=azure_tenant_id(deployment),
                subscription_id=providers.subscriptions[0],
                resource_group_name=group.name,
            ),
            child,
        )
        home = facts.region("azure", footprint(zone).home)
        self.records = WormStorageAccount(
            # the account's own name grows from this one, and takes letters and digits only
            zone.zone.replace("-", ""),
            WormStorageAccountArgs(
                zone=zone,
                resource_group_name=group.name,
                keys=self.keys,
                container="records",
                redundancy="Standard_ZRS" if home and home.zones else "Standard_LRS",
                locked=deployment.phase == "locked",
            ),
            child,
        )
        self.register_outputs(
            {
                "managementGroupId": self.management_group.group_id,
                "resourceGroup": self.resource_group,
                "vaultUri": self.keys.vault_uri,
                "storageAccount": self.records.name,
            }
        )
