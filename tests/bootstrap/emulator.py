"""AWS on loopback (moto's server), the AWS CLI beside it, and a document's script run in them."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROGRAMS = ROOT / ".venv-aws-emulator" / "bin"
MANAGEMENT = "123456789012"
"""The account of whoever has taken on no role, as the emulator has it."""
SERVER = """
from moto.organizations.models import FakePolicy, FakeRoot
from moto.server import main

for each in (FakePolicy, FakeRoot):
    each.SUPPORTED_POLICY_TYPES = [*each.SUPPORTED_POLICY_TYPES, "DECLARATIVE_POLICY_EC2"]
main()
"""
"""moto's server, with the one type of policy that its list lacks; what it does with a type is the same for all."""
PATIENCE = 300  # seconds: no command takes a hundredth of it


@dataclass(frozen=True)
class Emulator:
    """Credentials are made up, and nothing of the machine's own environment gets in."""

    home: Path
    port: int

    @property
    def variables(self) -> dict[str, str]:
        return {
            "PATH": f"{PROGRAMS}:/usr/bin:/bin",
            "HOME": str(self.home),
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "made-up",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "*",
        }

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.home,
            env=self.variables,
            text=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )

    def aws(self, *arguments: str) -> Any:
        """What a command of the AWS CLI answers, as the management account's administrator."""
        done = self.run("aws", *arguments, "--output", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None


@contextmanager
def emulated(home: Path) -> Iterator[Emulator]:
    """The server, as long as it is needed."""
    assert (PROGRAMS / "moto_server").exists(), (
        "the AWS emulator has an environment of its own; `make test-all` makes it: "
        "bash tools/python.sh .venv-aws-emulator .venv/bin/python tools/aws_emulator/requirements.txt"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    emulator = Emulator(home, port)
    command = [PROGRAMS / "python", "-c", SERVER, "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(
        command,
        cwd=home,
        env={**emulator.variables, "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until_it_answers(server, port)
        yield emulator
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)


def _until_it_answers(server: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(PATIENCE):
        assert server.poll() is None, "the emulator has ended by itself"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the emulator doesn't answer")
