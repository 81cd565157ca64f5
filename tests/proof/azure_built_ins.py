"""What Azure's built-in policies say, as far as the zone's assignments rest on it: the rules, written anew.

Source: Azure/azure-policy: General/AllowedLocations_Deny and ResourceGroupAllowedLocations_Deny, Cosmos DB/
Cosmos_Locations_Deny and Cosmos_CMK_Deny, Compute/OSAndDataDiskCMKRequired_Deny (its machines), Storage/
Storage{Queue,Table}CustomerManagedKeyEnabled_Audit, Key Vault/Keys_AllowedKeyTypes, the sovereignty baseline and the
preview initiative of keys; parameters and members as of azure_builtins.yaml. A member that
no test looks at is left out.
"""

from __future__ import annotations

from typing import Any

from sovereignty.azure_policy.aliases import AliasCatalogue
from sovereignty.facts import azure_policy as tables

Body = dict[str, Any]

VERSIONS = {"allowed-locations": "1.1.0", "allowed-locations-groups": "1.1.0", "baseline-global": "1.2.0",
            "zone-keys": "1.0.0-preview", "key-types": "1.0.1"}  # fmt: skip
"""Those that are written down here; another one in the table of facts asks for another look."""

_DEFINITIONS = "/providers/Microsoft.Authorization/policyDefinitions"
DATA_PLANE_KEY = "Microsoft.KeyVault.Data/vaults/keys"
_KEY_TYPES = ["RSA", "RSA-HSM", "EC", "EC-HSM"]
_EFFECTS = ["Audit", "Deny", "Disabled"]
_ACCOUNT = "Microsoft.Storage/storageAccounts"
_MACHINE = "Microsoft.Compute/virtualMachines"
_COSMOS = "Microsoft.DocumentDB/databaseAccounts"
_ALERT = "Microsoft.Insights/scheduledQueryRules"
_LINKED = "checkWorkspaceAlertsStorageConfigured"
_PLACES = f"{_COSMOS}/Locations[*]"
_DISK = f"{_MACHINE}/storageProfile.osDisk.managedDisk.diskEncryptionSet.id"
_LISTED = "[parameters('listOfAllowedLocations')]"


def _definition(mode: str, default: str, rule: list[Body], effect: str = "effect", **parameters: Body) -> Body:
    return {
        "properties": {
            "mode": mode,
            "parameters": {
                effect: {"type": "String", "allowedValues": _EFFECTS, "defaultValue": default},
                **parameters,
            },
            "policyRule": {"if": {"allOf": rule}, "then": {"effect": f"[parameters('{effect}')]"}},
        }
    }


def _without_account_key(service: str) -> Body:
    return _definition(
        "Indexed",
        "Audit",
        [
            {"field": "type", "equals": _ACCOUNT},
            {"field": f"{_ACCOUNT}/encryption.keySource", "equals": "Microsoft.Keyvault"},
            {"field": f"{_ACCOUNT}/encryption.services.{service}.keyType", "notEquals": "Account"},
        ],
    )


def _initiative(members: dict[str, tuple[str, dict[str, str]]], **parameters: Body) -> Body:
    return {
        "properties": {
            "parameters": {
                "effect": {"type": "String", "allowedValues": _EFFECTS, "defaultValue": "Deny"},
                **parameters,
            },
            "policyDefinitions": [
                {
                    "policyDefinitionReferenceId": reference,
                    "policyDefinitionId": identifier,
                    "parameters": {name: {"value": f"[parameters('{of}')]"} for name, of in bound.items()},
                }
                for reference, (identifier, bound) in members.items()
            ],
        }
    }


