"""Private endpoints: ways from a zone's network to its own services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import network

from components.arguments import checked
from components.azure.arguments import location_of, resource_id
from sovereignty.compile.required import azure_subscriptions
from sovereignty.deployment import Deployment, key
from sovereignty.errors import InputError, Problem
from sovereignty.facts.azure_networks import DNS_ZONES, endpoints
from sovereignty.zone import Zone

NAMED_ELSEWHERE = "private-dns"
"""In azureManagedElsewhere: the tenant's own private DNS zones hold the endpoints' names."""
_ZONE = "Microsoft.Network/privateDnsZones"


@dataclass(frozen=True, kw_only=True)
class ZonePrivateEndpointArgs:
    """What a private endpoint needs to know."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    subnet_id: pulumi.Input[str]
    """ARM id of the subnet that it gets an address in."""
    target_id: pulumi.Input[str]
    """ARM id of the resource that it leads to, of one of the zone's subscriptions."""
    kind: str
    """`vault`, `managedhsm`, `blob`, `monitor` (a private link scope), `attestation`."""
    dns_zone_ids: Sequence[pulumi.Input[str]]
    """ARM ids of the private DNS zones that get its addresses: `PrivateDnsZones.of(kind)`. Empty only where
    azureManagedElsewhere has `private-dns`: then whoever runs the tenant's zones puts them there. Five at most."""
    location: str | None = None
    """Where the subnet is. None: the zone's home."""


class ZonePrivateEndpoint(pulumi.ComponentResource):
    """A private endpoint to one of the zone's own resources, with its names in the zone's private DNS zones.

    The connection is asked for as the resource's owner, who approves it by that: there is none that waits for a
    stranger's approval. What uses `endpoint_id` waits until the names are there.
    Features: private endpoints.
    Outputs: `endpoint_id`.
    Cost: the endpoint by the hour, and by the GB.
    Traps: The target's firewall doesn't bind the endpoint: that is for roles, and for the subnet's security group. The
    target may lie in another location of the zone, the subnet must not. One endpoint for each target and set of DNS
    zones, or the second writes over the first one's records. Whoever deploys needs the right to approve connections of
    the target (such as Microsoft.KeyVault/vaults/PrivateEndpointConnectionsApproval/action).
    Source: Azure Private Link, "What is a private endpoint?", "Private endpoint private DNS zone values".
    """

    endpoint_id: pulumi.Output[str]

    def __init__(self, name: str, args: ZonePrivateEndpointArgs, opts: pulumi.ResourceOptions | None = None):
        location = location_of(args.zone, args.location, "ZonePrivateEndpointArgs.location")
        kinds = endpoints()
        if args.kind not in kinds:
            right = f"Use one of {', '.join(kinds)}."
            raise InputError(Problem("ZonePrivateEndpointArgs.kind", "There is no such kind of endpoint.", right))
        kind = kinds[args.kind]
        resource_id(args.subnet_id, "ZonePrivateEndpointArgs.subnet_id", "Microsoft.Network/virtualNetworks/subnets")
        target = checked(args.target_id, own_resource(args.deployment, "ZonePrivateEndpointArgs.target_id", kind.type))
        if not args.dns_zone_ids and NAMED_ELSEWHERE not in args.deployment.azure_managed_elsewhere:
            right = (
                f"Give the ids of the zones of its kind, or name {NAMED_ELSEWHERE} in {key('azure_managed_elsewhere')}."
            )
            raise InputError(Problem("ZonePrivateEndpointArgs.dns_zone_ids", "The list is empty.", right))
        if len(args.dns_zone_ids) > DNS_ZONES:
            found = f"They are {len(args.dns_zone_ids)}, and an endpoint takes {DNS_ZONES}."
            right = "Leave out those that its kind doesn't need."
            raise InputError(Problem("ZonePrivateEndpointArgs.dns_zone_ids", found, right))
        for index, each in enumerate(args.dns_zone_ids):
            resource_id(each, f"ZonePrivateEndpointArgs.dns_zone_ids[{index}]", _ZONE)
        super().__init__("sovereign-zones:index:ZonePrivateEndpoint", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        called = pulumi.Output.from_input(target).apply(lambda known: f"{_last(known)}-{args.kind}")
        endpoint = network.PrivateEndpoint(
            name,
            resource_group_name=args.resource_group_name,
            location=location,
            private_endpoint_name=called,
            custom_network_interface_name=called.apply(lambda known: f"{known}-interface"),
            # the SDK writes the policies of a subnet even where it is only named, and would write Disabled
            subnet=network.SubnetArgs(
                id=args.subnet_id,
                private_endpoint_network_policies=network.VirtualNetworkPrivateEndpointNetworkPolicies.ENABLED,
            ),
            private_link_service_connections=[
                network.PrivateLinkServiceConnectionArgs(
                    name=args.kind, private_link_service_id=target, group_ids=[kind.group]
                )
            ],
            opts=child,
        )
        self.endpoint_id = self._named(name, args, endpoint) if args.dns_zone_ids else endpoint.id
        self.register_outputs({"endpointId": self.endpoint_id})

    def _named(self, name: str, args: ZonePrivateEndpointArgs, endpoint: network.PrivateEndpoint) -> pulumi.Output[str]:
        """The endpoint's id, once its names are in the DNS zones."""
        names = network.PrivateDnsZoneGroup(
            name,
            resource_group_name=args.resource_group_name,
            private_endpoint_name=endpoint.name,
            private_dns_zone_group_name="default",
            private_dns_zone_configs=[
                network.PrivateDnsZoneConfigArgs(
                    name=pulumi.Output.from_input(each).apply(lambda known: _last(known).replace(".", "-")),
                    private_dns_zone_id=each,
                )
                for each in args.dns_zone_ids
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        return pulumi.Output.all(endpoint.id, names.id).apply(lambda known: known[0])


def own_resource(deployment: Deployment, where: str, *types: str) -> Callable[[str], None]:
    """A check of an ARM id: of one of these types, and of one of the zone's subscriptions; InputError at `where`."""
    subscriptions = azure_subscriptions(deployment)

    def check(value: str) -> None:
        resource_id(value, where, *types)
        if value.split("/")[2].lower() not in subscriptions:
            right = f"Use a resource of one of {', '.join(subscriptions)}."
            raise InputError(Problem(where, "It lies in a subscription that is not one of the zone's.", right))

    return check


def _last(resource: str) -> str:
    return resource.rpartition("/")[2]
