"""The law's answers, each with the control that decides and a reason for a reader."""

from collections.abc import Mapping
from functools import cache
from itertools import product
from typing import Any

import pytest
from law_inputs import REPOSITORY, STACK, refused

from sovereignty import deployment, zone
from sovereignty.iam.request import Request
from sovereignty.judgement import encryption, flows, places
from sovereignty.judgement.answer import Answer
from sovereignty.judgement.aws_calls import AwsLaw
from sovereignty.rules import placement

SETTINGS = {key.removeprefix("sovereign-zones:"): value for key, value in STACK.items() if "sovereign-zones:" in key}
OU_PATH = "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222/"
DEPLOYED = deployment.from_config({**SETTINGS, "awsZoneOuPath": OU_PATH}, "Pulumi.eu.yaml")
EU = zone.load("eu", REPOSITORY / "zones")
ROLE = "arn:aws:iam::444455556666:role/"
KEY = "arn:aws:kms:eu-central-1:444455556666:key/11112222-3333-4444-5555-666677778888"


@cache
def law() -> AwsLaw:
    return AwsLaw(EU, DEPLOYED)


def asked(action: str, region: str, role: str = "app", resource: str = "*", **keys: Any) -> Answer:
    context: Mapping[str, Any] = {
        "aws:RequestedRegion": region,
        "aws:PrincipalArn": f"{ROLE}{role}",
        "aws:ResourceOrgID": "o-a1b2c3d4e5",
        "aws:ResourceOrgPaths": (OU_PATH,),
        "aws:RequestTag/DataResidency": "EU",
        **{key.replace("__", ":"): value for key, value in keys.items()},
    }
    return law().judge(Request(action, resource, context))


def test_a_place_is_one_of_the_zones_in_every_spelling():
    for location in ("westeurope", "West Europe", "WESTEUROPE"):
        answer = places.on_azure(EU, "Microsoft.Storage/storageAccounts", location)
        assert answer.allowed
        assert answer.reason == f"{location} is one of zone eu's own: germanywestcentral, westeurope, northeurope."
    assert places.on_aws(EU, "eu-west-1") == Answer(
        True, "residency.region", "eu-west-1 is one of zone eu's own: eu-central-1, eu-west-1."
    )


def test_a_place_outside_is_named_with_its_country():
    assert places.on_azure(EU, "Microsoft.Web/sites", "UK South") == Answer(
        False,
        "residency.region",
        "uksouth (GB) is outside zone eu: germanywestcentral, westeurope, northeurope.",
    )
    # of the jurisdiction, and still no region of the zone
    assert places.on_aws(EU, "eu-west-3").reason == "eu-west-3 (FR) is outside zone eu: eu-central-1, eu-west-1."


def test_a_place_that_nobody_knows_is_outside():
    for answer in (places.on_aws(EU, "eu-central-9"), places.on_azure(EU, "Microsoft.Web/sites", "atlantis")):
        assert not answer.allowed
        assert answer.reason.startswith("This is no known region, so it is outside zone eu")
    assert not places.on_aws(EU, "EU-WEST-1").allowed, "AWS has one spelling only"


def test_what_carries_content_may_live_nowhere():
    for kind, location in product(("Microsoft.Cdn/profiles", "microsoft.network/frontDoors"), ("westeurope", "global")):
        answer = places.on_azure(EU, kind, location)
        assert (answer.allowed, answer.control) == (False, "egress.content-bearing")
        assert answer.reason.endswith("and no zone can open it.")


