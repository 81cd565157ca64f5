"""The zone's OU and its sandbox: which version hangs at each, in how many policies, under which names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pulumi
import pytest
from built import OU_PATH, TOP_OU, Recorder, build, declared, deployed

from components.aws.organization import ZoneOrganizationalUnit, ZoneOrganizationalUnitArgs
from sovereignty.compile import everything, organization, output, rcp, scp
from sovereignty.errors import InputError

pytestmark = pytest.mark.engine
POLICY = "aws:organizations/policy:Policy"
ATTACHMENT = "aws:organizations/policyAttachment:PolicyAttachment"
UNIT = "aws:organizations/organizationalUnit:OrganizationalUnit"
HANGING = "aws:organizations/getPoliciesForTarget:getPoliciesForTarget"
US_TOO = {"partition": "aws", "home": "eu-central-1", "regions": ["eu-central-1", "eu-west-1", "eu-north-1"]}


def build_units(law: Any = None, deployment: Any = None, answers: Any = None, **given: Any) -> tuple[Recorder, Any]:
    arguments = {"zone": law or declared(), "deployment": deployment or deployed(), "parent_id": TOP_OU, **given}

    def make() -> dict[str, pulumi.Output[Any]]:
        made = ZoneOrganizationalUnit("eu", ZoneOrganizationalUnitArgs(**arguments))
        names = ("unit_id", "path", "policy_ids", "sandbox_unit_id", "sandbox_policy_ids")
        return {name: getattr(made, name) for name in names}

    return build(make, **(answers or {}))


@pytest.fixture(scope="module")
def both() -> tuple[Recorder, Any]:
    return build_units()


def contents(made: Recorder, sandbox: bool) -> dict[str, str]:
    """AWS's type and number -> content, of one of the OUs."""
    mark = "sovereign-sandbox-"
    named = {each.inputs["name"]: each.inputs["content"] for each in made.of(POLICY)}
    return {
        name.removeprefix(mark if sandbox else "sovereign-"): content
        for name, content in named.items()
        if name.startswith(mark) is sandbox
    }


def compiled(law: Any) -> dict[str, str]:
    here = deployed(awsZoneOuPath=OU_PATH)
    found = {}
    for short, documents in (("scp", scp.documents), ("rcp", rcp.documents)):
        texts = [each.text for each in documents(law, here)]
        found |= {f"{short}-{number}-eu": text for number, text in enumerate(texts, start=1)}
    kinds = zip(organization.KINDS, organization.documents(law, here), strict=True)
    return found | {f"{kind.name}-eu": document.text for kind, document in kinds if kind.type != "BACKUP_POLICY"}


def test_beside_the_zones_ou_is_one_to_try_a_version_in(both):
    made, outputs = both
    units = {each.name: each.inputs for each in made.of(UNIT)}
    assert units == {
        "eu": {"name": "EU-Workloads", "parentId": TOP_OU},
        "eu-sandbox": {"name": "EU-Sandbox", "parentId": TOP_OU},
    }
    assert (outputs["unit_id"], outputs["sandbox_unit_id"]) == ("eu-id", "eu-sandbox-id")
    apart, _ = build_units(sandbox_parent_id="ou-ab12-33333333")
    assert apart.the(UNIT, "eu-sandbox").inputs["parentId"] == "ou-ab12-33333333"


def test_both_have_every_policy_of_this_version(both):
    made, outputs = both
    assert contents(made, sandbox=False) == contents(made, sandbox=True) == compiled(declared())
    targets = {each.name: each.inputs["targetId"] for each in made.of(ATTACHMENT)}
    assert {name: "eu-sandbox-id" if "-sandbox-" in name else "eu-id" for name in targets} == targets
    assert targets.keys() == {each.name for each in made.of(POLICY)}
    assert len(outputs["policy_ids"]) == len(outputs["sandbox_policy_ids"]) == len(targets) / 2


def test_names_of_policies_can_be_no_other_zones(both):
    names = [each.inputs["name"] for each in both[0].of(POLICY)]
    assert len(set(names)) == len(names)
    assert {name.rpartition("-")[2] for name in names} == {"eu"}


def test_types_are_those_that_aws_knows(both):
    types = {each.inputs["type"] for each in both[0].of(POLICY)}
    assert types == {
        "SERVICE_CONTROL_POLICY",
        "RESOURCE_CONTROL_POLICY",
        *(kind.type for kind in organization.KINDS if kind.type != "BACKUP_POLICY"),
    }


def test_backups_are_asked_for_since_a_vaults_own_plan_would_make_them_twice():
    made, _ = build_units(backup_policy=True)
    assert {each.name for each in made.of(POLICY)} >= {"eu-backup", "eu-sandbox-backup"}


