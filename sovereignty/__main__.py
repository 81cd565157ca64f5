"""The command line; what a command does is in sovereignty/commands/, imported when it is called.

Exit codes: 0 nothing found, 1 a violation or a difference, 2 bad input, 3 a fault of ours.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any, cast

import typer

FOUND = 1
BAD_INPUT = 2
OUR_FAULT = 3
DEBUG = "SOVEREIGNTY_DEBUG"

app = typer.Typer(
    name="sovereignty",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


ZonesDir = Annotated[
    Path | None, typer.Option(help="The folder that declares the zones. Default: zones/.", show_default=False)
]
StackFile = Annotated[
    Path | None,
    typer.Option("--stack", help="The stack file. Default: Pulumi.<zone>.yaml beside zones/.", show_default=False),
]


class MatrixFormat(StrEnum):
    """How `controls` is printed."""

    TABLE = "table"
    JSON = "json"
    MD = "md"


class DiffFormat(StrEnum):
    """How `diff` is printed."""

    TEXT = "text"
    JSON = "json"


class PageFormat(StrEnum):
    """How `bootstrap` is written."""

    MD = "md"
    SH = "sh"


@app.callback()
def _commands() -> None:
    """The law of your zones: what they declare, and whether it holds."""


@app.command()
def check(
    zone: Annotated[str | None, typer.Argument(help="The zone to check. Default: all zones of the folder.")] = None,
    zones_dir: ZonesDir = None,
    stack: StackFile = None,
    state: Annotated[
        Path | None,
        typer.Option(
            help="A stack's state (pulumi stack export): is there anything outside the zone?", show_default=False
        ),
    ] = None,
    pack_config: Annotated[
        Path | None,
        typer.Option(help="A configuration of the policy pack to check as well (JSON).", show_default=False),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day on which laws and decisions are read. Default: today."),
    ] = None,
) -> None:
    """Check zone files, and the stack files beside them, and show what they declare."""
    with _told_plainly():
        # imported here, so that `--help` waits for none of it
        from sovereignty.check import check as check_zones
        from sovereignty.check import default_zones_dir

        day = as_of.date() if as_of else date.today()
        folder = zones_dir or default_zones_dir()
        if state and zone is None:
            _tell("check --state: one zone has to be named, since a state belongs to one.")
            raise typer.Exit(BAD_INPUT)
        outcome = check_zones(folder, zone, stack, day)
        if outcome.checked:
            from sovereignty.check_view import show

            show(outcome, day)
        for problem in outcome.problems:
            _tell(str(problem))
        if outcome.problems:
            raise typer.Exit(BAD_INPUT)
        if pack_config:
            from sovereignty import pack_configuration
            from sovereignty.zone import load_all

            pack_configuration.load(pack_config, load_all(folder))
            print(f"{pack_config}: the policy pack's configuration is in order.")  # noqa: T201
        if state:
            from sovereignty.commands.residents import show as show_outside

            if show_outside(outcome.checked[0].zone, state):
                raise typer.Exit(FOUND)


@app.command()
def bootstrap(
    zone: Annotated[str, typer.Argument(help="The zone that is to come to be.")],
    break_glass_user: Annotated[
        list[str] | None,
        typer.Option(help="An IAM user who may break the glass, by ARN; several times for more.", show_default=False),
    ] = None,
    oidc_issuer: Annotated[
        str | None,
        typer.Option(help="URL of the CI's token issuer. Default: none, people with MFA.", show_default=False),
    ] = None,
    oidc_subject: Annotated[
        list[str] | None,
        typer.Option(help="The `sub` of a job that may deploy; several times for more.", show_default=False),
    ] = None,
    oidc_audience: Annotated[str, typer.Option(help="The `aud` of the CI's tokens.")] = "sts.amazonaws.com",
    service: Annotated[
        list[str] | None,
        typer.Option(help="A service that teams deploy besides the stack's own.", show_default=False),
    ] = None,
    account_role: Annotated[
        str, typer.Option(help="The role by which the management account administers the others.")
    ] = "OrganizationAccountAccessRole",
    sandbox_account: Annotated[
        str | None, typer.Option(help="An account that holds nothing, to be bound first.", show_default=False)
    ] = None,
    output_format: Annotated[PageFormat, typer.Option("--format", help="A page, or a script.")] = PageFormat.MD,
    out: Annotated[Path | None, typer.Option(help="The file to write. Default: it is printed.")] = None,
    stack: StackFile = None,
    zones_dir: ZonesDir = None,
) -> None:
    """Write how a zone's roles come to be before its policies bind them, with every command, and the way back."""
    with _told_plainly():
        from sovereignty.commands.bootstrap import Given, run
        from sovereignty.compile.roles.entrances import Entrances

        entrances = Entrances(
            oidc_issuer=oidc_issuer,
            oidc_audience=oidc_audience,
            oidc_subjects=oidc_subject or (),
            break_glass_users=break_glass_user or (),
            services=service or (),
        )
        given = Given(entrances, account_role, sandbox_account)
        run(zone, given, stack, zones_dir, output_format.value, out)


