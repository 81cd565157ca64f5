"""The shape of a zone file: its keys, their types, and what each error says."""

from typing import Any

import pytest
from law_inputs import refused

from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone, parse

WHERE = "zones/eu.yaml"


def wrong(data: object) -> list[Problem]:
    return refused(parse, data, WHERE, ("us",))


def only(data: object) -> Problem:
    problems = wrong(data)
    assert len(problems) == 1, problems
    return problems[0]


def test_the_eu_zone_is_lawful_and_read_as_it_stands(eu: dict[str, Any]):
    zone = parse(eu, WHERE, ("us",))
    assert zone.aws is not None
    assert zone.aws.regions == ("eu-central-1", "eu-west-1")
    assert zone.retention.years == 7
    assert zone.data_classes["analytics"].to == ("us",)
    assert zone.accepts[0].risk == "aws.management-account"


def test_tags_name_the_jurisdiction_the_zone_and_the_first_data_class(eu: dict[str, Any]):
    assert parse(eu, WHERE).tags() == {
        "DataResidency": "EU",
        "Zone": "eu",
        "DataClassification": "pii",
        "ManagedBy": "sovereign-zones",
    }


def test_tags_take_a_data_class_of_the_zone_and_no_other(eu: dict[str, Any]):
    zone = parse(eu, WHERE)
    assert zone.tags("analytics")["DataClassification"] == "analytics"
    with pytest.raises(ValueError, match="no data class 'secret'"):
        zone.tags("secret")


def test_the_file_without_schema_is_version_one(eu: dict[str, Any]):
    del eu["schema"]
    assert parse(eu, WHERE).schema_version == 1


@pytest.mark.parametrize("version", [2, 0, "1", True, None, [1], 1.5])
def test_another_schema_version_is_refused(eu: dict[str, Any], version: object):
    eu["schema"] = version
    assert only(eu).where == "zones/eu.yaml: schema"


def test_numbers_may_arrive_as_floats_as_the_engine_sends_them(eu: dict[str, Any]):
    eu["schema"] = 1.0
    eu["retention"] = {"mode": "COMPLIANCE", "years": 7.0, "archive_after_days": 90.0}
    years = parse(eu, WHERE).retention.years
    assert years == 7
    assert isinstance(years, int)


def test_a_misspelt_key_is_named_with_the_nearest_one(eu: dict[str, Any]):
    eu["retentoin"] = eu.pop("retention")
    assert Problem(f"{WHERE}: retentoin", "There is no such key.", "Did you mean retention?") in wrong(eu)


def test_a_misspelt_key_in_a_part_is_named_with_its_path(eu: dict[str, Any]):
    eu["data_classes"]["pii"] = {"leaves": "never", "too": ["us"]}
    assert only(eu) == Problem(f"{WHERE}: data_classes.pii.too", "There is no such key.", "Did you mean to?")


def test_the_names_of_our_own_code_are_not_keys_of_the_file(eu: dict[str, Any]):
    eu["schema_version"] = eu.pop("schema")
    assert only(eu).where == f"{WHERE}: schema_version"


@pytest.mark.parametrize("key", ["zone", "title", "jurisdiction", "retention", "keys", "data_classes"])
def test_a_missing_key_is_named_with_an_example(eu: dict[str, Any], key: str):
    del eu[key]
    problem = next(problem for problem in wrong(eu) if problem.where == f"{WHERE}: {key}")
    assert problem.found == "It is missing."
    assert problem.right.startswith(f"Add `{key}: ")


@pytest.mark.parametrize("key", ["partition", "home", "regions"])
def test_a_missing_key_of_a_footprint_is_named(eu: dict[str, Any], key: str):
    del eu["aws"][key]
    assert only(eu).where == f"{WHERE}: aws.{key}"


@pytest.mark.parametrize("value", ["text", 7, True, [1], 2.5])
@pytest.mark.parametrize("key", ["aws", "azure", "retention", "keys", "data_classes", "break_glass"])
def test_a_part_that_is_no_mapping_is_refused(eu: dict[str, Any], key: str, value: object):
    eu[key] = value
    problem = wrong(eu)[0]
    assert problem.where == f"{WHERE}: {key}"
    assert problem.found.startswith("A mapping is expected, found ")


@pytest.mark.parametrize("value", ["eu-west-1", {"a": 1}, 7, {"eu-west-1"}])
def test_regions_that_are_no_list_are_refused(eu: dict[str, Any], value: object):
    eu["aws"]["regions"] = value
    assert only(eu).found.startswith("A list is expected, found ")


