"""Killed in mid-run: what the next run finds; nothing is lost and nothing is there twice.

Each case kills the engine, its whole process group, or the stand-in, in the middle of an operation, once before the
embedded cloud has done it and once after, and then goes on through the runner's recovery. The kill table is printed at
the end of `pytest tests/engine/test_kills.py`.
"""

import os
import signal
import subprocess
import sys
import time

import pytest
from on_engine import ROOT, runner, stand_ins_end

from sandbox.recovery import recover
from sandbox.stacks import Stack
from sandbox.store import Store

pytestmark = pytest.mark.heavy

BUCKET, KEY = "aws:s3/bucket:Bucket", "aws:kms/key:Key"
PROGRAM = """
    import pulumi, pulumi_aws as aws
    home = aws.Provider("home", region="eu-central-1")
    there = pulumi.ResourceOptions(provider=home)
    aws.sns.Topic("before", opts=there)
"""
AFTER = """
    aws.sqs.Queue("after", opts=pulumi.ResourceOptions(provider=home, depends_on=[data]))
"""
DATA = (
    PROGRAM
    + """
    data = aws.s3.Bucket("data", tags={{"version": "{version}"}}, opts=there)
"""
    + AFTER
)
NAMED = (
    PROGRAM
    + """
    data = aws.s3.Bucket("data", bucket="only-" + pulumi.get_project(), object_lock_enabled={lock}, opts=there)
"""
    + AFTER
)
KEYED = (
    PROGRAM
    + """
    data = aws.kms.Key("data", multi_region={multi}, opts=there)
"""
    + AFTER
)
ONE, TWO = DATA.format(version=1), DATA.format(version=2)
# What stands before the kill, what the killed run wants (and the run after it makes), and where the stand-in pauses.
CASES = {
    "create": (PROGRAM, ONE, f"create:{BUCKET}"),
    "update": (ONE, TWO, f"update:{BUCKET}"),
    "delete": (ONE, PROGRAM, f"delete:{BUCKET}"),
    "replace, delete first: its delete": (
        NAMED.format(lock=False),
        NAMED.format(lock=True),
        f"delete:{BUCKET}",
    ),
    "replace, delete first: its create": (
        NAMED.format(lock=False),
        NAMED.format(lock=True),
        f"create:{BUCKET}",
    ),
    "replace, create first: its create": (KEYED.format(multi=False), KEYED.format(multi=True), f"create:{KEY}"),
    "replace, create first: its delete": (KEYED.format(multi=False), KEYED.format(multi=True), f"delete:{KEY}"),
}
# What the killed run was to change, by the beginning of a case's name.
CHANGED = [
    ("update", "tags", {"version": "2"}),
    ("replace, create", "multiRegion", True),
    ("replace, delete", "objectLockEnabled", True),
]


@pytest.fixture
def killed(project):
    """Deploys the first program of a case and writes the second; gives the project and the point to kill at."""

    def prepare(operation: str):
        first, second, point = CASES[operation]
        made = project(first)
        assert made.pulumi("up", "--yes", "--stack", "dev").code == 0
        made.write(second)
        return made, point

    return prepare


def recovered(made) -> list[str]:
    stack = Stack(made.folder, made.name, "dev")
    made.sandbox.projects(stack.project).mkdir(parents=True, exist_ok=True)
    (made.sandbox.projects(stack.project) / "Pulumi.yaml").write_text((made.folder / "Pulumi.yaml").read_text())
    return recover(made.sandbox, stack)


def differences(made) -> tuple[set, set]:
    """What the state has and the cloud has not, and the other way round."""
    state = {(r["urn"], r["id"]) for r in made.every_resource()}
    held = {(r.urn, r.id) for r in Store(made.sandbox.folder / "store").all() if f"::{made.name}::" in r.urn}
    return state - held, held - state


def tell(record_property, what, victim, moment, found, lost, doubled) -> None:
    # Only the recovery's own words: names and numbers of processes differ from run to run.
    words = [line.split(": ", 1)[1] if line.startswith("  ") else "the lock, taken over" for line in found]
    done = {"before": "no", "after": "yes"}.get(moment, moment)
    record_property("kill", (what, victim, done, "; ".join(words) or "nothing to settle", len(lost), len(doubled)))


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("victim", ["engine", "provider"])
@pytest.mark.parametrize("operation", CASES)
def test_a_killed_run_is_taken_up_without_loss_and_without_doubles(killed, operation, victim, moment, record_property):
    made, point = killed(operation)
    kill(made, f"{point}:{moment}", victim)
    stand_ins_end(made.sandbox.folder)
    report = recovered(made)
    assert any("killed (process" in line for line in report) == (victim == "engine")

    out = made.pulumi("up", "--yes", "--stack", "dev")
    assert out.code == 0, out.output
    assert "pending" not in out.output
    lost, doubled = differences(made)
    tell(record_property, operation, victim, moment, report, lost, doubled)
    assert not lost
    assert not doubled
    assert ("data" in made.resources()) == (operation != "delete")
    for beginning, name, value in CHANGED:
        if operation.startswith(beginning):
            assert made.resources()["data"]["outputs"][name] == value
    again = made.pulumi("up", "--yes", "--stack", "dev", "--expect-no-changes")
    assert again.code == 0, again.output


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_kill_of_the_whole_process_group_is_taken_up(killed, moment, record_property):
    made, point = killed("create")
    kill(made, f"{point}:{moment}", "group")
    stand_ins_end(made.sandbox.folder)
    report = recovered(made)
    assert made.pulumi("up", "--yes", "--stack", "dev").code == 0
    lost, doubled = differences(made)
    tell(record_property, "create", "process group", moment, report, lost, doubled)
    assert not lost
    assert not doubled


