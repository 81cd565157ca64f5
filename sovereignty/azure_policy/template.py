"""The `[...]` expressions of a policy: parsed once, evaluated against a scope.

Grammar: template-expressions (Azure Resource Manager). `[[` begins a string that is no expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sovereignty.azure_policy.errors import LanguageError
from sovereignty.azure_policy.functions import OF_SCOPE, PURE

# definition-structure-policy-rule, "Policy functions": template functions that a policy rule may not call
NOT_IN_POLICIES: Final = frozenset(
    [
        "copyindex",
        "datetimeadd",
        "datetimefromepoch",
        "datetimetoepoch",
        "deployment",
        "environment",
        "extensionresourceid",
        "lambda",
        "listaccountsas",
        "listkeys",
        "listsecrets",
        "managementgroup",
        "newguid",
        "pickzones",
        "providers",
        "reference",
        "resourceid",
        "subscriptionresourceid",
        "tenantresourceid",
        "tenant",
        "variables",
    ]
)


@dataclass(frozen=True)
class Literal:
    value: Any


@dataclass(frozen=True)
class Call:
    """`name` is in lower case: function names are case-insensitive."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Access:
    """`of.key` and `of[key]`."""

    of: Expression
    key: Expression


@dataclass(frozen=True)
class ListOf:
    items: tuple[Expression, ...]


@dataclass(frozen=True)
class ObjectOf:
    items: tuple[tuple[str, Expression], ...]


Expression = Literal | Call | Access | ListOf | ObjectOf

_TOKEN = re.compile(r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<int>-?\d+)|(?P<name>[A-Za-z_]\w*)|(?P<sign>[()\[\].,]))")


def expression(value: Any) -> Expression:
    """What a value of a policy document means: strings in brackets are expressions, at any depth."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return ListOf(tuple(map(expression, value)))
    if isinstance(value, Mapping):
        return ObjectOf(tuple((key, expression(each)) for key, each in value.items()))
    return Literal(value)


def calls(tree: Expression) -> Iterator[Call]:
    """Every call in it, the outer before the inner."""
    match tree:
        case Call(_, arguments):
            yield tree
            for argument in arguments:
                yield from calls(argument)
        case Access(of, key):
            yield from calls(of)
            yield from calls(key)
        case ListOf(items):
            for item in items:
                yield from calls(item)
        case ObjectOf(items):
            for _, item in items:
                yield from calls(item)


@lru_cache(maxsize=4096)
def _text(text: str) -> Expression:
    if text.startswith("[["):
        return Literal(text[1:])
    if not (text.startswith("[") and text.endswith("]")):
        return Literal(text)
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str):
        self._whole = text
        self._tokens: list[tuple[str, str]] = []
        inner, at = text[1:-1].rstrip(), 0
        while at < len(inner):
            token = _TOKEN.match(inner, at)
            if token is None:
                raise self._wrong(f"unexpected {inner[at:].strip()[:20]!r}")
            kind = token.lastgroup or ""
            self._tokens.append((kind, token[kind]))
            at = token.end()
        self._at = 0

    def whole(self) -> Expression:
        tree = self._one()
        if self._at < len(self._tokens):
            raise self._wrong(f"unexpected {self._tokens[self._at][1]!r}")
        return tree

    def _wrong(self, what: str) -> LanguageError:
        return LanguageError(f"{self._whole!r} is no expression: {what}")

    def _take(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise self._wrong("it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _next_is(self, sign: str) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at] == ("sign", sign)

    def _expect(self, sign: str) -> None:
        kind, text = self._take()
        if (kind, text) != ("sign", sign):
            raise self._wrong(f"{text!r} where {sign!r} was expected")

    def _one(self) -> Expression:
        kind, text = self._take()
        match kind:
            case "string":
                tree: Expression = Literal(text[1:-1].replace("''", "'"))
            case "int":
                tree = Literal(int(text))
            case "name":
                self._expect("(")
                tree = self._known(text.lower(), self._arguments())
            case _:
                raise self._wrong(f"unexpected {text!r}")
        while self._next_is(".") or self._next_is("["):
            tree = Access(tree, self._key())
        return tree

    def _key(self) -> Expression:
        if self._take()[1] == "[":
            key = self._one()
            self._expect("]")
            return key
        kind, name = self._take()
        if kind != "name":
            raise self._wrong(f"{name!r} is no property name")
        return Literal(name)

    def _arguments(self) -> tuple[Expression, ...]:
        arguments: list[Expression] = []
        while not self._next_is(")"):
            if arguments:
                self._expect(",")
            arguments.append(self._one())
        self._expect(")")
        return tuple(arguments)

    def _known(self, name: str, arguments: tuple[Expression, ...]) -> Call:
        if name in NOT_IN_POLICIES:
            raise self._wrong(f"a policy rule may not call {name}()")
        if name not in PURE and name not in OF_SCOPE:
            raise self._wrong(f"{name}() is not known here")
        fewest, most = PURE[name][1:] if name in PURE else OF_SCOPE[name]
        if len(arguments) < fewest or (most is not None and len(arguments) > most):
            most_of_all = "any number" if most is None else str(most)
            raise self._wrong(f"{name}() takes {fewest} to {most_of_all} arguments, not {len(arguments)}")
        return Call(name, arguments)
