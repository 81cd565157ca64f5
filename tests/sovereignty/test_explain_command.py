"""`sovereignty explain`: the verdict, the control, the documents that say so, and how it refuses bad input."""

import json
from pathlib import Path

import pytest
from command_home import run, settle, write_stack
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sovereignty.commands.inputs import landed
from sovereignty.errors import InputError
from sovereignty.explanation.aws import call

pytestmark = pytest.mark.command

CALL = ("explain", "eu", "--action", "s3:PutObject", "--region")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return settle(tmp_path, monkeypatch)


def explained(*arguments: str, code: int) -> dict:
    told = json.loads(run("explain", "eu", *arguments, "--json", code=code)[0])
    assert told["schema"] == 1
    assert told["verdict"] == ("violation" if code else "allowed")
    assert told["reason"].endswith("."), "people read it"
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


ZONE_KEY = "arn:aws:kms:eu-central-1:444455556666:key/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
VPC = "arn:aws:ec2:eu-central-1:444455556666:vpc/vpc-0a1b2c3d"
RECORDS, TRAIL = "arn:aws:s3:::eu-records-444455556666", "arn:aws:s3:::eu-trail-444455556666"
MANAGEMENT = "arn:aws:iam::111122223333:role/admin"


def of_type(kind: str, location: str, code: int) -> dict:
    return explained("--resource-type", kind, "--location", location, code=code)


@pytest.mark.parametrize(
    ("kind", "control", "definition"),
    [
        ("Microsoft.Cdn/profiles", "egress.content-bearing", "content-everywhere"),
        ("microsoft.web/staticsites", "egress.content-bearing", "content-everywhere"),
        ("Microsoft.ManagedServices/registrationDefinitions", "governance.delegation", "delegation-definition"),
        ("Microsoft.Communication/emailServices", "residency.region", "communication"),
    ],
)
def test_what_is_refused_by_its_type_is_refused_wherever_it_is(kind: str, control: str, definition: str):
    for location in ("westeurope", "global"):
        told = of_type(kind, location, code=1)
        assert told["control"] == control
        assert definition in [said["sid"] for said in told["documents"]]


def test_what_a_definition_asks_of_other_properties_decides_nothing_and_is_named(home: Path):
    told = of_type("Microsoft.Storage/storageAccounts", "westeurope", code=0)
    assert "storage-key" in told["assumed"]
    # once a tenant is named, who is let in decides
    write_stack(home, azureManagedByTenants=["6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5c"])
    told = of_type("Microsoft.ManagedServices/registrationDefinitions", "global", code=0)
    assert "What it holds is judged by delegation-definition." in told["assumed"]


def test_what_is_global_by_nature_is_told_from_what_has_a_location_or_none():
    assert "global by nature" in of_type("Microsoft.Network/dnsZones", "global", code=0)["reason"]
    assert "it is a setting" in of_type("Microsoft.Authorization/roleAssignments", "global", code=0)["reason"]
    assert "no location" in of_type("Microsoft.Authorization/roleAssignments", "westeurope", code=0)["assumed"]
    identity = of_type("Microsoft.ManagedIdentity/userAssignedIdentities", "global", code=1)
    assert identity["documents"] == [], "Azure Policy lets it through"
    assert of_type("Microsoft.ManagedIdentity/userAssignedIdentities", "westeurope", code=0)


def test_a_built_in_is_named_only_for_what_it_sees():
    def built_in(kind: str, location: str) -> bool:
        return "sovereignty-baseline" in [said["sid"] for said in of_type(kind, location, code=1)["documents"]]

    assert built_in("Microsoft.Storage/storageAccounts", "eastus")
    assert built_in("Microsoft.Resources/subscriptions/resourceGroups", "global")
    assert not built_in("Microsoft.AzureActiveDirectory/b2cDirectories", "eastus")
    assert not built_in("Microsoft.Authorization/roleAssignments", "eastus")
    assert not built_in("Microsoft.Resources/deploymentScripts", "eastus")


