"""What the clouds and the law are like: dated tables, read once and kept. Sources and open points: README.md here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from sovereignty.facts.types import (
    Adequacy,
    AwsGlobalServices,
    ControlTowerEntry,
    GlobalService,
    Jurisdiction,
    Law,
    Quota,
    RcpService,
    Region,
    ResidualRisk,
    TargetRegion,
)

__all__ = [
    "READ_EVERYWHERE",
    "Adequacy",
    "AwsGlobalServices",
    "ControlTowerEntry",
    "GlobalService",
    "Jurisdiction",
    "Law",
    "Quota",
    "RcpService",
    "Region",
    "ResidualRisk",
    "TargetRegion",
    "adequacy",
    "as_of",
    "aws_content_bearing",
    "aws_global_services",
    "aws_partly_global",
    "aws_rcp_services",
    "aws_target_regions",
    "azure_location",
    "control_tower_region_deny",
    "is_lone",
    "jurisdiction",
    "jurisdictions",
    "partitions",
    "quota",
    "quotas",
    "read",
    "read_table",
    "region",
    "regions",
    "residual_risks",
]

_FOLDER = Path(__file__).parent
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(path: Path) -> Any:
    """A table of the law's own, wherever it lies: YAML, read in C where that is there."""
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=_LOADER)  # noqa: S506 (a safe loader)


@cache
def read_table(name: str) -> dict[str, Any]:
    """A whole table of this folder by its file's name without suffix, read once."""
    return read(_FOLDER / f"{name}.yaml")


_Row = TypeVar("_Row")


def _row(kind: type[_Row], row: Mapping[str, Any], **derived: Any) -> _Row:
    """A row of a table as its type: the columns of the type's names, and what is derived; others are for the reader."""
    return kind(**{f.name: row[f.name] for f in fields(kind) if f.name in row} | derived)  # pyright: ignore[reportArgumentType]


def as_of(table: str) -> str:
    """The day on which a table was put together, as `YYYY-MM-DD`; `table` is its file's name without suffix."""
    return read_table(table)["as_of"]


def azure_location(name: str) -> str:
    """An Azure location as Azure compares it: 'West Europe' -> 'westeurope'."""
    return "".join(name.split()).lower()


@cache
def _regions() -> Mapping[tuple[str, str], Region]:
    rows = (_row(Region, row, subdivision=row.get("subdivision")) for row in read_table("regions")["regions"])
    return {(row.cloud, row.code): row for row in rows}


def region(cloud: str, code: str) -> Region | None:
    """The region of a cloud (`aws`, `azure`, `gcp`) with that code; an Azure location in any spelling."""
    return _regions().get((cloud, azure_location(code) if cloud == "azure" else code))


@cache
def regions(cloud: str | None = None) -> tuple[Region, ...]:
    """All regions, or those of one cloud, in the order of the table."""
    return tuple(row for row in _regions().values() if cloud in (None, row.cloud))


@cache
def partitions(cloud: str) -> tuple[str, ...]:
    """The partitions of a cloud in which an eligible customer can get a region (so none of the secret ones)."""
    return tuple(dict.fromkeys(row.partition for row in regions(cloud) if row.status == "ga"))


@cache
def is_lone(partition: str) -> bool:
    """Whether a partition of AWS has one region only, announced ones counted: no copy can go anywhere else in it."""
    return sum(row.partition == partition for row in regions("aws")) == 1


@cache
def jurisdictions() -> tuple[Jurisdiction, ...]:
    """Unions, countries, subdivisions, and the groups of countries that are derived from adequacy decisions."""
    table = read_table("jurisdictions")
    own = [_jurisdiction(row, tuple(Law(**law) for law in row["laws"])) for row in table["jurisdictions"]]
    laws = {row.code: row.laws for row in own}
    groups = [_jurisdiction(row, laws[row["laws_of"]]) for row in table["groups"]]
    return (*own, *groups)


def _jurisdiction(row: Mapping[str, Any], laws: tuple[Law, ...]) -> Jurisdiction:
    return _row(
        Jurisdiction,
        row,
        countries=frozenset(row["countries"]),
        subdivision=row.get("subdivision"),
        laws=laws,
        rests_on_adequacy="laws_of" in row,
    )


@cache
def _jurisdictions_by_code() -> Mapping[str, Jurisdiction]:
    return {row.code: row for row in jurisdictions()}


