"""No two zones share a name of a resource: what a zone's name may not end in, so that none of it is another's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from law_inputs import refused
from pydantic import TypeAdapter, ValidationError

from sovereignty import azure_names, facts
from sovereignty import zone as zones
from sovereignty.compile import (
    alarm_topic_policy,
    backup_vault_policy,
    everything,
    sentinel_reader,
    trail_delivery,
    trail_log_role,
)
from sovereignty.compile.azure import scope
from sovereignty.compile.roles import azure as azure_roles
from sovereignty.compile.roles import ci, state
from sovereignty.deployment import load_stack
from sovereignty.zone import parse
from sovereignty.zone_parts import ZoneName

ROOT = Path(__file__).parents[2]
EU = zones.load("eu", ROOT / "zones")
STACK = load_stack(ROOT / "Pulumi.eu.yaml")[0]
NAMES = st.from_regex(r"[a-z][a-z0-9]{0,3}(-[a-z0-9]{1,4}){0,2}", fullmatch=True)
_NAME = TypeAdapter(ZoneName)


def lawful(name: str) -> bool:
    try:
        _NAME.validate_python(name)
    except ValidationError:
        return False
    return True


@cache
def names(name: str) -> Mapping[str, frozenset[str]]:
    """Every name that a zone of this name has or might have, by what has to be told apart by it.

    Accounts and subscriptions are the same for all: two zones may not share them, and their names don't rest on that.
    """
    zone = EU.model_copy(update={"zone": name})
    elsewhere = [row.code for row in facts.regions("azure")]
    regions = [row.code for row in facts.regions("aws")]
    upper = name.upper()
    found = {
        "management group": [scope.group(zone), scope.group(zone, sandbox=True)],
        "resource group": [
            *(azure_names.resource_group(zone, location) for location in elsewhere),
            azure_names.own(zone, "state"),
        ],
        "role of a tenant": [azure_roles.name(zone, each) for each in ("operator", "deployment", "placement")],
        # the next two stand in components/aws, which the engine's SDK would have to be loaded for
        "organizational unit": [f"{upper}-Workloads", f"{upper}-Sandbox"],
        "alias of a key": [
            *(f"alias/sovereign/{name}{of}" for of in ("", "-multi-region", "-evidence")),
            state.alias(zone),
        ],
        "bucket": [*everything.buckets(zone, STACK), state.bucket(zone, STACK)],
        "role of an account": [
            ci.role_name(zone),
            trail_log_role.role_name(zone),
            sentinel_reader.role_name(zone),
            *(backup_vault_policy.role_name(zone, region) for region in regions),
        ],
        "trail": [trail_delivery.trail_name(zone)],
        "topic": [alarm_topic_policy.topic_name(zone)],
        "environment of a job": [f"{each}-{name}" for each in ("preview", "drift")],
    }
    return {kind: frozenset(each) for kind, each in found.items()}


@cache
def endings() -> tuple[str, ...]:
    """All that follows the zone's name in a name of a zone's, in whole words."""
    found: set[str] = set()
    for each in frozenset().union(*names("eu").values()):
        _, _, after = each.lower().partition("eu-")
        words = after.split("-")
        found |= {"-".join(words[:count]) for count in range(1, len(words) + 1)}
    return tuple(sorted(found - {""}))


def shared(one: str, other: str) -> list[str]:
    return sorted(f"{kind} {each}" for kind in names(one) for each in names(one)[kind] & names(other)[kind])


def test_no_name_of_a_zone_is_a_name_of_one_that_begins_alike():
    for first in ("a", "eu"):
        longer = [f"{first}-{ending}" for ending in endings()]
        assert {each: shared(first, each) for each in longer if lawful(each) and shared(first, each)} == {}


@given(NAMES, st.one_of(NAMES, st.sampled_from(endings())), st.booleans())
def test_two_zones_share_no_name(one: str, ending: str, longer: bool):
    other = f"{one}-{ending}" if longer else ending
    if one != other and lawful(one) and lawful(other):
        assert shared(one, other) == []


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("eu-sandbox", "management group"),
        ("eu-state", "resource group"),
        ("eu-westeurope", "resource group"),
        ("eu-evidence", "alias"),
        ("e-multi-region", "alias"),
    ],
)
def test_a_name_that_is_another_zones_resource_is_refused_with_what_it_would_be(
    eu: dict[str, Any], name: str, whose: str
):
    eu["zone"] = name
    (problem,) = refused(parse, eu, f"zones/{name}.yaml", ("us",))
    first, _, ending = name.partition("-")
    assert problem.where == f"zones/{name}.yaml: zone"
    assert f"ends in -{ending}" in problem.found
    assert f"zone {first}" in problem.found
    assert whose in problem.found
    assert "such as eu" in problem.right


@pytest.mark.parametrize("name", ["sandbox", "state", "westeurope", "eu-sandboxes", "eu-west", "eu-central-1"])
def test_a_name_that_only_looks_like_one_is_lawful(name: str):
    assert lawful(name)
