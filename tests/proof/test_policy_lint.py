"""parliament finds nothing in the compiled documents, but for a dated list of what it doesn't know."""

from __future__ import annotations

import json
import re
import subprocess
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from zones_for_proof import AWS_ZONES, landed

from sovereignty import actions, facts
from sovereignty.compile import everything

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[2]
LINT = ROOT / "tools" / "policy_lint"
PYTHON = ROOT / ".venv-policy-lint" / "bin" / "python"


@cache
def findings() -> list[dict[str, Any]]:
    assert PYTHON.exists(), "parliament has an environment of its own: `make test-all` makes it"
    documents = {
        f"{name}: {document.path}": document.body
        for name in AWS_ZONES
        for document in everything.documents(*landed(name))
        if document.target.startswith("aws:") and "Statement" in document.body  # others are no IAM policies
    }
    command = [PYTHON, LINT / "lint.py"]
    run = subprocess.run(command, input=json.dumps(documents), capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr
    found = [finding | {"text": _text(finding["detail"])} for finding in json.loads(run.stdout)]
    return [finding for finding in found if not _newer(finding)]


@cache
def ignored() -> list[dict[str, str]]:
    return yaml.safe_load((LINT / "ignored.yaml").read_text(encoding="utf-8"))["ignored"]


def _text(detail: object) -> str:
    return detail if isinstance(detail, str) else json.dumps(detail)


def _newer(finding: dict[str, Any]) -> bool:
    """Whether it says only that its data is older than ours."""
    name = finding["text"].rpartition(" ")[2]
    unlisted = {row.action for row in facts.aws_target_regions() if not row.listed}
    if finding["issue"] == "UNKNOWN_ACTION":
        return bool(actions.expand(name)) or any(fnmatchcase(action, name) for action in unlisted)
    services = {*actions.services(), *(action.partition(":")[0] for action in unlisted)}
    return finding["issue"] == "UNKNOWN_PREFIX" and name in services


def _fits(finding: dict[str, Any], entry: dict[str, str]) -> bool:
    return finding["issue"] == entry["issue"] and re.fullmatch(entry["detail"], finding["text"]) is not None


def test_parliament_finds_nothing_that_is_not_known_to_be_its_own_ignorance():
    left = {
        (finding["issue"], finding["text"], finding["path"], finding["sid"])
        for finding in findings()
        if not any(_fits(finding, entry) for entry in ignored())
    }
    assert not left, "\n".join(map(str, sorted(left)))


def test_nothing_is_ignored_that_is_not_found():
    stale = [entry for entry in ignored() if not any(_fits(finding, entry) for finding in findings())]
    assert not stale
