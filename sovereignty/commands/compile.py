"""`sovereignty compile`: the zone's documents in a folder, and how much of the quotas they take."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sovereignty.commands.inputs import landed
from sovereignty.compile import everything, output
from sovereignty.compile.document import Document
from sovereignty.documents import shown_path
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

FOUNDATION = "foundation"


def run(name: str, out: str | None, stack: Path | None, zones_dir: Path | None, summary: bool) -> None:
    """Compiles one zone. Without `out` nothing is written, and then the summary is what is asked for."""
    if name == FOUNDATION:
        found = "This release compiles nothing for the organization's root: all that binds hangs below the zones."
        raise InputError(Problem(f"compile {FOUNDATION}", found, "Name a zone."))
    if out is None and not summary:
        found = "Nothing says where the documents go."
        raise InputError(Problem("compile", found, "Add --out DIR, or --summary to see their sizes only."))
    if out is not None and not out.strip():
        raise InputError(Problem("--out", "It is empty.", "Name the folder to write."))
    zone, deployment = landed(name, zones_dir, stack)
    documents = everything.documents(zone, deployment)
    folder = None if out is None else Path(out)
    if folder is not None:
        output.write(zone.zone, documents, folder)
    if summary:
        show_sizes(zone, documents)
    if folder is not None:
        print(f"{shown_path(folder)}: {len(documents)} documents of zone {zone.zone}, and {output.MANIFEST}.")  # noqa: T201


def show_sizes(zone: Zone, documents: Iterable[Document]) -> None:
    """Prints the table of size against quota."""
    from sovereignty.commands.tables import print_table
    from sovereignty.compile.sizes import sizes

    place = f"partition {zone.aws.partition}" if zone.aws else f"cloud {zone.azure.cloud}" if zone.azure else ""
    print_table(
        ("document or target", "used", "limit", "%", "unit"),
        ((size.what, size.used, size.limit, size.percent, size.unit) for size in sizes(zone, documents)),
        f"zone {zone.zone}, {place}",
    )
