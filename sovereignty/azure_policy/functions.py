"""The template functions that policies may call, as far as a value depends on its arguments alone.

Source: template-functions-{array,comparison,date,logical,numeric,object,string} (Azure Resource Manager), and
definition-structure-policy-rule for addDays and ipRangeContains. A wrong argument fails the evaluation.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sovereignty.azure_policy.conditions import date
from sovereignty.azure_policy.errors import EvaluationFailed


def instant(moment: datetime) -> str:
    """Universal ISO 8601 with seven digits of a second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def member(of: Any, key: Any) -> Any:
    """`of.key`, `of[0]`: names of properties are case-insensitive."""
    if isinstance(of, Mapping) and isinstance(key, str):
        for name, value in of.items():
            if str(name).lower() == key.lower():
                return value
        raise EvaluationFailed(f"there is no property {key!r}")
    if isinstance(of, list) and isinstance(key, int) and not isinstance(key, bool) and 0 <= key < len(of):
        return of[key]
    raise EvaluationFailed(f"{key!r} can't be read from a value of type {type(of).__name__}")


def _a(kinds: type | tuple[type, ...], value: Any) -> Any:
    allowed = kinds if isinstance(kinds, tuple) else (kinds,)
    if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
        raise EvaluationFailed(f"a function was given a value of type {type(value).__name__}")
    return value


def _all(kinds: type | tuple[type, ...], values: Sequence[Any]) -> Sequence[Any]:
    return [_a(kinds, value) for value in values]


def _concat(*parts: Any) -> Any:
    if all(isinstance(part, list) for part in parts):
        return [each for part in parts for each in part]
    if any(isinstance(part, list | Mapping) or part is None for part in parts):
        raise EvaluationFailed("concat() takes strings or lists, not both")
    return "".join(map(_string, parts))


def _string(value: Any) -> str:
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, list | Mapping):
        return json.dumps(value, separators=(",", ":"))
    return "" if value is None else str(value)


def _int(value: Any) -> int:
    try:
        return int(_a((int, str), value))
    except ValueError as error:
        raise EvaluationFailed(f"int() can't read {value!r}") from error


def _bool(value: Any) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return _a((bool, int), value) != 0


def _json(text: Any) -> Any:
    try:
        return json.loads(_a(str, text))
    except ValueError as error:
        raise EvaluationFailed("json() can't read its argument") from error


def _contains(container: Any, item: Any) -> bool:
    """Case counts in strings and lists, not in names of properties."""
    if isinstance(container, Mapping):
        return _a(str, item).lower() in (str(key).lower() for key in container)
    if isinstance(container, list):
        return any(_equals(each, item) for each in container)
    return _string(item) in _a(str, container)


