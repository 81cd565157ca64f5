"""Conditions and fields. Known answers: definition-structure-policy-rule, "Conditions" and "Fields"."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policies_as_data import ALIASES, STORAGE, TEST, definition, judged, matches, resource

from sovereignty.azure_policy.conditions import OPPOSITES
from sovereignty.azure_policy.errors import EvaluationFailed, LanguageError
from sovereignty.azure_policy.evaluate import evaluate
from sovereignty.azure_policy.resource import AzureResource

PROPERTY = f"{TEST}/property"


def fits(value: Any, operator: str, target: Any) -> bool:
    return matches({"field": PROPERTY, operator: target}, resource(property=value))


def test_strings_are_compared_without_case_and_only_match_minds_it() -> None:
    assert fits("Enabled", "equals", "enabled")
    assert fits("Standard_GRS", "in", ["standard_grs"])
    assert fits("Contoso-West", "like", "contoso*")
    assert fits("contoso-west", "like", "Contoso*")
    assert fits("Contoso", "contains", "TOS")
    assert fits("Contoso", "matchInsensitively", "cONTOSO")
    assert not fits("Contoso", "match", "contoso")


def test_match_knows_digit_letter_and_any() -> None:
    assert fits("ab-12x", "match", "??-##.")
    assert not fits("a1-12x", "match", "??-##.")
    assert not fits("ab-1", "match", "??-##")
    assert fits("a*b", "match", "a*b")
    assert not fits("axb", "match", "a*b")


def test_like_has_one_wildcard_that_spans_everything() -> None:
    assert fits("netrg", "like", "*netrg")
    assert fits("a.b+c", "like", "a.b+*")
    assert not fits("aXb+c", "like", "a.b+*")
    with pytest.raises(LanguageError, match="more than one wildcard"):
        fits("abc", "like", "*b*")


def test_booleans_and_numbers_equal_their_text() -> None:
    assert fits(True, "equals", "true")
    assert fits("True", "equals", True)
    assert fits(22, "equals", "22")
    assert fits("3389", "equals", 3389)
    assert fits(1.0, "equals", 1)
    assert not fits(True, "equals", 1)
    assert not fits(["a"], "equals", "a")


def test_order_is_by_number_date_or_letters_and_never_across_types() -> None:
    assert fits(7, "less", 30)
    assert not fits(30, "less", 30)
    assert fits(30, "lessOrEquals", 30)
    assert fits("b", "greater", "A")
    assert fits("2026-01-01T00:00:00Z", "less", "2025-12-31T23:00:00-05:00")
    for value, target in ((7, "30"), ("7", 30), (True, 2), ("1.2", "1.10"), (None, 3)):
        with pytest.raises(EvaluationFailed):
            fits(value, "less", target)


def test_an_absent_value_fits_no_condition_and_each_opposite() -> None:
    absent = resource()
    assert matches({"field": PROPERTY, "exists": False}, absent)
    assert matches({"field": PROPERTY, "exists": "false"}, absent)
    assert not matches({"field": PROPERTY, "exists": True}, absent)
    targets = {"in": ["a"]}
    for negative, positive in OPPOSITES.items():
        target = targets.get(positive, "a")
        assert not matches({"field": PROPERTY, positive: target}, absent), positive
        assert matches({"field": PROPERTY, negative: target}, absent), negative


def test_what_microsoft_does_not_say_about_absent_values_is_refused_where_it_decides() -> None:
    for condition in ({"equals": ""}, {"in": ["", "a"]}, {"like": "*"}, {"notContains": ""}, {"less": 3}):
        with pytest.raises(EvaluationFailed):
            matches({"field": PROPERTY, **condition})
    undecided = {"field": PROPERTY, "equals": ""}
    assert matches({"anyOf": [undecided, {"field": PROPERTY, "exists": False}]})
    assert not matches({"allOf": [undecided, {"field": PROPERTY, "exists": True}]})
    assert not matches({"not": {"anyOf": [{"field": PROPERTY, "exists": False}, undecided]}})


def test_only_the_field_location_is_normalised() -> None:
    for spelling in ("westeurope", "West Europe", "WESTEUROPE"):
        here = AzureResource.of(TEST, location=spelling, properties={"location": spelling})
        assert matches({"field": "location", "equals": "West Europe"}, here)
        assert matches({"field": "Location", "in": ["northeurope", "west europe"]}, here)
        assert not matches({"field": "location", "notIn": ["westeurope"]}, here)
    there = resource(location="West Europe")
    assert not matches({"field": f"{TEST}/location", "equals": "westeurope"}, there)
    folded = f"[toLower(replace(field('{TEST}/location'), ' ', ''))]"
    assert matches({"value": folded, "equals": "westeurope"}, there)


def test_an_alias_has_no_value_on_another_type_so_not_equals_holds_there() -> None:
    sku = f"{STORAGE}/sku.name"
    local = AzureResource.of(STORAGE, sku={"name": "Standard_LRS"})
    assert not matches({"field": sku, "notEquals": "Standard_LRS"}, local)
    disk = AzureResource.of("Microsoft.Compute/disks", sku={"name": "Standard_LRS"})
    assert matches({"field": sku, "notEquals": "Standard_LRS"}, disk)
    typed = {"allOf": [{"field": "type", "equals": STORAGE}, {"field": sku, "notEquals": "Standard_LRS"}]}
    assert not matches(typed, disk)


def test_the_plain_fields() -> None:
    blob = AzureResource.of(
        f"{STORAGE}/blobServices",
        name="account/default",
        kind="BlobStorage",
        identity={"type": "SystemAssigned, UserAssigned"},
        tags={"Acct.CostCenter": "7", "env": "Prod", "'q'": "y"},
        subscription={"subscriptionId": "s"},
        resource_group={"name": "g"},
    )
    for field, value in {
        "name": "default",
        "fullName": "account/default",
        "kind": "blobstorage",
        "type": "microsoft.storage/storageaccounts/blobservices",
        "id": f"/subscriptions/s/resourceGroups/g/providers/{STORAGE}/account/blobServices/default",
        "identity.type": "SystemAssigned, UserAssigned",
        "tags['Acct.CostCenter']": "7",
        "tags[Acct.CostCenter]": "7",
        "tags.env": "prod",
        "tags['ENV']": "prod",
        "tags['''q''']": "y",
    }.items():
        assert matches({"field": field, "equals": value}, blob), field
    assert matches({"field": "tags", "containsKey": "ENV"}, blob)
    assert matches({"not": {"field": "tags", "containsKey": "application"}}, blob)


def test_a_field_can_be_named_by_a_parameter() -> None:
    document = definition(
        {"field": "[concat('tags[', parameters('tagName'), ']')]", "exists": "false"},
        parameters={"tagName": {"type": "String"}},
    )
    tagged = AzureResource.of(TEST, tags={"env": "prod"})
    assert evaluate(document, tagged, {"tagName": "owner"}, aliases=ALIASES).effect == "deny"
    assert evaluate(document, tagged, {"tagName": "env"}, aliases=ALIASES).effect is None


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"field": "type"},
        {"field": "type", "equals": "a", "like": "a"},
        {"field": "type", "value": "a", "equals": "a"},
        {"field": "type", "equal": "a"},
        {"field": "type", "in": "a"},
        {"field": "type", "equals": ["a"]},
        {"field": "name", "contains": "a*"},
        {"field": "name", "exists": "perhaps"},
        {"field": f"{TEST}/unheardOf", "equals": "a"},
        {"allOf": []},
        {"anyOf": [{"field": "type", "equals": "a"}], "allOf": []},
        {"not": [{"field": "type", "equals": "a"}]},
        {"source": "action", "like": "Microsoft.Network/*"},
        {"anyOf": [{"field": "type", "equals": TEST}, {"field": f"{TEST}/unheardOf", "equals": "a"}]},
    ],
)
def test_what_azure_would_not_save_is_an_error_and_no_outcome(condition: dict[str, Any]) -> None:
    with pytest.raises(LanguageError):
        judged(condition)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(["", "a", "A", "West Europe", "1", "2026-01-01T00:00:00Z"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["property", "nestedArray", "x"]), inner)
    ),
    max_leaves=8,
)
BODIES = st.dictionaries(
    st.sampled_from(["location", "tags", "kind", "identity", "properties"]),
    JSON | st.dictionaries(st.sampled_from(["property", "days", "stringArray", "objectArray"]), JSON),
)
TARGETS = st.sampled_from(["", "a", "1", "West Europe"])
FIELDS = st.sampled_from(
    [
        "location",
        "tags",
        "tags.a",
        "kind",
        "identity.type",
        PROPERTY,
        f"{TEST}/stringArray[*]",
        f"{TEST}/objectArray[*].property",
    ]
)


@settings(max_examples=60)
@given(body=BODIES, field=FIELDS, negative=st.sampled_from(sorted(OPPOSITES)), target=TARGETS)
def test_no_body_breaks_a_condition_and_negation_is_exact(
    body: dict[str, Any], field: str, negative: str, target: str
) -> None:
    positive = OPPOSITES[negative]
    wanted = [target] if positive == "in" else target
    on = AzureResource(type=TEST, body=body)

    def outcome(condition: dict[str, Any]) -> bool | None:
        try:
            return matches(condition, on)
        except EvaluationFailed:
            return None

    yes, no = outcome({"field": field, positive: wanted}), outcome({"field": field, negative: wanted})
    for one, condition in ((yes, {"field": field, positive: wanted}), (no, {"field": field, negative: wanted})):
        assert outcome({"not": condition}) == (None if one is None else not one)
        assert outcome({"not": {"not": condition}}) is one
        assert outcome({"allOf": [condition, condition]}) is one is outcome({"anyOf": [condition]})
        # De Morgan
        other = {"field": "type", "equals": TEST}
        left = outcome({"not": {"allOf": [condition, other]}})
        assert left is outcome({"anyOf": [{"not": condition}, {"not": other}]})
    count = {"field": f"{TEST}/objectArray[*]", "where": {"field": f"{TEST}/objectArray[*].property", negative: wanted}}
    some, none = outcome({"count": count, "greater": 0}), outcome({"count": count, "equals": 0})
    assert (some is None and none is None) or some is not none
    outcome({"value": f"[toLower(concat(field('{PROPERTY}'), first(field('tags'))))]", positive: wanted})
    if "[*]" not in field and yes is not None:
        assert no is not yes
