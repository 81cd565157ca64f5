"""What a platform imposes: who is exposed to it, and how it is accepted."""

from typing import Any

import pytest
from law_inputs import refused

from sovereignty import facts, risks
from sovereignty.errors import Problem
from sovereignty.zone import Zone, parse

WHERE = "zones/eu.yaml"


def wrong(data: object) -> list[Problem]:
    return refused(parse, data, WHERE)


def without(data: dict[str, Any], risk: str) -> dict[str, Any]:
    data["accepts"] = [row for row in data["accepts"] if row["risk"] != risk]
    return data


def on_azure(jurisdiction: str, *locations: str, keys: str = "premium-vault", cloud: str = "public") -> dict[str, Any]:
    return {
        "zone": "place",
        "title": "A place",
        "jurisdiction": jurisdiction,
        "azure": {"cloud": cloud, "home": locations[0], "regions": list(locations)},
        "retention": {"mode": "COMPLIANCE", "years": 1},
        "keys": {"azure": keys},
        "data_classes": {"pii": {"leaves": "never"}},
    }


def exposed(data: dict[str, Any]) -> set[str]:
    """The risks that a zone would have to accept, or can't, as its errors name them."""
    table = [risk.id for risk in facts.residual_risks()]
    found = "\n".join(problem.found for problem in wrong(data))
    return {name for name in table if f"exposed to {name}," in found or f"({name})" in found}


@pytest.mark.parametrize(
    "risk",
    [
        "aws.management-account",
        "aws.service-linked-roles",
        "azure.attestation-pair",
        "azure.directory-location",
        "azure.global-records",
        "azure.key-vault-pair",
        "azure.policy-post-actions",
        "azure.remote-operation",
        "provider-legal-reach",
    ],
)
def test_a_risk_that_applies_and_is_not_accepted_is_explained(eu: dict[str, Any], risk: str):
    (problem,) = wrong(without(eu, risk))
    assert problem.where == "zones/eu.yaml: accepts"
    assert problem.found.startswith(f"The zone is exposed to {risk}, and doesn't accept it. ")
    assert f"risk: {risk}" in problem.right


def test_the_pair_of_a_key_vault_is_named_with_its_country(eu: dict[str, Any]):
    (problem,) = wrong(without(eu, "azure.key-vault-pair"))
    assert "germanywestcentral to germanynorth (DE, part of EU)" in problem.found
    assert "westeurope to" not in problem.found


def test_a_risk_without_reason_is_refused(eu: dict[str, Any]):
    eu["accepts"][0]["reason"] = "  "
    (problem,) = wrong(eu)
    assert problem.where == "zones/eu.yaml: accepts[0].reason"
    del eu["accepts"][0]["reason"]
    (problem,) = wrong(eu)
    assert problem.found == "It is missing."


def test_a_risk_that_does_not_exist_is_refused_with_the_nearest(eu: dict[str, Any]):
    eu["accepts"].append({"risk": "aws.managment-account", "reason": "known"})
    (problem,) = wrong(eu)
    assert problem.where == f"zones/eu.yaml: accepts[{len(eu['accepts']) - 1}].risk"
    assert "aws.management-account" in problem.right


def test_a_risk_that_does_not_apply_is_refused(eu: dict[str, Any]):
    eu["accepts"].append({"risk": "azure.sentinel-processing", "reason": "known"})
    (problem,) = wrong(eu)
    assert problem.found == "azure.sentinel-processing does not apply to this zone."


def test_a_risk_that_is_accepted_twice_is_refused(eu: dict[str, Any]):
    eu["accepts"].append(eu["accepts"][0])
    (problem,) = wrong(eu)
    assert problem.found == "aws.management-account is accepted twice."


def test_while_the_places_are_wrong_no_risk_is_said_not_to_apply(eu: dict[str, Any]):
    eu["azure"]["regions"] = ["germanywestcentrall"]
    eu["azure"]["home"] = "germanywestcentrall"
    assert [problem.where for problem in wrong(eu)] == ["zones/eu.yaml: azure.regions[0]"]


def test_a_pair_inside_the_footprint_is_no_risk():
    assert "azure.key-vault-pair" not in exposed(on_azure("EU", "westeurope", "northeurope"))
    assert "azure.key-vault-pair" in exposed(on_azure("EU", "westeurope"))


def test_a_location_without_pair_is_no_risk():
    assert "azure.key-vault-pair" not in exposed(on_azure("EU", "polandcentral"))


@pytest.mark.parametrize(("jurisdiction", "location"), [("BR", "brazilsouth"), ("US", "westus3")])
def test_locations_whose_vaults_stay_where_they_are_carry_no_risk(jurisdiction: str, location: str):
    assert not {"azure.key-vault-pair", "azure.key-vault-pair-abroad"} & exposed(on_azure(jurisdiction, location))


def test_a_managed_hsm_is_not_copied_to_the_pair():
    assert "azure.key-vault-pair" not in exposed(on_azure("EU", "westeurope", keys="managed-hsm"))


def test_attestation_fails_over_to_any_pair_outside_the_footprint():
    assert "azure.attestation-pair" not in exposed(on_azure("EU", "westeurope", "northeurope"))
    assert "azure.attestation-pair" not in exposed(on_azure("EU", "polandcentral"))
    assert "azure.attestation-pair" in exposed(on_azure("EU", "westeurope", keys="managed-hsm"))
    assert "azure.attestation-pair" in exposed(on_azure("US", "usgovvirginia", cloud="usgovernment"))
    assert "azure.attestation-pair" not in exposed(on_azure("CN", "chinanorth3", cloud="china"))


