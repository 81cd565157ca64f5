import ast
from typing import Any

import pytest

from sovereignty.syntax import tree


def test_a_source_on_which_the_interpreter_stumbled_is_read_again(monkeypatch: pytest.MonkeyPatch):
    real, calls = ast.parse, []

    def stumbling(text: str, *more: Any, **named: Any) -> Any:
        calls.append(text)
        if len(calls) == 1:
            raise SystemError("AST constructor recursion depth mismatch (before=177, after=226)")
        return real(text, *more, **named)

    monkeypatch.setattr(ast, "parse", stumbling)
    assert ast.dump(tree("x = 1")) == ast.dump(real("x = 1"))
    assert len(calls) == 2


def test_what_is_no_source_is_refused():
    with pytest.raises(SyntaxError):
        tree("x =")
