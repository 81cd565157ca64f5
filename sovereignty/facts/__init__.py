"""What the clouds and the law are like: dated tables, read once and kept. Sources and open points: README.md here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sovereignty.facts.types import (
    Adequacy,
    AwsGlobalServices,
    ControlTowerEntry,
    GlobalService,
    Jurisdiction,
    Law,
    Quota,
    Region,
    ResidualRisk,
)

__all__ = [
    "Adequacy",
    "AwsGlobalServices",
    "ControlTowerEntry",
    "GlobalService",
    "Jurisdiction",
    "Law",
    "Quota",
    "Region",
    "ResidualRisk",
    "adequacy",
    "as_of",
    "aws_content_bearing",
    "aws_global_services",
    "azure_location",
    "control_tower_region_deny",
    "jurisdiction",
    "jurisdictions",
    "partitions",
    "quota",
    "quotas",
    "region",
    "regions",
    "residual_risks",
]

_FOLDER = Path(__file__).parent
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def _table(name: str) -> dict[str, Any]:
    with (_FOLDER / f"{name}.yaml").open(encoding="utf-8") as file:
        return yaml.load(file, Loader=_LOADER)  # noqa: S506 (a safe loader, in C where there is one)


def as_of(table: str) -> str:
    """The day on which a table was put together, as `YYYY-MM-DD`; `table` is its file's name without suffix."""
    return _table(table)["as_of"]


def azure_location(name: str) -> str:
    """An Azure location as Azure compares it: 'West Europe' -> 'westeurope'."""
    return "".join(name.split()).lower()


@cache
def _regions() -> Mapping[tuple[str, str], Region]:
    rows = (
        Region(
            cloud=row["cloud"],
            code=row["code"],
            name=row["name"],
            country=row["country"],
            subdivision=row.get("subdivision"),
            partition=row["partition"],
            geography=row["geography"],
            paired=row["paired"],
            zones=row["zones"],
            status=row["status"],
        )
        for row in _table("regions")["regions"]
    )
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
def jurisdictions() -> tuple[Jurisdiction, ...]:
    """Unions, countries, subdivisions, and the groups of countries that are derived from adequacy decisions."""
    table = _table("jurisdictions")
    own = [_jurisdiction(row, tuple(Law(**law) for law in row["laws"])) for row in table["jurisdictions"]]
    laws = {row.code: row.laws for row in own}
    groups = [_jurisdiction(row, laws[row["laws_of"]]) for row in table["groups"]]
    return (*own, *groups)


def _jurisdiction(row: Mapping[str, Any], laws: tuple[Law, ...]) -> Jurisdiction:
    return Jurisdiction(
        code=row["code"],
        name=row["name"],
        kind=row["kind"],
        countries=frozenset(row["countries"]),
        subdivision=row.get("subdivision"),
        laws=laws,
        unusable=row.get("unusable", ""),
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
    return tuple(
        Adequacy(
            to=row["to"],
            name=row["name"],
            countries=frozenset(row["countries"]),
            unconditional=row["unconditional"],
            scope=row["scope"],
            decision=row["decision"],
            adopted=row["adopted"],
            expires=row["expires"],
        )
        for row in _table("jurisdictions")["adequacy"]
    )


@cache
def aws_global_services() -> AwsGlobalServices:
    """AWS services whose control plane is not in every region, and Control Tower's exemptions judged one by one."""
    table = _table("aws_global_services")
    services = (
        GlobalService(
            prefix=row["prefix"],
            scope=row["scope"],
            control_plane_region=row["control_plane_region"],
            extra_regions={partition: tuple(codes) for partition, codes in row.get("extra_regions", {}).items()},
            carries_content=row.get("carries_content", False),
            why=row["why"],
            evidence=row["evidence"],
            verified=row["verified"],
        )
        for row in table["services"]
    )
    entries = (
        ControlTowerEntry(
            action=row["action"],
            scope=row["scope"],
            access=row["access"],
            control_plane_region=row["control_plane_region"],
            extra_regions=tuple(row.get("extra_regions", ())),
            reason=row["reason"],
            advice=row["advice"],
            verified=row["verified"],
        )
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


@cache
def control_tower_region_deny() -> tuple[str, ...]:
    """The IAM actions that Control Tower's own region deny exempts (CT.MULTISERVICE.PV.1), in its order."""
    return tuple(json.loads((_FOLDER / "control_tower_region_deny_86.json").read_text(encoding="utf-8")))


@cache
def quotas() -> tuple[Quota, ...]:
    """The limits of the clouds that bound how policies can be written."""
    return tuple(
        Quota(
            cloud=row["cloud"],
            partitions=frozenset(row["partition"]),
            service=row["service"],
            key=row["key"],
            value=row["value"],
            unit=row["unit"],
            adjustable=row["adjustable"],
            max_value=row.get("max_value"),
            effective=row.get("effective"),
            source=row["source"],
            source_date=row["source_date"],
            verified=row["verified"],
            note=row.get("note", ""),
        )
        for row in _table("org_quotas")["quotas"]
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
    return tuple(
        ResidualRisk(
            id=row["id"],
            cloud=row["cloud"],
            title=row["title"],
            when=row["when"],
            acceptable=row["acceptable"],
            explanation=row["explanation"],
            mitigation=row["mitigation"],
            source=row["source"],
            as_of=row["as_of"],
            verified=row["verified"],
        )
        for row in _table("residual_risks")["risks"]
    )
