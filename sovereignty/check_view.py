"""Shows checked zones as tables in a terminal, or as plain text in a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sovereignty import facts
from sovereignty.check import Checked, Outcome, laws
from sovereignty.footprint import Footprint
from sovereignty.zone import DataClass, Zone

_CLOUDS = {"aws": "AWS", "azure": "Azure", "gcp": "Google Cloud"}


class _Console(Console):
    def on_broken_pipe(self) -> None:
        # rich would exit with 1, which means a violation here
        raise BrokenPipeError


def show(outcome: Outcome, as_of: date) -> None:
    """Prints a table for each zone that holds, and a line that counts them."""
    console = _Console(highlight=False)
    for checked in outcome.checked:
        console.print(_table(checked, as_of))
    if outcome.checked:
        stacks = sum(1 for checked in outcome.checked if checked.stack)
        zones = _counted(len(outcome.checked), "zone is lawful", "zones are lawful")
        agreeing = _counted(stacks, "stack file agrees", "stack files agree")
        console.print(Text(f"{zones}, {agreeing}."))


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _table(checked: Checked, as_of: date) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title_justify="left")
    table.add_column(Text(f"zone {checked.zone.zone}"), style="bold", no_wrap=True)
    table.add_column(Text(checked.zone.title), overflow="fold")
    for name, value in _rows(checked, as_of):
        # text, not markup: a title or a reason may hold brackets
        table.add_row(Text(name), Text(value))
    return table


def _rows(checked: Checked, as_of: date) -> Iterator[tuple[str, str]]:
    zone = checked.zone
    jurisdiction = facts.jurisdiction(zone.jurisdiction)
    if jurisdiction:
        ground = jurisdiction.subdivision or " ".join(sorted(jurisdiction.countries))
        yield "jurisdiction", f"{jurisdiction.code}, {jurisdiction.name}: {ground}"
    for footprint in zone.footprints:
        yield _CLOUDS[footprint.CLOUD], _places(footprint)
    if zone.azure and zone.azure.geo_redundancy:
        yield "copies in a pair", ", ".join(zone.azure.paired_inside()) or "none: no pair is in the zone"
    yield "retention", _retention(zone)
    keys = (("AWS", zone.keys.aws_origin), ("Azure", zone.keys.azure))
    yield "keys", ", ".join(f"{cloud} {origin}" for cloud, origin in keys if origin)
    yield "data classes", "\n".join(f"{name}: {_leaves(row)}" for name, row in zone.data_classes.items())
    for name, opened in (("edge", zone.edge), ("carries content", zone.content_bearing)):
        if opened:
            yield name, ", ".join(opened)
    yield "laws", ", ".join(laws(zone, as_of)) or "none in the tables"
    yield "accepted risks", "\n".join(f"{row.risk}: {row.reason}" for row in zone.accepts) or "none"
    yield "stack", f"{checked.stack} agrees" if checked.stack else "none beside the zones"
    if checked.notes:
        yield "note", "\n".join(checked.notes)


def _places(footprint: Footprint) -> str:
    def one(code: str) -> str:
        region = facts.region(footprint.CLOUD, code)
        ground = (region.subdivision or region.country) if region else "?"
        return f"{code} ({ground}{', home' if code == footprint.home else ''})"

    return ", ".join(map(one, footprint.regions))


def _retention(zone: Zone) -> str:
    retention = zone.retention
    years = _counted(retention.years, "year", "years")
    days = retention.archive_after_days
    return f"{retention.mode}, {years}" + (f", archived after {_counted(days, 'day', 'days')}" if days else "")


def _leaves(data_class: DataClass) -> str:
    if data_class.leaves == "never":
        return "never leaves"
    form = "freely" if data_class.leaves == "free" else data_class.leaves
    return f"leaves {form} to {', '.join(data_class.to) or 'anywhere'}"
