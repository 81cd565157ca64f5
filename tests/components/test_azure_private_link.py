"""Private endpoints of the zone's services, the names that lead to them, and Azure Monitor's scope."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from azure_networks import (
    ACCOUNT,
    DNS,
    FAR,
    NETWORK,
    OPEN,
    STRANGER,
    SUBNET,
    VAULT,
    WORKSPACE,
    id_of,
    in_government,
    made_of,
    refused,
)
from built import Recorder, build, declared, deployed

from components.azure.endpoints import ZonePrivateEndpoint, ZonePrivateEndpointArgs
from components.azure.monitor_scope import MonitorScope, MonitorScopeArgs
from components.azure.private_dns import PrivateDnsZones, PrivateDnsZonesArgs
from sovereignty.facts import azure_clouds
from sovereignty.facts.azure_networks import DNS_ZONES

pytestmark = pytest.mark.engine


def zones_for(**arguments: Any) -> tuple[Recorder, Any]:
    given = {"resource_group_name": "rg", "vnet_ids": {"germanywestcentral": NETWORK}, **arguments}
    return made_of(PrivateDnsZones, PrivateDnsZonesArgs, **given)


def test_every_name_is_made_once_and_linked_to_every_network():
    made, outputs = zones_for(vnet_ids={"germanywestcentral": NETWORK, "West Europe": FAR})
    names = [each.inputs["privateZoneName"] for each in made.of("azure-native:privatedns:PrivateZone")]
    assert len(names) == len(set(names)) == 7
    assert names.count("privatelink.blob.core.windows.net") == 1
    links = made.of("azure-native:privatedns:VirtualNetworkLink")
    assert len(links) == 2 * len(names)
    assert {each.inputs["virtualNetwork"]["id"] for each in links} == {NETWORK, FAR}
    assert {each.inputs["virtualNetworkLinkName"] for each in links} == {"eu-germanywestcentral", "eu-westeurope"}
    for each in links:
        assert (each.inputs["registrationEnabled"], each.inputs["resolutionPolicy"]) == (False, "Default")
    assert {each.inputs["location"] for each in made.seen if each.type.startswith("azure-native")} == {"global"}
    assert len(outputs["zone_ids"]["monitor"]) == 5
    assert len(outputs["zone_ids"]["vault"]) == 1


def test_only_a_zone_whose_keys_are_in_an_hsm_has_its_names():
    _, outputs = zones_for()
    assert set(outputs["zone_ids"]) == {"vault", "blob", "attestation", "monitor"}
    law = declared("eu")
    hsm = law.model_copy(update={"keys": law.keys.model_copy(update={"azure": "managed-hsm"})})
    _, outputs = zones_for(zone=hsm)
    assert "managedhsm" in outputs["zone_ids"]


def test_names_are_the_clouds():
    made, _ = zones_for(zone=in_government(), vnet_ids={"usgovvirginia": NETWORK}, kinds=["vault", "blob"])
    names = [each.inputs["privateZoneName"] for each in made.of("azure-native:privatedns:PrivateZone")]
    assert names == ["privatelink.vaultcore.usgovcloudapi.net", "privatelink.blob.core.usgovcloudapi.net"]


@pytest.mark.parametrize("cloud", ["public", "usgovernment", "china"])
def test_no_kind_needs_more_names_than_an_endpoint_takes(cloud: str):
    for kind in azure_clouds.private_kinds(cloud):
        assert 0 < len(azure_clouds.private_zones(cloud, kind)) <= DNS_ZONES


def test_a_kind_leads_to_its_zones():
    def make() -> dict[str, Any]:
        args = PrivateDnsZonesArgs(
            zone=declared("eu"), deployment=deployed(), resource_group_name="rg", vnet_ids={}, kinds=["monitor"]
        )
        return {"ids": pulumi.Output.all(*PrivateDnsZones("eu", args).of("monitor"))}

    _, outputs = build(make)
    assert outputs["ids"][0] == "eu-privatelink.monitor.azure.com-id"
    assert len(outputs["ids"]) == 5


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"vnet_ids": {"eastus": NETWORK}}, "PrivateDnsZonesArgs.vnet_ids.eastus"),
        ({"vnet_ids": {"westeurope": ACCOUNT}}, "PrivateDnsZonesArgs.vnet_ids.westeurope"),
        ({"vnet_ids": {"westeurope": NETWORK, "West Europe": FAR}}, "PrivateDnsZonesArgs.vnet_ids"),
        ({"kinds": ["vault", "queue"]}, "PrivateDnsZonesArgs.kinds[1]"),
        ({"kinds": []}, "PrivateDnsZonesArgs.kinds"),
    ],
)
def test_bad_arguments_of_names_are_told_before_anything_is_made(arguments: dict[str, Any], where: str):
    assert refused(zones_for, **arguments).where == where


def endpoint(**arguments: Any) -> tuple[Recorder, Any]:
    given = {"subnet_id": SUBNET, "target_id": VAULT, "kind": "vault", "dns_zone_ids": [DNS], **arguments}
    return made_of(ZonePrivateEndpoint, ZonePrivateEndpointArgs, **{"resource_group_name": "rg", **given})


def test_it_leads_to_the_resource_without_asking_anybody():
    made, outputs = endpoint()
    inputs = made.the(f"{OPEN}PrivateEndpoint").inputs
    assert inputs["privateLinkServiceConnections"] == [
        {"name": "vault", "privateLinkServiceId": VAULT, "groupIds": ["vault"]}
    ]
    assert "manualPrivateLinkServiceConnections" not in inputs
    assert inputs["privateEndpointName"] == "eu-vault-vault"
    assert inputs["customNetworkInterfaceName"] == "eu-vault-vault-interface"
    assert inputs["subnet"]["id"] == SUBNET
    assert inputs["subnet"]["privateEndpointNetworkPolicies"] == "Enabled", "as the network has it"
    names = made.the(f"{OPEN}PrivateDnsZoneGroup").inputs
    assert names["privateDnsZoneConfigs"] == [
        {"name": "privatelink-vaultcore-azure-net", "privateDnsZoneId": DNS},
    ]
    assert outputs == {"endpoint_id": id_of("Microsoft.Network/privateEndpoints", "eu-vault-vault")}


@pytest.mark.parametrize(
    ("kind", "target", "group"),
    [
        ("managedhsm", id_of("Microsoft.KeyVault/managedHSMs", "euhsm"), "managedhsm"),
        ("blob", ACCOUNT, "blob"),
        ("monitor", id_of("Microsoft.Insights/privateLinkScopes", "eu"), "azuremonitor"),
        ("attestation", id_of("Microsoft.Attestation/attestationProviders", "eu"), "standard"),
    ],
)
def test_a_kind_knows_what_it_is_of(kind: str, target: str, group: str):
    made, _ = endpoint(kind=kind, target_id=target)
    [connection] = made.the(f"{OPEN}PrivateEndpoint").inputs["privateLinkServiceConnections"]
    assert connection["groupIds"] == [group]


def test_names_that_somebody_else_runs_are_left_to_them():
    made, outputs = endpoint(dns_zone_ids=[], deployment=deployed(azureManagedElsewhere=["private-dns"]))
    assert not made.of(f"{OPEN}PrivateDnsZoneGroup")
    assert outputs == {"endpoint_id": id_of("Microsoft.Network/privateEndpoints", "eu-vault-vault")}


def test_a_target_of_a_stranger_that_only_comes_to_light_later_ends_the_run():
    theirs = id_of("Microsoft.KeyVault/vaults", "theirs", STRANGER)

    def make() -> None:
        args = ZonePrivateEndpointArgs(
            zone=declared("eu"),
            deployment=deployed(),
            resource_group_name="rg",
            subnet_id=SUBNET,
            target_id=pulumi.Output.from_input(theirs),
            kind="vault",
            dns_zone_ids=[DNS],
        )
        ZonePrivateEndpoint("eu", args)

    with pytest.raises(pulumi.RunError, match="subscription that is not one of the zone's") as told:
        build(make)
    assert theirs not in str(told.value)


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"location": "eastus"}, "location"),
        ({"kind": "table"}, "kind"),
        ({"target_id": ACCOUNT}, "target_id"),
        ({"target_id": id_of("Microsoft.KeyVault/vaults", "theirs", STRANGER)}, "target_id"),
        ({"subnet_id": NETWORK}, "subnet_id"),
        ({"dns_zone_ids": []}, "dns_zone_ids"),
        ({"dns_zone_ids": [DNS, VAULT]}, "dns_zone_ids[1]"),
        ({"dns_zone_ids": [f"{DNS}{number}" for number in range(6)]}, "dns_zone_ids"),
    ],
)
def test_bad_arguments_of_an_endpoint_are_told_before_anything_is_made(arguments: dict[str, Any], where: str):
    assert refused(endpoint, **arguments).where == f"ZonePrivateEndpointArgs.{where}"


def test_logs_and_queries_go_by_private_link_to_the_zones_workspace_alone():
    made, outputs = made_of(MonitorScope, MonitorScopeArgs, resource_group_name="rg", workspace_id=WORKSPACE)
    scope = made.the("azure-native:monitor:PrivateLinkScope").inputs
    assert scope["accessModeSettings"] == {"ingestionAccessMode": "PrivateOnly", "queryAccessMode": "PrivateOnly"}
    assert scope["location"] == "global"
    member = made.the("azure-native:monitor:PrivateLinkScopedResource").inputs
    assert member["linkedResourceId"] == WORKSPACE
    assert outputs == {"scope_id": id_of("Microsoft.Insights/privateLinkScopes", "sovereign-eu-monitor")}


@pytest.mark.parametrize("workspace", [ACCOUNT, id_of("Microsoft.OperationalInsights/workspaces", "theirs", STRANGER)])
def test_what_is_no_workspace_of_the_zone_is_refused(workspace: str):
    problem = refused(made_of, MonitorScope, MonitorScopeArgs, resource_group_name="rg", workspace_id=workspace)
    assert problem.where == "MonitorScopeArgs.workspace_id"
