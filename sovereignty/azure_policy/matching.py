"""Does a rule match a resource?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sovereignty.azure_policy import conditions
from sovereignty.azure_policy.aliases import ELEMENTS
from sovereignty.azure_policy.errors import EvaluationFailed
from sovereignty.azure_policy.scope import Indices, Scope, members
from sovereignty.azure_policy.syntax import LOCATION, AllOf, AnyOf, CountIs, FieldIs, Node, Not, ValueIs
from sovereignty.azure_policy.verdicts import Undecided, Verdict, all_of, any_of, negation


def verdict(tree: Node, scope: Scope) -> Verdict:
    match tree:
        case AllOf(parts):
            return all_of(verdict(part, scope) for part in parts)
        case AnyOf(parts):
            return any_of(verdict(part, scope) for part in parts)
        case Not(part):
            return negation(verdict(part, scope))
        case FieldIs():
            return _guarded(lambda: _field(tree, scope))
        case ValueIs(value, operator, target):
            return _guarded(lambda: conditions.holds(operator, scope.value(value), scope.value(target)))
        case CountIs():
            return _guarded(lambda: _count(tree, scope))


def _guarded(judge: Callable[[], Verdict]) -> Verdict:
    try:
        return judge()
    except EvaluationFailed as failure:
        return Undecided(str(failure))


def _field(condition: FieldIs, scope: Scope) -> Verdict:
    """A field that selects from an array fits if each selected value does: so does one that selects nothing."""
    name, target = scope.value(condition.field), scope.value(condition.target)
    if not isinstance(name, str):
        raise EvaluationFailed("the name of a field is a string")
    selected = scope.select(name)
    if condition.operator == "exists" and selected.many and not selected.values:
        # by the letter both `exists: true` and `exists: false` would hold
        return Undecided(f"`exists` on {name} without members isn't documented; count them")
    if name.lower() == LOCATION:
        target = conditions.normalised_location(target)
        return conditions.holds(condition.operator, conditions.normalised_location(selected.values[0]), target)
    return all_of(conditions.holds(condition.operator, value, target) for value in selected.values)


def _count(condition: CountIs, scope: Scope) -> Verdict:
    fits: list[Verdict] = [
        True if condition.where is None else verdict(condition.where, inner) for inner in _iterations(condition, scope)
    ]
    sure = sum(fit is True for fit in fits)
    doubts = [fit for fit in fits if isinstance(fit, Undecided)]
    target = scope.value(condition.target)
    # an undecided member may count or not: it decides only if the outcome differs
    outcomes = {conditions.holds(condition.operator, sure + more, target) for more in range(len(doubts) + 1)}
    return outcomes.pop() if len(outcomes) == 1 else doubts[0]


def _iterations(condition: CountIs, scope: Scope) -> Iterator[Scope]:
    if condition.value is not None:
        array = scope.value(condition.value)
        if not isinstance(array, list):
            raise EvaluationFailed("a value count counts a list")
        if not condition.name and scope.counts:
            raise EvaluationFailed("a value count inside another needs a name")
        for each in array:
            yield scope.counting(condition.name or "default", each, {})
        return
    assert condition.field is not None  # noqa: S101 - a count has one of both: syntax.rule
    alias = scope.value(condition.field)
    for member, at in _members(alias, scope):
        yield scope.counting(alias, member, at)


def _members(alias: str, scope: Scope) -> Iterator[tuple[Any, Indices]]:
    path = scope.aliases.path(alias, scope.resource.type)
    if path is None:
        return
    if not path.endswith(ELEMENTS):
        raise EvaluationFailed(f"{alias} stands for {path}, which is no array")
    yield from members(scope.resource.body, path, scope.at)
