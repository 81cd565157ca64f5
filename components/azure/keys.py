"""The zone's keys on Azure."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import authorization, keyvault, managedidentity

from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

LONGEST_SOFT_DELETE = 90
"""Days: the most that Key Vault takes, and it can't be changed afterwards (Key Vault soft-delete overview)."""
KEY_BITS = 3072
ROTATION_PERIOD = "P1Y"
CRYPTO_SERVICE_ENCRYPTION_USER = "e147488a-f6f5-4113-8e2d-b22465e65bf6"
"""Built-in role that may wrap and unwrap, and read the key's public part (Azure built-in roles, Security)."""


@dataclass(frozen=True, kw_only=True)
class ZoneKeyVaultArgs:
    """What the zone's key vault needs to know."""

    zone: Zone
    tenant_id: str
    subscription_id: str
    resource_group_name: pulumi.Input[str]


class ZoneKeyVault(pulumi.ComponentResource):
    """A premium key vault with the zone's HSM-protected key, and the identity as which storage uses it. Protected.

    No network reaches the vault but Azure's own trusted services; a private endpoint opens it to a network. No access
    policies: roles only. Outputs: `vault_uri`, `vault_id`, `key_name`, `key_uri`, `identity_id`, and `ready`, which
    whatever encrypts with the key depends on. Source: Key Vault, "Customer-managed keys for Azure Storage encryption".
    """

    vault_id: pulumi.Output[str]
    vault_uri: pulumi.Output[str]
    key_name: pulumi.Output[str]
    key_uri: pulumi.Output[str]
    identity_id: pulumi.Output[str]
    ready: list[pulumi.Resource]

    def __init__(self, name: str, args: ZoneKeyVaultArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__("sovereign-zones:index:ZoneKeyVault", name, None, opts)
        zone = args.zone
        if zone.keys.azure != "premium-vault":
            raise InputError(
                Problem(
                    f"zones/{zone.zone}.yaml: keys.azure",
                    f"{zone.keys.azure} is not deployed by this release.",
                    "Use `azure: premium-vault`: its keys are HSM-protected as well.",
                )
            )
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        vault = keyvault.Vault(
            name,
            resource_group_name=args.resource_group_name,
            properties=keyvault.VaultPropertiesArgs(
                tenant_id=args.tenant_id,
                sku=keyvault.SkuArgs(family="A", name=keyvault.SkuName.PREMIUM),
                enable_rbac_authorization=True,
                enable_soft_delete=True,
                soft_delete_retention_in_days=LONGEST_SOFT_DELETE,
                enable_purge_protection=True,
                public_network_access="Disabled",
                network_acls=keyvault.NetworkRuleSetArgs(default_action="Deny", bypass="AzureServices"),
            ),
            opts=kept,
        )
        key = keyvault.Key(
            name,
            resource_group_name=args.resource_group_name,
            vault_name=vault.name,
            key_name=f"{zone.zone}-records",
            properties=keyvault.KeyPropertiesArgs(
                kty="RSA-HSM",
                key_size=KEY_BITS,
                key_ops=["wrapKey", "unwrapKey"],
                attributes=keyvault.KeyAttributesArgs(enabled=True, exportable=False),
                # no expiry: an expired key would lock its own data away for good
                rotation_policy=keyvault.RotationPolicyArgs(
                    lifetime_actions=[
                        keyvault.LifetimeActionArgs(
                            action=keyvault.ActionArgs(type=keyvault.KeyRotationPolicyActionType.ROTATE),
                            trigger=keyvault.TriggerArgs(time_after_create=ROTATION_PERIOD),
                        )
                    ]
                ),
            ),
            opts=kept,
        )
        identity = managedidentity.UserAssignedIdentity(
            name,
            resource_group_name=args.resource_group_name,
            resource_name_=f"{zone.zone}-records",
            opts=kept,
        )
        grant = authorization.RoleAssignment(
            name,
            scope=key.id,
            principal_id=identity.principal_id,
            principal_type="ServicePrincipal",
            role_definition_id=f"/subscriptions/{args.subscription_id}/providers/Microsoft.Authorization/roleDefinitions/"
            + CRYPTO_SERVICE_ENCRYPTION_USER,
            opts=kept,
        )
        self.vault_id = vault.id
        self.vault_uri = vault.properties.vault_uri.apply(str)
        self.key_name, self.key_uri = key.name, key.key_uri
        self.identity_id = identity.id
        self.ready = [grant]
        self.register_outputs({"vaultId": self.vault_id, "vaultUri": self.vault_uri, "keyUri": self.key_uri})
