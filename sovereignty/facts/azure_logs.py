"""What Azure Monitor keeps, exports and tells: azure_logs.yaml, with its sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sovereignty import facts

_TABLE = "azure_logs"

Export = Literal["whole", "partly", "none", "loop"]
"""How much of a table an export takes along: the head of azure_logs.yaml says what each means."""


@dataclass(frozen=True, kw_only=True)
class LogTable:
    """A table of a workspace; `kept`: every workspace has it from the start."""

    name: str
    export: Export
    kept: bool
    what: str


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What is worth an alarm. `calls`: operations of ARM, none where it is found elsewhere than in the activity log."""

    name: str
    says: str
    severity: int
    calls: tuple[str, ...] = ()
    at: str | None = None
    blinds: bool = False
    needs: str | None = None
    verified: bool = True


def _rows(key: str) -> Any:
    return facts.read_table(_TABLE)[key]


def as_of() -> str:
    """The day of the table, `YYYY-MM-DD`."""
    return facts.as_of(_TABLE)


def tables() -> dict[str, LogTable]:
    """The tables that are known, by name."""
    return {row["name"]: LogTable(**row) for row in _rows("tables")}


def kept_tables() -> tuple[str, ...]:
    """The tables that every workspace has from the start."""
    return tuple(name for name, row in tables().items() if row.kept)


def exported_tables() -> tuple[str, ...]:
    """What an export takes along unless it is told otherwise."""
    return tuple(_rows("exported"))


def searchable_days() -> tuple[int, int]:
    """The fewest and the most days for which records can be searched at once."""
    row = _rows("retention")["interactive"]
    return row["least"], row["most"]


def total_days(years: int) -> int:
    """The days that Azure keeps records of so many years for; where it has no such period, its longest."""
    total = _rows("retention")["total"]
    return total.get(years, max(total.values()))


def commitment_tiers() -> tuple[int, ...]:
    """What a dedicated cluster may be bought for, in GB a day, the smallest first."""
    return tuple(_rows("commitment_tiers"))


def action_group(limit: str) -> int:
    """A limit of an action group: emails, webhooks, short_name."""
    return _rows("action_group")[limit]


def direct_container(of: str) -> str:
    """The container that Azure itself writes into: activity-log and key-vault (a diagnostic setting), flow-logs."""
    return _rows("direct_containers")[of]


def export_gives_up_after() -> int:
    """Hours after which data that can't be exported is thrown away."""
    return _rows("export_gives_up_after")


def export_metric(of: str) -> str:
    """The workspace's metric of its exports: failures."""
    return _rows("export_metrics")[of]


def categories(of: str) -> tuple[str, ...]:
    """What the activity log of a subscription or of a management-group has."""
    return tuple(_rows("categories")[of])


def columns(table: str) -> frozenset[str]:
    """The columns of a table that a query may use. LookupError: no such table."""
    return frozenset(_rows("columns")[table])


def watches() -> tuple[Watch, ...]:
    """What is found in the activity log."""
    return tuple(Watch(**{**row, "calls": tuple(row["calls"])}) for row in _rows("watches"))


def other_watch(name: str) -> Watch:
    """What is found elsewhere: elevated-access, break-glass, hsm-roles. LookupError: no such watch."""
    for row in _rows("other_watches"):
        if row["name"] == name:
            return Watch(**row)
    raise LookupError(f"sovereignty/facts/{_TABLE}.yaml has no watch {name}")
