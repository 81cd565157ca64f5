"""The zone's networks: no public address, no way to networks that are not the zone's, no service open to the public.

Refused by default, as a regulated zone wants it. What needs a public entrance, or a line to the owner's own premises,
gets an exemption that names the one definition (`policyDefinitionReferenceIds: [public-ip]`) and ends. Hubs
(azureHubSubscriptions), by which people come in, may be joined and have their endpoints approved. Sources: the
template reference of each type; Azure Virtual Network, "Default outbound access"; Azure Private Link, "Limit
cross-tenant private endpoint connections"; Azure/azure-policy, NetworkPublicIPNic_Deny, PrivateSubnetOnly_Audit.
"""

from __future__ import annotations

from collections.abc import Iterator

from sovereignty.compile.azure.language import (
    Condition,
    Definition,
    all_of,
    any_not_within,
    any_of,
    equals,
    exists,
    is_not,
    none_in,
    not_within,
    of_type,
)
from sovereignty.compile.azure.scope import Scope

PUBLIC_ADDRESS = "network.public-ip"
JOINED = "network.joined"
ENDPOINTS = "network.endpoints"
PUBLIC_ACCESS = "network.public-access"

ADDRESSES = ("publicIPAddresses", "publicIPPrefixes", "customIpPrefixes")
WAYS_OUT = (
    "natGateways",
    "virtualNetworkGateways",
    "vpnGateways",
    "p2sVpnGateways",
    "connections",
    "expressRouteCircuits",
    "expressRouteGateways",
    "virtualWans",
    "virtualHubs",
    "networkVirtualAppliances",
    "bastionHosts",
    "networkManagers/connectivityConfigurations",
    "dnsResolvers/outboundEndpoints",
)
"""Of Microsoft.Network: what leads out of a network, or joins it with networks that no property names."""

CLOSED = ("Disabled", "SecuredByPerimeter")
"""Values of publicNetworkAccess that let nobody in but by private endpoint or perimeter; absent means open."""
STORES = {
    "storage": "Microsoft.Storage/storageAccounts",
    "vault": "Microsoft.KeyVault/vaults",
    "hsm": "Microsoft.KeyVault/managedHSMs",
    "attestation": "Microsoft.Attestation/attestationProviders",
    "sql": "Microsoft.Sql/servers",
    "cosmos": "Microsoft.DocumentDB/databaseAccounts",
    "mongo": "Microsoft.DocumentDB/mongoClusters",
    "redis": "Microsoft.Cache/Redis",
    "event-hubs": "Microsoft.EventHub/namespaces",
    "service-bus": "Microsoft.ServiceBus/namespaces",
    "event-grid-topics": "Microsoft.EventGrid/topics",
    "event-grid-domains": "Microsoft.EventGrid/domains",
    "registry": "Microsoft.ContainerRegistry/registries",
    "search": "Microsoft.Search/searchServices",
    "models": "Microsoft.CognitiveServices/accounts",
    "machine-learning": "Microsoft.MachineLearningServices/workspaces",
    "data-factory": "Microsoft.DataFactory/factories",
    "synapse": "Microsoft.Synapse/workspaces",
    "data-explorer": "Microsoft.Kusto/clusters",
    "app-configuration": "Microsoft.AppConfiguration/configurationStores",
    "automation": "Microsoft.Automation/automationAccounts",
    "batch": "Microsoft.Batch/batchAccounts",
    "sites": "Microsoft.Web/sites",
    "slots": "Microsoft.Web/sites/slots",
}
"""Services that hold or take data, and have publicNetworkAccess in their own right."""

# closed in another way as well: in a subnet of their own
_SERVERS = {
    "postgresql": ("Microsoft.DBforPostgreSQL/flexibleServers", "Microsoft.DBForPostgreSql/flexibleServers"),
    "mysql": ("Microsoft.DBforMySQL/flexibleServers", "Microsoft.DBForMySql/flexibleServers"),
}
FIREWALL_RULES = (
    "Microsoft.Sql/servers/firewallRules",
    "Microsoft.Sql/servers/ipv6FirewallRules",
    "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules",
    "Microsoft.DBforMySQL/flexibleServers/firewallRules",
    "Microsoft.DocumentDB/mongoClusters/firewallRules",
    "Microsoft.Cache/redis/firewallRules",
    "Microsoft.Synapse/workspaces/firewallRules",
)
APPROVED_AT = (
    "Microsoft.Storage/storageAccounts",
    "Microsoft.KeyVault/vaults",
    "Microsoft.KeyVault/managedHSMs",
    "Microsoft.Attestation/attestationProviders",
    "Microsoft.Insights/privateLinkScopes",
    "Microsoft.Sql/servers",
    "Microsoft.DocumentDB/databaseAccounts",
)
"""Where somebody may approve a connection that a stranger has asked for."""


