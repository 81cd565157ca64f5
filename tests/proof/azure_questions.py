"""What is asked of a zone's Azure policies: the case tables at each of its places, and what must be answered.

The tables are written for the zone of the EU; for another one its places, subscriptions and retention take their part.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import azure_built_ins
from azure_cases import ACTS, Case, cases, effects
from azure_own_resources import own_resources
from zones_as_data import DEPLOYED, allowing_pairs, declared, deployed

from sovereignty import facts
from sovereignty.azure_policy.resource import AzureResource
from sovereignty.compile import azure_policy
from sovereignty.deployment import Deployment
from sovereignty.footprint import AzureFootprint
from sovereignty.zone import Zone

SUBSCRIPTIONS = (DEPLOYED["azureSubscriptions"][0], "5e6f7a8b-9c0d-4e1f-8a2b-3c4d5e6f7a8b")
OUTSIDE = "brazilsouth"
_PERIOD, _RETENTION = "immutabilityPeriodSinceCreationInDays", 2555
"""What the tables were written with, in days."""
_UNPAIRED, _PAIRED = "germanywestcentral", ("westeurope", "northeurope")
"""Of the zone of the EU: where geo-redundant copies leave the zone, and where they stay in it."""
_ELSEWHERE: dict[str, tuple[str, str, tuple[str, ...]]] = {
    # a location that the baseline doesn't know, and no pair inside; the other clouds
    "es": ("eu", "public", ("spaincentral", "westeurope")),
    "gov": ("us", "usgovernment", ("usgovvirginia", "usgovtexas")),
    "cn": ("us", "china", ("chinanorth3", "chinaeast2")),
}
ALLOWING_PAIRS = {"us-pairs": "us"}
"""Zones of the repository with `azure.geo_redundancy`, which none of them has."""
MUTATED_ZONES = ("eu", "es", *ALLOWING_PAIRS)
MUTATED_DEFINITIONS = ("eu", *ALLOWING_PAIRS)
"""A zone that the baseline doesn't know has other assignments, and the same definitions."""
AZURE_ZONES = ("eu", "us", *_ELSEWHERE)
PAIR_AWARE = frozenset(
    ("storage-redundancy", "sql-database-backup", "sql-instance-backup", "postgresql-backup", "mysql-backup",
     "event-grid-topics", "event-grid-domains", "recovery-vault", "backup-vault")
)  # fmt: skip
"""What copies to the paired region of its own location, which may be the zone's, and allowed."""


@dataclass(frozen=True)
class Question:
    """A resource; `definition` is what the case is about, `refused` whether it has to refuse it."""

    title: str
    control: str
    definition: str
    refused: bool
    resource: AzureResource


@cache
def landed_on_azure(name: str) -> tuple[Zone, Deployment]:
    """A zone of the repository, or one with its law elsewhere, with two subscriptions."""
    of, cloud, locations = _ELSEWHERE.get(name, (ALLOWING_PAIRS.get(name, name), "", ()))
    zone = allowing_pairs(of) if name in ALLOWING_PAIRS else declared(of)
    if locations:
        # not held against the jurisdiction's law: what is proved here is what the compiler makes of places
        footprint = AzureFootprint(cloud=cloud, home=locations[0], regions=locations)
        zone = zone.model_copy(update={"azure": footprint})
    return zone, deployed(zone=of, azureSubscriptions=list(SUBSCRIPTIONS))


@dataclass(frozen=True)
class Compiled:
    """A zone's Azure documents: definitions and assignments by name, and by id all that an assignment may name.

    `definitions` are those that refuse or report, `acting` those that change or make something.
    """

    definitions: Mapping[str, dict[str, Any]]
    acting: Mapping[str, dict[str, Any]]
    assignments: Mapping[str, dict[str, Any]]
    by_id: Mapping[str, dict[str, Any]]


def compiled(zone: Zone, deployment: Deployment) -> Compiled:
    bodies = {each.path: each.body for each in azure_policy.documents(zone, deployment)}
    group = f"/providers/Microsoft.Management/managementGroups/sovereign-{zone.zone}/providers/Microsoft.Authorization"
    folders = (azure_policy.DEFINITIONS, azure_policy.INITIATIVES, azure_policy.ASSIGNMENTS)
    own, initiatives, bound = (
        {body["name"]: body for path, body in bodies.items() if path.startswith(folder)} for folder in folders
    )
    by_id = {
        **azure_built_ins.definitions(),
        **{f"{group}/policyDefinitions/{name}": body for name, body in own.items()},
        **{f"{group}/policySetDefinitions/{name}": body for name, body in initiatives.items()},
    }
    acting = {name for name, body in own.items() if ACTS.intersection(effects(body))}
    return Compiled(
        {name: body for name, body in own.items() if name not in acting},
        {name: own[name] for name in sorted(acting)},
        bound,
        by_id,
    )