@pytest.mark.parametrize(
    ("switch", "type_"),
    [
        ("tag_policy", "TAG_POLICY"),
        ("declarative_ec2", "DECLARATIVE_POLICY_EC2"),
        ("ai_opt_out", "AISERVICES_OPT_OUT_POLICY"),
    ],
)
def test_each_organization_policy_can_be_left_to_others(switch: str, type_: str):
    made, _ = build_units(**{switch: False})
    assert type_ not in {each.inputs["type"] for each in made.of(POLICY)}


def release(folder: Path, path: str = OU_PATH) -> Path:
    output.write("eu", everything.documents(declared(), deployed(awsZoneOuPath=path)), folder / "eu")
    return folder


def test_while_a_version_is_tried_the_zones_ou_keeps_the_released_one(tmp_path: Path):
    changed = declared(aws=US_TOO)
    given = {"released": str(release(tmp_path))}
    made, _ = build_units(changed, deployed(rollout="sandbox"), **given)
    assert contents(made, sandbox=False) == compiled(declared())
    assert contents(made, sandbox=True) == compiled(changed)
    assert compiled(changed) != compiled(declared())


def test_resources_have_the_same_names_whatever_is_rolled_out(tmp_path: Path, both):
    tried, _ = build_units(None, deployed(rollout="sandbox"), released=str(release(tmp_path)))
    assert {(each.type, each.name) for each in tried.seen} == {(each.type, each.name) for each in both[0].seen}


def test_without_a_released_version_nothing_is_tried(tmp_path: Path):
    with pytest.raises(InputError, match=r"eu/manifest\.json: .*no released version.*\n.*sovereignty compile eu --out"):
        build_units(None, deployed(rollout="sandbox"), released=str(tmp_path))


def test_a_version_that_was_released_for_another_ou_is_refused(tmp_path: Path):
    elsewhere = release(tmp_path, OU_PATH.replace("22222222", "99999999"))
    with pytest.raises(pulumi.RunError, match=r"(?s)awsZoneOuPath: .*another OU than .*released version anew"):
        build_units(None, deployed(rollout="sandbox"), released=str(elsewhere))


def test_more_policies_than_an_ou_takes_are_refused_before_anything_is_made():
    for others, fits in ((5, False), (2, True)):
        if fits:
            build_units(attached_by_others=others)
            continue
        with pytest.raises(
            InputError, match=r"ZoneOrganizationalUnitArgs\.attached_by_others: .*SERVICE_CONTROL|RESOURCE"
        ):
            build_units(attached_by_others=others)
    with pytest.raises(InputError, match=r"attached_by_others: 0 is less"):
        build_units(attached_by_others=0)


@pytest.mark.parametrize("parent", [None, "", "x", "123456789012", "ou-AB12-11111111", "o-a1b2c3d4e5"])
def test_what_is_no_parent_is_refused_before_anything_is_made(parent: Any):
    with pytest.raises(InputError) as told:
        build_units(parent_id=parent)
    assert [each.where for each in told.value.problems] == ["ZoneOrganizationalUnitArgs.parent_id"]
    if parent is not None:
        with pytest.raises(InputError) as told:
            build_units(sandbox_parent_id=parent)
        assert [each.where for each in told.value.problems] == ["ZoneOrganizationalUnitArgs.sandbox_parent_id"]


def test_the_root_and_what_is_known_late_may_be_parents():
    def make() -> None:
        late = pulumi.Output.from_input(TOP_OU)
        given = {"zone": declared(), "deployment": deployed(), "parent_id": "r-ab12", "sandbox_parent_id": late}
        ZoneOrganizationalUnit("eu", ZoneOrganizationalUnitArgs(**given))

    made, _ = build(make)
    assert {each.inputs["parentId"] for each in made.of(UNIT)} == {"r-ab12", TOP_OU}


def test_without_the_management_account_no_ou_is_made_since_its_rcps_would_shut_out_who_deploys():
    nobody = deployed().model_copy(update={"aws_management_account": None})
    with pytest.raises(InputError, match=r"Pulumi\.eu\.yaml: sovereign-zones:awsManagementAccount"):
        build_units(deployment=nobody)


def test_what_hangs_at_the_ou_already_is_counted():
    """That ours are not, tests/engine/test_rollout.py shows: there they hang when it is deployed again."""
    build_units(answers={HANGING: {"ids": ["p-RCPFullAWSAccess", "p-stranger0"]}})
    strangers = [f"p-stranger{number}" for number in range(5)]
    with pytest.raises(pulumi.RunError, match=r"(?s)attached_by_others: .*not ours hang .*Detach \d of p-stranger0"):
        build_units(answers={HANGING: {"ids": ["p-FullAWSAccess", *strangers]}})