def test_a_call_is_judged_on_the_resources_that_every_such_call_has():
    call = ("--action", "ec2:RunInstances", "--region", "eu-west-1")
    told = explained(*call, "--context", "aws:RequestTag/DataResidency=US", code=1)
    assert (told["control"], [said["sid"] for said in told["documents"]]) == ("tags.residency", ["TagsResidency2"])
    assert "instance/i-0" in told["assumed"]
    assert "which bears the zone's tags, which answers to IMDSv2 alone" in explained(*call, code=0)["assumed"]
    told = explained(*call, "--context", "ec2:MetadataHttpTokens=optional", code=1)
    assert (told["control"], told["documents"][0]["sid"][:-1]) == ("compute.metadata", "ComputeMetadata")
    assert explained(*call, "--resource", "*", "--context", "aws:RequestTag/DataResidency=US", code=1)


def test_tags_are_assumed_only_of_what_is_made():
    told = explained("--action", "s3:PutObject", "--region", "eu-west-1", code=0)
    assert "tags" not in told["assumed"]
    assert "Key and bucket policies were not asked" in told["assumed"]
    assert told["reason"] == "No SCP and no RCP of zone eu refuses it."


def test_the_zones_key_is_asked_where_it_is_named():
    call = ("--region", "eu-central-1", "--resource", ZONE_KEY)
    told = explained("--action", "kms:Decrypt", *call, code=1)
    assert told["control"] == "network.vpc"
    assert told["documents"] == [{"path": "aws/policies/eu-key.json", "sid": "NetworkVpc1"}]
    assert explained("--action", "kms:Decrypt", *call, "--context", f"aws:SourceVpcArn={VPC}", code=0)
    assert explained("--action", "kms:Decrypt", *call, "--context", "aws:ViaAWSService=true", code=0)
    # what it doesn't allow is refused, and no statement says so
    told = explained("--action", "kms:GetKeyPolicy", *call, code=1)
    assert (told["control"], told["documents"][0]["sid"]) == ("keys.administration", "")
    assert (
        "eu-key.json: nothing in it allows it" in run("explain", "eu", "--action", "kms:GetKeyPolicy", *call, code=1)[0]
    )
    deployment = ("--principal", "arn:aws:iam::444455556666:role/sovereign/deployment")
    assert explained("--action", "kms:GetKeyPolicy", *call, *deployment, code=0)
    linked = "arn:aws:iam::444455556666:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    assert explained("--action", "kms:GetKeyPolicy", *call, "--principal", linked, code=1)
    service = ("--principal", "cloudtrail.amazonaws.com", "--action", "kms:GenerateDataKey")
    assert explained(*service, *call, code=1)
    whom = ("--context", "aws:SourceAccount=444455556666", "--context", "aws:SourceOrgID=o-a1b2c3d4e5")
    path = ("--context", "aws:SourceOrgPaths=o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222/")
    assert explained(*service, *call, *whom, *path, code=0)


@pytest.mark.parametrize(
    ("action", "resource", "keys", "control"),
    [
        ("s3:PutObject", f"{TRAIL}/AWSLogs/444455556666/x", (), "audit.trail-writers"),
        ("s3:PutObject", "arn:aws:s3:::eu-flow-logs-444455556666/x", (), "audit.log-writers"),
        ("s3:ReplicateObject", "arn:aws:s3:::eu-config-locked-444455556666/x", (), "audit.log-writers"),
        ("s3:DeleteBucketWebsite", "arn:aws:s3:::eu-config-444455556666", (), "worm.weakening"),
        ("s3:PutObject", f"{RECORDS}/x", (), ""),
        ("s3:PutObject", f"{RECORDS}/x", ("s3:x-amz-server-side-encryption=AES256",), "keys.zone-key"),
        (
            "s3:PutObject",
            f"{RECORDS}/x",
            ("s3:x-amz-server-side-encryption-aws-kms-key-id=a:aws:kms",),
            "keys.zone-key",
        ),
        ("s3:PutObject", f"{RECORDS}/x", ("s3:object-lock-remaining-retention-days=1",), "worm.retention"),
        ("s3:GetObject", f"{RECORDS}/x", ("s3:TlsVersion=1.1",), "network.tls"),
        ("s3:DeleteBucketWebsite", RECORDS, (), "worm.weakening"),
        ("s3:DeleteBucketWebsite", f"{RECORDS}-of-others", (), ""),
    ],
)
def test_the_zones_buckets_are_asked_where_they_are_named(
    action: str, resource: str, keys: tuple[str, ...], control: str
):
    context = [part for key in keys for part in ("--context", key)]
    told = explained(
        "--action", action, "--region", "eu-west-1", "--resource", resource, *context, code=int(control != "")
    )
    assert told["control"] == control
    of_bucket = [said for said in told["documents"] if said["path"].startswith("aws/policies/")]
    assert bool(of_bucket) is (control != "")


