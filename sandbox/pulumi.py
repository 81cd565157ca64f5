"""Runs the engine in the sandbox."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.environment import Sandbox


class EngineRunError(Exception):
    """The engine ended with an error that it has not shown the user."""

    def __init__(self, arguments: Sequence[str], code: int, output: str) -> None:
        super().__init__(f"pulumi {' '.join(arguments)}: exit code {code}\n{output}".rstrip())
        self.code = code


def run(
    sandbox: Sandbox,
    arguments: Sequence[str],
    folder: Path,
    *,
    quiet: bool = False,
    check: bool = True,
    given: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Runs `pulumi` with the arguments in a project's folder.

    Shown as it runs, or, if quiet, kept and raised with an EngineRunError when it fails (unless check is off).
    """
    # Non-interactive, the engine never colours by itself; quiet output may be parsed.
    colour = not quiet and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    command = [
        str(sandbox.engine / "pulumi"),
        "--non-interactive",
        "--color",
        "always" if colour else "never",
        *arguments,
    ]
    before = signal.getsignal(signal.SIGINT)
    if not quiet:
        sys.stdout.flush()
        # The terminal sends an interrupt to the engine as well, which ends in order: we wait for it. A handler, since
        # the engine would inherit an ignored signal.
        signal.signal(signal.SIGINT, lambda *_: None)
    try:
        with subprocess.Popen(
            command,
            cwd=folder,
            env=sandbox.variables(),
            text=True,
            stdin=subprocess.PIPE if given is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
        ) as process:
            output, _ = process.communicate(given)
    finally:
        if not quiet:
            signal.signal(signal.SIGINT, before)
    if check and process.returncode:
        raise EngineRunError(arguments, process.returncode, output or "")
    return subprocess.CompletedProcess(command, process.returncode, output or "")
