import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import resource

from sovereignty.plan import UNKNOWN, Plan, Unknown, normalise_token

API_DAY = st.dates().map(lambda day: day.strftime("%Y%m%d").rjust(8, "0"))
SUFFIX = st.sampled_from(["", "preview", "privatepreview", "beta"])


@given(day=API_DAY, suffix=SUFFIX)
def test_every_spelling_of_an_azure_token_is_one_type(day: str, suffix: str):
    plain = "azure-native:storage:StorageAccount"
    assert normalise_token(plain) == plain
    assert normalise_token(f"azure-native:storage/v{day}{suffix}:StorageAccount") == plain
    assert normalise_token(f"azure-native_storage_v{day}{suffix}:storage:StorageAccount") == plain
    assert normalise_token(f"azure-native_storage_v{day}{suffix}:storage/v{day}{suffix}:StorageAccount") == plain


@given(day=API_DAY, suffix=SUFFIX)
def test_a_provider_of_one_api_version_is_the_same_provider(day: str, suffix: str):
    versioned = f"pulumi:providers:azure-native_storage_v{day}{suffix}"
    assert normalise_token(versioned) == "pulumi:providers:azure-native"


@given(st.text())
def test_any_text_is_normalised_once_and_for_all(token: str):
    once = normalise_token(token)
    assert normalise_token(once) == once


def test_the_short_form_of_an_aws_token_is_the_long_one():
    assert normalise_token("aws:s3:Bucket") == normalise_token("aws:s3/bucket:Bucket") == "aws:s3/bucket:Bucket"


def test_a_package_that_only_looks_like_azure_native_stays_what_it_is():
    assert normalise_token("azure-native-evil:storage:StorageAccount").startswith("azure-native-evil:")


def test_values_are_found_with_the_path_that_leads_to_them():
    table = resource(
        "aws:dynamodb/table:Table", {"replicas": [{"regionName": "eu-west-1"}, {"regionName": "us-east-1"}]}
    )
    assert list(table.values("replicas[].regionName")) == [
        ("replicas[0].regionName", "eu-west-1"),
        ("replicas[1].regionName", "us-east-1"),
    ]


def test_an_unknown_on_the_way_is_told_where_it_stands():
    table = resource("aws:dynamodb/table:Table", {"replicas": [UNKNOWN, {"regionName": UNKNOWN}]})
    assert list(table.values("replicas[].regionName")) == [
        ("replicas[0]", UNKNOWN),
        ("replicas[1].regionName", UNKNOWN),
    ]


def test_a_list_in_the_place_of_an_object_is_walked_all_the_same():
    flat = resource("t:t:T", {"logging": {"bucket": "b"}})
    listed = resource("t:t:T", {"logging": [{"bucket": "b"}]})
    assert list(flat.values("logging[].bucket")) == [("logging.bucket", "b")]
    assert list(listed.values("logging.bucket")) == [("logging[0].bucket", "b")]


def test_a_star_stands_for_every_key():
    it = resource("t:t:T", {"tags": {"a": "1", "b": "2"}})
    assert list(it.values("tags.*")) == [("tags.a", "1"), ("tags.b", "2")]


def test_what_is_absent_yields_nothing():
    assert list(resource("t:t:T", {"a": None}).values("a")) == []
    assert list(resource("t:t:T").values("a[].b")) == []


def test_an_unknown_is_neither_true_nor_false():
    assert Unknown() is UNKNOWN
    with pytest.raises(TypeError, match="is UNKNOWN"):
        bool(UNKNOWN)


def test_a_plan_is_in_the_order_of_its_urns_whatever_order_it_came_in():
    a, b = resource("t:t:T", name="a"), resource("t:t:T", name="b")
    assert [r.name for r in Plan([b, a])] == ["a", "b"]


def test_resources_are_found_by_their_normalised_types():
    old = resource("azure-native:storage/v20230101:StorageAccount", name="old")
    new = resource("azure-native:storage:StorageAccount", name="new")
    plan = Plan([old, new, resource("aws:s3/bucket:Bucket")])
    assert {r.name for r in plan.of_type("azure-native:storage:StorageAccount")} == {"old", "new"}
    assert plan.of_type("aws:kms/key:Key") == ()


def test_a_source_outside_the_stack_is_none():
    key = resource("aws:kms/key:Key", name="key")
    it = resource("t:t:T", made_from={"keyId": (key, "urn:pulumi:eu::shop::t:t:T::gone")})
    assert Plan([it, key]).sources(it, "keyId") == (key, None)


def test_what_has_no_provider_is_a_component_unless_its_source_says_otherwise():
    assert resource("app:index:Store", component=True).component
    assert not resource("app:index:Store").component
    assert not resource("app:index:Store", component=True, custom=True).component
