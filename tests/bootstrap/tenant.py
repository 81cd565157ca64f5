"""A tenant on disk with an Azure CLI that reads and writes it: what the bootstrap's moves of subscriptions ask for.

It knows the commands of Microsoft's reference that those steps use, in the form in which they use them, and fails at
any other. Azure's own rule is in it: a subscription is moved by whoever may write at the group that it leaves.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

GROUPS = "/providers/Microsoft.Management/managementGroups/"


class Tenant:
    """`parents`: the management group of each subscription. `az` in `folder` is this file."""

    def __init__(self, folder: Path, root: str, parents: dict[str, str]):
        self._state, self._folder = folder / "tenant.json", folder
        empty: dict[str, Any] = {"root": root, "parents": parents, "tags": {}, "grants": []}
        self._state.write_text(json.dumps(empty), encoding="utf-8")
        command = folder / "az"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "{__file__}" "$@"\n', encoding="utf-8")
        command.chmod(0o755)

    def __getattr__(self, name: str) -> Any:
        return json.loads(self._state.read_text(encoding="utf-8"))[name]

    def place(self, group: str) -> None:
        """What the stack does, as who deploys: every subscription into this group."""
        state = json.loads(self._state.read_text(encoding="utf-8"))
        for subscription, parent in state["parents"].items():
            if parent != state["root"] and parent not in {scope for scope, _ in state["grants"]}:
                raise PermissionError(f"no write at {parent}, which {subscription} leaves")
            state["parents"][subscription] = group
        self._state.write_text(json.dumps(state), encoding="utf-8")

    def run(self, text: str) -> subprocess.CompletedProcess[str]:
        env = {"PATH": f"{self._folder}:/usr/local/bin:/usr/bin:/bin", "TENANT": str(self._state)}
        return subprocess.run(["bash", "-c", text], env=env, capture_output=True, text=True, check=False)


def _az(words: list[str], state: dict[str, Any]) -> str:
    verbs = words[: _first_option(words)]
    given = {words[at]: words[at + 1] for at in range(len(verbs), len(words) - 1, 2)}
    match verbs:
        case ["ad", "app", "list"] | ["ad", "sp", "show"] | ["ad", "group", "show"]:
            return "the-deployer"
        case ["account", "management-group", "entities", "list"]:
            asked = given["--query"].removeprefix("[?name=='").removesuffix("'].parent.id | [0]")
            return GROUPS + state["parents"][asked] if asked in state["parents"] else ""
        case ["account", "management-group", "subscription", "add"]:
            state["parents"][given["--subscription"]] = given["--name"]
        case ["tag", "list"]:
            tag = given["--query"].removeprefix('properties.tags."').removesuffix('"')
            return state["tags"].get(given["--resource-id"], {}).get(tag, "")
        case ["tag", "update"]:
            name, _, value = given["--tags"].partition("=")
            tags = state["tags"].setdefault(given["--resource-id"], {})
            if given["--operation"] == "Merge":
                tags[name] = value
            elif tags.pop(name) != value:
                raise ValueError("another value is not deleted")
        case ["role", "assignment", "list"]:
            return "\n".join(role for scope, role in state["grants"] if GROUPS + scope == given["--scope"])
        case ["role", "assignment", "create"]:
            state["grants"].append([given["--scope"].removeprefix(GROUPS), given["--role"]])
        case ["role", "assignment", "delete"]:
            state["grants"].remove([given["--scope"].removeprefix(GROUPS), given["--role"]])
        case _:
            raise ValueError(f"no such command here: {verbs}")
    return ""


def _first_option(words: list[str]) -> int:
    return next((at for at, word in enumerate(words) if word.startswith("--")), len(words))


if __name__ == "__main__":
    path = Path(os.environ["TENANT"])
    found = json.loads(path.read_text(encoding="utf-8"))
    told = _az(sys.argv[1:], found)
    path.write_text(json.dumps(found), encoding="utf-8")
    if told:
        print(told)  # noqa: T201
