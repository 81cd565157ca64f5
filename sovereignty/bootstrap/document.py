"""All steps of a zone as a page to read and follow, or as a script that takes one step at a time."""

from __future__ import annotations

from collections.abc import Iterator

from sovereignty.bootstrap import azure, azure_stack, roles, stack
from sovereignty.bootstrap.setting import Setting
from sovereignty.bootstrap.shell import prelude
from sovereignty.bootstrap.step import Step, block, quoted, written

COMMAND = ".venv/bin/sovereignty"
"""As `make setup` installs it; the commands of the steps find it on the PATH that their prelude sets."""
_WHO = {
    "administrator": "an administrator of the management account",
    "deployer": "whoever acts as the CI does",
    "tenant-administrator": "an administrator of the Entra tenant",
}


def steps(setting: Setting) -> tuple[Step, ...]:
    """In the order in which they are taken; the way back is the same from its end."""
    return tuple(_steps(setting))


def _steps(setting: Setting) -> Iterator[Step]:
    built = stack.steps(setting) if setting.zone.aws else azure_stack.steps(setting)
    if setting.zone.aws:
        yield from roles.steps(setting)
    if setting.zone.azure:
        yield azure.signed_in(setting)
    for step in built:
        yield step
        # the groups that the roles are made for are there now
        if setting.zone.azure and step.id == "foundation":
            yield from azure.before(setting)
        if setting.zone.azure and step.id == "zone":
            yield from azure.after(setting)


def markdown(setting: Setting) -> str:
    """The page."""
    found = steps(setting)
    parts = [
        f"# Zone {setting.name}: from an organization to a zone that binds",
        f"For {_where(setting)}, written by `{COMMAND} bootstrap {setting.name}` from the zone's file and "
        f"{setting.stack_file}. Nothing is left to fill in. Take the steps in this order: the roles have to be there "
        "before the zone's policies bind. Each may be taken again.",
        f"Needs: {_tools(setting)}, Python 3, Pulumi, and this repository as the working folder, after `make setup`. "
        f"`{COMMAND} bootstrap {setting.name} --format sh` writes the same as a script: `bash FILE do STEP`, "
        "`bash FILE check STEP`, `bash FILE undo STEP`.",
        _fenced("First, in each shell", prelude(setting)),
        azure.report(setting) if setting.zone.azure else "",
    ]
    for number, step in enumerate(found, start=1):
        parts += [f"## {number}. {step.title}", f"Step `{step.id}`, by {_WHO[step.who]}. {step.why}"]
        parts.append(_fenced("", block(written(step.files), step.do)))
        if step.check:
            parts.append(_fenced("Check", step.check))
    parts += [
        "## The way back",
        "From the last step to the first. A step that isn't named leaves nothing behind.",
    ]
    for number, step in reversed([*enumerate(found, start=1)]):
        if step.undo or step.stays:
            parts.append(f"### Back from {number}. {step.title}")
            parts.append(f"Step `{step.id}`, by {_WHO[step.who]}.")
        if step.undo:
            parts.append(_fenced("", step.undo))
        if step.stays:
            parts.append(f"**What stays**: {step.stays}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _where(setting: Setting) -> str:
    found = []
    if setting.zone.aws:
        accounts = ", ".join(setting.accounts)
        found.append(
            f"organization {setting.organization}, management account {setting.management}, accounts {accounts}"
        )
    if setting.zone.azure:
        found.append(f"tenant {setting.tenant}, subscriptions {', '.join(setting.subscriptions)}")
    return "; ".join(found)


def _tools(setting: Setting) -> str:
    on_azure = "Azure CLI, PowerShell with Microsoft.Graph.Authentication"
    return ", ".join([*(["AWS CLI v2"] if setting.zone.aws else []), *([on_azure] if setting.zone.azure else [])])


def _fenced(title: str, text: str) -> str:
    return f"{title}:\n\n```sh\n{text}\n```" if title else f"```sh\n{text}\n```"


def script(setting: Setting) -> str:
    """The script: without arguments it lists its steps."""
    found = steps(setting)
    lines = [
        "#!/usr/bin/env bash",
        f"# Zone {setting.name}: written by `{COMMAND} bootstrap`. bash FILE do|check|undo STEP; the way back",
        "# is from the last step to the first.",
        prelude(setting),
        'case "${1:-list} ${2:-}" in',
    ]
    for step in found:
        for verb, body in (("do", step.do), ("check", step.check), ("undo", step.undo)):
            lines += [f'"{verb} {step.id}")', block(written(step.files), body) if body else ":", ";;"]
    lines.append('"list ")')
    for step in found:
        lines.append(f"printf '%s\\t%s\\t%s\\n' {step.id} {step.who} {quoted(step.title)}")
    lines += [";;", '*) echo "usage: bash $0 [do|check|undo STEP]" >&2; exit 2 ;;', "esac"]
    return "\n".join(lines) + "\n"
