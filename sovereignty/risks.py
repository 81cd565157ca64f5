"""Which residual risks a zone is exposed to: reads the conditions in `facts/residual_risks.yaml`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sovereignty import facts
from sovereignty.facts import Jurisdiction, Region, ResidualRisk, azure_availability

if TYPE_CHECKING:
    from sovereignty.zone import Zone


class Exposure(NamedTuple):
    """A residual risk that a zone is exposed to, explained for that zone."""

    risk: ResidualRisk
    explanation: str


def exposures(zone: Zone) -> tuple[Exposure, ...]:
    """The residual risks that apply to the zone, in the order of the table. The zone's places must be lawful."""
    return tuple(_exposures(zone))


def _exposures(zone: Zone) -> Iterator[Exposure]:
    jurisdiction = facts.jurisdiction(zone.jurisdiction)
    if jurisdiction is None:
        return
    for risk in facts.residual_risks():
        subject = _Subject(zone, jurisdiction, risk.cloud)
        places = [PREDICATES[name](subject, wanted) for name, wanted in risk.when.items()]
        if all(places):
            # the last predicate that names places is the narrowest; the first names whole clouds
            told = [found for found in places if isinstance(found, list)]
            text = ", ".join(told[-1]) if told else ""
            yield Exposure(risk, risk.explanation.replace("{places}", text))


@dataclass(frozen=True)
class _Subject:
    zone: Zone
    jurisdiction: Jurisdiction
    cloud: str

    def azure(self) -> Iterator[Region]:
        footprint = self.zone.azure
        for code in footprint.regions if footprint else ():
            location = facts.region("azure", code)
            if location:
                yield location


_Found = list[str] | bool
"""False or empty: does not hold. True: holds. A list: holds for these places, or for what these lack."""


def _partition(subject: _Subject, wanted: Iterable[str]) -> _Found:
    zone = subject.zone
    held = {
        "aws": zone.aws and zone.aws.partition,
        "azure": zone.azure and zone.azure.cloud,
        "gcp": zone.gcp and "gcp",
    }
    clouds = held if subject.cloud == "any" else {subject.cloud: held[subject.cloud]}
    return [_NAMES[cloud] for cloud, partition in clouds.items() if partition in tuple(wanted)]


_NAMES = {"aws": "AWS", "azure": "Azure", "gcp": "Google Cloud"}


def _azure_keys(subject: _Subject, wanted: str) -> _Found:
    return subject.zone.keys.azure == wanted


def _azure_pair(subject: _Subject, wanted: dict[str, Any]) -> _Found:
    found = []
    for location in subject.azure():
        pair = facts.region("azure", location.paired) if location.paired else None
        if pair is None or location.code in wanted["except"]:
            continue
        inside = subject.jurisdiction.holds(pair)
        kind = "outside_jurisdiction" if not inside else "outside_zone"
        if kind in wanted["is"] and not (subject.zone.azure and subject.zone.azure.holds(pair.code)):
            part = "" if inside else "not "
            found.append(f"{location.code} to {pair.code} ({pair.country}, {part}part of {subject.jurisdiction.code})")
    return found


def _azure_lacks(subject: _Subject, wanted: dict[str, str]) -> _Found:
    codes = [location.code for location in subject.azure()]
    return [leaves for each, leaves in wanted.items() if not any(azure_availability.offered(each, at) for at in codes)]


def _azure_country_in(subject: _Subject, wanted: list[str]) -> _Found:
    return [f"{row.code} ({row.country})" for row in subject.azure() if row.country in wanted]


def _azure_country_not_in(subject: _Subject, wanted: list[str]) -> _Found:
    return [f"{row.code} ({row.country})" for row in subject.azure() if row.country not in wanted]


def _jurisdiction_lacks(subject: _Subject, wanted: list[str]) -> _Found:
    return not subject.jurisdiction.countries.issuperset(wanted)


PREDICATES: dict[str, Callable[[_Subject, Any], _Found]] = {
    "partition": _partition,
    "azure_keys": _azure_keys,
    "azure_pair": _azure_pair,
    "azure_lacks": _azure_lacks,
    "azure_country_in": _azure_country_in,
    "azure_country_not_in": _azure_country_not_in,
    "jurisdiction_lacks": _jurisdiction_lacks,
}
