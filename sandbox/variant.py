"""The repository's program with other zones: what tests and measurements deploy, with nothing else changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from sandbox.stacks import Stack, stack

# What the program is made of, and what its project file names.
_SAME = ("__main__.py", "components", "sovereignty", ".venv")


def variant(
    root: Path, folder: Path, zones: Mapping[str, Mapping[str, Any]], stacks: Mapping[str, Mapping[str, Any]]
) -> dict[str, Stack]:
    """Makes the project in an empty folder: the program itself by links, and files for its zones and stacks.

    `zones` and `stacks` are plain data by name, as the YAML files hold them. Gives the stacks by name.
    """
    for name in _SAME:
        (folder / name).symlink_to(root / name)
    (folder / "Pulumi.yaml").write_text((root / "Pulumi.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "zones").mkdir()
    for name, declared in zones.items():
        (folder / "zones" / f"{name}.yaml").write_text(yaml.safe_dump(dict(declared)), encoding="utf-8")
    for name, config in stacks.items():
        (folder / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump({"config": dict(config)}), encoding="utf-8")
    return {name: stack(folder, name) for name in stacks}
