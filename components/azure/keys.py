"""The zone's keys on Azure: a vault in each of its locations, with the key that encrypts there."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import keyvault, managedidentity

from components.azure.arguments import given, location_of, subscription_of
from components.azure.grants import assignment_name, grant, once
from sovereignty import azure_names
from sovereignty.compile.required import azure_tenant_id
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

LONGEST_SOFT_DELETE = 90
"""Days: the most that Key Vault takes, and it can't be changed afterwards (Key Vault soft-delete overview)."""
KEY_BITS = 3072
ROTATION_PERIOD = "P1Y"
ENCRYPTS = "key-vault-crypto-service-encryption-user"
KEY = "key"
"""What the zone's key, and the identity that uses it, are called after the zone's name."""


@dataclass(frozen=True, kw_only=True)
class ZoneKeyVaultArgs:
    """What the zone's key vault in a location needs to know."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    location: str | None = None
    """A location of the zone; None: its home."""
    subscription: str | None = None
    """A subscription of the zone; None: its first. The provider has to be of it."""


class ZoneKeyVault(pulumi.ComponentResource):
    """A premium key vault with the zone's HSM-protected key of a location, and the identity as which services use it.

    Roles only, no access policies; purge protection; no network reaches the vault but Azure's own trusted services,
    and a private endpoint opens it to a network of the zone. The identity may read the key's metadata, wrap and unwrap
    with this key, nothing else. Protected, all of it: without its key the data that it encrypts is gone.

    Features: zone keys.
    Outputs: `store_id`; `store_uri`, `https://<vault>.vault.azure.net/`; `key_name`; `key_uri` without version, for
    services that follow rotation; `key_version_uri`, the version that there was when the key was last read;
    `identity_id` and `identity_principal_id`, known when the identity may use the key.

    Cost: each version of an HSM-protected key by the month once it is used, each operation.

    Traps: Key Vault copies its contents to the paired region, and no setting stops it: the zone accepts that
    (`azure.key-vault-pair`), or uses a managed HSM. The key has no expiry: an expired key locks its own data away.
    Hence no notice before a rotation either: a rotation policy's `notify` counts from an expiry date, and Key Vault
    takes none without one; a new version is told by the event KeyNewVersionCreated. Old versions stay enabled, and have
    to: what was wrapped under them is unwrapped with them. ARM creates a key and never changes it: another rotation
    period is set on the data plane (`az keyvault key rotation-policy update`), or by another key. A deleted vault keeps
    its name for 90 days.

    Source: Key Vault, "Configure key auto-rotation", "Soft-delete overview", "Reliability in Azure Key Vault";
    Azure Storage, "Customer-managed keys"; Azure RBAC, "Built-in roles for Security".
    """

    store_id: pulumi.Output[str]
    store_uri: pulumi.Output[str]
    key_name: pulumi.Output[str]
    key_uri: pulumi.Output[str]
    key_version_uri: pulumi.Output[str]
    identity_id: pulumi.Output[str]
    identity_principal_id: pulumi.Output[str]

    def __init__(self, name: str, args: ZoneKeyVaultArgs, opts: pulumi.ResourceOptions | None = None):
        zone, group = args.zone, args.resource_group_name
        location = location_of(zone, args.location, "ZoneKeyVaultArgs.location")
        subscription = subscription_of(args.deployment, args.subscription, "ZoneKeyVaultArgs.subscription")
        given(group, "ZoneKeyVaultArgs.resource_group_name")
        if zone.keys.azure != "premium-vault":
            where, found = f"zones/{zone.zone}.yaml: keys.azure", f"It is {zone.keys.azure}, and this makes a vault."
            raise InputError(Problem(where, found, "Write `azure: premium-vault`, or use ZoneManagedHsm."))
        tenant = azure_tenant_id(args.deployment)
        super().__init__("sovereign-zones:index:ZoneKeyVault", name, None, opts)
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        vault = keyvault.Vault(
            name,
            vault_name=azure_names.shared(zone, subscription, location, "vault", hyphens=True),
            resource_group_name=group,
            location=location,
            properties=keyvault.VaultPropertiesArgs(
                tenant_id=tenant,
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
            resource_group_name=group,
            vault_name=vault.name,
            key_name=azure_names.own(zone, KEY),
            properties=keyvault.KeyPropertiesArgs(
                kty="RSA-HSM",
                key_size=KEY_BITS,
                key_ops=["wrapKey", "unwrapKey"],
                attributes=keyvault.KeyAttributesArgs(enabled=True, exportable=False),
                # no expiry: an expired key would lock its own data away for good; so no `notify` either
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
            resource_group_name=group,
            resource_name_=azure_names.own(zone, KEY),
            location=location,
            opts=kept,
        )
        allowed = grant(
            name,
            assignment=assignment_name(zone, subscription, location, KEY),
            subscription=subscription,
            scope=key.id,
            principal_id=identity.principal_id,
            role=ENCRYPTS,
            opts=kept,
        )
        self.store_id, self.store_uri = vault.id, vault.properties.vault_uri.apply(str)
        self.key_name, self.key_uri, self.key_version_uri = key.name, key.key_uri, key.key_uri_with_version
        self.identity_id = once(identity.id, allowed.id)
        self.identity_principal_id = once(identity.principal_id, allowed.id)
        self.register_outputs(
            {
                "storeId": self.store_id,
                "storeUri": self.store_uri,
                "keyName": self.key_name,
                "keyUri": self.key_uri,
                "keyVersionUri": self.key_version_uri,
                "identityId": self.identity_id,
                "identityPrincipalId": self.identity_principal_id,
            }
        )
