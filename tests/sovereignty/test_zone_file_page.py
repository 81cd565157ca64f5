"""docs/zone-file.md says what the code does: its example is lawful, its errors are real, no key is left out."""

import copy
import re
from typing import Any

import pytest
import yaml
from law_inputs import EU, REPOSITORY, STACK

from sovereignty import facts
from sovereignty.deployment import Deployment, agree, from_config
from sovereignty.errors import InputError
from sovereignty.footprint import AwsFootprint, AzureFootprint
from sovereignty.zone import Acceptance, BreakGlass, DataClass, Keys, Retention, Zone, parse

PAGE = (REPOSITORY / "docs" / "zone-file.md").read_text(encoding="utf-8")
ERRORS = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)


def changed(*path: str | int, value: Any) -> dict[str, Any]:
    zone: Any = copy.deepcopy(EU)
    part = zone
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    return zone


def misspelt() -> dict[str, Any]:
    zone = copy.deepcopy(EU)
    zone["retentoin"] = zone.pop("retention")
    return zone


UNLAWFUL = [
    changed("aws", "regions", 1, value="eu-west-2"),
    misspelt(),
    changed("accepts", value=[row for row in EU["accepts"] if row["risk"] != "azure.key-vault-pair"]),
    changed("jurisdiction", value=False),
]


def told() -> str:
    found = []
    for zone in UNLAWFUL:
        with pytest.raises(InputError) as caught:
            parse(zone, "zones/eu.yaml")
        found.append(str(caught.value))
    with pytest.raises(InputError) as caught:
        deployment = from_config(STACK, "Pulumi.eu.yaml")
        agree(parse(EU, "zones/eu.yaml"), "zones/eu.yaml", deployment, "Pulumi.eu.yaml", "eu-west-1")
    return "\n".join([*found, str(caught.value)]) + "\n"


def test_the_example_of_the_page_is_lawful():
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert parse(yaml.safe_load(example), "zones/eu.yaml", ("us",)).zone == "eu"


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_of_the_page_is_told_in_these_words(error: str):
    assert error in told()


@pytest.mark.parametrize(
    "model", [Zone, AwsFootprint, AzureFootprint, Retention, Keys, DataClass, BreakGlass, Deployment]
)
def test_every_key_stands_on_the_page(model: type[Any]):
    for name, field in model.model_fields.items():
        assert re.search(rf"`(\w+\.)?{field.alias or name}`", PAGE), field.alias or name


def test_every_residual_risk_stands_on_the_page():
    assert set(Acceptance.model_fields) == {"risk", "reason"}
    for risk in facts.residual_risks():
        assert f"| `{risk.id}` |" in PAGE


def test_every_service_that_can_be_opened_stands_on_the_page():
    for name in facts.aws_content_bearing():
        assert f"`{name}`" in PAGE
