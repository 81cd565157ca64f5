"""Where a zone may live: regions, partitions, jurisdictions."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from law_inputs import refused

from sovereignty.errors import InputError, Problem
from sovereignty.zone import load_file, parse

WHERE = "zones/eu.yaml"


def only(data: object) -> Problem:
    problems = refused(parse, data, WHERE)
    assert len(problems) == 1, problems
    return problems[0]


def on_aws(jurisdiction: str, *regions: str, partition: str = "aws", accepts: tuple[str, ...] = ()) -> dict[str, Any]:
    risks = ("aws.management-account", "aws.service-linked-roles", *accepts)
    return {
        "zone": "place",
        "title": "A place",
        "jurisdiction": jurisdiction,
        "aws": {"partition": partition, "home": regions[0], "regions": list(regions)},
        "retention": {"mode": "GOVERNANCE", "years": 1},
        "keys": {"aws_origin": "AWS_KMS"},
        "data_classes": {"pii": {"leaves": "never"}},
        "accepts": [{"risk": risk, "reason": "known"} for risk in risks],
    }


LEGAL = ("provider-legal-reach",)


def test_a_region_outside_the_jurisdiction_is_refused_with_a_lawful_one(eu: dict[str, Any]):
    eu["aws"]["regions"][1] = "eu-west-2"
    problem = only(eu)
    assert problem.where == "zones/eu.yaml: aws.regions[1]"
    assert problem.found == "eu-west-2 is in GB, which is not part of jurisdiction EU."
    assert problem.right.startswith("Use a region in one of: AT BE BG CY ")
    assert problem.right.endswith("(for example eu-west-3, FR)")


def test_an_azure_location_outside_the_jurisdiction_is_refused(eu: dict[str, Any]):
    eu["azure"]["regions"].append("UK South")
    problem = only(eu)
    assert problem.where == "zones/eu.yaml: azure.regions[3]"
    assert problem.found == "uksouth is in GB, which is not part of jurisdiction EU."


def test_an_unknown_region_is_refused_with_the_nearest(eu: dict[str, Any]):
    eu["aws"]["regions"][1] = "eu-wset-1"
    assert "eu-west-1" in only(eu).right


def test_a_region_in_capitals_is_recognised_as_a_misspelling(eu: dict[str, Any]):
    eu["aws"]["regions"][1] = "EU-WEST-1"
    assert "Did you mean eu-west-1" in only(eu).right


def test_a_region_of_another_cloud_is_sent_there(eu: dict[str, Any]):
    eu["aws"]["regions"][1] = "westeurope"
    assert only(eu).right == "It is a region of Azure: name it under `azure:`."


def test_a_home_that_is_not_among_the_regions_is_refused(eu: dict[str, Any]):
    eu["aws"]["home"] = "eu-west-3"
    problem = only(eu)
    assert problem.where == "zones/eu.yaml: aws.home"
    assert problem.right == "Use one of: eu-central-1, eu-west-1; or add it to aws.regions."


def test_a_region_that_stands_twice_is_refused(eu: dict[str, Any]):
    eu["azure"]["regions"].append("West Europe")
    assert only(eu) == Problem("zones/eu.yaml: azure.regions[3]", "westeurope stands there twice.", "Keep it once.")


def test_an_empty_list_of_regions_is_refused(eu: dict[str, Any]):
    eu["aws"]["regions"] = []
    assert only(eu).where == "zones/eu.yaml: aws.regions"


def test_a_zone_without_any_cloud_is_refused(eu: dict[str, Any]):
    for key in ("aws", "azure"):
        del eu[key]
    eu["keys"] = {}
    assert only(eu).found.startswith("The zone has no footprint")


def test_every_spelling_of_an_azure_location_is_the_same_location(eu: dict[str, Any]):
    eu["azure"] = {"cloud": "public", "home": "Germany West Central", "regions": ["GermanyWestCentral", "West Europe"]}
    zone = parse(eu, WHERE)
    assert zone.azure is not None
    assert zone.azure.home == "germanywestcentral"
    assert zone.azure.holds("West Europe")
    assert zone.azure.holds("westeurope")
    assert not zone.azure.holds("North Europe")


def test_a_region_of_another_partition_is_refused():
    data = on_aws("US", "us-east-1", "us-gov-west-1")
    assert only(data).found == "us-gov-west-1 belongs to aws-us-gov, and aws.partition is aws."


def test_a_zone_may_live_in_another_partition():
    assert parse(on_aws("US", "us-gov-west-1", partition="aws-us-gov"), WHERE).zone == "place"
    assert parse(on_aws("EU", "eusc-de-east-1", partition="aws-eusc", accepts=LEGAL), WHERE).zone == "place"
    assert parse(on_aws("CN", "cn-north-1", partition="aws-cn"), WHERE).zone == "place"


@pytest.mark.parametrize("partition", ["aws-iso", "AWS", "", None, 7])
def test_a_partition_that_no_eligible_customer_can_get_is_refused(partition: Any):
    problem = only(on_aws("US", "us-east-1", partition=partition))
    assert problem.where == "zones/eu.yaml: aws.partition"
    assert problem.right == "Use one of: aws, aws-cn, aws-us-gov, aws-eusc."


def test_an_announced_region_is_refused_until_it_opens():
    problem = only(on_aws("SA", "me-west-1"))
    assert problem.found.startswith("me-west-1 is announced, and not open yet")
    assert problem.right == "AWS has no open region of aws in SA: leave `aws` out."


def test_a_restricted_location_is_allowed(eu: dict[str, Any]):
    eu["azure"]["regions"].append("germanynorth")
    eu["accepts"] = [row for row in eu["accepts"] if not row["risk"].endswith("-pair")]
    assert parse(eu, WHERE).zone == "eu"


def test_a_subdivision_holds_only_its_own_regions():
    assert parse(on_aws("US-CA", "us-west-1"), WHERE).countries == {"US"}
    problem = only(on_aws("US-CA", "us-west-1", "us-west-2"))
    assert problem.found == "us-west-2 is in US-OR, which is not part of jurisdiction US-CA."
    assert problem.right == "Use a region in US-CA   (for example us-west-1, US)"


def test_the_place_of_a_region_within_its_country_may_be_unknown():
    data = on_aws("CA-QC", "ca-central-1", accepts=LEGAL)
    assert parse(data, WHERE).jurisdiction == "CA-QC"
    assert only(on_aws("CA-QC", "ca-west-1")).found.startswith("ca-west-1 is in CA-AB")


def test_countries_with_unconditional_adequacy_are_a_jurisdiction_of_their_own():
    zone = parse(on_aws("EU+ADEQUATE", "eu-central-1", "eu-west-2", "eu-central-2", accepts=LEGAL), WHERE)
    assert {"DE", "GB", "CH"} <= zone.countries
    assert "US" not in zone.countries


def test_countries_with_conditional_adequacy_are_no_jurisdiction():
    problem = only(on_aws("EU+ADEQUATE-CONDITIONAL", "us-east-1"))
    assert problem.found.startswith("No zone can be declared under EU+ADEQUATE-CONDITIONAL: ")


@pytest.mark.parametrize(
    ("code", "right"), [("GB", "Did you mean UK?"), ("eu", "Did you mean EU"), ("EUU", "Did you mean EU")]
)
def test_an_unknown_jurisdiction_is_refused_with_the_nearest(code: str, right: str):
    problem = only(on_aws(code, "eu-central-1"))
    assert problem.where == "zones/eu.yaml: jurisdiction"
    assert problem.right.startswith(right)


def test_a_footprint_on_google_cloud_is_judged_by_the_same_rules(eu: dict[str, Any]):
    eu["gcp"] = {"home": "europe-west3", "regions": ["europe-west3", "europe-west2"]}
    assert only(eu).found == "europe-west2 is in GB, which is not part of jurisdiction EU."
    eu["gcp"]["regions"] = ["europe-west3"]
    zone = parse(eu, WHERE)
    assert zone.gcp is not None
    assert zone.gcp.holds("europe-west3")


def test_edge_pins_belong_to_the_partition_that_has_them():
    data = on_aws("CN", "cn-north-1", partition="aws-cn") | {"edge": ["acm"]}
    assert only(data).where == "zones/eu.yaml: edge"


def test_a_zone_whose_file_has_another_name_is_told_beside_what_else_is_wrong(tmp_path: Path, eu: dict[str, Any]):
    (tmp_path / "us.yaml").write_text(yaml.safe_dump(eu), encoding="utf-8")
    (tmp_path / "eu.yaml").write_text(yaml.safe_dump(eu | {"zone": "us"}), encoding="utf-8")
    with pytest.raises(InputError, match=r"The zone is us, and its file is named eu\.yaml"):
        load_file(tmp_path / "eu.yaml")
