"""Arrays. Known answers: how-to/author-policies-for-arrays (its example resource), definition-structure-policy-rule."""

from __future__ import annotations

from typing import Any

import pytest
from policies_as_data import ALIASES, GROUP, TEST, definition, matches, resource, says

from sovereignty.azure_policy.errors import EvaluationFailed, LanguageError
from sovereignty.azure_policy.evaluate import evaluate
from sovereignty.azure_policy.resource import AzureResource

EXAMPLE = AzureResource.of(
    TEST,
    tags={"env": "prod"},
    properties={
        "stringArray": ["a", "b", "c"],
        "objectArray": [
            {"property": "value1", "nestedArray": [1, 2]},
            {"property": "value2", "nestedArray": [3, 4]},
        ],
    },
)


def counted(alias: str, where: dict[str, Any] | None = None) -> int:
    """How many members a count finds, by asking for each number."""
    count: dict[str, Any] = {"field": f"{TEST}/{alias}"}
    if where is not None:
        count["where"] = where
    found = [n for n in range(9) if matches({"count": count, "equals": n}, EXAMPLE)]
    (only,) = found
    return only


def test_the_function_field_returns_what_microsofts_table_says() -> None:
    table: dict[str, Any] = {
        "missingArray": "",
        "missingArray[*]": [],
        "missingArray[*].property": [],
        "stringArray": ["a", "b", "c"],
        "stringArray[*]": ["a", "b", "c"],
        "objectArray[*].property": ["value1", "value2"],
        "objectArray[*].nestedArray": [[1, 2], [3, 4]],
        "objectArray[*].nestedArray[*]": [1, 2, 3, 4],
    }
    for alias, value in table.items():
        call = f"field('{TEST}/{alias}')"
        assert says(f"[string({call})]", str(value).replace("'", '"').replace(" ", ""), EXAMPLE), alias


def test_a_condition_on_members_asks_it_of_each() -> None:
    members = f"{TEST}/stringArray[*]"
    assert not matches({"field": members, "equals": "a"}, EXAMPLE)
    assert matches({"field": members, "in": ["a", "b", "c"]}, EXAMPLE)
    assert matches({"field": members, "notEquals": "d"}, EXAMPLE)
    assert not matches({"field": members, "notEquals": "a"}, EXAMPLE)
    assert matches({"not": {"field": members, "equals": "a"}}, EXAMPLE)


def test_a_condition_on_no_members_holds_with_its_opposite() -> None:
    for properties in ({}, {"stringArray": []}, {"stringArray": None}, {"stringArray": "no list"}):
        for operator, target in (("equals", "a"), ("notEquals", "a"), ("in", ["a"]), ("notIn", ["a"]), ("less", 0)):
            assert matches({"field": f"{TEST}/stringArray[*]", operator: target}, resource(**properties))
    elsewhere = AzureResource.of("Microsoft.Other/things", properties={"stringArray": ["b"]})
    assert matches({"field": f"{TEST}/stringArray[*]", "equals": "a"}, elsewhere)
    with pytest.raises(EvaluationFailed, match="exists"):
        matches({"field": f"{TEST}/stringArray[*]", "exists": True})


def test_a_member_without_the_property_has_an_absent_value() -> None:
    some = resource(objectArray=[{"property": "a"}, {}])
    assert not matches({"field": f"{TEST}/objectArray[*].property", "equals": "a"}, some)
    assert matches({"field": f"{TEST}/objectArray[*].property", "notEquals": "b"}, some)


def test_counts_of_microsofts_examples() -> None:
    assert counted("stringArray[*]") == 3
    assert counted("objectArray[*].nestedArray[*]") == 4
    assert counted("missingArray[*]") == 0
    assert counted("stringArray[*]", {"field": f"{TEST}/stringArray[*]", "equals": "a"}) == 1
    both = {
        "allOf": [
            {"field": f"{TEST}/objectArray[*].property", "equals": "value2"},
            {"field": f"{TEST}/objectArray[*].nestedArray[*]", "greater": 2},
        ]
    }
    assert counted("objectArray[*]", both) == 1
    assert counted("objectArray[*]", {"field": "tags.env", "equals": "prod"}) == 2


