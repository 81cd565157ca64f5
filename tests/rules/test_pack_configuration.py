from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from made import ZONES

from sovereignty.errors import InputError
from sovereignty.pack_configuration import Level, Section, from_data, parse
from sovereignty.rules import RULES
from sovereignty.rules.rule import Rule

WHERE = "pack.json"
ZONES_FILE = Path(__file__).resolve().parents[2] / "zones" / "eu.yaml"
EXEMPTION = {
    "control": "residency.region",
    "urn": "urn:pulumi:eu::shop::aws:s3/bucket:Bucket::old",
    "owner": "payments",
    "approver": "dpo",
    "ticket": "DPO-12",
    "reason": "moves out",
    "expires": "2027-01-31",
}


def faults(data: object) -> list[str]:
    """`where: found` of every fault."""
    with pytest.raises(InputError) as refused:
        from_data(data, ZONES, WHERE)
    return [f"{problem.where}: {problem.found} {problem.right}" for problem in refused.value.problems]


def settings(**parts: Any) -> dict[str, Any]:
    return {"sovereignty": {"stacks": "self", **parts}}


def entry(match: str, zone: str = "eu") -> dict[str, Any]:
    return settings(stacks=[{"match": match, "zone": zone}])


@pytest.fixture
def guarded() -> Iterator[Rule]:
    rule = RULES[0]
    rule.never_exempt = True
    yield rule
    rule.never_exempt = False


def test_without_configuration_every_control_is_mandatory_and_stacks_choose_themselves():
    for data in (None, {}, {"sovereignty": {}}, {"sovereignty": {"stacks": "self"}}):
        configuration = from_data(data, ZONES, WHERE)
        assert configuration.settings.stacks is None
        assert set(configuration.levels.values()) == {Level.MANDATORY}
        assert configuration.zones == ZONES


def test_the_shape_of_the_contract_is_accepted_whole():
    zone = {**yaml.safe_load(ZONES_FILE.read_text(encoding="utf-8")), "zone": "de", "title": "Germany"}
    configuration = from_data(
        {
            "sovereignty": {
                "zones": {"de": zone},
                "stacks": [
                    {"match": "acme/payments/*", "zone": "de"},
                    {"match": "acme/foundation/org", "zone": "none"},
                ],
                "organization": {"aws": "o-a1b2c3d4e5", "accounts": ["111122223333"], "azureTenant": "t"},
                "places": {"arn:aws:s3:::known-bucket": "eu-west-1"},
                "unjudged": ["kubernetes"],
                "exemptions": [EXEMPTION],
            },
            "residency.region": {"enforcementLevel": "advisory"},
        },
        ZONES,
        WHERE,
    )
    assert set(configuration.zones) == {"de", "eu", "in", "us"}
    assert configuration.levels == {"residency.region": Level.ADVISORY}
    assert configuration.exemption("residency.region", EXEMPTION["urn"])
    assert configuration.exemption("residency.region", EXEMPTION["urn"] + "2") is None


