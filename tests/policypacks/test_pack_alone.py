"""The pack as the engine starts it: in the repository, and as a copy that stands by itself."""

import os
import re
import socket
import subprocess
import sys
import threading
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from served import PACK, ROOT, Client

from tools.vendor_pack import LEFT_OUT, RefusedError, vendor

pytestmark = pytest.mark.engine

LONG = 60  # seconds that a slow machine may take; nothing is measured


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("elsewhere") / "pack"
    vendor(folder)
    return folder


@contextmanager
def engine() -> Iterator[tuple[str, socket.socket]]:
    """An address that answers, as an engine's does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            try:
                while True:
                    listener.accept()[0].close()
            except OSError:
                return

        threading.Thread(target=accept, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}", listener


@contextmanager
def started(
    pack: Path, address: str, python: Path = Path(sys.executable), *flags: str
) -> Iterator[subprocess.Popen[str]]:
    """The pack's process. It sees nothing of this repository but what its interpreter brings."""
    environment = {k: v for k, v in os.environ.items() if k in ("HOME", "PATH", "TMPDIR")}
    process = subprocess.Popen(
        [python, "-m", "pulumi.policy", address, str(pack)],
        cwd=pack,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def port(process: subprocess.Popen[str]) -> int:
    assert process.stdout and process.stderr
    line = process.stdout.readline()
    assert line.strip().isdigit(), process.stderr.read()
    return int(line)


def asks(process: subprocess.Popen[str]) -> str:
    with grpc.insecure_channel(f"127.0.0.1:{port(process)}") as channel:
        stub = Client(channel)
        stub.stack()
        stub.configure({"sovereignty": {"stacks": [{"match": "*", "zone": "eu"}]}})
        information = stub.GetAnalyzerInfo(empty_pb2.Empty())
        diagnostics = stub.analyze("aws:s3/bucket:Bucket", {"region": "us-east-1"}, provider={})
        return f"{information.name} {information.version}: {len(information.policies)}, {diagnostics[0].policyName}"


def test_the_pack_serves_where_it_stands_and_says_nothing_else_on_its_output():
    with engine() as (address, _), started(PACK, address) as process:
        assert re.fullmatch(r"sovereignty \d+\.\d+\.\d+: 2, residency.region", asks(process))
        process.terminate()
        rest, errors = process.communicate(timeout=LONG)
        assert (rest, errors, process.returncode) == ("", "", 0)


def test_a_copy_elsewhere_serves_with_its_own_law(copy: Path):
    with engine() as (address, _), started(copy, address) as process:
        assert asks(process).startswith("sovereignty ")
    code = (
        "import runpy,sys; runpy.run_path(sys.argv[1], run_name='x'); import sovereignty; print(sovereignty.__file__)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code, copy], cwd=copy, capture_output=True, text=True, check=True, timeout=LONG
    ).stdout.strip()
    assert Path(shown).is_relative_to(copy / "law" / "sovereignty")


def test_the_pack_ends_when_its_engine_is_gone():
    with engine() as (address, listener), started(PACK, address) as process:
        port(process)
        assert process.poll() is None
        listener.close()
        process.wait(timeout=LONG)
        assert process.returncode == 0


def test_a_copy_holds_the_law_the_zones_and_a_lock_and_nothing_that_git_would_leave_out(tmp_path: Path):
    copy = tmp_path / "pack"  # one that has not run yet
    vendor(copy)
    names = {str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file()}
    assert {"PulumiPolicy.yaml", "__main__.py", "requirements.txt", "configuration.schema.json"} <= names
    assert {f"law/zones/{path.name}" for path in (ROOT / "zones").glob("*.yaml")} <= names
    law = {f"law/{path.relative_to(ROOT)}" for path in (ROOT / "sovereignty").rglob("*") if path.is_file()}
    assert {name for name in law if "__pycache__" not in name} <= names
    subprocess.run(["git", "init", "-q", copy.parent], check=True)
    (copy.parent / ".gitignore").write_text((ROOT / ".gitignore").read_text(encoding="utf-8"), encoding="utf-8")
    ignored = subprocess.run(
        ["git", "-C", copy.parent, "check-ignore", "--stdin"], input="\n".join(f"pack/{n}" for n in names), text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    assert ignored.stdout == ""
    assert LEFT_OUT(str(copy), ["__pycache__", "law", "x.pyc", "x.py"]) == {"__pycache__", "law", "x.pyc"}


def test_a_copy_replaces_an_earlier_copy_and_no_other_folder(tmp_path: Path):
    out = tmp_path / "pack"
    vendor(out)
    (out / "old.py").write_text("", encoding="utf-8")
    vendor(out)
    assert not (out / "old.py").exists()
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("", encoding="utf-8")
    for refused in (mine, mine / "thesis.txt", PACK / "copy", PACK):
        with pytest.raises(RefusedError):
            vendor(refused)
    assert (mine / "thesis.txt").exists()
    assert (PACK / "PulumiPolicy.yaml").exists()


def test_the_packs_lock_holds_what_it_imports_at_the_versions_of_the_repository():
    pins = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)
    own = dict(pins.findall((PACK / "requirements.txt").read_text(encoding="utf-8")))
    repository = dict(pins.findall((ROOT / "requirements.txt").read_text(encoding="utf-8")))
    assert {"pulumi", "pulumi-policy", "pydantic", "pyyaml", "grpcio", "protobuf"} <= own.keys()
    assert own.items() <= repository.items()
    assert not {name for name in own if name.startswith(("pulumi-aws", "pulumi-azure"))}


@pytest.mark.heavy
def test_a_copy_runs_in_a_new_environment_made_from_its_own_lock(copy: Path, tmp_path: Path):
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--require-hashes", "-r", copy / "requirements.txt"], check=True
    )
    with engine() as (address, _), started(copy, address, python) as process:
        assert asks(process).startswith("sovereignty ")
