"""The real engine, on a sandbox of its own for each file of tests: files run side by side, those in one in order."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from sandbox.environment import Sandbox, python
from sandbox.plugins import install
from tools.engine.locate import locate

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "policypacks" / "sovereignty"
HANGS_AFTER = 300  # seconds: no run takes a tenth of it; a run that hangs must fail its test, not the whole session
# As the zones' stack files do: what a program forgot to place must not be placed by the environment.
NO_DEFAULT_PROVIDERS = {"pulumi:disable-default-providers": ["*"]}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("engine")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Prints the kill table, where tests have told of kills."""
    passed = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    told = [told for report in passed if report.when == "call" for told in report.user_properties]
    rows = [value for name, value in told if name == "kill"]
    if rows:
        terminalreporter.section("kill table")
        head = ("in the middle of", "killed", "the cloud had done it", "the next run found", "lost", "doubled")
        terminalreporter.line(f"| {' | '.join(head)} |")
        terminalreporter.line("|---|---|---|---|---|---|")
        for row in sorted(rows):
            terminalreporter.line(f"| {' | '.join(map(str, row))} |")


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
    done = subprocess.run(
        [str(sandbox.engine / "pulumi"), "--non-interactive", "--color", "never", *arguments],
        cwd=folder,
        env=sandbox.variables() | more,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=HANGS_AFTER,
    )
    return Ran(done.returncode, done.stdout)


def runner(folder: Path, *arguments: str, **more: str) -> Ran:
    """`python -m sandbox`, as make calls it, on a sandbox of the test's own."""
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "--folder", str(folder), *arguments],
        cwd=ROOT,
        env=os.environ | {"NO_COLOR": "1", "COLUMNS": "160"} | more,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=HANGS_AFTER,
    )
    return Ran(done.returncode, done.stdout)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    made = Sandbox(ROOT, tmp_path_factory.mktemp("sandbox") / ".sandbox", locate())
    made.create()
    install(made.home, python())
    return made


@pytest.fixture
def project(sandbox: Sandbox, tmp_path: Path) -> Callable[..., Project]:
    """Makes a project from a program's text; its stack is `dev`, its settings are plain data."""

    def make(program: str, settings: Mapping[str, object] = NO_DEFAULT_PROVIDERS, name: str = "") -> Project:
        folder = tmp_path / (name or "program")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        project_name = f"{tmp_path.name}{name}".replace("_", "-")[:60]
        (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": project_name, "runtime": "python"}))
        made = Project(sandbox, folder, project_name)
        made.write(program)
        assert made.pulumi("stack", "init", "dev").code == 0
        written = folder / "Pulumi.dev.yaml"
        document = yaml.safe_load(written.read_text()) if written.exists() else {}
        written.write_text(yaml.safe_dump((document or {}) | {"config": dict(settings)}))
        return made

    return make
