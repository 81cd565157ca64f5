"""The command line: `sovereignty check [ZONE]`. Exit codes: 0 sound, 1 a violation, 2 bad input, 3 a fault of ours."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

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


@app.callback()
def _commands() -> None:
    """The law of your zones: what they declare, and whether it holds."""


@app.command()
def check(
    zone: Annotated[str | None, typer.Argument(help="The zone to check. Default: all zones of the folder.")] = None,
    zones_dir: Annotated[
        Path | None, typer.Option(help="The folder that declares the zones. Default: zones/.", show_default=False)
    ] = None,
    stack: Annotated[
        Path | None,
        typer.Option(help="The stack file. Default: Pulumi.<zone>.yaml beside zones/.", show_default=False),
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


@contextmanager
def _told_plainly() -> Iterator[None]:
    """A user's mistake as its message, a fault of ours as one line; never a traceback unless it is asked for."""
    from sovereignty.errors import InputError

    try:
        yield
        sys.stdout.flush()
    except typer.Exit:
        raise
    except InputError as error:
        _tell(str(error))
        raise typer.Exit(BAD_INPUT) from None
    except BrokenPipeError:
        # the reader has seen enough (`| head`); what is left in the buffer goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from None
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        name = type(error).__name__
        _tell(f"sovereignty: a fault of the program itself ({name}). {DEBUG}=1 shows where it happened.")
        raise typer.Exit(OUR_FAULT) from None


def _tell(message: str) -> None:
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
