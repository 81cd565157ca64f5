"""The plugin folder that the engine finds the stand-ins in."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.plugins import install
from sandbox.sdk import sdk

pytestmark = pytest.mark.engine


def scripts(home: Path) -> dict[str, Path]:
    return {
        package: home / "plugins" / f"resource-{package}-v{sdk(package).version}" / f"pulumi-resource-{package}"
        for package in ("aws", "azure-native")
    }


def test_an_installed_stand_in_runs_from_anywhere_and_knows_its_sandbox(tmp_path: Path) -> None:
    home = tmp_path / "a folder, $quoted" / "home"
    install(home, Path(sys.executable))
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "sandbox").mkdir(parents=True)  # a folder of the same name where the engine runs is not in the way
    environment = {key: value for key, value in os.environ.items() if key not in ("SOVEREIGN_SANDBOX", "PYTHONPATH")}
    for script in scripts(home).values():
        process = subprocess.Popen(
            [script, "127.0.0.1:1"], cwd=elsewhere, stdout=subprocess.PIPE, text=True, env=environment
        )
        assert process.stdout
        assert int(process.stdout.readline())
        process.terminate()
        process.communicate()
    assert (home.parent / "store" / "resources.db").exists()


def test_a_second_installation_changes_nothing(tmp_path: Path) -> None:
    install(tmp_path, Path(sys.executable))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    install(tmp_path, Path(sys.executable))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_damaged_installation_is_mended(tmp_path: Path) -> None:
    install(tmp_path, Path(sys.executable))
    script = scripts(tmp_path)["aws"]
    right = script.read_bytes()
    script.write_bytes(b"\xff")
    install(tmp_path, Path(sys.executable))
    assert script.read_bytes() == right
    script.chmod(0o644)
    install(tmp_path, Path(sys.executable))
    assert os.access(script, os.X_OK)
