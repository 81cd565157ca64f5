"""Replicas, partners and destinations: what sends a resource's data to another place or another owner.

A place is judged by its name, a partner resource by its subscription: one of the zone's can't lie outside the zone.
Sources: the template reference of each type; which of them copy, Microsoft Learn "Reliability in Azure services".
"""

from __future__ import annotations

from collections.abc import Iterator

from sovereignty.compile.azure.language import (
    Condition,
    Definition,
    all_of,
    any_not_within,
    any_of,
    any_outside,
    exists,
    not_within,
    of_type,
    outside,
)
from sovereignty.compile.azure.redundancy import REPLICATION
from sovereignty.compile.azure.scope import Scope

DESTINATION = "egress.destinations"

REPLICA_TYPES = {
    "registry-replica": "Microsoft.ContainerRegistry/registries/replications",
    "app-configuration-replica": "Microsoft.AppConfiguration/configurationStores/replicas",
    "signalr-replica": "Microsoft.SignalRService/signalR/replicas",
    "web-pubsub-replica": "Microsoft.SignalRService/webPubSub/replicas",
}
"""Children with a location of their own; those without tags are not seen by the built-in allowed locations."""

PLACES = {
    "cosmos-locations": ("Microsoft.DocumentDB/databaseAccounts", "Locations[*]", "locationName"),
    "event-hubs-replication": ("Microsoft.EventHub/namespaces", "geoDataReplication.locations[*]", "locationName"),
    "service-bus-replication": ("Microsoft.ServiceBus/namespaces", "geoDataReplication.locations[*]", "locationName"),
    "image-target-regions": (
        "Microsoft.Compute/galleries/images/versions",
        "publishingProfile.targetRegions[*]",
        "name",
    ),
    "application-target-regions": (
        "Microsoft.Compute/galleries/applications/versions",
        "publishingProfile.targetRegions[*]",
        "name",
    ),
    "api-management-locations": ("Microsoft.ApiManagement/service", "additionalLocations[*]", "location"),
    "sql-instance-failover": ("Microsoft.Sql/locations/instanceFailoverGroups", "partnerRegions[*]", "location"),
    "domain-replica-sets": ("Microsoft.AAD/domainServices", "replicaSets[*]", "location"),
    "hsm-regions": ("Microsoft.KeyVault/managedHSMs", "regions[*]", "name"),
    "registry-regions": ("Microsoft.MachineLearningServices/registries", "regionDetails[*]", "location"),
}
"""Lists of places: resource type, array, the member's property."""

PLACE = {
    "log-workspace-replication": ("Microsoft.OperationalInsights/workspaces", "replication.location"),
    "log-cluster-replication": ("Microsoft.OperationalInsights/clusters", "replication.location"),
    "redis-link": ("Microsoft.Cache/redis/linkedServers", "linkedRedisCacheLocation"),
    "netapp-replication": (
        "Microsoft.NetApp/netAppAccounts/capacityPools/volumes",
        "dataProtection.replication.remoteVolumeRegion",
    ),
}

PARTNERS = {
    "event-hubs-recovery": ("Microsoft.EventHub/namespaces/disasterRecoveryConfigs", "partnerNamespace"),
    "service-bus-recovery": ("Microsoft.ServiceBus/namespaces/disasterRecoveryConfigs", "partnerNamespace"),
    "object-replication": ("Microsoft.Storage/storageAccounts/objectReplicationPolicies", "destinationAccount"),
}
"""Resource ids of the other side. A bare name of an account may be another tenant's: refused as well."""

DIAGNOSTICS = "Microsoft.Insights/diagnosticSettings"
DIAGNOSTIC_TARGETS = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "serviceBusRuleId")


def definitions(scope: Scope) -> Iterator[Definition]:
    places = ", ".join(scope.locations)
    for name, kind in REPLICA_TYPES.items():
        yield _copy(
            name,
            f"Replicate to {places} only.",
            all_of(of_type(kind), {"field": "location", "notIn": list(scope.locations)}),
        )
    for name, (kind, array, member) in PLACES.items():
        found = any_outside(f"{kind}/{array}", member, scope.locations)
        yield _copy(name, f"Name {places} only in {array[:-3]}.", all_of(of_type(kind), found))
    for name, (kind, path) in PLACE.items():
        yield _copy(
            name, f"Name {places} only in {path}.", all_of(of_type(kind), outside(f"{kind}/{path}", scope.locations))
        )
    for name, (kind, path) in PARTNERS.items():
        alias = f"{kind}/{path}"
        yield _copy(
            name,
            f"Name a resource of the zone's subscriptions in {path}, by its resource id.",
            all_of(of_type(kind), exists(alias), not_within(alias, scope.subscriptions)),
        )
    group, servers = "Microsoft.Sql/servers/failoverGroups", "Microsoft.Sql/servers/failoverGroups/partnerServers[*]"
    yield _copy(
        "sql-failover",
        "Name servers of the zone's subscriptions in partnerServers.",
        all_of(of_type(group), any_not_within(servers, "id", scope.subscriptions)),
    )
    cache = "Microsoft.Cache/redisEnterprise/databases"
    linked = f"{cache}/geoReplication.linkedDatabases[*]"
    yield _copy(
        "redis-enterprise-link",
        "Name databases of the zone's subscriptions in geoReplication.linkedDatabases.",
        all_of(of_type(cache), any_not_within(linked, "id", scope.subscriptions)),
    )
    yield from _log_destinations(scope)


def _log_destinations(scope: Scope) -> Iterator[Definition]:
    partner = exists(f"{DIAGNOSTICS}/marketplacePartnerId")
    targets = [_sent_outside(f"{DIAGNOSTICS}/{target}", scope) for target in DIAGNOSTIC_TARGETS]
    yield Definition(
        name="diagnostic-settings",
        control=DESTINATION,
        title="Logs go to the zone's own places",
        message="Send logs to workspaces, storage accounts and event hubs of the zone's subscriptions, to no partner.",
        when=all_of(of_type(DIAGNOSTICS), any_of(*targets, partner)),
    )
    export = "Microsoft.OperationalInsights/workspaces/dataExports"
    target = f"{export}/destination.resourceId"
    yield Definition(
        name="log-export",
        control=DESTINATION,
        title="A workspace exports to the zone's own places",
        message="Export to storage accounts and event hubs of the zone's subscriptions.",
        when=all_of(of_type(export), not_within(target, scope.subscriptions)),
    )


def _sent_outside(alias: str, scope: Scope) -> Condition:
    return all_of(exists(alias), not_within(alias, scope.subscriptions))


def _copy(name: str, message: str, when: Condition) -> Definition:
    title = f"Copies stay in zone: {name.replace('-', ' ')}"
    return Definition(name=name, control=REPLICATION, title=title, message=message, when=when)
