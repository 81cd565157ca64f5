"""Networks of the zone on Azure, joined with each other and with no others."""

from __future__ import annotations

from typing import Any

import pytest
from azure_networks import FAR, NETWORK, OPEN, SECOND, STRANGER, SUBNET, SUBSCRIPTION, id_of, made_of, refused
from built import Recorder, deployed

from components.azure.peering import VnetPeering, VnetPeeringArgs

pytestmark = pytest.mark.engine


def peering(**arguments: Any) -> tuple[Recorder, Any]:
    given = {"vnet_id": NETWORK, "peer_vnet_id": FAR, "peer_location": "West Europe", **arguments}
    return made_of(VnetPeering, VnetPeeringArgs, **given)


def test_both_halves_are_made_one_after_the_other_and_carry_nothing_on():
    made, outputs = peering()
    there, back = made.of(f"{OPEN}VirtualNetworkPeering")
    assert (there.inputs["resourceGroupName"], there.inputs["remoteVirtualNetwork"]) == ("rg", {"id": FAR})
    assert (back.inputs["resourceGroupName"], back.inputs["remoteVirtualNetwork"]) == ("rg-far", {"id": NETWORK})
    assert there.inputs["virtualNetworkPeeringName"] == "rg-far-sovereign-eu-network"
    assert any(urn.endswith("VirtualNetworkPeering::eu") for urn in back.dependencies)
    for each in (there, back):
        assert each.inputs["virtualNetworkName"] == "sovereign-eu-network"
        assert each.inputs["allowVirtualNetworkAccess"] is True
        for carrying in ("allowForwardedTraffic", "allowGatewayTransit", "useRemoteGateways"):
            assert each.inputs[carrying] is False
    assert outputs == {"peering_id": f"{NETWORK}/virtualNetworkPeerings/rg-far-sovereign-eu-network"}


def test_the_way_back_of_another_subscription_is_that_ones():
    far = id_of("Microsoft.Network/virtualNetworks", "sovereign-eu-network", SECOND)
    target = deployed(azureSubscriptions=[SUBSCRIPTION, SECOND])
    made, _ = peering(deployment=target, peer_vnet_id=far, peer_subscription=SECOND)
    assert len(made.of(f"{OPEN}VirtualNetworkPeering")) == 1


HUB = id_of("Microsoft.Network/virtualNetworks", "hub", STRANGER, "rg-hub")
WITH_HUB = deployed(azureHubSubscriptions=[STRANGER])


def test_a_hub_is_joined_by_the_zones_half_alone():
    made, _ = peering(deployment=WITH_HUB, peer_vnet_id=HUB, peer_subscription=STRANGER.upper())
    half = made.the(f"{OPEN}VirtualNetworkPeering").inputs
    assert half["remoteVirtualNetwork"] == {"id": HUB}
    assert half["virtualNetworkName"] == "sovereign-eu-network"
    for carrying in ("allowForwardedTraffic", "allowGatewayTransit", "useRemoteGateways"):
        assert half[carrying] is False


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"peer_location": "eastus"}, "peer_location"),
        ({"peer_subscription": SECOND}, "peer_subscription"),
        ({"peer_subscription": None}, "peer_vnet_id"),
        ({"subscription": STRANGER}, "subscription"),
        ({"vnet_id": HUB}, "vnet_id"),
    ],
)
def test_a_hub_is_held_to_the_zones_locations_and_only_ever_the_other_side(arguments: dict[str, Any], where: str):
    hub = {"deployment": WITH_HUB, "peer_vnet_id": HUB, "peer_subscription": STRANGER}
    assert refused(peering, **{**hub, **arguments}).where == f"VnetPeeringArgs.{where}"


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"location": "eastus"}, "location"),
        ({"peer_location": "eastus"}, "peer_location"),
        ({"subscription": STRANGER}, "subscription"),
        ({"peer_subscription": STRANGER}, "peer_subscription"),
        ({"vnet_id": SUBNET}, "vnet_id"),
        ({"peer_vnet_id": id_of("Microsoft.Network/virtualNetworks", "hub", STRANGER)}, "peer_vnet_id"),
        ({"peer_vnet_id": NETWORK.upper()}, "peer_vnet_id"),
        (
            {
                "deployment": deployed(azureSubscriptions=[SUBSCRIPTION, SECOND]),
                "peer_vnet_id": id_of("Microsoft.Network/virtualNetworks", "other", SECOND),
            },
            "peer_vnet_id",
        ),
    ],
)
def test_bad_arguments_are_told_before_anything_is_made(arguments: dict[str, Any], where: str):
    assert refused(peering, **arguments).where == f"VnetPeeringArgs.{where}"
