"""What components/azure makes for a zone, as Azure Resource Manager gets it."""

from __future__ import annotations

from azure_own_networks import own_networks
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
        *own_networks(zone),
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
            name=f"vault/sovereign-{zone}-key",
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
        AzureResource.of("Microsoft.ManagedIdentity/userAssignedIdentities", location=at, name=f"sovereign-{zone}-key"),
        *(
            AzureResource.of(
                f"Microsoft.KeyVault/{store}/keys",
                name=f"store/sovereign-{zone}-confidential-disks",
                properties={
                    "kty": "RSA-HSM",
                    "keySize": 3072,
                    "keyOps": ["wrapKey", "unwrapKey"],
                    "attributes": {"enabled": True, "exportable": True},
                    "release_policy": {"contentType": "application/json; charset=utf-8", "data": "e30"},
                },
            )
            for store in ("vaults", "managedHSMs")
        ),
        AzureResource.of(
            "Microsoft.KeyVault/managedHSMs",
            location=at,
            sku={"family": "B", "name": "Standard_B1"},
            properties={
                "tenantId": DEPLOYED["azureTenantId"],
                "initialAdminObjectIds": ["a", "b", "c"],
                "enableSoftDelete": True,
                "softDeleteRetentionInDays": 90,
                "enablePurgeProtection": True,
                "publicNetworkAccess": "Disabled",
                "networkAcls": {"defaultAction": "Deny", "bypass": "AzureServices"},
            },
        ),
        AzureResource.of(
            "Microsoft.KeyVault/managedHSMs/keys",
            name=f"hsm/sovereign-{zone}-key",
            location=at,
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
        *(
            AzureResource.of(
                "Microsoft.Compute/diskEncryptionSets",
                location=at,
                name=f"sovereign-{zone}-disks",
                identity=identity,
                properties={
                    "encryptionType": kind,
                    "rotationToLatestKeyVersionEnabled": kind == "EncryptionAtRestWithCustomerKey",
                    "activeKey": {
                        "keyUrl": f"https://z.vault.azure.net/keys/sovereign-{zone}-key/{'0' * 32}",
                        "sourceVault": {"id": f"{GROUP}/providers/Microsoft.KeyVault/vaults/z"},
                    },
                },
            )
            for kind, identity in (
                ("EncryptionAtRestWithCustomerKey", {"type": "SystemAssigned"}),
                (
                    "ConfidentialVmEncryptedWithCustomerKey",
                    {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}},
                ),
            )
        ),
        AzureResource.of(
            "Microsoft.Authorization/policyAssignments",
            location=at,
            tracked=False,
            name="zone-tags",
            identity={"type": "SystemAssigned"},
            properties={"policyDefinitionId": "/d", "enforcementMode": "Default"},
        ),
        AzureResource.of(
            "Microsoft.Authorization/policyExemptions",
            properties={
                "policyAssignmentId": "/a",
                "exemptionCategory": "Waiver",
                "expiresOn": "2026-12-24T00:00:00Z",
            },
        ),
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
                "allowedCopyScope": "PrivateLink",
                "defaultToOAuthAuthentication": True,
                "dnsEndpointType": "Standard",
                "isHnsEnabled": False,
                "isLocalUserEnabled": False,
                "isSftpEnabled": False,
                "keyPolicy": {"keyExpirationPeriodInDays": 90},
                "sasPolicy": {"expirationAction": "Block", "sasExpirationPeriod": "1.00:00:00"},
                "supportsHttpsTrafficOnly": True,
                "minimumTlsVersion": "TLS1_2",
                "publicNetworkAccess": "Disabled",
                "networkAcls": {"defaultAction": "Deny", "bypass": "AzureServices"},
                "encryption": {
                    "keySource": "Microsoft.Keyvault",
                    "keyvaultproperties": {
                        "keyname": f"sovereign-{zone}-key",
                        "keyvaulturi": "https://z.vault.azure.net/",
                    },
                    "identity": {"userAssignedIdentity": IDENTITY},
                    "requireInfrastructureEncryption": True,
                },
            },
        ),
        AzureResource.of(
            f"{STORAGE}/blobServices",
            name="a/default",
            properties={
                "isVersioningEnabled": True,
                "deleteRetentionPolicy": {"enabled": True, "days": 30, "allowPermanentDelete": False},
                "containerDeleteRetentionPolicy": {"enabled": True, "days": 30},
            },
        ),
        AzureResource.of(
            f"{STORAGE}/blobServices/containers", name="a/default/records", properties={"publicAccess": "None"}
        ),
        AzureResource.of(
            f"{STORAGE}/blobServices/containers/immutabilityPolicies",
            name="a/default/records/default",
            properties={
                "immutabilityPeriodSinceCreationInDays": law.retention.days + 2,
                "allowProtectedAppendWrites": True,
            },
        ),
        AzureResource.of(
            f"{STORAGE}/blobServices/containers/immutabilityPolicies",
            name="a/default/insights-logs-flowlogflowevent/default",
            properties={
                "immutabilityPeriodSinceCreationInDays": law.retention.days + 2,
                "allowProtectedAppendWritesAll": True,
            },
        ),
        AzureResource.of(f"{STORAGE}/managementPolicies", name="a/default", properties={"policy": {"rules": []}}),
        *_confidential_machine(f"sovereign-{zone}-ledger", at),
        *_logs(at, zone),
    ]


