"""Everything that can go wrong in one statement of an IAM document, one fault at a time."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

Statement = dict[str, Any]

_OPPOSITE = {
    "StringEquals": "StringNotEquals",
    "StringLike": "StringNotLike",
    "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase",
    "NumericEquals": "NumericNotEquals",
    "NumericLessThan": "NumericGreaterThanEquals",
    "NumericGreaterThan": "NumericLessThanEquals",
    "DateLessThan": "DateGreaterThanEquals",
    "IpAddress": "NotIpAddress",
    "ArnEquals": "ArnNotEquals",
    "ArnLike": "ArnNotLike",
}
_OPPOSITES = _OPPOSITE | {opposite: operator for operator, opposite in _OPPOSITE.items()}


def mutants(statement: Statement) -> Iterator[tuple[str, Statement | None]]:
    """What was done to the statement, and what it became; None: it is gone."""
    yield "statement dropped", None
    yield (
        f"{statement['Effect']} swapped",
        {**statement, "Effect": "Allow" if statement["Effect"] == "Deny" else "Deny"},
    )
    for element in ("Action", "NotAction", "Resource", "NotResource"):
        if element in statement:
            yield from _shorter(statement, (element,))
    for element in ("Resource", "Principal"):
        if element in statement and statement[element] != "*":
            yield f"{element} widened", {**statement, element: "*"}
    if isinstance(statement.get("Principal"), dict):
        for kind in statement["Principal"]:
            yield from _shorter(statement, ("Principal", kind))
    if "NotResource" in statement:
        yield "NotResource widened", {**{k: v for k, v in statement.items() if k != "NotResource"}, "Resource": "*"}
    for operator, keys in statement.get("Condition", {}).items():
        for key in keys:
            yield f"{operator} {key} dropped", _without(statement, operator, key)
            yield from _shorter(statement, ("Condition", operator, key))
            for what, changed in _changed(operator):
                moved = _without(statement, operator, key)
                conditions = moved.setdefault("Condition", {})
                if key not in conditions.get(changed, {}):
                    conditions.setdefault(changed, {})[key] = keys[key]
                    yield f"{operator} {key} {what}", moved


def is_equivalent(what: str) -> bool:
    """Whether a fault of this kind changes nothing by the semantics of IAM: a negated operator, and one under
    ForAllValues, fits an absent key with and without IfExists. Under ForAnyValue AWS doesn't say what IfExists means,
    so no document may hold it. test_faults_that_are_none shows both."""
    operator, _, rest = what.partition(" ")
    return rest.endswith("IfExists added") and (
        operator.startswith(("ForAllValues:", "ForAnyValue:")) or "Not" in operator
    )


def _changed(operator: str) -> Iterator[tuple[str, str]]:
    qualifier, colon, plain = operator.rpartition(":")
    bare = plain.removesuffix("IfExists")
    optional = plain[len(bare) :]
    if bare == "Bool" or bare == "Null":
        pass  # a truth value is turned round by _shorter
    else:
        yield "negated", f"{qualifier}{colon}{_OPPOSITES[bare]}{optional}"
    if not optional and bare != "Null":
        yield "IfExists added", f"{operator}IfExists"
    if qualifier:
        other = "ForAnyValue" if qualifier == "ForAllValues" else "ForAllValues"
        yield f"under {other}", f"{other}:{plain}"


def _shorter(statement: Statement, path: tuple[str, ...]) -> Iterator[tuple[str, Statement]]:
    """Without one of the values; a lone one is turned round where it is a truth value, else the element is emptied of
    it by a value that nothing has."""
    held = statement
    for step in path:
        held = held[step]
    values = held if isinstance(held, list) else [held]
    for value in values:
        left = [each for each in values if each != value]
        if left:
            yield f"{' '.join(path)} without {value}", _with(statement, path, left)
        elif value in ("true", "false"):
            yield f"{' '.join(path)} turned round", _with(statement, path, "false" if value == "true" else "true")
        elif path[0] == "Condition":
            yield f"{' '.join(path)} of nothing", _with(statement, path, _nothing(path[1]))


def _nothing(operator: str) -> str:
    """A value of the operator's kind that nothing has."""
    if "Arn" in operator:
        return "arn:aws:nothing:::nothing"
    return "-1" if "LessThan" in operator else "1000000000" if "Numeric" in operator else "nothing-has-this-value"


def _with(statement: Statement, path: tuple[str, ...], value: Any) -> Statement:
    changed = copy.deepcopy(statement)
    held = changed
    for step in path[:-1]:
        held = held[step]
    held[path[-1]] = value
    return changed


def _without(statement: Statement, operator: str, key: str) -> Statement:
    changed = copy.deepcopy(statement)
    del changed["Condition"][operator][key]
    if not changed["Condition"][operator]:
        del changed["Condition"][operator]
    if not changed["Condition"]:
        del changed["Condition"]
    return changed
