"""Killed in mid-run: what the next run finds; nothing is lost and nothing is there twice.

Each case kills the engine, or the stand-in, in the middle of a create, an update or a delete, once before the embedded
cloud has done it and once after, and then runs `up` through the runner's recovery.
"""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from sandbox.recovery import recover
from sandbox.running import stand_ins
from sandbox.stacks import Stack
from sandbox.store import Store

pytestmark = pytest.mark.heavy

BUCKET = "aws:s3/bucket:Bucket"
PROGRAM = """
    import pulumi, pulumi_aws as aws
    home = aws.Provider("home", region="eu-central-1")
    there = pulumi.ResourceOptions(provider=home)
    aws.sns.Topic("before", opts=there)
"""
DATA = """
    data = aws.s3.Bucket("data", tags={{"version": "{version}"}}, opts=there)
    aws.sqs.Queue("after", opts=pulumi.ResourceOptions(provider=home, depends_on=[data]))
"""
# What stands before the kill, what the killed run wants, and what must stand at the end.
STEPS = {
    "create": (PROGRAM, PROGRAM + DATA.format(version=1)),
    "update": (PROGRAM + DATA.format(version=1), PROGRAM + DATA.format(version=2)),
    "delete": (PROGRAM + DATA.format(version=1), PROGRAM),
}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("victim", ["engine", "provider"])
@pytest.mark.parametrize("operation", STEPS)
def test_a_killed_run_is_taken_up_without_loss_and_without_doubles(
    project, operation, victim, moment, record_property
):
    first, second = STEPS[operation]
    made = project(first)
    assert made.pulumi("up", "--yes", "--stack", "dev").code == 0
    made.write(second)

    kill(made, f"{operation}:{BUCKET}:{moment}", victim)
    stand_ins_end(made.sandbox.folder)

    stack = Stack(made.folder, made.name, "dev")
    made.sandbox.projects(stack.project).mkdir(parents=True, exist_ok=True)
    (made.sandbox.projects(stack.project) / "Pulumi.yaml").write_text((made.folder / "Pulumi.yaml").read_text())
    report = recover(made.sandbox, stack)
    out = made.pulumi("up", "--yes", "--stack", "dev")
    assert out.code == 0, out.output
    assert "pending" not in out.output

    state = {(r["urn"], r["id"]) for r in made.resources().values()}
    held = {(r.urn, r.id) for r in Store(made.sandbox.folder / "store").all() if f"::{stack.project}::" in r.urn}
    lost, doubled = state - held, held - state
    record_property("kill", f"{operation} | {victim} | {moment} | {' '.join(report)} | {len(lost)} | {len(doubled)}")
    assert not lost
    assert not doubled
    assert ("data" in made.resources()) == (operation != "delete")
    if operation == "update":
        assert made.resources()["data"]["outputs"]["tags"] == {"version": "2"}
    assert any("killed" in line for line in report) == (victim == "engine")


def kill(made, pause: str, victim: str) -> None:
    """Runs `up` until a stand-in pauses, and kills the victim there."""
    marker = made.sandbox.folder / "paused"
    marker.unlink(missing_ok=True)
    engine = subprocess.Popen(
        [str(made.sandbox.engine / "pulumi"), "up", "--yes", "--skip-preview", "--non-interactive", "--stack", "dev"],
        cwd=made.folder,
        env=made.sandbox.variables() | {"SOVEREIGN_SANDBOX_PAUSE": pause},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not marker.exists():
        assert engine.poll() is None, "the run ended without reaching the pause"
        time.sleep(0.05)
    stand_in = int(marker.read_text().split()[0])
    os.kill(engine.pid if victim == "engine" else stand_in, signal.SIGKILL)
    engine.wait()


def stand_ins_end(folder: Path) -> None:
    """No stand-in outlives its engine: those that ran here are gone by themselves."""
    for _ in range(200):
        if not stand_ins(folder):
            return
        time.sleep(0.1)
    raise AssertionError("a stand-in outlives its engine")
