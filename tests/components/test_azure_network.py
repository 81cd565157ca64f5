"""A zone's network on Azure: nothing leads out of it."""

from __future__ import annotations

from typing import Any

import pytest
from azure_networks import ACCOUNT, NETWORK, OPEN, STRANGER, VAULT, id_of, in_government, made_of, refused
from built import Recorder, Registered, deployed

from components.azure.flow_logs import worth_waiting
from components.azure.network import VnetBoundary, VnetBoundaryArgs

pytestmark = pytest.mark.engine


def network(**arguments: Any) -> Recorder:
    return made_of(VnetBoundary, VnetBoundaryArgs, **{"resource_group_name": "rg", **arguments})[0]


@pytest.fixture(scope="module")
def made() -> Recorder:
    return network(flow_logs_account_id=ACCOUNT)


def test_neither_subnet_is_lent_an_address_and_both_are_bound_by_routes_and_rules(made: Recorder):
    subnets = made.of(f"{OPEN}Subnet")
    assert [each.inputs["subnetName"] for each in subnets] == ["endpoints", "workloads"]
    for each in subnets:
        assert each.inputs["defaultOutboundAccess"] is False
        assert each.inputs["privateEndpointNetworkPolicies"] == "Enabled"
        group = id_of("Microsoft.Network/networkSecurityGroups", f"sovereign-eu-network-{each.inputs['subnetName']}")
        assert each.inputs["networkSecurityGroup"] == {"id": group}
        assert each.inputs["routeTable"] == {"id": id_of("Microsoft.Network/routeTables", "sovereign-eu-network")}


def test_what_leaves_its_addresses_is_dropped(made: Recorder):
    routes = made.the(f"{OPEN}RouteTable").inputs
    assert routes["disableBgpRoutePropagation"] is True
    assert routes["routes"] == [{"name": "nowhere", "addressPrefix": "0.0.0.0/0", "nextHopType": "None"}]


def test_there_is_no_way_out(made: Recorder):
    kinds = {each.type.rpartition(":")[2] for each in made.seen}
    assert kinds.isdisjoint({"PublicIPAddress", "NatGateway", "VirtualNetworkGateway", "AzureFirewall"})


def test_the_internet_is_refused_before_anything_is_allowed_since_the_routes_widen_the_networks_tag(made: Recorder):
    for group in made.of(f"{OPEN}NetworkSecurityGroup"):
        for direction, end in (("Inbound", "sourceAddressPrefix"), ("Outbound", "destinationAddressPrefix")):
            rules = _sorted(group, direction)
            assert rules[-1]["access"] == "Deny"
            assert rules[-1][end] == "*"
            allowing = [each["priority"] for each in rules if each["access"] == "Allow"]
            refusing = [each["priority"] for each in rules if each[end] == "Internet" and each["access"] == "Deny"]
            assert not allowing or min(refusing) < min(allowing)


def test_endpoints_answer_https_from_the_network_and_call_nobody(made: Recorder):
    group = made.the(f"{OPEN}NetworkSecurityGroup", "eu-endpoints")
    [allowed] = [each for each in _sorted(group, "Inbound") if each["access"] == "Allow"]
    assert (allowed["sourceAddressPrefix"], allowed["protocol"], allowed["destinationPortRange"]) == (
        "VirtualNetwork",
        "Tcp",
        "443",
    )
    assert {each["access"] for each in _sorted(group, "Outbound")} == {"Deny"}


def test_priorities_are_azures_and_no_two_of_a_direction_are_alike(made: Recorder):
    for group in made.of(f"{OPEN}NetworkSecurityGroup"):
        for direction in ("Inbound", "Outbound"):
            found = [each["priority"] for each in _sorted(group, direction)]
            assert len(set(found)) == len(found)
            assert all(100 <= each <= 4096 for each in found)


def test_it_is_encrypted_where_it_can_be(made: Recorder):
    inputs = made.the(f"{OPEN}VirtualNetwork").inputs
    assert inputs["encryption"] == {"enabled": True, "enforcement": "AllowUnencrypted"}
    assert inputs["addressSpace"] == {"addressPrefixes": ["10.219.0.0/16"]}
    assert "dhcpOptions" not in inputs


def test_subnets_are_made_one_after_the_other(made: Recorder):
    second = made.the(f"{OPEN}Subnet", "eu-workloads")
    assert any(urn.endswith("Subnet::eu-endpoints") for urn in second.dependencies)


def test_flow_logs_are_written_by_an_identity_that_may_do_nothing_else(made: Recorder):
    log = made.the(f"{OPEN}FlowLog")
    assert log.inputs["resourceGroupName"] == "NetworkWatcherRG"
    assert log.inputs["networkWatcherName"] == "NetworkWatcher_germanywestcentral"
    assert log.inputs["storageId"] == ACCOUNT
    assert log.inputs["targetResourceId"] == NETWORK
    assert log.inputs["retentionPolicy"] == {"enabled": False, "days": 0}
    identity = id_of("Microsoft.ManagedIdentity/userAssignedIdentities", "sovereign-eu-network-flow-logs")
    assert log.inputs["identity"] == {"type": "UserAssigned", "userAssignedIdentities": [identity]}
    right = made.the("azure-native:authorization:RoleAssignment")
    assert right.inputs["scope"] == ACCOUNT
    assert right.inputs["roleDefinitionId"].endswith("/ba92f5b4-2d11-453d-a403-e96b0029c9fe")
    assert any("RoleAssignment::eu-flow-logs" in urn for urn in log.dependencies)
    assert [hook for hook in log.hooks if "watcher" in hook], "Azure makes the watcher some time later"


