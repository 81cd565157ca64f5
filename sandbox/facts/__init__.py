"""What the stand-ins know of the clouds beyond the SDKs' types: dated tables, each with its source."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent
_RESOURCES = {"aws": "aws_resources", "azure-native": "azure_resources"}


@cache
def table(name: str) -> Mapping[str, Any]:
    """A whole table by the name of its file."""
    with (_FOLDER / f"{name}.yaml").open(encoding="utf-8") as file:
        return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  both are safe


@cache
def open_enumerations() -> frozenset[str]:
    """Enumerations whose list in the SDK is a help for typing and no limit."""
    return frozenset(table("open_enumerations")["names"])


def covered(package: str) -> Mapping[str, Mapping[str, Any]]:
    """The types that the stand-in knows closely: token -> what it knows."""
    return table(_RESOURCES[package])["resources"]


def verified(package: str) -> Mapping[str, Mapping[str, str]]:
    """Of the covered types those that were compared with a source: token -> `what` was, and with which `source`."""
    return table(_RESOURCES[package])["verified"]
