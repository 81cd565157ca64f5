"""`make bench`: how long a preview of the EU zone takes, against a flat program of the same resources.

Both without the policy pack; the zone under the pack beside them. Previews of an empty stack, in turn, so that whatever
else the machine does meets all alike; medians. Ratios are what counts: they hold on any machine. Then what a zone costs
as its regions grow, and how much of the quotas of each partition its documents take.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from bench import flat, growth, quotas
from sandbox import summary
from sandbox.__main__ import ROOT
from sandbox.environment import Sandbox, python
from sandbox.packed import packed
from sandbox.plugins import install
from sandbox.pulumi import run
from sandbox.stacks import Stack, settings_copy, stack
from sovereignty import zone as zones
from tools.engine.locate import locate

ROUNDS = int(os.environ.get("ROUNDS", "7"))
BAR = 1.15  # design: a preview of a zone against a flat program, both without pack


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        sandbox = Sandbox(ROOT, Path(scratch) / ".sandbox", locate())
        sandbox.create()
        install(sandbox.home, python())
        zone = stack(ROOT, "eu")
        twin, count = _twin(sandbox, zone, Path(scratch) / "flat")
        pack = packed(sandbox)
        runs = {"flat program": (twin, []), "zone": (zone, []), "zone, under the pack": (zone, pack)}
        times: dict[str, list[float]] = {name: [] for name in runs}
        for round_ in range(ROUNDS + 1):
            for name, (on, arguments) in runs.items():
                seconds = _preview(sandbox, on, arguments)
                if round_:  # the first warms the caches
                    times[name].append(seconds)
    _print({name: statistics.median(t) for name, t in times.items()}, count)
    growth.show()
    quotas.show()
    return 0


def _twin(sandbox: Sandbox, zone: Stack, folder: Path) -> tuple[Stack, int]:
    """Deploys the zone, writes its flat twin, and forgets the zone again, so that both are previewed from nothing."""
    subprocess.run(
        [sys.executable, "-m", "sandbox", "--folder", str(sandbox.folder), "up", "eu"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    folder.mkdir()
    runtime = {"name": "python", "options": {"virtualenv": str(python().parent.parent)}}
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "flat", "runtime": runtime}))
    settings = {"config": {"pulumi:disable-default-providers": ["*"]}}
    (folder / "Pulumi.eu.yaml").write_text(yaml.safe_dump(settings))
    count = flat.write(summary.resources(sandbox, zone), folder, zones.load("eu", ROOT / "zones").tags())
    state = sandbox.state / ".pulumi" / "stacks" / zone.project
    for file in state.glob("eu.json*"):
        file.unlink()
    (sandbox.projects(zone.project) / "eu.salt").unlink()
    return stack(folder, "eu"), count


def _preview(sandbox: Sandbox, on: Stack, arguments: list[str]) -> float:
    command = ["preview", "--stack", on.name, "--config-file", str(settings_copy(sandbox, on)), *arguments]
    start = time.monotonic()
    run(sandbox, command, on.folder, quiet=True)
    return time.monotonic() - start


def _print(medians: dict[str, float], resources: int) -> None:
    base = medians["flat program"]
    table = Table(title=f"Preview of the EU zone, {resources} resources, median of {ROUNDS}")
    for column in ("program", "seconds", "ratio", "bar"):
        table.add_column(column, justify="left" if column == "program" else "right")
    for name, seconds in medians.items():
        bar = f"at most {BAR}" if name == "zone" else ""
        table.add_row(name, f"{seconds:.2f}", f"{seconds / base:.2f}", bar)
    Console(width=80).print(table)


if __name__ == "__main__":
    sys.exit(main())
