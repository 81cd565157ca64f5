"""Where a partition's global services answer, and what is watched in the management account: control_plane.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from sovereignty.facts import read_table


def organizations_region(partition: str) -> str:
    """The region in which the calls of Organizations, IAM and Account Management reach EventBridge."""
    return read_table("control_plane")["partitions"][partition]["organizations"]


def answering_regions(partition: str) -> tuple[str, ...]:
    """The regions in which global services log their control plane."""
    return tuple(read_table("control_plane")["partitions"][partition]["answers"])


def buses_across_regions(partition: str) -> bool:
    """Whether a rule's target can be an event bus of another region."""
    return read_table("control_plane")["partitions"][partition]["buses_across_regions"]


def watched_calls(kind: Literal["watched", "blinding"]) -> Mapping[str, tuple[str, ...]]:
    """The names of operations by the source of their events; `blinding`: those against the watch itself."""
    return {source: tuple(names) for source, names in read_table("control_plane")[kind].items()}