def test_global_is_the_place_of_names_rules_and_settings_alone():
    for kind in ("Microsoft.Network/dnsZones", "microsoft.network/privatednszones/virtualnetworklinks"):
        assert places.on_azure(EU, kind, "Global").allowed
        assert not places.on_azure(EU, kind, "eastus").allowed
    assert places.on_azure(EU, "Microsoft.Authorization/roleAssignments", "global").reason.endswith(
        "has no location: it is a setting, of names and permissions."
    )
    belonging = places.on_azure(EU, "Microsoft.Insights/diagnosticSettings", "global")
    assert not belonging.allowed
    assert belonging.reason.endswith("has no location: it lives where what it belongs to lives.")
    for kind in ("Microsoft.ManagedIdentity/userAssignedIdentities", "Microsoft.Network/dnsZones/A"):
        assert not places.on_azure(EU, kind, "global").allowed


def test_the_preview_and_the_law_know_the_same_types_as_global():
    table = placement.table("azure_placement")
    assert sorted(kind for kinds in table["global_arm"].values() for kind in kinds) == sorted(table["global"])


def test_global_is_no_place():
    for location in ("global", "Global"):
        answer = places.on_azure(EU, "Microsoft.Maps/accounts", location)
        assert (answer.allowed, answer.control) == (False, "residency.region")
        assert answer.reason.startswith("global is no place, so what Microsoft.Maps/accounts keeps there has none.")


def test_nothing_lives_on_a_cloud_without_footprint():
    bare = EU.model_copy(update={"aws": None, "azure": None})
    assert places.on_aws(bare, "eu-west-1").reason == "Zone eu has no footprint on AWS."
    assert places.on_azure(bare, "Microsoft.Web/sites", "westeurope").reason == "Zone eu has no footprint on Azure."
    assert encryption.on_aws(bare, DEPLOYED, KEY).reason == "Zone eu has no footprint on AWS."
    assert encryption.on_azure(bare, "westeurope", "RSA-HSM").reason == "Zone eu has no footprint on Azure."


def test_a_key_of_the_zones_account_in_its_regions_encrypts():
    assert encryption.on_aws(EU, DEPLOYED, KEY) == Answer(
        True, "keys.zone-key", "The key is zone eu's own, in eu-central-1."
    )
    assert encryption.on_aws(EU, DEPLOYED, "arn:aws:kms:eu-west-1:444455556666:alias/records").allowed


@pytest.mark.parametrize(
    ("arn", "reason"),
    [
        (KEY.replace("eu-central-1", "us-east-1"), "The key is in us-east-1, and zone eu in eu-central-1, eu-west-1."),
        (KEY.replace("arn:aws:", "arn:aws-us-gov:"), "The key is in eu-central-1, and zone eu in"),
        (KEY.replace("444455556666", "999999999999"), "The key is of an account that is not zone eu's."),
        ("alias/aws/s3", "It is not the ARN of a KMS key or alias, so where it is isn't known."),
        (KEY.replace(":key/", ":store/"), "It is not the ARN of a KMS key or alias"),
        (KEY.replace(":kms:", ":s3:"), "It is not the ARN of a KMS key or alias"),
        ("", "It is not the ARN of a KMS key or alias"),
    ],
)
def test_any_other_key_does_not(arn: str, reason: str):
    answer = encryption.on_aws(EU, DEPLOYED, arn)
    assert (answer.allowed, answer.control) == (False, "keys.zone-key")
    assert answer.reason.startswith(reason)


def test_a_vaults_place_is_asked_before_the_type_of_its_key():
    assert encryption.on_azure(EU, "East US", "RSA").control == "keys.zone-key"
    assert encryption.on_azure(EU, "West Europe", "RSA") == Answer(
        False, "keys.hsm", "The key is not protected by an HSM: its type doesn't end in -HSM."
    )
    for kind in ("RSA-HSM", "ec-hsm", "oct-HSM"):
        assert encryption.on_azure(EU, "West Europe", kind).allowed
    for kind in ("", "EC", "oct", "HSM", "AES-HSM"):
        assert encryption.on_azure(EU, "West Europe", kind).control == "keys.hsm"


