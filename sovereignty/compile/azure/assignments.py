"""What is bound to the zone's management group: its own initiative, the built-ins that hold the zone, and what acts.

What changes or makes something does so as a managed identity of its own, in the zone's home; its roles are those that
the definition names (`roleDefinitionIds`), and the component grants them.

The global sovereignty baseline is assigned where it takes all of the zone's locations, else its parts one by one: it
knows a fixed list of names, and Azure refuses an assignment with a value outside it. Source: Azure Policy, "Assignment
structure" (names, overrides, identity).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sovereignty.compile.azure import initiative
from sovereignty.compile.azure.keys import HSM, VAULT_HSM_TYPES, ZONE_KEY
from sovereignty.compile.azure.language import Definition
from sovereignty.compile.azure.scope import Scope
from sovereignty.facts import azure_policy as tables

REGION = "residency.region"


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """`messages` by reference id of a member; '' for the whole. `overrides`: effect -> reference ids of members.

    `acts`: it needs an identity.
    """

    name: str
    definition_id: str
    controls: tuple[str, ...]
    title: str
    messages: dict[str, str]
    parameters: dict[str, Any] = field(default_factory=dict)
    overrides: dict[str, list[str]] = field(default_factory=dict)
    acts: bool = False


def assignments(
    scope: Scope, cloud: str, members: Sequence[Definition], acting: Sequence[Definition]
) -> Iterator[Assignment]:
    """In the order of their names' meaning: places, then the zone's own, then keys, then what acts."""
    yield from _places(scope, cloud)
    yield Assignment(
        name=initiative.ASSIGNMENT,
        definition_id=initiative.initiative_id(scope.group),
        controls=tuple(sorted({member.control for member in members})),
        title=f"Zone {scope.zone} keeps its data",
        messages={
            "": f"Zone {scope.zone} refuses this: see the policy's description for what to do.",
            **{member.name: f"{member.message} ({member.control}, zone {scope.zone})" for member in members},
        },
        parameters={"effect": "Deny", "confidentialEffect": "Audit"},
    )
    yield from _keys(scope, cloud)
    for definition in acting:
        yield Assignment(
            name=definition.name,
            definition_id=initiative.definition_id(scope.group, definition.name),
            controls=(definition.control,),
            title=definition.title,
            messages={"": f"{definition.message} ({definition.control}, zone {scope.zone})"},
            parameters={"effect": definition.effect},
            acts=True,
        )


def _places(scope: Scope, cloud: str) -> Iterator[Assignment]:
    places = ", ".join(scope.locations)
    listed = {"listOfAllowedLocations": list(scope.locations)}
    baseline = tables.built_in("baseline-global")
    if cloud in baseline.clouds and tables.baseline_locations().issuperset(scope.locations):
        yield Assignment(
            name="sovereignty-baseline",
            definition_id=baseline.resource_id,
            controls=(REGION,),
            title=f"Zone {scope.zone} is held by the sovereignty baseline",
            messages={"": f"Zone {scope.zone} may be in {places} only: choose one of them ({REGION})."},
            parameters={"effect": "Deny", **listed},
        )
        return
    for key, subject in (("allowed-locations", "Resources"), ("allowed-locations-groups", "Resource groups")):
        yield Assignment(
            name=key,
            definition_id=tables.built_in(key).resource_id,
            controls=(REGION,),
            title=f"{subject} of zone {scope.zone} stay in its locations",
            messages={"": f"{subject} of zone {scope.zone} may be in {places} only: choose one of them ({REGION})."},
            parameters=listed,
        )


def _keys(scope: Scope, cloud: str) -> Iterator[Assignment]:
    built_in = tables.built_in("zone-keys")
    if cloud in built_in.clouds:
        names = built_in.references
        yield Assignment(
            name="zone-keys",
            definition_id=built_in.resource_id,
            controls=(ZONE_KEY,),
            title=f"The keys of zone {scope.zone} encrypt its data",
            messages={"": f"Encrypt it with a key of the zone's vault ({ZONE_KEY}, zone {scope.zone})."},
            parameters={"effect": "Deny"},
            overrides={
                # 702dd420 refuses a confidential VM, whose disk key stands in its security profile; ours knows it
                "Disabled": [names["os-and-data-disks"]],
                # 94c1f94d refuses an alarm over logs whose query isn't kept in a linked account, and Log Analytics
                # reaches such an account with its shared key, which the zone's own refuse (Azure Monitor, "Use
                # customer-managed storage accounts"); the others refuse an account that keeps blobs only, as the
                # zone's own records do
                "Audit": [names["log-alerts"], names["queues"], names["tables"]],
            },
        )
    key_types = tables.built_in("key-types")
    if cloud in key_types.clouds:
        yield Assignment(
            name="hsm-key-types",
            definition_id=key_types.resource_id,
            controls=(HSM,),
            title=f"Keys of zone {scope.zone} stay in hardware",
            messages={"": f"Make a key of type {' or '.join(VAULT_HSM_TYPES)} ({HSM}, zone {scope.zone})."},
            parameters={"effect": "Deny", "allowedKeyTypes": list(VAULT_HSM_TYPES)},
        )


def body(assignment: Assignment, scope: Scope, description: str) -> dict[str, Any]:
    """An assignment as `Microsoft.Authorization/policyAssignments` takes it."""
    properties: dict[str, Any] = {
        "displayName": assignment.title,
        "description": description,
        "policyDefinitionId": assignment.definition_id,
        "enforcementMode": "Default",
        "parameters": {name: {"value": value} for name, value in assignment.parameters.items()},
        "nonComplianceMessages": [
            {"message": message, **({"policyDefinitionReferenceId": reference} if reference else {})}
            for reference, message in assignment.messages.items()
        ],
        "metadata": {"control": ",".join(assignment.controls), "zone": scope.zone},
    }
    if assignment.overrides:
        properties["overrides"] = [
            {
                "kind": "policyEffect",
                "value": effect,
                "selectors": [{"kind": "policyDefinitionReferenceId", "in": references}],
            }
            for effect, references in sorted(assignment.overrides.items())
        ]
    found = {"name": assignment.name, "properties": properties}
    if not assignment.acts:
        return found
    return {**found, "identity": {"type": "SystemAssigned"}, "location": scope.home}
