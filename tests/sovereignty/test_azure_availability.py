"""What Azure offers where, and what its clouds are called: dated tables that errors rest on."""

import pytest

from sovereignty import facts
from sovereignty.facts import azure_availability, azure_clouds
from sovereignty.facts.azure_availability import confidential, locations, offered, unavailable

CAPABILITIES = facts.read_table("azure_availability")["capabilities"]
CLOUDS = facts.read_table("azure_clouds")["clouds"]


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_a_row_names_only_locations_and_clouds_that_exist_and_none_both_ways(capability: str):
    row = CAPABILITIES[capability]
    here, gone = row.get("locations", []), row.get("lacking", [])
    assert all(facts.region("azure", code) for code in (*here, *gone))
    assert len(here) == len(set(here))
    assert not set(here) & set(gone)
    named = {found.partition for code in here if (found := facts.region("azure", code))}
    assert not named & set(row.get("without", []))
    assert {*row.get("clouds", []), *row.get("without", [])} <= set(facts.partitions("azure"))


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_a_row_has_a_source_and_what_an_unnamed_location_means(capability: str):
    row = CAPABILITIES[capability]
    assert row["source"]
    assert row["unlisted"] in ("refuse", "allow")
    assert row["verified"] or row["unlisted"] == "allow" or row.get("clouds"), "a refusal rests on a list that was read"


def test_a_list_that_is_whole_refuses_what_it_does_not_name():
    assert offered("sentinel", "centralindia")
    assert not offered("sentinel", "southindia")
    assert not offered("sentinel", "polandcentral")


def test_a_list_that_is_not_whole_refuses_only_what_it_names():
    assert offered("confidential-dcasv5", "westeurope")
    assert offered("confidential-dcasv5", "polandcentral")
    assert not offered("confidential-dcasv5", "westus2")
    assert not offered("managed-hsm-extension", "westeurope")
    assert offered("managed-hsm-extension", "northeurope")


def test_a_cloud_has_what_the_table_says_of_it_as_a_whole():
    assert offered("network-security-perimeter", "denmarkeast")
    assert not offered("network-security-perimeter", "usgovvirginia")
    assert not offered("attestation", "chinanorth3")
    assert not offered("sentinel", "chinaeast2")


def test_a_location_counts_in_any_spelling():
    assert not offered("sentinel", "South India")
    assert offered("sentinel", "Central India")
    assert offered("sentinel", " WEST  europe ")


def test_the_locations_of_a_capability_are_those_that_offer_it():
    assert {"usgovvirginia", "usgovarizona"} <= locations("attestation")
    assert not {"usgovtexas", "chinanorth3"} & locations("attestation")


def test_what_is_not_there_is_told_with_the_place_the_date_and_what_would_do():
    problem = unavailable("AuditWorkspaceArgs.location", "sentinel", "South India", ("centralindia", "southindia"))
    assert problem.where == "AuditWorkspaceArgs.location"
    assert problem.found == f"southindia does not offer sentinel (as of {azure_availability.as_of()})."
    assert problem.right == "Use centralindia."
    problem = unavailable("A.size", "confidential-dcasv5", "westus2", ("westus2",), "Standard_DC4as_v5")
    assert problem.found.startswith("westus2 does not offer Standard_DC4as_v5 (as of ")
    assert problem.right == "None of the zone's locations offers it."
    problem = unavailable("A.size", "confidential-dcasv5", "westus2", ("westus2",), "x", "Standard_DC4as_v6")
    assert problem.right == "None of the zone's locations offers it. Use Standard_DC4as_v6, which westus2 does."


def test_a_location_that_the_table_names_comes_before_one_that_it_only_lets_through():
    among = ("polandcentral", "westus2", "westeurope")
    problem = unavailable("A.size", "confidential-dcasv5", "westus2", among, "x", "Standard_DC4as_v6")
    assert problem.right == (
        "Set `location` to westeurope or polandcentral. Or use Standard_DC4as_v6, which westus2 offers."
    )


@pytest.mark.parametrize(
    ("size", "location", "found"),
    [
        ("Standard_DC4as_v5", "West US 2", "Standard_DC4as_v6"),
        ("standard_ec16ads_v5", "westus2", "standard_ec16ads_v6"),
        ("Standard_DC4as_v6", "westus2", None),
        ("Standard_NCC40ads_H100_v5", "westus2", None),
        ("Standard_D4as", "westus2", None),
    ],
)
def test_a_later_family_of_the_same_kind_is_found(size: str, location: str, found: str | None):
    assert azure_availability.later(size, location) == found


@pytest.mark.parametrize(
    ("size", "capability"),
    [
        ("Standard_DC4as_v5", "confidential-dcasv5"),
        ("Standard_EC96ads_v6", "confidential-ecadsv6"),
        ("standard_dc2es_v6", "confidential-dcesv6"),
        ("Standard_NCC40ads_H100_v5", "confidential-nccadsh100v5"),
        ("DC4as_v5", None),
        ("Standard_DC4as_v5; rm", None),
        ("", None),
    ],
)
def test_a_size_says_its_family(size: str, capability: str | None):
    assert confidential(size) == capability
    assert capability is None or offered(capability, "westeurope")


def test_a_capability_or_cloud_that_nobody_knows_is_named():
    with pytest.raises(LookupError, match="no capability managed-hsms"):
        offered("managed-hsms", "westeurope")
    with pytest.raises(LookupError, match="no cloud german"):
        azure_clouds.suffix("german", "vault")
    with pytest.raises(LookupError, match="china has no suffixes of attest"):
        azure_clouds.suffix("china", "attest")


def test_every_cloud_of_the_locations_has_its_names():
    assert set(CLOUDS) == set(facts.partitions("azure"))
    for cloud, row in CLOUDS.items():
        assert set(row["addresses"]) == {"resource_manager", "login", "graph", "portal"}, cloud
        assert {"vault", "managedhsm", "blob", "monitor"} <= set(azure_clouds.private_kinds(cloud))
        for path in row["unverified"]:
            part, name = path.split(".")
            assert name in row[part], path


def test_the_clouds_share_no_name():
    names = [{*row["suffixes"].values(), *row["addresses"].values()} for row in CLOUDS.values()]
    zones = [{zone for kind in row["private_link"].values() for zone in kind} for row in CLOUDS.values()]
    for sets in (names, zones):
        assert len(set().union(*sets)) == sum(map(len, sets))


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_private_zone_is_the_services_suffix_below_privatelink(cloud: str):
    assert azure_clouds.private_zone(cloud, "blob") == f"privatelink.blob.{azure_clouds.suffix(cloud, 'storage')}"
    assert azure_clouds.private_zone(cloud, "monitor") == f"privatelink.{azure_clouds.suffix(cloud, 'monitor')}"
    assert azure_clouds.private_zone(cloud, "managedhsm") == f"privatelink.{azure_clouds.suffix(cloud, 'hsm')}"
    assert all(zone.startswith("privatelink.") for zone in azure_clouds.private_zones(cloud, "monitor"))


def test_a_vault_is_reached_under_another_name_than_its_own():
    assert azure_clouds.suffix("usgovernment", "vault") == "vault.usgovcloudapi.net"
    assert azure_clouds.private_zone("usgovernment", "vault") == "privatelink.vaultcore.usgovcloudapi.net"
