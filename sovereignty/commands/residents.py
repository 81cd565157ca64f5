"""`sovereignty check ZONE --state FILE`: what stands outside the zone's places, so that none is taken away under it."""

from __future__ import annotations

from pathlib import Path

from sovereignty import state
from sovereignty.commands.printable import printable
from sovereignty.documents import shown_path
from sovereignty.rules.judge import Judge
from sovereignty.rules.residency_region import RULE
from sovereignty.rules.rule import Finding, Verdict, declared
from sovereignty.zone import Zone

PULUMI = "pulumi:"
"""The types of the engine itself: stacks, providers, references to other stacks."""


def outside(zone: Zone, file: Path) -> tuple[list[Finding], int]:
    """What lives outside the zone or at a place that isn't known, and how many resources of a cloud were judged."""
    plan = state.load(file)
    findings = Judge(zone, [RULE]).plan(plan)
    # a stack, a component or a provider lives nowhere by itself
    judged = {row.urn for row in plan if row.custom and not row.external and not row.type.startswith(PULUMI)}
    return findings, len(judged | {finding.urn for finding in findings})


def show(zone: Zone, file: Path) -> bool:
    """Prints the resources outside the zone; True where there is one."""
    findings, judged = outside(zone, file)
    where = shown_path(file)
    if not findings:
        lives = "the one resource lives" if judged == 1 else f"all {judged:,} resources live"
        nothing = f"{where}: the state holds no resource of a cloud."
        print(f"{where}: {lives} in zone {zone.zone}." if judged else nothing)  # noqa: T201
        return False
    elsewhere = len({finding.urn for finding in findings})
    are = "is" if elsewhere == 1 else "are"
    of = f"{judged:,} resource{'' if judged == 1 else 's'}"
    print(f"{where}: {elsewhere:,} of {of} {are} not in zone {zone.zone}:")  # noqa: T201
    for finding in findings:
        print(f"  {_told(finding)}")  # noqa: T201
    print("Move what lives there, and what it holds, before its place is taken from the zone.")  # noqa: T201
    return True


def _told(finding: Finding) -> str:
    unknown = " (not known, so refused)" if finding.verdict is Verdict.UNDETERMINED else ""
    resource = declared(finding.urn).partition(" in ")[0]
    return printable(f"{resource}: {finding.path}: {finding.says}{unknown}")
