"""Encryption under the zone's own keys, and keys that never leave an HSM.

The key's place is not in the request (a vault's address names none): the preview judges it. What a policy sees is that
there is a key, and that no other tenant's application unwraps it. Sources: "Customer-managed keys for Azure Storage",
"Server-side encryption of Azure managed disks", "Transparent data encryption with customer-managed key", and the
customer-managed-key pages of Cosmos DB, PostgreSQL, MySQL, Event Hubs, Service Bus, Container Registry.

One key of a store is let through exportable, by its name: that of confidential machines' disks, which the platform
hands to an attested machine. Azure makes no exportable key without a release policy (AKV.SKR.1004), and what stands in
that policy no alias shows (azure_not_expressible.yaml).
"""

from __future__ import annotations

from collections.abc import Iterator

from sovereignty.compile.azure.language import (
    Condition,
    Definition,
    absent,
    all_of,
    any_of,
    equals,
    exists,
    is_not,
    no_id,
    none_in,
    of_type,
)
from sovereignty.compile.azure.scope import Scope

ZONE_KEY = "keys.zone-key"
HSM = "keys.hsm"
HSM_TYPES = ("RSA-HSM", "EC-HSM", "oct-HSM")
VAULT_HSM_TYPES = HSM_TYPES[:2]
"""Those that a vault makes, and the built-in of the data plane takes; oct-HSM is a Managed HSM's."""
DISK_KEYS = (
    "EncryptionAtRestWithCustomerKey",
    "EncryptionAtRestWithPlatformAndCustomerKeys",
    "ConfidentialVmEncryptedWithCustomerKey",
)
"""The last encrypts a confidential VM's disk with a key that only its own guest can use."""
CONFIDENTIAL_DISKS = "confidential-disks"

_STORAGE = "Microsoft.Storage/storageAccounts"
_MACHINE = "Microsoft.Compute/virtualMachines"
_SET = "Microsoft.Compute/virtualMachineScaleSets"


def confidential_disk_key(zone: str) -> str:
    """The name of the one key that may be exportable, in each store of the zone: `sovereign-eu-confidential-disks`."""
    return f"sovereign-{zone}-{CONFIDENTIAL_DISKS}"


def definitions(scope: Scope) -> Iterator[Definition]:
    yield from _storage()
    yield from _disks()
    yield from _databases()
    yield from _queues_and_images()
    yield from _vaults(scope.zone)


def _storage() -> Iterator[Definition]:
    yield _encrypted(
        "storage-key",
        "Set encryption.keySource to Microsoft.Keyvault with keyVaultProperties that name a key of the zone's vault.",
        _STORAGE,
        is_not(f"{_STORAGE}/encryption.keySource", "Microsoft.Keyvault"),
        absent(f"{_STORAGE}/encryption.keyvaultproperties.keyvaulturi"),
        absent(f"{_STORAGE}/encryption.keyvaultproperties.keyname"),
        # the application of another tenant, so a key of another tenant
        exists(f"{_STORAGE}/encryption.identity.federatedIdentityClientId"),
    )
    scope = f"{_STORAGE}/encryptionScopes"
    yield _encrypted(
        "storage-scope-key",
        "Set source to Microsoft.KeyVault with a key of the zone's vault, or leave the scope out.",
        scope,
        is_not(f"{scope}/source", "Microsoft.KeyVault"),
    )


def _disks() -> Iterator[Definition]:
    sets = "Microsoft.Compute/diskEncryptionSets"
    yield _encrypted(
        "disk-encryption-set",
        f"Set encryptionType to one of {', '.join(DISK_KEYS)}, with a key of the zone's vault.",
        sets,
        none_in(f"{sets}/encryptionType", DISK_KEYS),
        absent(f"{sets}/activeKey.keyUrl"),
        exists(f"{sets}/federatedClientId"),
    )
    disk = "Microsoft.Compute/disks"
    yield _encrypted(
        "disk-key",
        "Name the zone's disk encryption set in encryption.diskEncryptionSetId (a confidential disk: in "
        "securityProfile.secureVMDiskEncryptionSetId).",
        disk,
        all_of(
            absent(f"{disk}/encryption.diskEncryptionSetId"),
            absent(f"{disk}/securityProfile.secureVMDiskEncryptionSetId"),
        ),
    )
    snapshot = "Microsoft.Compute/snapshots"
    yield _encrypted(
        "snapshot-key",
        "Name the zone's disk encryption set in encryption.diskEncryptionSetId.",
        snapshot,
        absent(f"{snapshot}/encryption.diskEncryptionSetId"),
    )
    for name, kind, profile in (
        ("machine-disk-key", _MACHINE, "storageProfile"),
        ("scale-set-disk-key", _SET, "virtualMachineProfile.storageProfile"),
    ):
        data = f"{kind}/{profile}.dataDisks[*]"
        yield _encrypted(
            name,
            "Name the zone's disk encryption set in each managedDisk.diskEncryptionSet (a confidential VM: in its "
            "securityProfile).",
            kind,
            _unencrypted(f"{kind}/{profile}.osDisk.managedDisk", attachable=kind == _MACHINE),
            {
                "count": {"field": data, "where": _unencrypted(f"{data}.managedDisk", attachable=kind == _MACHINE)},
                "greater": 0,
            },
        )
    cluster = "Microsoft.ContainerService/managedClusters"
    yield _encrypted(
        "cluster-disk-key",
        "Name the zone's disk encryption set in diskEncryptionSetID.",
        cluster,
        absent(f"{cluster}/diskEncryptionSetID"),
    )


