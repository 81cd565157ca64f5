"""The table of both clouds is made from the components' own words, and says why a cell is empty."""

from dataclasses import replace
from typing import Any

import pytest

from components.package.declared import Component, everywhere
from sovereignty.documents import read_yaml
from sovereignty.errors import InputError
from tools import parity
from tools.component_pages import labelled

ROWS: dict[str, Any] = {
    "features": [
        {"feature": "keys", "what": "a key"},
        {"feature": "backup", "what": "a copy", "why": {"azure": "Not built."}},
    ]
}


def made(name: str, cloud: str, said: str) -> Component:
    doc = f"What it is.\n\nFeatures: {said}\nOutputs: `x`." if said else "What it is."
    return Component(f"components.{cloud}.x", name, "", doc, "", (), ())


HELD = (made("Key", "aws", "keys."), made("Vault", "azure", "keys."), made("Copy", "aws", "backup; keys."))


def page(*components: Component, **why: Any) -> str:
    rows = [{**row, **({"why": why[row["feature"]]} if row["feature"] in why else {})} for row in ROWS["features"]]
    return parity.page(parity.features({"features": rows}, "features.yaml"), components)


def test_the_page_is_that_of_the_components():
    assert parity.PAGE.read_text(encoding="utf-8") == parity.written(), "run: make pages"


def test_every_component_says_what_it_makes():
    assert [each.path for each in everywhere() if "Features" not in labelled(each)[1]] == []


def test_only_what_puts_others_together_says_that_it_is_its_parts():
    parts = {each.name for each in everywhere() if labelled(each)[1]["Features"] == f"{parity.OF_ITS_PARTS}."}
    assert parts == {"AwsZone", "AwsZoneRegion", "AzureZone", "AzureZoneAudit", "AzureZoneLocation", "ResidencyZone"}


def test_a_cell_has_the_components_or_the_reason():
    rows = [line for line in page(*HELD).splitlines() if line.startswith("| **")]
    assert rows == [
        "| **keys**: a key | [Copy](components.md#copy), [Key](components.md#key) | [Vault](components.md#vault) |",
        "| **backup**: a copy | [Copy](components.md#copy) | *none:* Not built. |",
    ]


@pytest.mark.parametrize(
    ("components", "why", "told"),
    [
        (HELD[:1], {}, r"keys: why\.azure: It is missing"),
        (HELD, {"keys": {"azure": "Not built."}}, r"keys: why\.azure: It is there, and so is Vault"),
        ((*HELD, made("Lost", "aws", "keyz.")), {}, "x:Lost: Features: keyz is no feature"),
        ((*HELD, made("Lost", "aws", "")), {}, "x:Lost: Features: It is missing"),
        ((*HELD, made("Lost", "zone", "keys.")), {}, "x:Lost: Features: keys is no feature of a cloud"),
        (HELD, {"backup": {"gcp": "Not built."}}, r"features\[1\]\.why: It names another cloud"),
    ],
)
def test_what_does_not_fit_is_an_error(components: tuple[Component, ...], why: dict[str, Any], told: str):
    with pytest.raises(InputError, match=told):
        page(*components, **why)


def test_a_row_of_another_form_is_an_error():
    with pytest.raises(InputError, match=r"features\[0\]: There is no because"):
        parity.features({"features": [{"feature": "keys", "what": "a key", "because": "x"}]}, "features.yaml")
    with pytest.raises(InputError, match="keys stands there twice"):
        parity.features({"features": ROWS["features"][:1] * 2}, "features.yaml")


def test_a_component_that_loses_its_feature_leaves_an_empty_cell_that_is_told():
    components = [
        replace(each, doc=each.doc.replace("Features: evidence signing.", f"Features: {parity.OF_ITS_PARTS}."))
        for each in everywhere()
    ]
    with pytest.raises(InputError, match=r"evidence signing: why\.aws: It is missing"):
        parity.page(parity.features(read_yaml(parity.TABLE), parity.TABLE.name), components)
