"""Another program reads a zone's outputs: what it gets, and how it ends where the stack is not what it thinks."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from on_engine import ROOT, Project, Ran

from components.outputs import ZoneOutputs
from components.zone import OUTPUTS_VERSION

EXPORTS: dict[str, Any] = {
    "version": OUTPUTS_VERSION,
    "zone": "eu",
    "awsRegions": ["eu-central-1"],
    "azureLocations": [],
    "awsKeyArns": {"eu-central-1": "arn:aws:kms:eu-central-1:444455556666:key/1"},
}
READER = """
import pulumi
from components.mistakes import told
from components.outputs import ZoneOutputs
with told():
    eu = ZoneOutputs("eu", {stack!r})
    pulumi.export("read", eu.{output})
"""


@pytest.fixture
def read(project) -> Callable[..., Ran]:
    """Reads one output of a stack with these exports, which is not deployed where there are none."""

    def run(exports: dict[str, Any] | None, output: str = 'aws_key_arns["eu-central-1"]', stack: str = "") -> Ran:
        text = f"import json, pulumi\nfor key, value in json.loads({json.dumps(json.dumps(exports or {}))}).items():\n"
        zone: Project = project(text + "    pulumi.export(key, value)\n", name="zone")
        if exports is not None:
            assert zone.pulumi("up", "--yes", "--skip-preview", "--stack", "dev").code == 0
        name = stack or f"organization/{zone.name}/dev"
        reader: Project = project(READER.format(stack=name, output=output), name="reader")
        return reader.pulumi("up", "--yes", "--skip-preview", "--stack", "dev", PYTHONPATH=str(ROOT))

    return run


def test_an_output_is_read_with_its_type(read):
    ran = read(EXPORTS)
    assert ran.code == 0, ran.output
    assert EXPORTS["awsKeyArns"]["eu-central-1"] in ran


@pytest.mark.parametrize(
    ("exports", "output", "told"),
    [
        (None, "zone", "has no outputs of a zone: it is not deployed"),
        ({"other": 1}, "zone", "has no outputs of a zone"),
        ({**EXPORTS, "version": OUTPUTS_VERSION + 1}, "zone", f"are of version {OUTPUTS_VERSION + 1}"),
        ({**EXPORTS, "zone": "us"}, "jurisdiction", "builds another zone"),
        (EXPORTS, "azure_key_uri", "ZoneOutputs('eu').azure_key_uri: The zone has no footprint on Azure"),
        (EXPORTS, "aws_trail_arn", "has no output awsTrailArn"),
        ({**EXPORTS, "awsKeyArns": "arn"}, "aws_key_arns", "is not a map"),
    ],
)
def test_a_stack_that_is_not_the_zones_ends_the_run_with_a_reason(read, exports: Any, output: str, told: str):
    ran = read(exports, output)
    assert ran.code != 0
    assert told in ran
    assert "Traceback" not in ran.output, ran.output


def test_a_name_of_another_form_is_refused_at_once(read):
    ran = read(EXPORTS, stack="sovereign-zones/eu")
    assert ran.code != 0
    assert "ZoneOutputs.stack: This is no stack's whole name" in ran
    assert "Traceback" not in ran.output


def test_every_output_has_a_place_in_the_class():
    assert all(getattr(ZoneOutputs, each.name) is each for each in ZoneOutputs.exported())
