"""`sovereignty explain`: the verdict, the control, the documents that say so, and how it refuses bad input."""

import json
from pathlib import Path

import pytest
from command_home import run, settle, write_stack

CALL = ("explain", "eu", "--action", "s3:PutObject", "--region")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return settle(tmp_path, monkeypatch)


def explained(*arguments: str, code: int) -> dict:
    told = json.loads(run("explain", "eu", *arguments, "--json", code=code)[0])
    assert told["schema"] == 1
    assert told["verdict"] == ("violation" if code else "allowed")
    return told


def test_a_call_outside_the_zone_is_refused_with_its_control_and_its_document():
    told = explained("--action", "S3:putobject", "--region", "us-east-1", code=1)
    assert told["control"] == "residency.region"
    assert "us-east-1" in told["reason"]
    assert [said["sid"] for said in told["documents"]] == ["ResidencyRegion1"]
    assert told["documents"][0]["path"].startswith("aws/scp/eu-")


def test_a_person_reads_what_was_asked_why_and_what_was_assumed():
    out, _ = run(*CALL, "us-east-1", code=1)
    assert out.startswith("refused: s3:PutObject in us-east-1 by arn:aws:iam::444455556666:role/app\n")
    assert "residency.region: us-east-1 is no region of zone eu (eu-central-1, eu-west-1)." in out
    assert "Assumed: it is about the zone's own resource" in out


def test_a_call_in_the_zone_is_allowed():
    assert explained("--action", "s3:PutObject", "--region", "eu-west-1", code=0)["documents"] == []


@pytest.mark.parametrize(("key", "code"), [("kms:ReplicaRegion=us-east-1", 1), ("kms:ReplicaRegion=eu-west-1", 0)])
def test_a_target_region_is_given_as_context(key: str, code: int):
    told = explained("--action", "kms:ReplicateKey", "--region", "eu-central-1", "--context", key, code=code)
    assert told["control"] == ("egress.replication" if code else "")


def test_a_key_of_several_values_is_given_several_times():
    values = ("--context", "secretsmanager:AddReplicaRegions=eu-west-1")
    call = ("--action", "secretsmanager:CreateSecret", "--region", "eu-central-1", *values)
    assert explained(*call, code=0)
    assert explained(*call, "--context", "secretsmanager:AddReplicaRegions=us-east-1", code=1)


def test_who_calls_and_on_what_decides():
    role = "arn:aws:iam::444455556666:role/sovereign/guards/x"
    call = ("--action", "iam:PutRolePolicy", "--region", "us-east-1")
    assert explained(*call, code=0)
    assert explained(*call, "--resource", role, code=1)["control"] == "identity.roles"
    deployment = ("--principal", "arn:aws:iam::444455556666:role/sovereign/deployment")
    assert explained(*call, "--resource", role, *deployment, code=0)


def test_an_outsider_is_refused_by_the_rcps():
    outsider = ("--principal", "arn:aws:iam::999988887777:role/x")
    told = explained("--action", "s3:GetObject", "--region", "eu-west-1", *outsider, code=1)
    assert told["control"] == "identity.organization"
    assert told["documents"][0]["path"].startswith("aws/rcp/")


def test_neither_a_service_of_the_zone_nor_a_service_linked_role_is_bound():
    linked = "arn:aws:iam::444455556666:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    assert explained("--action", "s3:PutObject", "--region", "us-east-1", "--principal", linked, code=0)
    assert explained("--action", "s3:PutObject", "--region", "us-east-1", "--principal", "logs.amazonaws.com", code=0)


def test_a_location_of_azure_is_explained_too():
    told = explained("--resource-type", "Microsoft.Storage/storageAccounts", "--location", "East US", code=1)
    assert told["control"] == "residency.region"
    assert {said["path"].split("/")[1] for said in told["documents"]} == {"assignments", "definitions"}
    assert explained("--resource-type", "Microsoft.Storage/storageAccounts", "--location", "West Europe", code=0)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--action", "s3:PutObjct", "--region", "eu-west-1"), "Did you mean s3:PutObject"),
        (("--action", "s3:PutObject", "--region", "eu-wst-1"), "Did you mean eu-west-1"),
        (("--action", "s3:PutObject", "--region", "us-gov-west-1"), "partition aws-us-gov"),
        (("--action", "s3:PutObject"), "Add --region."),
        (("--region", "eu-west-1"), "Add --action."),
        ((), "--resource-type and --location"),
        (("--resource-type", "Microsoft.Storage/storageAccounts"), "Add --location."),
        (("--resource-type", "Microsoft.Storage", "--location", "eastus"), "is no resource type"),
        (("--resource-type", "Microsoft.Storage/storageAccounts", "--location", "nowhere"), "no location"),
        (("--action", "s3:PutObject", "--region", "eu-west-1", "--principal", "me"), "is no principal"),
        (("--action", "s3:PutObject", "--region", "eu-west-1", "--context", "x"), "It has no =."),
        (("--action", "s3:PutObject", "--region", "eu-west-1", "--context", "x=y"), "condition key"),
        (("--action", "s3:PutObject", "--region", "eu-west-1", "--context", "aws:PrincipalArn=y"), "Use --principal."),
    ],
)
def test_what_cannot_be_explained_is_said_plainly(arguments: tuple[str, ...], says: str):
    assert says in run("explain", "eu", *arguments, code=2)[1]


def test_a_zone_that_is_not_there_and_a_stack_file_that_lacks_a_value_are_named(home: Path):
    assert "There is no zone 'eur'" in run("explain", "eur", *CALL[2:], "eu-west-1", code=2)[1]
    write_stack(home, awsZoneOuPath=None)
    assert "sovereign-zones:awsZoneOuPath" in run(*CALL, "eu-west-1", code=2)[1]
