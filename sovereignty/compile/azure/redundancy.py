"""Redundancy that copies data to the paired region. Where a setting is absent, Azure's default is geo: refused too.

A pair inside the zone keeps the copy in the zone and is allowed, except where the resource has no location of its own
to know the pair by. Sources: "Azure Storage redundancy", "Azure Backup storage redundancy", Cosmos DB "Configure backup
storage redundancy", Azure SQL "Backup storage redundancy", Event Grid "Reliability".
"""

from __future__ import annotations

from collections.abc import Iterator

from sovereignty.compile.azure.language import (
    Definition,
    all_of,
    any_of,
    equals,
    is_not,
    none_in,
    of_type,
)
from sovereignty.compile.azure.scope import Scope

REPLICATION = "egress.replication"

LOCAL_STORAGE = ("Standard_LRS", "Standard_ZRS", "Premium_LRS", "Premium_ZRS", "StandardV2_LRS", "StandardV2_ZRS",
                 "PremiumV2_LRS", "PremiumV2_ZRS")  # fmt: skip
VAULT_REDUNDANCY = ("LocallyRedundant", "ZoneRedundant")
LOCAL_BACKUP = ("Local", "Zone")
_SERVERS = {
    "postgresql": ("Microsoft.DBforPostgreSQL/flexibleServers", "Microsoft.DBForPostgreSql/flexibleServers"),
    "mysql": ("Microsoft.DBforMySQL/flexibleServers", "Microsoft.DBForMySql/flexibleServers"),
}
_SQL = {"sql-database": "Microsoft.Sql/servers/databases", "sql-instance": "Microsoft.Sql/managedInstances"}


def definitions(scope: Scope) -> Iterator[Definition]:
    storage = "Microsoft.Storage/storageAccounts"
    yield _redundancy(
        "storage-redundancy",
        "Storage accounts keep their copies in the zone",
        "Choose a sku of the LRS or ZRS kind, such as Standard_ZRS.",
        scope.leaving(of_type(storage), none_in(f"{storage}/sku.name", LOCAL_STORAGE)),
    )
    yield from _vaults(scope)
    cosmos = "Microsoft.DocumentDB/databaseAccounts"
    periodic = f"{cosmos}/backupPolicy.Periodic.periodicModeProperties.backupStorageRedundancy"
    yield _redundancy(
        "cosmos-backup",
        "Cosmos DB keeps periodic backups in the zone",
        "Set backupPolicy to type Continuous, or its backupStorageRedundancy to Local or Zone.",
        # continuous backups stay in the account's own locations
        all_of(of_type(cosmos), is_not(f"{cosmos}/backupPolicy.type", "Continuous"), none_in(periodic, LOCAL_BACKUP)),
    )
    for name, sql in _SQL.items():
        yield _redundancy(
            f"{name}-backup",
            "Azure SQL keeps backups in the zone",
            "Set requestedBackupStorageRedundancy to Local or Zone.",
            scope.leaving(of_type(sql), none_in(f"{sql}/requestedBackupStorageRedundancy", LOCAL_BACKUP)),
        )
    for name, (server, alias) in _SERVERS.items():
        yield _redundancy(
            f"{name}-backup",
            "Database servers keep backups in the zone",
            "Set backup.geoRedundantBackup to Disabled.",
            scope.leaving(of_type(server), is_not(f"{alias}/backup.geoRedundantBackup", "Disabled")),
        )
    for name in ("topics", "domains"):
        topic = f"Microsoft.EventGrid/{name}"
        yield _redundancy(
            f"event-grid-{name}",
            "Event Grid keeps to its region",
            "Set dataResidencyBoundary to WithinRegion.",
            scope.leaving(of_type(topic), is_not(f"{topic}/dataResidencyBoundary", "WithinRegion")),
        )


def _vaults(scope: Scope) -> Iterator[Definition]:
    vault = "Microsoft.RecoveryServices/vaults"
    yield _redundancy(
        "recovery-vault",
        "Recovery Services vaults keep backups in the zone",
        "Set redundancySettings: standardTierStorageRedundancy LocallyRedundant or ZoneRedundant, "
        "crossRegionRestore Disabled.",
        scope.leaving(
            of_type(vault),
            any_of(
                none_in(f"{vault}/redundancySettings.standardTierStorageRedundancy", VAULT_REDUNDANCY),
                equals(f"{vault}/redundancySettings.crossRegionRestore", "Enabled"),
            ),
        ),
    )
    config = f"{vault}/backupstorageconfig"
    yield _redundancy(
        "recovery-vault-config",
        "The backup storage of a Recovery Services vault stays in the zone",
        "Set storageModelType to LocallyRedundant or ZoneRedundant, crossRegionRestoreFlag to false.",
        all_of(
            of_type(config),
            any_of(
                none_in(f"{config}/storageModelType", VAULT_REDUNDANCY),
                equals(f"{config}/crossRegionRestoreFlag", True),
            ),
        ),
    )
    backup = "Microsoft.DataProtection/backupVaults"
    settings = f"{backup}/storageSettings[*]"
    yield _redundancy(
        "backup-vault",
        "Backup vaults keep backups in the zone",
        "Set storageSettings of type LocallyRedundant or ZoneRedundant, and leave cross-region restore Disabled.",
        scope.leaving(
            of_type(backup),
            any_of(
                # without settings there is no member to look at
                {"count": {"field": settings}, "equals": 0},
                {
                    "count": {"field": settings, "where": none_in(f"{settings}.type", VAULT_REDUNDANCY)},
                    "greater": 0,
                },
                equals(f"{backup}/featureSettings.crossRegionRestoreSettings.state", "Enabled"),
            ),
        ),
    )


def _redundancy(name: str, title: str, message: str, when: dict) -> Definition:
    return Definition(name=name, control=REPLICATION, title=title, message=message, when=when)
