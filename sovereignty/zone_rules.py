"""What makes a declared zone lawful: its places, its keys, what may leave it, the risks that it takes on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple

from sovereignty import facts, risks
from sovereignty.facts import Jurisdiction, Region
from sovereignty.schema import Path, did_you_mean, nearest, quoted

if TYPE_CHECKING:
    from sovereignty.footprint import Footprint
    from sovereignty.zone import Zone

CLOUDS = ("aws", "azure", "gcp")
_NAMES = {"aws": "AWS", "azure": "Azure", "gcp": "Google Cloud"}
_EDGE_PARTITION = "aws"
"""CloudFront's certificates and Route 53's signing keys are pinned to us-east-1, a region of this partition."""


class Breach(NamedTuple):
    """A problem before it has a file: the path, what was found, what would be right."""

    path: Path
    found: str
    right: str = ""


def judge(zone: Zone, broken: Collection[str] = (), siblings: Collection[str] | None = None) -> Iterator[Breach]:
    """Every breach of the law. `broken` are top-level keys that are no use; what rests on them is left alone."""
    for reads, rule in _RULES:
        if not set(reads) & set(broken):
            yield from rule(zone)
    if siblings is not None and not {"zone", "data_classes"} & set(broken):
        yield from _destinations_exist(zone, siblings)


def _usable(jurisdiction: str) -> Jurisdiction | None:
    row = facts.jurisdiction(jurisdiction)
    return None if row is None or row.unusable else row


def _jurisdiction_is_known(zone: Zone) -> Iterator[Breach]:
    if _usable(zone.jurisdiction):
        return
    row = facts.jurisdiction(zone.jurisdiction)
    codes = [other.code for other in facts.jurisdictions() if not other.unusable]
    if row:
        found = f"No zone can be declared under {row.code}: {row.unusable}."
        yield Breach(("jurisdiction",), found, f"Known: {', '.join(codes)}.")
    else:
        named = [other.code for other in facts.jurisdictions() if other.countries == {zone.jurisdiction}]
        right = f"Did you mean {named[0]}?" if named else did_you_mean(zone.jurisdiction, codes)
        yield Breach(("jurisdiction",), f"{quoted(zone.jurisdiction)!r} is no jurisdiction of the tables.", right)


def _there_is_a_footprint(zone: Zone) -> Iterator[Breach]:
    if not zone.footprints:
        yield Breach(
            (),
            "The zone has no footprint: it names no cloud in which data may live.",
            "Add `aws: {partition: aws, home: eu-central-1, regions: [eu-central-1]}`, or `azure:` or `gcp:`.",
        )


def _places_of(cloud: str) -> Callable[[Zone], Iterator[Breach]]:
    def rule(zone: Zone) -> Iterator[Breach]:
        footprint: Footprint | None = getattr(zone, cloud)
        if footprint is None:
            return
        jurisdiction = _usable(getattr(zone, "jurisdiction", ""))
        if not footprint.regions:
            found = "The list is empty: a footprint without a region holds nothing."
            yield Breach((cloud, "regions"), found, f"Name at least one region, or take `{cloud}` out.")
            return
        for index, code in enumerate(footprint.regions):
            if code in footprint.regions[:index]:
                yield Breach((cloud, "regions", index), f"{quoted(code)} stands there twice.", "Keep it once.")
                continue
            for found, right in _misplaced(footprint, code, jurisdiction):
                yield Breach((cloud, "regions", index), found, right)
        if footprint.home not in footprint.regions:
            yield Breach(
                (cloud, "home"),
                f"{quoted(footprint.home)} is not one of {cloud}.regions.",
                f"Use one of: {', '.join(map(quoted, footprint.regions))}; or add it to {cloud}.regions.",
            )

    return rule


def partition_of(footprint: Footprint) -> str:
    """The partition that a footprint lies in, as the facts name it."""
    return getattr(footprint, "partition", None) or getattr(footprint, "cloud", None) or footprint.CLOUD


def _misplaced(footprint: Footprint, code: str, jurisdiction: Jurisdiction | None) -> Iterator[tuple[str, str]]:
    """Why a region can't be in the footprint, the first reason only."""
    cloud, partition = footprint.CLOUD, partition_of(footprint)
    region = facts.region(cloud, code)
    if region is None:
        yield (
            f"{quoted(code)} is not a region of {_NAMES[cloud]} that the tables know.",
            _closest(cloud, partition, code),
        )
    elif region.partition != partition:
        key = "aws.partition" if cloud == "aws" else "azure.cloud"
        yield (
            f"{region.code} belongs to {region.partition}, and {key} is {partition}.",
            f"Use regions of {partition}, or declare a zone of its own for {region.partition}.",
        )
    elif region.status == "announced":
        yield (
            f"{region.code} is announced, and not open yet (table of {facts.as_of('regions')}).",
            _lawful_region(footprint, code, jurisdiction),
        )
    elif jurisdiction and not jurisdiction.holds(region):
        ground = _ground(region, jurisdiction)
        yield (
            f"{region.code} is in {ground}, which is not part of jurisdiction {jurisdiction.code}.",
            _lawful_region(footprint, code, jurisdiction),
        )


