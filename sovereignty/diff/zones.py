"""What changes between two declarations of a zone, besides calls of AWS: places, keys, flows, roles, risks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import get_args

from sovereignty import facts
from sovereignty.diff.change import Change, Found, moved
from sovereignty.judgement.flows import Form, flow
from sovereignty.zone import Retention, Zone

ELSEWHERE = "any other zone"
_CLOUDS = {"aws": "AWS", "azure": "Azure", "gcp": "Google Cloud"}


def compare(before: Zone | None, after: Zone, found: Found) -> None:
    """Adds what changed; None: the zone was not declared before, and all that it allows is told.

    Regions of AWS are left to the comparison of calls where the zone was on AWS before, or is no longer.
    """
    if before is None:
        found.gained.append(Change("zone", after.zone, f"Zone {after.zone} is new."))
    _places(before, after, found)
    if before is None:
        _new(after, found)
        return
    _retention(before.retention, after.retention, found)
    for cloud, old, new in (
        ("AWS", before.keys.aws_origin, after.keys.aws_origin),
        ("Azure", before.keys.azure, after.keys.azure),
    ):
        found.sets(
            "keys",
            filter(None, [old]),
            filter(None, [new]),
            f"Keys on {cloud} come from {{}}.",
            f"Keys on {cloud} no longer come from {{}}.",
        )
    _flows(before, after, found)
    for kind, old, new in (
        ("role", before.break_glass.aws_role, after.break_glass.aws_role),
        ("Azure role", before.break_glass.azure_role, after.break_glass.azure_role),
    ):
        may, may_not = (f"The {kind} {{}} {verb} do everything in an emergency." for verb in ("may", "may no longer"))
        found.sets("role", filter(None, [old]), filter(None, [new]), may, may_not)
    found.sets("tag", _tags(before), _tags(after), "Resources are tagged {}.", "Resources are no longer tagged {}.")
    if before.default_data_class != after.default_data_class:
        found.sets(
            "tag",
            [before.default_data_class],
            [after.default_data_class],
            "What nobody has classified is of class {}.",
            "What nobody has classified is no longer of class {}.",
        )
    edge = "The use {} of a region outside the zone is opened (edge)."
    found.sets("use", before.edge, after.edge, edge, edge.replace("is opened", "is no longer opened"))
    content = "{} may carry content out of the zone (content_bearing)."
    found.sets("use", before.content_bearing, after.content_bearing, content, content.replace("may", "may no longer"))
    old_risks, new_risks = ([row.risk for row in zone.accepts] for zone in (before, after))
    found.sets("risk", old_risks, new_risks, "The risk {} is accepted.", "The risk {} is no longer accepted.")


def _new(zone: Zone, found: Found) -> None:
    """What a zone allows that wasn't there before."""
    retention = zone.retention
    says = f"Locked data may be deleted after {retention.years} years ({retention.mode})."
    found.gained.append(Change("retention", "", says))
    found.gained += (Change("flow", to, says) for to, says in _allowed(zone))
    for use in zone.edge:
        found.gained.append(Change("use", use, f"The use {use} of a region outside the zone is opened (edge)."))
    for use in zone.content_bearing:
        found.gained.append(Change("use", use, f"{use} may carry content out of the zone (content_bearing)."))
    found.gained += (Change("risk", row.risk, f"The risk {row.risk} is accepted: {row.reason}") for row in zone.accepts)


def _allowed(zone: Zone) -> Iterator[tuple[str, str]]:
    targets = sorted({to for row in zone.data_classes.values() for to in row.to})
    for data_class in zone.data_classes:
        for to in (*targets, ELSEWHERE):
            for form in get_args(Form):
                if flow(zone, data_class, to, form).allowed:
                    yield to, f"{data_class} may leave for {to}, {form}."


def _tags(zone: Zone) -> Iterator[str]:
    tags = zone.tags()
    yield f"DataResidency={tags['DataResidency']}"
    yield from (f"DataClassification={name}" for name in zone.data_classes)


def _places(before: Zone | None, after: Zone, found: Found) -> None:
    for cloud, name in _CLOUDS.items():
        if cloud == "aws" and before and before.aws and after.aws:
            continue  # what calls may do there is told in their own words
        old, new = (_regions(zone, cloud) for zone in (before, after))
        kind = "location" if cloud == "azure" else "region"
        found.gained += (
            Change(kind, code, f"{_named(cloud, code)} joins the zone on {name}.") for code in sorted(new - old)
        )
        found.lost += (
            Change(kind, code, f"{_named(cloud, code)} leaves the zone on {name}. {moved(after.zone)}")
            for code in sorted(old - new)
        )
    copies = "Geo-redundant copies of what lies in {}, its pair, may be made."
    no_copies = copies.replace("may", "may no longer")
    found.sets("copies", _copied_inside(before), _copied_inside(after), copies, no_copies)
    for cloud in _CLOUDS:
        old_home, new_home = (_home(zone, cloud) for zone in (before, after))
        if old_home and new_home:
            found.sets(
                "home",
                [old_home],
                [new_home],
                f"The zone's home on {_CLOUDS[cloud]} is {{}}.",
                f"The zone's home on {_CLOUDS[cloud]} is no longer {{}}.",
            )


def _regions(zone: Zone | None, cloud: str) -> set[str]:
    footprint = getattr(zone, cloud) if zone else None
    codes: Iterable[str] = footprint.regions if footprint else ()
    return {facts.azure_location(code) if cloud == "azure" else code for code in codes}


def _home(zone: Zone | None, cloud: str) -> str:
    footprint = getattr(zone, cloud) if zone else None
    return footprint.home if footprint else ""


def _named(cloud: str, code: str) -> str:
    row = facts.region(cloud, code)
    return f"{code} ({row.country})" if row else code


def _copied_inside(zone: Zone | None) -> Iterator[str]:
    if zone is None or zone.azure is None or not zone.azure.geo_redundancy:
        return
    for code in zone.azure.paired_inside():
        row = facts.region("azure", code)
        if row:
            yield f"{code} in {row.paired}"


def _retention(before: Retention, after: Retention, found: Found) -> None:
    if after.years != before.years:
        says = f"Locked data may be deleted after {after.years} years; it was {before.years}."
        (found.gained if after.years < before.years else found.lost).append(Change("retention", "", says))
    if after.mode != before.mode:
        loose = "Whoever may bypass governance retention can delete locked data before its time."
        if after.mode == "GOVERNANCE":
            found.gained.append(Change("retention", "", loose))
        else:
            found.lost.append(
                Change("retention", "", f"Nobody can delete locked data before its time. Before: {loose}")
            )
    if after.archive_after_days != before.archive_after_days:
        days = after.archive_after_days
        says = f"Locked data is archived after {days} days." if days else "Locked data is no longer archived."
        (found.gained if days else found.lost).append(Change("retention", "", says))


def _flows(before: Zone, after: Zone, found: Found) -> None:
    names = {name: None for zone in (before, after) for name in zone.data_classes}
    targets = {to for zone in (before, after) for row in zone.data_classes.values() for to in row.to}
    for data_class in names:
        for to in (*sorted(targets), ELSEWHERE):
            for form in get_args(Form):
                old, new = (flow(zone, data_class, to, form).allowed for zone in (before, after))
                says = f"{data_class} may leave for {to}, {form}."
                if new and not old:
                    found.gained.append(Change("flow", to, says))
                elif old and not new:
                    found.lost.append(Change("flow", to, says.replace(" may ", " may no longer ")))
