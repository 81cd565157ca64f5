"""What a definition does to a resource.

Sources: definition-structure-basics (modes), effect-basics and effect-*, exemption-structure (what is never evaluated).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sovereignty.azure_policy import conditions, syntax
from sovereignty.azure_policy import parameters as declarations
from sovereignty.azure_policy.aliases import AliasCatalogue
from sovereignty.azure_policy.definition import Definition, check_details, effect_name, read
from sovereignty.azure_policy.errors import EvaluationFailed
from sovereignty.azure_policy.matching import verdict
from sovereignty.azure_policy.resource import RESOURCE_GROUP, SUBSCRIPTION, AzureResource
from sovereignty.azure_policy.scope import Scope
from sovereignty.azure_policy.verdicts import Undecided

Request = Literal["write", "delete"]

# effect-deny-action: exempt, so that nobody locks themselves out
_DELETED_ANYWAY: Final = frozenset(
    {
        "microsoft.authorization/policyassignments",
        "microsoft.authorization/denyassignments",
        "microsoft.blueprint/blueprintassignments",
        "microsoft.resources/deploymentstacks",
        "microsoft.resources/subscriptions",
        "microsoft.authorization/locks",
    }
)


@dataclass(frozen=True)
class Evaluation:
    """What a definition does to a resource.

    `applies`: the resource is evaluated at all (mode, `disabled`); `matched`: the rule's `if` holds; `effect`: what
    then happens, in Microsoft's spelling (deny, audit, modify, …), None if nothing; `why`: a sentence.
    """

    applies: bool
    matched: bool
    effect: str | None
    why: str


def evaluate(
    definition: Mapping[str, Any],
    resource: AzureResource,
    parameters: Mapping[str, Any] | None = None,
    *,
    aliases: AliasCatalogue,
    related: Sequence[AzureResource] | None = None,
    request: Request = "write",
    now: datetime | None = None,
    effect: str | None = None,
) -> Evaluation:
    """`parameters` are plain values by name; `effect` overrides the definition's, as an assignment's override does.

    `related`: the resources in the existence scope, for the …IfNotExists effects. `request` is a creation or update
    ("write"), which denyAction doesn't see, or a "delete", which only denyAction sees. `now`: what utcNow() says.
    Raises LanguageError (the definition), AssignmentError (the parameters), EvaluationFailed (the outcome fails in
    Azure, isn't documented, or needs what the case doesn't hold).
    """
    return judge(
        read(definition),
        resource,
        parameters or {},
        aliases=aliases,
        related=related,
        request=request,
        now=now,
        effect=effect,
    )


def judge(
    definition: Definition,
    resource: AzureResource,
    given: Mapping[str, Any],
    *,
    aliases: AliasCatalogue,
    related: Sequence[AzureResource] | None = None,
    request: Request = "write",
    now: datetime | None = None,
    effect: str | None = None,
) -> Evaluation:
    """`evaluate` for a definition that is read once and held against many resources."""
    syntax.check_fields(definition.condition, aliases)
    if definition.existence is not None:
        syntax.check_fields(definition.existence, aliases)
    values = declarations.values(definition.declared, given)
    scope = Scope(resource=resource, subject=resource, aliases=aliases, parameters=values, now=now)
    effect = effect_name(scope.value(definition.effect) if effect is None else effect)
    if effect == "disabled":
        return Evaluation(False, False, None, "The effect is disabled: nothing is evaluated.")
    check_details(effect, definition.details)
    if passed_over := _passed_over(definition, resource):
        return Evaluation(False, False, None, passed_over)
    matched = verdict(definition.condition, scope)
    if isinstance(matched, Undecided):
        raise EvaluationFailed(f"{resource.type} {resource.name}: {matched.why}")
    if not matched:
        return Evaluation(True, False, None, "The rule doesn't match.")
    if idle := _idle(effect, resource, request):
        return Evaluation(True, True, None, idle)
    if effect in ("auditIfNotExists", "deployIfNotExists") and _exists(definition, scope, related):
        return Evaluation(True, True, None, "The rule matches, and what it asks for exists.")
    return Evaluation(True, True, effect, f"The rule matches: {effect}.")


def _passed_over(definition: Definition, resource: AzureResource) -> str:
    kind = resource.type.lower()
    containers = (RESOURCE_GROUP.lower(), SUBSCRIPTION.lower())
    if kind.startswith("microsoft.resources/") and kind not in containers:
        return "Azure Policy evaluates nothing in Microsoft.Resources but subscriptions and resource groups."
    if definition.indexed and kind in containers:
        return "Mode Indexed leaves out subscriptions and resource groups."
    if definition.indexed and not resource.takes_tags_and_location:
        return "Mode Indexed leaves out types without tags and location."
    return ""


def _idle(effect: str, resource: AzureResource, request: Request) -> str:
    """Why a matching rule does nothing to this request; "" if it does."""
    if effect != "denyAction":
        return "" if request == "write" else f"The rule matches, but {effect} doesn't see deletions."
    if request != "delete":
        return "The rule matches, but denyAction sees deletions only."
    if resource.type.lower() in _DELETED_ANYWAY:
        return f"The rule matches, but denyAction never binds {resource.type}."
    return ""


def _exists(definition: Definition, scope: Scope, related: Sequence[AzureResource] | None) -> bool:
    if related is None:
        raise EvaluationFailed("the effect asks for other resources: say which exist (`related`)")
    kind = None if definition.related_type is None else scope.value(definition.related_type)
    name = None if definition.related_name is None else scope.value(definition.related_name)
    for candidate in related:
        if candidate.type.lower() != str(kind).lower():
            continue
        if name is not None and conditions.holds("like", candidate.name, name) is not True:
            continue
        if definition.existence is None:
            return True
        inner = Scope(
            resource=candidate, subject=scope.subject, aliases=scope.aliases, parameters=scope.parameters, now=scope.now
        )
        found = verdict(definition.existence, inner)
        if isinstance(found, Undecided):
            raise EvaluationFailed(f"{candidate.type} {candidate.name}: {found.why}")
        if found:
            return True
    return False