def definitions(scope: Scope) -> Iterator[Definition]:
    yield from _addresses()
    yield from _joined(scope)
    yield from _endpoints(scope)
    yield from _public_access(scope)


def _addresses() -> Iterator[Definition]:
    yield Definition(
        name="public-ip",
        control=PUBLIC_ADDRESS,
        title="There are no public addresses",
        message="Leave it out: services are reached by private endpoints. A public entrance needs an exemption.",
        when=any_of(*(of_type(f"Microsoft.Network/{kind}") for kind in ADDRESSES)),
    )
    interface, balancer = "Microsoft.Network/networkInterfaces", "Microsoft.Network/loadBalancers"
    gateway = "Microsoft.Network/applicationGateways"
    for name, kind, array in (
        ("interface-public-ip", interface, "ipConfigurations[*]"),
        ("balancer-public-ip", balancer, "frontendIPConfigurations[*]"),
        ("app-gateway-public-ip", gateway, "frontendIPConfigurations[*]"),
    ):
        # the address may be another subscription's, where nothing of ours refuses it
        yield _no_address(name, kind, f"{kind}/{array}", "publicIPAddress.id")
    configured = "networkInterfaceConfigurations[*].ipConfigurations[*]"
    machine, scale_set = "Microsoft.Compute/virtualMachines", "Microsoft.Compute/virtualMachineScaleSets"
    for name, kind, path in (
        ("machine-public-ip", machine, "networkProfile"),
        ("scale-set-public-ip", scale_set, "virtualMachineProfile.networkProfile"),
    ):
        yield _no_address(name, kind, f"{kind}/{path}.{configured}", "publicIPAddressConfiguration")
    network = "Microsoft.Network/virtualNetworks"
    subnet, inside = f"{network}/subnets", f"{network}/subnets[*]"
    lent = f"{inside}.defaultOutboundAccess"
    yield Definition(
        name="subnet-outbound",
        control=PUBLIC_ADDRESS,
        title="Azure lends the machines of a subnet no public address",
        message="Set defaultOutboundAccess of every subnet to false.",
        when=any_of(
            all_of(of_type(subnet), is_not(f"{subnet}/defaultOutboundAccess", False)),
            all_of(of_type(network), {"count": {"field": inside, "where": is_not(lent, False)}, "greater": 0}),
        ),
    )


def _no_address(name: str, kind: str, array: str, member: str) -> Definition:
    return Definition(
        name=name,
        control=PUBLIC_ADDRESS,
        title=f"No public address: {name.removesuffix('-public-ip').replace('-', ' ')}",
        message=f"Leave {member.partition('.')[0]} out: what is reached from elsewhere has a private endpoint.",
        when=all_of(of_type(kind), {"count": {"field": array, "where": exists(f"{array}.{member}")}, "greater": 0}),
    )


def _joined(scope: Scope) -> Iterator[Definition]:
    yield Definition(
        name="network-gateway",
        control=JOINED,
        title="Nothing leads out of the zone's networks",
        message="Leave it out: networks of the zone are peered. A line elsewhere, or a way out, needs an exemption.",
        when=any_of(*(of_type(f"Microsoft.Network/{kind}") for kind in WAYS_OUT)),
    )
    network = "Microsoft.Network/virtualNetworks"
    peering, inside = f"{network}/virtualNetworkPeerings", f"{network}/virtualNetworkPeerings[*]"
    joined = (*scope.subscriptions, *scope.hubs)
    yield Definition(
        name="network-peering",
        control=JOINED,
        title="Networks are peered with the zone's own, and with its hubs",
        message="Name a virtual network of the zone's subscriptions, or of azureHubSubscriptions, in "
        "remoteVirtualNetwork.",
        when=any_of(
            all_of(of_type(peering), not_within(f"{peering}/remoteVirtualNetwork.id", joined)),
            all_of(of_type(network), any_not_within(inside, "remoteVirtualNetwork.id", joined)),
        ),
    )


