"""What an ordinary principal may call where, by the compiled SCPs: compared action by action, told by service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, reduce
from operator import or_

from sovereignty import actions, controls, facts
from sovereignty.compile.required import aws
from sovereignty.deployment import Deployment
from sovereignty.diff.change import Change, Found, moved
from sovereignty.iam.action_sets import ActionSpace, denied_mask
from sovereignty.iam.policy import Policy
from sovereignty.iam.request import Value
from sovereignty.zone import Zone

UNSPECIFIED = "unspecified"
"""What stands in aws:RequestedRegion where Bedrock chooses the region itself (AWS ML blog, cross-region inference)."""
_NAMES_A_REGION = ("outside_zone", "named_outside_zone", "any_outside_zone")
"""Conditions of controls whose key holds the region that data goes to."""
_NAMED = 4
_SERVICES = 8


@dataclass(frozen=True)
class Law:
    """The SCPs of a zone, and what an ordinary call on what the zone owns looks like to them.

    `home` is a region of the zone; `own` holds what these SCPs say of the zone's organization, OU and tag, where that
    isn't what the zone and its deployment say now.
    """

    zone: Zone
    deployment: Deployment
    policies: Sequence[Policy]
    home: str = ""
    own: Mapping[str, Value] = field(default_factory=dict)

    @property
    def region(self) -> str:
        """A region in which calls are inside the zone."""
        return self.home or aws(self.zone).home

    def context(self, region: str) -> Mapping[str, Value]:
        """A call by a role without power, rightly tagged, on the zone's own resource."""
        account = self.deployment.aws_accounts[0] if self.deployment.aws_accounts else "000000000000"
        return {
            "aws:RequestedRegion": region,
            "aws:PrincipalArn": f"arn:{aws(self.zone).partition}:iam::{account}:role/somebody",
            "aws:ResourceOrgID": self.deployment.aws_organization_id or (),
            "aws:ResourceOrgPaths": (self.deployment.aws_zone_ou_path,) if self.deployment.aws_zone_ou_path else (),
            "aws:RequestTag/DataResidency": self.zone.jurisdiction,
            **self.own,
        }

    def allowed(self, region: str, **keys: Value) -> int:
        """The actions that no SCP denies there, as a mask over `space()`."""
        context = {**self.context(region), **keys}
        denied = 0
        for policy in self.policies:
            denied |= denied_mask(policy, space(), context)
        return space().full & ~denied


@cache
def space() -> ActionSpace:
    """Every action of AWS."""
    return ActionSpace(actions.all_actions())


def compare(before: Law | None, after: Law | None, found: Found) -> int:
    """Adds what changed for calls: regions first, then other groups of actions, then the places data may be sent to.

    Returns all actions that something was told of, as a mask over `space()`; none where neither side has AWS.
    """
    laws = [law for law in (before, after) if law]
    if not laws:
        return 0
    partitions = {aws(law.zone).partition for law in laws}
    regions = [row.code for row in facts.regions("aws") if row.partition in partitions]
    gained: dict[int, list[str]] = {}
    lost: dict[int, list[str]] = {}
    joined: set[str] = set()
    left: set[str] = set()
    for region in (*regions, UNSPECIFIED):
        old, new = (law.allowed(region) if law else 0 for law in (before, after))
        if _is_home(old) is not _is_home(new):
            (joined if _is_home(new) else left).add(region)
        if new & ~old:
            gained.setdefault(new & ~old, []).append(region)
        if old & ~new:
            lost.setdefault(old & ~new, []).append(region)
    name = laws[0].zone.zone
    for mask, places in gained.items():
        found.gained += _told(mask, places, joined, "joins", "")
    for mask, places in lost.items():
        found.lost += _told(mask, places, left, "leaves", f" {moved(name)}")
    return _compare_targets(before, after, regions, found) | reduce(or_, (*gained, *lost), 0)


def _is_home(mask: int) -> bool:
    """Whether this is what may be called in a region of the zone; elsewhere only a few global services answer."""
    return 2 * mask.bit_count() > len(space().actions)


def _told(mask: int, places: list[str], whole: set[str], verb: str, besides: str) -> Iterator[Change]:
    shown, missing = compact(mask)
    for region in (place for place in places if place in whole):
        yield Change("region", region, f"{_region(region)} {verb} the zone: {counted(mask)}.{besides}", shown, missing)
    if others := [place for place in places if place not in whole]:
        where = ", ".join(others) if len(others) <= _SERVICES else f"{len(others)} regions ({', '.join(others[:3])}, …)"
        yield Change("actions", " ".join(others), f"In {where}: {counted(mask)}.", shown, missing)


def _region(code: str) -> str:
    row = facts.region("aws", code)
    return f"{code} ({row.country})" if row else code


def _compare_targets(before: Law | None, after: Law | None, regions: Iterable[str], found: Found) -> int:
    """Calls inside the zone that name where data goes."""
    told = 0
    by_region: dict[str, list[set[str]]] = {}
    partitions = {aws(law.zone).partition for law in (before, after) if law}
    rows = {row for partition in partitions for row in controls.aws_protections(partition)}
    for row in rows:
        if row.when is None or row.when[0] not in _NAMES_A_REGION:
            continue
        mask = space().mask(row.actions)
        for region in regions:
            old, new = (
                law.allowed(law.region, **{row.when[1]: region}) & mask if law else 0 for law in (before, after)
            )
            sides = by_region.setdefault(region, [set(), set()])
            sides[0].update(space().names(new & ~old))
            sides[1].update(space().names(old & ~new))
    for region, sides in sorted(by_region.items()):
        for names, changes, may in ((sides[0], found.gained, "may"), (sides[1], found.lost, "may no longer")):
            if names:
                shown = tuple(sorted(names))
                says = f"Data {may} be sent to {_region(region)} from inside the zone: {counted(space().mask(shown))}."
                changes.append(Change("target", region, says, shown))
                told |= space().mask(shown)
    return told


def compact(mask: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The actions of a mask: `service:*` where they are most of what the service has, and the actions that are not
    meant then."""
    shown: list[str] = []
    missing: list[str] = []
    for service, names in _by_service(mask).items():
        whole = space().mask(f"{service}:*")
        if len(names) > 1 and 2 * len(names) > whole.bit_count():
            shown.append(f"{service}:*")
            missing += space().names(whole & ~mask)
        else:
            shown += names
    return tuple(shown), tuple(missing)


def counted(mask: int) -> str:
    """The actions of a mask in a few words."""
    by_service = _by_service(mask)
    total = mask.bit_count()
    if total <= _NAMED:
        return ", ".join(name for names in by_service.values() for name in names)
    parts = []
    for service, names in by_service.items():
        if len(names) == space().mask(f"{service}:*").bit_count():
            parts.append(f"{service}:*")
        elif len(names) <= _NAMED and len(by_service) <= _NAMED:
            parts += names
        else:
            parts.append(f"{len(names)} of {service}")
    if len(parts) <= _SERVICES:
        return ", ".join(parts)
    return f"{total:,} of {len(space().actions):,} actions, of {len(by_service)} services"


def _by_service(mask: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in space().names(mask):
        found.setdefault(name.partition(":")[0], []).append(name)
    return found
