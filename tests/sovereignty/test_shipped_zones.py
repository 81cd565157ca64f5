"""The zones and stacks that are shipped: lawful, in agreement, apart from one another, known to the sandbox's pack."""

from itertools import combinations
from typing import Any

import pytest
import yaml
from law_inputs import REPOSITORY

from sovereignty import deployment, facts
from sovereignty.compile import everything
from sovereignty.deployment import Deployment
from sovereignty.documents import read_yaml
from sovereignty.facts import azure_availability
from sovereignty.zone import Zone, parse

NAMES = sorted(path.stem for path in (REPOSITORY / "zones").glob("*.yaml"))


def zone_of(name: str) -> Zone:
    data = read_yaml(REPOSITORY / "zones" / f"{name}.yaml")
    return parse(data, f"zones/{name}.yaml", [other for other in NAMES if other != name])


def stack_of(name: str) -> tuple[Deployment, dict[str, Any]]:
    where = f"Pulumi.{name}.yaml"
    config = yaml.safe_load((REPOSITORY / where).read_text(encoding="utf-8"))["config"]
    return deployment.from_config(config, where), config


def test_three_zones_are_shipped():
    assert NAMES == ["eu", "in", "us"]


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_zone_is_lawful_and_its_stack_agrees_with_it(name: str):
    stack, config = stack_of(name)
    places = config["aws:region"], config["azure-native:location"]
    deployment.agree(zone_of(name), f"zones/{name}.yaml", stack, f"Pulumi.{name}.yaml", *places)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_zone_compiles_within_the_clouds_limits(name: str):
    stack, _ = stack_of(name)
    paths = [each.path for each in everything.documents(zone_of(name), stack)]
    assert len(paths) == len(set(paths)) > 100


def test_no_two_zones_share_an_account_a_subscription_or_a_place():
    for one, other in combinations(NAMES, 2):
        (first, _), (second, _) = stack_of(one), stack_of(other)
        assert not set(first.aws_accounts) & set(second.aws_accounts)
        assert not set(first.azure_subscriptions) & set(second.azure_subscriptions)
        for left, right in zip(zone_of(one).footprints, zone_of(other).footprints, strict=True):
            assert not set(left.regions) & set(right.regions)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("capability", ["sentinel", "attestation", "network-security-perimeter"])
def test_the_azure_home_of_a_shipped_zone_offers_what_a_zone_has_at_home(name: str, capability: str):
    declared = zone_of(name)
    assert declared.azure is not None
    assert azure_availability.offered(capability, declared.azure.home)


def test_india_stands_in_india_and_its_vaults_copy_within_the_zone():
    declared = zone_of("in")
    assert declared.countries == {"IN"}
    assert declared.azure is not None
    assert not azure_availability.offered("sentinel", "southindia")
    for code in declared.azure.regions:
        location = facts.region("azure", code)
        assert location is not None
        assert declared.azure.holds(str(location.paired))
    assert not [row for row in declared.accepts if row.risk.endswith("-pair")]
