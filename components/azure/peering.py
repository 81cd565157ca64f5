"""Ways from a zone's network on Azure to another of the zone, or to a hub by which people come in."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import network

from components.arguments import checked
from components.azure.arguments import location_of, resource_id, subscription_of
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

_NETWORK = "Microsoft.Network/virtualNetworks"


@dataclass(frozen=True, kw_only=True)
class VnetPeeringArgs:
    """What a peering of two of the zone's networks, or of one with a hub's, needs to know."""

    zone: Zone
    deployment: Deployment
    vnet_id: pulumi.Input[str]
    """ARM id of this network."""
    peer_vnet_id: pulumi.Input[str]
    """ARM id of the other, which has another block of addresses."""
    peer_location: str
    location: str | None = None
    """Where this network is. None: the zone's home."""
    subscription: str | None = None
    """This network's. None: the zone's first."""
    peer_subscription: str | None = None
    """The other network's: one of the zone's, or a hub's (azureHubSubscriptions). None: this one's, and the way back is
    made here as well."""


class VnetPeering(pulumi.ComponentResource):
    """Two networks of the zone reach each other by private addresses, and nothing behind them does: no forwarded
    traffic, no gateway of one for the other.

    Both locations are the zone's, and both subscriptions, unless the other is a hub's (`azureHubSubscriptions`): people
    come in by its Bastion (docs/azure-people.md). A peering has two halves, each of its own network: where the other
    network is in another subscription, its half is a `VnetPeering` of its own, with that subscription's provider; a
    hub's half is whoever runs the hub's.
    Features: joined networks.
    Outputs: `peering_id` (of this network's half), which waits for the way back where that is made here.
    Cost: by the GB, in both directions; more between locations.
    Traps: Until both halves are there, nothing flows. The two blocks must differ (`azureVnetCidrs`). Peering is not
    transitive. The security groups' tag VirtualNetwork then means the other network as well. Names are resolved by
    those private DNS zones alone that are linked to a network. No policy of the zone binds what a hub carries on: the
    zone's half takes nothing forwarded from there and uses no gateway of it, but what its own machines send comes in,
    and is sent. Whoever deploys needs Microsoft.Network/virtualNetworks/peer/action on the hub's network.
    Source: Azure Virtual Network, "Virtual network peering".
    """

    peering_id: pulumi.Output[str]

    def __init__(self, name: str, args: VnetPeeringArgs, opts: pulumi.ResourceOptions | None = None):
        location_of(args.zone, args.location, "VnetPeeringArgs.location")
        location_of(args.zone, args.peer_location, "VnetPeeringArgs.peer_location")
        own = subscription_of(args.deployment, args.subscription, "VnetPeeringArgs.subscription")
        other = _other(args.deployment, args.peer_subscription or own)
        near = _network(args.vnet_id, own, "vnet_id")
        far = _network(args.peer_vnet_id, other, "peer_vnet_id")
        if isinstance(near, str) and isinstance(far, str) and near.lower() == far.lower():
            right = "Give the id of the zone's other network."
            raise InputError(Problem("VnetPeeringArgs.peer_vnet_id", "It is the same network.", right))
        super().__init__("sovereign-zones:index:VnetPeering", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        there = _half(name, near, far, child)
        ready = [there.id]
        if own == other:
            # a network takes one change at a time, and a peering touches both
            after = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[there]))
            ready.append(_half(f"{name}-back", far, near, after).id)
        self.peering_id = pulumi.Output.all(*ready).apply(lambda known: known[0])
        self.register_outputs({"peeringId": self.peering_id})


def _half(
    name: str, near: pulumi.Input[str], far: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> network.VirtualNetworkPeering:
    this = pulumi.Output.from_input(near)
    return network.VirtualNetworkPeering(
        name,
        resource_group_name=this.apply(lambda known: known.split("/")[4]),
        virtual_network_name=this.apply(lambda known: known.split("/")[8]),
        virtual_network_peering_name=pulumi.Output.from_input(far).apply(_called),
        remote_virtual_network=network.SubResourceArgs(id=far),
        allow_virtual_network_access=True,
        allow_forwarded_traffic=False,
        allow_gateway_transit=False,
        use_remote_gateways=False,
        opts=opts,
    )


def _called(vnet_id: str) -> str:
    """After the other network's group and name: the zone's networks are called alike in every location."""
    parts = vnet_id.split("/")
    return f"{parts[4]}-{parts[8]}"


def _other(deployment: Deployment, subscription: str) -> str:
    if subscription.lower() in deployment.azure_hub_subscriptions:
        return subscription.lower()
    return subscription_of(deployment, subscription, "VnetPeeringArgs.peer_subscription")


def _network(value: pulumi.Input[str], subscription: str, argument: str) -> pulumi.Input[str]:
    where = f"VnetPeeringArgs.{argument}"

    def check(known: str) -> None:
        resource_id(known, where, _NETWORK)
        if known.split("/")[2].lower() != subscription:
            right = "Name its subscription, or give a network of that one."
            raise InputError(Problem(where, f"It lies in another subscription than {subscription}.", right))

    return checked(value, check)
