"""The dated tables: complete for the installed SDKs, and free of names that nothing has."""

import re

import pytest

from sovereignty import facts
from sovereignty.rules.aws_placement import TABLE as AWS
from sovereignty.rules.azure_owner import TABLE as AZURE
from sovereignty.rules.placement import members, table
from tools.placement_tables import TABLES, arguments, without_place

# it reads both SDKs
pytestmark = pytest.mark.proof


@pytest.mark.parametrize("name", TABLES)
def test_the_types_without_a_place_are_those_of_the_installed_sdk(name: str):
    assert list(table(name)["types"]) == without_place(name), "run tools/placement_tables.py, then classify what is new"


def test_every_aws_type_without_region_is_classified():
    content = {module for row in table(AWS)["content"] for module in row.get("modules", ())}
    of_content = {kind for row in table(AWS)["content"] for kind in row.get("types", ())}
    open_types = [
        kind
        for kind in members("aws_regionless", "types")
        if kind.split(":")[1].split("/")[0] not in members(AWS, "settings") | content and kind not in of_content
    ]
    assert open_types == []


def test_every_aws_module_of_settings_has_a_type_without_region():
    modules = {kind.split(":")[1].split("/")[0] for kind in members("aws_regionless", "types")}
    assert members(AWS, "settings") - modules == frozenset()


def test_what_carries_content_has_the_names_that_a_zone_file_knows():
    assert {row["name"] for row in table(AWS)["content"]} == set(facts.aws_content_bearing())


@pytest.mark.parametrize(("name", "sdk"), [(AWS, "pulumi-aws"), (AZURE, "pulumi-azure-native")])
def test_every_type_that_a_table_names_is_one_of_the_sdk(name: str, sdk: str):
    known, older = arguments(sdk), {f"azure-native:network:{t}" for t in ("PrivateZone", "VirtualNetworkLink", "Zone")}
    named = {row["type"] for row in table(name)["carriers"]} | set(table(name).get("placed_by", ()))
    named |= {kind for row in table(name)["content"] for kind in row.get("types", ())}
    named |= set(table(name).get("global", ())) | set(table(name).get("settings_types", ()))
    named |= {kind for use in table(name).get("edge", {}).values() for kind in use["types"]}
    assert named - known.keys() - older == set()


@pytest.mark.parametrize("name", [AWS, AZURE, "packages", *TABLES])
def test_a_table_carries_its_day(name: str):
    assert facts.as_of(name) >= "2026-11-24"


def test_every_path_inside_a_region_is_one_of_the_sdk():
    kinds = table(AWS)["inside_a_region"]
    known = {name for names in arguments("pulumi-aws").values() for name in names}
    firsts = {row["path"].replace("[]", "").partition(".")[0] for rows in kinds.values() for row in rows}
    assert {re.sub("([A-Z])", r"_\1", first).lower() for first in firsts} - known == set()