def _confidential_machine(name: str, at: str) -> list[AzureResource]:
    """What ConfidentialVm and ZoneAttestationProvider make: interface, machine, data disk, extension, provider."""
    interface = f"{GROUP}/providers/Microsoft.Network/networkInterfaces/{name}"
    disk = f"{GROUP}/providers/Microsoft.Compute/disks/{name}-ledger"
    sets = f"{GROUP}/providers/Microsoft.Compute/diskEncryptionSets"
    subnet = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/zone/subnets/workloads"
    private = {"primary": True, "privateIPAllocationMethod": "Dynamic", "subnet": {"id": subnet}}
    return [
        AzureResource.of(
            "Microsoft.Network/networkInterfaces",
            location=at,
            name=name,
            properties={
                "enableAcceleratedNetworking": False,
                "enableIPForwarding": False,
                "ipConfigurations": [{"name": "private", "properties": private}],
            },
        ),
        AzureResource.of(
            "Microsoft.Compute/disks",
            location=at,
            name=f"{name}-ledger",
            sku={"name": "Premium_LRS"},
            properties={
                "creationData": {"createOption": "Empty"},
                "diskSizeGB": 128,
                "encryption": {"type": "EncryptionAtRestWithCustomerKey", "diskEncryptionSetId": f"{sets}/disks"},
                "networkAccessPolicy": "DenyAll",
                "publicNetworkAccess": "Disabled",
            },
        ),
        AzureResource.of(
            "Microsoft.Compute/virtualMachines",
            location=at,
            name=name,
            identity={"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}},
            properties={
                "hardwareProfile": {"vmSize": "Standard_DC4as_v6"},
                "securityProfile": {
                    "securityType": "ConfidentialVM",
                    "uefiSettings": {"secureBootEnabled": True, "vTpmEnabled": True},
                },
                "osProfile": {
                    "computerName": name,
                    "adminUsername": "operator",
                    "allowExtensionOperations": True,
                    "linuxConfiguration": {"disablePasswordAuthentication": True, "provisionVMAgent": True},
                },
                "storageProfile": {
                    "imageReference": {
                        "publisher": "Canonical",
                        "offer": "ubuntu-24_04-lts",
                        "sku": "cvm",
                        "version": "24.04.202607310",
                    },
                    "osDisk": {
                        "name": f"{name}-os",
                        "osType": "Linux",
                        "createOption": "FromImage",
                        "deleteOption": "Delete",
                        "managedDisk": {
                            "storageAccountType": "Premium_LRS",
                            "securityProfile": {
                                "securityEncryptionType": "DiskWithVMGuestState",
                                "diskEncryptionSet": {"id": f"{sets}/confidential-disks"},
                            },
                        },
                    },
                    "dataDisks": [
                        {"lun": 0, "createOption": "Attach", "deleteOption": "Detach", "managedDisk": {"id": disk}}
                    ],
                },
                "networkProfile": {"networkInterfaces": [{"id": interface, "properties": {"primary": True}}]},
                "diagnosticsProfile": {"bootDiagnostics": {"enabled": False}},
            },
        ),
        AzureResource.of(
            "Microsoft.Compute/virtualMachines/extensions",
            location=at,
            name=f"{name}/GuestAttestation",
            properties={
                "publisher": "Microsoft.Azure.Security.LinuxAttestation",
                "type": "GuestAttestation",
                "typeHandlerVersion": "1.0",
                "autoUpgradeMinorVersion": True,
                "enableAutomaticUpgrade": True,
            },
        ),
        AzureResource.of(
            "Microsoft.Attestation/attestationProviders",
            location=at,
            name="euattest0a1b2c3d",
            properties={"publicNetworkAccess": "Disabled", "tpmAttestationAuthentication": "Enabled"},
        ),
    ]


def _logs(at: str, zone: str) -> list[AzureResource]:
    """The workspace, its cluster and export, what is sent to it, and the alarms."""
    workspace = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/sovereign-{zone}-audit"
    account = f"{GROUP}/providers/{STORAGE}/audit"
    alarms = f"{GROUP}/providers/Microsoft.Insights/actionGroups/sovereign-{zone}-alarms"
    kind = "Microsoft.OperationalInsights/workspaces"
    closed = {"publicNetworkAccessForIngestion": "Disabled", "publicNetworkAccessForQuery": "Disabled"}
    return [
        AzureResource.of(
            kind,
            location=at,
            name=f"sovereign-{zone}-audit",
            properties={
                "sku": {"name": "PerGB2018"},
                "retentionInDays": 365,
                "features": {"disableLocalAuth": True, "enableLogAccessUsingOnlyResourcePermissions": True},
                "forceCmkForQuery": True,
                **closed,
            },
        ),
        AzureResource.of(
            f"{kind}/tables",
            name=f"sovereign-{zone}-audit/AzureActivity",
            properties={"plan": "Analytics", "retentionInDays": 365, "totalRetentionInDays": 2556},
        ),
        AzureResource.of(
            "Microsoft.OperationalInsights/clusters",
            location=at,
            name=f"sovereign-{zone}-logs",
            sku={"name": "CapacityReservation", "capacity": 100},
            identity={"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}},
            properties={
                "billingType": "Cluster",
                "isDoubleEncryptionEnabled": True,
                "keyVaultProperties": {
                    "keyVaultUri": "https://z.vault.azure.net/",
                    "keyName": f"sovereign-{zone}-key",
                    "keyVersion": "",
                },
            },
        ),
        AzureResource.of(
            f"{kind}/linkedServices",
            name=f"sovereign-{zone}-audit/Cluster",
            properties={"writeAccessResourceId": f"{GROUP}/providers/Microsoft.OperationalInsights/clusters/c"},
        ),
        AzureResource.of(
            f"{kind}/dataExports",
            name=f"sovereign-{zone}-audit/sovereign-{zone}-export",
            properties={"destination": {"resourceId": account}, "tableNames": ["AzureActivity"], "enable": True},
        ),
        AzureResource.of(
            "Microsoft.SecurityInsights/onboardingStates", name="default", properties={"customerManagedKey": True}
        ),
        *(
            AzureResource.of(
                "Microsoft.Insights/diagnosticSettings",
                name=f"sovereign-{zone}-logs",
                properties={
                    "workspaceId": workspace,
                    "storageAccountId": account,
                    "logAnalyticsDestinationType": "Dedicated",
                    "logs": [{**logs, "enabled": True}],
                },
            )
            for logs in ({"category": "Administrative"}, {"categoryGroup": "audit"})
        ),
        AzureResource.of(
            "Microsoft.Insights/actionGroups",
            location="global",
            name=f"sovereign-{zone}-alarms",
            properties={
                "groupShortName": zone[:12],
                "enabled": True,
                "emailReceivers": [
                    {"name": "mail-1", "emailAddress": "security@example.com", "useCommonAlertSchema": True}
                ],
            },
        ),
        AzureResource.of(
            "Microsoft.Insights/scheduledQueryRules",
            location=at,
            name=f"sovereign-{zone}-watch-policy",
            kind="LogAlert",
            properties={
                "scopes": [workspace],
                "enabled": True,
                "checkWorkspaceAlertsStorageConfigured": False,
                "criteria": {"allOf": [{"query": "AzureActivity", "operator": "GreaterThan", "threshold": 0}]},
                "actions": {"actionGroups": [alarms]},
            },
        ),
        AzureResource.of(
            "Microsoft.Insights/metricAlerts",
            location="global",
            name=f"sovereign-{zone}-export-failing",
            properties={"scopes": [workspace], "enabled": True, "actions": [{"actionGroupId": alarms}]},
        ),
        AzureResource.of(
            "Microsoft.Insights/activityLogAlerts",
            location="global",
            name=f"sovereign-{zone}-activity-logs-{DEPLOYED['azureSubscriptions'][0]}",
            properties={"scopes": [GROUP.split("/resourceGroups")[0]], "enabled": True},
        ),
    ]