def _ground(region: Region, jurisdiction: Jurisdiction) -> str:
    if region.country not in jurisdiction.countries:
        return region.country
    return region.subdivision or f"{region.country}, in a part of it that is not public"


def _closest(cloud: str, partition: str, code: str) -> str:
    elsewhere = next((other for other in CLOUDS if other != cloud and facts.region(other, code)), None)
    if elsewhere:
        return f"It is a region of {_NAMES[elsewhere]}: name it under `{elsewhere}:`."
    known = [row.code for row in facts.regions(cloud) if row.partition == partition]
    close = nearest(code, known)
    return f"Did you mean {' or '.join(close)}?" if close else f"A region's code is expected, such as {known[0]}."


def _lawful_region(footprint: Footprint, code: str, jurisdiction: Jurisdiction | None) -> str:
    cloud, partition = footprint.CLOUD, partition_of(footprint)
    if jurisdiction is None:
        return ""
    open_regions = [row for row in facts.regions(cloud) if row.partition == partition and row.status == "ga"]
    lawful = [row for row in open_regions if jurisdiction.holds(row)]
    if not lawful:
        return f"{_NAMES[cloud]} has no open region of {partition} in {jurisdiction.code}: leave `{cloud}` out."
    unused = [row for row in lawful if row.code not in footprint.regions] or lawful
    close = nearest(code, [row.code for row in unused], 1)
    example = next((row for row in unused if row.code in close), unused[0])
    ground = jurisdiction.subdivision or " ".join(sorted(jurisdiction.countries))
    several = "one of: " if " " in ground else ""
    return f"Use a region in {several}{ground}   (for example {example.code}, {example.country})"


def _keys_match_clouds(zone: Zone) -> Iterator[Breach]:
    for cloud, key, value, example in (
        ("aws", "aws_origin", zone.keys.aws_origin, "AWS_KMS"),
        ("azure", "azure", zone.keys.azure, "premium-vault"),
    ):
        present = getattr(zone, cloud) is not None
        if present and value is None:
            yield Breach(
                ("keys", key), "It is missing, and the zone has a footprint there.", f"Add `{key}: {example}`."
            )
        elif value is not None and not present:
            yield Breach(
                ("keys", key), f"The zone has no footprint on {_NAMES[cloud]}.", f"Take it out, or add `{cloud}:`."
            )


def _not_to_itself(zone: Zone) -> Iterator[Breach]:
    for name, data_class in zone.data_classes.items():
        for index, target in enumerate(data_class.to):
            if target == zone.zone:
                yield Breach(
                    ("data_classes", name, "to", index), "Data can't leave a zone for the same zone.", "Take it out."
                )


