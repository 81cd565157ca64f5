"""Write-once storage on Azure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_azure_native import storage

from components.azure.keys import ZoneKeyVault
from components.azure.locking import lock_command, must_be_locked
from sovereignty.zone import Retention, Zone

Redundancy = Literal["Standard_LRS", "Standard_ZRS"]
"""Copies in one region only. The geo-redundant kinds send one to the paired region."""

AVERAGE_YEAR = 365.25
"""Days: rounded up, no run of calendar years is longer."""


@dataclass(frozen=True, kw_only=True)
class WormStorageAccountArgs:
    """What a write-once storage account needs to know."""

    zone: Zone
    resource_group_name: pulumi.Input[str]
    keys: ZoneKeyVault
    container: str
    redundancy: Redundancy
    """Archive exists on Standard_LRS only; on Standard_ZRS the cold tier takes its place."""
    locked: bool = False
    """Whether the container's retention must be locked by now: the second phase, which people bring about."""
    retention: Retention | None = None
    """None: the zone's own."""


class WormStorageAccount(pulumi.ComponentResource):
    """A storage account with a container whose blobs nobody can change or delete before their retention ends.

    A container's policy is created unlocked, and its state is no argument of any resource: locking is an act of its
    own, which can't be undone. So `lock_command` says how, and with `locked` a policy that is not locked is an error.
    Protected, with all it needs. Outputs: `name`, `container`, `immutability_state`, `lock_command`. Sources:
    "Time-based retention policies for immutable blob data", "Access tiers for blob data".
    """

    name: pulumi.Output[str]
    container: pulumi.Output[str]
    immutability_state: pulumi.Output[str]
    lock_command: pulumi.Output[str]

    def __init__(self, name: str, args: WormStorageAccountArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__("sovereign-zones:index:WormStorageAccount", name, None, opts)
        retention, group, keys = args.retention or args.zone.retention, args.resource_group_name, args.keys
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        account = storage.StorageAccount(
            name,
            resource_group_name=group,
            kind=storage.Kind.STORAGE_V2,
            sku=storage.SkuArgs(name=args.redundancy),
            access_tier=storage.AccessTier.HOT,
            allow_blob_public_access=False,
            allow_cross_tenant_replication=False,
            allow_shared_key_access=False,
            allowed_copy_scope=storage.AllowedCopyScope.AAD,
            default_to_o_auth_authentication=True,
            enable_https_traffic_only=True,
            is_local_user_enabled=False,
            is_sftp_enabled=False,
            minimum_tls_version=storage.MinimumTlsVersion.TLS1_2,
            public_network_access=storage.PublicNetworkAccess.DISABLED,
            network_rule_set=storage.NetworkRuleSetArgs(
                default_action=storage.DefaultAction.DENY, bypass=storage.Bypass.NONE
            ),
            identity=storage.IdentityArgs(
                type=storage.IdentityType.USER_ASSIGNED, user_assigned_identities=[keys.identity_id]
            ),
            encryption=storage.EncryptionArgs(
                key_source=storage.KeySource.MICROSOFT_KEYVAULT,
                # no version is named, so that storage follows the key's rotation
                key_vault_properties=storage.KeyVaultPropertiesArgs(
                    key_name=keys.key_name, key_vault_uri=keys.vault_uri
                ),
                encryption_identity=storage.EncryptionIdentityArgs(encryption_user_assigned_identity=keys.identity_id),
                require_infrastructure_encryption=True,
            ),
            opts=pulumi.ResourceOptions.merge(kept, pulumi.ResourceOptions(depends_on=keys.ready)),
        )
        container = storage.BlobContainer(
            name,
            resource_group_name=group,
            account_name=account.name,
            container_name=args.container,
            public_access=storage.PublicAccess.NONE,
            opts=kept,
        )
        policy = storage.BlobContainerImmutabilityPolicy(
            name,
            resource_group_name=group,
            account_name=account.name,
            container_name=container.name,
            immutability_policy_name="default",
            immutability_period_since_creation_in_days=math.ceil(AVERAGE_YEAR * retention.years),
            allow_protected_append_writes=False,
            opts=kept,
        )
        if retention.archive_after_days is not None:
            storage.ManagementPolicy(
                name,
                resource_group_name=group,
                account_name=account.name,
                management_policy_name="default",
                policy=_archive(retention.archive_after_days, args.redundancy),
                opts=kept,
            )
        self.name, self.container = account.name, container.name
        self.lock_command = lock_command(group, account.name, container.name)
        self.immutability_state = (
            must_be_locked(policy, group, account.name, container.name, self.lock_command)
            if args.locked
            else policy.state
        )
        self.register_outputs(
            {"name": self.name, "container": self.container, "immutabilityState": self.immutability_state}
        )


def _archive(days: int, redundancy: Redundancy) -> storage.ManagementPolicySchemaArgs:
    """Blobs move to the cheapest tier that the redundancy has, and are never deleted by rule."""
    after = storage.DateAfterModificationArgs(days_after_modification_greater_than=days)
    tier = (
        storage.ManagementPolicyBaseBlobArgs(tier_to_archive=after)
        if redundancy == "Standard_LRS"
        else storage.ManagementPolicyBaseBlobArgs(tier_to_cold=after)
    )
    return storage.ManagementPolicySchemaArgs(
        rules=[
            storage.ManagementPolicyRuleArgs(
                name="archive",
                enabled=True,
                type=storage.RuleType.LIFECYCLE,
                definition=storage.ManagementPolicyDefinitionArgs(
                    actions=storage.ManagementPolicyActionArgs(base_blob=tier),
                    filters=storage.ManagementPolicyFilterArgs(blob_types=["blockBlob"]),
                ),
            )
        ]
    )
