"""A stand-in as a process: its first words, its end, and that nothing is heard of it but on loopback."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import grpc
import pytest

from sandbox.protos import provider_pb2, provider_pb2_grpc
from sandbox.store import Store
from sandbox.values import write
from tests.sandbox.ports import KNOWN, listening

pytestmark = pytest.mark.engine

PARENT = """
import subprocess, sys, time
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
print(child.pid, child.stdout.readline().strip(), flush=True)
time.sleep(3600)
"""
COMMAND = [sys.executable, "-m", "sandbox.provider"]
PATIENCE_SECONDS = 20


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "SOVEREIGN_SANDBOX": str(folder), **more}


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"


def until(fact) -> bool:
    """Whether something becomes true before a generous while is over (what is asserted is that it does, not when)."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if fact():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("package", ["aws", "azure-native"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stand_in_says_its_port_and_ends_without_a_word(tmp_path: Path, package: str, number: int) -> None:
    command = [*COMMAND, package, "127.0.0.1:1"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(tmp_path)
    )
    assert process.stdout
    assert 0 < int(process.stdout.readline()) < 65536
    process.send_signal(number)
    assert process.communicate() == ("", "")
    assert process.returncode == 0


def test_a_stand_in_ends_when_its_engine_is_killed(tmp_path: Path) -> None:
    engine = subprocess.Popen(
        [sys.executable, "-c", PARENT, *COMMAND, "aws"], stdout=subprocess.PIPE, text=True, env=environment(tmp_path)
    )
    assert engine.stdout
    pid = int(engine.stdout.readline().split()[0])
    assert not gone(pid)
    engine.kill()
    engine.communicate()
    assert until(lambda: gone(pid))


def test_a_stand_in_for_another_provider_is_refused() -> None:
    result = subprocess.run([*COMMAND, "gcp"], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "aws|azure-native" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_rehearsed_stand_in_waits_at_the_point_to_be_killed(tmp_path: Path, moment: str) -> None:
    pause = {"SOVEREIGN_SANDBOX_PAUSE": f"create:aws:s3/bucket:Bucket:{moment}"}
    process = subprocess.Popen([*COMMAND, "aws"], stdout=subprocess.PIPE, text=True, env=environment(tmp_path, **pause))
    assert process.stdout
    channel = grpc.insecure_channel(f"127.0.0.1:{process.stdout.readline().strip()}")
    stub = provider_pb2_grpc.ResourceProviderStub(channel)
    stub.Configure(provider_pb2.ConfigureRequest(args=write({"region": "eu-central-1"})))
    urn = "urn:pulumi:dev::project::aws:s3/bucket:Bucket::it"
    inputs = write({"bucket": "b", "region": "eu-central-1"})
    call = stub.Create.future(provider_pb2.CreateRequest(urn=urn, properties=inputs))
    assert until((tmp_path / "paused").exists)
    assert not call.done()
    assert (tmp_path / "paused").read_text().split() == [str(process.pid), str(os.getpid())]
    process.kill()
    process.communicate()
    assert [row.id for row in Store(tmp_path / "store").by_urn("aws", urn)] == ([] if moment == "before" else ["b"])
    channel.close()


def test_a_stand_in_imports_neither_pulumi_nor_the_sdks() -> None:
    code = "import sys, sandbox.servicer; print([m for m in sys.modules if m.split('.')[0].startswith('pulumi')])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("package", ["aws", "azure-native"])
def test_a_stand_in_listens_on_loopback_and_nowhere_else(tmp_path: Path, package: str) -> None:
    process = subprocess.Popen([*COMMAND, package], stdout=subprocess.PIPE, text=True, env=environment(tmp_path))
    assert process.stdout
    try:
        port = int(process.stdout.readline())
        assert not KNOWN or listening({process.pid}) == {("127.0.0.1", port)}
        with socket.create_connection(("127.0.0.1", port)):
            pass
        for address in others():
            with pytest.raises(OSError), socket.create_connection((address, port), timeout=2):
                pass
    finally:
        process.kill()
        process.communicate()


def others() -> set[str]:
    """This machine's addresses beyond loopback, as far as its name says."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    except OSError:
        return set()
    return {str(address) for address in found if not str(address).startswith("127.")}


def test_a_stand_in_on_a_broken_store_says_so_and_ends(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "resources.db").write_bytes(b"no database, whatever this is" * 200)
    result = subprocess.run([*COMMAND, "aws"], capture_output=True, text=True, check=False, env=environment(tmp_path))
    assert result.returncode == 1
    assert "make clean-sandbox" in result.stderr
    assert "Traceback" not in result.stderr
