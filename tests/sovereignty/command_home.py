"""A folder with the repository's zones and a stack file of the EU zone, and the CLI run in it."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from law_inputs import REPOSITORY, STACK
from typer.testing import CliRunner

from sovereignty.__main__ import app

OU_PATH = "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222/"


def settle(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes `folder` such a place, and goes there."""
    shutil.copytree(REPOSITORY / "zones", folder / "zones")
    write_stack(folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("SOVEREIGNTY_DEBUG", raising=False)
    return folder


def write_stack(folder: Path, **changes: Any) -> None:
    """The stack file of the EU zone; a change to None takes a key out."""
    config = {**STACK, "sovereign-zones:awsZoneOuPath": OU_PATH}
    config |= {f"sovereign-zones:{key}": value for key, value in changes.items()}
    kept = {key: value for key, value in config.items() if value is not None}
    (folder / "Pulumi.eu.yaml").write_text(yaml.safe_dump({"config": kept}), encoding="utf-8")


def change_zone(folder: Path, *replacements: tuple[str, str]) -> None:
    """Replaces text of zones/eu.yaml; each has to stand there."""
    file = folder / "zones" / "eu.yaml"
    text = file.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def run(*arguments: str, code: int) -> tuple[str, str]:
    """What a command prints to either stream; it has to exit with `code`, without a traceback."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.stdout, result.stderr
