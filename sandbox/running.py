"""Which stand-ins run on a sandbox, and for which engine: so that the run after a kill can wait for their end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def announced(folder: Path) -> Iterator[None]:
    """Announces this process as a stand-in of its parent, the engine, for as long as the block lasts."""
    file = _announcements(folder) / str(os.getpid())
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.write_text(str(os.getppid()))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def stand_ins(folder: Path) -> list[tuple[int, int]]:
    """The announced stand-ins that may still run, each with its engine's process number."""
    found = []
    for file in _announcements(folder).glob("[0-9]*"):
        with suppress(FileNotFoundError, ValueError):  # it ended, or is just starting
            pid, engine = int(file.name), int(file.read_text())
            if alive(pid):
                found.append((pid, engine))
            else:
                file.unlink(missing_ok=True)  # killed: it could not take its announcement back
    return found


def alive(pid: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's, so it is there
        return True
    return True


def _announcements(folder: Path) -> Path:
    return folder / "running"
