"""Subscriptions leave the management groups that they stand in: who deploys may write there for the move, no longer."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from tenant import Tenant
from test_on_azure import CI, SUBSCRIPTIONS, TENANT, alone

from sovereignty.bootstrap import document
from sovereignty.bootstrap.shell import prelude
from sovereignty.bootstrap.step import Step
from sovereignty.compile.roles.entrances import Entrances

pytestmark = pytest.mark.command

FIRST, SECOND = SUBSCRIPTIONS
MOVES = "Management Group Contributor"


@cache
def texts(given: Entrances) -> tuple[str, dict[str, Step]]:
    setting = alone(given=given)
    return prelude(setting), {step.id: step for step in document.steps(setting)}


def took(tenant: Tenant, verb: str, step: str, given: Entrances = CI) -> int:
    """Takes a step of the document, and says its exit code."""
    first, steps = texts(given)
    done = tenant.run(f"{first}\n{getattr(steps[step], verb)}")
    assert "no such command" not in done.stderr
    return done.returncode


def test_a_subscription_of_another_group_is_let_go_for_the_move_alone_and_comes_back(tmp_path: Path):
    tenant = Tenant(tmp_path, TENANT, {FIRST: "Landing-Zones", SECOND: TENANT})
    assert took(tenant, "check", "azure-leave") != 0
    with pytest.raises(PermissionError, match="Landing-Zones"):
        tenant.place("sovereign-eu")
    for _ in range(2):  # each step may be taken again
        assert took(tenant, "do", "azure-leave") == 0
    assert tenant.grants == [["Landing-Zones", MOVES]]
    assert took(tenant, "check", "azure-leave") == 0
    tenant.place("sovereign-eu")
    assert took(tenant, "check", "azure-left") != 0
    for _ in range(2):
        assert took(tenant, "do", "azure-left") == 0
    assert tenant.grants == []
    assert took(tenant, "check", "azure-leave") == took(tenant, "check", "azure-left") == 0
    for _ in range(2):
        assert took(tenant, "undo", "azure-leave") == 0
    assert tenant.parents == {FIRST: "Landing-Zones", SECOND: "sovereign-eu"}
    assert tenant.tags[f"/subscriptions/{FIRST}"] == {}


def test_one_that_is_seen_in_no_group_is_an_error(tmp_path: Path):
    tenant = Tenant(tmp_path, TENANT, {FIRST: TENANT})
    assert took(tenant, "do", "azure-leave") != 0


@pytest.mark.parametrize("group", [TENANT, "Sovereignty", "sovereign-eu", "sovereign-eu-sandbox"])
def test_where_it_is_at_home_already_nothing_is_granted(tmp_path: Path, group: str):
    tenant = Tenant(tmp_path, TENANT, dict.fromkeys(SUBSCRIPTIONS, group))
    assert took(tenant, "do", "azure-leave") == took(tenant, "check", "azure-leave") == 0
    assert tenant.grants == [] and tenant.tags == {}


@pytest.mark.parametrize("given", [CI, Entrances()])
def test_a_right_that_was_never_taken_back_is_taken_on_the_way_back(tmp_path: Path, given: Entrances):
    tenant = Tenant(tmp_path, TENANT, dict.fromkeys(SUBSCRIPTIONS, "Landing-Zones"))
    assert took(tenant, "do", "azure-leave", given) == 0
    tenant.place("sovereign-eu")
    assert took(tenant, "undo", "azure-leave", given) == 0
    assert tenant.grants == []
    assert set(tenant.parents.values()) == {"Landing-Zones"}
    assert tenant.tags == {f"/subscriptions/{each}": {} for each in SUBSCRIPTIONS}


def test_the_document_takes_the_steps_around_the_zone():
    order = list(texts(CI)[1])
    assert order.index("azure-identity") < order.index("azure-leave") < order.index("zone") < order.index("azure-left")
