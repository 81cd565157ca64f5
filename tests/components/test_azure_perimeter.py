"""The perimeter of the zone's services: who comes in, and what takes part."""

from __future__ import annotations

from typing import Any

import pytest
from azure_networks import (
    ACCOUNT,
    OPEN,
    SECOND,
    STRANGER,
    SUBSCRIPTION,
    WORKSPACE,
    id_of,
    in_government,
    made_of,
    refused,
)
from built import Recorder, deployed

from components.azure.perimeter import ZonePerimeter, ZonePerimeterArgs

pytestmark = pytest.mark.engine


def perimeter(**arguments: Any) -> tuple[Recorder, Any]:
    given = {"resource_group_name": "rg", "resources": {"records": ACCOUNT, "logs": WORKSPACE}, **arguments}
    return made_of(ZonePerimeter, ZonePerimeterArgs, **given)


def test_only_the_zones_subscriptions_come_in_and_nothing_goes_out():
    made, outputs = perimeter(deployment=deployed(azureSubscriptions=[SUBSCRIPTION, SECOND]))
    rule = made.the(f"{OPEN}NetworkSecurityPerimeterAccessRule").inputs
    assert rule["direction"] == "Inbound"
    assert rule["subscriptions"] == [{"id": f"/subscriptions/{each}"} for each in (SUBSCRIPTION, SECOND)]
    assert not {"addressPrefixes", "fullyQualifiedDomainNames", "serviceTags"} & rule.keys()
    assert outputs == {"perimeter_id": id_of("Microsoft.Network/networkSecurityPerimeters", "sovereign-eu-perimeter")}


def test_its_members_are_held_to_it_once_the_zone_can_come_in():
    made, _ = perimeter()
    members = made.of(f"{OPEN}NetworkSecurityPerimeterAssociation")
    assert {each.inputs["associationName"]: each.inputs["privateLinkResource"]["id"] for each in members} == {
        "records": ACCOUNT,
        "logs": WORKSPACE,
    }
    for each in members:
        assert each.inputs["accessMode"] == "Enforced"
        assert any("AccessRule" in urn for urn in each.dependencies)


def test_it_can_learn_first():
    made, _ = perimeter(mode="Learning")
    assert {each.inputs["accessMode"] for each in made.of(f"{OPEN}NetworkSecurityPerimeterAssociation")} == {"Learning"}


def test_a_member_can_learn_while_the_others_are_held_to_it():
    made, _ = perimeter(learning=["logs"])
    members = made.of(f"{OPEN}NetworkSecurityPerimeterAssociation")
    assert {each.inputs["associationName"]: each.inputs["accessMode"] for each in members} == {
        "records": "Enforced",
        "logs": "Learning",
    }


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"location": "eastus"}, "location"),
        ({"mode": "Audit"}, "mode"),
        ({"learning": ["logs", "keys"]}, "learning[1]"),
        ({"resources": {}}, "resources"),
        ({"resources": {"My Records": ACCOUNT}}, "resources"),
        ({"resources": {"hsm": id_of("Microsoft.KeyVault/managedHSMs", "euhsm")}}, "resources.hsm"),
        ({"resources": {"a": id_of("Microsoft.Storage/storageAccounts", "theirs", STRANGER)}}, "resources.a"),
    ],
)
def test_bad_arguments_are_told_before_anything_is_made(arguments: dict[str, Any], where: str):
    assert refused(perimeter, **arguments).where == f"ZonePerimeterArgs.{where}"


def test_a_cloud_that_has_none_is_told_with_the_tables_date():
    problem = refused(perimeter, zone=in_government())
    assert problem.where == "ZonePerimeterArgs.location"
    assert "2026-" in problem.found
