"""Everything that can go wrong in one document of Azure Policy, one fault at a time."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

Body = dict[str, Any]
Condition = dict[str, Any]
Mutant = tuple[str, Any]

_OPPOSITE = {
    "equals": "notEquals",
    "in": "notIn",
    "like": "notLike",
    "contains": "notContains",
    "less": "greaterOrEquals",
    "greater": "lessOrEquals",
}
_OPPOSITES = _OPPOSITE | {opposite: operator for operator, opposite in _OPPOSITE.items()}
_BORDERS = {
    "less": "lessOrEquals",
    "lessOrEquals": "less",
    "greater": "greaterOrEquals",
    "greaterOrEquals": "greater",
}
_NORMALISED = re.compile(r"\[toLower\(replace\((?P<place>.*), ' ', ''\)\)\]")


def condition_mutants(condition: Condition) -> Iterator[tuple[str, Condition]]:
    """What was done to a condition of a rule, and what it became; each part of it in turn."""
    for group, other in (("allOf", "anyOf"), ("anyOf", "allOf")):
        if group in condition:
            yield from _group_mutants(condition[group], group, other)
            return
    if "not" in condition:
        yield f"not dropped from {_shown(condition['not'])}", condition["not"]
        yield from ((what, {"not": changed}) for what, changed in condition_mutants(condition["not"]))
        return
    if "count" in condition:
        yield from _count_mutants(condition)
    yield from _leaf_mutants(condition)


def _group_mutants(members: list[Condition], group: str, other: str) -> Iterator[tuple[str, Condition]]:
    if len(members) > 1:
        yield f"{group} of {len(members)} made {other}", {other: members}
    for number, member in enumerate(members):
        rest = [*members[:number], *members[number + 1 :]]
        if rest:
            yield f"dropped {_shown(member)}", {group: rest}
        for what, changed in condition_mutants(member):
            yield what, {group: [*members[:number], changed, *members[number + 1 :]]}


def _count_mutants(condition: Condition) -> Iterator[tuple[str, Condition]]:
    counted = condition["count"]
    if "where" in counted:
        yield f"where of {counted['field']} dropped", {**condition, "count": {"field": counted["field"]}}
        for what, changed in condition_mutants(counted["where"]):
            yield what, {**condition, "count": {**counted, "where": changed}}
    operator = _operator(condition)
    yield f"{_shown(condition)} counts one more", {**condition, operator: condition[operator] + 1}


def _leaf_mutants(condition: Condition) -> Iterator[tuple[str, Condition]]:
    operator = _operator(condition)
    target = condition[operator]
    bare = {key: value for key, value in condition.items() if key != operator}
    if operator == "exists":
        yield f"{_shown(condition)} negated", {**bare, "exists": not target}
    else:
        yield f"{_shown(condition)} negated", {**bare, _OPPOSITES[operator]: target}
    if operator in _BORDERS:
        yield f"{_shown(condition)} at its border", {**bare, _BORDERS[operator]: target}
    if isinstance(target, list) and len(target) > 1:
        for value in target:
            yield f"{_shown(condition)} without {value}", {**bare, operator: [one for one in target if one != value]}
    if reading := _NORMALISED.fullmatch(str(condition.get("value", ""))):
        place = reading["place"]
        yield f"{_shown(condition)} not lowered", {**condition, "value": f"[replace({place}, ' ', '')]"}
        yield f"{_shown(condition)} with its spaces", {**condition, "value": f"[toLower({place})]"}


def _operator(condition: Condition) -> str:
    [operator] = set(condition) - {"field", "value", "count"}
    return operator


def _shown(condition: Condition) -> str:
    if nested := set(condition) & {"allOf", "anyOf", "not"}:
        return f"{nested.pop()} …"
    of = condition.get("field") or condition.get("value") or f"count of {condition['count']['field']}"
    return f"{of} {_operator(condition)}"


def definition_mutants(definition: Body) -> Iterator[tuple[str, Body]]:
    """Faults of a definition: in its rule, in what must exist beside, its effect, its mode."""
    rule = ("properties", "policyRule")
    yield from _conditions(definition, (*rule, "if"))
    then = definition["properties"]["policyRule"]["then"]
    details = (*rule, "then", "details")
    if "existenceCondition" in then.get("details", {}):
        yield from _conditions(definition, (*details, "existenceCondition"))
        yield "existenceCondition dropped", _without(definition, (*details, "existenceCondition"))
    effect = definition["properties"]["parameters"]["effect"]
    fixed = "Audit" if "Audit" in effect["allowedValues"] else "Disabled"
    for value in dict.fromkeys((fixed, "Disabled")):
        yield f"effect fixed as {value}", _with(definition, (*rule, "then", "effect"), value)
    declared = ("properties", "parameters", "effect")
    for value in effect["allowedValues"]:
        if value != effect["defaultValue"]:
            yield f"default of effect {value}", _with(definition, (*declared, "defaultValue"), value)
        others = [one for one in effect["allowedValues"] if one != value]
        yield f"effect {value} not allowed", _with(definition, (*declared, "allowedValues"), others)
    for mode in ("All", "Indexed"):
        if mode != definition["properties"]["mode"]:
            yield f"mode {mode}", _with(definition, ("properties", "mode"), mode)
    yield from _operation_mutants(definition, (*details, "operations"))


def _operation_mutants(definition: Body, path: tuple[str, ...]) -> Iterator[tuple[str, Body]]:
    """Faults of what the effect modify does."""
    operations = _at(definition, path[:-1]).get("operations", []) if "Modify" in _allowed(definition) else []
    for number, operation in enumerate(operations):
        others = [*operations[:number], *operations[number + 1 :]]
        if others:
            yield f"{operation['field']} dropped", _with(definition, path, others)
        for changed in ({**operation, "value": "other"}, {**operation, "field": "tags['other']"}):
            yield f"{operation['field']} made {changed}", _with(definition, path, [*others, changed])
        yield f"{operation['field']} removed", _with(definition, path, [*others, {**operation, "operation": "remove"}])


def _allowed(definition: Body) -> list[str]:
    return definition["properties"]["parameters"]["effect"]["allowedValues"]


def _conditions(body: Body, path: tuple[str, ...]) -> Iterator[tuple[str, Body]]:
    for what, changed in condition_mutants(_at(body, path)):
        yield what, _with(body, path, changed)


def initiative_mutants(initiative: Body) -> Iterator[tuple[str, Body]]:
    """Faults of an initiative: its members and its parameters."""
    path = ("properties", "policyDefinitions")
    members = _at(initiative, path)
    for number, member in enumerate(members):
        name = member["policyDefinitionReferenceId"]
        others = [*members[:number], *members[number + 1 :]]
        yield f"{name} dropped", _with(initiative, path, others)
        for parameter in member["parameters"]:
            alone = {**member, "parameters": {k: v for k, v in member["parameters"].items() if k != parameter}}
            yield f"{name} without {parameter}", _with(initiative, path, [*others, alone])
        for other in _at(initiative, ("properties", "parameters")):
            bound = {"effect": {"value": f"[parameters('{other}')]"}}
            if member["parameters"] and bound != member["parameters"]:
                yield f"{name} with {other}", _with(initiative, path, [*others, {**member, "parameters": bound}])
    for name, parameter in initiative["properties"]["parameters"].items():
        for value in parameter["allowedValues"]:
            if value != parameter["defaultValue"]:
                where = ("properties", "parameters", name, "defaultValue")
                yield f"default of {name} {value}", _with(initiative, where, value)


def assignment_mutants(assignment: Body, notched: str) -> Iterator[tuple[str, Body]]:
    """Faults of an assignment: `notched` is a scope that it could leave out."""
    properties = assignment["properties"]
    yield "enforcementMode DoNotEnforce", _with(assignment, ("properties", "enforcementMode"), "DoNotEnforce")
    yield "notScopes", _with(assignment, ("properties", "notScopes"), [notched])
    for name, parameter in properties["parameters"].items():
        path = ("properties", "parameters", name)
        yield f"{name} dropped", _without(assignment, path)
        value = parameter["value"]
        if isinstance(value, list):
            for one in value:
                others = [each for each in value if each != one]
                if others:
                    yield f"{name} without {one}", _with(assignment, (*path, "value"), others)
            continue
        for other in ("Deny", "Audit", "Disabled"):
            if other != value:
                yield f"{name} {other}", _with(assignment, (*path, "value"), other)
    for number, override in enumerate(properties.get("overrides", ())):
        yield f"override {override['value']} dropped", _without_row(assignment, number)
        for other in ("Deny", "Audit", "Disabled"):
            if other != override["value"]:
                changed = {**override, "value": other}
                yield f"override {override['value']} made {other}", _without_row(assignment, number, changed)
        [selector] = override["selectors"]
        yield f"override {override['value']} of all", _without_row(assignment, number, {**override, "selectors": []})
        for reference in selector["in"]:
            others = [each for each in selector["in"] if each != reference]
            if others:
                changed = {**override, "selectors": [{**selector, "in": others}]}
                yield f"override {override['value']} not of {reference}", _without_row(assignment, number, changed)


def _without_row(assignment: Body, number: int, *instead: Body) -> Body:
    rows = assignment["properties"]["overrides"]
    return _with(assignment, ("properties", "overrides"), [*rows[:number], *instead, *rows[number + 1 :]])


def _at(body: Body, path: tuple[str, ...]) -> Any:
    held: Any = body
    for step in path:
        held = held[step]
    return held


def _with(body: Body, path: tuple[str, ...], value: Any) -> Body:
    changed = copy.deepcopy(body)
    _at(changed, path[:-1])[path[-1]] = value
    return changed


def _without(body: Body, path: tuple[str, ...]) -> Body:
    changed = copy.deepcopy(body)
    del _at(changed, path[:-1])[path[-1]]
    return changed
