"""Finds the Pulumi engine, and builds it where the official CLI is not installed.

`python tools/engine/locate.py` prints the folder that holds `pulumi` and its Python language host; with `yaml` behind
it, the language host of YAML programs is there as well. Needs only the standard library: it runs before anything is
installed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MINIMUM = (3, 259, 0)  # the oldest CLI that the tests have run on; requiredPulumiVersion says the same
BELOW = (4, 0, 0)
HERE = Path(__file__).resolve().parent
LANGUAGE_HOST = "pulumi-language-python"
YAML_HOST = "pulumi-language-yaml"
OFFICIAL = "curl -fsSL https://get.pulumi.com | sh"  # https://www.pulumi.com/docs/install/
PACKAGES = 1_690  # compiled in a cold build of the pinned modules (`go list -deps`); only the progress line uses it


class EngineError(Exception):
    """No engine can be had here; the text says why and what to do."""


def locate() -> Path:
    """The folder of the engine's executables. A first build takes minutes and says so on standard error."""
    return on_path() or built()


def locate_with_yaml() -> Path:
    """The same folder, with the language host of YAML programs in it: built when it is first asked for, as few need it.

    An official CLI has its own.
    """
    folder = on_path()
    if folder is None:
        return _with_yaml_built(built())
    if not (folder / "pulumi").resolve().with_name(YAML_HOST).exists() and not shutil.which(YAML_HOST):
        raise EngineError(f"The Pulumi CLI in {folder} has no {YAML_HOST} beside it. Install it anew: {OFFICIAL}")
    return folder


def cache() -> Path:
    """Where what is slow to make is kept, outside the tree, for every clone."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sovereign-zones"


def on_path() -> Path | None:
    """The folder of the `pulumi` on PATH, if it is supported and has its Python language host with it."""
    found = shutil.which("pulumi")
    if not found:
        return None
    cli = Path(found).resolve()
    host = (cli.parent / LANGUAGE_HOST).exists() or shutil.which(LANGUAGE_HOST)
    version = _version_of(cli)
    if not version or not host or not MINIMUM <= version < BELOW:
        text = ".".join(map(str, version)) if version else "of unknown version"
        why = "has no Python language host beside it" if not host else f"is not {_dotted(MINIMUM)} to below 4"
        print(f"pulumi on PATH ({found}, {text}) is left aside: it {why}.", file=sys.stderr)
        return None
    return Path(found).parent


def built() -> Path:
    """The engine built from the modules pinned in go.mod, made now if it is not in the cache."""
    folder = cache() / "engine" / f"{_fingerprint()}-{platform.system()}-{platform.machine()}".lower()
    if (folder / "pulumi").exists():
        return folder
    _check_go()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="building-") as scratch:
        _say(
            "No Pulumi CLI on PATH: building the engine from its pinned Go modules. This happens once and usually\n"
            f"takes about five minutes on two cores. (To skip it, install the official CLI: {OFFICIAL})"
        )
        _build(Path(scratch) / "bin")
        with contextlib.suppress(OSError):  # another clone was quicker: the same bytes stand there already
            (Path(scratch) / "bin").rename(folder)
    if not (folder / "pulumi").exists():
        raise EngineError(f"{folder}: the engine was built but could not be put there.")
    return folder


def _with_yaml_built(folder: Path) -> Path:
    if not (folder / YAML_HOST).exists():
        _check_go()
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="building-") as scratch:
            _say("Building the language host of YAML programs, once: about half a minute.")
            _build(Path(scratch), "yaml")
            (Path(scratch) / YAML_HOST).replace(folder / YAML_HOST)
    return folder


def _version_of(cli: Path) -> tuple[int, ...] | None:
    """Asks the CLI once for each build of it: the question costs as much as a small preview's start."""
    memory = cache() / "cli.json"
    status = cli.stat()
    key = f"{cli} {status.st_mtime_ns} {status.st_size}"
    with contextlib.suppress(OSError, ValueError):
        known = json.loads(memory.read_text())
        if known["key"] == key:
            return tuple(known["version"])
    try:
        out = subprocess.run([str(cli), "version"], capture_output=True, text=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)", out.strip())
    if not match:
        return None
    version = tuple(map(int, match.groups()))
    with contextlib.suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.write_text(json.dumps({"key": key, "version": version}))
    return version


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for file in sorted([HERE / "go.mod", HERE / "go.sum", HERE / "build.sh", *(HERE / LANGUAGE_HOST).glob("*.go")]):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _check_go() -> None:
    wanted = re.search(r"^go (\d+)\.(\d+)", (HERE / "go.mod").read_text(), re.MULTILINE)
    if wanted is None:
        raise EngineError(f"{HERE / 'go.mod'}: names no Go version.")
    install = f"Install the Pulumi CLI ({OFFICIAL}), or Go {wanted[1]}.{wanted[2]} or newer and try again."
    if not shutil.which("go"):
        raise EngineError(f"Neither the Pulumi CLI nor Go is on PATH.\n  {install}")
    out = subprocess.run(["go", "version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"go(\d+)\.(\d+)", out)
    if not found or (int(found[1]), int(found[2])) < (int(wanted[1]), int(wanted[2])):
        raise EngineError(f"Go on PATH is too old to build the engine: {out.strip() or 'no version'}.\n  {install}")


def _build(target: Path, *what: str) -> None:
    start, compiled, tail = time.monotonic(), 0, []
    command = ["bash", str(HERE / "build.sh"), str(target), *what]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr  # noqa: S101  (PIPE was asked for)
        shown = 0.0
        for line in process.stderr:
            tail = [*tail[-20:], line]
            compiled += not line.startswith("go: ")
            if (now := time.monotonic()) - shown > (1 if sys.stderr.isatty() else 30):
                shown = now
                of = "" if what else f" of about {PACKAGES}"
                doing = f"compiled {compiled}{of} packages" if compiled else "downloading modules"
                _progress(f"  {int(now - start) // 60}:{int(now - start) % 60:02d}  {doing}")
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if process.returncode:
        raise EngineError(
            "The engine could not be built:\n" + "".join(tail) + f"  Install the Pulumi CLI instead: {OFFICIAL}"
        )
    print(f"Ready after {int(time.monotonic() - start)} s.", file=sys.stderr)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text:<60}", end="", file=sys.stderr, flush=True)
    else:
        _say(text)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["yaml"]):
        print("usage: locate.py [yaml]", file=sys.stderr)
        return 2
    try:
        print(locate_with_yaml() if arguments else locate())
    except EngineError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
