import json
import re
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zones_as_data import AT_HOME, OU_PATH, SOMEBODY, declared, denied, deployed, on_aws_alone

from sovereignty import actions, facts
from sovereignty.compile import scp
from sovereignty.compile.document import minified
from sovereignty.errors import InputError

EU = scp.documents(declared("eu"), deployed())
US = scp.documents(declared("us"), deployed(zone="us"))
BREAK_GLASS = "arn:aws:iam::444455556666:role/sovereign/break-glass"
DEPLOYMENT = "arn:aws:iam::444455556666:role/sovereign/deployment"
REPLICATION = "arn:aws:iam::444455556666:role/sovereign/guards/replication"
QUARANTINE = "arn:aws:iam::444455556666:role/sovereign/guards/quarantine"
EUSC = on_aws_alone("aws-eusc", "eusc-de-east-1", "EU")
REGIONAL = ["s3:PutObject", "kms:CreateKey", "ec2:RunInstances", "acm:RequestCertificate", "config:PutConfigRule"]
GLOBAL = ["iam:CreateRole", "organizations:ListAccounts", "route53:ChangeResourceRecordSets", "budgets:ViewBudget"]


def flat(element: Any) -> list[str]:
    return [element] if isinstance(element, str) else list(element)


@pytest.mark.parametrize("action", REGIONAL)
@pytest.mark.parametrize("region", ["us-east-1", "us-west-2", "eu-west-2", "ap-south-1"])
def test_a_regional_action_is_denied_outside_the_zone(action: str, region: str):
    assert denied(EU, action, region) == ["ResidencyRegion1"]


@pytest.mark.parametrize("action", REGIONAL + GLOBAL)
@pytest.mark.parametrize("region", ["eu-central-1", "eu-west-1"])
def test_nothing_but_content_is_denied_in_the_zone(action: str, region: str):
    assert denied(EU, action, region) == []


def test_a_service_that_nobody_has_heard_of_is_denied_outside_the_zone():
    assert denied(EU, "newservice:CopyEverything", "us-east-1")


@pytest.mark.parametrize("action", GLOBAL)
def test_a_global_action_is_allowed_where_it_answers_and_nowhere_else_outside_the_zone(action: str):
    assert denied(EU, action, "us-east-1") == []
    assert denied(EU, action, "us-west-2")
    assert denied(EU, action, "ap-southeast-1")


def test_network_manager_answers_in_us_west_2_and_iam_does_not():
    assert denied(EU, "networkmanager:CreateGlobalNetwork", "us-west-2") == []
    assert denied(EU, "networkmanager:CreateGlobalNetwork", "us-east-1")
    assert denied(EU, "iam:CreateRole", "us-west-2")


def test_a_partly_global_service_is_opened_action_by_action():
    assert denied(EU, "sts:AssumeRole", "us-east-1") == []
    assert denied(EU, "sts:AssumeRole", "us-west-2")
    assert denied(EU, "servicequotas:GetServiceQuota", "us-east-1") == []
    assert denied(EU, "servicequotas:PutServiceQuotaIncreaseRequestIntoTemplate", "us-east-1")


def test_few_reads_are_allowed_everywhere():
    assert denied(EU, "ec2:DescribeRegions", "ap-south-1") == []
    assert denied(EU, "ec2:DescribeInstances", "ap-south-1")


def test_a_read_that_nobody_has_checked_is_not_allowed_everywhere():
    unchecked = [
        e.action for e in facts.aws_global_services().control_tower_86 if "everywhere" in e.advice and not e.verified
    ]
    assert "lightsail:Get*" in unchecked
    assert denied(EU, "lightsail:GetInstanceAccessDetails", "us-east-1")


@pytest.mark.parametrize(
    "action",
    [
        "cloudfront:CreateDistribution",
        "ecr-public:PutImage",
        "globalaccelerator:CreateAccelerator",
        "s3:CreateMultiRegionAccessPoint",
    ],
)
def test_what_carries_content_is_denied_everywhere(action: str):
    for region in ("us-east-1", "us-west-2", "eu-central-1"):
        assert "EgressContentBearing1" in denied(EU, action, region)


def test_what_a_zone_opens_is_allowed_where_it_answers_and_nowhere_else():
    opened = scp.documents(declared("eu", content_bearing=["cloudfront"]), deployed())
    assert denied(opened, "cloudfront:CreateDistribution", "us-east-1") == []
    assert denied(opened, "cloudfront:CreateDistribution", "us-west-2")
    other = denied(opened, "globalaccelerator:CreateAccelerator", "us-west-2")
    assert sorted(other) == ["EgressContentBearing1", "ResidencyRegion1"]


