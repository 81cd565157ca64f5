"""Which zone a stack is judged for: the pack's configuration decides, and the stack's own may only agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sovereignty.pack_configuration import NO_ZONE, Configuration, StackEntry
from sovereignty.schema import did_you_mean, quoted
from sovereignty.zone import Zone


@dataclass(frozen=True)
class Remark:
    """What is to be said of the stack itself, under the policy `sovereignty`."""

    says: str
    mend: str
    advisory: bool = False


@dataclass(frozen=True)
class Ruling:
    """The zone that a stack is judged for (None: it isn't judged, or can't be) and what is to be said of that."""

    zone: Zone | None
    remarks: tuple[Remark, ...] = ()

    @property
    def refused(self) -> bool:
        return any(not remark.advisory for remark in self.remarks)


def decide(
    configuration: Configuration, organization: str, project: str, stack: str, own: str | None, *, secret: bool = False
) -> Ruling:
    """Which zone a stack has. `organization` is empty where nobody knows it; `own` is its `sovereign-zones:zone`.

    What the stack keeps `secret` is not repeated.
    """
    shown = "a secret" if secret else quoted(own) or "empty"
    zones, stacks = configuration.zones, configuration.settings.stacks
    if stacks is None:
        return _own(zones, own, shown)
    fitting = [e for e in stacks if _fits(e.match, organization, project, stack)]
    name = f"{organization or '<organization>'}/{project}/{stack}"
    if not fitting:
        return Ruling(
            None,
            (Remark(f"no entry of `stacks` matches {name}", "Let the pack's owner add the stack: a zone, or none."),),
        )
    given = fitting[0].zone
    if not organization and any(e.zone != given for e in _candidates(fitting)):
        return Ruling(
            None,
            (
                Remark(
                    f"entries of `stacks` give {name} different zones by organization, and which it is in is not known",
                    "Name the organization.",
                ),
            ),
        )
    remarks = ()
    if own is not None and own != given:
        said = f"none: its residency is not judged, but its own sovereign-zones:zone is {shown}"
        remarks = (
            Remark(
                f"the pack's configuration gives {name} the zone "
                + (said if given == NO_ZONE else f"{given}, but its own sovereign-zones:zone is {shown}"),
                f"Set sovereign-zones:zone to {given}." if given != NO_ZONE else "Take sovereign-zones:zone out.",
            ),
        )
    return Ruling(zones.get(given), remarks)


def _fits(pattern: str, organization: str, project: str, stack: str) -> bool:
    of_organization, of_project, of_stack = pattern.split("/")
    return (
        fnmatchcase(project, of_project)
        and fnmatchcase(stack, of_stack)
        and (not organization or fnmatchcase(organization, of_organization))
    )


def _candidates(fitting: Sequence[StackEntry]) -> Iterable[StackEntry]:
    """The entries that could decide for some organization: up to the first that fits every one."""
    for entry in fitting:
        yield entry
        if not entry.match.partition("/")[0].strip("*"):
            return


def _own(zones: Mapping[str, Zone], own: str | None, shown: str) -> Ruling:
    if own is None:
        return Ruling(
            None,
            (Remark("the stack names no zone", f"Set sovereign-zones:zone to one of: {', '.join(zones)}."),),
        )
    if own not in zones:
        return Ruling(None, (Remark(f"its sovereign-zones:zone, {shown}, is no zone", did_you_mean(own, [*zones])),))
    chosen = Remark(
        f"zone {own} was chosen by the stack that is judged",
        "Let the pack's configuration decide (`stacks`), so that a team can't choose its law.",
        advisory=True,
    )
    return Ruling(zones[own], (chosen,))