@cache
def of_zone(name: str) -> Compiled:
    return compiled(*landed_on_azure(name))


def locations(name: str) -> tuple[str, ...]:
    footprint = landed_on_azure(name)[0].azure
    assert footprint is not None
    return footprint.regions


def may_copy_to_the_pair(name: str, location: str) -> bool:
    row, footprint = facts.region("azure", location), landed_on_azure(name)[0].azure
    return row is not None and footprint is not None and footprint.geo_redundancy and row.paired in footprint.regions


@cache
def questions(name: str) -> tuple[Question, ...]:
    """Each case as it stands in this zone; what lives in the zone's unpaired place also at each other place, what names
    a subscription also with the other one. Last the zone's own resources, which nothing refuses (control "")."""
    found = [question for case in cases() for question in _asked(name, case)]
    found += [other for question in found if (other := _of_other_subscription(question))]
    zone = landed_on_azure(name)[0]
    own = own_resources(zone.zone) if name in MUTATED_ZONES else []
    places = _place_map(name) if name in _ELSEWHERE else {}
    moved = [replace(each, body=_placed(each.body, places)) for each in own]
    return (*found, *(Question(each.type, "", "", False, each) for each in moved))


def _of_other_subscription(question: Question) -> Question | None:
    body = question.resource.body
    other = json.loads(json.dumps(body).replace(*SUBSCRIPTIONS))
    return replace(question, resource=replace(question.resource, body=other)) if other != body else None


def _asked(name: str, case: Case) -> Iterator[Question]:
    body = case.resource.body
    refused = case.refused()
    place = facts.azure_location(str(body.get("location", "")))
    question = Question(case.title, case.control, case.definition, refused, case.resource)
    spread = place == _UNPAIRED and case.control != "residency.region"
    if not spread or name == "eu":
        moved = _moved(name, case.resource)
        may = place in _PAIRED and may_copy_to_the_pair(name, moved.body["location"])
        yield replace(question, refused=case.refused(geo_redundancy=may), resource=moved)
    if not spread or case.definition.endswith("-replica"):
        return
    for location in (*locations(name), OUTSIDE):
        stays = case.definition in PAIR_AWARE and may_copy_to_the_pair(name, location)
        moved = _moved(name, case.resource)
        there = replace(moved, body={**moved.body, "location": location})
        yield replace(question, refused=refused and not stays, resource=there)


def _moved(name: str, resource: AzureResource) -> AzureResource:
    zone = landed_on_azure(name)[0]
    called = resource.name.replace("sovereign-eu-", f"sovereign-{zone.zone}-")
    body = _placed(resource.body, _place_map(name), zone.retention.days - _RETENTION)
    return replace(resource, name=called, body=body)


def _place_map(name: str) -> dict[str, str]:
    if name == "eu":
        return {}
    theirs = locations(name)
    chosen = {_UNPAIRED: theirs[0], _PAIRED[0]: theirs[-1], _PAIRED[1]: theirs[0]}
    return {spelling: _spelt(spelling, chosen[facts.azure_location(spelling)]) for spelling in _SPELLINGS}


_SPELLINGS = ("germanywestcentral", "Germany West Central", "westeurope", "West Europe", "northeurope", "North Europe",
              "NorthEurope")  # fmt: skip


def spelt(place: str) -> str:
    """A location's display name."""
    row = facts.region("azure", place)
    assert row is not None
    return row.name


def _spelt(spelling: str, place: str) -> str:
    if spelling == spelling.lower():
        return place
    return spelt(place) if " " in spelling else spelt(place).replace(" ", "")


def _placed(part: Any, places: Mapping[str, str], longer: int = 0) -> Any:
    if isinstance(part, str):
        return places.get(part, part)
    if isinstance(part, list):
        return [_placed(each, places, longer) for each in part]
    if isinstance(part, Mapping):
        return {
            key: value + longer if key == _PERIOD else _placed(value, places, longer) for key, value in part.items()
        }
    return part
