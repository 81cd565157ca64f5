"""Template expressions. Known answers: template-functions-* (Azure Resource Manager) and "Policy functions"."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from policies_as_data import TEST, matches, resource, says

from sovereignty.azure_policy import template
from sovereignty.azure_policy.errors import EvaluationFailed, LanguageError
from sovereignty.azure_policy.resource import AzureResource

ON = AzureResource.of(
    TEST,
    name="account",
    tags={"env": "prod"},
    properties={"property": "Prefix_rest"},
    resource_group={"name": "netrg", "location": "westeurope", "tags": {"owner": "a"}},
    subscription={"subscriptionId": "s-1", "displayName": "eu"},
)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("[concat('a', 1, true())]", "a1True"),
        ("[string(concat(createArray('a'), createArray('b')))]", '["a","b"]'),
        ("[toUpper(toLower('AbC'))]", "ABC"),
        ("[replace('West Europe', ' ', '')]", "WestEurope"),
        ("[contains('OneTwo', 'Two')]", True),
        ("[contains('OneTwo', 'two')]", False),
        ("[contains(createArray('one', 'two'), 'two')]", True),
        ("[contains(createArray('one', 'two'), 'Two')]", False),
        ("[contains(createObject('Key', 1), 'key')]", True),
        ("[empty('')]", True),
        ("[empty(createArray())]", True),
        ("[length('one')]", 3),
        ("[first('One')]", "O"),
        ("[first(createArray('one', 'two'))]", "one"),
        ("[last(split('a/b/c', '/'))]", "c"),
        ("[length(split('a,b;c', createArray(',', ';')))]", 3),
        ("[if(equals('a', 'A'), 'same', 'other')]", "other"),
        ("[if(empty('x'), first(createArray()), 'lazy')]", "lazy"),
        ("[and(true(), not(or(false(), false())))]", True),
        ("[greater(2, 1)]", True),
        ("[lessOrEquals(2, 1)]", False),
        ("[int('7')]", 7),
        ("[div(-7, 2)]", -3),
        ("[mod(-7, 2)]", -1),
        ("[padLeft(7, 3, '0')]", "007"),
        ("[substring('prefix', 0, 3)]", "pre"),
        ("[startsWith('ABC', 'ab')]", True),
        ("[indexOf('aXb', 'x')]", 1),
        ("[string(union(createArray(1, 2), createArray(2, 3)))]", "[1,2,3]"),
        ("[string(intersection(createArray(1, 2, 2), createArray(2, 3)))]", "[2]"),
        ("[union(createObject('a', 1), createObject('b', 2)).b]", 2),
        ("[createArray('a', 'b')[1]]", "b"),
        ("[coalesce(null(), tryGet(createObject('a', 1), 'b'), 'c')]", "c"),
        ("[join(createArray('a', 'b'), '-')]", "a-b"),
        ("[take(field('Microsoft.Test/resourceType/property'), 7)]", "prefix_"),
        ("[skip(createArray(1, 2), 1)[0]]", 2),
        ("[max(createArray(1, 3, 2))]", 3),
        ("[json('{\"a\": [1]}').a[0]]", 1),
        ("[format('{0}/{1}', 'a', 2)]", "a/2"),
        ("[ concat( 'it''s' , ' on' ) ]", "it's on"),
        ("[resourceGroup().location]", "westeurope"),
        ("[RESOURCEGROUP().tags.owner]", "a"),
        ("[resourceGroup().tags['owner']]", "a"),
        ("[subscription().subscriptionId]", "s-1"),
        ("[concat(resourceGroup().name, '*')]", "netrg*"),
        ("[utcNow()]", "2026-02-27T12:00:00.0000000Z"),
        ("[addDays(utcNow(), 2)]", "2026-03-01T12:00:00.0000000Z"),
        ("[length(field('tags'))]", 1),
        ("[less(length(field('tags')), 3)]", "true"),
        ("[ipRangeContains('10.0.0.0/24', '10.0.0.7')]", True),
        ("[ipRangeContains('192.168.0.1-192.168.0.9', '192.168.0.0/28')]", False),
        ("[ipRangeContains('2001:DB8::/110', '2001:DB8::3:FFFE')]", True),
        ("[[literal]", "[literal]"),
        ("plain ]", "plain ]"),
    ],
)
def test_an_expression_has_the_documented_value(expression: str, value: Any) -> None:
    assert says(expression, value, ON, now=datetime(2026, 2, 27, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    "expression",
    [
        "[substring('ab', 0, 3)]",
        "[first(createArray())]",
        "[createArray()[0]]",
        "[createObject('a', 1).b]",
        "[int('x')]",
        "[div(1, 0)]",
        "[toLower(1)]",
        "[length(true())]",
        "[if('yes', 1, 2)]",
        "[less('a', 1)]",
        "[ipRangeContains('10.0.0.0/8', '::1')]",
        "[addDays('yesterday', 1)]",
        "[current('x')]",
        "[requestContext().identity.appid]",
    ],
)
def test_a_failing_function_fails_the_evaluation(expression: str) -> None:
    with pytest.raises(EvaluationFailed):
        says(expression, "x", ON)


def test_a_resource_without_a_known_group_fails_what_asks_for_it() -> None:
    with pytest.raises(EvaluationFailed, match="resourcegroup"):
        says("[resourceGroup().location]", "westeurope", resource())


@pytest.mark.parametrize(
    "expression",
    [
        "[unheardOf('a')]",
        "[dateTimeAdd(utcNow(), 'P1D')]",
        "[newGuid()]",
        "[reference('a')]",
        "[toLower()]",
        "[toLower('a', 'b')]",
        "[if(true(), 1)]",
        "[concat('a' 'b')]",
        "[concat('a', )]",
        "[concat('a')",
        "[concat('a'))]",
        "['a' 'b']",
        "[toLower]",
        "[resourceGroup().]",
        "[]",
    ],
)
def test_what_is_no_expression_of_a_policy_is_an_error_wherever_it_stands(expression: str) -> None:
    if not expression.endswith("]"):
        assert template.expression(expression) == template.Literal(expression)  # no expression: a plain string
        return
    with pytest.raises(LanguageError):
        # the branch is never reached
        matches({"anyOf": [{"field": "type", "equals": TEST}, {"value": expression, "equals": 1}]})
