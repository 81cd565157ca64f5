"""What passes a VPC endpoint, and what doesn't."""

from __future__ import annotations

import json
from itertools import product

import pytest
from zones_as_data import declared, deployed, on_aws_alone

from sovereignty.compile import endpoint_policy
from sovereignty.errors import InputError
from sovereignty.facts import aws_endpoint_services
from sovereignty.iam.evaluate import allowances
from sovereignty.iam.policy import Policy, parse
from sovereignty.iam.request import Request

FIRST, SECOND, STRANGER, OTHER_ZONE = "444455556666", "777788889999", "222233334444", "888899990000"
LANDED = deployed(awsAccounts=[FIRST, SECOND])
EU = declared("eu")
LAYERS = "arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/some/layer"
ACTIONS = {
    "s3": "s3:PutObject",
    "dynamodb": "dynamodb:PutItem",
    "kms": "kms:Encrypt",
    "sts": "sts:AssumeRole",
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "logs": "logs:PutLogEvents",
    "ecr.api": "ecr:BatchGetImage",
    "ecr.dkr": "ecr:BatchGetImage",
    "secretsmanager": "secretsmanager:GetSecretValue",
}
OURS = (FIRST, SECOND)


def policy(service: str, region: str = "eu-central-1") -> Policy:
    return parse(endpoint_policy.document(EU, LANDED, service, region).body)


def passes(document: Policy, action: str, principal: str, owner: str, resource: str = "*") -> bool:
    """A request of an account's role ("": anonymous) for what an account owns ("": the request doesn't say)."""
    context = {"aws:PrincipalAccount": principal, "aws:ResourceAccount": owner}
    caller = f"arn:aws:iam::{principal}:role/app" if principal else ""
    asked = Request(action, resource, {key: value for key, value in context.items() if value}, caller)
    return bool(allowances(document, asked))


def first_difference(documents: dict[str, Policy]) -> str | None:
    """The first request that such policies and the law, "the zone's own to the zone's own", see differently."""
    accounts = (*OURS, STRANGER, OTHER_ZONE, "")
    for (service, document), principal, owner in product(documents.items(), accounts, accounts):
        if passes(document, ACTIONS[service], principal, owner) != (principal in OURS and owner in OURS):
            return f"{service}: {principal or 'anonymous'} to {owner or 'whoever'}"
    return None


DEFAULT = {name: policy(name) for name, row in aws_endpoint_services.endpoint_services().items() if row.default}


def test_what_passes_an_endpoint_is_the_zones_own_on_its_way_to_the_zones_own():
    assert DEFAULT.keys() == ACTIONS.keys()
    assert first_difference(DEFAULT) is None


@pytest.mark.parametrize("key", ["aws:PrincipalAccount", "aws:ResourceAccount"])
def test_a_policy_that_leaves_out_either_end_is_found(key: str):
    body = endpoint_policy.document(EU, LANDED, "kms", "eu-central-1").body
    del body["Statement"][0]["Condition"]["StringEquals"][key]
    assert first_difference({"kms": parse(body)})


@pytest.mark.parametrize("principal", [FIRST, STRANGER, ""])
def test_anybody_reads_the_image_layers_of_the_region_and_nobody_writes_there(principal: str):
    s3 = policy("s3")
    assert passes(s3, "s3:GetObject", principal, "", LAYERS)
    assert not passes(s3, "s3:PutObject", principal, STRANGER, LAYERS)
    assert not passes(s3, "s3:GetObject", principal, "", LAYERS.replace("eu-central-1", "us-east-1"))
    assert not passes(s3, "s3:GetObject", principal, "", LAYERS.replace("bucket/", "bucket-2/"))


def test_whom_an_identity_provider_vouches_for_becomes_a_role_of_the_zone_only():
    sts = policy("sts")
    for action in endpoint_policy.FEDERATED:
        assert passes(sts, action, "", FIRST)
        assert not passes(sts, action, "", STRANGER)
        assert not passes(policy("kms"), action, "", FIRST)
    assert not passes(sts, "sts:AssumeRole", "", FIRST)


