"""Assignments and initiatives. Known answers: assignment-structure, initiative-definition-structure, effect-basics."""

from __future__ import annotations

from typing import Any

import pytest
from policies_as_data import ALIASES, STORAGE, TEST, definition

from sovereignty.azure_policy.assignment import Outcome, assigned
from sovereignty.azure_policy.errors import AssignmentError, LanguageError
from sovereignty.azure_policy.resource import AzureResource

ID = "/providers/Microsoft.Authorization/policyDefinitions/"
SET = "/providers/Microsoft.Authorization/policySetDefinitions/baseline"
EFFECT = {"type": "String", "allowedValues": ["Audit", "Deny", "Disabled"], "defaultValue": "Deny"}
DEFINITIONS: dict[str, dict[str, Any]] = {
    f"{ID}locations": definition(
        {"field": "location", "notIn": "[parameters('locations')]"},
        "[parameters('effect')]",
        parameters={"locations": {"type": "Array"}, "effect": EFFECT},
    ),
    f"{ID}sizes": definition({"field": "type", "equals": STORAGE}, "audit"),
    SET: {
        "name": "baseline",
        "properties": {
            "parameters": {"places": {"type": "Array"}},
            "policyDefinitions": [
                {
                    "policyDefinitionId": f"{ID}LOCATIONS",
                    "policyDefinitionReferenceId": "allowedLocations",
                    "parameters": {"locations": {"value": "[parameters('places')]"}},
                },
                {"policyDefinitionId": f"{ID}sizes", "policyDefinitionReferenceId": "corpVMSizePolicy"},
            ],
        },
    },
}
US = AzureResource.of(STORAGE, name="account", location="East US")


def outcomes(on: AzureResource = US, **properties: Any) -> tuple[Outcome, ...]:
    base = {"policyDefinitionId": SET, "parameters": {"places": {"value": ["westeurope"]}}}
    return assigned({"name": "a", "properties": {**base, **properties}}, on, DEFINITIONS, aliases=ALIASES)


def effects(on: AzureResource = US, **properties: Any) -> list[str | None]:
    return [outcome.evaluation.effect for outcome in outcomes(on, **properties)]


def override(value: str, *references: str, **more: Any) -> dict[str, Any]:
    selectors = [{"kind": "policyDefinitionReferenceId", "in": list(references)}] if references else []
    return {"kind": "policyEffect", "value": value, "selectors": selectors, **more}


def test_an_initiative_passes_its_parameters_on() -> None:
    assert effects() == ["deny", "audit"]
    assert effects(parameters={"places": {"value": ["eastus"]}}) == [None, "audit"]
    assert [outcome.reference for outcome in outcomes()] == ["allowedLocations", "corpVMSizePolicy"]
    assert [outcome.denies for outcome in outcomes()] == [True, False]


def test_a_definition_is_assigned_alone_with_its_own_parameters() -> None:
    alone = {"policyDefinitionId": f"{ID}locations", "parameters": {"locations": {"value": ["westeurope"]}}}
    assert effects(**alone) == ["deny"]
    assert outcomes(**alone)[0].reference == ""


def test_do_not_enforce_reports_and_does_not_deny() -> None:
    (first, _) = outcomes(enforcementMode="DoNotEnforce")
    assert first.evaluation.effect == "deny"
    assert not first.denies
    with pytest.raises(AssignmentError):
        outcomes(enforcementMode="Enforce")


def test_an_override_changes_the_effect_of_the_members_it_names() -> None:
    assert effects(overrides=[override("disabled", "CorpVMSizePolicy")]) == ["deny", None]
    assert effects(overrides=[override("Audit", "allowedLocations")]) == ["audit", "audit"]
    assert effects(overrides=[override("deny", "corpVMSizePolicy")]) == ["deny", "deny"]
    assert effects(overrides=[override("disabled")]) == [None, None]
    left_out = {"kind": "policyDefinitionReferenceId", "notIn": ["allowedLocations"]}
    assert effects(overrides=[override("disabled", selectors=[left_out])]) == ["deny", None]
    here = {"kind": "resourceLocation", "in": ["eastus"]}
    assert effects(overrides=[override("audit", selectors=[here])]) == ["audit", "audit"]
    assert (
        effects(AzureResource.of(STORAGE, location="westus"), overrides=[override("audit", selectors=[here])])[0]
        == "deny"
    )


@pytest.mark.parametrize(
    "overrides",
    [
        [override("modify", "allowedLocations")],
        [override("auditIfNotExists", "corpVMSizePolicy")],
        [override("audit", "allowedLocations"), override("disabled", "allowedLocations")],
        [override("audit", kind="policyVersion")],
        [override("audit", selectors=[{"kind": "resourceType", "in": [TEST]}])],
        [override("audit", selectors=[{"kind": "resourceLocation"}])],
    ],
)
def test_an_override_that_azure_refuses_or_that_is_ambiguous_is_an_error(overrides: list[dict[str, Any]]) -> None:
    with pytest.raises(AssignmentError):
        outcomes(overrides=overrides)


@pytest.mark.parametrize(
    "properties",
    [
        {"parameters": {}},
        {"parameters": {"places": {"value": "westeurope"}}},
        {"parameters": {"places": ["westeurope"]}},
        {"parameters": {"places": {"value": ["westeurope"]}, "more": {"value": 1}}},
        {"policyDefinitionId": f"{ID}absent"},
        {"resourceSelectors": [{"name": "x", "selectors": []}]},
    ],
)
def test_an_assignment_that_azure_refuses_is_an_error(properties: dict[str, Any]) -> None:
    with pytest.raises(AssignmentError):
        outcomes(**properties)


def test_a_resource_under_not_scopes_is_left_out() -> None:
    group = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/example"
    assert outcomes(notScopes=[group.upper()]) == ()
    assert len(outcomes(notScopes=[group[:-1]])) == 2
    assert len(outcomes(notScopes=[])) == 2


def test_members_need_references_of_their_own() -> None:
    for reference in ("", "allowedLocations"):
        member = {"policyDefinitionId": f"{ID}sizes", "policyDefinitionReferenceId": reference}
        inner = DEFINITIONS[SET]["properties"]
        broken = {**inner, "policyDefinitions": [*inner["policyDefinitions"], member]}
        with pytest.raises(LanguageError):
            assigned(
                {"policyDefinitionId": SET, "parameters": {"places": {"value": []}}},
                US,
                {**DEFINITIONS, SET: broken},
                aliases=ALIASES,
            )
