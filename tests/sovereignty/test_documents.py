"""Reading YAML that people write: whatever is wrong with a file is told with its place."""

from pathlib import Path

import pytest
from law_inputs import EU, refused

from sovereignty.documents import MAX_BYTES, MAX_DEPTH, parse_yaml, read_yaml
from sovereignty.errors import InputError, Problem
from sovereignty.zone import load, load_all, load_file, names


def only(text: str) -> Problem:
    (problem,) = refused(parse_yaml, text, "zones/eu.yaml")
    return problem


def test_what_is_not_yaml_is_refused_with_its_line():
    problem = only("zone: eu\naws: [eu-west-1\ntitle: x\n")
    assert problem.where == "zones/eu.yaml"
    assert problem.found.startswith("Not YAML: line 3, column ")


def test_a_key_that_stands_twice_is_refused_with_both_lines():
    problem = only("zone: eu\ntitle: x\nzone: us\n")
    assert problem.found == "Not YAML: line 3, column 1: the key 'zone' stands already in line 1."


def test_a_nested_key_that_stands_twice_is_refused():
    assert "stands already in line 2" in only("aws:\n  home: a\n  home: b\n").found


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x\n", "a: &x [1]\n", "&a [*a]\n"])
def test_anchors_are_refused_since_they_can_multiply_a_file(text: str):
    assert "Anchors and aliases" in only(text).found


def test_a_bomb_of_aliases_is_refused_before_it_grows():
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    assert only(bomb).where == "zones/eu.yaml: line 1"


def test_deep_nesting_is_refused():
    assert "Nested deeper" in only("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)).found
    assert "nest" in only("[" * 100_000).found


@pytest.mark.parametrize("text", ["!!python/object:os.system {}", "a: !!binary aGk=", "a: !thing 1", "!!set {a, b}"])
def test_tags_are_refused(text: str):
    assert "tag" in only(text).found


def test_a_second_document_is_refused():
    assert only("a: 1\n---\nb: 2\n").found == "A second document begins."


@pytest.mark.parametrize(
    "text", ["{[a]: 1}", "? {a: b}\n: 1\n", "a: \x07\n", "\t- a", "a: b: c", "%YAML 9", "1: " + "9" * 5000]
)
def test_other_faults_are_refused(text: str):
    assert only(text).found.startswith("Not YAML")


def test_a_date_stays_text_and_a_merge_key_is_a_key():
    assert parse_yaml("a: 2026-11-23\nb: {<<: x}\n", "x") == {"a": "2026-11-23", "b": {"<<": "x"}}


def test_an_empty_file_is_empty():
    assert parse_yaml("", "x") is None
    assert parse_yaml("# only a comment\n", "x") is None


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path):
    path = tmp_path / "eu.yaml"
    path.write_bytes(b"\xef\xbb\xbfzone: eu\n")
    assert read_yaml(path) == {"zone": "eu"}


def test_a_file_that_is_no_utf_8_is_refused_with_its_line(tmp_path: Path):
    path = tmp_path / "eu.yaml"
    path.write_bytes(b"zone: eu\ntitle: Espa\xf1a\n")
    (problem,) = refused(read_yaml, path)
    assert problem.found == "Line 2 is not UTF-8 text."


def test_a_file_that_is_too_large_is_refused(tmp_path: Path):
    path = tmp_path / "eu.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    (problem,) = refused(read_yaml, path)
    assert problem.found == "The file is larger than 256 KiB."


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path):
    (missing,) = refused(read_yaml, tmp_path / "eu.yaml")
    (folder,) = refused(read_yaml, tmp_path)
    assert missing.found == "There is no such file."
    assert folder.found == "This is a folder."


def test_a_path_with_a_zero_byte_is_refused(tmp_path: Path):
    refused(read_yaml, tmp_path / "a\0b")


def test_a_path_below_the_current_folder_is_shown_as_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (problem,) = refused(read_yaml, tmp_path / "zones" / "eu.yaml")
    assert problem.where == "zones/eu.yaml"


def written(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


REPOSITORY_ZONE = (Path(__file__).parents[2] / "zones" / "eu.yaml").read_text(encoding="utf-8")


def test_the_zones_of_the_repository_are_lawful():
    zones = load_all(Path(__file__).parents[2] / "zones")
    assert {"eu", "us"} <= set(zones)
    assert zones["eu"].jurisdiction == EU["jurisdiction"]


def test_the_file_is_named_as_its_zone(tmp_path: Path):
    written(tmp_path, "us.yaml", "")
    path = written(tmp_path, "europe.yaml", REPOSITORY_ZONE)
    (problem,) = refused(load_file, path)
    assert problem.found == "The zone is eu, and its file is named europe.yaml."


def test_a_file_with_another_ending_is_not_passed_over(tmp_path: Path):
    written(tmp_path, "eu.yml", REPOSITORY_ZONE)
    (problem,) = refused(names, tmp_path)
    assert problem.where.endswith("eu.yml")


def test_an_editor_s_hidden_file_is_no_zone(tmp_path: Path):
    written(tmp_path, ".eu.yaml", "")
    assert names(tmp_path) == ()


def test_a_zone_that_is_not_declared_is_refused_with_the_nearest(tmp_path: Path):
    written(tmp_path, "eu.yaml", REPOSITORY_ZONE)
    (problem,) = refused(load, "eur", tmp_path)
    assert problem.right == "Did you mean eu?"


@pytest.mark.parametrize("name", ["../eu", "", ".", "/etc/passwd", "a\0b"])
def test_a_name_is_no_path(tmp_path: Path, name: str):
    written(tmp_path, "eu.yaml", REPOSITORY_ZONE)
    refused(load, name, tmp_path)


def test_a_missing_folder_of_zones_is_refused(tmp_path: Path):
    (problem,) = refused(load_all, tmp_path / "zones")
    assert "can't be read" in problem.found


def test_a_folder_without_zones_is_refused(tmp_path: Path):
    (problem,) = refused(load_all, tmp_path)
    assert problem.found == "The folder declares no zone."


def test_the_problems_of_all_files_are_told(tmp_path: Path):
    written(tmp_path, "a.yaml", "")
    written(tmp_path, "b.yaml", "[")
    assert len(refused(load_all, tmp_path)) == 2


def test_an_input_error_reads_as_where_found_right():
    error = InputError(Problem("a.yaml: x", "It is missing.", "Add it."), Problem("b.yaml", "It is empty."))
    assert str(error) == "a.yaml: x: It is missing.\n  Add it.\nb.yaml: It is empty."