@app.command(name="compile")
def compile_zone(
    zone: Annotated[str, typer.Argument(help="The zone to compile.")],
    out: Annotated[str | None, typer.Option(help="The folder to write; replaced as a whole.")] = None,
    stack: StackFile = None,
    summary: Annotated[bool, typer.Option("--summary", help="Show each document's size against its quota.")] = False,
    zones_dir: ZonesDir = None,
) -> None:
    """Compile a zone to the policies of its enforcement points."""
    with _told_plainly():
        from sovereignty.commands.compile import run

        run(zone, out, stack, zones_dir, summary)


@app.command()
def controls(
    output_format: Annotated[MatrixFormat, typer.Option("--format", help="How to print it.")] = MatrixFormat.TABLE,
    zones_dir: ZonesDir = None,
) -> None:
    """Show which control is enforced at which point, by which test that is proved, and what nothing can refuse."""
    with _told_plainly():
        from sovereignty.commands.controls import run

        run(output_format.value, zones_dir)


@app.command()
def diff(
    zone: Annotated[str, typer.Argument(help="The zone as it is now.")],
    against: Annotated[
        str,
        typer.Option(help="What it is compared with: a folder of zones or of compiled documents, or a git revision."),
    ],
    stack: StackFile = None,
    output_format: Annotated[DiffFormat, typer.Option("--format", help="How to print it.")] = DiffFormat.TEXT,
    zones_dir: ZonesDir = None,
) -> None:
    """Show what a change of a zone changes in what is allowed."""
    with _told_plainly():
        from sovereignty.commands.diff import run

        if run(zone, against, stack, zones_dir, output_format.value):
            raise typer.Exit(FOUND)


@app.command()
def explain(
    zone: Annotated[str, typer.Argument(help="The zone whose law is asked.")],
    action: Annotated[str | None, typer.Option(help="An action of AWS, such as s3:PutObject.")] = None,
    region: Annotated[str | None, typer.Option(help="The region that is called, such as us-east-1.")] = None,
    principal: Annotated[
        str | None, typer.Option(help="Who calls, by ARN. Default: an ordinary role of the zone.", show_default=False)
    ] = None,
    resource: Annotated[str | None, typer.Option(help="What it is called on, by ARN.")] = None,
    context: Annotated[
        list[str] | None, typer.Option(help="A condition key, as key=value; may be given several times.")
    ] = None,
    resource_type: Annotated[
        str | None, typer.Option(help="A type of Azure, such as Microsoft.Storage/storageAccounts.")
    ] = None,
    location: Annotated[str | None, typer.Option(help="A location of Azure, such as eastus.")] = None,
    stack: StackFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    zones_dir: ZonesDir = None,
) -> None:
    """Say whether a call or a place is allowed, which control decides it, and which documents refuse it."""
    with _told_plainly():
        from sovereignty.commands.explain import Asked, run

        asked = Asked(action, region, principal, resource, context or (), resource_type, location)
        if run(zone, asked, stack, zones_dir, as_json):
            raise typer.Exit(FOUND)


@app.command()
def replay(
    zone: Annotated[str, typer.Argument(help="The zone whose SCPs and RCPs are tried.")],
    files: Annotated[list[Path], typer.Argument(help="CloudTrail files, or folders of them; .gz as well.")],
    stack: StackFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    zones_dir: ZonesDir = None,
) -> None:
    """Show what of CloudTrail's records the zone's SCPs and RCPs would have refused, before they bind.

    Key, bucket and trail policies are not asked, and nothing of Azure is. What the records don't tell is undecided, and
    exits with 1 as a refusal does.
    """
    with _told_plainly():
        from sovereignty.commands.replay import run

        if run(zone, files, stack, zones_dir, as_json):
            raise typer.Exit(FOUND)


class _Output:
    """Standard output: a reader who has seen enough (`| head`) changes no verdict; a full disk is no fault of ours."""

    def __init__(self, stream: IO[str]):
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with self._kept_open():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._kept_open():
            self._stream.flush()

    @contextmanager
    def _kept_open(self) -> Iterator[None]:
        from sovereignty.errors import InputError, Problem

        try:
            yield
        except OSError as error:
            # what is left in the buffer, and all that follows, goes nowhere
            with suppress(OSError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self._stream.fileno())
                os.close(nowhere)
            if not isinstance(error, BrokenPipeError):
                found = f"It can't be written: {error.strerror or type(error).__name__}."
                raise InputError(Problem("standard output", found)) from None


@contextmanager
def _told_plainly() -> Iterator[None]:
    """A user's mistake as its message, a fault of ours as one line; never a traceback unless it is asked for."""
    from sovereignty.errors import InputError

    try:
        if sys.stdout is None:  # closed by who started us
            yield
            return
        with redirect_stdout(cast(IO[str], _Output(sys.stdout))) as output:
            try:
                yield
            finally:
                output.flush()
    except typer.Exit:
        raise
    except InputError as error:
        _tell(str(error))
        raise typer.Exit(BAD_INPUT) from None
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        name = type(error).__name__
        _tell(f"sovereignty: a fault of the program itself ({name}). {DEBUG}=1 shows where it happened.")
        raise typer.Exit(OUR_FAULT) from None


def _tell(message: str) -> None:
    with suppress(OSError):
        print(message, file=sys.stderr)  # noqa: T201


def main() -> None:
    """The entry point of the `sovereignty` command."""
    for stream in (sys.stdout, sys.stderr):
        # a terminal without UTF-8 shows `?` for what it can't, instead of stopping the program
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
    app()


if __name__ == "__main__":
    main()
