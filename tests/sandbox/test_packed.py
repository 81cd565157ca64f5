"""The sandbox runs the pack as an organization does; a zone is added by its two files."""

import json
from pathlib import Path

from sandbox.environment import Sandbox
from sandbox.packed import PACK, PACK_CONFIGURATION, ROOT, packed
from sovereignty import pack_configuration
from sovereignty import zone as zones


def test_each_declared_zone_judges_the_stack_of_its_name_and_no_stack_chooses_for_itself(tmp_path: Path):
    arguments = packed(Sandbox(ROOT, tmp_path, Path("pulumi")))
    assert arguments[:2] == ["--policy-pack", str(PACK)]
    written = json.loads(Path(arguments[3]).read_text())["sovereignty"]["stacks"]
    declared = zones.names(ROOT / "zones")
    assert {"eu", "us", "in"} <= set(declared)
    assert [each for each in written if each["match"].startswith("organization/sovereign-zones/")] == [
        {"match": f"organization/sovereign-zones/{zone}", "zone": zone} for zone in declared
    ]
    others = json.loads(PACK_CONFIGURATION.read_text())["sovereignty"]["stacks"]
    assert written[len(declared) :] == others


def test_what_is_written_is_a_configuration_that_the_pack_takes(tmp_path: Path):
    *_, file = packed(Sandbox(ROOT, tmp_path, Path("pulumi")))
    pack_configuration.load(Path(file), zones.load_all(ROOT / "zones"))


def test_the_organizations_configuration_knows_every_zone_of_the_repository():
    file = ROOT / "policypacks" / "organization.json"
    stacks = json.loads(file.read_text())["sovereignty"]["stacks"]
    for zone in zones.names(ROOT / "zones"):
        assert {"match": f"acme/sovereign-zones/{zone}", "zone": zone} in stacks
