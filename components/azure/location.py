"""What a location of a zone has on Azure, whatever the zone has once."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import resources

from components.azure.arguments import location_of
from components.azure.disk_encryption import ZoneDiskEncryptionSet, ZoneDiskEncryptionSetArgs
from components.azure.keys import ZoneKeyVault, ZoneKeyVaultArgs
from components.azure.managed_hsm import ZoneManagedHsm, ZoneManagedHsmArgs
from components.azure.network import VnetBoundary, VnetBoundaryArgs
from components.azure.storage import WormStorageAccount, WormStorageAccountArgs
from sovereignty import azure_names
from sovereignty.deployment import Deployment
from sovereignty.facts import azure_logs
from sovereignty.zone import Zone


@dataclass(frozen=True, kw_only=True)
class AzureZoneLocationArgs:
    """What a location of the zone needs to know."""

    zone: Zone
    deployment: Deployment
    location: str | None = None
    """A location of the zone; None: its home."""


class AzureZoneLocation(pulumi.ComponentResource):
    """One location of a zone: its resource group, its key and the identity that uses it, the disk encryption set, the
    network boundary, and the locked account that keeps the network's flow logs and what a managed HSM tells.

    The group is protected like what lies in it: deleting a resource group deletes its content. With a managed HSM the
    disk encryption set and the account come in phase `granted`, when the key can be used; until then the network has no
    flow logs.
    Features: those of its parts.
    Outputs: `resource_group`, `keys`, `disk_encryption`, `flow_logs`, `network`: its parts.
    Cost: the key's operations, or the managed HSM by the hour; flow logs by the GB, for as long as they are locked.
    Traps: flow logs have to be kept in their network's own location, and an HSM's logs in the HSM's, so each has an
    account.
    Source: Azure Network Watcher, "Virtual network flow logs" (storage in the same region); Azure Monitor, "Diagnostic
    settings" (destination limitations: a regional resource's account is of its region).
    """

    resource_group: pulumi.Output[str]
    keys: ZoneKeyVault | ZoneManagedHsm
    disk_encryption: ZoneDiskEncryptionSet | None
    flow_logs: WormStorageAccount | None
    network: VnetBoundary

    def __init__(self, name: str, args: AzureZoneLocationArgs, opts: pulumi.ResourceOptions | None = None):
        zone, deployment = args.zone, args.deployment
        location = location_of(zone, args.location, "AzureZoneLocationArgs.location")
        super().__init__("sovereign-zones:index:AzureZoneLocation", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = resources.ResourceGroup(
            name,
            resource_group_name=azure_names.resource_group(zone, location),
            location=location,
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        self.resource_group = group.name
        self.disk_encryption = self.flow_logs = None
        if zone.keys.azure == "managed-hsm":
            hsm = ZoneManagedHsmArgs(
                zone=zone, deployment=deployment, resource_group_name=group.name, location=location
            )
            self.keys = ZoneManagedHsm(name, hsm, child)
        else:
            vault = ZoneKeyVaultArgs(
                zone=zone, deployment=deployment, resource_group_name=group.name, location=location
            )
            self.keys = ZoneKeyVault(name, vault, child)
        keys = self.keys
        if keys.identity_id is not None and keys.key_version_uri is not None:
            self.disk_encryption = ZoneDiskEncryptionSet(
                name,
                ZoneDiskEncryptionSetArgs(
                    zone=zone,
                    deployment=deployment,
                    resource_group_name=group.name,
                    store_id=keys.store_id,
                    key_uri=keys.key_version_uri,
                    identity_id=keys.identity_id,
                    location=location,
                ),
                child,
            )
            # what an HSM tells, no export takes along; a vault's records are exported
            told = ["flow-logs", *(["key-vault"] if zone.keys.azure == "managed-hsm" else [])]
            self.flow_logs = WormStorageAccount(
                f"{name}-flows",
                WormStorageAccountArgs(
                    zone=zone,
                    deployment=deployment,
                    resource_group_name=group.name,
                    purpose="flows",
                    key_store_uri=keys.store_uri,
                    key_name=keys.key_name,
                    identity_id=keys.identity_id,
                    containers=[azure_logs.direct_container(each) for each in told],
                    appends_to_block_blobs=True,
                    location=location,
                ),
                child,
            )
        self.network = VnetBoundary(
            name,
            VnetBoundaryArgs(
                zone=zone,
                deployment=deployment,
                resource_group_name=group.name,
                flow_logs_account_id=self.flow_logs.account_id if self.flow_logs else None,
                location=location,
            ),
            child,
        )
        self.register_outputs({"resourceGroup": self.resource_group, "vnetId": self.network.vnet_id})
