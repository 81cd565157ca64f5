"""Which AWS actions answer outside a zone's regions by their nature, and where: the facts, read for one zone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sovereignty import actions, facts
from sovereignty.compile.required import aws
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone


@dataclass(frozen=True)
class GlobalActions:
    """`by_regions`: the regions where a set of actions may be called -> those actions. `reads`: allowed everywhere.
    `content`: what carries content and is not opened. `created_as`: (action, condition key, the one value allowed)
    for actions that are opened outside the zone's regions for one use only."""

    by_regions: Mapping[tuple[str, ...], tuple[str, ...]]
    reads: tuple[str, ...]
    content: tuple[str, ...]
    created_as: tuple[tuple[str, str, str], ...]

    @property
    def excepted(self) -> tuple[str, ...]:
        """What the denial of all other regions leaves out, because a statement of its own (or none) binds it."""
        return tuple(sorted({*self.reads, *(action for group in self.by_regions.values() for action in group)}))


def of(zone: Zone, deployment: Deployment) -> GlobalActions:
    """The global actions as one zone sees them. The zone needs an AWS footprint."""
    opened = set(zone.content_bearing)
    content = {
        pattern for name, patterns in facts.aws_content_bearing().items() if name not in opened for pattern in patterns
    }
    footprint = aws(zone)
    at_home = frozenset(footprint.regions)
    reads = _reads(footprint.partition, content)
    groups: dict[tuple[str, ...], set[str]] = {}
    for patterns, regions in _answering(zone, deployment, footprint.partition):
        # an action that answers in the zone alone needs no exception: the denial of all other regions binds it too
        if not regions <= at_home:
            bound = {each for pattern in set(patterns) - content for each in _but(pattern, reads)}
            groups.setdefault(tuple(sorted(at_home | regions)), set()).update(bound)
    return GlobalActions(
        by_regions={regions: tuple(sorted(group)) for regions, group in sorted(groups.items()) if group},
        reads=tuple(sorted(reads)),
        content=tuple(sorted(content)),
        created_as=tuple(
            (only["action"], only["key"], only["value"])
            for row in facts.aws_partly_global()["edge"]
            if row["name"] in zone.edge and (only := row.get("only_when_creating"))
        ),
    )


def _reads(partition: str, content: Collection[str]) -> frozenset[str]:
    """What may be read in every region; none of the `content` that the zone doesn't open."""
    if facts.is_lone(partition):
        # there is no other region to read in
        return frozenset()
    return frozenset(
        entry.action
        for entry in facts.aws_global_services().control_tower_86
        # only what has been checked: a wildcard read may hand out more than it seems
        if entry.advice == facts.READ_EVERYWHERE
        and entry.verified
        and not any(actions.fits(pattern, entry.action) for pattern in content)
    )


def _but(pattern: str, reads: frozenset[str]) -> Iterable[str]:
    """The pattern or, where some of its actions may be read everywhere, its others one by one."""
    if not any(actions.fits(pattern, read) for read in reads):
        return (pattern,)
    return (each for each in actions.expand(pattern) if not any(actions.fits(read, each) for read in reads))


def _answering(zone: Zone, deployment: Deployment, partition: str) -> Iterator[tuple[tuple[str, ...], frozenset[str]]]:
    services = facts.aws_global_services().services
    content = facts.aws_content_bearing()
    carried = {action for actions in content.values() for action in actions}
    for service in services.values():
        action = f"{service.prefix}:*"
        if service.scope == "global" and action not in carried:
            yield (action,), _regions(service, partition)
    for name in zone.content_bearing:
        yield content[name], _regions(services[content[name][0].partition(":")[0]], partition)
    partly = facts.aws_partly_global()
    for row in [*partly["always"], *(row for row in partly["edge"] if row["name"] in zone.edge)]:
        yield tuple(row["actions"]), _regions(services[row["answers_with"]], partition)
    if deployment.identity_center_region:
        yield tuple(partly["identity_center"]["actions"]), frozenset({deployment.identity_center_region})


def _regions(service: facts.GlobalService, partition: str) -> frozenset[str]:
    """Where it answers; nowhere in a partition that doesn't offer it, so that nothing is opened there."""
    control_plane = service.control_plane_region.get(partition)
    return frozenset({control_plane, *service.extra_regions.get(partition, ())}) if control_plane else frozenset()