def test_everything_says_where_it_is_and_bears_no_tag_of_its_own(made: Recorder):
    for each in made.seen:
        if each.type.startswith("azure-native:") and each.type not in (
            f"{OPEN}Subnet",
            "azure-native:authorization:RoleAssignment",
        ):
            assert each.inputs["location"] == "germanywestcentral", each.type
        assert "tags" not in each.inputs


def test_without_an_account_there_are_no_flow_logs():
    assert not network().of(f"{OPEN}FlowLog")


def test_a_network_elsewhere_has_another_block_and_stands_where_it_is_asked_for_in_any_spelling():
    made = network(location="West Europe", flow_logs_account_id=ACCOUNT)
    inputs = made.the(f"{OPEN}VirtualNetwork").inputs
    assert (inputs["location"], inputs["addressSpace"]["addressPrefixes"]) == ("westeurope", ["10.186.0.0/16"])
    assert made.the(f"{OPEN}FlowLog").inputs["networkWatcherName"] == "NetworkWatcher_westeurope"


def test_a_further_network_has_other_names_and_a_block_that_is_given():
    made = network(purpose="trading", cidr="10.99.0.0/27")
    assert made.the(f"{OPEN}VirtualNetwork").inputs["virtualNetworkName"] == "sovereign-eu-trading"
    prefixes = [each.inputs["addressPrefix"] for each in made.of(f"{OPEN}Subnet")]
    assert prefixes == ["10.99.0.0/29", "10.99.0.16/28"]


def test_it_resolves_listed_names_alone_once_its_subnets_are_made(made: Recorder):
    link = made.the("azure-native:dnsresolver:DnsResolverPolicyVirtualNetworkLink")
    assert link.inputs["virtualNetwork"] == {"id": NETWORK}
    assert any(urn.endswith("Subnet::eu-workloads") for urn in link.dependencies)
    allowed = made.the("azure-native:dnsresolver:DnsResolverDomainList", "eu-allowed").inputs
    assert allowed["dnsResolverDomainListName"] == "sovereign-eu-network-dns-allowed"


def test_it_resolves_what_it_is_told_where_dns_is_run_elsewhere():
    recorder = network(deployment=deployed(azureManagedElsewhere=["private-dns"]))
    assert not [each for each in recorder.seen if "dnsresolver" in each.type]


def test_a_cloud_that_is_not_known_to_have_dns_policies_gets_its_network_without():
    recorder = network(zone=in_government())
    assert recorder.of(f"{OPEN}VirtualNetwork")
    assert not [each for each in recorder.seen if "dnsresolver" in each.type]


@pytest.mark.parametrize(
    ("operation", "error", "waits"),
    [
        ("create", "ParentResourceNotFound: Parent resource 'NetworkWatcher_westeurope' not found.", True),
        ("create", "ResourceGroupNotFound: Resource group 'NetworkWatcherRG' could not be found.", True),
        ("create", "ResourceNotFound: the storage account 'flows' was not found.", False),
        ("create", "NetworkWatcher_westeurope: AuthorizationFailed", False),
        ("update", "Parent resource 'NetworkWatcher_westeurope' not found.", False),
    ],
)
def test_a_flow_log_waits_for_the_watcher_and_for_nothing_else(operation: str, error: str, waits: bool):
    assert worth_waiting(operation, [error], "NetworkWatcher_westeurope", "NetworkWatcherRG") is waits
    assert not worth_waiting(operation, [error] * 21, "NetworkWatcher_westeurope", "NetworkWatcherRG")


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"location": "eastus"}, "VnetBoundaryArgs.location"),
        ({"subscription": STRANGER}, "VnetBoundaryArgs.subscription"),
        ({"cidr": "8.8.0.0/16"}, "VnetBoundaryArgs.cidr"),
        ({"cidr": "10.0.0.0/28"}, "VnetBoundaryArgs.cidr"),
        ({"cidr": "10.0.0.1/16"}, "VnetBoundaryArgs.cidr"),
        ({"purpose": "Trading Floor"}, "VnetBoundaryArgs.purpose"),
        ({"allowed_domains": ["example.com", "*.com"]}, "VnetBoundaryArgs.allowed_domains[1]"),
        ({"flow_logs_account_id": VAULT}, "VnetBoundaryArgs.flow_logs_account_id"),
        (
            {"deployment": deployed(azureVnetCidrs=["germanywestcentral=8.8.0.0/16"])},
            "Pulumi.eu.yaml: sovereign-zones:azureVnetCidrs",
        ),
        (
            {"deployment": deployed(azureVnetCidrs=["germanywestcentral=10.186.0.0/16"])},
            "Pulumi.eu.yaml: sovereign-zones:azureVnetCidrs",
        ),
    ],
)
def test_bad_arguments_are_told_before_anything_is_made(arguments: dict[str, Any], where: str):
    assert refused(network, **arguments).where == where


def _sorted(group: Registered, direction: str) -> list[dict[str, Any]]:
    rules = [each for each in group.inputs["securityRules"] if each["direction"] == direction]
    return sorted(rules, key=lambda each: each["priority"])
