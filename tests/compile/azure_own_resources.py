"""What components/azure makes for a zone, as Azure Resource Manager gets it."""

from __future__ import annotations

from zones_as_data import DEPLOYED, declared

from sovereignty.azure_policy.resource import AzureResource

STORAGE = "Microsoft.Storage/storageAccounts"
GROUP = f"/subscriptions/{DEPLOYED['azureSubscriptions'][0]}/resourceGroups/sovereign"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/records"


def own_resources(zone: str) -> list[AzureResource]:
    law = declared(zone)
    assert law.azure is not None
    at = law.azure.home
    return [
        AzureResource.of("Microsoft.Resources/subscriptions/resourceGroups", location=at, name=f"sovereign-{zone}"),
        AzureResource.of(
            "Microsoft.KeyVault/vaults",
            location=at,
            properties={
                "tenantId": DEPLOYED["azureTenantId"],
                "sku": {"family": "A", "name": "premium"},
                "enableRbacAuthorization": True,
                "enableSoftDelete": True,
                "softDeleteRetentionInDays": 90,
                "enablePurgeProtection": True,
                "publicNetworkAccess": "Disabled",
                "networkAcls": {"defaultAction": "Deny", "bypass": "AzureServices"},
            },
        ),
        AzureResource.of(
            "Microsoft.KeyVault/vaults/keys",
            name=f"vault/{zone}-records",
            properties={
                "kty": "RSA-HSM",
                "keySize": 3072,
                "keyOps": ["wrapKey", "unwrapKey"],
                "attributes": {"enabled": True, "exportable": False},
                "rotationPolicy": {
                    "lifetimeActions": [{"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P1Y"}}]
                },
            },
        ),
        AzureResource.of("Microsoft.ManagedIdentity/userAssignedIdentities", location=at, name=f"{zone}-records"),
        AzureResource.of(
            "Microsoft.Authorization/roleAssignments",
            properties={"principalType": "ServicePrincipal", "principalId": "p", "roleDefinitionId": "r"},
        ),
        AzureResource.of(
            STORAGE,
            location=at,
            kind="StorageV2",
            sku={"name": "Standard_ZRS"},
            identity={"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}},
            properties={
                "accessTier": "Hot",
                "allowBlobPublicAccess": False,
                "allowCrossTenantReplication": False,
                "allowSharedKeyAccess": False,
                "allowedCopyScope": "AAD",
                "supportsHttpsTrafficOnly": True,
                "minimumTlsVersion": "TLS1_2",
                "publicNetworkAccess": "Disabled",
                "networkAcls": {"defaultAction": "Deny", "bypass": "None"},
                "encryption": {
                    "keySource": "Microsoft.Keyvault",
                    "keyvaultproperties": {"keyname": f"{zone}-records", "keyvaulturi": "https://z.vault.azure.net/"},
                    "identity": {"userAssignedIdentity": IDENTITY},
                    "requireInfrastructureEncryption": True,
                },
            },
        ),
        AzureResource.of(f"{STORAGE}/blobServices/containers", name="a/default/records", properties={}),
        AzureResource.of(
            f"{STORAGE}/blobServices/containers/immutabilityPolicies",
            name="a/default/records/default",
            properties={"immutabilityPeriodSinceCreationInDays": law.retention.days + 2},
        ),
        AzureResource.of(f"{STORAGE}/managementPolicies", name="a/default", properties={"policy": {"rules": []}}),
    ]