OF_AWS = [
    ("ssm", "ssm:SendCommand", "arn:aws:ssm:eu-central-1::document/AWS-RunPatchBaseline"),
    ("ssm", "ssm:GetParameter", "arn:aws:ssm:eu-central-1::parameter/aws/service/ami-amazon-linux-latest/al2023"),
    ("ssm", "ssm:StartAutomationExecution", "arn:aws:ssm:eu-central-1::automation-definition/AWS-RestartEC2Instance:1"),
    ("cloudformation", "cloudformation:CreateChangeSet", "arn:aws:cloudformation:eu-central-1:aws:transform/Include"),
    ("ec2", "ec2:AuthorizeSecurityGroupEgress", "arn:aws:ec2:eu-central-1:aws:prefix-list/pl-6ea54007"),
]


def asks(service: str, action: str, resource: str, principal: str, **context: str) -> bool:
    said = {"aws:PrincipalAccount": principal, **context}
    who = f"arn:aws:iam::{principal}:role/app" if principal else ""
    asked = Request(action, resource, {key: value for key, value in said.items() if value}, who)
    return bool(allowances(policy(service), asked))


@pytest.mark.parametrize(("service", "action", "resource"), OF_AWS)
def test_the_zones_own_use_what_aws_owns_for_everybody_and_strangers_do_not(service: str, action: str, resource: str):
    assert asks(service, action, resource, FIRST) and asks(service, action, resource, SECOND)
    assert not any(asks(service, action, resource, who) for who in (STRANGER, OTHER_ZONE, ""))
    assert not asks("kms", action, resource, FIRST)
    theirs = f"arn:aws:{service}:eu-central-1:{STRANGER}:{resource.split(':', 5)[5]}"
    assert not asks(service, action, theirs, FIRST, **{"aws:ResourceAccount": STRANGER})


@pytest.mark.parametrize("action", endpoint_policy.BY_IMAGE)
def test_images_of_amazon_and_of_the_stack_files_owners_are_started_and_no_others(action: str):
    image, own = "arn:aws:ec2:eu-central-1::image/ami-0a1b2c3d4e5f67890", deployed(awsAmiOwners=[STRANGER])
    snapshot = "arn:aws:ec2:eu-central-1::snapshot/snap-0a1b2c3d4e5f67890"
    for each in (image, snapshot):
        assert asks("ec2", action, each, FIRST, **{"ec2:Owner": "amazon"})
        assert not asks("ec2", action, each, FIRST, **{"ec2:Owner": STRANGER})
        assert not asks("ec2", action, each, FIRST)
        assert not asks("ec2", action, each, STRANGER, **{"ec2:Owner": "amazon"})
    theirs = parse(endpoint_policy.document(EU, own, "ec2", "eu-central-1").body)
    context = {"aws:PrincipalAccount": FIRST, "ec2:Owner": STRANGER}
    assert allowances(theirs, Request(action, image, context, f"arn:aws:iam::{FIRST}:role/app"))


def test_an_image_is_not_given_away_through_the_endpoint():
    image = "arn:aws:ec2:eu-central-1::image/ami-0a1b2c3d4e5f67890"
    assert not asks("ec2", "ec2:ModifyImageAttribute", image, FIRST, **{"ec2:Owner": "amazon"})


def test_who_signs_nothing_reaches_the_zones_own_private_apis_and_no_strangers():
    def invokes(principal: str, owner: str) -> bool:
        return passes(policy("execute-api"), "execute-api:Invoke", principal, owner)

    assert invokes("", FIRST) and invokes(FIRST, SECOND)
    assert not invokes("", STRANGER) and not invokes("", "")
    assert not invokes(STRANGER, FIRST) and not invokes(FIRST, STRANGER)
    assert not passes(policy("kms"), "execute-api:Invoke", "", FIRST)


def test_a_link_that_a_service_of_aws_signs_does_not_pass():
    """CloudFormation's answers go to a bucket of AWS's, from which any account's stack reads them."""
    resource = "arn:aws:s3:::cloudformation-custom-resource-response-eucentral1/x"
    context = {"aws:PrincipalIsAWSService": "true"}
    assert not allowances(policy("s3"), Request("s3:PutObject", resource, context, "cloudformation.amazonaws.com"))