def test_a_certificate_of_cloudfront_is_a_use_that_a_zone_opens():
    opened = scp.documents(declared("eu", edge=["acm"]), deployed())
    assert denied(EU, "acm:RequestCertificate", "us-east-1")
    assert denied(opened, "acm:RequestCertificate", "us-east-1") == []
    assert denied(opened, "acm:ImportCertificate", "us-east-1")
    assert denied(opened, "acm:RequestCertificate", "us-west-2")


def test_a_key_that_signs_dns_may_be_made_outside_the_zone_and_one_that_encrypts_may_not():
    opened = scp.documents(declared("eu", edge=["dnssec"]), deployed())
    signing, encrypting = {"kms:KeySpec": "ECC_NIST_P256"}, {"kms:KeySpec": "SYMMETRIC_DEFAULT"}
    assert denied(opened, "kms:CreateKey", "us-east-1", keys=signing) == []
    assert denied(opened, "kms:CreateKey", "us-east-1", keys=encrypting)
    assert denied(opened, "kms:CreateKey", "us-west-2", keys=signing)
    assert denied(opened, "kms:Encrypt", "us-east-1")
    assert denied(opened, "kms:CreateKey", "eu-central-1", keys=encrypting) == []


def test_break_glass_is_excepted_and_the_deployment_role_is_not():
    for action, region in (
        ("s3:PutObject", "us-east-1"),
        ("iam:CreateRole", "us-west-2"),
        ("cloudfront:X", "us-east-1"),
    ):
        assert denied(EU, action, region, BREAK_GLASS) == []
        assert denied(EU, action, region, DEPLOYMENT)


def test_a_zone_whose_own_regions_hold_the_control_planes_needs_no_exception_for_them():
    assert denied(US, "iam:CreateRole", "us-east-1") == []
    assert denied(US, "iam:CreateRole", "eu-central-1") == ["ResidencyRegion1"]


@pytest.mark.parametrize(
    ("partition", "home", "jurisdiction", "iam", "elsewhere"),
    [
        ("aws-cn", "cn-northwest-1", "CN", "cn-north-1", "us-east-1"),
        ("aws-us-gov", "us-gov-east-1", "US", "us-gov-west-1", "us-east-1"),
        ("aws-eusc", "eusc-de-east-1", "EU", "eusc-de-east-1", "us-east-1"),
    ],
)
def test_each_partition_has_its_own_control_planes(
    partition: str, home: str, jurisdiction: str, iam: str, elsewhere: str
):
    documents = scp.documents(on_aws_alone(partition, home, jurisdiction), deployed(zone="one"))
    assert denied(documents, "iam:CreateRole", iam) == []
    assert denied(documents, "iam:CreateRole", elsewhere)
    assert denied(documents, "s3:PutObject", home) == []
    assert f"arn:{partition}:iam::*:role/sovereign/break-glass" in documents[0].text


def test_what_a_partition_does_not_offer_is_opened_nowhere_in_it():
    documents = scp.documents(EUSC, deployed(zone="one"))
    assert denied(documents, "shield:CreateProtection", "us-east-1")


@pytest.mark.parametrize("entry", facts.aws_global_services().control_tower_86, ids=lambda entry: entry.action)
def test_ordinary_work_on_global_services_goes_on(entry: facts.ControlTowerEntry):
    """Held against the list of AWS Control Tower: what it lets through by need, this does as well, where it answers."""
    action = entry.action.replace("*", "GetSomething")
    prefix = entry.action.partition(":")[0]
    opened = {pattern.partition(":")[0] for patterns in facts.aws_content_bearing().values() for pattern in patterns}
    if entry.scope == "global" and entry.access == "all" and prefix not in opened:
        assert denied(EU, action, str(entry.control_plane_region)) == []
    if entry.scope == "regional" and entry.access == "all":
        assert denied(EU, action, "us-east-1") == ["ResidencyRegion1"]


def test_every_statement_has_an_id_of_letters_and_digits_that_stands_once():
    for document in (*EU, *US):
        sids = [statement["Sid"] for statement in document.body["Statement"]]
        assert len(set(sids)) == len(sids)
        assert set("".join(sids)) <= set(string.ascii_letters + string.digits)


def test_a_document_is_minified_and_within_the_quota():
    for document in (*EU, *US):
        assert document.text == minified(json.loads(document.text))
        assert len(document.text) <= document.limit == 10240


def test_the_same_zone_gives_the_same_documents_whatever_the_order_of_its_regions():
    turned = declared("eu", aws={"partition": "aws", "home": "eu-central-1", "regions": ["eu-west-1", "eu-central-1"]})
    assert scp.documents(turned, deployed()) == EU