@pytest.mark.parametrize(
    ("data", "names"),
    [
        ([], "pack.json: A mapping"),
        (settings(stack=[]), "pack.json: sovereignty.stack: There is no such key. Did you mean stacks"),
        (settings(stacks="sefl"), 'pack.json: sovereignty.stacks: A list of entries or "self"'),
        (settings(stacks=[]), "pack.json: sovereignty.stacks: It names no stack"),
        (settings(stacks=[{"match": "a/b/c"}]), "pack.json: sovereignty.stacks[0].zone: It is missing"),
        (
            settings(stacks=[{"match": "a/b/c", "zon": "eu"}]),
            "pack.json: sovereignty.stacks[0].zon: There is no such key",
        ),
        (entry("a/b"), "pack.json: sovereignty.stacks[0].match: a/b is not"),
        (entry("a/b/c/d"), "pack.json: sovereignty.stacks[0].match"),
        (entry("a/b/c", "ue"), "pack.json: sovereignty.stacks[0].zone: There is no zone ue."),
        (settings(zones={"de": {"zone": "de"}}), "pack.json: sovereignty.zones.de"),
        (settings(organization={"awss": "o-1"}), "pack.json: sovereignty.organization.awss: There is no such key"),
        (settings(places={"arn:aws:s3:::b": "eu-wst-1"}), "sovereignty.places.arn:aws:s3:::b: eu-wst-1 is no region"),
        (settings(unjudged=["aws"]), "pack.json: sovereignty.unjudged[0]: aws is what the law judges"),
        (settings(unjudged="kubernetes"), "pack.json: sovereignty.unjudged: A list is expected"),
        (
            settings(exemptions=[{**EXEMPTION, "control": "residency.rgion"}]),
            "exemptions[0].control: There is no control",
        ),
        (settings(exemptions=[{**EXEMPTION, "control": "sovereignty"}]), "exemptions[0].control: sovereignty can't be"),
        (
            settings(exemptions=[{**EXEMPTION, "urn": "old"}]),
            "pack.json: sovereignty.exemptions[0].urn: It is not the URN",
        ),
        (
            settings(exemptions=[{**EXEMPTION, "expires": "2027-02-30"}]),
            "sovereignty.exemptions[0].expires: It is not a day",
        ),
        (
            settings(exemptions=[{**EXEMPTION, "expires": 20270101}]),
            "sovereignty.exemptions[0].expires: It is not a day",
        ),
        (settings(exemptions=[EXEMPTION, EXEMPTION]), "pack.json: sovereignty.exemptions[1]: The same control"),
        (settings(exemptions=[{**EXEMPTION, "owner": " "}]), "pack.json: sovereignty.exemptions[0].owner: It is empty"),
        ({"residency.regio": "mandatory"}, "residency.regio: There is no such policy. Did you mean residency.region"),
        ({"residency.region": {"zone": "eu"}}, "pack.json: residency.region.zone: There is no such key"),
        (
            {"residency.region": "mandatry"},
            "residency.region: mandatry is no enforcement level. Did you mean mandatory",
        ),
        ({"residency.region": {"enforcementLevel": 1}}, "pack.json: residency.region.enforcementLevel: a number is no"),
        ({"all": {"zone": "eu"}}, "pack.json: all.zone: There is no such key"),
        ({"sovereignty": "disabled"}, "pack.json: sovereignty.enforcementLevel: sovereignty can't be lowered"),
        (
            {"sovereignty": {"enforcementLevel": "advisory"}},
            "sovereignty.enforcementLevel: sovereignty can't be lowered",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(data: object, names: str):
    assert any(names in fault for fault in faults(data)), faults(data)


@pytest.mark.parametrize("key", EXEMPTION)
def test_an_exemption_needs_each_of_its_keys(key: str):
    data = settings(exemptions=[{k: v for k, v in EXEMPTION.items() if k != key}])
    assert [f.split(": It")[0] for f in faults(data)] == [f"pack.json: sovereignty.exemptions[0].{key}"]


def test_a_pack_that_is_configured_has_to_say_who_decides():
    assert "sovereignty.stacks: It is missing" in faults({"sovereignty": {"unjudged": ["kubernetes"]}})[0]
    assert from_data(settings(unjudged=["kubernetes"]), ZONES, WHERE).settings.stacks is None


def test_every_fault_is_named_at_once():
    assert len(faults({"x": "mandatory", "sovereignty": {"stack": 1, "unjudged": ["pulumi"], "places": 3}})) == 5


def test_all_lowers_what_can_be_lowered_and_a_name_comes_before_all():
    assert from_data({"all": "disabled"}, ZONES, WHERE).levels["residency.region"] is Level.DISABLED
    both = from_data({"all": "disabled", "residency.region": "mandatory"}, ZONES, WHERE)
    assert both.levels["residency.region"] is Level.MANDATORY


def test_remediate_is_taken_for_mandatory():
    assert from_data({"residency.region": "remediate"}, ZONES, WHERE).levels["residency.region"] is Level.MANDATORY


def test_a_never_exempt_control_can_be_neither_exempted_nor_lowered(guarded: Rule):
    assert "can't be exempted" in faults(settings(exemptions=[EXEMPTION]))[0]
    assert "can't be lowered" in faults({guarded.id: "advisory"})[0]
    assert from_data({"all": "disabled"}, ZONES, WHERE).levels[guarded.id] is Level.MANDATORY


def test_the_engine_applies_all_to_the_packs_own_policy_and_that_is_no_fault():
    lowered = {name: Section(Level.DISABLED) for name in ("all", "sovereignty", "residency.region")}
    assert parse(lowered, ZONES, WHERE).levels["residency.region"] is Level.DISABLED
    with pytest.raises(InputError, match="can't be lowered"):
        parse({**lowered, "sovereignty": Section(Level.ADVISORY)}, ZONES, WHERE)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["zones", "stacks", "organization", "places", "unjudged", "exemptions", "enforcementLevel", "x"])
SECTIONS = st.dictionaries(
    st.sampled_from(["sovereignty", "residency.region", "all", "environments", "x"]), st.dictionaries(KEYS, JSON) | JSON
)


@given(SECTIONS | JSON)
def test_any_data_is_a_configuration_or_a_typed_error(data: Mapping[str, Any]):
    try:
        from_data(data, ZONES, WHERE)
    except InputError as refused:
        assert refused.problems
