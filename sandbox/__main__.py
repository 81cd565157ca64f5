"""`python -m sandbox COMMAND`: the repository's stacks on the real engine and the embedded cloud. `make` calls it."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from sandbox import acts, summary
from sandbox.environment import Sandbox, python
from sandbox.packed import packed
from sandbox.plugins import install
from sandbox.pulumi import EngineRunError, run
from sandbox.recovery import busy, recover
from sandbox.stacks import Stack, settings_copy, stack
from sovereignty.errors import InputError, Problem
from tools.engine.locate import EngineError, locate

ROOT = Path(__file__).resolve().parents[1]
FOUNDATION = (ROOT / "foundation", "org")
EXAMPLES = ROOT / "examples"
_AS_IT_IS = argparse.RawDescriptionHelpFormatter


def main(arguments: list[str] | None = None) -> int:
    try:
        return _command(_parser().parse_args(arguments))
    except (InputError, EngineError) as error:
        print(error, file=sys.stderr)
        return 2
    except EngineRunError as error:
        print(error, file=sys.stderr)
        return 3
    except BrokenPipeError:  # what reads the output has gone; Python would say so once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}\n  Give --folder a folder that you may write into", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / ".sandbox", help="the sandbox (default: .sandbox)")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in {
        "up": "deploy the foundation, then the zone, under the policy pack",
        "preview": "show what up would do",
        "refresh": "compare the zone's state with what stands in the sandbox",
        "down": "destroy the zone; what is protected stays",
        "outputs": "print the stack's outputs",
    }.items():
        command = commands.add_parser(name, help=text)
        command.add_argument("stack", nargs="?", default="eu")
        if name == "preview":
            command.add_argument("--demo", help="a program in examples/ that must be refused")
            command.add_argument("--no-pack", action="store_true", help="judge nothing")
    commands.add_parser("forget", help="remove the sandbox and all that it holds")
    acts.add_to(
        commands.add_parser(
            "act", help="do what people do by hand", description=acts.__doc__, formatter_class=_AS_IT_IS
        )
    )
    engine = commands.add_parser("pulumi", help="run pulumi itself in the sandbox")
    engine.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser


def _command(wanted: argparse.Namespace) -> int:
    folder = wanted.folder.absolute()
    if wanted.command == "forget":
        return _forget(folder)
    if wanted.command == "act":
        _say(acts.act(folder, wanted))
        return 0
    sandbox = Sandbox(ROOT, folder, locate())
    sandbox.create()
    install(sandbox.home, python())
    if wanted.command == "pulumi":
        arguments = [a for n, a in enumerate(wanted.arguments) if n or a != "--"]
        return run(sandbox, arguments, Path.cwd(), check=False).returncode
    if wanted.command in ("up", "preview"):
        # Said here once, and of the user's file: the engine would say it of whatever stack it comes to first.
        packed(sandbox)
    if wanted.command == "preview" and wanted.demo:
        return _demo(sandbox, wanted.demo)
    zone = stack(ROOT, wanted.stack)
    if wanted.command == "up":
        return _up(sandbox, zone)
    if wanted.command == "down":
        return _down(sandbox, zone)
    if wanted.command == "refresh":
        return _engine(sandbox, zone, ["refresh", "--yes"])
    if wanted.command == "outputs":
        return _engine(sandbox, zone, ["stack", "output"], settings=False)
    _foundation(sandbox)  # the zone's program reads its outputs
    return _engine(sandbox, zone, ["preview", *([] if wanted.no_pack else packed(sandbox))])


def _up(sandbox: Sandbox, zone: Stack) -> int:
    start = time.monotonic()
    _say("Sandbox: the real engine and the real policy pack; the clouds are stand-ins on this machine.")
    with sandbox.guarded("zones", shared=True), tempfile.TemporaryDirectory(dir=sandbox.folder) as scratch:
        _foundation(sandbox)
        events = Path(scratch) / "events"
        code = _engine(
            sandbox, zone, ["up", "--yes", "--suppress-outputs", "--event-log", str(events), *packed(sandbox)]
        )
        if code:
            return code
        summary.show(summary.resources(sandbox, zone), zone, events, time.monotonic() - start)
    return 0


def _down(sandbox: Sandbox, zone: Stack) -> int:
    code = _engine(sandbox, zone, ["destroy", "--yes", "--exclude-protected", "--suppress-outputs"])
    if code:
        return code
    summary.show_what_stays(summary.resources(sandbox, zone))
    with sandbox.guarded("zones", wait=False) as alone:
        if not alone:
            _say("The foundation stays: another run needs it.")
            return 0
        others = [stack(ROOT, f.name.split(".")[1]) for f in sorted(ROOT.glob("Pulumi.*.yaml"))]
        living = [s.name for s in others if summary.resources(sandbox, s)]
        if living:
            _say(f"The foundation stays: {', '.join(living)} stand{'s' if len(living) == 1 else ''} on it.")
            return 0
        with sandbox.guarded("foundation"):
            return _engine(sandbox, stack(*FOUNDATION), ["destroy", "--yes", "--exclude-protected"], quiet=True)


def _demo(sandbox: Sandbox, name: str) -> int:
    """Previews a program that leaks. Succeeds when it was refused."""
    demos = sorted(f.parent.name for f in EXAMPLES.glob("*/Pulumi.yaml"))
    if name not in demos:
        raise InputError(Problem(f"DEMO={name}", "there is no such example", f"Use one of: {' '.join(demos)}"))
    with tempfile.TemporaryDirectory(dir=sandbox.folder) as scratch:
        events = Path(scratch) / "events"
        code = _engine(sandbox, stack(EXAMPLES / name, "eu"), ["preview", "--event-log", str(events), *packed(sandbox)])
        refused = bool(code) and summary.refused(events)
    if refused:
        said = "was refused, as it should be"
    else:
        said = "failed, but the policy pack refused nothing" if code else "was NOT refused: this is a defect"
    _say(f"\nThe program in examples/{name} {said}.")
    return 0 if refused else 1


def _foundation(sandbox: Sandbox) -> None:
    """Deploys what an organization has once. Silent unless it fails: the zone is what the user asked for."""
    foundation = stack(*FOUNDATION)
    with sandbox.guarded("foundation"):  # two zones may be deployed at once: the second waits
        if summary.resources(sandbox, foundation):
            _say("Foundation: checked.")
        else:
            _say("Foundation: deploying the organization's own part, once.")
        # the update asks the pack as well; a preview that nobody sees would take as long again
        _engine(sandbox, foundation, ["up", "--yes", "--skip-preview", *packed(sandbox)], quiet=True)


def _engine(sandbox: Sandbox, on: Stack, arguments: list[str], *, settings: bool = True, quiet: bool = False) -> int:
    config = ["--config-file", str(settings_copy(sandbox, on))] if settings else []
    for line in recover(sandbox, on):
        _say(line)
    return run(sandbox, [*arguments, "--stack", on.name, *config], on.folder, quiet=quiet, check=quiet).returncode


def _forget(folder: Path) -> int:
    if not folder.exists():
        return 0
    if not (folder / "home").is_dir():
        raise InputError(Problem(str(folder), "is not a sandbox", "A sandbox has the folders home, state and store"))
    sandbox = Sandbox(ROOT, folder, folder)  # no engine is needed to forget
    with sandbox.guarded("zones", wait=False) as alone:
        if not alone or busy(sandbox):
            raise InputError(Problem(str(folder), "a run is still going on in it", "Wait for its end, or stop it"))
        shutil.rmtree(folder)
    return 0


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