def test_a_guard_may_do_outside_the_zone_what_it_is_for_and_nothing_else():
    assert denied(EU, "dynamodb:DeleteTableReplica", "us-east-1", REPLICATION) == []
    assert denied(EU, "dynamodb:DeleteTableReplica", "us-east-1", QUARANTINE)
    assert denied(EU, "dynamodb:DeleteTableReplica", "us-east-1", DEPLOYMENT)
    assert denied(EU, "dynamodb:CreateTable", "us-east-1", REPLICATION)
    assert denied(EU, "s3:DeleteMultiRegionAccessPoint", "us-west-2", REPLICATION) == []
    assert denied(EU, "s3:DeleteMultiRegionAccessPoint", "us-west-2", QUARANTINE)


def test_a_guard_may_contain_a_key_although_keys_are_protected():
    assert denied(EU, "kms:DisableKey", "eu-central-1", REPLICATION) == []
    for principal in (SOMEBODY, QUARANTINE):
        assert denied(EU, "kms:DisableKey", "eu-central-1", principal)
    assert denied(EU, "kms:ScheduleKeyDeletion", "eu-central-1", REPLICATION)


def test_what_the_zone_relies_on_is_left_to_the_deployment_role():
    for action in ("cloudtrail:StopLogging", "kms:PutKeyPolicy", "s3:PutBucketObjectLockConfiguration"):
        assert denied(EU, action, "eu-central-1")
        assert denied(EU, action, "eu-central-1", DEPLOYMENT) == []
    assert denied(EU, "s3:BypassGovernanceRetention", "eu-central-1", DEPLOYMENT)


def test_a_role_with_power_is_changed_by_nobody_from_inside_but_the_deployment_role_and_that_one_by_nobody():
    guard = "arn:aws:iam::444455556666:role/sovereign/guards/replication"
    for role, principal, found in (
        (guard, SOMEBODY, True),
        (guard, DEPLOYMENT, False),
        (DEPLOYMENT, DEPLOYMENT, True),
        (BREAK_GLASS, DEPLOYMENT, True),
        (BREAK_GLASS, BREAK_GLASS, False),
        (SOMEBODY, SOMEBODY, False),
    ):
        assert bool(denied(EU, "iam:PutRolePolicy", "us-east-1", principal, role)) is found, (role, principal)


@pytest.mark.parametrize(
    ("action", "key", "inside", "outside", "when_absent"),
    [
        ("kms:ReplicateKey", "kms:ReplicaRegion", "eu-west-1", "us-east-1", True),
        ("ec2:RunInstances", "ec2:AvailabilityZone", "eu-central-1a", "eu-central-1-ham-1a", False),
        ("account:EnableRegion", "account:TargetRegion", "eu-west-1", "eu-south-1", True),
        ("s3:PutObjectRetention", "s3:object-lock-remaining-retention-days", "2555", "2554", False),
        ("sqs:CreateQueue", "aws:RequestTag/DataResidency", "EU", "US", True),
        ("s3:PutObject", "aws:ResourceOrgPaths", (OU_PATH + "ou-ab12-44444444/",), ("o-a1b2c3d4e5/r-ab12/",), True),
        ("s3:PutObject", "aws:ResourceOrgID", AT_HOME["aws:ResourceOrgID"], "o-zzzzzzzzzz", True),
        ("backup:CopyFromBackupVault", "backup:CopyTargets",
         ("arn:aws:backup:eu-west-1:444455556666:backup-vault:x",),
         ("arn:aws:backup:us-east-1:eu-west-1:backup-vault:x",), False),
    ],
)  # fmt: skip
def test_a_condition_key_decides_and_what_its_absence_means_is_said(
    action: str, key: str, inside: Any, outside: Any, when_absent: bool
):
    for value, found in ((inside, False), (outside, True), (None, when_absent)):
        assert bool(denied(EU, action, "eu-central-1", keys={key: value})) is found, value
        # the region deny is the only one that lets nobody but break-glass and guards through; no key opens it
        assert denied(EU, action, "ap-south-1", keys={key: value}) or action.startswith("account:")


def test_a_set_of_copy_targets_is_refused_for_one_of_them():
    inside, outside = (f"arn:aws:backup:{region}:444455556666:backup-vault:x" for region in ("eu-west-1", "us-east-1"))
    assert denied(EU, "backup:CopyFromBackupVault", "eu-central-1", keys={"backup:CopyTargets": (inside, outside)})


def test_what_others_own_is_read_and_not_written_and_public_images_are_started():
    foreign = {"aws:ResourceOrgID": "o-zzzzzzzzzz"}
    image = "arn:aws:ec2:eu-central-1::image/ami-0123456789abcdef0"
    assert denied(EU, "s3:GetObject", "eu-central-1", keys=foreign) == []
    assert denied(EU, "s3:PutObjectTagging", "eu-central-1", keys=foreign) == ["IdentityResourcePerimeter1"]
    for owner, found in (("amazon", False), ("123456789012", False), ("999999999999", True), (None, True)):
        known = scp.documents(declared("eu"), deployed(awsAmiOwners=["123456789012"]))
        keys = {"aws:ResourceOrgID": None, "ec2:Owner": owner}
        assert bool(denied(known, "ec2:RunInstances", "eu-central-1", resource=image, keys=keys)) is found, owner


