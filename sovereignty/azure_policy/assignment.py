"""What an assignment, of a definition or of an initiative, does to a resource.

Sources: assignment-structure, initiative-definition-structure, effect-basics ("Interchanging effects").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sovereignty.azure_policy import parameters, template
from sovereignty.azure_policy.aliases import AliasCatalogue
from sovereignty.azure_policy.conditions import normalised_location
from sovereignty.azure_policy.definition import Definition, effect_name, part, properties, read
from sovereignty.azure_policy.errors import AssignmentError, LanguageError
from sovereignty.azure_policy.evaluate import Evaluation, Request, judge
from sovereignty.azure_policy.resource import AzureResource
from sovereignty.azure_policy.scope import Scope
from sovereignty.azure_policy.template import Literal

_PARTS: Final = frozenset(
    {
        "displayName",
        "description",
        "policyDefinitionId",
        "definitionVersion",
        "enforcementMode",
        "metadata",
        "nonComplianceMessages",
        "notScopes",
        "overrides",
        "parameters",
        "scope",
    }
)
_MEMBER_PARTS: Final = frozenset(
    {"policyDefinitionId", "policyDefinitionReferenceId", "parameters", "groupNames", "definitionVersion"}
)
# effects of one group often stand for each other; `disabled` stands for any
_INTERCHANGEABLE: Final = (
    frozenset({"audit", "deny", "modify", "append"}),
    frozenset({"auditIfNotExists", "deployIfNotExists"}),
)


@dataclass(frozen=True)
class Outcome:
    """One definition of an assignment.

    `reference` is its policyDefinitionReferenceId ("" for a definition that is assigned alone), `definition` its id;
    `enforced` is False under enforcementMode DoNotEnforce, where an effect is reported and not taken.
    """

    reference: str
    definition: str
    evaluation: Evaluation
    enforced: bool

    @property
    def denies(self) -> bool:
        return self.enforced and self.evaluation.effect in ("deny", "denyAction")


@dataclass(frozen=True)
class Member:
    """One definition as an assignment uses it: its parameters resolved, still unchecked."""

    reference: str
    definition_id: str
    document: Mapping[str, Any]
    given: Mapping[str, Any]


def assigned(
    assignment: Mapping[str, Any],
    resource: AzureResource,
    definitions: Mapping[str, Mapping[str, Any]],
    *,
    aliases: AliasCatalogue,
    related: Sequence[AzureResource] | None = None,
    request: Request = "write",
    now: datetime | None = None,
) -> tuple[Outcome, ...]:
    """One outcome for each definition, in the initiative's order; none for a resource under `notScopes`.

    `definitions`: definitions and initiatives (ARM shape) by their id. Errors as `evaluate`; AssignmentError also for
    an override that Azure would refuse, and for a part of an assignment that isn't evaluated here (resource selectors).
    """
    inner = checked(assignment)
    if any(_under(resource.arm_id, str(scope)) for scope in inner.get("notScopes") or ()):
        return ()
    enforced = enforces(inner)
    outcomes = []
    for member in members(inner, resource, definitions, aliases, now):
        definition = read(member.document)
        effect = overriding_effect(inner, member.reference, definition, resource.body.get("location"))
        evaluation = judge(
            definition,
            resource,
            member.given,
            aliases=aliases,
            related=related,
            request=request,
            now=now,
            effect=effect,
        )
        outcomes.append(Outcome(member.reference, member.definition_id, evaluation, enforced))
    return tuple(outcomes)


def checked(assignment: Mapping[str, Any]) -> Mapping[str, Any]:
    """The properties of an assignment; AssignmentError for a part that would change outcomes and isn't known here."""
    inner = properties(assignment)
    if strange := sorted(key for key in set(inner) - _PARTS if inner[key]):
        raise AssignmentError(f"an assignment's {', '.join(strange)} isn't evaluated here")
    return inner


def enforces(inner: Mapping[str, Any]) -> bool:
    mode = inner.get("enforcementMode", "Default")
    if mode not in ("Default", "DoNotEnforce"):
        raise AssignmentError(f"enforcementMode {mode!r}: Default or DoNotEnforce")
    return mode == "Default"


def given(document: Mapping[str, Any], where: str) -> dict[str, Any]:
    """`{"name": {"value": …}}` as name -> value."""
    found = part(document, "parameters")
    if wrong := [name for name, value in found.items() if not isinstance(value, Mapping) or set(value) != {"value"}]:
        raise AssignmentError(f"{where}: parameters.{wrong[0]} is an object with `value`")
    return {name: value["value"] for name, value in found.items()}


def lookup(definitions: Mapping[str, Mapping[str, Any]], identifier: Any) -> Mapping[str, Any]:
    for name, document in definitions.items():
        if name.lower() == str(identifier).lower():
            return document
    raise AssignmentError(f"there is no definition {identifier!r}")