def test_rcps_bind_the_management_account_and_the_zones_own_principals_too():
    told = explained("--action", "s3:GetObject", "--region", "eu-west-1", "--principal", MANAGEMENT, code=1)
    assert told["control"] == "identity.organization"
    assert told["documents"][0]["path"].startswith("aws/rcp/")
    assume = ("--action", "sts:AssumeRole", "--region", "eu-west-1", "--principal", MANAGEMENT, "--resource")
    assert explained(*assume, "arn:aws:iam::444455556666:role/sovereign/deployment", code=0)
    assert explained(*assume, "arn:aws:iam::444455556666:role/app", code=1)["control"] == "identity.organization"
    own = ("--action", "s3:GetObject", "--region", "eu-west-1")
    foreign = ("--context", "aws:SourceVpcArn=arn:aws:ec2:us-east-1:444455556666:vpc/vpc-1")
    told = explained(*own, *foreign, code=1)
    assert (told["control"], {said["sid"] for said in told["documents"]}) == (
        "network.vpc",
        {"NetworkVpc1", "NetworkVpc2"},
    )
    assert explained(*own, "--context", "aws:SecureTransport=false", code=1)["control"] == "network.tls"
    # it reaches no resource of the zone
    assert explained(*own, *foreign, "--context", "aws:ResourceOrgPaths=o-a1b2c3d4e5/r-ab12/", code=0)


def test_a_resource_of_another_account_is_not_taken_for_the_zones():
    call = (
        "--action",
        "sqs:SendMessage",
        "--region",
        "eu-west-1",
        "--resource",
        "arn:aws:sqs:eu-west-1:999900001111:q",
    )
    assert "isn't known" in explained(*call, code=1)["assumed"]
    outsider = ("--principal", "arn:aws:iam::999900001111:role/x")
    assert "Neither the caller nor the resource" in explained(*call, *outsider, code=0)["reason"]


