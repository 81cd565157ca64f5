"""Which components a program makes by way of another: read from the sources, from what each class and function calls.

Read, not imported, as `components.package.declared` does it, and for the same reason. What is called by another name
than the one that it was defined by or imported under is not seen.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sovereignty import syntax

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "components"
Definition = tuple[str, str]
"""A module by its dotted name, and a class or function of it."""


def made_by(module: str, name: str) -> frozenset[Definition]:
    """All classes and functions of the components that a class or function calls, and that those call in turn.

    Itself is among them. LookupError where the module has no such definition.
    """
    if name not in _definitions(module):
        raise LookupError(f"{module}:{name}: there is no such class or function")
    reached: set[Definition] = set()
    coming = [(module, name)]
    while coming:
        if (here := coming.pop()) not in reached:
            reached.add(here)
            coming += _called(*here)
    return frozenset(reached)


@cache
def _called(module: str, name: str) -> tuple[Definition, ...]:
    definitions, imported = _definitions(module), dict(_imported(module))
    calls = (node.func for node in ast.walk(definitions[name]) if isinstance(node, ast.Call))
    found: list[Definition] = []
    for called in calls:
        if isinstance(called, ast.Name) and called.id in definitions:
            found.append((module, called.id))
        elif isinstance(called, ast.Name) and called.id in imported:
            found.append(imported[called.id])
        elif isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id in imported:
            # `module.function(…)`
            found.append((".".join(imported[called.value.id]), called.attr))
    return tuple(each for each in found if each[1] in _definitions(each[0]))


@cache
def _definitions(module: str) -> dict[str, ast.ClassDef | ast.FunctionDef]:
    """Of a module of the components, by name; none of any other."""
    return {node.name: node for node in _tree(module).body if isinstance(node, ast.ClassDef | ast.FunctionDef)}


def _imported(module: str) -> Iterator[tuple[str, Definition]]:
    """By the name that the source has it under; what it imports within a function is among it."""
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for each in node.names:
                yield each.asname or each.name, (node.module, each.name)


@cache
def _tree(module: str) -> ast.Module:
    parts = module.split(".")
    file = ROOT.joinpath(*parts).with_suffix(".py")
    if parts[0] != PACKAGE or not file.exists():
        return ast.Module(body=[], type_ignores=[])
    return syntax.tree(file.read_text(encoding="utf-8"))
