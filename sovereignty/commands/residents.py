"""`sovereignty check ZONE --state FILE`: what stands outside the zone's places, so that none is taken away under it."""

from __future__ import annotations

from pathlib import Path

from sovereignty import state
from sovereignty.documents import shown_path
from sovereignty.rules.judge import Judge
from sovereignty.rules.residency_region import RULE
from sovereignty.rules.rule import Finding, Verdict, declared
from sovereignty.zone import Zone


def outside(zone: Zone, file: Path) -> tuple[list[Finding], int]:
    """What lives outside the zone or at a place that isn't known, and how many resources were judged."""
    plan = state.load(file)
    return Judge(zone, [RULE]).plan(plan), len(plan)


def show(zone: Zone, file: Path) -> bool:
    """Prints the resources outside the zone; True where there is one."""
    findings, judged = outside(zone, file)
    where = shown_path(file)
    if not findings:
        print(f"{where}: all {judged} resources live in zone {zone.zone}.")  # noqa: T201
        return False
    print(f"{where}: {len(findings)} of {judged} resources are not in zone {zone.zone}:")  # noqa: T201
    for finding in findings:
        print(f"  {_told(finding)}")  # noqa: T201
    print("Move them, and what they hold, before their place is taken from the zone.")  # noqa: T201
    return True


def _told(finding: Finding) -> str:
    unknown = " (not known, so refused)" if finding.verdict is Verdict.UNDETERMINED else ""
    resource = declared(finding.urn).partition(" in ")[0]
    return f"{resource}: {finding.path}: {finding.says}{unknown}"
