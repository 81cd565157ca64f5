"""Modes, effects and parameters. Known answers: definition-structure-basics, -parameters, effect-*."""

from __future__ import annotations

from typing import Any

import pytest
from policies_as_data import ALIASES, STORAGE, TEST, definition, resource

from sovereignty.azure_policy.errors import AssignmentError, EvaluationFailed, LanguageError
from sovereignty.azure_policy.evaluate import evaluate
from sovereignty.azure_policy.resource import RESOURCE_GROUP, SUBSCRIPTION, AzureResource

ALWAYS = {"field": "type", "exists": True}
OUTSIDE = {"not": {"field": "location", "in": "[parameters('allowedLocations')]"}}
LOCATIONS = {"allowedLocations": {"type": "array", "defaultValue": ["westus2"]}}


def effect(
    document: dict[str, Any], on: AzureResource, parameters: dict[str, Any] | None = None, **more: Any
) -> str | None:
    return evaluate(document, on, parameters, aliases=ALIASES, **more).effect


def test_microsofts_allowed_locations_refuses_what_lies_elsewhere() -> None:
    document = definition(OUTSIDE, mode="Indexed", parameters=LOCATIONS)
    assert effect(document, AzureResource.of(TEST, location="West US 2")) is None
    assert effect(document, AzureResource.of(TEST, location="eastus")) == "deny"
    assert effect(document, AzureResource.of(TEST, location="eastus"), {"allowedLocations": ["East US"]}) is None


def test_indexed_leaves_out_types_without_tags_and_location_and_containers() -> None:
    routes = AzureResource.of("Microsoft.Network/routeTables/routes", name="table/route")
    group = AzureResource.of(RESOURCE_GROUP, location="eastus")
    for mode, seen in (("All", True), ("all", True), ("Indexed", False), ("indexed", False), (None, False)):
        document = definition(ALWAYS, mode=mode)
        for on in (routes, group, AzureResource.of(SUBSCRIPTION)):
            assert evaluate(document, on, aliases=ALIASES).applies is seen
            assert effect(document, on) == ("deny" if seen else None)
        assert evaluate(document, resource(), aliases=ALIASES).applies
    with_location = AzureResource.of("Microsoft.Network/routeTables/routes", location="eastus", tracked=False)
    assert not evaluate(definition(ALWAYS, mode="Indexed"), with_location, aliases=ALIASES).applies


def test_nothing_in_microsoft_resources_is_evaluated_but_subscriptions_and_groups() -> None:
    document = definition(ALWAYS)
    script = AzureResource.of("microsoft.resources/deploymentScripts", location="eastus")
    assert not evaluate(document, script, aliases=ALIASES).applies
    assert evaluate(document, AzureResource.of(RESOURCE_GROUP.upper()), aliases=ALIASES).applies


@pytest.mark.parametrize("mode", ["Microsoft.KeyVault.Data", "Everything", 1])
def test_a_mode_that_is_not_evaluated_here_is_an_error(mode: Any) -> None:
    with pytest.raises(LanguageError):
        effect(definition(ALWAYS, mode=mode), resource())


def test_an_effect_is_spelt_as_microsoft_does_and_disabled_evaluates_nothing() -> None:
    parameters = {"effect": {"type": "String", "allowedValues": ["Audit", "Deny", "Disabled"], "defaultValue": "Deny"}}
    document = definition(ALWAYS, "[parameters('effect')]", parameters=parameters)
    assert effect(document, resource()) == "deny"
    assert effect(document, resource(), {"effect": "Audit"}) == "audit"
    off = evaluate(document, resource(), {"effect": "Disabled"}, aliases=ALIASES)
    assert (off.applies, off.matched, off.effect) == (False, False, None)
    assert effect(document, resource(), effect="audit") == "audit"
    for wrong in ("deny it", ""):
        with pytest.raises(LanguageError):
            effect(definition(ALWAYS, wrong), resource())


