"""`sovereignty bootstrap`: how a zone's roles come to be before its policies bind them, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sovereignty.bootstrap import document
from sovereignty.bootstrap.setting import ACCOUNT_ROLE, Setting, settled
from sovereignty.commands.inputs import beside, declared, landed
from sovereignty.compile.roles.entrances import Entrances
from sovereignty.documents import shown_path
from sovereignty.errors import InputError, Problem


@dataclass(frozen=True)
class Given:
    """What the command line says besides the zone and its files."""

    entrances: Entrances
    account_role: str = ACCOUNT_ROLE
    sandbox_account: str | None = None


def run(name: str, given: Given, stack: Path | None, zones_dir: Path | None, form: str, out: Path | None) -> None:
    """Prints the document, or writes it to `out`, which is replaced."""
    zone, deployment = landed(name, zones_dir, stack)
    file = stack or beside(name, declared(name, zones_dir)[1])
    setting = settled(
        Setting(
            zone=zone,
            deployment=deployment,
            entrances=given.entrances,
            stack_file=shown_path(file),
            account_role=given.account_role,
            sandbox_account=given.sandbox_account,
        )
    )
    text = document.script(setting) if form == "sh" else document.markdown(setting)
    if out is None:
        print(text, end="")  # noqa: T201
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        found = f"It can't be written: {error.strerror or type(error).__name__}."
        raise InputError(Problem(shown_path(out), found, "Name a file in a folder that is there.")) from None
    print(f"{shown_path(out)}: {len(document.steps(setting))} steps for zone {name}.")  # noqa: T201
