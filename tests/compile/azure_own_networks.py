"""What the components of Azure's networks make for a zone, as Azure Resource Manager gets it."""

from __future__ import annotations

from zones_as_data import DEPLOYED, declared

from sovereignty.azure_policy.resource import AzureResource
from sovereignty.facts import azure_clouds
from sovereignty.facts.azure_networks import endpoints

SUBSCRIPTION = f"/subscriptions/{DEPLOYED['azureSubscriptions'][0]}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/sovereign/providers"
NETWORK = f"{GROUP}/Microsoft.Network/virtualNetworks/network"
PERIMETER = "Microsoft.Network/networkSecurityPerimeters"


def own_networks(zone: str) -> list[AzureResource]:
    law = declared(zone)
    assert law.azure is not None
    at = law.azure.home
    rule = {"protocol": "*", "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationPortRange": "*"}
    subnets = [
        AzureResource.of(
            "Microsoft.Network/virtualNetworks/subnets",
            name=f"network/{part}",
            properties={
                "addressPrefix": "10.0.0.0/18",
                "defaultOutboundAccess": False,
                "privateEndpointNetworkPolicies": "Enabled",
                "networkSecurityGroup": {"id": f"{GROUP}/Microsoft.Network/networkSecurityGroups/{part}"},
                "routeTable": {"id": f"{GROUP}/Microsoft.Network/routeTables/network"},
            },
        )
        for part in ("endpoints", "workloads")
    ]
    network = {
        "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        "encryption": {"enabled": True, "enforcement": "AllowUnencrypted"},
    }
    return [
        AzureResource.of("Microsoft.Network/virtualNetworks", location=at, properties=network),
        # the provider sends what is there along with every later change
        AzureResource.of(
            "Microsoft.Network/virtualNetworks",
            location=at,
            properties={
                **network,
                "subnets": [{"name": each.name, "properties": each.body["properties"]} for each in subnets],
                "virtualNetworkPeerings": [
                    {"name": "other", "properties": {"remoteVirtualNetwork": {"id": f"{NETWORK}-other"}}}
                ],
            },
        ),
        *subnets,
        AzureResource.of(
            "Microsoft.Network/networkSecurityGroups",
            location=at,
            properties={
                "securityRules": [
                    {
                        "name": "refuse-outbound",
                        "properties": {**rule, "access": "Deny", "direction": "Outbound", "priority": 4096},
                    }
                ]
            },
        ),
        AzureResource.of(
            "Microsoft.Network/routeTables",
            location=at,
            properties={
                "disableBgpRoutePropagation": True,
                "routes": [
                    {"name": "nowhere", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "None"}},
                ],
            },
        ),
        AzureResource.of(
            "Microsoft.Network/networkWatchers/flowLogs",
            name="watcher/log",
            location=at,
            identity={"type": "UserAssigned", "userAssignedIdentities": {}},
            properties={
                "enabled": True,
                "storageId": f"{GROUP}/Microsoft.Storage/storageAccounts/logs",
                "targetResourceId": NETWORK,
                "format": {"type": "JSON", "version": 2},
                "retentionPolicy": {"enabled": False, "days": 0},
            },
        ),
        AzureResource.of(
            "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
            name="network/other",
            properties={
                "remoteVirtualNetwork": {"id": f"{NETWORK}-other"},
                "allowVirtualNetworkAccess": True,
                "allowForwardedTraffic": False,
                "allowGatewayTransit": False,
                "useRemoteGateways": False,
            },
        ),
        *_private_link(law.azure.cloud, at),
        *_perimeter(at),
        AzureResource.of("Microsoft.Network/dnsResolverPolicies", location=at, properties={}),
        AzureResource.of("Microsoft.Network/dnsResolverDomainLists", location=at, properties={"domains": ["."]}),
        AzureResource.of(
            "Microsoft.Network/dnsResolverPolicies/dnsSecurityRules",
            name="names/every",
            location=at,
            properties={"action": {"actionType": "Block"}, "priority": 200, "dnsResolverDomainLists": []},
        ),
        AzureResource.of(
            "Microsoft.Network/dnsResolverPolicies/virtualNetworkLinks",
            name="names/network",
            location=at,
            properties={"virtualNetwork": {"id": NETWORK}},
        ),
    ]


def _private_link(cloud: str, at: str) -> list[AzureResource]:
    names = sorted({name for kind in endpoints() for name in azure_clouds.private_zones(cloud, kind)})
    return [
        *(AzureResource.of("Microsoft.Network/privateDnsZones", name=each, location="global") for each in names),
        AzureResource.of(
            "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
            name=f"{names[0]}/{at}",
            location="global",
            properties={
                "virtualNetwork": {"id": NETWORK},
                "registrationEnabled": False,
                "resolutionPolicy": "Default",
            },
        ),
        AzureResource.of(
            "Microsoft.Insights/privateLinkScopes",
            location="global",
            properties={"accessModeSettings": {"ingestionAccessMode": "PrivateOnly", "queryAccessMode": "PrivateOnly"}},
        ),
        AzureResource.of(
            "Microsoft.Insights/privateLinkScopes/scopedResources",
            name="scope/workspace",
            properties={
                "kind": "Resource",
                "linkedResourceId": f"{GROUP}/Microsoft.OperationalInsights/workspaces/logs",
            },
        ),
        *(
            AzureResource.of(
                "Microsoft.Network/privateEndpoints",
                location=at,
                properties={
                    "subnet": {"id": f"{NETWORK}/subnets/endpoints"},
                    "customNetworkInterfaceName": f"own-{kind}-interface",
                    "privateLinkServiceConnections": [
                        {
                            "name": kind,
                            "properties": {
                                "privateLinkServiceId": f"{GROUP}/{each.type}/own",
                                "groupIds": [each.group],
                            },
                        }
                    ],
                },
            )
            for kind, each in endpoints().items()
        ),
        # Azure makes it for an endpoint
        AzureResource.of(
            "Microsoft.Network/networkInterfaces",
            location=at,
            properties={
                "ipConfigurations": [
                    {
                        "name": "own",
                        "properties": {
                            "privateIPAddress": "10.0.0.4",
                            "privateIPAllocationMethod": "Dynamic",
                            "subnet": {"id": f"{NETWORK}/subnets/endpoints"},
                        },
                    }
                ]
            },
        ),
        AzureResource.of(
            "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
            name="own/default",
            properties={"privateDnsZoneConfigs": []},
        ),
    ]


def _perimeter(at: str) -> list[AzureResource]:
    return [
        AzureResource.of(PERIMETER, location=at, properties={}),
        AzureResource.of(f"{PERIMETER}/profiles", name="own/zone", location=at, properties={}),
        AzureResource.of(
            f"{PERIMETER}/profiles/accessRules",
            name="own/zone/zone-subscriptions",
            location=at,
            properties={"direction": "Inbound", "subscriptions": [{"id": SUBSCRIPTION}]},
        ),
        AzureResource.of(
            f"{PERIMETER}/resourceAssociations",
            name="own/records",
            location=at,
            properties={
                "accessMode": "Enforced",
                "privateLinkResource": {"id": f"{GROUP}/Microsoft.Storage/storageAccounts/records"},
                "profile": {"id": f"{GROUP}/{PERIMETER}/own/profiles/zone"},
            },
        ),
    ]
