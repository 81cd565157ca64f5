"""The types of arguments and outputs as the package has them on the wire."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import Literal

from sovereignty import syntax

Kind = Literal["string", "integer", "boolean", "array", "object", "zone", "deployment", "retention"]

_NAMED: dict[str, Kind] = {
    "str": "string",
    "int": "integer",
    "bool": "boolean",
    "Zone": "zone",
    "Deployment": "deployment",
    "Retention": "retention",
}
_OF_MANY: dict[str, Kind] = {
    "Sequence": "array",
    "list": "array",
    "tuple": "array",
    "Mapping": "object",
    "dict": "object",
}


class UnservedTypeError(Exception):
    """An annotation that the package can't serve; the text is the annotation."""


@dataclass(frozen=True)
class Type:
    """A type. `zone` is a zone's name; `plain` must be known when the program runs, else it may be an output."""

    kind: Kind
    plain: bool = True
    optional: bool = False
    item: Type | None = None
    """Of an array's entries, or an object's values."""
    values: tuple[str, ...] = ()
    """The words that a text is one of; empty: any."""


def of(annotation: str) -> Type:
    """The type that an annotation means. UnservedTypeError for one that has no form on the wire."""
    statement = syntax.tree(annotation).body[0]
    if not isinstance(statement, ast.Expr):
        raise UnservedTypeError(annotation)
    return _of(statement.value)


def _of(node: ast.expr) -> Type:
    match node:
        case ast.Name(id=name) if name in _NAMED:
            return Type(_NAMED[name])
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return replace(_of(left), optional=True)
        case ast.Subscript(value=ast.Attribute(value=ast.Name(id="pulumi"), attr="Input" | "Output"), slice=inner):
            return replace(_of(inner), plain=False)
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            words = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            return Type("string", values=tuple(str(ast.literal_eval(word)) for word in words))
        case ast.Subscript(value=ast.Name(id=name), slice=inner) if name in _OF_MANY:
            return Type(_OF_MANY[name], item=_of(_item(inner)))
    raise UnservedTypeError(ast.unparse(node))


def _item(inner: ast.expr) -> ast.expr:
    """`str` of `Sequence[str]`, of `tuple[str, ...]` and of `Mapping[str, str]`."""
    match inner:
        case ast.Tuple(elts=[item, ast.Constant(value=end)]) if end is ...:
            return item
        case ast.Tuple(elts=[ast.Name(id="str"), item]):
            return item
    return inner


def camel(name: str) -> str:
    """`parent_id` -> `parentId`: a name of the components as it is on the wire."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
