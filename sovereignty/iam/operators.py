"""Condition operators: each (operator, key, values) compiled to one test of a request's context.

Sources: IAM User Guide, "IAM JSON policy elements: Condition operators", "Conditions with multiple context keys or
values", "Single-valued vs. multivalued context keys".
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from sovereignty.iam import patterns
from sovereignty.iam.patterns import Context, Fits

Test = Callable[[Context], bool]
Compiler = Callable[[tuple[str, ...], bool], Fits]  # (values of the policy, whether it replaces variables)

ALL, ANY = "ForAllValues", "ForAnyValue"
_IF_EXISTS = "IfExists"
_REMEMBERED = 4096


def condition(block: Mapping[str, Any], variables: bool = True) -> tuple[Test, ...]:
    """The tests of a Condition element, all of which have to hold.

    ValueError for an operator that IAM doesn't define, and for a value that the operator can't read.
    """
    if not isinstance(block, Mapping):
        raise ValueError("a Condition maps operators to keys")
    tests = []
    for name, keys in block.items():
        if not isinstance(keys, Mapping):
            raise ValueError(f"the condition operator {name} maps keys to values")
        tests += [_test(name, str(key).lower(), strings(values), variables) for key, values in keys.items()]
    return tuple(tests)


def strings(values: Any) -> tuple[str, ...]:
    """Scalars and lists alike, as JSON has them: 5, true, "a", ["a", "b"]; ValueError for anything else."""
    several = values if isinstance(values, list | tuple) else (values,)
    return tuple(map(_string, several))


def _string(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError(f"{value!r} is no value of a policy")


def _test(name: str, key: str, values: tuple[str, ...], variables: bool) -> Test:
    quantifier, colon, rest = name.rpartition(":")
    if colon and quantifier not in (ALL, ANY):
        raise ValueError(f"{name}: IAM knows no set operator {quantifier!r}")
    if rest == "Null" and not colon:
        return _null(key, values)
    base = rest.removesuffix(_IF_EXISTS)
    if base not in OPERATORS:
        raise ValueError(f"IAM knows no condition operator {name!r}")
    compiler, negated = OPERATORS[base]
    fits = compiler(values, variables)
    if quantifier:
        return _of_set(key, fits, negated, quantifier == ALL)
    return _of_one(key, fits, negated, absent=negated or base != rest)


def _null(key: str, values: tuple[str, ...]) -> Test:
    wanted = {_boolean(value) for value in values}
    return lambda context: (key not in context) in wanted


def _of_one(key: str, fits: Fits, negated: bool, absent: bool) -> Test:
    # AWS asks for a set operator where a context has several values, and doesn't say what happens without one: here
    # what any of them matches is matched.
    def test(context: Context) -> bool:
        values = context.get(key)
        if values is None:
            return absent
        if len(values) == 1:
            return fits(values[0], context) is not negated
        return any(fits(value, context) for value in values) is not negated

    return test


def _of_set(key: str, fits: Fits, negated: bool, every: bool) -> Test:
    # IfExists says nothing here: it would speak of each value, and an absent key has none. A lone empty string is no
    # value ("Single-valued vs. multivalued context keys").
    quantify = all if every else any

    def test(context: Context) -> bool:
        values = context.get(key)
        if values is None or values == ("",):
            return every
        return quantify(fits(value, context) is not negated for value in values)

    return test


def _text(to_regex: Callable[[str], str], ignore_case: bool = False) -> Compiler:
    return lambda values, variables: patterns.any_of(values, to_regex, ignore_case=ignore_case, variables=variables)


def _arn(values: tuple[str, ...], variables: bool) -> Fits:
    for value in values:
        if value.count(":") < 5 and not (variables and patterns.has_variable(value)):
            raise ValueError(f"{value!r} is no ARN: it has to have six parts, wildcards don't stand for several")
    return patterns.any_of(values, patterns.arn, variables=variables)


def _bool(values: tuple[str, ...], variables: bool) -> Fits:
    for value in values:
        if not (variables and patterns.has_variable(value)):
            _boolean(value)
    return patterns.any_of(values, patterns.literal, ignore_case=True, variables=variables)


def _boolean(value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise ValueError(f"{value!r} is neither true nor false")
    return value.lower() == "true"


def _typed(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Compiler:
    """Values of a type of their own; what a request gives that isn't of it matches nothing."""

    def compiler(values: tuple[str, ...], variables: bool) -> Fits:
        wanted = tuple(map(read, values))

        @lru_cache(_REMEMBERED)
        def fits(value: str) -> bool:
            try:
                found = read(value)
            except ValueError:
                return False
            return any(compare(found, each) for each in wanted)

        return lambda value, context: fits(value)

    return compiler


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is no number") from None
    if not number.is_finite():
        raise ValueError(f"{text!r} is no number")
    return number


def _moment(text: str) -> datetime:
    """A date in one of the W3C's forms of ISO 8601, or seconds since 1970."""
    if text.isdecimal() and len(text) > 4:
        return datetime.fromtimestamp(int(text), UTC)
    whole = text + "-01-01"[(len(text) - 4) :] if len(text) in (4, 7) else text
    moment = datetime.fromisoformat(whole)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError(f"{text!r} is not base64") from None


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text, strict=False)


def _within(found: Any, network: Any) -> bool:
    return found.version == network.version and found.subnet_of(network)


def _ordered(kind: str, read: Callable[[str], Any]) -> Iterable[tuple[str, tuple[Compiler, bool]]]:
    yield f"{kind}Equals", (_typed(read, operator.eq), False)
    yield f"{kind}NotEquals", (_typed(read, operator.eq), True)
    yield f"{kind}LessThan", (_typed(read, operator.lt), False)
    yield f"{kind}LessThanEquals", (_typed(read, operator.le), False)
    yield f"{kind}GreaterThan", (_typed(read, operator.gt), False)
    yield f"{kind}GreaterThanEquals", (_typed(read, operator.ge), False)


# name: (how its values are compiled, whether it is the negation of that)
OPERATORS: dict[str, tuple[Compiler, bool]] = {
    "StringEquals": (_text(patterns.literal), False),
    "StringNotEquals": (_text(patterns.literal), True),
    "StringEqualsIgnoreCase": (_text(patterns.literal, ignore_case=True), False),
    "StringNotEqualsIgnoreCase": (_text(patterns.literal, ignore_case=True), True),
    "StringLike": (_text(patterns.wildcards), False),
    "StringNotLike": (_text(patterns.wildcards), True),
    **dict(_ordered("Numeric", _number)),
    **dict(_ordered("Date", _moment)),
    "Bool": (_bool, False),
    "BinaryEquals": (_typed(_bytes, operator.eq), False),
    "IpAddress": (_typed(_network, _within), False),
    "NotIpAddress": (_typed(_network, _within), True),
    # the guide: equals and like behave identically for ARNs
    "ArnEquals": (_arn, False),
    "ArnLike": (_arn, False),
    "ArnNotEquals": (_arn, True),
    "ArnNotLike": (_arn, True),
}
