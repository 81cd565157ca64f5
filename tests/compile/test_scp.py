import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zones_as_data import declared, denied, on_aws_alone

from sovereignty import facts
from sovereignty.compile import scp
from sovereignty.compile.document import minified
from sovereignty.errors import InputError

EU = scp.documents(declared("eu"))
US = scp.documents(declared("us"))
BREAK_GLASS = "arn:aws:iam::444455556666:role/sovereign/break-glass"
DEPLOYMENT = "arn:aws:iam::444455556666:role/sovereign/deployment"
REGIONAL = ["s3:PutObject", "kms:CreateKey", "ec2:RunInstances", "acm:RequestCertificate", "config:PutConfigRule"]
GLOBAL = ["iam:CreateRole", "organizations:ListAccounts", "route53:ChangeResourceRecordSets", "budgets:ViewBudget"]


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
    opened = scp.documents(declared("eu", content_bearing=["cloudfront"]))
    assert denied(opened, "cloudfront:CreateDistribution", "us-east-1") == []
    assert denied(opened, "cloudfront:CreateDistribution", "us-west-2")
    assert denied(opened, "globalaccelerator:CreateAccelerator", "us-west-2") == [
        "ResidencyRegion1",
        "EgressContentBearing1",
    ]


def test_a_certificate_of_cloudfront_is_a_use_that_a_zone_opens():
    opened = scp.documents(declared("eu", edge=["acm"]))
    assert denied(EU, "acm:RequestCertificate", "us-east-1")
    assert denied(opened, "acm:RequestCertificate", "us-east-1") == []
    assert denied(opened, "acm:ImportCertificate", "us-east-1")
    assert denied(opened, "acm:RequestCertificate", "us-west-2")


def test_a_key_that_signs_dns_may_be_made_outside_the_zone_and_one_that_encrypts_may_not():
    opened = scp.documents(declared("eu", edge=["dnssec"]))
    signing, encrypting = {"kms:KeySpec": "ECC_NIST_P256"}, {"kms:KeySpec": "SYMMETRIC_DEFAULT"}
    assert denied(opened, "kms:CreateKey", "us-east-1", **signing) == []
    assert denied(opened, "kms:CreateKey", "us-east-1", **encrypting)
    assert denied(opened, "kms:CreateKey", "us-west-2", **signing)
    assert denied(opened, "kms:Encrypt", "us-east-1")
    assert denied(opened, "kms:CreateKey", "eu-central-1", **encrypting) == []


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
    documents = scp.documents(on_aws_alone(partition, home, jurisdiction))
    assert denied(documents, "iam:CreateRole", iam) == []
    assert denied(documents, "iam:CreateRole", elsewhere)
    assert denied(documents, "s3:PutObject", home) == []
    assert f"arn:{partition}:iam::*:role/sovereign/break-glass" in documents[0].text


def test_what_a_partition_does_not_offer_is_opened_nowhere_in_it():
    documents = scp.documents(on_aws_alone("aws-eusc", "eusc-de-east-1", "EU"))
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
    assert scp.documents(turned) == EU


def test_a_smaller_quota_is_met_by_more_documents():
    """The sovereign cloud's SCPs hold half as much; the same statements then take two documents."""
    statements = list(scp.statements(declared("eu")))
    assert len(scp.packed(statements, 10240)) == 1
    packs = scp.packed(statements, 5120)
    assert len(packs) == 2
    assert sorted(s["Sid"] for pack in packs for _, s in pack) == sorted(s["Sid"] for _, s in statements)


def test_a_statement_that_fits_in_no_document_is_an_error_with_the_count():
    every_region = [r.code for r in facts.regions("aws") if r.partition == "aws" and r.country == "US"]
    zone = declared("us", aws={"partition": "aws", "home": "us-east-1", "regions": every_region})
    with pytest.raises(InputError, match=r"characters, and AWS takes 100\."):
        scp.documents(zone, characters=100)


def test_more_documents_than_an_ou_takes_is_an_error_with_the_count():
    with pytest.raises(InputError, match=r"compiles to \d+ SCPs, and AWS attaches 1"):
        scp.documents(declared("eu"), characters=3000, attachments=1)


def test_a_zone_without_aws_has_no_scp():
    azure_alone = declared("eu").model_copy(update={"aws": None})
    assert scp.documents(azure_alone) == ()


@given(st.sampled_from([r.code for r in facts.regions("aws")]), st.sampled_from(REGIONAL))
def test_no_region_outside_the_zone_takes_a_regional_action(region: str, action: str):
    assert bool(denied(EU, action, region)) is (region not in ("eu-central-1", "eu-west-1"))
