"""The life of a zone on the real engine, in order: up, up again, refresh, a second zone beside it, down, up again."""

import json
from pathlib import Path

import pytest
from on_engine import ROOT, Ran, runner, stand_ins_end

COMMITTED = {file: file.read_bytes() for folder in (ROOT, ROOT / "foundation") for file in folder.glob("Pulumi.*.yaml")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("life") / ".sandbox"


@pytest.fixture(scope="module")
def eu(folder) -> Ran:
    return runner(folder, "up", "eu")


@pytest.fixture(scope="module")
def us(folder, eu) -> Ran:
    return runner(folder, "up", "us")


def state(folder: Path, stack: str) -> list[dict]:
    file = folder / "state" / ".pulumi" / "stacks" / "sovereign-zones" / f"{stack}.json"
    return json.loads(file.read_text())["checkpoint"]["latest"].get("resources") or []


def outputs(folder: Path, stack: str) -> dict:
    return next(r for r in state(folder, stack) if r["type"] == "pulumi:pulumi:Stack")["outputs"]


def kinds(folder: Path, stack: str) -> set[str]:
    return {r["type"] for r in state(folder, stack)}


def test_a_first_up_deploys_the_zone_on_both_clouds(eu, folder):
    assert eu.code == 0, eu.output
    assert kinds(folder, "eu") >= {
        "aws:organizations/organizationalUnit:OrganizationalUnit",
        "aws:organizations/policyAttachment:PolicyAttachment",
        "aws:kms/key:Key",
        "azure-native:management:ManagementGroup",
        "azure-native:authorization:PolicyAssignment",
        "azure-native:resources:ResourceGroup",
        "azure-native:keyvault:Vault",
        "azure-native:storage:StorageAccount",
    }


def test_it_ends_with_a_table_of_what_was_made_and_what_to_look_at(eu):
    for line in (
        "zone",
        "on AWS",
        "on Azure",
        "policies",
        "residency.region",
        "time",
        "next",
        "make preview DEMO=leak",
    ):
        assert line in eu


def test_it_runs_without_a_warning(eu):
    assert "warning" not in eu.output.lower(), eu.output


def test_what_it_made_lies_in_the_zone(eu, folder):
    made = [r.get("outputs") or {} for r in state(folder, "eu") if r.get("custom")]
    assert {o["region"] for o in made if "region" in o} <= {"eu-central-1", "eu-west-1"}
    assert {o["location"] for o in made if "location" in o} <= {"germanywestcentral"}


def test_a_second_up_changes_nothing(eu, folder):
    before = state(folder, "eu")
    again = runner(folder, "up", "eu")
    assert again.code == 0, again.output
    assert {(r["urn"], r.get("id")) for r in state(folder, "eu")} == {(r["urn"], r.get("id")) for r in before}
    assert "unchanged" in again
    for word in (" created", " updated", " replaced", " deleted"):
        assert word not in again.output, again.output


def test_a_refresh_finds_nothing_changed(eu, folder):
    out = runner(folder, "refresh", "eu")
    assert out.code == 0, out.output
    assert "unchanged" in out
    for word in (" created", " updated", " replaced", " deleted"):
        assert word not in out.output, out.output


def test_both_zones_live_side_by_side(us, folder):
    assert us.code == 0, us.output
    eu, us_ = outputs(folder, "eu"), outputs(folder, "us")
    assert eu["zone"] == "eu"
    assert us_["zone"] == "us"
    ids = [{r["id"] for r in state(folder, s) if r.get("custom") and "pulumi:" not in r["type"]} for s in ("eu", "us")]
    # AWS Config's retention has this one name in every account and region
    assert ids[0] & ids[1] <= {"default"}


def test_the_committed_stack_files_are_unchanged(us):
    assert COMMITTED
    assert {file: file.read_bytes() for file in COMMITTED} == COMMITTED


def test_no_stand_in_is_left_running(us, folder):
    stand_ins_end(folder)


def test_down_says_what_stays_and_takes_the_rest(us, folder):
    before = {r["urn"] for r in state(folder, "eu")}
    down = runner(folder, "down", "eu")
    assert down.code == 0, down.output
    left = {r["urn"]: r for r in state(folder, "eu")}
    protected = [r for r in left.values() if r.get("protect") and r["type"] == "aws:kms/key:Key"]
    assert protected
    assert left.keys() < before
    assert "What stays, because it is protected" in down
    assert "The foundation stays" in down


def test_up_after_down_goes_on_from_there(us, folder):
    kept = {r["urn"]: r["id"] for r in state(folder, "eu") if r.get("protect") and r.get("custom")}
    again = runner(folder, "up", "eu")
    assert again.code == 0, again.output
    now = {r["urn"]: r.get("id") for r in state(folder, "eu")}
    assert {urn: now[urn] for urn in kept} == kept
    assert "aws:organizations/organizationalUnit:OrganizationalUnit" in kinds(folder, "eu")
