"""`sovereignty controls`: the matrix of controls and enforcement points, and the risks that nothing can refuse."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sovereignty import facts
from sovereignty.commands.inputs import zones_folder
from sovereignty.controls.catalogue import Cell, Control, as_of, catalogue, grounds, points
from sovereignty.zone import Zone, load_all

_LEGEND = "yes: enforced, by a test that proves it; seen: detected; -: not expressible there; open: nothing does it."
SHORT = {"enforced": "yes", "detected": "seen", "not expressible": "-", "open": "open"}


@dataclass(frozen=True)
class Accepted:
    """A residual risk that a zone has accepted."""

    zone: str
    risk: str
    title: str
    reason: str


def run(output_format: str, zones_dir: Path | None) -> None:
    """Prints the matrix, and the risks that the folder's zones accept."""
    taken = tuple(accepted(load_all(zones_folder(zones_dir))))
    if output_format == "json":
        print(json.dumps(as_json(taken), indent=2, ensure_ascii=False))  # noqa: T201
    elif output_format == "md":
        print(markdown(taken), end="")  # noqa: T201
    else:
        _show(taken)


def accepted(zones: Mapping[str, Zone]) -> Iterator[Accepted]:
    """The accepted risks of all zones, zone by zone."""
    titles = {risk.id: risk.title for risk in facts.residual_risks()}
    for name, zone in zones.items():
        for row in zone.accepts:
            yield Accepted(name, row.risk, titles.get(row.risk, row.risk), row.reason)


def as_json(taken: Iterable[Accepted]) -> dict[str, Any]:
    """The matrix as contracts have it; `accepted` holds what nothing can refuse."""
    return {
        "schema": 1,
        "controls": [
            {
                "id": control.id,
                "title": control.title,
                "why": control.why,
                "laws": [{"ref": law.ref, "says": law.says, "verified": law.verified} for law in control.laws],
                "never_exempt": control.never_exempt,
                "points": {name: _cell(cell) for name, cell in control.points.items()},
            }
            for control in catalogue()
        ],
        "accepted": [{"zone": row.zone, "risk": row.risk, "title": row.title, "reason": row.reason} for row in taken],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    shown: dict[str, Any] = {"status": cell.status, "why": cell.why, "proof": cell.proof}
    if not cell.attached:
        shown["attached"] = False
    if cell.by:
        shown["by"] = cell.by
    if cell.gaps:
        shown["gaps"] = [{"what": gap.what, "why": gap.why, "instead": gap.instead} for gap in cell.gaps]
    return shown


def _show(taken: Sequence[Accepted]) -> None:
    from sovereignty.commands.tables import console, fits, print_table

    columns = ("control", *(point.title for point in points()))
    matrix = [(control.id, *_row(control)) for control in catalogue()]
    wide = fits(columns, matrix)
    if wide:
        print_table(columns, matrix)
    else:  # a line of words reads better
        for control in catalogue():
            print(_in_words(control))  # noqa: T201
        named = f"Points: {', '.join(point.title for point in points())}"
        print(f"\n{textwrap.fill(named, console().width)}\n")  # noqa: T201
    print_table(("control", "laws"), ((control.id, ", ".join(control.grounds)) for control in catalogue()))
    rows = ((name, ", ".join(law.ref for law in laws)) for name, laws in grounds().items())
    print_table(("laws", "provisions"), rows)
    if wide:
        print(_LEGEND)  # noqa: T201
    if taken:
        rows = ((row.zone, row.risk, row.reason) for row in taken)
        print_table(("zone", "accepted risk", "reason"), rows)


def _in_words(control: Control) -> str:
    """A control in one line: where it is enforced or seen, and where nothing does it though a document is compiled."""
    titles = {point.id: point.title for point in points()}
    parts = [titles[name] for name, cell in control.points.items() if cell.status == "enforced"]
    parts += [f"{titles[name]} (seen)" for name, cell in control.points.items() if cell.status == "detected"]
    parts += [f"{titles[name]} (open: not attached)" for name, cell in control.points.items() if not cell.attached]
    return f"{control.id}: {', '.join(parts) or 'open'}"


def _row(control: Control) -> Iterator[str]:
    return (SHORT[cell.status] for cell in control.points.values())


def markdown(taken: Sequence[Accepted]) -> str:
    """The page docs/controls.md."""
    return "\n".join(_markdown(taken)) + "\n"


def _markdown(taken: Sequence[Accepted]) -> Iterator[str]:
    yield "# The controls"
    yield ""
    yield "<!-- Made by `sovereignty controls --format md`: change sovereignty/controls/catalogue.yaml. -->"
    yield ""
    yield f"Which control is enforced at which point (as of {as_of()}). **yes**: enforced, and a test proves it;"
    yield "**seen**: detected, not refused; **-**: the point has no means; **open**: nothing does it there."
    yield ""
    yield _line(("control", *(point.title for point in points())))
    yield _line("---" for _ in range(len(points()) + 1))
    for control in catalogue():
        yield _line((f"[{control.id}](#{_anchor(control.id)})", *_row(control)))
    for control in catalogue():
        yield from ("", f"## {control.id}", "", f"{control.title}. {control.why}", "")
        if control.never_exempt:
            yield from ("Never exempt: neither an exemption nor a lower level is taken.", "")
        yield f"Laws: {', '.join(f'[{name}](#laws)' for name in control.grounds)}."
        yield ""
        for point in points():
            cell = control.points[point.id]
            if cell.proof:
                yield f"- {point.title}: {cell.status}. {cell.why} Proof: `{cell.proof}`"
            for gap in cell.gaps:
                yield f"- {point.title} can't: {gap.what}. {gap.why} Instead: {gap.instead}"
    yield from (
        "",
        "## What nothing can refuse",
        "",
        "Residual risks that a platform imposes, and the zones accept:",
        "",
    )
    yield _line(("zone", "risk", "what it is", "why it is accepted"))
    yield _line(("---",) * 4)
    for row in taken:
        yield _line((row.zone, row.risk, row.title, row.reason))


def _anchor(heading: str) -> str:
    """The anchor that a Markdown heading of this text gets on code hosts: small letters, no full stops."""
    return heading.lower().replace(".", "")


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