@pytest.mark.parametrize("value", [None, 7, True, ["x"], {}])
def test_a_title_that_is_no_text_is_refused(eu: dict[str, Any], value: object):
    eu["title"] = value
    assert only(eu).found.startswith("Text is expected, found ")


def test_a_country_code_that_yaml_reads_as_false_is_explained(eu: dict[str, Any]):
    eu["jurisdiction"] = False
    assert "YAML reads a bare yes, no, on and off as truth values" in only(eu).right


@pytest.mark.parametrize(
    "name", ["EU", "e u", "eu_1", "1eu", "-eu", "eu-", "e--u", "", "a" * 17, "eü", "eu\n", "../eu"]
)
def test_a_name_that_cannot_go_into_names_and_tags_is_refused(eu: dict[str, Any], name: str):
    eu["zone"] = name
    assert wrong(eu)[0].where == f"{WHERE}: zone"


@pytest.mark.parametrize("name", ["none", "foundation"])
def test_a_name_with_another_meaning_is_refused(eu: dict[str, Any], name: str):
    eu["zone"] = name
    assert only(eu).found.startswith(f"{name} is taken: ")


@pytest.mark.parametrize("years", [0, 101, -1, 7.5, "7", True, None, float("nan"), float("inf"), 10**400])
def test_a_retention_out_of_bounds_is_refused(eu: dict[str, Any], years: object):
    eu["retention"]["years"] = years
    assert only(eu).where == f"{WHERE}: retention.years"


@pytest.mark.parametrize("years", [1, 100])
def test_a_retention_at_its_bounds_is_lawful(eu: dict[str, Any], years: int):
    eu["retention"]["years"] = years
    assert parse(eu, WHERE).retention.days == 365 * years


def test_data_is_not_archived_after_it_may_be_deleted(eu: dict[str, Any]):
    eu["retention"] = {"mode": "COMPLIANCE", "years": 1, "archive_after_days": 365}
    problem = only(eu)
    assert problem.where == f"{WHERE}: retention.archive_after_days"
    assert problem.found == "365 days are not less than the retention of 365 days."
    eu["retention"]["archive_after_days"] = 364
    assert parse(eu, WHERE).retention.archive_after_days == 364


def test_data_need_not_be_archived(eu: dict[str, Any]):
    del eu["retention"]["archive_after_days"]
    assert parse(eu, WHERE).retention.archive_after_days is None


@pytest.mark.parametrize("mode", ["compliance", "LEGAL", None, 1])
def test_an_unknown_retention_mode_is_refused(eu: dict[str, Any], mode: object):
    eu["retention"]["mode"] = mode
    assert "COMPLIANCE" in only(eu).right


def test_a_zone_without_data_class_is_refused(eu: dict[str, Any]):
    eu["data_classes"] = {}
    assert only(eu).found.startswith("At least one data class is needed")


@pytest.mark.parametrize("name", ["PII", "p i", "", 7, "pii!", "p" * 64])
def test_a_data_class_with_a_name_unfit_for_tags_is_refused(eu: dict[str, Any], name: object):
    eu["data_classes"] = {name: {"leaves": "never"}}
    assert "name of a data class" in only(eu).found


def test_data_that_never_leaves_names_no_zone(eu: dict[str, Any]):
    eu["data_classes"]["pii"]["to"] = ["us"]
    assert only(eu).where == f"{WHERE}: data_classes.pii.to"


@pytest.mark.parametrize("leaves", ["anonymised", "pseudonymised"])
def test_data_that_leaves_in_a_form_names_its_zones(eu: dict[str, Any], leaves: str):
    eu["data_classes"]["pii"] = {"leaves": leaves}
    assert only(eu).found == f"Data leaves {leaves}, but no zone is named."


def test_data_that_leaves_freely_needs_no_zone(eu: dict[str, Any]):
    eu["data_classes"]["open"] = {"leaves": "free"}
    assert parse(eu, WHERE).data_classes["open"].to == ()


def test_data_leaves_only_to_zones_that_are_declared(eu: dict[str, Any]):
    eu["data_classes"]["analytics"]["to"] = ["usa"]
    assert only(eu) == Problem(f"{WHERE}: data_classes.analytics.to[0]", "There is no zone usa.", "Did you mean us?")


