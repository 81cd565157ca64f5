"""What is found before any resource is held against a document."""

from __future__ import annotations

from typing import Any

import pytest
from policies_as_data import ALIASES, STORAGE, TEST, definition
from test_azure_assignment import DEFINITIONS, ID, SET

from sovereignty.azure_policy.aliases import AliasCatalogue
from sovereignty.azure_policy.errors import LanguageError
from sovereignty.azure_policy.lint import problems

SKU = f"{STORAGE}/sku.name"
TYPED = {"field": "type", "equals": STORAGE}
LIST = {"type": "Array"}


def found(document: dict[str, Any]) -> list[str]:
    return problems(document, aliases=ALIASES, definitions=DEFINITIONS)


def test_a_sound_definition_initiative_and_assignment_have_no_problem() -> None:
    sound = definition(
        {"allOf": [TYPED, {"field": SKU, "notIn": "[parameters('allowed')]"}]},
        "[parameters('effect')]",
        parameters={
            "allowed": {**LIST, "defaultValue": ["Standard_LRS"]},
            "effect": {"type": "String", "allowedValues": ["Deny", "Disabled"], "defaultValue": "Deny"},
        },
    )
    assert found(sound) == []
    assert found(DEFINITIONS[SET]) == []
    assignment = {"policyDefinitionId": SET, "parameters": {"places": {"value": ["westeurope"]}}}
    assert found({"name": "a", "properties": assignment}) == []


def test_whether_the_member_that_is_counted_exists_may_be_asked() -> None:
    array = f"{TEST}/objectArray[*]"
    counted = {"count": {"field": array, "where": {"field": f"{array}.property", "exists": True}}, "greater": 0}
    asked = {"field": "type", "equals": TEST}
    assert found(definition({"allOf": [asked, counted]})) == []
    beside = {"field": f"{array}.property", "exists": True}
    assert any("isn't documented" in each for each in found(definition({"allOf": [asked, counted, beside]})))
    other = {"count": {"field": array, "where": {"field": f"{TEST}/stringArray[*]", "exists": True}}, "greater": 0}
    assert any("isn't documented" in each for each in found(definition({"allOf": [asked, other]})))


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (definition(TYPED, mode=None), "no mode"),
        (definition(TYPED, mode="Some"), "no mode"),
        (definition(TYPED, parameters={"p": LIST}), "declared and not used"),
        (definition({"field": "name", "in": "[parameters('p')]"}), "used and not declared"),
        (definition({"field": SKU, "notEquals": "a"}), "every type of resource"),
        (definition({"anyOf": [TYPED, {"field": SKU, "equals": "a"}]}), "every type of resource"),
        (definition({"value": f"[field('{SKU}')]", "equals": "a"}), "every type of resource"),
        (definition({"allOf": [{"field": "type", "equals": TEST}, {"field": SKU, "equals": "a"}]}), "another type"),
        (definition({"allOf": [TYPED, {"field": f"{STORAGE}/kin", "equals": "a"}]}), "no alias of the catalogue"),
        (definition({"field": "name", "notIn": []}), "empty list"),
        (
            definition({"field": "name", "notIn": "[parameters('p')]"}, parameters={"p": {**LIST, "defaultValue": []}}),
            "empty list",
        ),
        (definition({"field": "name", "equals": "[parameters('p')]"}, parameters={"p": LIST}), "can't take"),
        (definition({"field": "name", "in": "[parameters('p')]"}, parameters={"p": {"type": "String"}}), "can't take"),
        (
            definition(
                {"field": "name", "equals": "[parameters('p')]"},
                parameters={"p": {"type": "String", "allowedValues": ["a"], "defaultValue": "b"}},
            ),
            "its default",
        ),
        (definition(TYPED, "[parameters('e')]", parameters={"e": {"type": "String"}}), "without allowedValues"),
        (
            definition(
                TYPED, "[parameters('e')]", parameters={"e": {"type": "String", "allowedValues": ["denyAction"]}}
            ),
            "actionNames",
        ),
        (
            definition(
                {"allOf": [{"field": "type", "equals": TEST}, {"field": f"{TEST}/stringArray[*]", "exists": True}]}
            ),
            "count",
        ),
        ({"properties": {"displayName": "x"}}, "neither"),
        ({"properties": []}, "an object"),
    ],
)
def test_a_flawed_definition_is_told(document: dict[str, Any], problem: str) -> None:
    assert any(problem in each for each in found(document)), found(document)


def initiative(*members: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    named = [{"policyDefinitionReferenceId": f"m{n}", **member} for n, member in enumerate(members)]
    return {"properties": {"parameters": parameters, "policyDefinitions": named}}


def passing(value: Any, name: str = "locations") -> dict[str, Any]:
    return {"policyDefinitionId": f"{ID}locations", "parameters": {name: {"value": value}}}


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (initiative({"policyDefinitionId": f"{ID}locations"}), "not passed"),
        (initiative({"policyDefinitionId": f"{ID}absent"}), "no definition"),
        (initiative(passing("[parameters('p')]")), "used and not declared"),
        (initiative(passing("[parameters('p')]"), p={"type": "String"}), "is of type string"),
        (initiative(passing(["a"]), p={"type": "String"}), "declared and not used"),
        (initiative(passing("a")), "type array"),
        (initiative(passing([])), "empty list"),
        (initiative(passing(["a"], "places")), "undeclared"),
        (initiative({**passing(["a"]), "groupNames": ["x"]}), "no group"),
        (initiative(), "a list of members"),
    ],
)
def test_a_flawed_initiative_is_told(document: dict[str, Any], problem: str) -> None:
    assert any(problem in each for each in found(document)), found(document)


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ({"parameters": {"places": {"value": []}}}, "empty list"),
        ({"parameters": {}}, "no default"),
        ({"enforcementMode": "Off"}, "enforcementMode"),
        ({"policyDefinitionId": "x"}, "no definition"),
        ({"nonComplianceMessages": [{"message": "m", "policyDefinitionReferenceId": "typo"}]}, "no member 'typo'"),
        (
            {"overrides": [{"kind": "policyEffect", "value": "modify", "selectors": []}]},
            "modify",
        ),
    ],
)
def test_a_flawed_assignment_is_told(parts: dict[str, Any], problem: str) -> None:
    base = {"policyDefinitionId": SET, "parameters": {"places": {"value": ["westeurope"]}}}
    document = {"properties": {**base, **parts}}
    assert any(problem in each for each in found(document)), found(document)


def test_a_catalogue_reads_azures_own_answer_and_one_name_may_serve_several_types() -> None:
    def kind(name: str, path: str) -> dict[str, Any]:
        return {"resourceType": name, "aliases": [{"name": "Microsoft.Compute/imageOffer", "defaultPath": path}]}

    machines, sets = "properties.storageProfile.offer", "properties.virtualMachineProfile.storageProfile.offer"
    listed = [kind("virtualMachines", machines), kind("virtualMachineScaleSets", sets)]
    catalogue = AliasCatalogue.of_providers([{"namespace": "Microsoft.Compute", "resourceTypes": listed}])
    assert catalogue.path("microsoft.compute/IMAGEOFFER", "Microsoft.Compute/virtualmachines") == machines
    assert catalogue.path("Microsoft.Compute/imageOffer", "Microsoft.Compute/virtualMachineScaleSets") == sets
    assert catalogue.path("Microsoft.Compute/imageOffer", "Microsoft.Compute/disks") is None
    assert len(catalogue.types("Microsoft.Compute/imageOffer")) == 2
    with pytest.raises(LanguageError):
        catalogue.path("Microsoft.Compute/unheardOf", "Microsoft.Compute/disks")
