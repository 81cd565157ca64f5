"""What the effect modify makes of a resource, and what of a document with it Azure wouldn't take."""

from typing import Any

import pytest

from sovereignty.azure_policy.aliases import AliasCatalogue
from sovereignty.azure_policy.errors import EvaluationFailed, LanguageError
from sovereignty.azure_policy.evaluate import evaluate
from sovereignty.azure_policy.modify import modified
from sovereignty.azure_policy.resource import AzureResource

NOTHING = AliasCatalogue({})
ROLE = "/providers/Microsoft.Authorization/roleDefinitions/4a9ae827-6dc8-4573-8ac7-8239d42aa03f"
BARE = AzureResource.of("Microsoft.Test/things", location="westeurope", tags={"Env": "test"})


def policy(*operations: dict[str, Any], effect: str = "modify", **details: Any) -> dict[str, Any]:
    inside = {"roleDefinitionIds": [ROLE], "operations": list(operations), **details}
    rule = {
        "if": {"field": "type", "equals": "Microsoft.Test/things"},
        "then": {"effect": effect, "details": inside if effect == "modify" else {}},
    }
    parameters = {"value": {"type": "String", "defaultValue": "given"}}
    return {"properties": {"mode": "Indexed", "parameters": parameters, "policyRule": rule}}


def operation(kind: str, tag: str, value: Any = None, **more: Any) -> dict[str, Any]:
    return {"operation": kind, "field": f"tags['{tag}']", **({} if value is None else {"value": value}), **more}


def tags(*operations: dict[str, Any], resource: AzureResource = BARE, **parameters: str) -> Any:
    return modified(policy(*operations), resource, parameters, aliases=NOTHING).body.get("tags")


def test_tags_are_added_replaced_and_removed_in_order():
    assert tags(operation("addOrReplace", "Zone", "eu")) == {"Env": "test", "Zone": "eu"}
    assert tags(operation("addOrReplace", "env", "live")) == {"Env": "live"}
    assert tags(operation("Remove", "ENV")) == {}
    assert tags(operation("Remove", "none")) == {"Env": "test"}
    assert tags(operation("remove", "Env"), operation("add", "Env", "new")) == {"Env": "new"}
    bare = AzureResource.of("Microsoft.Test/things", location="westeurope")
    assert tags(operation("add", "Zone", "eu"), resource=bare) == {"Zone": "eu"}


def test_values_and_conditions_are_computed():
    assert tags(operation("add", "a", "[parameters('value')]"), value="mine") == {"Env": "test", "a": "mine"}
    assert tags(operation("add", "a", "[field('location')]")) == {"Env": "test", "a": "westeurope"}
    skipped = operation("add", "a", "b", condition="[equals(parameters('value'), 'other')]")
    assert tags(skipped) == {"Env": "test"}
    assert tags(skipped, value="other") == {"Env": "test", "a": "b"}


def test_another_type_another_effect_and_a_resource_without_tags_are_left_alone():
    add = operation("add", "a", "b")
    other = AzureResource.of("Microsoft.Test/others", location="westeurope")
    assert modified(policy(add), other, aliases=NOTHING) == other
    assert modified(policy(add, effect="audit"), BARE, aliases=NOTHING) == BARE
    untagged = AzureResource.of("Microsoft.Test/things", properties={})
    assert modified(policy(add), untagged, aliases=NOTHING) == untagged


def test_what_is_not_documented_or_not_followed_here_is_said():
    assert tags(operation("add", "Env", "test")) == {"Env": "test"}
    with pytest.raises(EvaluationFailed, match="another value"):
        tags(operation("add", "env", "live"))
    with pytest.raises(EvaluationFailed, match="is no tag"):
        tags({"operation": "addOrReplace", "field": "Microsoft.Test/things/secure", "value": True})


@pytest.mark.parametrize(
    ("operations", "details", "told"),
    [
        ([], {}, "a list of operations"),
        ([{"operation": "replace", "field": "tags['a']", "value": "b"}], {}, "addOrReplace, add or remove"),
        ([{"operation": "add", "field": "tags['a']"}], {}, "value is missing"),
        ([{"operation": "add", "value": "b"}], {}, "a tag or an alias"),
        ([{"operation": "remove", "field": "Microsoft.Test/things/secure"}], {}, "only tags"),
        ([{"operation": "add", "field": "tags['a']", "value": "b", "when": True}], {}, "an object of"),
        ([operation("add", "a", "b", condition="[equals(field('name'), 'x')]")], {}, "can't stand there"),
        ([operation("add", "a", "b")], {"conflictEffect": "ignore"}, "audit, deny or disabled"),
    ],
)
def test_what_azure_would_not_take_is_told(operations: Any, details: dict[str, Any], told: str):
    with pytest.raises(LanguageError, match=told):
        evaluate(policy(*operations, **details), BARE, aliases=NOTHING)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"deploymentScope": "Subscription"}, "needs one"),
        ({"deploymentScope": "tenant"}, "deploymentScope: Subscription or ResourceGroup"),
        ({"existenceScope": "tenant"}, "existenceScope: Subscription or ResourceGroup"),
        ({"deployment": {}}, "an object with `properties`"),
    ],
)
def test_a_deployment_that_azure_would_not_take_is_told(changed: dict[str, Any], told: str):
    details = {
        "type": "Microsoft.Test/others",
        "roleDefinitionIds": [ROLE],
        "deployment": {"properties": {"mode": "incremental", "template": {}}},
    }
    rule = {"if": {"field": "type", "equals": "Microsoft.Test/things"}, "then": {"effect": "deployIfNotExists"}}

    def judged(inside: dict[str, Any]) -> Any:
        then = {**rule["then"], "details": inside}
        document = {"properties": {"mode": "All", "policyRule": {**rule, "then": then}}}
        return evaluate(document, BARE, aliases=NOTHING, related=()).effect

    assert judged(details) == "deployIfNotExists"
    with pytest.raises(LanguageError, match=told):
        judged({**details, **changed})
