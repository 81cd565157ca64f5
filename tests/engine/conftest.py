"""The real engine, on a sandbox of its own for each file of tests: files run side by side, those in one in order."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml
from on_engine import NO_DEFAULT_PROVIDERS, ROOT, Project

from sandbox.environment import Sandbox, python
from sandbox.plugins import install
from tools.engine.locate import locate


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("engine")


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
