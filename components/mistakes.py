"""How a program tells a user's mistake: what the error says, once, and nothing of how the program is made."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pulumi

from sovereignty.errors import InputError

USER_HAS_BEEN_TOLD = 32
"""Exit code after which Pulumi's language hosts add nothing of their own (pulumi-language-python-exec)."""


@contextmanager
def told() -> Iterator[None]:
    """Ends the program with the message of an InputError that is raised within."""
    try:
        yield
    except InputError as mistake:
        pulumi.log.error(str(mistake))
        sys.exit(USER_HAS_BEEN_TOLD)
