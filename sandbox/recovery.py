"""Takes up after a run that was killed: its lock, its stand-ins, its pending operations."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sandbox.environment import Sandbox
from sandbox.pulumi import run
from sandbox.running import stand_ins
from sandbox.settle import Held, Settled, settle
from sandbox.stacks import Stack
from sandbox.store import Store

LAST_WORDS = 10  # seconds that a stand-in has, after its engine's death, to end by itself; it looks every second


def recover(sandbox: Sandbox, stack: Stack) -> list[str]:
    """Settles what a killed run of the stack left. Gives a line for each thing done; nothing to do: none.

    While another run of the stack is alive nothing is touched: the engine itself refuses the second one.
    """
    lines: list[str] = []
    locks = list(_locks(sandbox, stack))
    if any(_alive(holder) for _, holder in locks):
        return lines
    for lock, holder in locks:
        _end_stand_ins(sandbox, int(holder["pid"]))
        lock.unlink(missing_ok=True)
        lock.with_name(lock.name + ".attrs").unlink(missing_ok=True)  # the backend's note beside each file
        lines.append(f"The last run was killed (process {holder['pid']} is gone): its lock is taken over.")
    lines += [f"  {s.urn.split('::', 2)[2]}: {s.operation} {s.outcome}" for s in _settle(sandbox, stack)]
    return lines


def _locks(sandbox: Sandbox, stack: Stack) -> Iterator[tuple[Path, dict[str, str]]]:
    for lock in sorted((sandbox.state / ".pulumi" / "locks" / stack.qualified()).glob("*.json")):
        with suppress(FileNotFoundError):  # released between the listing and the reading
            yield lock, json.loads(lock.read_text())


def _alive(holder: dict[str, str]) -> bool:
    """Whether a lock's process may still run. What can't be known (another host) counts as alive."""
    if holder["hostname"] != socket.gethostname():
        return True
    # The number may have gone to another program since.
    return "pulumi" in _command(int(holder["pid"]))


def _end_stand_ins(sandbox: Sandbox, engine: int) -> None:
    """Waits until no stand-in of the dead engine can change the store any more."""
    deadline = time.monotonic() + LAST_WORDS
    while orphans := [pid for pid, owner in stand_ins(sandbox.folder) if owner == engine]:
        orphans = [pid for pid in orphans if "sandbox.provider" in _command(pid)]
        if not orphans:
            return
        if time.monotonic() > deadline:
            for pid in orphans:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)


def _command(pid: int) -> str:
    """The command line of a process; empty if there is none, or only a zombie."""
    if Path("/proc/self/cmdline").exists():  # small containers have no ps
        with suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    done = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "" if done.stdout.strip() in ("", "(pulumi)") else done.stdout.strip()


def _settle(sandbox: Sandbox, stack: Stack) -> list[Settled]:
    checkpoint = sandbox.state / ".pulumi" / "stacks" / stack.project / f"{stack.name}.json"
    if not checkpoint.exists() or '"pending_operations"' not in checkpoint.read_text():
        return []  # asking the engine costs a second, on each warm run
    folder, name = sandbox.projects(stack.project), ["--stack", stack.name]
    export = json.loads(run(sandbox, ["stack", "export", "--show-secrets", *name], folder, quiet=True).stdout)
    store = Store(sandbox.folder / "store")

    def held(urn: str) -> list[Held]:
        # urn:pulumi:<stack>::<project>::<type of the parents$type>::<name>, the type starts with its package
        return [*store.by_urn(urn.split("::")[2].rpartition("$")[2].partition(":")[0], urn)]

    export["deployment"], report = settle(export["deployment"], held)
    run(sandbox, ["stack", "import", *name], folder, quiet=True, given=json.dumps(export))
    return report