def jurisdiction(code: str) -> Jurisdiction | None:
    """The jurisdiction with that code (`EU`, `US-CA`, `EU+ADEQUATE`)."""
    return _jurisdictions_by_code().get(code)


@cache
def adequacy() -> tuple[Adequacy, ...]:
    """The European Commission's adequacy decisions."""
    rows = read_table("jurisdictions")["adequacy"]
    return tuple(_row(Adequacy, row, countries=frozenset(row["countries"])) for row in rows)


@cache
def aws_global_services() -> AwsGlobalServices:
    """AWS services whose control plane is not in every region, and Control Tower's exemptions judged one by one."""
    table = read_table("aws_global_services")
    services = (
        _row(
            GlobalService,
            row,
            extra_regions={partition: tuple(codes) for partition, codes in row.get("extra_regions", {}).items()},
            carries_content=row.get("carries_content", False),
        )
        for row in table["services"]
    )
    entries = (
        _row(ControlTowerEntry, row, extra_regions=tuple(row.get("extra_regions", ())))
        for row in table["control_tower_86"]
    )
    return AwsGlobalServices(
        as_of=table["as_of"],
        services={row.prefix: row for row in services},
        control_tower_86=tuple(entries),
        content_bearing={row["name"]: tuple(row["actions"]) for row in table["content_bearing"]},
    )


def aws_content_bearing() -> Mapping[str, tuple[str, ...]]:
    """What carries content out of every zone and is denied unless a zone opens it: name -> IAM action patterns."""
    return aws_global_services().content_bearing


READ_EVERYWHERE = "allow read everywhere"
"""The advice of a ControlTowerEntry for the few regional reads that lead nowhere."""


def aws_partly_global() -> Mapping[str, Any]:
    """Actions that answer in one region although their service is regional otherwise: rows by list, see its head."""
    return read_table("aws_partly_global")


@cache
def control_tower_region_deny() -> tuple[str, ...]:
    """The IAM actions that Control Tower's own region deny exempts (CT.MULTISERVICE.PV.1), in its order."""
    return tuple(json.loads((_FOLDER / "control_tower_region_deny_86.json").read_text(encoding="utf-8")))


@cache
def quotas() -> tuple[Quota, ...]:
    """The limits of the clouds that bound how policies can be written."""
    return tuple(
        _row(
            Quota,
            row,
            partitions=frozenset(row["partition"]),
            max_value=row.get("max_value"),
            effective=row.get("effective"),
            note=row.get("note", ""),
        )
        for row in read_table("org_quotas")["quotas"]
    )


def quota(cloud: str, partition: str, service: str, key: str) -> Quota:
    """One quota; LookupError where the table holds none, since a limit must never be guessed."""
    for row in quotas():
        if (row.cloud, row.service, row.key) == (cloud, service, key) and partition in row.partitions:
            return row
    raise LookupError(f"sovereignty/facts/org_quotas.yaml holds no quota {service}/{key} for {cloud} {partition}")


@cache
def residual_risks() -> tuple[ResidualRisk, ...]:
    """What a platform imposes and nothing can refuse, each with the condition under which a zone is exposed to it."""
    return tuple(_row(ResidualRisk, row) for row in read_table("residual_risks")["risks"])


@cache
def aws_target_regions() -> tuple[TargetRegion, ...]:
    """What sends data out of a zone while it is called inside, or opens it: a row for each action and condition key."""
    table = read_table("aws_target_regions")
    unlisted = frozenset(table["not_in_action_list"]["actions"])
    return tuple(
        _row(
            TargetRegion,
            row,
            action=action,
            condition_key=row.get("condition_key", ""),
            key_kind=row.get("key_kind", ""),
            key_value=row.get("key_value", "region" if "condition_key" in row else ""),
            optional=row.get("optional", False),
            undo=tuple(row.get("undo", ())),
            calls=tuple(row.get("calls", ())),
            source=row.get("source", table["source"]),
            listed=action not in unlisted,
        )
        for row in table["rows"]
        for action in row["actions"]
    )


@cache
def aws_rcp_services() -> tuple[RcpService, ...]:
    """The services whose resources RCPs bind, by prefix."""
    table = read_table("aws_rcp_services")
    return tuple(
        _row(
            RcpService,
            row,
            since=row.get("since", ""),
            source=row.get("source", table["source"]),
            source_date=row.get("source_date", table["source_date"]),
        )
        for row in table["services"]
    )