def test_a_pair_of_attestation_abroad_is_named_and_can_be_accepted():
    data = on_azure("SG", "southeastasia", keys="managed-hsm")
    problem = next(problem for problem in wrong(data) if "azure.attestation-pair" in problem.found)
    assert "southeastasia to eastasia (HK, not part of SG)" in problem.found
    data["accepts"] = [{"risk": "azure.attestation-pair", "reason": "evidence carries no data"}]
    assert not [problem for problem in wrong(data) if "attestation" in problem.found]


PUBLIC_ALONE = {"azure.directory-location", "azure.global-records", "azure.remote-operation"}


@pytest.mark.parametrize(
    ("jurisdiction", "location"), [("EU", "westeurope"), ("US", "eastus2"), ("IN", "centralindia")]
)
def test_what_the_public_cloud_keeps_without_region_is_a_risk_of_every_zone_there(jurisdiction: str, location: str):
    assert exposed(on_azure(jurisdiction, location)) >= PUBLIC_ALONE


@pytest.mark.parametrize(
    ("jurisdiction", "location", "cloud"), [("US", "usgovvirginia", "usgovernment"), ("CN", "chinanorth3", "china")]
)
def test_a_cloud_of_its_own_keeps_that_within_itself(jurisdiction: str, location: str, cloud: str):
    assert not PUBLIC_ALONE & exposed(on_azure(jurisdiction, location, cloud=cloud))


GROUPS, RULES = "the action group (", "the rules over the activity log ("


@pytest.mark.parametrize(
    ("jurisdiction", "locations", "leaves"),
    [
        ("EU", ("westeurope", "Sweden Central"), ()),
        ("EU", ("westeurope",), (GROUPS,)),
        ("EU", ("germanywestcentral", "swedencentral"), (RULES,)),
        ("EU", ("francecentral",), (GROUPS, RULES)),
        ("US", ("eastus2", "centralus"), (RULES,)),
        ("IN", ("centralindia", "southindia"), (RULES,)),
    ],
)
def test_what_no_location_processes_of_the_alarms_is_global_and_named(
    jurisdiction: str, locations: tuple[str, ...], leaves: tuple[str, ...]
):
    found = [problem.found for problem in wrong(on_azure(jurisdiction, *locations)) if "global-alarms" in problem.found]
    assert len(found) == bool(leaves)
    for each in (GROUPS, RULES):
        assert (each in "".join(found)) is (each in leaves)


def test_alarms_of_a_cloud_of_its_own_stay_within_it():
    assert "azure.global-alarms" not in exposed(on_azure("US", "usgovvirginia", cloud="usgovernment"))


def test_a_pair_outside_the_jurisdiction_cannot_be_accepted():
    data = on_azure("SG", "southeastasia")
    problem = next(problem for problem in wrong(data) if problem.where.endswith("keys.azure"))
    assert "southeastasia to eastasia (HK, not part of SG)" in problem.found
    assert "managed-hsm" in problem.right
    data["accepts"] = [{"risk": "azure.key-vault-pair-abroad", "reason": "please"}]
    assert "azure.key-vault-pair-abroad can't be accepted." in [problem.found for problem in wrong(data)]


def test_the_mild_risk_does_not_cover_a_pair_outside_the_jurisdiction():
    data = on_azure("SG", "southeastasia")
    data["accepts"] = [{"risk": "azure.key-vault-pair", "reason": "known"}]
    assert "azure.key-vault-pair does not apply to this zone." in [problem.found for problem in wrong(data)]


@pytest.mark.parametrize(
    ("jurisdiction", "location", "elsewhere"),
    [
        ("EU", "westeurope", None),
        ("US", "eastus2", None),
        ("IL", "israelcentral", None),
        ("IN", "centralindia", "azure.sentinel-processing"),
        ("JP", "japaneast", "azure.sentinel-processing"),
        ("UK", "uksouth", "azure.sentinel-processing-europe"),
        ("CH", "switzerlandnorth", "azure.sentinel-processing-europe"),
    ],
)
def test_sentinel_processes_elsewhere_for_some_locations_only(jurisdiction: str, location: str, elsewhere: str | None):
    found = {name for name in exposed(on_azure(jurisdiction, location)) if name.startswith("azure.sentinel")}
    assert found == ({elsewhere} if elsewhere else set())


def test_sentinel_in_china_stays_in_china():
    found = exposed(on_azure("CN", "chinanorth3", cloud="china"))
    assert not any(name.startswith("azure.sentinel") for name in found)


def test_united_states_law_is_no_foreign_law_in_the_united_states():
    assert "provider-legal-reach" not in exposed(on_azure("US", "eastus2"))
    assert "provider-legal-reach" in exposed(on_azure("IN", "centralindia"))


def test_a_chinese_operator_is_not_bound_by_united_states_law():
    assert "provider-legal-reach" not in exposed(on_azure("CN", "chinanorth3", cloud="china"))


def test_the_reach_of_foreign_law_names_the_clouds(eu: dict[str, Any]):
    (problem,) = wrong(without(eu, "provider-legal-reach"))
    assert "AWS, Azure" in problem.found


def test_exposures_of_a_lawful_zone_are_what_it_accepts(eu: dict[str, Any]):
    zone: Zone = parse(eu, WHERE)
    assert {row.risk.id for row in risks.exposures(zone)} == {row.risk for row in zone.accepts}
