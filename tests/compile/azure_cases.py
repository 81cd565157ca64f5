"""The case tables of Azure resources, and what the compiled definitions make of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from zones_as_data import allowing_pairs, declared, deployed

from sovereignty.azure_policy.aliases import AliasCatalogue
from sovereignty.azure_policy.evaluate import Evaluation, evaluate
from sovereignty.azure_policy.resource import AzureResource
from sovereignty.compile import azure_policy
from sovereignty.facts import azure_policy as tables

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FOLDER = Path(__file__).parents[1] / "cases" / "azure"


@dataclass(frozen=True)
class Case:
    title: str
    control: str
    definition: str
    verdict: str
    resource: AzureResource
    where_pairs_may: str | None = None

    def refused(self, geo_redundancy: bool = False) -> bool:
        """In a zone with these places that allows copies in a pair, or doesn't."""
        return (self.where_pairs_may if geo_redundancy and self.where_pairs_may else self.verdict) == "violation"


def resource(row: Mapping[str, Any]) -> AzureResource:
    body = {key: value for key, value in row.items() if key not in ("type", "name")}
    return AzureResource(type=row["type"], name=row.get("name", "example"), body=body)


@cache
def cases() -> tuple[Case, ...]:
    rows = [
        row
        for file in sorted(FOLDER.glob("*.yaml"))
        for row in yaml.load(file.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    ]
    return tuple(Case(**{**row, "resource": resource(row["resource"])}) for row in rows)


@cache
def aliases() -> AliasCatalogue:
    return AliasCatalogue(tables.aliases())


@cache
def documents(zone: str = "eu", *tenants: str, geo_redundancy: bool = False) -> dict[str, dict[str, Any]]:
    """Bodies by path."""
    law = allowing_pairs(zone) if geo_redundancy else declared(zone)
    found = azure_policy.documents(law, deployed(zone=zone, azureManagedByTenants=list(tenants)))
    return {each.path: each.body for each in found}


@cache
def definitions(zone: str = "eu", *tenants: str, geo_redundancy: bool = False) -> dict[str, dict[str, Any]]:
    """Those that refuse or report, by name."""
    found = _all(zone, *tenants, geo_redundancy=geo_redundancy)
    return {name: body for name, body in found.items() if not ACTS.intersection(effects(body))}


@cache
def acting(zone: str = "eu") -> dict[str, dict[str, Any]]:
    """Those that change or make something, by name."""
    return {name: body for name, body in _all(zone).items() if ACTS.intersection(effects(body))}


ACTS = frozenset({"Modify", "DeployIfNotExists"})


def effects(definition: Mapping[str, Any]) -> list[str]:
    return definition["properties"]["parameters"]["effect"]["allowedValues"]


def _all(zone: str, *tenants: str, geo_redundancy: bool = False) -> dict[str, dict[str, Any]]:
    found = documents(zone, *tenants, geo_redundancy=geo_redundancy)
    return {body["name"]: body for path, body in found.items() if path.startswith("azure/def")}


def effect(definition: Mapping[str, Any], of: AzureResource, **parameters: str) -> str | None:
    return outcome(definition, of, **parameters).effect


def outcome(definition: Mapping[str, Any], of: AzureResource, **parameters: str) -> Evaluation:
    return evaluate(definition, of, parameters, aliases=aliases(), related=(), now=NOW)


def types(definition: Mapping[str, Any]) -> set[str]:
    """The resource types or patterns that a rule is about, in lower case; none where it is about all."""
    named = (condition.get("equals") or condition.get("like") for condition in _type_conditions(definition))
    return {each.lower() for each in named if each}


def _type_conditions(part: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(part, Mapping):
        if part.get("field") == "type":
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _type_conditions(each)
