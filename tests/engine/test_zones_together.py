"""The repository's other zones side by side on the real engine; one goes, as far as it can, and comes again.

The first is test_zone.py's.
"""

import json
import re
from itertools import combinations
from pathlib import Path

import pytest
from on_engine import ROOT, Ran, runner

pytestmark = pytest.mark.heavy

CHANGES = re.compile(r"\d+ (created|updated|replaced|deleted)")
ZONES = sorted(file.name.split(".")[1] for file in ROOT.glob("Pulumi.*.yaml") if ".eu." not in file.name)
GOES = ZONES[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("together") / ".sandbox"


@pytest.fixture(scope="module")
def ups(folder) -> dict[str, Ran]:
    return {zone: runner(folder, "up", zone) for zone in ZONES}


def state(folder: Path, stack: str) -> list[dict]:
    file = folder / "state" / ".pulumi" / "stacks" / "sovereign-zones" / f"{stack}.json"
    return json.loads(file.read_text())["checkpoint"]["latest"].get("resources") or []


def outputs(folder: Path, stack: str) -> dict:
    return next(r for r in state(folder, stack) if r["type"] == "pulumi:pulumi:Stack")["outputs"]


def kinds(folder: Path, stack: str) -> set[str]:
    return {r["type"] for r in state(folder, stack)}


@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_deploys_beside_the_others_under_the_pack(zone, ups, folder):
    assert ups[zone].code == 0, ups[zone].output
    assert "warning" not in ups[zone].output.lower(), ups[zone].output
    assert outputs(folder, zone)["zone"] == zone


def test_no_two_zones_have_a_resource_in_common(ups, folder):
    ids = {
        zone: {r["id"] for r in state(folder, zone) if r.get("custom") and "pulumi:" not in r["type"]} for zone in ZONES
    }
    for one, other in combinations(ZONES, 2):
        # AWS Config's retention has this one name in every account and region
        assert ids[one] & ids[other] <= {"default"}, (one, other)


@pytest.mark.parametrize("zone", ZONES)
def test_a_second_up_changes_nothing(zone, ups, folder):
    again = runner(folder, "up", zone)
    assert again.code == 0, again.output
    assert not CHANGES.search(again.output), again.output


def test_down_says_what_stays_and_takes_the_rest(ups, folder):
    before = {r["urn"] for r in state(folder, GOES)}
    down = runner(folder, "down", GOES)
    assert down.code == 0, down.output
    left = {r["urn"]: r for r in state(folder, GOES)}
    protected = [r for r in left.values() if r.get("protect") and r["type"] == "aws:kms/key:Key"]
    assert protected
    assert left.keys() < before
    assert "What stays, because it is protected" in down
    assert "The foundation stays" in down


def test_up_after_down_goes_on_from_there(ups, folder):
    kept = {r["urn"]: r["id"] for r in state(folder, GOES) if r.get("protect") and r.get("custom")}
    again = runner(folder, "up", GOES)
    assert again.code == 0, again.output
    now = {r["urn"]: r.get("id") for r in state(folder, GOES)}
    assert {urn: now[urn] for urn in kept} == kept
    assert "aws:organizations/organizationalUnit:OrganizationalUnit" in kinds(folder, GOES)
