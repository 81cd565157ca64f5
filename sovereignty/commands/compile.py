"""`sovereignty compile`: a zone's documents, or the foundation's, in a folder, and how much of the quotas they take."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sovereignty.commands.inputs import landed, zones_folder
from sovereignty.compile import everything, output
from sovereignty.compile.document import Document
from sovereignty.compile.sizes import Size, root_sizes, sizes
from sovereignty.documents import shown_path
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

FOUNDATION = "foundation"


def run(name: str, out: str | None, stack: Path | None, zones_dir: Path | None, summary: bool) -> None:
    """Compiles one zone, or the foundation. Without `out` nothing is written, and the summary is what is asked for."""
    if out is None and not summary:
        found = "Nothing says where the documents go."
        raise InputError(Problem("compile", found, "Add --out DIR, or --summary to see their sizes only."))
    if out is not None and not out.strip():
        raise InputError(Problem("--out", "It is empty.", "Name the folder to write."))
    folder = None if out is None else Path(out)
    if name == FOUNDATION:
        partition, documents = _of_foundation(zones_dir, stack)
        if folder is not None:
            output.write(FOUNDATION, documents, folder)
        if summary:
            _show(root_sizes(partition, documents), f"{FOUNDATION}, partition {partition}")
    else:
        zone, deployment = landed(name, zones_dir, stack)
        documents = everything.documents(zone, deployment)
        if folder is not None:
            output.write(zone.zone, documents, folder)
        if summary:
            show_sizes(zone, documents)
    if folder is not None:
        whose = f"the {FOUNDATION}" if name == FOUNDATION else f"zone {name}"
        print(f"{shown_path(folder)}: {len(documents)} documents of {whose}, and {output.MANIFEST}.")  # noqa: T201


def _of_foundation(zones_dir: Path | None, stack: Path | None) -> tuple[str, tuple[Document, ...]]:
    """The partition and the documents of the foundation whose stack file is named, else of the one beside the zones."""
    from sovereignty.compile import foundation
    from sovereignty.foundation_deployment import load_stack

    default = zones_folder(zones_dir).absolute().parent / FOUNDATION / "Pulumi.org.yaml"
    if stack is None and not default.exists():
        found = "The foundation's stack file is not there, and what is compiled names its account and organization."
        raise InputError(
            Problem(shown_path(default), found, "Write it (docs/foundation.md), or name another by --stack.")
        )
    given, region, where = load_stack(stack or default)
    return foundation.partition(region, where), foundation.documents(given, region, where)


def show_sizes(zone: Zone, documents: Iterable[Document]) -> None:
    """Prints the table of size against quota."""
    place = f"partition {zone.aws.partition}" if zone.aws else f"cloud {zone.azure.cloud}" if zone.azure else ""
    _show(sizes(zone, documents), f"zone {zone.zone}, {place}")


def _show(found: Iterable[Size], title: str) -> None:
    from sovereignty.commands.tables import print_table

    print_table(
        ("document or target", "used", "limit", "%", "unit"),
        ((size.what, size.used, size.limit, size.percent, size.unit) for size in found),
        title,
    )