def test_data_that_never_leaves_stays_and_so_does_what_nobody_has_classified():
    assert flows.flow(EU, "pii", "eu") == Answer(True, "", "It stays in zone eu.")
    assert flows.flow(EU, "pii", "us", "anonymised") == Answer(False, "egress.data-class", "pii never leaves zone eu.")
    assert flows.flow(EU, "photos", "us").reason == (
        "Zone eu declares no data class of that name, only pii, call_recordings, analytics."
    )


def test_data_leaves_for_its_zone_in_the_form_that_is_asked_for_or_a_farther_one():
    assert flows.flow(EU, "analytics", "us", "anonymised") == Answer(
        True, "egress.data-class", "analytics may leave zone eu for us, anonymised."
    )
    assert flows.flow(EU, "analytics", "br", "anonymised").reason == "analytics leaves zone eu for us only."
    nearer: tuple[flows.Form, ...] = ("raw", "pseudonymised")
    for form in nearer:
        assert flows.flow(EU, "analytics", "us", form).reason == (
            f"analytics leaves zone eu only when it is anonymised; this is {form}."
        )


@pytest.mark.parametrize(("leaves", "least"), [("free", 0), ("pseudonymised", 1), ("anonymised", 2)])
def test_a_farther_form_goes_wherever_a_nearer_one_may(leaves: str, least: int):
    analytics = EU.data_classes["analytics"].model_copy(update={"leaves": leaves, "to": ()})
    law = EU.model_copy(update={"data_classes": {"analytics": analytics}})
    forms: tuple[flows.Form, ...] = ("raw", "pseudonymised", "anonymised")
    for distance, form in enumerate(forms):
        assert flows.flow(law, "analytics", "anywhere", form).allowed is (distance >= least)


def test_a_call_in_the_zone_passes_and_one_outside_does_not():
    assert asked("s3:ListBucket", "eu-west-1") == Answer(True, "", "Nothing in the law of zone eu refuses it.")
    answer = asked("sqs:SendMessage", "us-east-1")
    assert (answer.allowed, answer.control) == (False, "residency.region")
    assert answer.reason == "us-east-1 is no region of zone eu (eu-central-1, eu-west-1)."
    assert asked("nobody:HasThisAction", "us-east-1").control == "residency.region", "what is unknown is regional"


def test_a_global_service_is_called_where_it_answers_and_nowhere_else():
    assert asked("iam:ListRoles", "us-east-1").allowed
    refusal = asked("iam:ListRoles", "ap-south-1")
    assert refusal.control == "residency.region"
    assert refusal.reason.endswith("; it also answers in us-east-1.")


def test_what_carries_content_out_is_refused_until_the_zone_opens_it():
    answer = asked("cloudfront:CreateDistribution", "eu-central-1")
    assert (answer.allowed, answer.control) == (False, "egress.content-bearing")
    assert answer.reason.endswith("and zone eu doesn't open it (content_bearing).")
    opened = AwsLaw(EU.model_copy(update={"content_bearing": ("cloudfront",)}), DEPLOYED)
    assert "us-east-1" in (opened.traits("cloudfront:CreateDistribution").answers or ())
    assert not opened.traits("cloudfront:CreateDistribution").content


def test_break_glass_may_do_everything():
    for action, region in (("sqs:SendMessage", "us-east-1"), ("cloudtrail:StopLogging", "eu-west-1")):
        answer = asked(action, region, "sovereign/break-glass")
        assert answer == Answer(True, "", "Break-glass may do everything; its use raises an alarm.")


def test_what_the_zone_relies_on_is_for_those_who_are_named():
    answer = asked("cloudtrail:StopLogging", "eu-west-1")
    assert answer == Answer(False, "audit.trail", "The zone relies on it: only break-glass, the deployment role may.")
    assert asked("cloudtrail:StopLogging", "eu-west-1", "sovereign/deployment").allowed


TOPIC = "arn:aws:sns:eu-west-1:444455556666:topic"


