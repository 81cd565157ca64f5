"""What was released is attached as it was written, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sovereignty import released
from sovereignty.compile import output
from sovereignty.compile.document import Document
from sovereignty.errors import InputError

SCP = Document("aws/scp/eu-1.json", "aws:ou", '{"Statement":[]}', 10240, ("residency.region",))
TAGS = Document("aws/policies/eu-tags.json", "aws:ou", '{"tags":{}}', 10000, ("tags.residency",))
KEY = Document("aws/policies/eu-key.json", "aws:key", "{}", 32768, ("keys.account",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    output.write("eu", [SCP, KEY, TAGS], tmp_path / "eu")
    return tmp_path


def test_the_documents_for_the_ou_come_back_as_they_were_compiled(folder: Path):
    assert released.documents("eu", folder) == (TAGS, SCP)


def _without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _with(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text)


def _row(**changes: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["files"][0] |= changes
        (folder / "manifest.json").write_text(json.dumps(manifest))

    return change


def _head(**changes: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text())
        (folder / "manifest.json").write_text(json.dumps(manifest | changes))

    return change


@pytest.mark.parametrize(
    ("alter", "where", "found"),
    [
        (_without("manifest.json"), "manifest.json", "no released version"),
        (_without("aws/scp/eu-1.json"), "aws/scp/eu-1.json", "can't be read"),
        (_with("aws/scp/eu-1.json", '{"Statement":[1]}'), "aws/scp/eu-1.json", "altered"),
        (_with("aws/policies/eu-key.json", "{ }"), "aws/policies/eu-key.json", "altered"),
        (_with("manifest.json", "no JSON"), "manifest.json", "no manifest"),
        (_head(schema=2), "manifest.json", "no manifest"),
        (_head(zone="us"), "manifest.json", "another zone"),
        (_row(path="../../etc/passwd"), "manifest.json", "no manifest"),
        (_row(target="aws:moon"), "manifest.json", "lacks"),
        (_row(limit="many"), "manifest.json", "lacks"),
        (_row(controls=[1]), "manifest.json", "lacks"),
        (_row(sha256=None), "aws/policies/eu-key.json", "altered"),
        (_head(files=[]), "manifest.json", "no document for aws:ou"),
    ],
)
def test_what_is_missing_or_altered_is_named_with_what_to_run(
    folder: Path, alter: Callable[[Path], object], where: str, found: str
):
    alter(folder / "eu")
    with pytest.raises(InputError) as raised:
        released.documents("eu", folder)
    text = str(raised.value)
    assert f"eu/{where}: " in text
    assert found in text
    assert "sovereignty compile eu --out" in text


def test_a_zone_that_was_never_released_has_no_version(folder: Path):
    with pytest.raises(InputError, match=r"us/manifest\.json: It isn't there: zone us has no released version"):
        released.documents("us", folder)
