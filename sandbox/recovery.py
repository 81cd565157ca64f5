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

from sandbox.environment import AGAIN, Sandbox
from sandbox.pulumi import run
from sandbox.running import stand_ins
from sandbox.settle import Held, Settled, settle
from sandbox.stacks import Stack, state
from sandbox.store import BrokenStoreError, Store
from sovereignty.errors import InputError, Problem

HALF_WRITTEN = 2  # seconds that an engine may take to write its lock; it takes a thousandth
LAST_WORDS = 10  # seconds that a stand-in has, after its engine's death, to end by itself; it looks every second


def recover(sandbox: Sandbox, stack: Stack) -> list[str]:
    """Settles what a killed run of the stack left. Gives a line for each thing done; nothing to do: none.

    While another run of the stack is alive nothing is touched: the engine itself refuses the second one.
    """
    lines: list[str] = []
    locks = list(_locks(sandbox, stack.qualified()))
    if any(_alive(holder) for _, holder in locks):
        return lines
    store = _store(sandbox)
    for lock, holder in locks:
        _end_stand_ins(sandbox, int(holder["pid"]))
        lock.unlink(missing_ok=True)
        lock.with_name(lock.name + ".attrs").unlink(missing_ok=True)  # the backend's note beside each file
        lines.append(f"The last run was killed (process {holder['pid']} is gone): its lock is taken over.")
    settled = [*_settle(sandbox, stack, store), *_undo(sandbox, stack, store)]
    return lines + [f"  {s.urn.split('::', 2)[2]}: {s.operation} {s.outcome}" for s in settled]


def busy(sandbox: Sandbox) -> bool:
    """Whether an engine or a stand-in of this host still works on the sandbox, for whatever stack."""
    with suppress(InputError):  # a lock that nobody can read is nobody's
        here = (holder for _, holder in _locks(sandbox, "**") if holder["hostname"] == socket.gethostname())
        if any(map(_alive, here)):
            return True
    return any("sandbox.provider" in _command(pid) for pid, _ in stand_ins(sandbox.folder))


def _store(sandbox: Sandbox) -> Store:
    try:
        store = Store(sandbox.folder / "store")
        store.check()
    except BrokenStoreError:
        raise InputError(Problem(str(sandbox.folder / "store"), "is damaged: a part of it is gone", AGAIN)) from None
    return store


def _locks(sandbox: Sandbox, stack: str) -> Iterator[tuple[Path, dict[str, str]]]:
    for lock in sorted((sandbox.state / ".pulumi" / "locks").glob(f"{stack}/*.json")):
        with suppress(FileNotFoundError):  # released between the listing and the reading
            yield lock, _holder(lock)


def _holder(lock: Path) -> dict[str, str]:
    """Who a lock says that holds it. Raises InputError if it says nothing, however long one waits."""
    deadline = time.monotonic() + HALF_WRITTEN
    while True:
        try:
            found = json.loads(lock.read_text())
            return {"hostname": str(found["hostname"]), "pid": str(int(found["pid"]))}
        except (ValueError, KeyError, TypeError):
            if time.monotonic() > deadline:
                break
        time.sleep(0.05)
    right = f"Where no other run is alive, remove it (the run that wrote it was killed), or: {AGAIN}"
    raise InputError(Problem(str(lock), "is cut off: it does not say which run holds the stack", right)) from None


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


def _undo(sandbox: Sandbox, stack: Stack, store: Store) -> Iterator[Settled]:
    """Takes back what a stand-in made just before it was killed alone: its engine lived on and counts it as failed."""
    mine = [row for row in store.untold() if row.urn.startswith(f"urn:pulumi:{stack.name}::{stack.project}::")]
    if not mine:
        return
    resources = state(sandbox, stack).get("resources") or []
    known = {(r["urn"], r.get("id")) for r in resources if not r.get("pendingReplacement")}
    for row in mine:
        if (row.urn, row.id) in known:
            store.told(row)
        else:
            store.forget(row)
            yield Settled(row.urn, "creating", "was made, but its stand-in was killed before it could say so: undone")


def _settle(sandbox: Sandbox, stack: Stack, store: Store) -> list[Settled]:
    if not state(sandbox, stack).get("pending_operations"):
        return []  # asking the engine costs a second, on each warm run
    folder, name = sandbox.projects(stack.project), ["--stack", stack.name]
    export = json.loads(run(sandbox, ["stack", "export", "--show-secrets", *name], folder, quiet=True).stdout)

    def held(urn: str) -> list[Held]:
        # urn:pulumi:<stack>::<project>::<type of the parents$type>::<name>, the type starts with its package
        return [*store.by_urn(urn.split("::")[2].rpartition("$")[2].partition(":")[0], urn)]

    export["deployment"], report = settle(export["deployment"], held)
    run(sandbox, ["stack", "import", *name], folder, quiet=True, given=json.dumps(export))
    return report
