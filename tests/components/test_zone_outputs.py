"""What a zone exports, what docs/outputs.md says of it, and what another program can read are the same names."""

import ast
import re
from collections.abc import Iterator

from built import ROOT

from components.outputs import ZoneOutputs
from components.zone import OUTPUTS_VERSION

PAGE = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")


def exported() -> list[str]:
    """The keys of the maps that components/zone.py puts together, in their order."""
    source = ast.parse((ROOT / "components" / "zone.py").read_text(encoding="utf-8"))
    makers = {node.name: node for node in source.body if isinstance(node, ast.FunctionDef)}
    found = [key for name in ("_declared", "_on_aws", "_on_azure", "_locked") for key in _keys(makers[name])]
    return list(dict.fromkeys(found))


def _keys(maker: ast.FunctionDef) -> Iterator[str]:
    for written in sorted(
        (node for node in ast.walk(maker) if isinstance(node, ast.Dict)), key=lambda node: node.lineno
    ):
        yield from (key.value for key in written.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))


def _cells() -> Iterator[str]:
    for row in PAGE.partition("| output | meaning |")[2].partition("\n\n")[0].splitlines():
        if row.startswith("| `"):
            yield row.split("|")[1]


def test_the_zone_exports_what_can_be_read_of_it():
    assert sorted(each.key for each in ZoneOutputs.exported()) == sorted(exported())


def test_the_page_has_each_output_once_and_no_other():
    said = [name for cell in _cells() for name in re.findall(r"`([^`]+)`", cell)]
    assert sorted(said) == sorted(exported())


def test_the_page_is_of_the_outputs_version():
    assert f"| `version` | of this table: {OUTPUTS_VERSION} |" in PAGE