def test_an_ou_path_without_a_star_admits_that_ou_alone():
    one, within = "o-a1b2c3d4e5/r-ab12/ou-ab12-55555555/", "o-a1b2c3d4e5/r-ab12/ou-ab12-55555555/ou-ab12-66666666/"
    for listed, found in ((one, True), (one + "*", False)):
        documents = scp.documents(declared("eu"), deployed(awsOrganizationPaths=[listed]))
        assert denied(documents, "s3:PutObject", "eu-central-1", keys={"aws:ResourceOrgPaths": (one,)}) == []
        assert (
            bool(denied(documents, "s3:PutObject", "eu-central-1", keys={"aws:ResourceOrgPaths": (within,)})) is found
        )


def test_a_missing_path_or_organization_is_an_error_that_names_its_key():
    with pytest.raises(InputError, match="sovereign-zones:awsZoneOuPath"):
        scp.documents(declared("eu"), deployed().model_copy(update={"aws_zone_ou_path": None}))
    with pytest.raises(InputError, match="sovereign-zones:awsOrganizationId"):
        scp.documents(declared("eu"), deployed().model_copy(update={"aws_organization_id": None}))


@pytest.mark.proof
def test_a_partition_with_small_quotas_takes_the_zone_with_names_cut_short():
    documents = scp.documents(EUSC, deployed(zone="one"))
    assert len(documents) <= 4
    assert all(len(each.text) <= each.limit == 5120 for each in documents)
    listed = {action for each in documents for s in each.body["Statement"] for action in flat(s.get("Action", ()))}
    assert any(re.fullmatch(r"cloudtrail:Stop\w*\*", action) for action in listed)
    plain = [each for each in scp.statements(EUSC, deployed(zone="one")) if not each.denial.other_actions]
    assert set(actions.expand(listed)) == set(actions.expand(a for each in plain for a in each.denial.actions))


def test_names_are_cut_short_only_where_the_zone_does_not_fit_otherwise():
    listed = {action for each in EU for s in each.body["Statement"] for action in flat(s.get("Action", ()))}
    assert "cloudtrail:StopLogging" in listed


def test_a_zone_without_aws_has_no_scp():
    azure_alone = declared("eu").model_copy(update={"aws": None})
    assert scp.documents(azure_alone, deployed()) == ()


@given(st.sampled_from([r.code for r in facts.regions("aws")]), st.sampled_from(REGIONAL))
def test_no_region_outside_the_zone_takes_a_regional_action(region: str, action: str):
    assert bool(denied(EU, action, region)) is (region not in ("eu-central-1", "eu-west-1"))


INSTANCE = "arn:aws:ec2:eu-central-1:444455556666:instance/i-0"


@pytest.mark.parametrize(
    ("action", "resource", "context", "allowed"),
    [
        ("ec2:RunInstances", INSTANCE, {"ec2:MetadataHttpTokens": "required"}, True),
        ("ec2:RunInstances", INSTANCE, {"ec2:MetadataHttpTokens": "optional"}, False),
        ("ec2:RunInstances", INSTANCE, {}, False),
        # the other resources of the same call never bear the key
        ("ec2:RunInstances", "arn:aws:ec2:eu-central-1:444455556666:subnet/subnet-0", {}, True),
        ("ec2:ModifyInstanceMetadataOptions", INSTANCE, {"ec2:Attribute/HttpTokens": "required"}, True),
        ("ec2:ModifyInstanceMetadataOptions", INSTANCE, {"ec2:Attribute/HttpTokens": "optional"}, False),
        ("ec2:ModifyInstanceMetadataOptions", INSTANCE, {}, True),
        ("s3:GetObject", "arn:aws:s3:::eu-data/x", {"ec2:RoleDelivery": "1.0"}, False),
        ("s3:GetObject", "arn:aws:s3:::eu-data/x", {"ec2:RoleDelivery": "2.0"}, True),
    ],
)
def test_an_instance_gives_its_credentials_to_those_with_a_token_alone(
    action: str, resource: str, context: dict[str, str], allowed: bool
):
    found = denied(EU, action, "eu-central-1", resource=resource, keys=context)
    assert (found == []) is allowed
    assert all(sid.startswith("ComputeMetadata") for sid in found)
    assert denied(EU, action, "eu-central-1", BREAK_GLASS, resource=resource, keys=context) == []
