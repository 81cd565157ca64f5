"""The zone's own definitions in ARM's shape, and the initiative that holds all that refuse and report.

What changes or makes something is assigned by itself: each such assignment acts as an identity of its own, which has
that definition's roles and no others.

Values of the zone are written into the rules, not passed as parameters: Azure takes no new parameter without a default
on a definition that is assigned, and a default would be another zone's law. Only the effect is a parameter.
Source: Azure Policy, "Policy definition structure: basics", "Initiative definition structure".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sovereignty.compile.azure import (
    activity,
    ai,
    confidential,
    governance,
    immutability,
    keys,
    locations,
    networks,
    redundancy,
    replication,
    sharing,
    tags,
)
from sovereignty.compile.azure.language import Definition
from sovereignty.compile.azure.scope import Scope

NAME = "sovereign-zone"
ASSIGNMENT = "zone-controls"
"""What binds the initiative to the management group."""
CATEGORY = "Sovereignty"
VERSION = "1.0.0"
_GROUPS = "/providers/Microsoft.Management/managementGroups"
_EFFECTS = {
    "Deny": ["Deny", "Audit", "Disabled"],
    "AuditIfNotExists": ["AuditIfNotExists", "Disabled"],
    "Modify": ["Modify", "Disabled"],
    "DeployIfNotExists": ["DeployIfNotExists", "Disabled"],
}


def definitions(scope: Scope) -> tuple[Definition, ...]:
    """All of the zone's own that refuse or report, sorted by name."""
    return tuple(sorted(_all(scope), key=lambda definition: definition.name))


def acting(scope: Scope) -> tuple[Definition, ...]:
    """All of the zone's own that change or make something, sorted by name: each is assigned by itself."""
    found = (*tags.definitions(scope), *activity.definitions(scope))
    return tuple(sorted(found, key=lambda definition: definition.name))


def _all(scope: Scope) -> Iterator[Definition]:
    yield from locations.definitions(scope)
    yield from redundancy.definitions(scope)
    yield from replication.definitions(scope)
    yield from sharing.definitions()
    yield from ai.definitions(scope)
    yield from keys.definitions(scope)
    yield from immutability.definitions(scope)
    yield from confidential.definitions()
    yield from governance.definitions(scope)
    yield from networks.definitions(scope)


def group_id(group: str) -> str:
    """A management group's ARM id, by its name."""
    return f"{_GROUPS}/{group}"


def definition_id(group: str, name: str) -> str:
    return f"{group_id(group)}/providers/Microsoft.Authorization/policyDefinitions/{name}"


def initiative_id(group: str) -> str:
    return f"{group_id(group)}/providers/Microsoft.Authorization/policySetDefinitions/{NAME}"


def definition_body(definition: Definition) -> dict[str, Any]:
    """A definition as `Microsoft.Authorization/policyDefinitions` takes it."""
    then: dict[str, Any] = {"effect": "[parameters('effect')]"}
    if definition.details:
        then["details"] = definition.details
    return {
        "name": definition.name,
        "properties": {
            "displayName": definition.title,
            "description": definition.message,
            "policyType": "Custom",
            "mode": definition.mode,
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


def initiative_body(scope: Scope, members: Sequence[Definition]) -> dict[str, Any]:
    """The initiative: a group for each control, and two effects, since confidential computing is asked for apart."""
    controls = sorted({member.control for member in members})
    effect = {"type": "String", "allowedValues": _EFFECTS["Deny"]}
    return {
        "name": NAME,
        "properties": {
            "displayName": f"Sovereign zone {scope.zone}",
            "description": "What the zone refuses beyond the built-in policies.",
            "policyType": "Custom",
            "metadata": {"category": CATEGORY, "controls": controls, "version": VERSION, "zone": scope.zone},
            "parameters": {
                "effect": {**effect, "defaultValue": "Deny", "metadata": {"displayName": "Effect"}},
                "confidentialEffect": {
                    **effect,
                    "defaultValue": "Audit",
                    "metadata": {"displayName": "Effect of what asks for confidential computing"},
                },
            },
            "policyDefinitionGroups": [{"name": control} for control in controls],
            "policyDefinitions": [_member(scope.group, member) for member in members],
        },
    }


def _member(group: str, definition: Definition) -> dict[str, Any]:
    parameter = "confidentialEffect" if definition.confidential else "effect"
    # what reports only has no Deny to be given
    bound = {} if definition.effect == "AuditIfNotExists" else {"effect": {"value": f"[parameters('{parameter}')]"}}
    return {
        "policyDefinitionReferenceId": definition.name,
        "policyDefinitionId": definition_id(group, definition.name),
        "groupNames": [definition.control],
        "parameters": bound,
    }