def test_no_condition_holds_a_wildcard():
    """AWS takes none on keys whose values it makes itself."""
    for document in endpoint_policy.documents(EU, LANDED):
        assert "*" not in json.dumps([each.get("Condition", {}) for each in document.body["Statement"]])


def test_one_document_serves_all_services_but_those_with_a_statement_of_their_own():
    documents = endpoint_policy.documents(EU, LANDED)
    assert [each.path.rpartition("/")[2] for each in documents] == [
        "eu-endpoints.json",
        "eu-endpoints-cloudformation.json",
        "eu-endpoints-ec2.json",
        "eu-endpoints-execute-api.json",
        "eu-endpoints-ssm.json",
        "eu-endpoints-sts.json",
        "eu-endpoints-s3-eu-central-1.json",
        "eu-endpoints-s3-eu-west-1.json",
    ]
    assert endpoint_policy.document(EU, LANDED, "kms", "eu-west-1") == documents[0]
    assert all(len(each.text) <= each.limit == 20480 for each in documents)


def test_more_accounts_than_a_policy_holds_are_an_error():
    many = deployed(awsAccounts=[f"{number:012d}" for number in range(700)])
    with pytest.raises(InputError, match="AWS takes 20480"):
        endpoint_policy.document(EU, many, "kms", "eu-central-1")


@pytest.mark.parametrize(
    ("partition", "region", "jurisdiction"),
    [("aws-cn", "cn-north-1", "CN"), ("aws-us-gov", "us-gov-west-1", "US"), ("aws-eusc", "eusc-de-east-1", "EU")],
)
def test_the_partition_is_the_zones(partition: str, region: str, jurisdiction: str):
    zone = on_aws_alone(partition, region, jurisdiction)
    text = endpoint_policy.document(zone, deployed(), "s3", region).text
    assert f"arn:{partition}:s3:::prod-{region}-starport-layer-bucket/*" in text
    assert '"arn:aws:' not in text


@pytest.mark.parametrize(
    ("region", "code"),
    [
        ("eu-central-1", "euc1"),
        ("us-east-1", "use1"),
        ("ap-southeast-2", "apse2"),
        ("us-gov-east-1", "usge1"),
        ("cn-northwest-1", "cnnw1"),
    ],
)
def test_a_regions_short_code_is_that_of_the_names_of_caches(region: str, code: str):
    assert aws_endpoint_services.short_code(region) == code


@pytest.mark.parametrize(
    ("service", "region", "name"),
    [
        ("kms", "eu-central-1", "com.amazonaws.eu-central-1.kms"),
        ("ecr.dkr", "us-gov-west-1", "com.amazonaws.us-gov-west-1.ecr.dkr"),
        ("s3", "cn-north-1", "com.amazonaws.cn-north-1.s3"),
        ("sts", "cn-north-1", "cn.com.amazonaws.cn-north-1.sts"),
        ("ecr.api", "cn-northwest-1", "cn.com.amazonaws.cn-northwest-1.ecr.api"),
        ("kms", "cn-north-1", "com.amazonaws.cn-north-1.kms"),
        ("ecr.api", "eusc-de-east-1", "eu.amazonaws.eusc-de-east-1.ecr.api"),
        ("sqs", "eusc-de-east-1", "com.amazonaws.eusc-de-east-1.sqs"),
    ],
)
def test_an_endpoint_service_is_called_as_its_region_calls_it(service: str, region: str, name: str):
    assert aws_endpoint_services.endpoint_service_name(service, region) == name


def test_every_name_with_a_prefix_of_its_own_is_a_service_of_the_table():
    known = aws_endpoint_services.endpoint_services()
    for row in aws_endpoint_services.read_table("aws_endpoint_services")["prefixes"]:
        assert set(row["services"]) <= known.keys()
        assert all(known[name].type == "interface" for name in row["services"])
