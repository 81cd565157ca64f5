"""The examples of docs/examples: each deploys in a sandbox under the pack, and a second run finds nothing to do."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from on_engine import PACK, ROOT, Ran, pulumi

from components.outputs import PROJECT, ZoneOutputs
from components.zone import OUTPUTS_VERSION
from sandbox.environment import Sandbox, python
from sandbox.plugins import install
from sandbox.stacks import Stack, settings_copy, stack
from tools.engine.locate import locate, locate_with_yaml

pytestmark = pytest.mark.heavy

EXAMPLES = ROOT / "docs" / "examples"
READ_A_ZONE = ("read-a-zone",)
"""They read the outputs of a zone that is deployed in the same backend."""
CHOSEN = "was chosen by the stack that is judged"
"""The one advisory of a run whose pack has no configuration: the team chose its own zone."""
_FINDING = re.compile(r"\[(?P<level>advisory|mandatory|remediate)\].*?(?P<control>[a-z]+(?:\.[a-z-]+)*)\s+\(")


@pytest.fixture
def alone(tmp_path: Path) -> Sandbox:
    """A sandbox for one example: each makes what a zone has once, such as its key's alias."""
    made = Sandbox(ROOT, tmp_path / ".sandbox", locate())
    made.create()
    install(made.home, python())
    return made


def examples() -> list[str]:
    return sorted(file.parent.name for file in EXAMPLES.glob("*/Pulumi.yaml"))


def the_stack(example: str) -> Stack:
    """Its only one: an example shows one thing."""
    folder = EXAMPLES / example
    [settings] = folder.glob("Pulumi.*.yaml")
    return stack(folder, settings.name.split(".")[1])


def content(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file() and file.suffix != ".pyc"}


def up(sandbox: Sandbox, on: Stack, *more: str) -> Ran:
    arguments = ["--yes", "--stack", on.name, "--config-file", str(settings_copy(sandbox, on))]
    return pulumi(sandbox, on.folder, "up", *arguments, "--policy-pack", str(PACK), *more)


def findings(out: Ran) -> set[tuple[str, str]]:
    return {(found["level"], found["control"]) for found in _FINDING.finditer(out.output)}


def zone_stands(sandbox: Sandbox, folder: Path) -> None:
    """A stack under the name of the EU zone's, which exports something under each of its names."""
    samples = {int: OUTPUTS_VERSION, str: "arn:aws:kms:eu-central-1:444455556666:key/1", list: ["x"]}
    by_region = dict.fromkeys(("eu-central-1", "eu-west-1"), samples[str])
    outputs = {each.key: samples.get(each.kind, by_region) for each in ZoneOutputs.exported()} | {"zone": "eu"}
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": PROJECT, "runtime": "python"}))
    text = f"import json, pulumi\nfor key, value in json.loads({json.dumps(outputs)!r}).items():\n"
    (folder / "__main__.py").write_text(text + "    pulumi.export(key, value)\n")
    for arguments in (["stack", "init", "eu"], ["up", "--yes", "--skip-preview", "--stack", "eu"]):
        out = pulumi(sandbox, folder, *arguments)
        assert out.code == 0, out.output


def test_there_are_examples():
    assert examples()


@pytest.mark.parametrize("example", examples())
def test_an_example_deploys_under_the_pack_and_then_changes_nothing(example, alone, tmp_path):
    on = the_stack(example)
    if example in READ_A_ZONE:
        zone_stands(alone, tmp_path / "zone")
    before = content(on.folder)
    if yaml.safe_load((on.folder / "Pulumi.yaml").read_text())["runtime"] == "yaml":
        locate_with_yaml()  # puts the language host beside the sandbox's engine
    for more in ([], ["--expect-no-changes"]):
        out = up(alone, on, *more)
        assert out.code == 0, out.output
        assert findings(out) == {("advisory", "sovereignty")}, out.output
        assert CHOSEN in out
        assert "warning" not in out.output.lower(), out.output
        assert "Traceback" not in out.output, out.output
    assert content(on.folder) == before
