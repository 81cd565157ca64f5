"""What the commands are given: the folder of zones, a zone, and the stack file beside it."""

from __future__ import annotations

from pathlib import Path

from sovereignty.check import default_zones_dir
from sovereignty.deployment import AWS_REGION, AZURE_LOCATION, Deployment, agree, load_stack
from sovereignty.documents import shown_path
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone, load

__all__ = ["beside", "declared", "landed", "zones_folder"]


def zones_folder(given: Path | None) -> Path:
    """The folder that `--zones-dir` names, else the default one."""
    return given or default_zones_dir()


def declared(name: str, zones_dir: Path | None) -> tuple[Zone, Path]:
    """The zone of that name, and its file."""
    folder = zones_folder(zones_dir)
    return load(name, folder), folder / f"{name}.yaml"


def beside(name: str, file: Path) -> Path:
    """The stack file that belongs to a zone file, unless another is named."""
    return file.absolute().parent.parent / f"Pulumi.{name}.yaml"


def landed(name: str, zones_dir: Path | None, stack: Path | None) -> tuple[Zone, Deployment]:
    """The zone and the deployment of its stack file, which agree; InputError where there is no stack file."""
    zone, file = declared(name, zones_dir)
    default = beside(name, file)
    if stack is None and not default.exists():
        found = f"The stack file of zone {name} is not there, and what is compiled names its accounts and organization."
        raise InputError(
            Problem(shown_path(default), found, "Write it (docs/zone-file.md), or name another by --stack.")
        )
    chosen = stack or default
    deployment, config = load_stack(chosen)
    aws, azure = (None if config.get(key) is None else str(config[key]) for key in (AWS_REGION, AZURE_LOCATION))
    agree(zone, shown_path(file), deployment, shown_path(chosen), aws, azure)
    return zone, deployment