def members(
    inner: Mapping[str, Any],
    resource: AzureResource,
    definitions: Mapping[str, Mapping[str, Any]],
    aliases: AliasCatalogue,
    now: datetime | None = None,
) -> Iterator[Member]:
    """The definitions behind an assignment, an initiative's parameters passed on to its members."""
    identifier = inner.get("policyDefinitionId", "")
    document = lookup(definitions, identifier)
    values = given(inner, "assignment")
    if "policyDefinitions" not in properties(document):
        yield Member("", str(identifier), document, values)
        return
    declared = part(properties(document), "parameters")
    scope = Scope(
        resource=resource,
        subject=resource,
        aliases=aliases,
        parameters=parameters.values(declared, values),
        now=now,
    )
    for member in initiative_members(document):
        passed = given(member, f"member {member['policyDefinitionReferenceId']}")
        yield Member(
            str(member["policyDefinitionReferenceId"]),
            str(member["policyDefinitionId"]),
            lookup(definitions, member["policyDefinitionId"]),
            {name: scope.value(template.expression(value)) for name, value in passed.items()},
        )


def initiative_members(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """LanguageError for members without id or reference, and for a reference that occurs twice."""
    found = properties(document).get("policyDefinitions")
    if not isinstance(found, list) or not found:
        raise LanguageError("policyDefinitions: a list of members")
    seen: set[str] = set()
    for n, member in enumerate(found):
        where = f"policyDefinitions[{n}]"
        if not isinstance(member, Mapping) or not member.get("policyDefinitionId"):
            raise LanguageError(f"{where}: an object with policyDefinitionId")
        reference = str(member.get("policyDefinitionReferenceId") or "").lower()
        if not reference:  # Azure makes one up, which no override could name
            raise LanguageError(f"{where}: policyDefinitionReferenceId is missing")
        if reference in seen:
            raise LanguageError(f"{where}: the reference {member['policyDefinitionReferenceId']} occurs twice")
        seen.add(reference)
        if strange := sorted(set(member) - _MEMBER_PARTS):
            raise LanguageError(f"{where}: {', '.join(strange)} can't stand here")
    return found


def overriding_effect(inner: Mapping[str, Any], reference: str, definition: Definition, location: Any) -> str | None:
    """The effect that an override gives to the definition; None if there is none for it."""
    found = [one for one in inner.get("overrides") or () if _selects(one, reference, location)]
    if not found:
        return None
    if len(found) > 1:  # they are "evaluated in order"; which of two wins isn't said
        raise AssignmentError(f"two overrides bind {reference or 'the definition'}")
    if found[0].get("kind") != "policyEffect":
        raise AssignmentError(f"an override of kind {found[0].get('kind')!r} isn't evaluated here")
    effect = effect_name(found[0].get("value"))
    if wrong := refused_override(effect, definition):
        raise AssignmentError(f"override of {reference or 'the definition'}: {wrong}")
    return effect


def refused_override(effect: str, definition: Definition) -> str:
    """Why Azure wouldn't take the effect instead of the definition's; "" if it would."""
    name = definition.effect_parameter
    if name is not None:
        allowed = definition.declared[name].get("allowedValues")
        names = None if allowed is None else [effect_name(each) for each in allowed]
        return "" if names is None or effect in names else f"{effect} is not one of the effects allowed, {names}"
    if effect == "disabled":
        return ""
    if not isinstance(definition.effect, Literal):
        return "its effect is computed"
    own = effect_name(definition.effect.value)
    fits = own in (effect, "disabled") or any({own, effect} <= group for group in _INTERCHANGEABLE)
    return "" if fits else f"{effect} can't stand for {own}"


def _selects(override: Any, reference: str, location: Any) -> bool:
    if not isinstance(override, Mapping):
        raise AssignmentError("an override is an object")
    return all(_selected(selector, reference, location) for selector in override.get("selectors") or ())


def _selected(selector: Any, reference: str, location: Any) -> bool:
    if not isinstance(selector, Mapping) or ("in" in selector) == ("notIn" in selector):
        raise AssignmentError("a selector has a kind and one of in, notIn")
    listed = [str(each) for each in selector.get("in", selector.get("notIn"))]
    match selector.get("kind"):
        case "policyDefinitionReferenceId":
            inside = reference.lower() in (each.lower() for each in listed)
        case "resourceLocation":
            inside = normalised_location(location) in normalised_location(listed)
        case kind:
            raise AssignmentError(f"a selector of kind {kind!r} isn't evaluated here")
    return inside is ("in" in selector)


def _under(identifier: str, scope: str) -> bool:
    one, other = identifier.lower(), scope.lower().rstrip("/")
    if other.startswith("/providers/microsoft.management/"):
        raise AssignmentError("whether a resource lies in a management group isn't known here (notScopes)")
    return one == other or one.startswith(f"{other}/")
