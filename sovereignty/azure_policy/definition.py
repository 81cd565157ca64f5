"""The documents: a definition, an initiative, an assignment; in ARM's shape (`name`, `properties`) or less."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sovereignty.azure_policy import syntax, template
from sovereignty.azure_policy.errors import LanguageError
from sovereignty.azure_policy.parameters import type_of
from sovereignty.azure_policy.syntax import Node
from sovereignty.azure_policy.template import Call, Expression, Literal

# effect-basics
EFFECTS: Final = {
    effect.lower(): effect
    for effect in [
        "addToNetworkGroup",
        "append",
        "audit",
        "auditIfNotExists",
        "deny",
        "denyAction",
        "deployIfNotExists",
        "disabled",
        "manual",
        "modify",
        "mutate",
    ]
}
# what the details of each effect may hold: effect-{append,modify,audit-if-not-exists,deploy-if-not-exists,deny-action}
_RELATED: Final = frozenset(
    {"type", "name", "resourceGroupName", "existenceScope", "existenceCondition", "evaluationDelay"}
)
_DETAILS: Final[Mapping[str, frozenset[str]]] = {
    "auditIfNotExists": _RELATED,
    "deployIfNotExists": _RELATED | {"roleDefinitionIds", "deployment", "deploymentScope"},
    "modify": frozenset({"roleDefinitionIds", "conflictEffect", "operations"}),
    "denyAction": frozenset({"actionNames", "cascadeBehaviors"}),
}
# those that a definition can't do without
_NEEDED: Final[Mapping[str, frozenset[str]]] = {
    "auditIfNotExists": frozenset({"type"}),
    "deployIfNotExists": frozenset({"type", "roleDefinitionIds", "deployment"}),
    "modify": frozenset({"roleDefinitionIds", "operations"}),
    "denyAction": frozenset({"actionNames"}),
}
_PARTS: Final = frozenset(
    {"displayName", "description", "mode", "policyType", "version", "versions", "metadata", "parameters", "policyRule"}
)
# definition-structure-basics, "Mode"
MODES: Final = {"all": "All", "indexed": "Indexed"}
PROVIDER_MODES: Final = frozenset(
    {
        "microsoft.kubernetes.data",
        "microsoft.keyvault.data",
        "microsoft.network.data",
        "microsoft.managedhsm.data",
        "microsoft.datafactory.data",
        "microsoft.machinelearningservices.v2.data",
    }
)


def properties(document: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = document.get("properties", document)
    if not isinstance(inner, Mapping):
        raise LanguageError("properties: an object")
    return inner


def part(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key) or {}
    if not isinstance(value, Mapping):
        raise LanguageError(f"{key}: an object")
    return value


@dataclass(frozen=True)
class Definition:
    """A policy definition, read. `indexed`: mode Indexed. `existence`: of a …IfNotExists effect, None if absent."""

    indexed: bool
    declared: Mapping[str, Mapping[str, Any]]
    condition: Node
    effect: Expression
    details: Mapping[str, Any]
    related_type: Expression | None
    related_name: Expression | None
    existence: Node | None

    @property
    def effect_parameter(self) -> str | None:
        match self.effect:
            case Call("parameters", (Literal(str(name)),)):
                return name
        return None

    def trees(self) -> tuple[Node, ...]:
        return (self.condition,) if self.existence is None else (self.condition, self.existence)

    def expressions(self) -> tuple[Expression, ...]:
        """Every expression of the document, also those in the details that only a deployment uses."""
        inside = tuple(
            expression
            for tree in self.trees()
            for node in syntax.nodes(tree)
            for expression in syntax.expressions(node)
        )
        return (*inside, self.effect, *_details_expressions(self.details))


def _details_expressions(details: Mapping[str, Any]) -> tuple[Expression, ...]:
    # a deployment's template speaks a larger language, evaluated by the deployment: it is not read here
    kept = {key: value for key, value in details.items() if key not in ("existenceCondition", "deployment")}
    deployment = details.get("deployment")
    if isinstance(deployment, Mapping) and isinstance(inner := deployment.get("properties"), Mapping):
        kept["deployment"] = inner.get("parameters", {})
    return (template.expression(kept),)


def effect_name(value: Any) -> str:
    """Microsoft's spelling; LanguageError for none of theirs."""
    if not isinstance(value, str) or value.lower() not in EFFECTS:
        raise LanguageError(f"{value!r} is none of the effects {', '.join(EFFECTS.values())}")
    return EFFECTS[value.lower()]


