"""Azure Policy's built-ins and aliases, as far as our definitions rest on them. Tables: azure_builtins.yaml,
azure_aliases.yaml, azure_confidential_sizes.yaml, azure_placement.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from sovereignty.facts import read_table


@dataclass(frozen=True)
class BuiltIn:
    """A built-in definition or initiative. `clouds`: where it is known to be offered, by Azure's partition names."""

    key: str
    kind: Literal["policyDefinitions", "policySetDefinitions"]
    id: str
    name: str
    version: str
    clouds: frozenset[str]
    references: Mapping[str, str]
    """Of an initiative: our name of a member -> its policyDefinitionReferenceId."""

    @property
    def resource_id(self) -> str:
        return f"/providers/Microsoft.Authorization/{self.kind}/{self.id}"


@cache
def _built_ins() -> Mapping[str, BuiltIn]:
    rows = read_table("azure_builtins")["built_ins"]
    return {
        row["key"]: BuiltIn(
            row["key"],
            row["kind"],
            row["id"],
            row["name"],
            row["version"],
            frozenset(row["clouds"]),
            row.get("references", {}),
        )
        for row in rows
    }


def built_in(key: str) -> BuiltIn:
    """The built-in of that key; KeyError where the table holds none."""
    return _built_ins()[key]


@cache
def baseline_locations() -> frozenset[str]:
    """The location names that the sovereignty baselines accept; a newer region is refused by Azure itself."""
    return frozenset(read_table("azure_builtins")["baseline_locations"])


@cache
def aliases() -> Mapping[str, Mapping[str, str]]:
    """Resource type -> alias -> path in the resource's body."""
    return read_table("azure_aliases")["types"]


@cache
def confidential_sizes() -> tuple[str, ...]:
    """Patterns (`like`) of the VM sizes that run as confidential VMs."""
    return tuple(row["pattern"] for row in _confidential_families())


@dataclass(frozen=True)
class ConfidentialFamily:
    """A family of confidential sizes. `tee`: what a guest's attestation calls its isolation."""

    family: str
    technology: str
    tee: Literal["sevsnpvm", "tdxvm"]


def confidential_family(size: str) -> ConfidentialFamily | None:
    """The family that a size (`Standard_DC4as_v6`, in any case) belongs to; None: it is no confidential one."""
    for row in _confidential_families():
        before, after = map(re.escape, row["pattern"].split("*"))
        if re.fullmatch(rf"{before}[1-9][0-9]*{after}", size, re.IGNORECASE):
            return ConfidentialFamily(row["family"], row["technology"], row["tee"])
    return None


def _confidential_families() -> list[dict[str, Any]]:
    return read_table("azure_confidential_sizes")["families"]


@cache
def azure_content_types() -> tuple[str, ...]:
    """Patterns (`like`) of the resource types that carry content out of every zone."""
    rows = read_table("azure_placement")["content"]
    return tuple(sorted(f"{prefix}*" for row in rows for prefix in row.get("arm", ())))
