"""Stack files: the engine writes into the one it is given, so it is given a copy and the committed one stays."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sandbox.environment import AGAIN, Sandbox
from sandbox.pulumi import run
from sovereignty.errors import InputError, Problem

SALT = "encryptionsalt"
# How a stack file says who can read its secrets; in the sandbox that is the sandbox.
_SECRETS = re.compile(rf"^(?:{SALT}|secretsprovider|encryptedkey)\s*:.*$", re.M)
# Of a passphrase: version, salt, and a text encrypted with both (pulumi/pkg, secrets/passphrase).
_SALT_FORM = re.compile(r"v1:[\w+/=-]+:v1:[\w+/=-]+:[\w+/=-]+")


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
    with sandbox.guarded("settings"):  # two first runs at once
        if not salt.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _put(salt, _init(sandbox, wanted, folder))
        copy = folder / f"Pulumi.{wanted.name}.yaml"
        # As text: the engine reads `no` as a word and YAML 1.1 as a boolean.
        settings = _SECRETS.sub("", wanted.settings.read_text(encoding="utf-8"))
        _put(copy, f"{settings}\n{SALT}: {_read_salt(salt)}\n")
    return copy


def _read_salt(file: Path) -> str:
    salt = file.read_text(errors="replace").strip()
    if not _SALT_FORM.fullmatch(salt):
        raise InputError(
            Problem(str(file), "is cut off: the state's secrets can't be read without it", AGAIN),
        )
    return salt


def _put(file: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as written:
        written.write(text)
    Path(written.name).replace(file)


def state(sandbox: Sandbox, of: Stack) -> dict[str, Any]:
    """What the engine keeps of a stack: `resources` and, after a kill, `pending_operations`; empty if there is none."""
    file = sandbox.state / ".pulumi" / "stacks" / of.project / f"{of.name}.json"
    try:
        return json.loads(file.read_text())["checkpoint"].get("latest") or {}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(Problem(str(file), "is damaged: it is no state of a stack", AGAIN)) from None


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
