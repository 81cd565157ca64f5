"""What a sandbox run may see: its own folder, and nothing of the user's clouds.

Layout of the folder (`.sandbox` in the repository, ignored by git):

- `home/`      PULUMI_HOME with the stand-in plugins, and HOME
- `state/`     the file backend
- `store/`     what the stand-ins hold: the embedded cloud
- `projects/`  for each project, the copies of its stack files that the engine may write into
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

# Passed on from the user. A list of what is let in, not of what is kept out: a new credential variable of some tool
# must not reach the sandbox because nobody has heard of it yet. SOVEREIGN_ are this project's own.
PASSED = ("LANG", "LC_", "TERM", "COLORTERM", "NO_COLOR", "COLUMNS", "LINES", "TMPDIR", "TZ", "CI", "USER", "LOGNAME")
OURS = "SOVEREIGN_"
AGAIN = "`make clean-sandbox` forgets the sandbox; the next run starts anew"
PASSPHRASE = "sandbox"  # noqa: S105  (protects nothing: the sandbox holds no secret of anybody)


@dataclass(frozen=True)
class Sandbox:
    """One embedded cloud: a folder, and the engine that runs on it."""

    root: Path  # the repository
    folder: Path  # absolute; by default root/.sandbox
    engine: Path  # the folder with `pulumi` and its language host

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def projects(self, project: str) -> Path:
        return self.folder / "projects" / project

    def variables(self) -> dict[str, str]:
        """The whole environment of the engine and of everything it starts."""
        passed = {k: v for k, v in os.environ.items() if k.startswith((*PASSED, OURS))}
        return passed | {
            "PATH": os.pathsep.join([str(python().parent), str(self.engine), os.defpath]),
            "HOME": str(self.home),
            "VIRTUAL_ENV": str(python().parent.parent),
            "PULUMI_HOME": str(self.home),
            "PULUMI_BACKEND_URL": self.state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_CONFIRMATIONS": "true",
            "PULUMI_DEBUG_COMMANDS": "true",  # the engine hides --event-log without it
            "SOVEREIGN_SANDBOX": str(self.folder),
        }

    def create(self) -> None:
        """Makes the folders; nobody but the user may look into them, since state is data."""
        for folder in (self.folder, self.home, self.state, self.folder / "store"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextmanager
    def guarded(self, what: str, *, shared: bool = False, wait: bool = True) -> Iterator[bool]:
        """Holds the lock `what` of this sandbox while this process is in the block. Gives whether it has it."""
        with (self.folder / f"{what}.lock").open("w") as lock:
            kind = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
            held = False
            with suppress(BlockingIOError):
                fcntl.flock(lock, kind)
                held = True
            yield held


def python() -> Path:
    """The interpreter of the virtual environment; not resolved, since a link leads out of it."""
    return Path(sys.executable)
