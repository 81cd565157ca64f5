"""The conditions of a policy rule: does one value fit?

Source: definition-structure-policy-rule, "Conditions". An absent value is None, as an explicit null is; nothing equals,
contains or resembles it, so that each `not…` condition holds of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sovereignty.azure_policy.verdicts import Undecided, Verdict, negation

OPPOSITES: Final[Mapping[str, str]] = {
    "notEquals": "equals",
    "notLike": "like",
    "notMatch": "match",
    "notMatchInsensitively": "matchInsensitively",
    "notContains": "contains",
    "notIn": "in",
    "notContainsKey": "containsKey",
}


def holds(operator: str, value: Any, target: Any) -> Verdict:
    """Whether `value` fits; `operator` is one of OPERATORS, `target` what stands beside it, already resolved."""
    if operator in OPPOSITES:
        return negation(_CONDITIONS[OPPOSITES[operator]](value, target))
    return _CONDITIONS[operator](value, target)


def normalised_location(value: Any) -> Any:
    """`West Europe` as `westeurope`, in lists too: what Azure does for `field: location` and for no other field."""
    if isinstance(value, str):
        return value.replace(" ", "").lower()
    if isinstance(value, list):
        return [normalised_location(each) for each in value]
    return value


def number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _scalar(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _text(value: Any) -> str:
    """`true` and "True", 22 and "22" are equal: Microsoft's examples compare a boolean with "true", a port with 22."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower()


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        lowered = {str(key).lower(): value for key, value in other.items()}
        return len(one) == len(lowered) and all(
            str(key).lower() in lowered and _same(value, lowered[str(key).lower()]) for key, value in one.items()
        )
    if _scalar(one) and _scalar(other):
        return _text(one) == _text(other)
    return one is None and other is None


def _equals(value: Any, target: Any) -> Verdict:
    if target is None:
        return Undecided("`equals` with null isn't documented")
    if value is None:
        # field() gives "" for an absent property; whether a condition sees "" or null isn't said
        return Undecided("whether an absent value equals '' isn't documented; ask `exists`") if target == "" else False
    return _same(value, target)


def _in(value: Any, target: Any) -> Verdict:
    if not isinstance(target, list):
        return Undecided("`in` and `notIn` need a list")
    verdicts = [_equals(value, each) for each in target]
    if any(verdict is True for verdict in verdicts):
        return True
    return next((verdict for verdict in verdicts if isinstance(verdict, Undecided)), False)


def _pattern_condition(name: str, fits: Callable[[str, str], bool], check: Callable[[str], str]) -> Any:
    def condition(value: Any, target: Any) -> Verdict:
        if not isinstance(target, str):
            return Undecided(f"`{name}` needs a string")
        if wrong := check(target):
            return Undecided(wrong)
        if value is None:
            if fits("", target):
                return Undecided(f"whether an absent value fits `{name}` {target!r} isn't documented; ask `exists`")
            return False
        if not _scalar(value):
            return Undecided(f"`{name}` on a list or an object isn't documented")
        return fits(_text(value) if isinstance(value, bool) else str(value), target)

    return condition


def _like(text: str, pattern: str) -> bool:
    parts = re.escape(pattern.lower()).replace(r"\*", ".*")
    return re.fullmatch(parts, text.lower(), re.DOTALL) is not None


def _match(text: str, pattern: str) -> bool:
    """`#` a digit, `?` a letter, `.` any character, anything else itself."""
    return len(text) == len(pattern) and all(map(_match_one, text, pattern))


def _match_one(character: str, sign: str) -> bool:
    match sign:
        case "#":
            return character.isdigit()
        case "?":
            return character.isalpha()
        case ".":
            return True
    return character == sign


def wrong_like(pattern: str) -> str:
    return f"`like` {pattern!r} has more than one wildcard" if pattern.count("*") > 1 else ""


def wrong_contains(text: str) -> str:
    return f"`contains` {text!r} has a wildcard, which it doesn't know" if "*" in text else ""


def _nothing_wrong(_: str) -> str:
    return ""


def _contains_key(value: Any, target: Any) -> Verdict:
    if not isinstance(target, str):
        return Undecided("`containsKey` needs a string")
    if value is None:
        return False
    if not isinstance(value, Mapping):
        return Undecided("`containsKey` of something that is no object isn't documented")
    return target.lower() in (str(key).lower() for key in value)


def _exists(value: Any, target: Any) -> Verdict:
    wanted = target if isinstance(target, bool) else {"true": True, "false": False}.get(str(target).lower())
    if wanted is None:
        return Undecided("`exists` needs true or false")
    return (value is not None) is wanted


def date(value: Any) -> datetime | None:
    """An ISO 8601 instant (UTC where it says nothing else), None for anything else."""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\dT", value):
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], Verdict]:
    def condition(value: Any, target: Any) -> Verdict:
        if value is None:
            return Undecided("the order of an absent value isn't documented; ask `exists` first")
        if number(value) and number(target):
            return compare(value, target)
        if not (isinstance(value, str) and isinstance(target, str)):
            return Undecided("a comparison of two different types fails")
        one, other = date(value), date(target)
        if one and other:
            return compare(one, other)
        if not re.fullmatch(r"[A-Za-z0-9]*", value + target):
            # .NET's culture order weighs punctuation otherwise than code points do
            return Undecided("the order of strings with other signs than letters and digits isn't reproduced")
        return compare(value.lower(), target.lower())

    return condition


_CONDITIONS: Final[Mapping[str, Callable[[Any, Any], Verdict]]] = {
    "equals": _equals,
    "in": _in,
    "like": _pattern_condition("like", _like, wrong_like),
    "match": _pattern_condition("match", _match, _nothing_wrong),
    "matchInsensitively": _pattern_condition(
        "matchInsensitively", lambda text, sign: _match(text.lower(), sign.lower()), _nothing_wrong
    ),
    "contains": _pattern_condition("contains", lambda text, part: part.lower() in text.lower(), wrong_contains),
    "containsKey": _contains_key,
    "less": _ordered(lambda one, other: one < other),
    "lessOrEquals": _ordered(lambda one, other: one <= other),
    "greater": _ordered(lambda one, other: one > other),
    "greaterOrEquals": _ordered(lambda one, other: one >= other),
    "exists": _exists,
}
OPERATORS: Final = frozenset(_CONDITIONS) | frozenset(OPPOSITES)
