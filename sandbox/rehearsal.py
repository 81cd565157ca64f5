"""A rehearsal aid for tests of recovery: stops a stand-in in the middle of a change, so that it can be killed there.

SOVEREIGN_SANDBOX_PAUSE="<create|update|delete>:<type token>:<before|after>" names the point: before or after the change
in the store, in either case before the engine has its answer. The stand-in then writes `paused` into the sandbox folder
(its own process id and its parent's, one a line) and waits until it is killed.
"""

import os
import threading
from pathlib import Path

VARIABLE = "SOVEREIGN_SANDBOX_PAUSE"


def point(folder: Path, verb: str, token: str, moment: str) -> None:
    """Returns at once unless this very point is the one to pause at."""
    if os.environ.get(VARIABLE) != f"{verb}:{token}:{moment}":
        return
    written = folder / f"paused.{os.getpid()}"
    written.write_text(f"{os.getpid()}\n{os.getppid()}\n")
    written.replace(folder / "paused")
    threading.Event().wait()