@pytest.mark.parametrize("victims", [("engine", "engine"), ("provider", "engine"), ("engine", "provider")])
def test_two_kills_in_a_row_are_taken_up(killed, victims, record_property):
    made, point = killed("replace, create first: its delete")
    reports = []
    for victim in victims:
        kill(made, f"{point}:before", victim)
        stand_ins_end(made.sandbox.folder)
        reports += recovered(made)
    assert made.pulumi("up", "--yes", "--stack", "dev").code == 0
    lost, doubled = differences(made)
    tell(
        record_property,
        "replace, create first: its delete, twice",
        ", ".join(victims),
        "before",
        reports,
        lost,
        doubled,
    )
    assert not lost
    assert not doubled


@pytest.mark.parametrize("victim", ["engine", "provider"])
@pytest.mark.parametrize("operation", ["create", "delete", "replace, create first: its create"])
def test_a_destroy_straight_after_a_kill_leaves_nothing(killed, operation, victim, record_property):
    made, point = killed(operation)
    kill(made, f"{point}:after", victim)
    stand_ins_end(made.sandbox.folder)
    report = recovered(made)
    out = made.pulumi("destroy", "--yes", "--stack", "dev")
    assert out.code == 0, out.output
    assert made.resources() == {}
    lost, doubled = differences(made)
    tell(record_property, f"{operation}, then destroyed", victim, "after", report, lost, doubled)
    assert not lost
    assert not doubled


def test_a_kill_during_the_preview_leaves_nothing_to_settle_but_the_lock(project, tmp_path, record_property):
    marker = tmp_path / "previews"
    wait = f"""
    import pathlib, time
    if pulumi.runtime.is_dry_run():
        pathlib.Path({str(marker)!r}).touch()
        time.sleep(600)
"""
    made = project(ONE + wait)
    engine = start(made)
    until(marker.exists, engine)
    engine.kill()
    engine.wait()
    stand_ins_end(made.sandbox.folder)
    report = recovered(made)
    assert all("killed (process" in line for line in report)
    made.write(ONE)
    assert made.pulumi("up", "--yes", "--stack", "dev").code == 0
    lost, doubled = differences(made)
    tell(record_property, "preview", "engine", "nothing to do", report, lost, doubled)
    assert not lost
    assert not doubled


def test_the_runner_says_what_it_took_over_and_goes_on(tmp_path, record_property):
    folder = tmp_path / "sandbox"
    command = [sys.executable, "-m", "sandbox", "--folder", str(folder), "up", "eu"]
    first = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"SOVEREIGN_SANDBOX_PAUSE": f"create:{BUCKET}:after"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until((folder / "paused").exists, first)
    os.kill(int((folder / "paused").read_text().split()[1]), signal.SIGKILL)
    assert first.wait() != 0
    stand_ins_end(folder)
    out = runner(folder, "up", "eu")
    assert out.code == 0, out.output
    assert "The last run was killed" in out
    assert "creating was made: adopted" in out
    urns = [row.urn for row in Store(folder / "store").all()]
    assert len(urns) == len(set(urns))
    found = [line for line in out.output.splitlines() if "taken over" in line or ": creating was" in line]
    tell(record_property, "make up: create", "engine", "after", found, set(), set())
    assert "Traceback" not in out.output


def start(made, **more: str) -> subprocess.Popen:
    skip = ["--skip-preview"] if more else []
    return subprocess.Popen(
        [str(made.sandbox.engine / "pulumi"), "up", "--yes", *skip, "--non-interactive", "--stack", "dev"],
        cwd=made.folder,
        env=made.sandbox.variables() | more,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def until(fact, process: subprocess.Popen) -> None:
    while not fact():
        assert process.poll() is None, "the run ended too early"
        time.sleep(0.05)


def kill(made, pause: str, victim: str) -> None:
    """Runs `up` until a stand-in pauses, and kills the victim there."""
    marker = made.sandbox.folder / "paused"
    marker.unlink(missing_ok=True)
    engine = start(made, SOVEREIGN_SANDBOX_PAUSE=pause)
    until(marker.exists, engine)
    if victim == "provider":
        os.kill(int(marker.read_text().split()[0]), signal.SIGKILL)
    elif victim == "group":
        os.killpg(engine.pid, signal.SIGKILL)
    else:
        engine.kill()
    engine.wait()
