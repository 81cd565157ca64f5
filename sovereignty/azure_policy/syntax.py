"""A policy rule as a tree: everything that Azure would refuse to save is refused here, before any evaluation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sovereignty.azure_policy import conditions, template
from sovereignty.azure_policy.aliases import ELEMENTS, AliasCatalogue
from sovereignty.azure_policy.errors import LanguageError
from sovereignty.azure_policy.template import Call, Expression, Literal

LOCATION: Final = "location"
PLAIN_FIELDS: Final = frozenset({"name", "fullname", "kind", "type", LOCATION, "id", "identity.type", "tags"})
_TAG = re.compile(r"tags(?:\.(?P<plain>.+)|\[(?P<bracketed>.+)\])$", re.IGNORECASE)
_COUNTS: Final = frozenset({"field", "value", "name", "where"})


@dataclass(frozen=True)
class AllOf:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    part: Node


@dataclass(frozen=True)
class FieldIs:
    field: Expression
    operator: str
    target: Expression


@dataclass(frozen=True)
class ValueIs:
    value: Expression
    operator: str
    target: Expression


@dataclass(frozen=True)
class CountIs:
    """`field` is an array alias, or `value` an array; `name` is the index name of a value count, "" if it has none."""

    field: Expression | None
    value: Expression | None
    name: str
    where: Node | None
    operator: str
    target: Expression


Node = AllOf | AnyOf | Not | FieldIs | ValueIs | CountIs


def rule(document: Any, where: str = "if") -> Node:
    """The tree of an `if` or an `existenceCondition`; LanguageError names the place (`if.allOf[1]`)."""
    if not isinstance(document, Mapping):
        raise LanguageError(f"{where}: a condition is an object")
    for key, kind in (("allOf", AllOf), ("anyOf", AnyOf)):
        if key in document:
            _only(document, {key}, where)
            parts = document[key]
            if not isinstance(parts, list) or not parts:
                raise LanguageError(f"{where}.{key}: a list of conditions, with at least one")
            return kind(tuple(rule(part, f"{where}.{key}[{n}]") for n, part in enumerate(parts)))
    if "not" in document:
        _only(document, {"not"}, where)
        return Not(rule(document["not"], f"{where}.not"))
    return _condition(document, where)


def _only(document: Mapping[str, Any], keys: frozenset[str] | set[str], where: str) -> None:
    if more := sorted(set(document) - keys):
        raise LanguageError(f"{where}: {', '.join(more)} can't stand here")


def _condition(document: Mapping[str, Any], where: str) -> Node:
    operators = [key for key in document if key in conditions.OPERATORS]
    subjects = [key for key in ("field", "value", "count") if key in document]
    if len(operators) != 1 or len(subjects) != 1 or len(document) != 2:
        raise LanguageError(f"{where}: one of field, value, count and one condition; found {', '.join(document)}")
    (operator,), (subject,) = operators, subjects
    target = _target(operator, document[operator], f"{where}.{operator}")
    if subject == "count":
        return _count(document["count"], operator, target, f"{where}.count")
    if subject == "value":
        return ValueIs(_expression(document["value"], f"{where}.value"), operator, target)
    field = _expression(document["field"], f"{where}.field")
    if isinstance(field, Literal) and not isinstance(field.value, str):
        raise LanguageError(f"{where}.field: a string")
    return FieldIs(field, operator, target)


def _expression(value: Any, where: str) -> Expression:
    try:
        return template.expression(value)
    except LanguageError as error:
        raise LanguageError(f"{where}: {error}") from error


def _target(operator: str, value: Any, where: str) -> Expression:
    """A literal of a kind that the condition can't take is a mistake of the document."""
    tree = _expression(value, where)
    base = conditions.OPPOSITES.get(operator, operator)
    if base == "in":
        if isinstance(tree, Literal):
            raise LanguageError(f"{where}: a list")
    elif not isinstance(tree, Literal):
        if isinstance(tree, template.ListOf | template.ObjectOf):
            raise LanguageError(f"{where}: a single value")
    elif base == "exists":
        if str(tree.value).lower() not in ("true", "false"):
            raise LanguageError(f"{where}: true or false")
    elif base in ("like", "match", "matchInsensitively", "contains", "containsKey"):
        if not isinstance(tree.value, str):
            raise LanguageError(f"{where}: a string")
        check = {"like": conditions.wrong_like, "contains": conditions.wrong_contains}.get(base)
        if check and (wrong := check(tree.value)):
            raise LanguageError(f"{where}: {wrong}")
    elif tree.value is None:
        raise LanguageError(f"{where}: null")
    return tree


def _count(document: Any, operator: str, target: Expression, where: str) -> CountIs:
    if not isinstance(document, Mapping) or ("field" in document) == ("value" in document):
        raise LanguageError(f"{where}: an object with one of field and value")
    _only(document, _COUNTS if "value" in document else _COUNTS - {"name"}, where)
    condition = rule(document["where"], f"{where}.where") if "where" in document else None
    if "value" in document:
        name = document.get("name", "")
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9]*", name):
            raise LanguageError(f"{where}.name: letters and digits")
        return CountIs(None, _expression(document["value"], f"{where}.value"), name, condition, operator, target)
    field = _expression(document["field"], f"{where}.field")
    if not isinstance(field, Literal) or not str(field.value).endswith(ELEMENTS):
        raise LanguageError(f"{where}.field: an array alias, which ends with [*]")
    return CountIs(field, None, "", condition, operator, target)


def tag_name(field: str) -> str | None:
    """`env` of `tags.env`, `tags[env]`, `tags['env']`; None for another field."""
    match = _TAG.match(field)
    if match is None:
        return None
    if match["plain"] is not None:
        return match["plain"]
    name = match["bracketed"]
    quoted = len(name) > 1 and name[0] == name[-1] == "'"
    return name[1:-1].replace("''", "'") if quoted else name


def nodes(tree: Node) -> Iterator[Node]:
    """The tree's nodes, the outer before the inner."""
    yield tree
    match tree:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from nodes(part)
        case Not(part):
            yield from nodes(part)
        case CountIs(where=where) if where is not None:
            yield from nodes(where)


def expressions(node: Node) -> tuple[Expression, ...]:
    """Those of this node alone."""
    match node:
        case FieldIs(field, _, target):
            return field, target
        case ValueIs(value, _, target):
            return value, target
        case CountIs(field, value, _, _, _, target):
            return tuple(each for each in (field, value, target) if each is not None)
    return ()


def fields(tree: Node) -> Iterator[str]:
    """Every field that the tree names literally, also inside field() and current()."""
    for node in nodes(tree):
        if isinstance(node, FieldIs) and isinstance(node.field, Literal):
            yield node.field.value
        if isinstance(node, CountIs) and isinstance(node.field, Literal):
            yield node.field.value
        for tree_of in expressions(node):
            yield from fields_of(tree_of)


def fields_of(tree: Expression) -> Iterator[str]:
    for call in template.calls(tree):
        match call:
            case Call("field", (Literal(str(name)),)):
                yield name
            case Call("current", (Literal(str(name)),)) if "/" in name:
                yield name


def check_fields(tree: Node, aliases: AliasCatalogue) -> None:
    """LanguageError for a name that is neither a field nor in the catalogue, wherever it stands."""
    for name in fields(tree):
        if name.lower() not in PLAIN_FIELDS and tag_name(name) is None and name not in aliases:
            raise LanguageError(f"{name!r} is no field and no alias of the catalogue")
