"""Built-in roles given to a principal on one resource, under a name that is the same on every run."""

from __future__ import annotations

import uuid

import pulumi
from pulumi_azure_native import authorization

from sovereignty import facts
from sovereignty.facts import azure_roles
from sovereignty.zone import Zone


def assignment_name(zone: Zone, subscription: str, location: str, purpose: str) -> str:
    """The GUID that names an assignment, made from what it is for: Azure takes no other name."""
    whole = "/".join(("sovereign-zones", zone.zone, subscription.lower(), facts.azure_location(location), purpose))
    return str(uuid.uuid5(uuid.NAMESPACE_URL, whole))


def grant(
    name: str,
    *,
    assignment: str,
    subscription: str,
    scope: pulumi.Input[str],
    principal_id: pulumi.Input[str],
    role: str,
    opts: pulumi.ResourceOptions,
) -> authorization.RoleAssignment:
    """A role of `azure_roles.yaml` for a service's principal at `scope`, an ARM id in the subscription."""
    return authorization.RoleAssignment(
        name,
        role_assignment_name=assignment,
        scope=scope,
        principal_id=principal_id,
        principal_type="ServicePrincipal",
        role_definition_id=azure_roles.definition_id(role, subscription),
        opts=opts,
    )


def once(value: pulumi.Output[str], *granted: pulumi.Output[str]) -> pulumi.Output[str]:
    """The same value, known when those are: what uses it waits for the grants whose ids they are."""
    return pulumi.Output.all(value, *granted).apply(lambda known: known[0])
