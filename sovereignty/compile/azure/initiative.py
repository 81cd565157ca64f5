"""The zone's own definitions in ARM's shape, and the one initiative that holds them all.

Values of the zone are written into the rules, not passed as parameters: Azure takes no new parameter without a default
on a definition that is assigned, and a default would be another zone's law. Only the effect is a parameter.
Source: Azure Policy, "Policy definition structure: basics", "Initiative definition structure".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sovereignty.compile.azure import (
    ai,
    confidential,
    governance,
    immutability,
    keys,
    locations,
    redundancy,
    replication,
    sharing,
)
from sovereignty.compile.azure.language import Definition
from sovereignty.compile.azure.scope import Scope

NAME = "sovereign-zone"
CATEGORY = "Sovereignty"
VERSION = "1.0.0"
_GROUPS = "/providers/Microsoft.Management/managementGroups"
_EFFECTS = {
    "Deny": ["Deny", "Audit", "Disabled"],
    "AuditIfNotExists": ["AuditIfNotExists", "Disabled"],
}


def definitions(scope: Scope) -> tuple[Definition, ...]:
    """All of the zone's own, sorted by name."""
    return tuple(sorted(_all(scope), key=lambda definition: definition.name))


def _all(scope: Scope) -> Iterator[Definition]:
    yield from locations.definitions(scope)
    yield from redundancy.definitions(scope)
    yield from replication.definitions(scope)
    yield from sharing.definitions()
    yield from ai.definitions(scope)
    yield from keys.definitions()
    yield from immutability.definitions(scope)
    yield from confidential.definitions()
    yield from governance.definitions(scope)


def group_id(zone: str) -> str:
    """The zone's management group."""
    return f"{_GROUPS}/sovereign-{zone}"


def definition_id(zone: str, name: str) -> str:
    return f"{group_id(zone)}/providers/Microsoft.Authorization/policyDefinitions/{name}"


def initiative_id(zone: str) -> str:
    return f"{group_id(zone)}/providers/Microsoft.Authorization/policySetDefinitions/{NAME}"


def definition_body(definition: Definition) -> dict[str, Any]:
    """A definition as `Microsoft.Authorization/policyDefinitions` takes it: mode All, or children would not be seen."""
    then: dict[str, Any] = {"effect": "[parameters('effect')]"}
    if definition.details:
        then["details"] = definition.details
    return {
        "name": definition.name,
        "properties": {
            "displayName": definition.title,
            "description": definition.message,
            "policyType": "Custom",
            "mode": "All",
            "metadata": {"category": CATEGORY, "control": definition.control, "version": VERSION},
            "parameters": {
                "effect": {
                    "type": "String",
                    "allowedValues": _EFFECTS[definition.effect],
                    "defaultValue": "Audit" if definition.confidential else definition.effect,
                    "metadata": {"displayName": "Effect"},
                }
            },
            "policyRule": {"if": definition.when, "then": then},
        },
    }


def initiative_body(zone: str, members: Sequence[Definition]) -> dict[str, Any]:
    """The initiative: a group for each control, and two effects, since confidential computing is asked for apart."""
    controls = sorted({member.control for member in members})
    effect = {"type": "String", "allowedValues": _EFFECTS["Deny"]}
    return {
        "name": NAME,
        "properties": {
            "displayName": f"Sovereign zone {zone}",
            "description": "What the zone refuses beyond the built-in policies.",
            "policyType": "Custom",
            "metadata": {"category": CATEGORY, "controls": controls, "version": VERSION, "zone": zone},
            "parameters": {
                "effect": {**effect, "defaultValue": "Deny", "metadata": {"displayName": "Effect"}},
                "confidentialEffect": {
                    **effect,
                    "defaultValue": "Audit",
                    "metadata": {"displayName": "Effect of what asks for confidential computing"},
                },
            },
            "policyDefinitionGroups": [{"name": control} for control in controls],
            "policyDefinitions": [_member(zone, member) for member in members],
        },
    }


def _member(zone: str, definition: Definition) -> dict[str, Any]:
    parameter = "confidentialEffect" if definition.confidential else "effect"
    # what reports only has no Deny to be given
    bound = {} if definition.effect == "AuditIfNotExists" else {"effect": {"value": f"[parameters('{parameter}')]"}}
    return {
        "policyDefinitionReferenceId": definition.name,
        "policyDefinitionId": definition_id(zone, definition.name),
        "groupNames": [definition.control],
        "parameters": bound,
    }
