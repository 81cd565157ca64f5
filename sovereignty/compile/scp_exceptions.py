"""Whom a denial of an SCP leaves alone: break-glass always, the deployment role where told, guards for their verbs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sovereignty import controls, facts
from sovereignty.actions import fits
from sovereignty.compile.principals import break_glass, role
from sovereignty.zone import DEPLOYMENT_ROLE, GUARDS_PATH, Zone


def excepted(zone: Zone, guards: Iterable[str] = (), deployment: bool = False) -> tuple[str, ...]:
    """ARN patterns of the roles, sorted; `guards` by name."""
    roles = {*break_glass(zone), *(role(zone, GUARDS_PATH + name) for name in guards)}
    return tuple(sorted(roles | ({role(zone, DEPLOYMENT_ROLE)} if deployment else set())))


def by_guards(actions: Iterable[str], partition: str) -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Actions by the guards that may call them, those without guards first; actions sorted. Where the partition has no
    other region, guards have nothing to undo, and may nothing that others may not.

    ValueError for a pattern that holds a guard's verb without being one: it would bind the guard, or let it do more.
    """
    groups: dict[tuple[str, ...], set[str]] = {}
    listed = set(actions)
    if facts.is_lone(partition):
        return {(): tuple(sorted(listed))} if listed else {}
    for action in listed:
        groups.setdefault(controls.guards_of(action), set()).add(action)
    for verb in verbs():
        if held := sorted(each for each in listed - {verb} if fits(each, verb)):
            raise ValueError(f"{held[0]} holds {verb}, which a guard may call: write the pattern's actions out")
    return {guards: tuple(sorted(groups[guards])) for guards in sorted(groups)}


def verbs() -> tuple[str, ...]:
    """What any guard may call, sorted."""
    return tuple(sorted({verb for listed in controls.guards().values() for verb in listed}))