def read(document: Mapping[str, Any]) -> Definition:
    """LanguageError for whatever Azure would refuse to save, or this evaluator can't judge."""
    inner = properties(document)
    if strange := sorted(set(inner) - _PARTS):
        raise LanguageError(f"a definition has no {', '.join(strange)}")
    rule = inner.get("policyRule")
    if not isinstance(rule, Mapping) or set(rule) != {"if", "then"}:
        raise LanguageError("policyRule: an object with `if` and `then`")
    then = rule["then"]
    if not isinstance(then, Mapping) or "effect" not in then or set(then) - {"effect", "details"}:
        raise LanguageError("policyRule.then: an object with `effect`, and `details` for some effects")
    declared = part(inner, "parameters")
    for name, declaration in declared.items():
        type_of(name, declaration)
    details = then.get("details", {})
    if not isinstance(details, Mapping):  # append: a list of fields and values
        details = {"append": details}
    existence = details.get("existenceCondition")
    definition = Definition(
        indexed=_indexed(inner.get("mode")),
        declared=declared,
        condition=syntax.rule(rule["if"]),
        effect=template.expression(then["effect"]),
        details=details,
        related_type=template.expression(details["type"]) if "type" in details else None,
        related_name=template.expression(details["name"]) if "name" in details else None,
        existence=None if existence is None else syntax.rule(existence, "then.details.existenceCondition"),
    )
    for name in used_parameters(definition):
        if name not in declared:
            raise LanguageError(f"the parameter {name!r} is used and not declared")
    if isinstance(definition.effect, Literal):
        check_details(effect_name(definition.effect.value), definition.details)
    return definition


def _indexed(mode: Any) -> bool:
    if mode is None:  # Azure reads no mode as Indexed
        return True
    if str(mode).lower() in PROVIDER_MODES:
        raise LanguageError(f"mode {mode} is evaluated by its resource provider, not here")
    if str(mode).lower() not in MODES:
        raise LanguageError(f"{mode!r} is no mode")
    return str(mode).lower() == "indexed"


def check_details(effect: str, details: Mapping[str, Any]) -> None:
    """LanguageError where the details can't belong to the effect: a misspelt name would widen or narrow the policy."""
    if missing := sorted(_NEEDED.get(effect, frozenset()) - set(details)):
        raise LanguageError(f"then.details of {effect}: {', '.join(missing)} is missing")
    if effect in _DETAILS and (strange := sorted(set(details) - _DETAILS[effect])):
        raise LanguageError(f"then.details of {effect}: {', '.join(strange)} can't stand here")
    if effect == "modify":
        _check_operations(details)
    if effect == "deployIfNotExists":
        _check_deployment(details)
    if effect == "denyAction":
        actions = details["actionNames"]
        if not isinstance(actions, list) or [str(action).lower() for action in actions] != ["delete"]:
            raise LanguageError("then.details.actionNames: [delete], the one action that Azure can deny")


def _check_operations(details: Mapping[str, Any]) -> None:
    """Source: effect-modify, "Modify properties"."""
    if (conflict := details.get("conflictEffect", "deny")) not in ("audit", "deny", "disabled"):
        raise LanguageError(f"then.details.conflictEffect: audit, deny or disabled, found {conflict!r}")
    operations = details["operations"]
    if not isinstance(operations, list) or not operations:
        raise LanguageError("then.details.operations: a list of operations")
    for number, operation in enumerate(operations):
        where = f"then.details.operations[{number}]"
        if not isinstance(operation, Mapping) or set(operation) - {"operation", "field", "value", "condition"}:
            raise LanguageError(f"{where}: an object of operation, field, value and condition")
        kind, field = str(operation.get("operation")).lower(), operation.get("field")
        if kind not in ("addorreplace", "add", "remove"):
            raise LanguageError(f"{where}.operation: addOrReplace, add or remove")
        if not isinstance(field, str):
            raise LanguageError(f"{where}.field: a tag or an alias")
        if kind == "remove" and syntax.tag_name(field) is None:
            raise LanguageError(f"{where}: only tags can be removed")
        if kind != "remove" and "value" not in operation:
            raise LanguageError(f"{where}.value is missing")
        for call in template.calls(template.expression(operation.get("condition", True))):
            if call.name in ("field", "resourcegroup", "subscription"):
                raise LanguageError(f"{where}.condition: {call.name}() can't stand there")


def _check_deployment(details: Mapping[str, Any]) -> None:
    """Source: effect-deploy-if-not-exists, "DeployIfNotExists properties"."""
    for key in ("existenceScope", "deploymentScope"):
        if str(details.get(key, "ResourceGroup")).lower() not in ("subscription", "resourcegroup"):
            raise LanguageError(f"then.details.{key}: Subscription or ResourceGroup")
    deployment = details["deployment"]
    if not isinstance(deployment, Mapping) or not isinstance(deployment.get("properties"), Mapping):
        raise LanguageError("then.details.deployment: an object with `properties`")
    at_subscription = str(details.get("deploymentScope", "")).lower() == "subscription"
    if at_subscription and not deployment.get("location"):
        raise LanguageError("then.details.deployment.location: a deployment at a subscription needs one")


def used_parameters(definition: Definition) -> list[str]:
    """Names in `parameters('…')`, in the order of the document, each once."""
    found: dict[str, None] = {}
    for expression in definition.expressions():
        for call in template.calls(expression):
            match call:
                case Call("parameters", (Literal(str(name)),)):
                    found[name] = None
                case Call("parameters"):
                    raise LanguageError("parameters() with a computed name can't be checked")
    return list(found)