def _unencrypted(disk: str, attachable: bool) -> Condition:
    """`attachable`: a disk that is named by its id brings its own encryption, which is judged where it is made."""
    return all_of(
        *([no_id(f"{disk}.id")] if attachable else []),
        no_id(f"{disk}.diskEncryptionSet.id"),
        no_id(f"{disk}.securityProfile.diskEncryptionSet.id"),
    )


def _databases() -> Iterator[Definition]:
    cosmos = "Microsoft.DocumentDB/databaseAccounts"
    yield _encrypted("cosmos-key", "Set keyVaultKeyUri to the zone's key.", cosmos, absent(f"{cosmos}/keyVaultKeyUri"))
    for name, server in (("sql-server-key", "servers"), ("sql-instance-key", "managedInstances")):
        kind = f"Microsoft.Sql/{server}"
        yield _encrypted(name, "Set keyId to the zone's key.", kind, absent(f"{kind}/keyId"))
        protector = f"{kind}/encryptionProtector"
        yield _encrypted(
            name.replace("-key", "-protector"),
            "Set serverKeyType to AzureKeyVault with the zone's key.",
            protector,
            is_not(f"{protector}/serverKeyType", "AzureKeyVault"),
        )
    for name, kind, alias in (
        ("postgresql-key", "Microsoft.DBforPostgreSQL/flexibleServers", "Microsoft.DBForPostgreSql/flexibleServers"),
        ("mysql-key", "Microsoft.DBforMySQL/flexibleServers", "Microsoft.DBForMySql/flexibleServers"),
    ):
        yield _encrypted(
            name,
            "Set dataEncryption.type to AzureKeyVault with primaryKeyURI, the zone's key.",
            kind,
            is_not(f"{alias}/dataEncryption.type", "AzureKeyVault"),
        )


def _queues_and_images() -> Iterator[Definition]:
    for name, kind in (("event-hubs-key", "Microsoft.EventHub"), ("service-bus-key", "Microsoft.ServiceBus")):
        namespace = f"{kind}/namespaces"
        yield _encrypted(
            name,
            "Use a tier that takes customer-managed keys and set encryption.keySource to Microsoft.KeyVault.",
            namespace,
            is_not(f"{namespace}/encryption.keySource", "Microsoft.KeyVault"),
        )
    registry = "Microsoft.ContainerRegistry/registries"
    yield _encrypted(
        "registry-key",
        "Use sku Premium and set encryption.status to enabled with the zone's key.",
        registry,
        is_not(f"{registry}/encryption.status", "enabled"),
    )
    for name, kind, alias in (
        ("recovery-vault-key", "Microsoft.RecoveryServices/vaults", "encryption.keyVaultProperties.keyUri"),
        (
            "backup-vault-key",
            "Microsoft.DataProtection/backupVaults",
            "securitySettings.encryptionSettings.keyVaultProperties.keyUri",
        ),
    ):
        yield _encrypted(name, f"Set {alias} to the zone's key.", kind, absent(f"{kind}/{alias}"))


def _vaults(zone: str) -> Iterator[Definition]:
    confidential = confidential_disk_key(zone)
    for name, key in (("vault-key-type", "vaults/keys"), ("hsm-key-type", "managedHSMs/keys")):
        kind = f"Microsoft.KeyVault/{key}"
        yield _hardware(
            name,
            f"Set kty to {' or '.join(HSM_TYPES)}, and leave the key unexportable; the key of confidential machines' "
            f"disks alone may be exportable, as {confidential}.",
            kind,
            none_in(f"{kind}/kty", HSM_TYPES),
            all_of(equals(f"{kind}/attributes.exportable", True), is_not("name", confidential)),
        )
    vault = "Microsoft.KeyVault/vaults"
    yield _hardware(
        "vault-premium",
        "Set sku.name to premium and enablePurgeProtection to true.",
        vault,
        is_not(f"{vault}/sku.name", "premium"),
        is_not(f"{vault}/enablePurgeProtection", True),
        equals(f"{vault}/enableSoftDelete", False),
    )
    hsm = "Microsoft.KeyVault/managedHSMs"
    yield _hardware(
        "hsm-purge-protection",
        "Set enablePurgeProtection to true.",
        hsm,
        is_not(f"{hsm}/enablePurgeProtection", True),
    )


def _encrypted(name: str, message: str, kind: str, *faults: Condition) -> Definition:
    title = f"The zone's keys encrypt: {name.removesuffix('-key').replace('-', ' ')}"
    return Definition(
        name=name, control=ZONE_KEY, title=title, message=message, when=all_of(of_type(kind), any_of(*faults))
    )


def _hardware(name: str, message: str, kind: str, *faults: Condition) -> Definition:
    title = f"Keys stay in hardware: {name.replace('-', ' ')}"
    return Definition(name=name, control=HSM, title=title, message=message, when=all_of(of_type(kind), any_of(*faults)))
