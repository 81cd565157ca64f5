"""An IAM policy document, parsed and compiled; what IAM wouldn't take is refused here, not passed over later.

Source: IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from sovereignty.iam import operators, patterns
from sovereignty.iam.principals import Principals, principals
from sovereignty.iam.request import View

Effect = Literal["Allow", "Deny"]

_VERSIONS = ("2012-10-17", "2008-10-17")
_ELEMENTS = frozenset(("Sid", "Effect", "Condition")) | {
    negation + name for name in ("Principal", "Action", "Resource") for negation in ("", "Not")
}


@dataclass(frozen=True, eq=False)
class Statement:
    """One statement. `actions` and `resources` are as written, `action_negated` says that they stand in NotAction.

    `condition` is the Condition element as written. Two statements are the same only if they are one object.
    """

    sid: str
    effect: Effect
    actions: tuple[str, ...]
    action_negated: bool
    resources: tuple[str, ...]
    resource_negated: bool
    principals: Principals | None
    principal_negated: bool
    condition: Mapping[str, Any]
    _action: patterns.Fits
    _resource: patterns.Fits | None
    _tests: tuple[operators.Test, ...]

    def fits_action(self, action: str) -> bool:
        """Whether the statement speaks of this action, in any case."""
        return self._action(action.lower(), {}) is not self.action_negated

    def fits_view(self, view: View) -> bool:
        """Whether everything but the action fits the request."""
        context = view.context
        for test in self._tests:
            if not test(context):
                return False
        return (self._resource is None or self._resource(view.resource, context) is not self.resource_negated) and (
            self.principals is None or self._names(self.principals, view)
        )

    def names_directly(self, view: View) -> bool:
        """Whether a Principal element grants to the caller itself, and not to its account to hand on."""
        return self.principals is not None and (self.principal_negated or self.principals.name_directly(view))

    def _names(self, named: Principals, view: View) -> bool:
        if not self.principal_negated:
            return named.name(view)
        return not (named.spare(view) if self.effect == "Deny" else named.name(view))


@dataclass(frozen=True, eq=False)
class Policy:
    """A parsed document."""

    statements: tuple[Statement, ...]


def parse(document: Mapping[str, Any]) -> Policy:
    """ValueError, with the number or Sid of the statement, for whatever IAM doesn't define or would refuse."""
    if unknown := set(document) - {"Version", "Id", "Statement"}:
        raise ValueError(f"a policy has no element {sorted(unknown)[0]!r}")
    version = document.get("Version", "2008-10-17")
    if version not in _VERSIONS:
        raise ValueError(f"IAM knows no policy version {version!r}")
    statements = document.get("Statement")
    if isinstance(statements, Mapping):
        statements = [statements]
    if not isinstance(statements, list | tuple):
        raise ValueError("a policy needs a Statement")
    # policies of 2008 take ${...} for plain text
    return Policy(tuple(_numbered(number, each, version == _VERSIONS[0]) for number, each in enumerate(statements, 1)))


def _numbered(number: int, body: Mapping[str, Any], variables: bool) -> Statement:
    try:
        return _statement(body, variables)
    except ValueError as error:
        raise ValueError(f"statement {body.get('Sid', number)}: {error}") from error


def _statement(body: Mapping[str, Any], variables: bool) -> Statement:
    if unknown := set(body) - _ELEMENTS:
        raise ValueError(f"a statement has no element {sorted(unknown)[0]!r}")
    effect = body.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise ValueError(f"the Effect {effect!r} is neither Allow nor Deny")
    principal, principal_negated = _either(body, "Principal")
    action, action_negated = _either(body, "Action")
    resource, resource_negated = _either(body, "Resource")
    if action is None:
        raise ValueError("an Action or a NotAction is needed")
    if resource is None:
        # a role's trust policy speaks of the role that it is attached to
        if principal is None:
            raise ValueError("a Resource or a NotResource is needed")
        resource = "*"
    actions = operators.strings(action)
    resources = operators.strings(resource)
    for each in actions:
        if each != "*" and each.count(":") != 1:
            raise ValueError(f"{each!r} is no action: write service:Name")
    condition = body.get("Condition", {})
    return Statement(
        sid=body.get("Sid", ""),
        effect=cast(Effect, effect),
        actions=actions,
        action_negated=action_negated,
        resources=resources,
        resource_negated=resource_negated,
        principals=None if principal is None else principals(principal),
        principal_negated=principal_negated,
        condition=condition,
        _action=patterns.any_of([each.lower() for each in actions], patterns.wildcards, variables=False),
        _resource=None if "*" in resources and not resource_negated else _resources(resources, variables),
        _tests=operators.condition(condition, variables),
    )


def _resources(resources: tuple[str, ...], variables: bool) -> patterns.Fits:
    return patterns.any_of(resources, patterns.wildcards, variables=variables)


def _either(body: Mapping[str, Any], element: str) -> tuple[Any, bool]:
    negated = "Not" + element
    if element in body and negated in body:
        raise ValueError(f"{element} and {negated} exclude each other")
    return body.get(negated, body.get(element)), negated in body