@pytest.mark.parametrize(
    ("declaration", "given", "message"),
    [
        ({"type": "String"}, {}, "no default"),
        ({"type": "String"}, {"p": ["a"]}, "type string"),
        ({"type": "Array"}, {"p": "a"}, "type array"),
        ({"type": "Integer"}, {"p": True}, "type integer"),
        ({"type": "Integer"}, {"p": "7"}, "type integer"),
        ({"type": "Boolean"}, {"p": "true"}, "type boolean"),
        ({"type": "DateTime"}, {"p": "soon"}, "type datetime"),
        ({"type": "String", "allowedValues": ["Dev"]}, {"p": "dev"}, "allowed values"),
        ({"type": "Integer", "allowedValues": [1]}, {"p": 1.0}, "type integer"),
        ({"type": "Array", "allowedValues": ["a", "b"]}, {"p": ["a", "c"]}, "'c' is not one"),
        ({"type": "String", "defaultValue": "a"}, {"p": "a", "q": "b"}, "undeclared parameters: q"),
        ({"type": "String", "defaultValue": "a"}, {"P": "b"}, "undeclared parameters: P"),
    ],
)
def test_parameters_that_azure_refuses_are_errors_and_no_missing_effect(
    declaration: dict[str, Any], given: dict[str, Any], message: str
) -> None:
    document = definition({"value": "[parameters('p')]", "equals": "a"}, parameters={"p": declaration})
    with pytest.raises(AssignmentError, match=message):
        effect(document, resource(), given)


def test_a_parameter_that_is_used_must_be_declared() -> None:
    with pytest.raises(LanguageError, match="'p' is used"):
        effect(definition({"anyOf": [ALWAYS, {"field": "name", "equals": "[parameters('p')]"}]}), resource())
    with pytest.raises(LanguageError, match="type"):
        effect(definition(ALWAYS, parameters={"p": {"type": "text"}}), resource())


def test_deny_action_sees_deletions_only_and_never_locks_anybody_out() -> None:
    document = definition(ALWAYS, "denyAction", details={"actionNames": ["delete"]})
    assert effect(document, resource()) is None
    assert effect(document, resource(), request="delete") == "denyAction"
    for kind in ("Microsoft.Authorization/locks", "Microsoft.Authorization/policyAssignments", SUBSCRIPTION):
        assert effect(document, AzureResource.of(kind), request="delete") is None
    assert effect(definition(ALWAYS), resource(), request="delete") is None
    for details in ({}, {"actionNames": []}, {"actionNames": ["write"]}, {"actionNames": ["delete"], "x": 1}):
        with pytest.raises(LanguageError):
            effect(definition(ALWAYS, "denyAction", details=details), resource())


def test_if_not_exists_asks_the_related_resources() -> None:
    blobs = f"{STORAGE}/blobServices"
    document = definition(
        {"field": "type", "equals": STORAGE},
        "auditIfNotExists",
        details={
            "type": blobs,
            "name": "[concat(field('name'), '/default')]",
            # field() means the account, the condition's field the blob service
            "existenceCondition": {
                "allOf": [
                    {"field": "tags.owner", "equals": "[field('tags.owner')]"},
                    {"field": "type", "equals": blobs},
                ]
            },
        },
    )
    account = AzureResource.of(STORAGE, name="a", tags={"owner": "x"})
    right = AzureResource.of(blobs, name="a/default", tags={"owner": "X"})
    other = AzureResource.of(blobs, name="a/default", tags={"owner": "y"})
    stranger = AzureResource.of(blobs, name="b/default", tags={"owner": "x"})
    assert effect(document, account, related=[stranger, other, right]) is None
    for related in ([], [other], [stranger], [account]):
        assert effect(document, account, related=related) == "auditIfNotExists"
    assert effect(document, resource(), related=[]) is None
    with pytest.raises(EvaluationFailed, match="related"):
        effect(document, account)
    with pytest.raises(LanguageError, match="roleDefinitionIds"):
        effect(definition(ALWAYS, "deployIfNotExists", details={"type": blobs}), resource(), related=[])


def test_field_means_the_whole_subject_also_inside_a_count_over_the_related_resource() -> None:
    members = f"{TEST}/stringArray[*]"
    each = {"value": f"[length(field('{members}'))]", "equals": 2}
    existence = {"count": {"field": members, "where": each}, "equals": 3}
    document = definition(ALWAYS, "auditIfNotExists", details={"type": TEST, "existenceCondition": existence})
    subject, other = resource(stringArray=["a", "b"]), resource(stringArray=["x", "y", "z"])
    assert effect(document, subject, related=[other]) is None
    assert effect(document, other, related=[subject]) == "auditIfNotExists"


def test_a_document_with_a_strange_part_is_an_error() -> None:
    for strange in ({"conditions": {}}, {"policyRule": {"if": ALWAYS}}, {"policyRule": {"if": ALWAYS, "then": {}}}):
        with pytest.raises(LanguageError):
            effect(definition(ALWAYS, "deny", **strange), resource())
