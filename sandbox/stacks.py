"""Stack files: the engine writes into the one it is given, so it is given a copy and the committed one stays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from sandbox.environment import Sandbox
from sandbox.pulumi import run
from sovereignty.errors import InputError, Problem

SALT = "encryptionsalt"


@dataclass(frozen=True)
class Stack:
    """A stack of one of the repository's projects: where its program is, and its committed settings."""

    folder: Path  # absolute, with Pulumi.yaml
    project: str
    name: str

    @property
    def settings(self) -> Path:
        return self.folder / f"Pulumi.{self.name}.yaml"

    def qualified(self) -> str:
        return f"organization/{self.project}/{self.name}"


def stack(folder: Path, name: str) -> Stack:
    """The stack of the project in a folder. Raises InputError if there is no such project or stack file."""
    document = _mapping(folder / "Pulumi.yaml")
    found = Stack(folder, str(document.get("name")), name)
    if not found.settings.is_file():
        others = sorted(f.name.split(".")[1] for f in folder.glob("Pulumi.*.yaml"))
        raise InputError(
            Problem(f"stack {name}", f"there is no {found.settings.name}", f"Use one of: {' '.join(others)}")
        )
    return found


def settings_copy(sandbox: Sandbox, wanted: Stack) -> Path:
    """The copy of a stack's settings for this run, with the salt of the sandbox; makes the stack if it is new."""
    _mapping(wanted.settings)
    folder = sandbox.projects(wanted.project)
    salt = folder / f"{wanted.name}.salt"
    if not salt.exists():
        folder.mkdir(parents=True, exist_ok=True)
        salt.write_text(_init(sandbox, wanted, folder))
    copy = folder / f"Pulumi.{wanted.name}.yaml"
    copy.write_text(f"{wanted.settings.read_text()}\n{SALT}: {salt.read_text()}\n")
    return copy


def _init(sandbox: Sandbox, wanted: Stack, folder: Path) -> str:
    """Makes the stack from a bare copy of the project, into which the engine writes the salt that it chose."""
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": wanted.project, "runtime": "python"}))
    written = folder / f"Pulumi.{wanted.name}.yaml"
    written.unlink(missing_ok=True)
    # A stack that a killed run made, whose salt was not kept, holds nothing yet: it is made anew.
    run(sandbox, ["stack", "rm", "--yes", "--stack", wanted.name], folder, quiet=True, check=False)
    run(sandbox, ["stack", "init", wanted.name], folder, quiet=True)
    return str(_mapping(written)[SALT])


def _mapping(file: Path) -> dict[str, object]:
    try:
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except FileNotFoundError:
        raise InputError(Problem(str(file), "there is no such file")) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{file}:{mark.line + 1}" if mark else str(file)
        raise InputError(Problem(place, "is not YAML", getattr(error, "problem", "") or "")) from None
    if not isinstance(document, dict):
        raise InputError(Problem(str(file), "is not a mapping", "A stack file starts with `config:`"))
    return document