def test_a_count_in_a_count_sees_its_own_member_only() -> None:
    three = {
        "count": {
            "field": f"{TEST}/objectArray[*].nestedArray[*]",
            "where": {"field": f"{TEST}/objectArray[*].nestedArray[*]", "equals": 3},
        },
        "greater": 0,
    }
    first, second = ({"field": f"{TEST}/objectArray[*].property", "equals": f"value{n}"} for n in (1, 2))
    assert counted("objectArray[*]", {"allOf": [second, three]}) == 1
    assert counted("objectArray[*]", {"allOf": [first, three]}) == 0


def test_field_inside_a_count_is_a_list_of_one() -> None:
    members = f"{TEST}/stringArray[*]"
    assert counted("stringArray[*]", {"field": members, "equals": f"[field('{members}')]"}) == 0
    assert counted("stringArray[*]", {"field": members, "equals": f"[first(field('{members}'))]"}) == 3


def test_current_gives_the_member_its_property_and_the_named_value() -> None:
    members = f"{TEST}/objectArray[*]"
    for expression in (f"[current('{members}').property]", f"[current('{members}.property')]", "[current().property]"):
        assert counted("objectArray[*]", {"value": expression, "equals": "value2"}) == 1
    patterns = {"value": ["prefix1_*", "prefix2_*"], "name": "pattern"}
    for where in ({"field": "name", "like": "[current('pattern')]"}, {"field": "name", "like": "[current()]"}):
        condition = {"count": {**patterns, "where": where}, "greater": 0}
        assert matches(condition, AzureResource.of(TEST, name="prefix2_x"))
        assert not matches(condition, AzureResource.of(TEST, name="x"))
    with pytest.raises(EvaluationFailed, match="no count"):
        matches({"value": "[current()]", "equals": "a"})


def test_reserved_rules_are_counted_across_a_parameter_and_an_array() -> None:
    keys = ("priority", "access", "direction", "destinationPortRange")
    rules = f"{GROUP}/securityRules[*]"
    inner = {
        "count": {
            "field": rules,
            "where": {"allOf": [{"field": f"{rules}.{key}", "equals": f"[current('reserved').{key}]"} for key in keys]},
        },
        "equals": 1,
    }
    document = definition(
        {
            "count": {"value": "[parameters('rules')]", "name": "reserved", "where": inner},
            "equals": "[length(parameters('rules'))]",
        },
        "audit",
        parameters={"rules": {"type": "Array"}},
    )
    wanted = [
        dict(zip(keys, (101, "deny", "inbound", 22), strict=True)),
        dict(zip(keys, (102, "deny", "inbound", 3389), strict=True)),
    ]
    held = [{"properties": {**rule, "destinationPortRange": str(rule["destinationPortRange"])}} for rule in wanted]
    for rules_held, effect in ((held, "audit"), (held[:1], None), ([], None)):
        group = AzureResource.of(GROUP, properties={"securityRules": rules_held})
        assert evaluate(document, group, {"rules": wanted}, aliases=ALIASES).effect == effect


def test_an_undecided_member_counts_only_where_it_decides() -> None:
    days = resource(objectArray=[{"property": 1}, {"property": 9}, {}])
    short = {"field": f"{TEST}/objectArray[*]", "where": {"field": f"{TEST}/objectArray[*].property", "less": 7}}
    assert matches({"count": short, "greater": 0}, days)
    with pytest.raises(EvaluationFailed):
        matches({"count": short, "equals": 1}, days)


@pytest.mark.parametrize(
    "count",
    [
        {"field": f"{TEST}/stringArray"},
        {"field": f"{TEST}/stringArray[*]", "value": []},
        {"field": f"{TEST}/stringArray[*]", "name": "x"},
        {"value": [], "name": "not a word"},
        {"field": f"{TEST}/stringArray[*]", "were": {}},
        {},
    ],
)
def test_a_malformed_count_is_an_error(count: dict[str, Any]) -> None:
    with pytest.raises(LanguageError):
        matches({"count": count, "equals": 0})