ROLE = "arn:aws:iam::444455556666:role/"
OU = "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222/"
ACTIONS = (
    *(f"s3:{name}" for name in ("PutObject", "GetObject", "DeleteBucket", "PutObjectRetention", "GetBucketAcl")),
    *(f"kms:{name}" for name in ("Decrypt", "CreateGrant", "DescribeKey", "PutKeyPolicy", "ScheduleKeyDeletion")),
    *("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "ec2:RunInstances", "iam:CreateRole", "sqs:SendMessage"),
)
PLAIN, LINKED = ("app", "sovereign/deployment", "sovereign/break-glass"), "aws-service-role/x.amazonaws.com/X"
ROLES = (*PLAIN, LINKED, "sovereign/guards/quarantine", "aws:ec2-infrastructure")
OTHERS = ("arn:aws:iam::444455556666:root", MANAGEMENT, "arn:aws:iam::999900001111:role/x")
SERVICES = ("cloudtrail.amazonaws.com", "s3.amazonaws.com", "logs.eu-west-1.amazonaws.com")
CALLERS = (*(f"{ROLE}{name}" for name in ROLES), *OTHERS, *SERVICES)
BUCKETS = (RECORDS, f"{RECORDS}/x", TRAIL, f"{TRAIL}/AWSLogs/444455556666/x")
TARGETS = (
    None,
    ZONE_KEY,
    *BUCKETS,
    f"{ROLE}app",
    f"{ROLE}sovereign/deployment",
    "arn:aws:sqs:eu-west-1:999900001111:q",
)
KEYS = {
    "aws:SourceVpcArn": (VPC, VPC.replace("eu-central-1", "us-east-1"), VPC.replace("4444", "9999")),
    "aws:SecureTransport": ("false",),
    "aws:ViaAWSService": ("true",),
    "aws:SourceAccount": ("444455556666", "999900001111"),
    "aws:SourceOrgID": ("o-a1b2c3d4e5", "o-zzzzzzzzzz"),
    "aws:SourceOrgPaths": (OU, "o-z/r-x/"),
    "aws:ResourceOrgPaths": ("o-a1b2c3d4e5/r-ab12/",),
    "aws:RequestTag/DataResidency": ("US",),
    "accounts.google.com:aud": ("x",),
    "kms:ViaService": ("ec2.eu-central-1.amazonaws.com", "s3.us-east-1.amazonaws.com"),
    "kms:GrantIsForAWSResource": ("true", "false"),
    "kms:ScheduleKeyDeletionPendingWindowInDays": ("7", "30"),
    "kms:EncryptionContext:aws:logs:arn": ("arn:aws:logs:eu-west-1:444455556666:log-group:x", "x"),
    "s3:TlsVersion": ("1.1", "1.3"),
    "s3:x-amz-server-side-encryption": ("AES256", "aws:kms"),
    "s3:x-amz-server-side-encryption-aws-kms-key-id": (ZONE_KEY, "a:aws:kms"),
    "s3:object-lock-remaining-retention-days": ("1", "2600", "99999"),
}


@pytest.mark.heavy
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(ACTIONS),
    st.sampled_from(("eu-west-1", "us-east-1")),
    st.sampled_from(CALLERS),
    st.sampled_from(TARGETS),
    st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in KEYS.items()}),
)
def test_documents_refuse_exactly_what_the_law_refuses(
    home: Path, action: str, region: str, caller: str, resource: str | None, context: dict[str, str]
):
    zone, deployment = landed("eu", home / "zones", home / "Pulumi.eu.yaml")
    try:
        told = call(zone, deployment, action, region, principal=caller, resource=resource, context=context)
    except InputError as error:
        assert "is called on" in str(error)
        return
    assert told.answer.allowed is (told.documents == ()), told


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
        ((*CALL[2:], "eu-west-1", "--context", "aws:ResourceOrgId=a", "--context", "aws:resourceorgid=b"), "spellings"),
        (
            (*CALL[2:], "eu-west-1", "--principal", "arn:aws:sts::444455556666:assumed-role/break-glass/alice"),
            "with its path",
        ),
        ((*CALL[2:], "eu-west-1", "--principal", "arn:aws:iam::444455556666:rolle/app"), "is no principal"),
        ((*CALL[2:], "eu-west-1", "--principal", "arn:aws-cn:iam::444455556666:role/app"), "of partition aws-cn"),
        ((*CALL[2:], "eu-west-1", "--principal", ".amazonaws.com"), "is no principal"),
        ((*CALL[2:], "eu-west-1", "--principal", ""), "is no principal"),
        ((*CALL[2:], "eu-west-1", "--resource", "garbage"), "is no ARN"),
        ((*CALL[2:], "eu-west-1", "--resource", RECORDS), "is called on an object"),
        (("--action", "s3:DeleteBucket", "--region", "eu-west-1", "--resource", f"{TRAIL}/x"), "is called on a bucket"),
        ((*CALL[2:], "eu-west-1", "--resource", ""), "is no ARN"),
        ((*CALL[2:], "eu-west-1", "--resource", "arn:aws-cn:s3:::bucket"), "of partition aws-cn"),
    ],
)
def test_what_cannot_be_explained_is_said_plainly(arguments: tuple[str, ...], says: str):
    assert says in run("explain", "eu", *arguments, code=2)[1]


def test_a_zone_that_is_not_there_and_a_stack_file_that_lacks_a_value_are_named(home: Path):
    assert "There is no zone 'eur'" in run("explain", "eur", *CALL[2:], "eu-west-1", code=2)[1]
    write_stack(home, awsZoneOuPath=None)
    assert "sovereign-zones:awsZoneOuPath" in run(*CALL, "eu-west-1", code=2)[1]