def _destinations_exist(zone: Zone, siblings: Collection[str]) -> Iterator[Breach]:
    others = sorted(set(siblings) - {zone.zone})
    for name, data_class in zone.data_classes.items():
        for index, target in enumerate(data_class.to):
            if target != zone.zone and target not in others:
                right = did_you_mean(target, others) if others else "No other zone is declared beside this one."
                yield Breach(("data_classes", name, "to", index), f"There is no zone {target}.", right)


def _edge_needs_aws(zone: Zone) -> Iterator[Breach]:
    if zone.edge and (zone.aws is None or zone.aws.partition != _EDGE_PARTITION):
        yield Breach(
            ("edge",),
            f"It opens what CloudFront and Route 53 pin to partition {_EDGE_PARTITION}; the zone is not there.",
            "Take it out.",
        )


def _content_bearing_is_known(zone: Zone) -> Iterator[Breach]:
    if zone.content_bearing and zone.aws is None:
        yield Breach(
            ("content_bearing",), "It opens AWS services, and the zone has no footprint on AWS.", "Take it out."
        )
    for index, service in enumerate(zone.content_bearing):
        known = list(facts.aws_content_bearing())
        if service not in known:
            yield Breach(
                ("content_bearing", index),
                f"{quoted(service)} is not a service that carries content out of every zone.",
                did_you_mean(service, known),
            )


def _risks_are_accepted(zone: Zone) -> Iterator[Breach]:
    table = {risk.id: risk for risk in facts.residual_risks()}
    # what a zone is exposed to follows from its places and keys: while these are wrong, only names can be judged
    exposed = {row.risk.id: row for row in risks.exposures(zone)} if _is_settled(zone) else None
    accepted: set[str] = set()
    for index, acceptance in enumerate(zone.accepts):
        name, path = acceptance.risk, ("accepts", index, "risk")
        if name in accepted:
            yield Breach(path, f"{quoted(name)} is accepted twice.", "Keep it once.")
        elif name not in table:
            yield Breach(path, f"There is no residual risk {quoted(name)!r}.", did_you_mean(name, list(table)))
        elif not table[name].acceptable:
            yield Breach(path, f"{name} can't be accepted.", table[name].mitigation)
        elif exposed is not None and name not in exposed:
            yield Breach(path, f"{name} does not apply to this zone.", "Take it out: only what applies is accepted.")
        accepted.add(name)
    for name, (risk, explanation) in (exposed or {}).items():
        if not risk.acceptable:
            path = ("keys", "azure") if zone.keys.azure and risk.cloud == "azure" else (risk.cloud,)
            yield Breach(path, f"{risk.title} ({name}). {explanation}", risk.mitigation)
        elif name not in accepted:
            yield Breach(
                ("accepts",),
                f"The zone is exposed to {name}, and doesn't accept it. {explanation}",
                f'Add `- {{risk: {name}, reason: "…"}}` with your own reason. What eases it: {risk.mitigation}',
            )


def _is_settled(zone: Zone) -> bool:
    jurisdiction = _usable(zone.jurisdiction)
    places = [(part, code) for part in zone.footprints for code in part.regions]
    misplaced = (found for part, code in places for found in _misplaced(part, code, jurisdiction))
    return jurisdiction is not None and bool(places) and not any(misplaced) and not any(_keys_match_clouds(zone))


_FOOTPRINT = ("aws", "azure", "gcp")
_RULES: tuple[tuple[tuple[str, ...], Callable[[Zone], Iterator[Breach]]], ...] = (
    (("jurisdiction",), _jurisdiction_is_known),
    (_FOOTPRINT, _there_is_a_footprint),
    (("aws",), _places_of("aws")),
    (("azure",), _places_of("azure")),
    (("gcp",), _places_of("gcp")),
    ((*_FOOTPRINT, "keys"), _keys_match_clouds),
    (("zone", "data_classes"), _not_to_itself),
    (("edge", "aws"), _edge_needs_aws),
    (("content_bearing", "aws"), _content_bearing_is_known),
    (("jurisdiction", *_FOOTPRINT, "keys", "accepts"), _risks_are_accepted),
)
"""Each rule with the top-level keys that it reads."""
