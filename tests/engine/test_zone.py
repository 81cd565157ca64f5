"""The life of a zone on the real engine, in order: up, up again, refresh. More of it: test_zones_together.py."""

import json
import re
from pathlib import Path

import pytest
from on_engine import ROOT, Ran, runner, stand_ins_end

CHANGES = re.compile(r"\d+ (created|updated|replaced|deleted)")
COMMITTED = {file: file.read_bytes() for folder in (ROOT, ROOT / "foundation") for file in folder.glob("Pulumi.*.yaml")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("life") / ".sandbox"


@pytest.fixture(scope="module")
def eu(folder) -> Ran:
    return runner(folder, "up", "eu")


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
    locations = {o["location"].replace(" ", "").lower() for o in made if o.get("location")}
    assert locations <= {"germanywestcentral", "westeurope", "northeurope", "global"}


def test_a_second_up_changes_nothing(eu, folder):
    before = state(folder, "eu")
    again = runner(folder, "up", "eu")
    assert again.code == 0, again.output
    assert {(r["urn"], r.get("id")) for r in state(folder, "eu")} == {(r["urn"], r.get("id")) for r in before}
    assert "unchanged" in again
    assert not CHANGES.search(again.output), again.output


def test_a_refresh_finds_nothing_changed(eu, folder):
    out = runner(folder, "refresh", "eu")
    assert out.code == 0, out.output
    assert "unchanged" in out
    assert not CHANGES.search(out.output), out.output


def test_the_committed_stack_files_are_unchanged(eu):
    assert COMMITTED
    assert {file: file.read_bytes() for file in COMMITTED} == COMMITTED


def test_no_stand_in_is_left_running(eu, folder):
    stand_ins_end(folder)
