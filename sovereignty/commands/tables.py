"""Tables as the commands print them: in a terminal as wide as it is, in a pipe as plain text."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text


class PlainConsole(Console):
    """A console that leaves a closed pipe to the program: rich would exit with 1, which means a violation here."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


_PIPE_WIDTH = 160
"""Of what is read by another program, or paged: wide enough that names stay whole."""

_WHOLE = 60
"""A wider first column would leave the others no room."""


def console() -> PlainConsole:
    """The console of standard output."""
    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else _PIPE_WIDTH
    return PlainConsole(highlight=False, width=width)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """Prints rows of text and numbers; numbers stand to the right."""
    listed = [tuple(row) for row in rows]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=Text(title) if title else None, title_justify="left")
    for place, column in enumerate(columns):
        numbers = bool(listed) and all(isinstance(row[place], int) for row in listed)
        # a short name of what the row is about stays whole
        whole = place == 0 and all(len(str(row[0])) <= _WHOLE for row in listed)
        table.add_column(Text(column), justify="right" if numbers else "left", overflow="fold", no_wrap=whole)
    for row in listed:
        # text, not markup: what is shown may hold brackets
        table.add_row(*(Text(f"{cell:,}" if isinstance(cell, int) else str(cell)) for cell in row))
    console().print(table)
