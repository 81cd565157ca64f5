"""What a run did, as a short table; read from the engine's own events and state."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from sandbox.environment import Sandbox
from sandbox.stacks import Stack, state

# In the order in which a reader wants them; the engine's own words.
OPERATIONS = ("create", "update", "replace", "delete", "same")
ENGINES_OWN = "pulumi:"  # the stack itself and its providers: nothing that stands in a cloud


def show(zone_state: list[dict[str, Any]], zone: Stack, events: Path, seconds: float) -> None:
    """Prints zone, resources by service, policies, time, and what to look at next."""
    changes, policies = _read(events)
    made: dict[str, Counter[str]] = {}
    for resource in zone_state:
        if resource.get("custom") and not resource["type"].startswith(ENGINES_OWN):
            made.setdefault(kind(resource).partition(" ")[0], Counter())[_service(resource)] += 1
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column()
    table.add_row("zone", zone.name)
    for cloud, services in sorted(made.items()):
        shown = ", ".join(f"{number} {name}" for name, number in services.most_common())
        table.add_row(f"on {cloud}", f"{services.total()}: {shown}")
    table.add_row("this run", ", ".join(f"{changes[o]} {o}" for o in OPERATIONS if changes.get(o)) or "nothing")
    table.add_row("policies", policies)
    table.add_row("time", f"{seconds:.0f} s")
    table.add_row("next", "make preview DEMO=leak   see a plan that leaks be refused")
    table.add_row("", f"make outputs STACK={zone.name}   what the zone gives to programs")
    table.add_row("", f"make down STACK={zone.name}      take it away again")
    console = Console()
    console.print()
    console.print(table)


def show_what_stays(left: list[dict[str, Any]]) -> None:
    """Names what a destroy left, and why."""
    stays = [r for r in left if r.get("protect") and r.get("custom")]
    under = [r for r in left if r.get("custom") and not r.get("protect") and not r["type"].startswith(ENGINES_OWN)]
    if not stays:
        return
    console = Console(highlight=False)
    console.print("\nWhat stays, because it is protected (locked data, and the keys it can't be read without):")
    for whole, parts in _by_component(stays).items():
        console.print(f"  {whole}: {', '.join(parts)}", soft_wrap=True)
    if under:
        console.print(f"and what it stands on: {', '.join(f'{kind(r)} {_name(r)}' for r in under)}.", soft_wrap=True)
    console.print("`make up` goes on from here. `make clean-sandbox` forgets the sandbox with all of it.")


def _by_component(stays: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The kinds of what stays, under the component that each is a part of."""
    found: dict[str, list[str]] = {}
    for resource in stays:
        above, _, named = str(resource.get("parent", "")).rpartition("::")
        whole = f"{above.rpartition(':')[2]} {named}" if "$" in above or "index:" in above else "the stack"
        found.setdefault(whole, []).append(kind(resource))
    return found


def resources(sandbox: Sandbox, stack: Stack) -> list[dict[str, Any]]:
    """The resources in a stack's state; none if there is no such state."""
    return state(sandbox, stack).get("resources") or []


def kind(resource: dict[str, Any]) -> str:
    """`aws:s3/bucket:Bucket` is an AWS Bucket."""
    package, _, rest = resource["type"].partition(":")
    return f"{'Azure' if package.startswith('azure') else package.upper()} {rest.rpartition(':')[2]}"


def _service(resource: dict[str, Any]) -> str:
    """`aws:s3/bucket:Bucket` is of s3."""
    return resource["type"].split(":")[1].partition("/")[0]


def _name(resource: dict[str, Any]) -> str:
    return resource["urn"].rpartition("::")[2]


def refused(events: Path) -> bool:
    """Whether a policy, and not something else, stopped the run."""
    found = (json.loads(line).get("policyEvent") for line in events.read_text().splitlines())
    return any(event and event["enforcementLevel"] == "mandatory" for event in found)


def _read(events: Path) -> tuple[dict[str, int], str]:
    """The changes of the update (its last summary), and which packs judged how many resources by how many policies."""
    changes: dict[str, int] = {}
    packs: dict[str, set[str]] = {}
    for line in events.read_text().splitlines():
        event = json.loads(line)
        if done := event.get("summaryEvent"):
            changes = done.get("resourceChanges") or {}
            for pack in done.get("PolicyPacks") or {}:
                packs.setdefault(pack.partition("|")[0], set())  # name|where it was loaded from
        for name in ("policyAnalyzeSummaryEvent", "policyAnalyzeStackSummaryEvent"):
            if judged := event.get(name):
                known = packs.setdefault(judged["policyPackName"], set())
                known |= {*(judged.get("passed") or ()), *(judged.get("failed") or ())}
    text = [f"{pack}: {len(names)} ({', '.join(sorted(names))}), enforced" for pack, names in sorted(packs.items())]
    return changes, "; ".join(text) or "none"
