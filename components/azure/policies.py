"""The zone's compiled Azure policies as resources: definitions, then the initiative that names them, then assignments.

A document names another by its id, so the engine is told the order. An assignment that changes or makes something acts
as an identity of its own, which is granted the roles that its definition names, at the group and nowhere else.
Source: Azure Policy, "Initiative definition", "Remediate non-compliant resources" (identity and roles).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_azure_native import authorization

from sovereignty.compile.azure_policy import ASSIGNMENTS, DEFINITIONS, INITIATIVES
from sovereignty.compile.document import Document


@dataclass(frozen=True)
class Bound:
    """What binds a group: its assignments by name, and the grants of those that act."""

    assignments: Mapping[str, authorization.PolicyAssignment]
    grants: Sequence[authorization.RoleAssignment]


def policies(
    name: str,
    documents: Iterable[Document],
    group: pulumi.Input[str],
    scope: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> Bound:
    """Makes them at the management group `group`, whose resource id is `scope`."""
    by_folder = {
        folder: [each.body for each in documents if each.path.startswith(folder)]
        for folder in (DEFINITIONS, INITIATIVES, ASSIGNMENTS)
    }
    definitions = [_definition(name, body, group, opts) for body in by_folder[DEFINITIONS]]
    defined = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=definitions))
    initiatives = [_initiative(name, body, group, defined) for body in by_folder[INITIATIVES]]
    known = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=initiatives))
    bodies = by_folder[ASSIGNMENTS]
    assignments = {body["name"]: _assignment(name, body, scope, known) for body in bodies}
    roles = {body["name"]: list(_roles(body, by_folder[DEFINITIONS])) for body in bodies}
    grants = [
        _grant(name, body, role, assignments[body["name"]], scope, opts)
        for body in bodies
        for role in roles[body["name"]]
    ]
    return Bound(assignments, grants)


def _roles(assignment: Mapping[str, Any], definitions: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The roles that an assignment's definition needs; none where it has no identity."""
    if "identity" not in assignment:
        return
    name = assignment["properties"]["policyDefinitionId"].rpartition("/")[2]
    for definition in definitions:
        if definition["name"] == name:
            yield from definition["properties"]["policyRule"]["then"]["details"]["roleDefinitionIds"]


def _grant(
    name: str,
    body: Mapping[str, Any],
    role: str,
    assignment: authorization.PolicyAssignment,
    scope: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> authorization.RoleAssignment:
    role_id = role.rpartition("/")[2]
    # a role assignment's name is a GUID; of its parts, so that it is the same on every run
    made_of = pulumi.Output.from_input(scope).apply(
        lambda known: str(uuid.uuid5(uuid.NAMESPACE_URL, f"{known}/{body['name']}/{role_id}"))
    )
    return authorization.RoleAssignment(
        f"{name}-{body['name']}-{role_id[:8]}",
        role_assignment_name=made_of,
        scope=scope,
        principal_id=assignment.identity.apply(lambda identity: identity.principal_id if identity else None),
        principal_type="ServicePrincipal",
        role_definition_id=role,
        description=f"Policy assignment {body['name']} acts by it.",
        opts=opts,
    )


def _parameters(declared: Mapping[str, Any]) -> dict[str, authorization.ParameterDefinitionsValueArgs]:
    return {
        parameter: authorization.ParameterDefinitionsValueArgs(
            type=each["type"],
            allowed_values=each["allowedValues"],
            default_value=each["defaultValue"],
            metadata=authorization.ParameterDefinitionsValueMetadataArgs(display_name=each["metadata"]["displayName"]),
        )
        for parameter, each in declared.items()
    }


def _values(given: Mapping[str, Any]) -> dict[str, authorization.ParameterValuesValueArgs]:
    return {name: authorization.ParameterValuesValueArgs(value=each["value"]) for name, each in given.items()}


def _definition(
    name: str, body: Mapping[str, Any], group: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> authorization.PolicyDefinitionAtManagementGroup:
    properties = body["properties"]
    return authorization.PolicyDefinitionAtManagementGroup(
        f"{name}-{body['name']}",
        management_group_id=group,
        policy_definition_name=body["name"],
        policy_type=properties["policyType"],
        mode=properties["mode"],
        display_name=properties["displayName"],
        description=properties["description"],
        metadata=properties["metadata"],
        parameters=_parameters(properties["parameters"]),
        policy_rule=properties["policyRule"],
        opts=opts,
    )


def _initiative(
    name: str, body: Mapping[str, Any], group: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> authorization.PolicySetDefinitionAtManagementGroup:
    properties = body["properties"]
    return authorization.PolicySetDefinitionAtManagementGroup(
        f"{name}-{body['name']}",
        management_group_id=group,
        policy_set_definition_name=body["name"],
        policy_type=properties["policyType"],
        display_name=properties["displayName"],
        description=properties["description"],
        metadata=properties["metadata"],
        parameters=_parameters(properties["parameters"]),
        policy_definition_groups=[
            authorization.PolicyDefinitionGroupArgs(name=each["name"]) for each in properties["policyDefinitionGroups"]
        ],
        policy_definitions=[
            authorization.PolicyDefinitionReferenceArgs(
                policy_definition_reference_id=each["policyDefinitionReferenceId"],
                policy_definition_id=each["policyDefinitionId"],
                group_names=each["groupNames"],
                parameters=_values(each["parameters"]),
            )
            for each in properties["policyDefinitions"]
        ],
        opts=opts,
    )


def _assignment(
    name: str, body: Mapping[str, Any], scope: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> authorization.PolicyAssignment:
    properties = body["properties"]
    return authorization.PolicyAssignment(
        f"{name}-{body['name']}",
        policy_assignment_name=body["name"],
        scope=scope,
        policy_definition_id=properties["policyDefinitionId"],
        display_name=properties["displayName"],
        description=properties["description"],
        enforcement_mode=properties["enforcementMode"],
        identity=authorization.IdentityArgs(type=body["identity"]["type"]) if "identity" in body else None,
        location=body.get("location"),
        metadata=properties["metadata"],
        parameters=_values(properties["parameters"]),
        non_compliance_messages=[
            authorization.NonComplianceMessageArgs(
                message=each["message"], policy_definition_reference_id=each.get("policyDefinitionReferenceId")
            )
            for each in properties["nonComplianceMessages"]
        ],
        overrides=[
            authorization.OverrideArgs(
                kind=each["kind"],
                value=each["value"],
                selectors=[
                    authorization.SelectorArgs(kind=selector["kind"], in_=selector["in"])
                    for selector in each["selectors"]
                ],
            )
            for each in properties.get("overrides", ())
        ]
        or None,
        opts=opts,
    )