def definitions() -> dict[str, Body]:
    """Definitions and initiatives by id. That of the keys' types is of mode Microsoft.KeyVault.Data, where a key stands
    as a resource of its own type: here of mode All, with such a resource."""
    places, groups = (tables.built_in(key).resource_id for key in ("allowed-locations", "allowed-locations-groups"))
    disks, queues, tables_, cosmos, replicas, alerts = (
        f"{_DEFINITIONS}/{name}"
        for name in (
            "702dd420-7fcc-42c5-afe8-4026edd20fe0",
            "f0e5abd0-2554-4736-b7c0-4ffef23475ef",
            "7c322315-e26d-4174-a99e-f49d351b4688",
            "1f905d99-2ab7-462c-a6b0-f709acca6c8f",
            "0473574d-2d43-4217-aefe-941fcdf7e684",
            "94c1f94d-33b0-4062-bd04-1cdc3e7eece2",
        )
    )
    listed, effect = {"listOfAllowedLocations": "listOfAllowedLocations"}, {"effect": "effect"}
    elsewhere = {"value": f"[toLower(replace(current('{_PLACES}.locationName'), ' ', ''))]", "notIn": _LISTED}
    known = sorted(tables.baseline_locations())
    return {
        places: _definition(
            "Indexed",
            "Deny",
            [
                {"field": "location", "notIn": _LISTED},
                {"field": "location", "notEquals": "global"},
                {"field": "type", "notEquals": "Microsoft.AzureActiveDirectory/b2cDirectories"},
            ],
            listOfAllowedLocations={"type": "Array"},
        ),
        groups: _definition(
            "All",
            "Deny",
            [
                {"field": "type", "equals": "Microsoft.Resources/subscriptions/resourceGroups"},
                {"field": "location", "notIn": _LISTED},
            ],
            listOfAllowedLocations={"type": "Array"},
        ),
        tables.built_in("baseline-global").resource_id: _initiative(
            {
                "AllowedLocationsForResourceGroups": (groups, listed),
                "AllowedLocations": (places, listed),
                "AllowedLocationsForAzureCosmosDB": (replicas, {**listed, "policyEffect": "effect"}),
            },
            listOfAllowedLocations={"type": "Array", "allowedValues": known, "defaultValue": []},
        ),
        disks: _definition(
            "Indexed", "Audit", [{"field": "type", "equals": _MACHINE}, {"field": _DISK, "exists": "False"}]
        ),
        queues: _without_account_key("queue"),
        tables_: _without_account_key("table"),
        cosmos: _definition(
            "Indexed",
            "Audit",
            [{"field": "type", "equals": _COSMOS}, {"field": f"{_COSMOS}/keyVaultKeyUri", "exists": "False"}],
        ),
        # by its description; its file was not read
        alerts: _definition(
            "Indexed",
            "Audit",
            [{"field": "type", "equals": _ALERT}, {"field": f"{_ALERT}/{_LINKED}", "notEquals": "true"}],
        ),
        replicas: _definition(
            "Indexed",
            "Deny",
            [{"field": "type", "equals": _COSMOS}, {"count": {"field": _PLACES, "where": elsewhere}, "greater": 0}],
            effect="policyEffect",
            listOfAllowedLocations={"type": "Array"},
        ),
        tables.built_in("key-types").resource_id: _definition(
            "All",
            "Audit",
            [
                {"field": "type", "equals": DATA_PLANE_KEY},
                {"field": f"{DATA_PLANE_KEY}/keyType", "notIn": "[parameters('allowedKeyTypes')]"},
            ],
            allowedKeyTypes={"type": "Array", "allowedValues": _KEY_TYPES, "defaultValue": _KEY_TYPES},
        ),
        tables.built_in("zone-keys").resource_id: _initiative(
            {
                "customerManagedKeysOnOSAndDataDisk": (disks, effect),
                "customerManagedKeysOnStorageQueue": (queues, effect),
                "customerManagedKeysOnStorageTable": (tables_, effect),
                "customerManagedKeysOnCosmosDB": (cosmos, effect),
                "customerManagedKeysOnLogSearchAlerts": (alerts, effect),
            }
        ),
    }


def aliases() -> AliasCatalogue:
    """Those of the facts, and what the built-ins read besides."""
    own = tables.aliases()
    services = {
        f"{_ACCOUNT}/encryption.services.{service}.keyType": f"properties.encryption.services.{service}.keyType"
        for service in ("queue", "table")
    }
    keys = {f"{DATA_PLANE_KEY}/keyType": "properties.keyType"}
    alerts = {**own.get(_ALERT, {}), f"{_ALERT}/{_LINKED}": f"properties.{_LINKED}"}
    return AliasCatalogue({**own, _ACCOUNT: {**own[_ACCOUNT], **services}, DATA_PLANE_KEY: keys, _ALERT: alerts})