def _endpoints(scope: Scope) -> Iterator[Definition]:
    endpoint = "Microsoft.Network/privateEndpoints"
    asked, manual = f"{endpoint}/privateLinkServiceConnections[*]", f"{endpoint}/manualPrivateLinkServiceConnections[*]"
    yield Definition(
        name="endpoint-target",
        control=ENDPOINTS,
        title="Private endpoints lead to the zone's own resources",
        message="Name resources of the zone's subscriptions in privateLinkServiceConnections; ask nobody else for "
        "approval (manualPrivateLinkServiceConnections).",
        when=all_of(
            of_type(endpoint),
            any_of(
                any_not_within(asked, "privateLinkServiceId", scope.subscriptions),
                {"count": {"field": manual}, "greater": 0},
            ),
        ),
    )
    yield Definition(
        name="endpoint-approval",
        control=ENDPOINTS,
        title="Private endpoints of strangers are not approved",
        message="Approve connections of private endpoints of the zone's subscriptions, and of azureHubSubscriptions, "
        "only.",
        when=any_of(*(_approved(f"{kind}/privateEndpointConnections", scope) for kind in APPROVED_AT)),
    )
    yield Definition(
        name="private-link-service",
        control=ENDPOINTS,
        title="The zone's services are not published by private link",
        message="Peer the zone's networks instead. A service for others needs an exemption.",
        when=of_type("Microsoft.Network/privateLinkServices"),
    )


def _approved(kind: str, scope: Scope) -> Condition:
    return all_of(
        of_type(kind),
        equals(f"{kind}/privateLinkServiceConnectionState.status", "Approved"),
        not_within(f"{kind}/privateEndpoint.id", (*scope.subscriptions, *scope.hubs)),
    )


def _public_access(scope: Scope) -> Iterator[Definition]:
    for name, kind in STORES.items():
        yield _closed(name, kind, none_in(f"{kind}/publicNetworkAccess", CLOSED))
    for name, (kind, alias) in _SERVERS.items():
        yield _closed(
            name,
            kind,
            none_in(f"{alias}/publicNetworkAccess", CLOSED),
            # a server in a subnet of its own has no public address
            {"field": f"{alias}/network.delegatedSubnetResourceId", "exists": False},
            right="network.publicNetworkAccess to Disabled, or network.delegatedSubnetResourceId",
        )
    instance = "Microsoft.Sql/managedInstances"
    yield _closed(
        "sql-instance",
        instance,
        equals(f"{instance}/publicDataEndpointEnabled", True),
        right="publicDataEndpointEnabled to false",
    )
    management = "Microsoft.ApiManagement/service"
    yield _closed(
        "api-management",
        management,
        none_in(f"{management}/publicNetworkAccess", CLOSED),
        # it can't be made with public access disabled
        is_not(f"{management}/virtualNetworkType", "Internal"),
        right="virtualNetworkType to Internal",
    )
    apps = "Microsoft.App/managedEnvironments"
    yield _closed(
        "container-apps",
        apps,
        none_in(f"{apps}/publicNetworkAccess", CLOSED),
        is_not(f"{apps}/vnetConfiguration.internal", True),
        right="publicNetworkAccess to Disabled, or vnetConfiguration.internal to true",
    )
    cluster = "Microsoft.ContainerService/managedClusters"
    yield _closed(
        "kubernetes",
        cluster,
        is_not(f"{cluster}/apiServerAccessProfile.enablePrivateCluster", True),
        right="apiServerAccessProfile.enablePrivateCluster to true",
    )
    yield Definition(
        name="firewall-rule",
        control=PUBLIC_ACCESS,
        title="Nobody is let in by address",
        message="Leave the rule out: databases are reached by private endpoints.",
        when=any_of(*map(of_type, FIREWALL_RULES)),
    )
    storage = STORES["storage"]
    rules = f"{storage}/networkAcls.resourceAccessRules[*]"
    yield Definition(
        name="storage-resource-rules",
        control=PUBLIC_ACCESS,
        title="Storage lets in the zone's own resources alone",
        message="Name resources of the zone's subscriptions in networkAcls.resourceAccessRules.",
        # these rules hold although public access is off
        when=all_of(of_type(storage), any_not_within(rules, "resourceId", scope.subscriptions)),
    )


def _closed(name: str, kind: str, *conditions: Condition, right: str = "publicNetworkAccess to Disabled") -> Definition:
    return Definition(
        name=f"public-{name}",
        control=PUBLIC_ACCESS,
        title=f"Not open to the public: {kind}",
        message=f"Set {right}: it is reached by a private endpoint.",
        when=all_of(of_type(kind), *conditions),
    )
