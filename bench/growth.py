"""What a zone costs as it grows: resources, a preview, an `up` under the pack, with 1, 2 and 4 regions of AWS; and a
second zone beside a first.

Each in a sandbox of its own; seconds of this machine, and ratios to one region. The stand-ins answer at once: what is
measured is the engine, the program and the pack; a real cloud adds its own time for each resource.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from sandbox import summary
from sandbox.__main__ import FOUNDATION, ROOT
from sandbox.environment import Sandbox, python
from sandbox.packed import PACK, packed
from sandbox.plugins import install
from sandbox.pulumi import run
from sandbox.stacks import Stack, settings_copy, stack
from sandbox.variant import variant
from tools.engine.locate import locate

REGIONS = ("eu-central-1", "eu-west-1", "eu-west-3", "eu-north-1")
SIZES = (1, 2, 4)


def show() -> None:
    """Prints the table."""
    rows = [_measured(size) for size in SIZES]
    table = Table(title="The EU zone as it grows")
    for column in ("regions of AWS", "resources on AWS", "on Azure", "preview", "ratio", "up under the pack", "ratio"):
        table.add_column(column, justify="right")
    for size, (made, preview, up) in zip(SIZES, rows, strict=True):
        table.add_row(
            str(size),
            str(made["aws"]),
            str(made["azure-native"]),
            f"{preview:.1f} s",
            f"{preview / rows[0][1]:.2f}",
            f"{up:.1f} s",
            f"{up / rows[0][2]:.2f}",
        )
    console = Console(width=120)
    console.print(table)
    beside = Table(title="A zone beside others, in one organization")
    for column in ("zones", "the new one", "its resources", "up under the pack"):
        beside.add_column(column, justify="right")
    for number, (name, resources, seconds) in enumerate(_one_after_the_other(), start=1):
        beside.add_row(str(number), name, str(resources), f"{seconds:.1f} s")
    console.print(beside)


def _one_after_the_other() -> Iterator[tuple[str, int, float]]:
    """The repository's own zones in one sandbox: name, resources, seconds of the `up`."""
    with tempfile.TemporaryDirectory() as scratch:
        sandbox = Sandbox(ROOT, Path(scratch) / ".sandbox", locate())
        sandbox.create()
        install(sandbox.home, python())
        _engine(sandbox, stack(*FOUNDATION), ["up", "--yes"])
        for settings in sorted(ROOT.glob("Pulumi.*.yaml")):
            zone = stack(ROOT, settings.name.split(".")[1])
            seconds = _engine(sandbox, zone, ["up", "--yes", *packed(sandbox)])
            yield zone.name, sum(1 for each in summary.resources(sandbox, zone) if each.get("custom")), seconds


def _measured(regions: int) -> tuple[Counter[str], float, float]:
    """The resources by package, the seconds of a preview (the second of two), and those of an `up`."""
    with tempfile.TemporaryDirectory() as scratch:
        sandbox = Sandbox(ROOT, Path(scratch) / ".sandbox", locate())
        sandbox.create()
        install(sandbox.home, python())
        zone, pack = _grown(Path(scratch), regions)
        _engine(sandbox, stack(*FOUNDATION), ["up", "--yes"])
        _engine(sandbox, zone, ["preview"])  # warms the caches
        preview = _engine(sandbox, zone, ["preview"])
        up = _engine(sandbox, zone, ["up", "--yes", *pack])
        made = Counter(
            each["type"].partition(":")[0] for each in summary.resources(sandbox, zone) if each.get("custom")
        )
        return made, preview, up


def _grown(scratch: Path, regions: int) -> tuple[Stack, list[str]]:
    """The stack with so many regions, and what the engine is told of the pack: it has to know this zone."""
    declared: dict[str, Any] = yaml.safe_load((ROOT / "zones" / "eu.yaml").read_text(encoding="utf-8"))
    declared["aws"] = {"partition": "aws", "home": REGIONS[0], "regions": list(REGIONS[:regions])}
    us = yaml.safe_load((ROOT / "zones" / "us.yaml").read_text(encoding="utf-8"))  # which the zone names
    settings = yaml.safe_load((ROOT / "Pulumi.eu.yaml").read_text(encoding="utf-8"))["config"]
    folder = scratch / "program"
    folder.mkdir()
    stacks = variant(ROOT, folder, {"eu": declared, "us": us}, {"eu": settings})
    configuration = scratch / "pack.json"
    judged = {"stacks": [{"match": "organization/sovereign-zones/eu", "zone": "eu"}], "zones": {"eu": declared}}
    configuration.write_text(json.dumps({"sovereignty": judged}), encoding="utf-8")
    return stacks["eu"], ["--policy-pack", str(PACK), "--policy-pack-config", str(configuration)]


def _engine(sandbox: Sandbox, on: Stack, arguments: list[str]) -> float:
    start = time.monotonic()
    command = [*arguments, "--stack", on.name, "--config-file", str(settings_copy(sandbox, on))]
    run(sandbox, command, on.folder, quiet=True)
    return time.monotonic() - start


if __name__ == "__main__":
    show()
