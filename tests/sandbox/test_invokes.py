"""Functions: what the stand-ins answer, and that they say so of what they don't."""

import json
from typing import Any

import pytest

from tests.sandbox.conftest import SUBSCRIPTION, TENANT, Client, refusal

DOCUMENT = "aws:iam/getPolicyDocument:getPolicyDocument"


def test_the_caller_is_in_the_providers_account(aws: Client) -> None:
    caller = aws.invoke("aws:index/getCallerIdentity:getCallerIdentity")
    assert caller["accountId"] == "222233334444"
    assert caller["arn"].startswith("arn:aws:iam::222233334444:")


def test_region_and_partition_are_the_providers(stand_in: Any) -> None:
    there = stand_in("aws", region="eusc-de-east-1")
    region = there.invoke("aws:index/getRegion:getRegion")
    assert (region["region"], region["name"]) == ("eusc-de-east-1", "eusc-de-east-1")
    partition = there.invoke("aws:index/getPartition:getPartition")
    assert (partition["partition"], partition["dnsSuffix"]) == ("aws-eusc", "amazonaws.eu")


def test_availability_zones_are_the_regions(aws: Client) -> None:
    zones = aws.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", excludeNames=["eu-central-1b"])
    assert zones["names"] == ["eu-central-1a", "eu-central-1c"]
    assert zones["zoneIds"] == ["euc1-az1", "euc1-az3"]


def test_the_organization_is_an_example_until_a_program_makes_one(aws: Client) -> None:
    token = "aws:organizations/getOrganization:getOrganization"
    assert aws.invoke(token)["id"].startswith("o-example")
    aws.create("organizations/organization:Organization", {"featureSet": "ALL"})
    assert aws.invoke(token)["masterAccountId"] == "222233334444"
    (root,) = aws.invoke(token)["roots"]
    unit = {"name": "eu", "parentId": root["id"]}
    id, _ = aws.create("organizations/organizationalUnit:OrganizationalUnit", unit)
    units = aws.invoke("aws:organizations/getOrganizationalUnits:getOrganizationalUnits", parentId=root["id"])
    assert [child["id"] for child in units["children"]] == [id]


def test_the_path_of_an_ou_goes_from_the_organization_down_to_it(aws: Client) -> None:
    organization = aws.invoke("aws:organizations/getOrganization:getOrganization")
    (root,) = organization["roots"]
    token = "organizations/organizationalUnit:OrganizationalUnit"
    top, _ = aws.create(token, {"name": "top", "parentId": root["id"]})
    zone, _ = aws.create(token, {"name": "eu", "parentId": top})
    found = aws.invoke("aws:organizations/getEntityPath:getEntityPath", entityId=zone)
    assert found["entityPath"] == f"{organization['id']}/{root['id']}/{top}/{zone}/"
    text = refusal(aws.invoke, "aws:organizations/getEntityPath:getEntityPath", entityId="ou-ab12-11111111")
    assert "holds no OU ou-ab12-11111111" in text


def test_at_an_ou_hang_the_policies_that_a_program_attached_and_those_of_aws(aws: Client) -> None:
    (root,) = aws.invoke("aws:organizations/getOrganization:getOrganization")["roots"]
    zone, _ = aws.create("organizations/organizationalUnit:OrganizationalUnit", {"name": "eu", "parentId": root["id"]})
    made = {}
    for name, more in (("scp", {}), ("tags", {"type": "TAG_POLICY"}), ("loose", {})):
        made[name], _ = aws.create("organizations/policy:Policy", {"name": name, "content": "{}", **more})
    for name in ("scp", "tags"):
        aws.create("organizations/policyAttachment:PolicyAttachment", {"policyId": made[name], "targetId": zone})

    def hanging(type_: str, target: str = zone) -> list[str]:
        token = "aws:organizations/getPoliciesForTarget:getPoliciesForTarget"
        return aws.invoke(token, targetId=target, filter=type_)["ids"]

    assert hanging("SERVICE_CONTROL_POLICY") == ["p-FullAWSAccess", made["scp"]]
    assert hanging("RESOURCE_CONTROL_POLICY") == ["p-RCPFullAWSAccess"]
    assert hanging("TAG_POLICY") == [made["tags"]]
    assert hanging("TAG_POLICY", root["id"]) == []


def test_what_a_program_made_is_found_again(aws: Client) -> None:
    id, key = aws.create("kms/key:Key", {})
    aws.create("kms/alias:Alias", {"name": "alias/zone", "targetKeyId": id})
    aws.create("s3/bucket:Bucket", {"bucket": "b"})
    aws.create("ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16", "tags": {"Zone": "eu"}})
    assert aws.invoke("aws:kms/getKey:getKey", keyId=key["arn"])["keyState"] == "Enabled"
    assert aws.invoke("aws:kms/getAlias:getAlias", name="alias/zone")["targetKeyArn"] == key["arn"]
    assert aws.invoke("aws:s3/getBucket:getBucket", bucket="b")["arn"] == "arn:aws:s3:::b"
    assert aws.invoke("aws:ec2/getVpc:getVpc", tags={"Zone": "eu"})["cidrBlock"] == "10.0.0.0/16"


