"""Tables as the commands print them: in a terminal as wide as it is, in a pipe as plain text."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sovereignty.commands.printable import printable

_PIPE_WIDTH = 180
"""Of what is read by another program, or paged: wide enough that names stay whole."""

_BETWEEN = 3
"""Columns that stand between two cells of such a table."""
_EDGES = 2
"""And those that stand before the first and after the last."""
_WHOLE = 60
"""A wider first column would leave the others no room."""


def console() -> Console:
    """The console of standard output."""
    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else _PIPE_WIDTH
    return Console(highlight=False, width=width)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """Prints rows of text and numbers; numbers stand to the right."""
    numbered = [tuple(row) for row in rows]
    listed = [tuple(map(_shown, row)) for row in numbered]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=Text(title) if title else None, title_justify="left")
    out = console()
    widths = _widths(columns, listed, out.width)
    for place, column in enumerate(columns):
        numbers = bool(numbered) and all(isinstance(row[place], int) for row in numbered)
        # a short name of what the row is about stays whole
        whole = place == 0 and all(len(row[0]) <= _WHOLE for row in listed)
        table.add_column(
            Text(column),
            justify="right" if numbers else "left",
            overflow="fold",
            no_wrap=whole,
            width=widths[place],
        )
    for row in listed:
        # text, not markup: what is shown may hold brackets
        table.add_row(*map(Text, row))
    out.print(table)


def fits(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> bool:
    """Whether `print_table` has room for these rows without breaking a word."""
    return _widths(columns, [tuple(map(_shown, row)) for row in rows], console().width)[0] is not None


def _shown(cell: object) -> str:
    return f"{cell:,}" if isinstance(cell, int) else printable(str(cell))


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[int | None]:
    """The width of each column, so that no word is broken; None for all where there is no room for that.

    What is left beside the longest words goes to the columns by what they lack.
    """
    cells = [[column, *(row[place] for row in rows)] for place, column in enumerate(columns)]
    whole = [max(map(len, texts)) for texts in cells]
    least = [max((len(word) for text in texts for word in text.split()), default=1) for texts in cells]
    if rows and all(len(row[0]) <= _WHOLE for row in rows):
        least[0] = whole[0]
    room = width - _BETWEEN * (len(columns) - 1) - _EDGES
    if sum(whole) <= room:
        return [*whole]
    if sum(least) > room:
        return [None] * len(columns)
    lacking = [full - word for full, word in zip(whole, least, strict=True)]
    spare = room - sum(least)
    return [word + spare * lacks // sum(lacking) for word, lacks in zip(least, lacking, strict=True)]
