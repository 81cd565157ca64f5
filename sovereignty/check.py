"""Checks zones and the stacks beside them: what `sovereignty check` does, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sovereignty import facts
from sovereignty.deployment import AWS_REGION, AZURE_LOCATION, Deployment, agree, key, load_stack
from sovereignty.documents import shown_path
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone, load, names


@dataclass(frozen=True)
class Checked:
    """One zone that is lawful. `stack` is the stack file that agrees with it, None where there is none."""

    zone: Zone
    file: str
    stack: str | None
    notes: tuple[str, ...]
    deployment: Deployment | None = None


@dataclass(frozen=True)
class Outcome:
    """The zones that hold, and every problem of those that don't, file by file."""

    checked: tuple[Checked, ...]
    problems: tuple[Problem, ...]


def default_zones_dir() -> Path:
    """`zones/` of the current folder, else the one beside this package."""
    here = Path("zones")
    return here if here.is_dir() else Path(__file__).parent.parent / "zones"


def check(zones_dir: Path, zone: str | None, stack: Path | None, as_of: date) -> Outcome:
    """Checks one zone, or all of a folder, with `stack` or the `Pulumi.<zone>.yaml` beside the folder."""
    checked: list[Checked] = []
    found: list[Problem] = []
    try:
        wanted = _wanted(zones_dir, zone, stack)
    except InputError as error:
        return Outcome((), error.problems)
    for name in wanted:
        try:
            checked.append(_check_one(zones_dir, name, stack, as_of))
        except InputError as error:
            found += error.problems
    found += _shared(checked)
    return Outcome(tuple(checked), tuple(found))


def _shared(checked: Iterable[Checked]) -> Iterator[Problem]:
    """Accounts and subscriptions that two zones claim: a subscription has one management group, an account one OU."""
    claimed: dict[str, Checked] = {}
    for each in checked:
        for name in ("aws_accounts", "azure_subscriptions"):
            for number, claim in enumerate(getattr(each.deployment, name, ())):
                first = claimed.setdefault(claim, each)
                if first is not each:
                    yield Problem(
                        f"{each.stack}: {key(name)}[{number}]",
                        f"{claim} is zone {first.zone.zone}'s already ({first.stack}).",
                        "Give each zone accounts and subscriptions of its own: the second takes it from the first.",
                    )


def _wanted(zones_dir: Path, zone: str | None, stack: Path | None) -> tuple[str, ...]:
    if zone is not None:
        return (zone,)
    if stack is not None:
        return (load_stack(stack)[0].zone,)
    known = names(zones_dir)
    if not known:
        raise InputError(Problem(shown_path(zones_dir), "The folder declares no zone.", "Add a file such as eu.yaml."))
    return known


def _check_one(zones_dir: Path, name: str, stack: Path | None, as_of: date) -> Checked:
    zone = load(name, zones_dir)
    file = shown_path(zones_dir / f"{name}.yaml")
    beside = zones_dir.absolute().parent / f"Pulumi.{name}.yaml"
    chosen = stack or (beside if beside.exists() else None)
    deployment = None
    if chosen:
        deployment, config = load_stack(chosen)
        agree(
            zone, file, deployment, shown_path(chosen), _setting(config, AWS_REGION), _setting(config, AZURE_LOCATION)
        )
    return Checked(zone, file, shown_path(chosen) if chosen else None, tuple(_notes(zone, as_of)), deployment)


def _setting(config: dict[str, object], key: str) -> str | None:
    value = config.get(key)
    return None if value is None else str(value)


def _notes(zone: Zone, as_of: date) -> Iterator[str]:
    """What is lawful, and still worth knowing before a deployment."""
    jurisdiction = facts.jurisdiction(zone.jurisdiction)
    places = [row for part in zone.footprints for code in part.regions if (row := facts.region(part.CLOUD, code))]
    for region in places:
        if region.status == "restricted":
            yield f"{region.code} is open only to those whom the provider has granted access"
    if jurisdiction and jurisdiction.rests_on_adequacy:
        for decision in facts.adequacy():
            used = sorted(region.code for region in places if region.country in decision.countries)
            if used and decision.expires and decision.expires < as_of.isoformat():
                yield f"adequacy of {decision.name} expired on {decision.expires}: {', '.join(used)}"


def laws(zone: Zone, as_of: date) -> tuple[str, ...]:
    """The laws of the zone's jurisdiction as a reader may look them up, those not in force on that day marked."""
    jurisdiction = facts.jurisdiction(zone.jurisdiction)
    return tuple(
        law.code
        if law.in_force and law.in_force <= as_of.isoformat()
        else f"{law.code} ({f'from {law.in_force}' if law.in_force else 'not in force'})"
        for law in (jurisdiction.laws if jurisdiction else ())
    )
