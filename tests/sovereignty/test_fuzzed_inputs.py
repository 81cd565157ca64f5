"""Whatever stands in a zone or stack file: it is read, or refused by InputError; nothing else ever happens."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from law_inputs import EU, REPOSITORY, STACK
from typer.testing import CliRunner

from sovereignty import facts
from sovereignty.__main__ import app
from sovereignty.deployment import agree, from_config
from sovereignty.documents import parse_yaml
from sovereignty.errors import InputError
from sovereignty.zone import Zone, load, parse

ZONE_TEXT = (REPOSITORY / "zones" / "eu.yaml").read_text(encoding="utf-8")
SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
often = settings(deadline=None, max_examples=60, suppress_health_check=SLOW_IS_FINE)
seldom = settings(often, max_examples=15)

WORDS = ["eu", "us", "zone", "aws", "azure", "regions", "never", "no", "~", "westeurope", "us-east-1", "012345670123"]
words = st.sampled_from([*WORDS, "West Europe", *(risk.id for risk in facts.residual_risks())])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | words | st.text(max_size=12)
plain = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(words | st.text(max_size=8) | st.integers() | st.booleans(), inner, max_size=4)
    ),
    max_leaves=12,
)


def read_or_refused(text_or_data: Any) -> Zone | None:
    try:
        return parse(text_or_data, "zones/eu.yaml", ("us",))
    except InputError as error:
        for problem in error.problems:
            assert problem.where.startswith("zones/eu.yaml")
            assert problem.found.endswith((".", "!"))
            assert "\n" not in problem.found
        return None


@often
@given(plain)
def test_any_data_is_a_zone_or_refused(data: Any):
    read_or_refused(data)


def paths(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(found for step, value in below for found in paths(value, (*path, step)))]


def change(data: Any, path: tuple[Any, ...], value: Any, how: str) -> None:
    *parents, last = path
    for step in parents:
        data = data[step]
    if how == "remove":
        del data[last]
    elif how == "rename" and isinstance(data, dict):
        data[value if isinstance(value, (str, int, bool, type(None))) else str(value)] = data.pop(last)
    else:
        data[last] = value


@often
@given(st.data())
def test_a_zone_with_one_or_two_changes_is_a_zone_or_refused(data: st.DataObject):
    zone = copy.deepcopy(EU)
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from([path for path in paths(zone) if path]))
        change(zone, path, data.draw(plain), data.draw(st.sampled_from(["replace", "remove", "rename"])))
    read_or_refused(zone)


@often
@given(st.sampled_from([row.code for row in facts.jurisdictions()]), st.data())
def test_any_region_under_any_jurisdiction_is_lawful_only_on_its_ground(jurisdiction: str, data: st.DataObject):
    region = data.draw(st.sampled_from(facts.regions()))
    footprint: dict[str, Any] = {"home": region.code, "regions": [region.code]}
    keys: dict[str, str] = {}
    if region.cloud == "aws":
        footprint["partition"], keys["aws_origin"] = region.partition, "AWS_KMS"
    elif region.cloud == "azure":
        footprint["cloud"], keys["azure"] = region.partition, "managed-hsm"
    accepts = data.draw(st.sets(st.sampled_from([risk.id for risk in facts.residual_risks()])))
    zone = read_or_refused(
        {
            "zone": "eu",
            "title": "Any",
            "jurisdiction": jurisdiction,
            region.cloud: footprint,
            "retention": {"mode": "COMPLIANCE", "years": 1},
            "keys": keys,
            "data_classes": {"pii": {"leaves": "never"}},
            "accepts": [{"risk": name, "reason": "known"} for name in accepts],
        }
    )
    if zone:
        ground = facts.jurisdiction(jurisdiction)
        assert ground is not None
        assert not ground.unusable
        assert ground.holds(region)
        assert region.status != "announced"


def text_is_read_or_refused(text: str) -> None:
    try:
        data = parse_yaml(text, "zones/eu.yaml")
    except InputError:
        return
    read_or_refused(data)


@often
@given(st.text(max_size=200))
def test_any_text_is_a_zone_or_refused(text: str):
    text_is_read_or_refused(text)


@often
@given(st.text(alphabet="{}[]:,-#&*!|>'\"%@`?~ \n\tabc01.<=", max_size=60))
def test_text_made_of_yaml_s_own_signs_is_a_zone_or_refused(text: str):
    text_is_read_or_refused(text)


@often
@given(st.integers(0, len(ZONE_TEXT)), st.integers(0, 30), st.text(max_size=20))
def test_a_zone_file_with_a_torn_passage_is_a_zone_or_refused(start: int, length: int, insertion: str):
    text_is_read_or_refused(ZONE_TEXT[:start] + insertion + ZONE_TEXT[start + length :])


@often
@given(st.binary(max_size=200))
def test_any_bytes_are_a_zone_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    folder = tmp_path_factory.getbasetemp() / "bytes"
    folder.mkdir(exist_ok=True)
    (folder / "eu.yaml").write_bytes(content)
    with pytest.raises(InputError):
        load("eu", folder)


@often
@given(st.text(max_size=20))
def test_any_name_is_a_zone_or_refused(name: str):
    try:
        assert load(name, REPOSITORY / "zones").zone == name
    except InputError:
        assert name not in ("eu", "us")


KEYS = [name.removeprefix("sovereign-zones:") for name in STACK] + ["phase", "hsmPhase", "awsVpcArns", "awsZoneOuPath"]
as_json = plain.map(lambda value: json.dumps(value, default=str))


@often
@given(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=12), plain | as_json, max_size=5))
@example({"[key]": None})
def test_any_settings_are_a_deployment_or_refused(values: dict[str, Any]):
    config = STACK | {f"sovereign-zones:{name}": value for name, value in values.items()}
    try:
        deployment = from_config(config, "Pulumi.eu.yaml")
        agree(parse(EU, "zones/eu.yaml"), "zones/eu.yaml", deployment, "Pulumi.eu.yaml", "eu-central-1", None)
    except InputError as error:
        assert all(problem.where.startswith("Pulumi.eu.yaml") for problem in error.problems)


@seldom
@given(
    st.lists(
        st.sampled_from(["check", "eu", "us", "--zones-dir", "--stack", "--as-of"]) | st.text(max_size=8), max_size=4
    )
)
def test_any_arguments_end_with_a_documented_exit_code(arguments: list[str]):
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code in (0, 2)
    assert result.exception is None or isinstance(result.exception, SystemExit)


@seldom
@given(st.data())
def test_the_command_never_shows_a_traceback(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject):
    folder: Path = tmp_path_factory.mktemp("command")
    (folder / "zones").mkdir()
    (folder / "zones" / "us.yaml").write_bytes(b"")
    zone = copy.deepcopy(EU)
    path = data.draw(st.sampled_from([path for path in paths(zone) if path]))
    change(zone, path, data.draw(scalars), "replace")
    (folder / "zones" / "eu.yaml").write_text(
        yaml.safe_dump(zone, allow_unicode=True), encoding="utf-8", errors="replace"
    )
    config = STACK | {data.draw(st.sampled_from(list(STACK))): data.draw(plain)}
    (folder / "Pulumi.eu.yaml").write_text(yaml.safe_dump({"config": config}), encoding="utf-8", errors="replace")
    result = CliRunner().invoke(app, ["check", "eu", "--zones-dir", str(folder / "zones")])
    assert result.exit_code in (0, 2), result.output
    assert "Traceback" not in result.output
