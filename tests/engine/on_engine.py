"""Running the engine, or the runner behind make, and reading what came of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from sandbox.environment import Sandbox
from sandbox.running import stand_ins

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "policypacks" / "sovereignty"
HANGS_AFTER = 300  # seconds: no run takes a tenth of it; a run that hangs must fail its test, not the whole session
# As the zones' stack files do: what a program forgot to place must not be placed by the environment.
NO_DEFAULT_PROVIDERS = {"pulumi:disable-default-providers": ["*"]}


@dataclass(frozen=True)
class Ran:
    code: int
    output: str

    def __contains__(self, text: str) -> bool:
        """Whether the output says it, however the engine wrapped its lines."""
        return " ".join(text.split()) in " ".join(self.output.split())


@dataclass(frozen=True)
class Project:
    """A small program of a test's own, with its stack `dev`."""

    sandbox: Sandbox
    folder: Path
    name: str

    def pulumi(self, *arguments: str, **more: str) -> Ran:
        return pulumi(self.sandbox, self.folder, *arguments, **more)

    def write(self, program: str) -> None:
        (self.folder / "__main__.py").write_text(dedent(program))

    def every_resource(self) -> list[dict[str, Any]]:
        """The state's resources of the clouds, what waits for its deletion among them."""
        out = self.pulumi("stack", "export", "--stack", "dev").output
        found = json.loads(out)["deployment"].get("resources") or []
        return [r for r in found if not r["type"].startswith("pulumi:")]

    def resources(self) -> dict[str, dict[str, Any]]:
        """The same by name."""
        return {r["urn"].rpartition("::")[2]: r for r in self.every_resource()}


def pulumi(sandbox: Sandbox, folder: Path, *arguments: str, **more: str) -> Ran:
    command = [str(sandbox.engine / "pulumi"), "--non-interactive", "--color", "never", *arguments]
    return _ran(command, folder, sandbox.variables() | more)


def runner(folder: Path, *arguments: str, **more: str) -> Ran:
    """`python -m sandbox`, as make calls it, on a sandbox of the test's own."""
    command = [sys.executable, "-m", "sandbox", "--folder", str(folder), *arguments]
    return _ran(command, ROOT, os.environ | {"NO_COLOR": "1", "COLUMNS": "160"} | more)


def _ran(command: list[str], folder: Path, environment: dict[str, str]) -> Ran:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=HANGS_AFTER,
    )
    return Ran(done.returncode, done.stdout)


def stand_ins_end(folder: Path) -> None:
    """No stand-in outlives its engine: those that ran here are gone by themselves."""
    for _ in range(200):
        if not stand_ins(folder):
            return
        time.sleep(0.1)
    raise AssertionError("a stand-in outlives its engine")
