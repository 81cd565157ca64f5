"""A location that a component is given in any spelling is one of the zone's, written as Azure compares it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "components" / "azure"
GIVEN = ("location", "peer_location")
SPELT = ("location_of", "azure_location")
MODULES = [path for path in sorted(FOLDER.glob("*.py")) if "location: str" in path.read_text(encoding="utf-8")]


def as_given(tree: ast.AST) -> Iterator[int]:
    """The lines where an argument's location is used as it was written, and not as Azure compares it."""
    spelt = {
        id(inner)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and (call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")) in SPELT
        for given in call.args
        for inner in ast.walk(given)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or id(node) in spelt:
            continue
        if node.attr in GIVEN and ast.unparse(node.value) == "args":
            yield node.lineno


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_component_uses_a_location_as_it_was_written(module: Path):
    assert not [*as_given(ast.parse(module.read_text(encoding="utf-8")))]


def test_the_check_sees_a_location_that_is_used_as_it_was_written():
    good = "make(location=location_of(args.zone, args.location, 'A.location'))"
    bad = "make(location=args.location)"
    assert not [*as_given(ast.parse(good))]
    assert [*as_given(ast.parse(bad))] == [1]
    assert len(MODULES) > 15