def test_data_does_not_leave_for_its_own_zone(eu: dict[str, Any]):
    eu["data_classes"]["analytics"]["to"] = ["us", "eu"]
    assert only(eu).where == f"{WHERE}: data_classes.analytics.to[1]"


def test_without_siblings_the_destinations_are_left_alone(eu: dict[str, Any]):
    eu["data_classes"]["analytics"]["to"] = ["jp"]
    assert parse(eu, "pack configuration").data_classes["analytics"].to == ("jp",)


@pytest.mark.parametrize(
    "role",
    ["break-glass", "sovereign/", "/sovereign/x", "sovereign/deployment", "sovereign/guards/x", "sovereign/a b", 7],
)
def test_a_break_glass_role_outside_its_protected_path_is_refused(eu: dict[str, Any], role: object):
    eu["break_glass"] = {"aws_role": role}
    assert only(eu).right == "Write sovereign/break-glass."


def test_break_glass_is_a_protected_role_where_nothing_is_said(eu: dict[str, Any]):
    del eu["break_glass"]
    assert parse(eu, WHERE).break_glass.aws_role == "sovereign/break-glass"


def test_keys_are_given_for_each_cloud_of_the_footprint(eu: dict[str, Any]):
    del eu["keys"]["azure"]
    assert only(eu) == Problem(
        f"{WHERE}: keys.azure", "It is missing, and the zone has a footprint there.", "Add `azure: premium-vault`."
    )


def test_keys_of_a_cloud_without_footprint_are_refused(eu: dict[str, Any]):
    del eu["aws"]
    eu["accepts"] = [row for row in eu["accepts"] if not row["risk"].startswith("aws.")]
    assert only(eu).where == f"{WHERE}: keys.aws_origin"


@pytest.mark.parametrize(("key", "value"), [("aws_origin", "KMS"), ("azure", "managed_hsm")])
def test_an_unknown_origin_of_keys_is_refused_with_the_nearest(eu: dict[str, Any], key: str, value: str):
    eu["keys"][key] = value
    problem = only(eu)
    assert problem.where == f"{WHERE}: keys.{key}"
    assert "AWS_KMS" in problem.right or "managed-hsm" in problem.right


def test_content_bearing_services_are_opened_by_their_known_names(eu: dict[str, Any]):
    eu["content_bearing"] = ["cloudfront", "cloudfornt"]
    assert only(eu) == Problem(
        f"{WHERE}: content_bearing[1]",
        "cloudfornt is not a service that carries content out of every zone.",
        "Did you mean cloudfront?",
    )


def test_an_unknown_edge_is_refused(eu: dict[str, Any]):
    eu["edge"] = ["acm", "cdn"]
    assert only(eu).where == f"{WHERE}: edge[1]"


def test_what_stands_twice_is_refused(eu: dict[str, Any]):
    eu["edge"] = ["acm", "acm"]
    assert only(eu) == Problem(f"{WHERE}: edge[1]", "acm stands there twice.", "Keep it once.")


def test_all_problems_of_a_file_are_told_in_its_order(eu: dict[str, Any]):
    eu["title"] = 5
    eu["aws"]["regions"][1] = "eu-west-2"
    eu["retention"]["years"] = 200
    eu["colour"] = "blue"
    del eu["keys"]
    assert [problem.where.removeprefix(f"{WHERE}: ") for problem in wrong(eu)] == [
        "title",
        "aws.regions[1]",
        "retention.years",
        "colour",
        "keys",
    ]


def test_a_message_repeats_no_control_characters_and_no_long_text(eu: dict[str, Any]):
    eu["jurisdiction"] = "\x1b[31m"
    assert "\x1b" not in str(only(eu))
    eu["jurisdiction"] = "x" * 150
    assert "x" * 100 not in str(only(eu))


@pytest.mark.parametrize("data", [None, [], "zone", 7, True])
def test_what_is_no_mapping_is_no_zone(data: object):
    assert only(data).where == WHERE


def test_a_zone_cannot_be_made_unlawful_by_hand(eu: dict[str, Any]):
    eu["aws"]["regions"].append("us-east-1")
    with pytest.raises(InputError, match="us-east-1 is in US"):
        Zone.model_validate(eu)


def test_a_zone_survives_being_written_as_data_and_read_again(eu: dict[str, Any]):
    zone = parse(eu, WHERE)
    assert parse(zone.model_dump(mode="json", by_alias=True), WHERE) == zone
