"""`sovereignty replay`: what of CloudTrail's records the zone's documents would have refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from sovereignty.commands.inputs import landed
from sovereignty.compile import rcp, scp
from sovereignty.compile.required import aws
from sovereignty.documents import shown_path
from sovereignty.replay import reader
from sovereignty.replay.call import Setting
from sovereignty.replay.judge import Judge
from sovereignty.replay.tally import Tally, ordered


def run(name: str, files: Sequence[Path], stack: Path | None, zones_dir: Path | None, as_json: bool) -> bool:
    """Prints what would have been refused; True where something would, or where the records don't tell."""
    zone, deployment = landed(name, zones_dir, stack)
    aws(zone)
    judge = Judge(scp.documents(zone, deployment), rcp.documents(zone, deployment))
    setting = Setting(zone, deployment)
    tally = Tally()
    for path in reader.files(files):
        tally.add(reader.records(path), setting, judge, shown_path(path))
    if as_json:
        print(json.dumps(tally.as_json(name), indent=2))  # noqa: T201
    else:
        _show(name, tally)
    return bool(tally.refused or tally.undecided)


def _show(name: str, tally: Tally) -> None:
    from sovereignty.commands.tables import print_table

    columns = ("principal", "action", "region", "control")
    if tally.refused:
        print_table((*columns, "count"), ordered(tally.refused), f"zone {name} would have refused")
    if tally.undecided:
        rows = ((*row[:4], ", ".join(row[4]), row[5]) for row in ordered(tally.undecided))
        print_table((*columns, "decided by", "count"), rows, "not to be told from the records")
    refused, undecided = sum(tally.refused.values()), sum(tally.undecided.values())
    allowed = tally.judged - refused - undecided
    skipped = ", ".join(f"{count:,} {why}" for why, count in sorted(tally.skipped.items()))
    records = f"{tally.records:,} record{'' if tally.records == 1 else 's'}"
    print(  # noqa: T201
        f"{records}: {refused:,} refused, {undecided:,} not to be told, {allowed:,} allowed"
        + (f"; not judged: {skipped}." if skipped else ".")
    )
