"""What a component declares, read from its source: arguments, outputs, and what their docstrings say.

Read, not imported: an import of a component brings its cloud's SDK, and that costs a second.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sovereignty import syntax

COMPONENTS = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Field:
    """An argument or an output. `annotation` as the source has it, names of the module's own types replaced."""

    name: str
    annotation: str
    default: str | None
    """As the source has it, with the values of the module's own constants; None: there is none."""
    doc: str

    @property
    def required(self) -> bool:
        """Whether a caller has to give it; what may be None is None where it isn't given."""
        return self.default is None and not self.annotation.endswith("| None")


@dataclass(frozen=True)
class Component:
    """A component class. `doc` is its whole docstring."""

    module: str
    name: str
    token: str
    doc: str
    args_class: str
    arguments: tuple[Field, ...]
    outputs: tuple[Field, ...]

    @property
    def path(self) -> str:
        """How the lists in `served` name it."""
        return f"{self.module}:{self.name}"


def component(path: str) -> Component:
    """The component that `module:Class` names. LookupError where there is none."""
    module, _, name = path.partition(":")
    found = next((each for each in in_module(module) if each.name == name), None)
    if found is None:
        raise LookupError(f"{path}: there is no such component")
    return found


def everywhere() -> Iterator[Component]:
    """Every component of this folder, in the order of their modules."""
    for file in sorted(COMPONENTS.rglob("*.py")):
        parts = file.relative_to(COMPONENTS.parent).with_suffix("").parts
        yield from in_module(".".join(part for part in parts if part != "__init__"))


@cache
def in_module(module: str) -> tuple[Component, ...]:
    """The components of a module of this folder, by its dotted name."""
    file = COMPONENTS.parent.joinpath(*module.split(".")).with_suffix(".py")
    if not file.exists():
        file = file.with_suffix("") / "__init__.py"
    source = syntax.tree(file.read_text(encoding="utf-8"))
    classes = {node.name: node for node in source.body if isinstance(node, ast.ClassDef)}
    names = dict(_aliases(source)), dict(_constants(source))
    return tuple(_component(module, node, classes, *names) for node in classes.values() if _is_component(node))


def _is_component(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).rpartition(".")[2] == "ComponentResource" for base in node.bases)


def _component(
    module: str,
    node: ast.ClassDef,
    classes: Mapping[str, ast.ClassDef],
    aliases: Mapping[str, ast.expr],
    constants: Mapping[str, Any],
) -> Component:
    init = next(each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__")
    args_class = next(ast.unparse(arg.annotation) for arg in init.args.args if arg.arg == "args" and arg.annotation)
    token = next(
        call.args[0].value
        for call in ast.walk(init)
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) == "super().__init__"
        and isinstance(call.args[0], ast.Constant)
    )
    return Component(
        module=module,
        name=node.name,
        token=str(token),
        doc=ast.get_docstring(node) or "",
        args_class=args_class,
        arguments=tuple(_fields(classes[args_class], aliases, constants)),
        outputs=tuple(_fields(node, aliases, constants)),
    )


def _fields(node: ast.ClassDef, aliases: Mapping[str, ast.expr], constants: Mapping[str, Any]) -> Iterator[Field]:
    for position, statement in enumerate(node.body):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        following = node.body[position + 1] if position + 1 < len(node.body) else None
        annotation = ast.unparse(_Replaced(aliases).visit(statement.annotation))
        default = ast.unparse(_Valued(constants).visit(statement.value)) if statement.value else None
        yield Field(statement.target.id, annotation, default, _text(following))


def _text(statement: ast.stmt | None) -> str:
    """The docstring that a statement is, on one line."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return " ".join(str(statement.value.value).split())
    return ""


def _aliases(source: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """The types that a module names for itself: `Redundancy = Literal[…]`."""
    for statement in source.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, (ast.Subscript, ast.BinOp)):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield target.id, statement.value


def _constants(source: ast.Module) -> Iterator[tuple[str, Any]]:
    """The values that a module names, which its defaults may be: `FEWEST_ZONES = 2`."""
    for statement in source.body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                with suppress(ValueError):  # not a value, but what makes one
                    yield ast.unparse(target), ast.literal_eval(statement.value)


class _Replaced(ast.NodeTransformer):
    def __init__(self, aliases: Mapping[str, ast.expr]):
        self.aliases = aliases

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.aliases.get(node.id, node)


class _Valued(ast.NodeTransformer):
    def __init__(self, constants: Mapping[str, Any]):
        self.constants = constants

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(self.constants[node.id]) if node.id in self.constants else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=place)) if name in self.constants:
                return ast.Constant(self.constants[name][place])
        return node