@pytest.mark.parametrize(
    ("action", "key", "inside", "outside", "control"),
    [
        ("kms:ReplicateKey", "kms:ReplicaRegion", "eu-west-1", "us-east-1", "egress.replication"),
        ("kms:ReplicateKey", "kms:ReplicaRegion", "eu-west-1", (), "egress.replication"),
        ("batch:RegisterJobDefinition", "batch:AWSLogsRegion", "eu-west-1", "us-east-1", "egress.destinations"),
        ("batch:RegisterJobDefinition", "batch:AWSLogsRegion", (), "us-east-1", "egress.destinations"),
        (
            "secretsmanager:ReplicateSecretToRegions",
            "secretsmanager:AddReplicaRegions",
            ("eu-west-1", ""),
            ("eu-west-1", "us-east-1"),
            "egress.replication",
        ),
        ("events:PutTargets", "events:TargetArn", (TOPIC,), (TOPIC.replace("eu-", "us-"),), "egress.destinations"),
        ("sns:Subscribe", "sns:Endpoint", TOPIC, "https://example.org", "egress.destinations"),
        ("ec2:CreateFleet", "ec2:AvailabilityZone", "eu-west-1a", "eu-central-1-ham-1a", "residency.local-zones"),
        (
            "s3:PutObjectRetention",
            "s3:object-lock-remaining-retention-days",
            "2555",
            "2554",
            "worm.retention",
        ),
        ("dynamodb:CreateTable", "aws:RequestTag/DataResidency", "EU", "US", "tags.residency"),
        ("dynamodb:CreateTable", "aws:RequestTag/DataResidency", "EU", (), "tags.residency"),
        ("backup:CopyIntoBackupVault", "aws:ResourceOrgPaths", (OU_PATH,), ("o-a/r-b/",), "identity.zone-perimeter"),
    ],
)
def test_a_call_is_judged_by_what_it_names(action: str, key: str, inside: Any, outside: Any, control: str):
    named = key.replace(":", "__", 1)
    assert asked(action, "eu-west-1", **{named: inside}).allowed
    answer = asked(action, "eu-west-1", **{named: outside})
    assert (answer.allowed, answer.control) == (False, control)
    assert key.rpartition("/")[2] in answer.reason


def test_a_guard_undoes_outside_the_zone_and_does_nothing_else_there():
    guard = "sovereign/guards/quarantine"
    assert asked("s3:DeleteBucket", "us-east-1", guard).allowed
    assert asked("s3:PutObject", "us-east-1", guard).control == "residency.region"
    assert asked("s3:DeleteBucket", "us-east-1", "sovereign/deployment").control == "residency.region"


def test_a_resource_beyond_the_organization_is_refused():
    answer = asked("s3:PutObject", "eu-west-1", aws__ResourceOrgID="o-zzzzzzzzzz")
    assert not answer.allowed
    assert answer.reason == "The resource is not known to belong to the organization of zone eu."


def test_scps_do_not_bind_services_their_roles_and_the_management_account():
    for caller in (
        "",
        "arn:aws:iam::444455556666:role/aws-service-role/es.amazonaws.com/AWSServiceRoleForES",
        "arn:aws:iam::111122223333:role/app",
    ):
        request = Request("sqs:SendMessage", "*", {"aws:RequestedRegion": "us-east-1", "aws:PrincipalArn": caller})
        assert law().judge(request).reason == (
            "SCPs bind neither AWS's services, service-linked roles nor the management account."
        )
    root = {"aws:RequestedRegion": "us-east-1", "aws:PrincipalArn": "arn:aws:iam::444455556666:root"}
    assert law().judge(Request("sqs:SendMessage", "*", root)).control == "residency.region"


def test_the_law_of_aws_needs_its_footprint_and_to_know_where_the_zone_lands():
    assert "aws" in refused(AwsLaw, EU.model_copy(update={"aws": None}), DEPLOYED)[0].where
    unlanded = deployment.from_config(SETTINGS, "Pulumi.eu.yaml")
    assert "awsZoneOuPath" in str(refused(AwsLaw, EU, unlanded)[0])
