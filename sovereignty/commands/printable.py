"""Text of others as a terminal may safely show it."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text with what moves a cursor, colours, breaks a line or turns its direction as an escape: `\\x1b`."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
