"""Python sources as trees, for what is read from them instead of being imported."""

from __future__ import annotations

import ast


def tree(text: str) -> ast.Module:
    """The tree of a module's source. SyntaxError for what is none.

    CPython 3.11 at times fails on a source that parses, with "AST constructor recursion depth mismatch", when other
    code of the process parses meanwhile (python/cpython#106905): it is asked once more.
    """
    try:
        return ast.parse(text)
    except SystemError:
        return ast.parse(text)
