"""The names that a zone's networks on Azure resolve."""

from __future__ import annotations

from typing import Any

import pytest
from azure_networks import ACCOUNT, NETWORK, STRANGER, id_of, in_government, made_of, refused
from built import Recorder, declared

from components.azure.dns_policy import DnsSecurityPolicy, DnsSecurityPolicyArgs, resolved
from sovereignty.facts.azure_clouds import private_kinds, private_zones, suffix

pytestmark = pytest.mark.engine

OF = "azure-native:dnsresolver:"


def policy(**arguments: Any) -> tuple[Recorder, Any]:
    given = {"resource_group_name": "rg", "vnet_ids": {"network": NETWORK}, **arguments}
    return made_of(DnsSecurityPolicy, DnsSecurityPolicyArgs, **given)


def resolves(name: str, *more: str) -> bool:
    return any(f".{name}.".endswith(f".{each}") for each in resolved(declared("eu"), more))


def test_a_list_is_let_through_and_every_other_name_refused():
    made, outputs = policy()
    lists = {each.name: each.inputs["domains"] for each in made.of(f"{OF}DnsResolverDomainList")}
    assert lists == {"eu-allowed": resolved(declared("eu")), "eu-every": ["."]}
    rules = {each.name: each.inputs for each in made.of(f"{OF}DnsSecurityRule")}
    assert rules["eu-allowed"]["action"] == {"actionType": "Allow"}
    assert rules["eu-every"]["action"] == {"actionType": "Block"}
    assert 100 <= rules["eu-allowed"]["priority"] < rules["eu-every"]["priority"] <= 65000
    assert {each["dnsSecurityRuleState"] for each in rules.values()} == {"Enabled"}
    assert rules["eu-every"]["dnsResolverDomainLists"] == [
        {"id": id_of("Microsoft.Network/dnsResolverDomainLists", "sovereign-eu-dns-every")}
    ]
    assert outputs == {"policy_id": id_of("Microsoft.Network/dnsResolverPolicies", "sovereign-eu-dns")}


def test_a_network_is_bound_once_both_rules_are_there():
    made, _ = policy()
    link = made.the(f"{OF}DnsResolverPolicyVirtualNetworkLink")
    assert link.inputs["virtualNetwork"] == {"id": NETWORK}
    assert {"eu-allowed", "eu-every"} <= {urn.rpartition("::")[2] for urn in link.dependencies}


def test_everything_is_in_the_networks_location_in_any_spelling():
    made, _ = policy(location="West Europe")
    places = {each.inputs["location"] for each in made.seen if each.type.startswith("azure-native")}
    assert places == {"westeurope"}


def test_a_private_endpoint_is_found_by_its_public_name_and_by_where_that_leads():
    for kind in private_kinds("public"):
        for zone in private_zones("public", kind):
            assert resolves(f"own.{zone}")
            assert resolves(f"own.{zone.removeprefix('privatelink.')}")
    assert resolves("own.vault.azure.net")
    assert resolves("7.0.0.10.in-addr.arpa")
    assert resolves("4.1.31.172.in-addr.arpa")
    assert resolves("machine.abc.ax.internal.cloudapp.net")


@pytest.mark.parametrize(
    "name",
    ["example.com", "own.blob.core.windows.net.example.com", "evilblob.core.windows.net", "4.1.32.172.in-addr.arpa"],
)
def test_no_other_name_is_resolved(name: str):
    assert not resolves(name)


@pytest.mark.parametrize("cloud", ["public", "usgovernment", "china"])
def test_every_cloud_has_its_own_list(cloud: str):
    law = declared("eu")
    there = law.model_copy(update={"azure": law.azure and law.azure.model_copy(update={"cloud": cloud})})
    found = resolved(there)
    assert f"{private_zones(cloud, 'blob')[0].removeprefix('privatelink.')}." in found
    assert f"{suffix(cloud, 'vault')}." in found


def test_a_name_that_is_added_lets_all_below_it_through():
    assert resolves("own.database.windows.net", "database.windows.net")


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"location": "eastus"}, "location"),
        ({"zone": in_government()}, "location"),
        ({"allowed_domains": ["com"]}, "allowed_domains[0]"),
        ({"allowed_domains": ["Example.com"]}, "allowed_domains[0]"),
        ({"allowed_domains": ["example.com."]}, "allowed_domains[0]"),
        ({"allowed_domains": [f"{'a' * 60}." * 5 + "com"]}, "allowed_domains[0]"),
        ({"vnet_ids": {}}, "vnet_ids"),
        ({"vnet_ids": {"My Network": NETWORK}}, "vnet_ids"),
        ({"vnet_ids": {"network": ACCOUNT}}, "vnet_ids.network"),
        ({"vnet_ids": {"network": id_of("Microsoft.Network/virtualNetworks", "n", STRANGER)}}, "vnet_ids.network"),
    ],
)
def test_bad_arguments_are_told_before_anything_is_made(arguments: dict[str, Any], where: str):
    assert refused(policy, **arguments).where == f"DnsSecurityPolicyArgs.{where}"


def test_a_cloud_that_is_not_known_to_have_them_is_told_with_the_tables_date():
    problem = refused(policy, zone=in_government())
    assert problem.found.startswith("usgovvirginia does not offer DNS security policies (as of 2026-")