def test_what_nobody_made_is_not_found(aws: Client, azure: Client) -> None:
    assert "holds 0 of them" in refusal(aws.invoke, "aws:s3/getBucket:getBucket", bucket="b")
    text = refusal(azure.invoke, "azure-native:keyvault:getVault", resourceGroupName="rg", vaultName="v")
    assert "ResourceNotFound" in text
    assert "Microsoft.KeyVault/vaults/v" in text


def test_an_azure_resource_is_found_by_its_names(azure: Client) -> None:
    id, _ = azure.create("resources:ResourceGroup", {"resourceGroupName": "rg", "location": "West Europe"})
    found = azure.invoke("azure-native:resources:getResourceGroup", resourceGroupName="RG")
    assert (found["id"], found["location"]) == (id, "westeurope")


def test_the_azure_client_is_the_providers(azure: Client) -> None:
    client = azure.invoke("azure-native:authorization:getClientConfig")
    assert (client["subscriptionId"], client["tenantId"]) == (SUBSCRIPTION, TENANT)


def test_an_azure_token_is_not_given(azure: Client) -> None:
    assert "gives no tokens" in refusal(azure.invoke, "azure-native:authorization:getClientToken")


@pytest.mark.parametrize("token", ["aws:ec2/getAmi:getAmi", "aws:s3/getBucke:getBucke"])
def test_any_other_function_is_refused_by_name(aws: Client, token: str) -> None:
    text = refusal(aws.invoke, token)
    assert f"does not answer {token}" in text
    assert "docs/sandbox.md" in text


def test_an_arn_is_taken_apart(aws: Client) -> None:
    assert aws.invoke("aws:index/getArn:getArn", arn="arn:aws:s3:::b/c:d")["resource"] == "b/c:d"
    assert "no ARN" in refusal(aws.invoke, "aws:index/getArn:getArn", arn="b")


# Policy documents


def statement(**more: Any) -> dict[str, Any]:
    return {"sid": "One", "actions": ["s3:GetObject"], "resources": ["*"], **more}


def rendered(aws: Client, **arguments: Any) -> dict[str, Any]:
    return json.loads(aws.invoke(DOCUMENT, **arguments)["json"])


def test_a_policy_document_has_iams_shape(aws: Client) -> None:
    condition = {"test": "StringEquals", "variable": "aws:PrincipalOrgID", "values": ["o-1"]}
    principal = {"type": "AWS", "identifiers": ["arn:aws:iam::1:root"]}
    given = statement(effect="Deny", principals=[principal], conditions=[condition])
    assert rendered(aws, policyId="P", statements=[given]) == {
        "Version": "2012-10-17",
        "Id": "P",
        "Statement": [
            {
                "Sid": "One",
                "Effect": "Deny",
                "Action": "s3:GetObject",
                "Resource": "*",
                "Principal": {"AWS": "arn:aws:iam::1:root"},
                "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
            }
        ],
    }


def test_everybody_is_written_with_a_single_star(aws: Client) -> None:
    everybody = [{"type": "*", "identifiers": ["*"]}]
    assert rendered(aws, statements=[statement(principals=everybody)])["Statement"][0]["Principal"] == "*"


def test_the_same_statements_give_the_same_text(aws: Client) -> None:
    one = statement(actions=["s3:A", "s3:B"], conditions=[])
    two = statement(actions=["s3:B", "s3:A", "s3:A"])
    assert aws.invoke(DOCUMENT, statements=[one])["json"] == aws.invoke(DOCUMENT, statements=[two])["json"]


def test_values_of_one_condition_are_joined(aws: Client) -> None:
    conditions = [
        {"test": "StringLike", "variable": "s3:prefix", "values": ["a", "b"]},
        {"test": "StringLike", "variable": "s3:prefix", "values": ["b", "c"]},
    ]
    document = rendered(aws, statements=[statement(conditions=conditions)])
    assert document["Statement"][0]["Condition"] == {"StringLike": {"s3:prefix": ["a", "b", "c"]}}


def test_source_documents_come_first_and_overrides_replace_by_sid(aws: Client) -> None:
    source = json.dumps({"Statement": [{"Sid": "Zero", "Effect": "Allow"}]})
    override = json.dumps({"Statement": {"Sid": "One", "Effect": "Deny"}})
    found = rendered(aws, statements=[statement()], sourcePolicyDocuments=[source], overridePolicyDocuments=[override])
    assert [(entry["Sid"], entry["Effect"]) for entry in found["Statement"]] == [("Zero", "Allow"), ("One", "Deny")]


def test_a_sid_that_stands_twice_is_refused(aws: Client) -> None:
    assert "Duplicate Sid 'One'" in refusal(aws.invoke, DOCUMENT, statements=[statement(), statement()])


def test_a_source_document_that_is_no_json_is_refused(aws: Client) -> None:
    assert "not JSON" in refusal(aws.invoke, DOCUMENT, sourcePolicyDocuments=["{"])
