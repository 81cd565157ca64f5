"""An exemption: what it says, how long it lasts, and from what there is none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pulumi
import pytest
from built import Recorder, build, declared, deployed

from components.azure import exemption
from components.azure.exemption import ZoneExemption, ZoneExemptionArgs
from sovereignty.compile import azure_policy
from sovereignty.controls import catalogue
from sovereignty.errors import InputError

pytestmark = pytest.mark.engine

EXEMPTION = "azure-native:authorization:PolicyExemption"
GROUP = "/providers/Microsoft.Management/managementGroups/sovereign-eu"
ASSIGNED = f"{GROUP}/providers/Microsoft.Authorization/policyAssignments/"
SUBSCRIPTION = "/subscriptions/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"

OTHER = "/subscriptions/99999999-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
"""Of another zone, or of none."""


def in_days(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def exempt(name: str = "migration", known_late: tuple[str, ...] = (), **given: Any) -> tuple[Recorder, Any]:
    arguments = {
        "zone": declared(),
        "deployment": deployed(),
        "assignment_id": f"{ASSIGNED}zone-controls",
        "scope": f"{SUBSCRIPTION}/resourceGroups/migration",
        "reference_ids": ["storage-redundancy"],
        "owner": "storage team",
        "approver": "data protection officer",
        "ticket": "SEC-1042",
        "reason": "Copies stay until the accounts are empty.",
        "expires": in_days(30),
        **given,
    }

    def make() -> dict[str, pulumi.Output[str]]:
        late = {key: pulumi.Output.from_input(arguments[key]).apply(str) for key in known_late}
        made = ZoneExemption(name, ZoneExemptionArgs(**{**arguments, **late}))
        return {"expires_on": made.expires_on}

    return build(make)


def refused(**given: Any) -> str:
    with pytest.raises(InputError) as told:
        exempt(**given)
    [problem] = told.value.problems
    return problem.where.removeprefix("ZoneExemptionArgs.")


def test_it_says_who_why_and_until_when():
    made, outputs = exempt()
    found = made.the(EXEMPTION)
    assert found.inputs == {
        "policyExemptionName": "migration",
        "scope": f"{SUBSCRIPTION}/resourceGroups/migration",
        "policyAssignmentId": f"{ASSIGNED}zone-controls",
        "policyDefinitionReferenceIds": ["storage-redundancy"],
        "exemptionCategory": "Waiver",
        "assignmentScopeValidation": "Default",
        "expiresOn": f"{in_days(30)}T00:00:00Z",
        "displayName": "eu: migration",
        "description": "Copies stay until the accounts are empty.",
        "metadata": {
            "approver": "data protection officer",
            "owner": "storage team",
            "ticket": "SEC-1042",
            "zone": "eu",
        },
    }
    assert outputs["expires_on"] == f"{in_days(30)}T00:00:00Z"
    assert found.hooks == ("migration-exemption-until-the-group-is-known",)


def test_the_zones_groups_may_be_exempt_too_and_ids_may_be_known_late():
    for group in (GROUP, f"{GROUP}-sandbox", SUBSCRIPTION):
        for late in ((), ("scope", "assignment_id")):
            assert exempt(scope=group, known_late=late)[0].the(EXEMPTION).inputs["scope"] == group
    of_the_sandbox = f"{ASSIGNED}zone-tags".replace("sovereign-eu", "sovereign-eu-sandbox")
    made, _ = exempt(assignment_id=of_the_sandbox, reference_ids=(), category="Mitigated")
    assert "policyDefinitionReferenceIds" not in made.the(EXEMPTION).inputs
    assert made.the(EXEMPTION).inputs["exemptionCategory"] == "Mitigated"


TODAY = date(2026, 11, 27)


def test_it_ends_after_today_and_within_a_year():
    for text in ("2026-11-28", "2027-11-28"):
        assert exemption._day(text, TODAY).isoformat() == text
    for text, said in (
        ("2026-11-27", "2026-11-27 is not after today, 2026-11-27"),
        ("2025-01-01", "is not after today"),
        ("2027-11-29", "more than 366 days away"),
    ):
        with pytest.raises(InputError, match=rf"ZoneExemptionArgs\.expires: .*{said}"):
            exemption._day(text, TODAY)


@pytest.mark.parametrize("text", ["", "soon", "20261201", "2026-W50-1", "2026-12-32", "1.12.2026", "2026-12-1", None])
def test_what_is_no_day_is_refused(text: Any):
    with pytest.raises(InputError, match=r"expires: This is no day as YYYY-MM-DD.\n.*2026-11-28 to 2027-11-28"):
        exemption._day(text, TODAY)


def test_each_thing_that_is_missing_or_wrong_is_named_and_no_free_text_is_repeated():
    for argument in ("owner", "approver", "ticket", "reason"):
        assert refused(**{argument: " "}) == argument
        assert refused(**{argument: None}) == argument
    assert refused(reason="x" * 513) == "reason"
    assert refused(category="Forever") == "category"
    assert refused(expires=in_days(0)) == "expires"
    assert refused(expires=in_days(367)) == "expires"
    for scope in ("", None, "eu", "/subscriptions/x", f"{GROUP}-other", "/providers/Microsoft.Management"):
        assert refused(scope=scope) == "scope"
    for scope in (OTHER, f"{OTHER}/resourceGroups/migration"):
        assert refused(scope=scope) == "scope"
    shouted = f"/subscriptions/{SUBSCRIPTION.rpartition('/')[2].upper()}"
    assert exempt(scope=shouted)[0].the(EXEMPTION).inputs["scope"] == shouted
    for assignment in ("", "zone-controls", f"{ASSIGNED}other", f"{ASSIGNED}zone-keys".replace("-eu", "-us")):
        assert refused(assignment_id=assignment) == "assignment_id"
    assert refused(reference_ids=["storage-redundancy", "storage-redundency"]) == "reference_ids[1]"
    with pytest.raises(InputError, match="storage-redundancy"):
        exempt(reference_ids=["storage-redundency"])
    with pytest.raises(InputError, match="can't be an exemption's name"):
        exempt("a/b")


def never_exempt_members() -> list[str]:
    never = {control.id for control in catalogue.catalogue() if control.never_exempt}
    bodies = [each.body for each in azure_policy.documents(declared(), deployed()) if "/initiatives/" in each.path]
    [initiative] = bodies
    members = initiative["properties"]["policyDefinitions"]
    return [each["policyDefinitionReferenceId"] for each in members if never.intersection(each["groupNames"])]


def test_from_what_the_catalogue_says_there_is_no_exemption():
    members = never_exempt_members()
    assert {"exemption-expiry", "container-retention"} <= set(members)
    for member in members:
        with pytest.raises(InputError, match=rf"reference_ids: {member} holds .*, from which nothing is exempt"):
            exempt(reference_ids=["storage-redundancy", member])


def test_nor_from_an_assignment_as_a_whole_that_holds_it():
    with pytest.raises(InputError, match=r"reference_ids: zone-controls holds .*\n.*name them in reference_ids"):
        exempt(reference_ids=())


def test_an_assignment_that_is_known_late_is_held_to_the_same():
    for given in ({"reference_ids": ()}, {"reference_ids": ["none"]}, {"assignment_id": f"{ASSIGNED}other"}):
        arguments = {
            "zone": declared(), "deployment": deployed(), "assignment_id": f"{ASSIGNED}zone-controls", "scope": GROUP,
            "owner": "o", "approver": "a", "ticket": "t", "reason": "r", "expires": in_days(1), **given,
        }  # fmt: skip
        check = exemption._assignment_check(ZoneExemptionArgs(**arguments))
        with pytest.raises(InputError, match=r"ZoneExemptionArgs\.(reference_ids|assignment_id)"):
            check(arguments["assignment_id"])
