"""Sandboxes in odd places, odd arguments, damaged files, two runs at once: clear words, and never a traceback."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from on_engine import ROOT, Ran, runner

from sandbox.store import Store
from tests.sandbox.ports import KNOWN, below, listening

pytestmark = pytest.mark.heavy


def refused(out: Ran, *words: str) -> None:
    assert out.code not in (0, 1), out.output  # 1 is Python's own, after a traceback
    assert "Traceback" not in out.output
    for word in words:
        assert word in out, out.output


@pytest.mark.parametrize("stack", ["nope", "", "../eu", "eu us", "$HOME", "-x"])
@pytest.mark.parametrize("command", ["up", "outputs"])
def test_an_unknown_stack_is_refused(tmp_path, command, stack):
    refused(runner(tmp_path / "s", command, stack))


@pytest.mark.parametrize("demo", ["nope", "../leak", "/", "leak/x"])
def test_an_unknown_demo_is_refused_with_those_that_exist(tmp_path, demo):
    refused(runner(tmp_path / "s", "preview", "--demo", demo), "leak")


@pytest.mark.parametrize("command", [["up", "eu"], ["down", "eu"], ["forget"], ["pulumi", "version"]])
@pytest.mark.parametrize("place", ["file", "file/below", "home-is-a-file"])
def test_a_folder_that_can_t_be_a_sandbox_is_refused(tmp_path, command, place):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "home-is-a-file").mkdir()
    (tmp_path / "home-is-a-file" / "home").write_text("mine")
    out = runner(tmp_path / place, *command)
    if (place, command) == ("file/below", ["forget"]):
        assert out.code == 0  # there is nothing to forget
    else:
        refused(out, place.split("/")[0])
    assert (tmp_path / "file").read_text() == "mine"
    assert (tmp_path / "home-is-a-file" / "home").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_refused(tmp_path):
    (tmp_path / "shut").mkdir(mode=0o500)
    refused(runner(tmp_path / "shut" / "s", "up", "eu"), "Permission denied")


def test_a_folder_that_is_no_sandbox_is_not_forgotten(tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear").write_text("mine")
    refused(runner(tmp_path / "letters", "forget"), "is not a sandbox")
    assert (tmp_path / "letters" / "dear").exists()


@pytest.mark.parametrize(
    "holder", ["", '{"pid": 1, "hostname": "another-host"}', '{"pid": 999999999, "hostname": "HERE"}']
)
def test_a_lock_that_nobody_here_holds_does_not_keep_a_sandbox_from_being_forgotten(tmp_path, holder):
    folder = tmp_path / "s"
    assert runner(folder, "pulumi", "--", "version").code == 0
    locks = folder / "state" / ".pulumi" / "locks" / "organization" / "p" / "s"
    locks.mkdir(parents=True)
    (locks / "x.json").write_text(holder.replace("HERE", socket.gethostname()))
    out = runner(folder, "forget")
    assert out.code == 0, out.output
    assert not folder.exists()


@pytest.mark.parametrize("name", ["with space", "it's", 'say "so"', "cost$HOME", "back`tick`", "50%20#1?", "ü"])
def test_a_sandbox_may_stand_in_a_folder_of_any_name(tmp_path, name):
    folder = tmp_path / name / ".sandbox"
    out = runner(folder, "pulumi", "--", "stack", "ls", "--all")
    assert out.code == 0, out.output
    run = deploy(folder)
    assert run.code == 0, run.output
    assert Store(folder / "store").all()
    assert not (tmp_path / name.replace("$HOME", str(Path.home()))).exists() or "$" not in name
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def deploy(folder: Path) -> Ran:
    """Deploys a small program of its own."""
    project = folder.parent / ".sandbox" / "small"
    project.mkdir(exist_ok=True)
    (project / "Pulumi.yaml").write_text("name: small\nruntime: python\n")
    (project / "__main__.py").write_text(
        "import pulumi, pulumi_aws as aws\n"
        "home = aws.Provider('home', region='eu-central-1')\n"
        "aws.sqs.Queue('calls', opts=pulumi.ResourceOptions(provider=home))\n"
    )
    made = runner(folder, "pulumi", "--", "-C", str(project), "stack", "init", "dev")
    if made.code:
        return made
    return runner(folder, "pulumi", "--", "-C", str(project), "up", "--yes", "--stack", "dev")


@pytest.fixture(scope="module")
def deployed(tmp_path_factory) -> Path:
    """A sandbox in which both zones were deployed at once, from nothing."""
    folder = tmp_path_factory.mktemp("both") / ".sandbox"
    runs = [start(folder, "up", stack) for stack in ("eu", "us")]
    for run in runs:
        text, _ = run.communicate(timeout=280)
        assert run.returncode == 0, text
    return folder


def start(folder: Path, *arguments: str, **more: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--folder", str(folder), *arguments],
        cwd=ROOT,
        env=os.environ | {"NO_COLOR": "1"} | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_two_stacks_deployed_at_once_both_succeed(deployed):
    rows = Store(deployed / "store").all()
    stacks = {row.urn.split(":")[2] for row in rows}
    assert stacks == {"eu", "us", "org"}
    urns = [row.urn for row in rows]
    assert len(urns) == len(set(urns))


def damage(file: Path, data: bytes) -> bytes:
    whole = file.read_bytes()
    file.write_bytes(data)
    return whole


@pytest.mark.parametrize("command", ["up", "down", "refresh"])
@pytest.mark.parametrize("what", ["store", "salt", "state", "lock"])
def test_a_damaged_sandbox_is_named_with_what_to_do(deployed, what, command):
    store = Store(deployed / "store")
    store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # all of it in the one file, as after a calm end
    store.close()
    lock = deployed / "state" / ".pulumi" / "locks" / "organization" / "sovereign-zones" / "eu" / "half.json"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    file = {
        "store": deployed / "store" / "resources.db",
        "salt": deployed / "projects" / "sovereign-zones" / "eu.salt",
        "state": deployed / "state" / ".pulumi" / "stacks" / "sovereign-zones" / "eu.json",
        "lock": lock,
    }[what]
    whole = damage(file, file.read_bytes()[: file.stat().st_size // 2])
    if what != "lock":
        lock.unlink()
    try:
        refused(runner(deployed, command, "eu"), "make clean-sandbox", file.parent.name)
    finally:
        file.write_bytes(whole)
        lock.unlink(missing_ok=True)


def test_a_sandbox_is_not_forgotten_while_a_run_is_alive_and_nothing_listens_beyond_loopback(tmp_path):
    folder = tmp_path / ".sandbox"
    run = start(folder, "up", "eu", SOVEREIGN_SANDBOX_PAUSE="create:aws:s3/bucket:Bucket:before")
    try:
        while not (folder / "paused").exists():
            assert run.poll() is None
            time.sleep(0.05)
        refused(runner(folder, "forget"), "still going on")
        assert (folder / "store" / "resources.db").exists()
        engine = int((folder / "paused").read_text().split()[1])
        addresses = {address for address, _ in listening({run.pid, engine} | below(engine))}
        assert not KNOWN or addresses == {"127.0.0.1"}
    finally:
        for pid in [int(word) for word in (folder / "paused").read_text().split()][::-1]:
            os.kill(pid, 9)
        run.communicate()
    until_forgotten(folder)


def until_forgotten(folder: Path) -> None:
    for _ in range(100):
        if runner(folder, "forget").code == 0:
            break
        time.sleep(0.2)
    assert not folder.exists()


def test_down_of_one_zone_leaves_the_foundation_to_the_other(deployed):
    out = runner(deployed, "down", "us")
    assert out.code == 0, out.output
    assert "The foundation stays" in out
    assert any(":org::" in row.urn for row in Store(deployed / "store").all())
