"""`sovereignty check`: what it shows, how it exits."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from law_inputs import REPOSITORY, STACK
from typer.testing import CliRunner

from sovereignty.__main__ import app

pytestmark = pytest.mark.command


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the repository's zones and a stack file that agrees with the EU zone."""
    shutil.copytree(REPOSITORY / "zones", tmp_path / "zones")
    write_stack(tmp_path, STACK)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("SOVEREIGNTY_DEBUG", raising=False)
    return tmp_path


def write_stack(folder: Path, config: dict[str, Any], name: str = "Pulumi.eu.yaml") -> None:
    (folder / name).write_text(yaml.safe_dump({"config": config}), encoding="utf-8")


def run(*arguments: str, code: int) -> tuple[str, str]:
    result = CliRunner().invoke(app, ["check", *arguments])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.stdout, result.stderr


def test_all_zones_are_shown_with_their_places_and_risks(home: Path):
    shown, errors = run(code=0)
    assert "zone eu" in shown
    assert "zone us" in shown
    assert "zone in" in shown
    assert "eu-central-1 (DE-HE, home), eu-west-1 (IE-D)" in shown
    assert "COMPLIANCE, 7 years, archived after 90 days" in shown
    assert "analytics: leaves anonymised to us" in shown
    assert "azure.key-vault-pair: the pair germanynorth lies in the EU" in shown
    assert "Pulumi.eu.yaml agrees" in shown
    assert "3 zones are lawful, 1 stack file agrees." in shown
    assert errors == ""


def test_a_zone_that_allows_copies_in_a_pair_says_where(home: Path):
    file = home / "zones" / "eu.yaml"
    assert "copies in a pair" not in run("eu", code=0)[0]
    file.write_text(file.read_text("utf-8").replace("cloud: public", "cloud: public\n  geo_redundancy: true"), "utf-8")
    shown, _ = run("eu", code=0)
    assert re.search(r"copies in a pair +westeurope, northeurope", shown)


def test_one_zone_is_shown_when_it_is_named(home: Path):
    shown, _ = run("us", code=0)
    assert "zone us" in shown
    assert "zone eu" not in shown


def test_an_unlawful_zone_exits_with_2_and_the_others_are_shown(home: Path):
    path = home / "zones" / "eu.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("eu-west-1]", "eu-west-2]"), encoding="utf-8")
    shown, errors = run(code=2)
    assert "zone us" in shown
    assert errors.startswith(
        "zones/eu.yaml: aws.regions[1]: eu-west-2 is in GB, which is not part of jurisdiction EU.\n"
    )
    assert "  Use a region in one of: AT BE BG " in errors


def test_a_stack_that_disagrees_exits_with_2_and_names_both_files(home: Path):
    write_stack(home, STACK | {"aws:region": "eu-west-1"})
    _, errors = run("eu", code=2)
    assert "Pulumi.eu.yaml: aws:region: eu-west-1 is not the home region" in errors
    assert "zones/eu.yaml says aws.home: eu-central-1" in errors


def test_a_stack_file_can_be_named(home: Path):
    write_stack(home, STACK, "Pulumi.test.yaml")
    shown, _ = run("eu", "--stack", "Pulumi.test.yaml", code=0)
    assert "Pulumi.test.yaml agrees" in shown


def test_the_named_stack_says_which_zone_is_meant(home: Path):
    shown, _ = run("--stack", "Pulumi.eu.yaml", code=0)
    assert "zone eu" in shown
    assert "zone us" not in shown


def test_a_stack_without_zone_exits_with_2(home: Path):
    write_stack(home, {"aws:region": "eu-central-1"})
    _, errors = run(code=2)
    assert "The stack names no zone." in errors


def test_a_stack_file_that_is_not_there_exits_with_2(home: Path):
    _, errors = run("eu", "--stack", "Pulumi.none.yaml", code=2)
    assert errors == "Pulumi.none.yaml: There is no such file.\n"


def test_another_folder_of_zones_is_read(home: Path, monkeypatch: pytest.MonkeyPatch):
    (home / "elsewhere").mkdir()
    monkeypatch.chdir(home / "elsewhere")
    shown, _ = run("eu", "--zones-dir", "../zones", code=0)
    assert "zone eu" in shown


def test_a_zone_that_is_not_declared_exits_with_2(home: Path):
    _, errors = run("eur", code=2)
    assert "There is no zone 'eur'." in errors


@pytest.mark.parametrize("arguments", [("--zones-dir", "nowhere"), ("--as-of", "yesterday"), ("--colour",), ("a", "b")])
def test_bad_arguments_exit_with_2(home: Path, arguments: tuple[str, ...]):
    run(*arguments, code=2)


def test_a_law_that_is_not_in_force_on_the_day_is_marked(home: Path):
    assert "GDPR (from 2018-05-25)" in run("eu", "--as-of", "2018-05-24", code=0)[0]
    assert "GDPR," in run("eu", "--as-of", "2018-05-25", code=0)[0]


