"""The tables and the page: they name what the SDK has, say where they come from, and agree with each other."""

import re
from pathlib import Path

import pytest

from sandbox import facts, page
from sandbox.sdk import ObjectOf, Property, sdk
from sandbox.servicer import CLOUDS
from sandbox.store import Store
from tests.sandbox import generate

# it reads both SDKs
pytestmark = pytest.mark.proof

COVERED = [(package, token) for package in CLOUDS for token in facts.covered(package)]
ROOTS = [sdk(package).folder for package in CLOUDS]
TABLES = sorted(Path(facts.__file__).parent.glob("*.yaml"))


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_table_has_a_date_and_a_source(path: Path) -> None:
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", facts.table(path.stem)["as_of"])
    assert re.search(r"^# Sources?(:|,)", path.read_text(encoding="utf-8"), re.M)


def has(properties: dict[str, Property], path: str) -> bool:
    """Whether an object type has a property path."""
    name, _, rest = path.partition(".")
    known = properties.get(name)
    return known is not None and (
        not rest or (isinstance(known.type, ObjectOf) and has(dict(known.type.properties), rest))
    )


@pytest.mark.parametrize(("package", "token"), COVERED, ids=[token for _, token in COVERED])
def test_a_covered_type_is_described_by_properties_that_it_has(package: str, token: str, tmp_path: Path) -> None:
    kind, known = sdk(package).resource(token), facts.covered(package)[token]
    assert [path for path in known.get("replace", []) if not has(dict(kind.inputs), path)] == []
    assert [name for name in known.get("outputs", {}) if name not in kind.outputs] == []
    assert [name for part in ("form", "most") for name in known.get(part, {}) if name not in kind.inputs] == []
    cloud = CLOUDS[package](Store(tmp_path))
    cloud.configure({"region": "eu-central-1"} if package == "aws" else {"location": "westeurope"})
    named = cloud.autonamed(kind)
    assert named is None or named in kind.inputs
    inputs = {**generate.plainest(kind.inputs), **({named: "name"} if named else {})}
    made = cloud.make(kind, f"urn:pulumi:dev::project::{token}::it", inputs)
    said = [made.row.id, made.taken, *(text for name in made.names for text in (name.space, name.name, name.refusal))]
    assert [text for text in said if "None" in text or "{" in text or not text] == []
    assert "id" in known
    assert set(known.get("outputs", {})) <= set(made.row.outputs)


@pytest.mark.parametrize("package", CLOUDS)
def test_what_was_compared_is_covered_and_says_with_what(package: str) -> None:
    for token, check in facts.verified(package).items():
        assert token in facts.covered(package)
        assert check["what"]
        assert re.search(r"\(read \d{4}-\d{2}-\d{2}\)$", check["source"])


@pytest.mark.parametrize("name", sorted(facts.open_enumerations()))
def test_an_open_enumeration_exists(name: str) -> None:
    folder, _, cls = name.rpartition(".")
    files = [root / "_enums.py" if root.name == folder else root / folder / "_enums.py" for root in ROOTS]
    texts = [file.read_text(encoding="utf-8") for file in files if file.is_file()]
    assert any(re.search(rf"^class {cls}\(", text, re.M) for text in texts)


def test_the_page_lists_what_the_tables_say() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    assert page.written(text) == text, "write the lists anew: python -m sandbox.page"
