"""The zone's management group and its sandbox: which version binds each, as whom it acts, and what is placed when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pulumi
import pytest
from built import Recorder, azure_at, build, declared, deployed
from pulumi_azure_native import management

from components.azure.management_group import ZoneManagementGroup, ZoneManagementGroupArgs, group_name
from components.azure.subscription import ZoneSubscription, ZoneSubscriptionArgs
from sandbox.azure import Azure
from sovereignty.compile import azure_policy, output
from sovereignty.errors import InputError

pytestmark = pytest.mark.engine

GROUP = "azure-native:management:ManagementGroup"
PLACED = "azure-native:management:ManagementGroupSubscription"
DEFINITION = "azure-native:authorization:PolicyDefinitionAtManagementGroup"
INITIATIVE = "azure-native:authorization:PolicySetDefinitionAtManagementGroup"
ASSIGNMENT = "azure-native:authorization:PolicyAssignment"
GRANT = "azure-native:authorization:RoleAssignment"
ABOVE = "/providers/Microsoft.Management/managementGroups/"
FEWER = {"cloud": "public", "home": "germanywestcentral", "regions": ["germanywestcentral", "westeurope"]}
ACTS = {
    "zone-activity-log": "749f88d5-cbae-40b8-bcfc-e573ddc772fa",
    "zone-tag-class": "4a9ae827-6dc8-4573-8ac7-8239d42aa03f",
    "zone-tags": "4a9ae827-6dc8-4573-8ac7-8239d42aa03f",
    "zone-tags-groups": "4a9ae827-6dc8-4573-8ac7-8239d42aa03f",
}
IDENTITY = {"type": "SystemAssigned", "principalId": "the-assignments-own", "tenantId": "t"}


FIRST, OTHER = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "5e6f7a8b-9c0d-4e1f-8a2b-3c4d5e6f7a8b"


def build_group(law: Any = None, deployment: Any = None, late: Any = False, **given: Any) -> tuple[Recorder, Any]:
    """Each takes seconds, since a group has more than a hundred definitions: so few are built."""
    arguments = {"zone": law or declared(), "deployment": deployment or deployed(), "parent_id": "sovereignty", **given}

    def make() -> dict[str, pulumi.Output[Any]]:
        if late:
            above = management.ManagementGroup("above", group_id="above").id
            arguments["parent_id"] = above.apply(lambda _: given["parent_id"])
        made = ZoneManagementGroup("eu", ZoneManagementGroupArgs(**arguments))
        names = ("group_id", "assignment_ids", "bound_group_id", "sandbox_group_id")
        placed = ZoneSubscriptionArgs(
            zone=arguments["zone"], deployment=arguments["deployment"], management_group_id=made.bound_group_id
        )
        subscription = ZoneSubscription("workload", placed).subscription_id
        return {**{name: getattr(made, name) for name in names}, "subscription": subscription}

    answers: dict[str, Any] = {ASSIGNMENT: {"identity": IDENTITY}}
    return build(make, **answers)


@pytest.fixture(scope="module")
def both() -> tuple[Recorder, Any]:
    return build_group()


@pytest.fixture(scope="module")
def trying(tmp_path_factory: pytest.TempPathFactory) -> Recorder:
    """Another law than the released one, its groups under parents of their own, one of them known late."""
    folder = release(tmp_path_factory.mktemp("released"))
    parents = {"parent_id": f"{ABOVE.lower()}Sovereignty", "sandbox_parent_id": f"{ABOVE}trials"}
    return build_group(declared(azure=FEWER), deployed(rollout="sandbox"), late=True, released=folder, **parents)[0]


def of_group(made: Recorder, type_: str, sandbox: bool) -> list[Any]:
    return [each for each in made.of(type_) if each.name.startswith("eu-sandbox") is sandbox]


def rules(made: Recorder, sandbox: bool) -> dict[str, Any]:
    found = of_group(made, DEFINITION, sandbox)
    return {each.inputs["policyDefinitionName"]: each.inputs["policyRule"] for each in found}


def compiled(law: Any, sandbox: bool = False) -> dict[str, Any]:
    found = azure_policy.documents(law, deployed(), sandbox)
    bodies = [each.body for each in found if each.path.startswith(azure_policy.DEFINITIONS)]
    return {body["name"]: body["properties"]["policyRule"] for body in bodies}


def test_beside_the_zones_group_is_one_to_try_a_version_in(both, trying):
    made, outputs = both
    groups = {each.name: (each.inputs["groupId"], each.inputs["details"]["parent"]["id"]) for each in made.of(GROUP)}
    assert groups == {
        "eu": ("sovereign-eu", f"{ABOVE}sovereignty"),
        "eu-sandbox": ("sovereign-eu-sandbox", f"{ABOVE}sovereignty"),
    }
    assert (outputs["group_id"], outputs["sandbox_group_id"]) == ("sovereign-eu", "sovereign-eu-sandbox")
    parents = {name: trying.the(GROUP, name).inputs["details"]["parent"]["id"] for name in ("eu", "eu-sandbox")}
    assert parents == {"eu": f"{ABOVE}Sovereignty", "eu-sandbox": f"{ABOVE}trials"}


def test_both_have_every_policy_of_this_version_by_their_own_ids(both):
    made, outputs = both
    for sandbox, group in ((False, "sovereign-eu"), (True, "sovereign-eu-sandbox")):
        assert rules(made, sandbox) == compiled(declared(), sandbox)
        assert {each.inputs["managementGroupId"] for each in of_group(made, DEFINITION, sandbox)} == {group}
        [initiative] = of_group(made, INITIATIVE, sandbox)
        named = {each["policyDefinitionId"].split("/")[4] for each in initiative.inputs["policyDefinitions"]}
        assert (initiative.inputs["managementGroupId"], named) == (group, {group})
        scopes = {each.inputs["scope"] for each in of_group(made, ASSIGNMENT, sandbox)}
        assert scopes == {"eu-sandbox-id" if sandbox else "eu-id"}
        own = [each.inputs["policyDefinitionId"] for each in of_group(made, ASSIGNMENT, sandbox)]
        assert {each.split("/")[4] for each in own if "/managementGroups/" in each} == {group}
    assert rules(made, True) == {name: rule for name, rule in rules(made, False).items() if name != "zone-activity-log"}
    assert set(outputs["assignment_ids"]) == {
        each.inputs["policyAssignmentName"] for each in of_group(made, ASSIGNMENT, False)
    }


def test_what_acts_has_the_roles_of_its_definition_at_its_group_and_no_others(both, trying):
    made, _ = both
    for sandbox, scope in ((False, "eu-id"), (True, "eu-sandbox-id")):
        acting = [each.inputs for each in of_group(made, ASSIGNMENT, sandbox) if "identity" in each.inputs]
        wanted = {name: role for name, role in ACTS.items() if not (sandbox and name == "zone-activity-log")}
        assert {each["policyAssignmentName"] for each in acting} == wanted.keys()
        assert {each["identity"]["type"] for each in acting} == {"SystemAssigned"}
        assert {each["location"] for each in acting} == {"germanywestcentral"}
        grants = [each.inputs for each in of_group(made, GRANT, sandbox)]
        assert {each["description"].split()[2]: each["roleDefinitionId"].split("/")[-1] for each in grants} == wanted
        assert {(each["scope"], each["principalId"], each["principalType"]) for each in grants} == {
            (scope, "the-assignments-own", "ServicePrincipal")
        }
    names = [each.inputs["roleAssignmentName"] for each in made.of(GRANT)]
    assert len(set(names)) == len(names) == 7
    assert {each.inputs["roleAssignmentName"] for each in trying.of(GRANT)} == set(names), "the same on every run"


def test_all_that_is_made_in_a_new_group_waits_until_azure_knows_it(both):
    made, _ = both
    waiting = {each.type for each in made.seen if each.hooks == ("eu-until-the-group-is-known",)}
    assert waiting == {DEFINITION, INITIATIVE, ASSIGNMENT, GRANT}
    assert not [each for each in made.seen if each.type in waiting and not each.hooks]


def release(folder: Path, law: Any = None, sandbox: bool = False) -> str:
    output.write("eu", azure_policy.documents(law or declared(), deployed(), sandbox), folder / "eu")
    return str(folder)


def test_while_a_version_is_tried_the_zones_group_keeps_the_released_one(trying, both):
    changed = declared(azure=FEWER)
    assert rules(trying, sandbox=False) == compiled(declared())
    assert rules(trying, sandbox=True) == compiled(changed, sandbox=True)
    assert compiled(changed) != compiled(declared())
    names = {(each.type, each.name) for each in trying.seen if each.name != "above"}
    assert names == {(each.type, each.name) for each in both[0].seen}


def test_without_a_released_version_nothing_is_tried(tmp_path: Path):
    with pytest.raises(InputError, match=r"eu/manifest\.json: .*no released version.*\n.*sovereignty compile eu --out"):
        build_group(None, deployed(rollout="sandbox"), released=str(tmp_path))


def test_a_version_of_another_group_or_zone_and_an_altered_one_are_refused(tmp_path: Path):
    trying = deployed(rollout="sandbox")
    with pytest.raises(InputError, match=r"another management group than sovereign-eu\.\n.*compile eu --out"):
        build_group(None, trying, released=release(tmp_path / "sandbox", sandbox=True))
    other = tmp_path / "other"
    output.write("us", azure_policy.documents(declared("us"), deployed("us")), other / "eu")
    with pytest.raises(InputError, match="documents of another zone"):
        build_group(None, trying, released=str(other))
    folder = release(tmp_path / "altered")
    altered = next(Path(folder, "eu", "azure", "definitions").iterdir())
    altered.write_text(altered.read_text().replace("Deny", "Audit", 1))
    with pytest.raises(InputError, match=rf"{altered.name}.*altered after it was released"):
        build_group(None, trying, released=folder)


@pytest.mark.parametrize("parent", [None, 5, "", "x y", "a/b", "/subscriptions/x", "ends.", f"{ABOVE}", f"{ABOVE}a/b"])
@pytest.mark.parametrize("argument", ["parent_id", "sandbox_parent_id"])
def test_what_is_no_parent_is_refused_before_anything_is_made(argument: str, parent: Any):
    if parent is None and argument == "sandbox_parent_id":
        return
    with pytest.raises(InputError) as told:
        build_group(**{argument: parent})
    assert [each.where for each in told.value.problems] == [f"ZoneManagementGroupArgs.{argument}"]


def test_a_parent_that_is_known_late_is_held_to_the_same():
    def make() -> dict[str, Any]:
        above = management.ManagementGroup("above", group_id="above")
        return {"name": group_name(above.id.apply(lambda _: "a/b"), "ZoneManagementGroupArgs.parent_id", above)}

    with pytest.raises(pulumi.RunError, match=r"ZoneManagementGroupArgs\.parent_id: .*no management group"):
        build(make)


def place(azure: Azure | None = None, **given: Any) -> tuple[Recorder, Any]:
    landed = deployed(azureSubscriptions=[FIRST, OTHER])

    def make() -> dict[str, pulumi.Output[str]]:
        arguments = {"zone": declared(), "deployment": landed, "management_group_id": "sovereign-eu", **given}
        return {"subscription": ZoneSubscription("workload", ZoneSubscriptionArgs(**arguments)).subscription_id}

    return build(make, azure)


def test_a_subscription_is_placed_once_all_that_binds_is_there(both):
    made, outputs = both
    placed = made.the(PLACED)
    assert placed.inputs["groupId"] == "sovereign-eu"
    assert placed.hooks == ("workload-subscription-until-the-group-is-known",)
    for type_ in (ASSIGNMENT, GRANT):
        waited_for = {urn.rpartition("::")[2] for urn in placed.dependencies if type_ in urn}
        assert waited_for == {each.name for each in of_group(made, type_, False)}
    assert outputs["subscription"] == FIRST
    assert place(subscription=OTHER.upper())[1]["subscription"] == OTHER


def test_a_subscription_of_somebody_else_is_refused_and_so_is_no_group():
    for argument, value in (("subscription", "99999999-9c0d-4e1f-8a2b-3c4d5e6f7a8b"), ("management_group_id", "")):
        given: dict[str, Any] = {argument: value}
        with pytest.raises(InputError) as told:
            place(**given)
        assert [each.where for each in told.value.problems] == [f"ZoneSubscriptionArgs.{argument}"]


def test_what_another_subscriptions_provider_has_placed_is_told(tmp_path: Path):
    assert place(azure_at(tmp_path / "right", FIRST))[1]["subscription"] == FIRST
    with pytest.raises(pulumi.RunError, match=r"ZoneSubscriptionArgs\.subscription: .*another subscription's"):
        place(azure_at(tmp_path / "wrong", OTHER))