def test_an_expired_adequacy_decision_is_noted(home: Path):
    text = (home / "zones" / "eu.yaml").read_text(encoding="utf-8")
    text = text.replace("zone: eu\n", "zone: wide\n").replace("jurisdiction: EU\n", "jurisdiction: EU+ADEQUATE\n")
    text = text.replace("eu-west-1]", "eu-west-2]")
    (home / "zones" / "wide.yaml").write_text(text, encoding="utf-8")
    assert "expired" not in run("wide", "--as-of", "2031-12-27", code=0)[0]
    assert (
        "adequacy of United Kingdom expired on 2031-12-27: eu-west-2" in run("wide", "--as-of", "2031-12-28", code=0)[0]
    )


def test_a_restricted_region_is_noted(home: Path):
    path = home / "zones" / "eu.yaml"
    text = path.read_text(encoding="utf-8").replace("northeurope]", "northeurope, germanynorth]")
    text = re.sub(r".*azure\.[a-z-]+-pair.*\n", "", text)
    path.write_text(text, encoding="utf-8")
    assert "germanynorth is open only to those whom the provider has granted access" in run("eu", code=0)[0]


def test_brackets_in_a_title_are_shown_as_they_stand(home: Path):
    path = home / "zones" / "eu.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("title: European Union", 'title: "[bold]EU[/] [x"'), encoding="utf-8"
    )
    assert "[bold]EU[/] [x" in run("eu", code=0)[0]


def test_a_narrow_terminal_loses_nothing(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "40")
    shown, _ = run("eu", code=0)
    assert max(map(len, shown.splitlines())) <= 40
    assert "germanywestcentral" in shown


def test_a_fault_of_ours_is_one_line_and_exits_with_3(home: Path, monkeypatch: pytest.MonkeyPatch):
    # the table of regions is made unreadable, as a broken installation would have it
    from sovereignty import facts

    facts.read_table.cache_clear()
    for cached in (facts._regions, facts.regions, facts.partitions):
        cached.cache_clear()
    monkeypatch.setattr(facts, "_FOLDER", home / "missing")
    try:
        _, errors = run("eu", code=3)
    finally:
        facts.read_table.cache_clear()
    assert errors.count("\n") == 1
    assert "SOVEREIGNTY_DEBUG=1" in errors


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sovereignty", *arguments],
        env={name: value for name, value in os.environ.items() if name != "SOVEREIGNTY_DEBUG"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_in_a_pipe_there_is_no_colour_and_no_import_of_the_engine(home: Path):
    result = command("check", PYTHONPROFILEIMPORTTIME="1")
    assert result.returncode == 0
    assert "\x1b" not in result.stdout
    assert "pydantic" in result.stderr
    assert not re.search(r"\|\s+pulumi", result.stderr)


def test_a_terminal_without_utf_8_is_no_reason_to_fail(home: Path):
    path = home / "zones" / "eu.yaml"
    text = path.read_text(encoding="utf-8").replace("title: European Union", "title: Europäische Union")
    path.write_text(text, encoding="utf-8")
    result = command("check", "eu", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert result.returncode == 0
    assert "Europ?ische Union" in result.stdout


def test_a_reader_that_stops_reading_is_no_fault(home: Path):
    process = subprocess.Popen(
        [sys.executable, "-m", "sovereignty", "check"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_an_output_that_can_not_be_written_is_told_and_exits_with_2(home: Path):
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "sovereignty", "check"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (result.returncode, result.stderr) == (2, "standard output: It can't be written: No space left on device.\n")


def test_help_names_the_command():
    result = command("--help")
    assert result.returncode == 0
    assert "check" in result.stdout


def test_an_account_or_subscription_that_two_zones_claim_is_an_error(home: Path):
    shutil.copy(REPOSITORY / "Pulumi.us.yaml", home)
    shutil.copy(REPOSITORY / "Pulumi.eu.yaml", home)
    run(code=0)
    eu = yaml.safe_load((home / "Pulumi.eu.yaml").read_text())["config"]
    us = yaml.safe_load((home / "Pulumi.us.yaml").read_text())["config"]
    for key in ("sovereign-zones:awsAccounts", "sovereign-zones:azureSubscriptions"):
        write_stack(home, us | {key: eu[key]}, "Pulumi.us.yaml")
        _, said = run(code=2)
        assert f"Pulumi.us.yaml: {key}[0]" in said
        assert "is zone eu's already (Pulumi.eu.yaml)" in said


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ('{"sovereignty": {"stacks": "self"}, "residency.regoin": {}}', "Did you mean residency.region?"),
        ('{"sovereignity": {"stacks": "self"}}', "Did you mean sovereignty?"),
        ('{"sovereignty": {"stacks": "self"}', "pack.json:1: It is not JSON"),
        ('{"sovereignty": {"stacks": "self"}, "sovereignty": {}}', "stands twice"),
        ("[]", "A mapping is expected"),
        ("", "It is not JSON"),
        ("[" * 100_000, "pack.json"),
    ],
)
def test_a_configuration_of_the_pack_that_can_not_be_is_a_clear_error(home: Path, written: str, says: str):
    (home / "pack.json").write_text(written)
    _, said = run("--pack-config", "pack.json", code=2)
    assert says in said


def test_a_configuration_of_the_pack_that_is_in_order_is_said_to_be(home: Path):
    shutil.copy(REPOSITORY / "policypacks" / "organization.json", home / "pack.json")
    assert "in order" in run("--pack-config", "pack.json", code=0)[0]
    _, said = run("--pack-config", "missing.json", code=2)
    assert "missing.json" in said