def _equals(one: Any, other: Any) -> bool:
    """Unlike the condition of that name, this one minds the case."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other


def _empty(value: Any) -> bool:
    return value is None or len(_a((str, list, Mapping), value)) == 0


def _first(value: Any) -> Any:
    if not _a((str, list), value):
        if value == "":
            return ""
        raise EvaluationFailed("first() of an empty list")
    return value[0]


def _last(value: Any) -> Any:
    return _first(_a((str, list), value)[::-1])


def _split(text: Any, delimiters: Any) -> list[str]:
    marks = [
        mark for mark in (_all(str, delimiters) if isinstance(delimiters, list) else [_a(str, delimiters)]) if mark
    ]
    return re.split("|".join(map(re.escape, marks)), _a(str, text)) if marks else [_a(str, text)]


def _substring(text: Any, start: Any, length: Any = None) -> str:
    end = len(_a(str, text)) if length is None else _a(int, start) + _a(int, length)
    if not 0 <= _a(int, start) <= end <= len(text):
        raise EvaluationFailed("substring() reaches beyond its text")
    return text[start:end]


def _pad_left(value: Any, width: Any, character: Any = " ") -> str:
    if len(_a(str, character)) != 1:
        raise EvaluationFailed("padLeft() pads with one character")
    return str(_a((str, int), value)).rjust(_a(int, width), character)


def _format(pattern: Any, *values: Any) -> str:
    def one(match: re.Match[str]) -> str:
        if int(match[1]) >= len(values):
            raise EvaluationFailed("format() has too few values")
        return _string(values[int(match[1])])

    if re.search(r"\{(?!\d+\})|\}\}|\{\{", _a(str, pattern)):
        raise EvaluationFailed("format() with more than {0} isn't known here")
    return re.sub(r"\{(\d+)\}", one, pattern)


def _union(*parts: Any) -> Any:
    if all(isinstance(part, Mapping) for part in parts):
        merged: dict[str, Any] = {}
        for part in parts:
            for key, value in part.items():
                old = merged.get(key)
                merged[key] = _union(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
        return merged
    result: list[Any] = []
    for part in _all(list, parts):
        for each in part:
            if not any(_equals(each, had) for had in result):
                result.append(each)
    return result


def _intersection(*parts: Any) -> Any:
    if all(isinstance(part, Mapping) for part in parts):
        head, *rest = parts
        return {k: v for k, v in head.items() if all(k in part and _equals(part[k], v) for part in rest)}
    head, *rest = _all(list, parts)
    return [each for each in _union(head) if all(any(_equals(each, other) for other in part) for part in rest)]


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def function(one: Any, other: Any) -> bool:
        if isinstance(one, str) and isinstance(other, str):
            if not re.fullmatch(r"[a-z0-9]*|[A-Z0-9]*", one + other):
                raise EvaluationFailed("the order of strings of mixed case or with signs isn't reproduced")
            return compare(one, other)
        return compare(_a((int, float), one), _a((int, float), other))

    return function


def _arithmetic(compute: Callable[[int, int], int]) -> Callable[[Any, Any], int]:
    def function(one: Any, other: Any) -> int:
        try:
            return compute(_a(int, one), _a(int, other))
        except ZeroDivisionError as error:
            raise EvaluationFailed("division by zero") from error

    return function


def _extreme(choose: Callable[..., int]) -> Callable[..., int]:
    def function(*values: Any) -> int:
        numbers = _all(int, values[0] if len(values) == 1 and isinstance(values[0], list) else values)
        if not numbers:
            raise EvaluationFailed("min() and max() need a value")
        return choose(numbers)

    return function


def _try_get(of: Any, *keys: Any) -> Any:
    for key in keys:
        try:
            of = member(of, key)
        except EvaluationFailed:
            return None
    return of


def _create_object(*pairs: Any) -> dict[str, Any]:
    if len(pairs) % 2:
        raise EvaluationFailed("createObject() takes pairs")
    return dict(zip(_all(str, pairs[::2]), pairs[1::2], strict=True))


def _add_days(moment: Any, days: Any) -> str:
    start = date(_a(str, moment))
    if start is None:
        raise EvaluationFailed(f"addDays() can't read the date {moment!r}")
    try:
        return instant(start + timedelta(days=_a(int, days)))
    except OverflowError as error:
        raise EvaluationFailed("addDays() leaves the calendar") from error


def _addresses(text: Any) -> tuple[int, int, int]:
    try:
        if "-" in _a(str, text):
            low, high = (ipaddress.ip_address(part.strip()) for part in text.split("-", 1))
            if low.version != high.version or int(low) > int(high):
                raise ValueError(text)
            return low.version, int(low), int(high)
        network = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise EvaluationFailed(f"{text!r} is no range of addresses") from error
    return network.version, int(network.network_address), int(network.broadcast_address)


def _ip_range_contains(outer: Any, inner: Any) -> bool:
    one, other = _addresses(outer), _addresses(inner)
    if one[0] != other[0]:
        raise EvaluationFailed("ipRangeContains() mixes IPv4 and IPv6")
    return one[1] <= other[1] and other[2] <= one[2]


def _replace(text: Any, old: Any, new: Any) -> str:
    if not _a(str, old):
        raise EvaluationFailed("replace() can't replace an empty string")
    return _a(str, text).replace(old, _a(str, new))


def _quotient(one: int, other: int) -> int:
    return abs(one) // abs(other) * (1 if (one < 0) == (other < 0) else -1)  # .NET cuts toward zero


# name in lower case: (function, fewest arguments, most arguments or None)
PURE: Final[Mapping[str, tuple[Callable[..., Any], int, int | None]]] = {
    "add": (_arithmetic(lambda one, other: one + other), 2, 2),
    "adddays": (_add_days, 2, 2),
    "and": (lambda *values: all(_all(bool, values)), 2, None),
    "array": (lambda value: value if isinstance(value, list) else [value], 1, 1),
    "bool": (_bool, 1, 1),
    "coalesce": (lambda *values: next((value for value in values if value is not None), None), 1, None),
    "concat": (_concat, 1, None),
    "contains": (_contains, 2, 2),
    "createarray": (lambda *values: list(values), 0, None),
    "createobject": (_create_object, 0, None),
    "div": (_arithmetic(_quotient), 2, 2),
    "empty": (_empty, 1, 1),
    "endswith": (lambda text, end: _a(str, text).lower().endswith(_a(str, end).lower()), 2, 2),
    "equals": (_equals, 2, 2),
    "false": (lambda: False, 0, 0),
    "first": (_first, 1, 1),
    "format": (_format, 2, None),
    "greater": (_ordered(lambda one, other: one > other), 2, 2),
    "greaterorequals": (_ordered(lambda one, other: one >= other), 2, 2),
    "indexof": (lambda text, part: _a(str, text).lower().find(_a(str, part).lower()), 2, 2),
    "int": (_int, 1, 1),
    "intersection": (_intersection, 2, None),
    "iprangecontains": (_ip_range_contains, 2, 2),
    "join": (lambda values, mark: _a(str, mark).join(map(_string, _a(list, values))), 2, 2),
    "json": (_json, 1, 1),
    "last": (_last, 1, 1),
    "length": (lambda value: len(_a((str, list, Mapping), value)), 1, 1),
    "less": (_ordered(lambda one, other: one < other), 2, 2),
    "lessorequals": (_ordered(lambda one, other: one <= other), 2, 2),
    "max": (_extreme(max), 1, None),
    "min": (_extreme(min), 1, None),
    "mod": (_arithmetic(lambda one, other: one - other * _quotient(one, other)), 2, 2),
    "mul": (_arithmetic(lambda one, other: one * other), 2, 2),
    "not": (lambda value: not _a(bool, value), 1, 1),
    "null": (lambda: None, 0, 0),
    "or": (lambda *values: any(_all(bool, values)), 2, None),
    "padleft": (_pad_left, 2, 3),
    "replace": (_replace, 3, 3),
    "skip": (lambda value, count: _a((str, list), value)[max(0, _a(int, count)) :], 2, 2),
    "split": (_split, 2, 2),
    "startswith": (lambda text, start: _a(str, text).lower().startswith(_a(str, start).lower()), 2, 2),
    "string": (_string, 1, 1),
    "sub": (_arithmetic(lambda one, other: one - other), 2, 2),
    "substring": (_substring, 2, 3),
    "take": (lambda value, count: _a((str, list), value)[: max(0, _a(int, count))], 2, 2),
    "tolower": (lambda text: _a(str, text).lower(), 1, 1),
    "toupper": (lambda text: _a(str, text).upper(), 1, 1),
    "trim": (lambda text: _a(str, text).strip(), 1, 1),
    "true": (lambda: True, 0, 0),
    "tryget": (_try_get, 2, None),
    "union": (_union, 2, None),
}

# those that ask the scope, or choose what is evaluated: (fewest arguments, most)
OF_SCOPE: Final[Mapping[str, tuple[int, int]]] = {
    "current": (0, 1),
    "field": (1, 1),
    "if": (3, 3),
    "parameters": (1, 1),
    "requestcontext": (0, 0),
    "resourcegroup": (0, 0),
    "subscription": (0, 0),
    "utcnow": (0, 0),
}
