"""The life of resources: what they are called once made, who else may be called so, how they change and end."""

import json
import re
from typing import Any

import pytest

from sandbox.store import Store
from sandbox.values import UNKNOWN, read
from tests.sandbox.conftest import GROUP, SUBSCRIPTION, TENANT, Client, refusal

BUCKET = "s3/bucket:Bucket"
OBJECT = "s3/bucketObjectv2:BucketObjectv2"
ACCOUNT = "storage:StorageAccount"
CONTAINER = "storage:BlobContainer"
VAULT = "keyvault:Vault"
RESOURCE_GROUP = "resources:ResourceGroup"
BLOB = "storage:Blob"


def account(**more: Any) -> dict[str, Any]:
    return {
        "resourceGroupName": "rg",
        "accountName": "data",
        "kind": "StorageV2",
        "sku": {"name": "Standard_ZRS"},
    } | more


def vault(**properties: Any) -> dict[str, Any]:
    known = {"tenantId": TENANT, "sku": {"family": "A", "name": "premium"}, **properties}
    return {"resourceGroupName": "rg", "vaultName": "Keys", "properties": known}


def policy(state: str, days: int = 7) -> dict[str, Any]:
    period = {"immutabilityPeriodSinceCreationInDays": days, "state": state, "allowProtectedAppendWrites": False}
    return {"immutableStorageWithVersioning": {"enabled": True, "immutabilityPolicy": period}}


# Ids, ARNs, endpoints


@pytest.mark.parametrize(
    ("region", "partition", "suffix"),
    [
        ("eu-central-1", "aws", "amazonaws.com"),
        ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
        ("eusc-de-east-1", "aws-eusc", "amazonaws.eu"),
    ],
)
def test_arns_carry_the_partition_the_region_and_the_account(
    stand_in: Any, region: str, partition: str, suffix: str
) -> None:
    client = stand_in("aws", region=region, allowedAccountIds='["222233334444"]')
    id, key = client.create("kms/key:Key", {})
    assert key["arn"] == f"arn:{partition}:kms:{region}:222233334444:key/{id}"
    assert key["keyId"] == id
    _, bucket = client.create(BUCKET, {"bucket": "b"})
    assert bucket["arn"] == f"arn:{partition}:s3:::b"
    assert bucket["bucketRegionalDomainName"] == f"b.s3.{region}.{suffix}"
    _, role = client.create("iam/role:Role", {"name": "r", "assumeRolePolicy": "{}"})
    assert role["arn"] == f"arn:{partition}:iam::222233334444:role/r"


def test_a_resource_in_another_region_than_the_providers_is_made_there(aws: Client) -> None:
    _, key = aws.create("kms/key:Key", {"region": "eu-west-1"})
    assert ":kms:eu-west-1:" in key["arn"]


def test_the_account_is_the_one_whose_role_is_assumed(stand_in: Any) -> None:
    role = '[{"roleArn": "arn:aws:iam::999988887777:role/deploy"}]'
    assert ":999988887777:" in stand_in("aws", region="eu-west-1", assumeRoles=role).create("kms/key:Key", {})[1]["arn"]


def test_a_type_that_no_table_covers_has_an_id_and_an_arn_of_its_documented_form(aws: Client) -> None:
    id, outputs = aws.create("ec2transitgateway/transitGateway:TransitGateway", {})
    assert re.fullmatch(r"tgw-[0-9a-f]{17}", id)
    assert outputs["arn"].startswith("arn:aws:ec2:eu-central-1:222233334444:")
    id, outputs = aws.create("sfn/activity:Activity", {"name": "act"})
    assert id == outputs["arn"] == "arn:aws:states:eu-central-1:222233334444:activity:act"


def test_the_outputs_that_the_sdk_promises_are_all_there(aws: Client) -> None:
    _, outputs = aws.create("organizations/organizationalUnit:OrganizationalUnit", {"name": "eu", "parentId": "r-x"})
    assert outputs["accounts"] == []
    assert outputs["arn"].startswith("arn:aws:organizations::222233334444:ou/o-")


def test_azure_ids_stand_in_the_hierarchy(azure: Client) -> None:
    assert azure.create(RESOURCE_GROUP, {"resourceGroupName": "rg"})[0] == GROUP
    id, made = azure.create(ACCOUNT, account())
    assert id == f"{GROUP}/providers/Microsoft.Storage/storageAccounts/data"
    assert made["primaryEndpoints"]["blob"] == "https://data.blob.core.windows.net/"
    assert (made["name"], made["type"]) == ("data", "Microsoft.Storage/storageAccounts")
    container = {"accountName": "data", "resourceGroupName": "rg", "containerName": "c-1"}
    assert azure.create(CONTAINER, container)[0] == f"{id}/blobServices/default/containers/c-1"
    group, _ = azure.create("management:ManagementGroup", {"groupId": "eu"})
    assert group == "/providers/Microsoft.Management/managementGroups/eu"
    assigned = azure.create("authorization:PolicyAssignment", {"scope": group, "policyAssignmentName": "locations"})
    assert assigned[0] == f"{group}/providers/Microsoft.Authorization/policyAssignments/locations"


def test_a_vaults_address_belongs_to_its_cloud(stand_in: Any) -> None:
    there = stand_in("azure-native", environment="usgovernment", subscriptionId=SUBSCRIPTION)
    _, made = there.create(VAULT, vault())
    assert made["properties"]["vaultUri"] == "https://keys.vault.usgovcloudapi.net/"
    assert made["properties"]["sku"] == {"family": "A", "name": "premium"}


def test_an_azure_location_comes_back_as_azure_writes_it(azure: Client) -> None:
    _, made = azure.create(ACCOUNT, account(location="West Europe"))
    assert made["location"] == "westeurope"


def test_a_child_lives_where_its_parent_does(azure: Client) -> None:
    azure.create(VAULT, vault() | {"location": "West Europe"}, "vault")
    key = {"resourceGroupName": "rg", "vaultName": "keys", "keyName": "records", "properties": {"kty": "RSA-HSM"}}
    _, made = azure.create("keyvault:Key", key, "key")
    assert made["location"] == "westeurope"


# Preview


def test_a_preview_gives_inputs_and_leaves_out_what_the_cloud_decides(aws: Client, azure: Client) -> None:
    planned = aws.preview(BUCKET, {"bucket": "b"})
    assert planned["bucket"] == "b"
    assert not {"arn", "bucketDomainName"} & set(planned)
    planned = azure.preview(VAULT, vault())
    assert planned["properties"]["vaultUri"] == UNKNOWN
    assert planned["properties"]["sku"] == {"family": "A", "name": "premium"}


def test_a_preview_makes_nothing(aws: Client) -> None:
    aws.preview(BUCKET, {"bucket": "b"})
    assert Store(aws.folder / "store").all() == []


# One name, one owner


def test_a_bucket_name_is_taken_in_every_account_and_region(aws: Client, stand_in: Any) -> None:
    aws.create(BUCKET, {"bucket": "b"})
    elsewhere = stand_in("aws", region="us-east-1", allowedAccountIds='["999988887777"]')
    assert "BucketAlreadyExists: the bucket name b is taken" in refusal(
        elsewhere.create, BUCKET, {"bucket": "b"}, "other"
    )
    assert "BucketAlreadyExists" in refusal(aws.create, BUCKET, {"bucket": "b"}, "twin")
    china = stand_in("aws", region="cn-north-1")
    assert china.create(BUCKET, {"bucket": "b"})[0] == "b"


def test_a_role_name_is_taken_in_its_account_only(aws: Client, stand_in: Any) -> None:
    role = {"name": "r", "assumeRolePolicy": "{}"}
    aws.create("iam/role:Role", role)
    assert "EntityAlreadyExists" in refusal(aws.create, "iam/role:Role", role, "other")
    elsewhere = stand_in("aws", region="eu-central-1", allowedAccountIds='["999988887777"]')
    assert elsewhere.create("iam/role:Role", role)[0] == "r"


def test_a_log_group_name_is_taken_in_its_region_only(aws: Client) -> None:
    aws.create("cloudwatch/logGroup:LogGroup", {"name": "g"})
    assert "already exists" in refusal(aws.create, "cloudwatch/logGroup:LogGroup", {"name": "g"}, "other")
    assert aws.create("cloudwatch/logGroup:LogGroup", {"name": "g", "region": "eu-west-1"})[0] == "g"


def test_two_units_of_one_name_may_not_have_one_parent(aws: Client) -> None:
    token = "organizations/organizationalUnit:OrganizationalUnit"
    aws.create(token, {"name": "eu", "parentId": "r-1"})
    assert "DuplicateOrganizationalUnitException" in refusal(aws.create, token, {"name": "eu", "parentId": "r-1"}, "b")
    aws.create(token, {"name": "eu", "parentId": "r-2"})


def test_setting_a_bucket_twice_overwrites_as_the_api_does(aws: Client) -> None:
    token = "s3/bucketPolicy:BucketPolicy"
    aws.create(token, {"bucket": "b", "policy": "{}"})
    aws.create(token, {"bucket": "b", "policy": '{"Version": "2012-10-17"}'}, "other")
    assert len(Store(aws.folder / "store").all()) == 1


def test_a_storage_account_name_is_taken_everywhere(azure: Client, stand_in: Any) -> None:
    azure.create(ACCOUNT, account())
    elsewhere = stand_in("azure-native", subscriptionId="00000000-0000-4000-8000-000000000009")
    assert "StorageAccountAlreadyTaken" in refusal(elsewhere.create, ACCOUNT, account(), "other")


def test_an_azure_name_is_taken_in_its_scope_whatever_its_case(azure: Client) -> None:
    network = {"resourceGroupName": "rg", "virtualNetworkName": "net"}
    azure.create("network:VirtualNetwork", network)
    again = {**network, "virtualNetworkName": "NET"}
    assert "already existing resource" in refusal(azure.create, "network:VirtualNetwork", again, "other")
    azure.create("network:VirtualNetwork", {**network, "resourceGroupName": "rg2"})


def test_a_deleted_name_is_free_again(aws: Client) -> None:
    aws.create(BUCKET, {"bucket": "b"})
    aws.delete(BUCKET, "b")
    assert aws.create(BUCKET, {"bucket": "b"})[0] == "b"


# Reading and importing


def test_a_resource_is_read_by_its_id_alone(aws: Client) -> None:
    id, outputs = aws.create("kms/key:Key", {"description": "d"})
    found = aws.read("kms/key:Key", id)
    assert (found.id, read(found.properties)) == (id, outputs)
    assert read(found.inputs)["description"] == "d"


def test_a_resource_in_another_region_is_read_as_the_provider_imports_it(aws: Client) -> None:
    id, _ = aws.create("kms/key:Key", {"region": "eu-west-1"})
    assert aws.read("kms/key:Key", id).id == ""
    assert aws.read("kms/key:Key", f"{id}@eu-west-1").id == id
    assert aws.read("kms/key:Key", id, region="eu-west-1").id == id


def test_an_azure_resource_is_read_whatever_the_case_of_its_id(azure: Client) -> None:
    id, _ = azure.create(ACCOUNT, account())
    assert azure.read(ACCOUNT, id.upper()).id == id


def test_what_is_not_there_reads_as_nothing(aws: Client) -> None:
    assert aws.read(BUCKET, "none").id == ""


def test_another_accounts_resources_are_not_seen(aws: Client, stand_in: Any) -> None:
    id, _ = aws.create("kms/key:Key", {})
    assert stand_in("aws", region="eu-central-1").read("kms/key:Key", id).id == ""


# Updates


def test_an_update_keeps_what_the_cloud_decided_and_drops_what_is_no_longer_asked(aws: Client) -> None:
    inputs = aws.filled("kms/key:Key", {"description": "d", "policy": "{}"})
    id, before = aws.create("kms/key:Key", inputs)
    after = aws.update("kms/key:Key", id, inputs, {"region": "eu-central-1", "description": "e"})
    assert after["arn"] == before["arn"]
    assert after["description"] == "e"
    assert "policy" not in after
    assert read(aws.read("kms/key:Key", id).properties) == after


def test_an_update_keeps_what_the_cloud_decided_inside_an_object(azure: Client) -> None:
    id, made = azure.create(VAULT, vault())
    changed = azure.update(VAULT, id, vault(), vault(enablePurgeProtection=True))
    assert changed["properties"]["vaultUri"] == made["properties"]["vaultUri"]
    assert changed["properties"]["enablePurgeProtection"] is True


def test_an_update_of_what_is_gone_says_so(aws: Client) -> None:
    text = refusal(aws.update, "kms/key:Key", "k", {}, {"description": "e"})
    assert "is not there any more" in text
    assert "pulumi refresh" in text


# What refuses to end


def test_a_bucket_that_holds_objects_is_not_deleted(aws: Client) -> None:
    aws.create(BUCKET, {"bucket": "b"})
    aws.create(OBJECT, {"bucket": "b", "key": "k", "content": "c"})
    assert "BucketNotEmpty" in refusal(aws.delete, BUCKET, "b")
    aws.delete(OBJECT, "b/k")
    aws.delete(BUCKET, "b")
    assert Store(aws.folder / "store").all() == []


def test_an_object_under_compliance_retention_is_not_deleted(aws: Client) -> None:
    aws.create(BUCKET, {"bucket": "b", "objectLockEnabled": True})
    locked = {"bucket": "b", "key": "k", "objectLockMode": "COMPLIANCE"}
    aws.create(OBJECT, {**locked, "objectLockRetainUntilDate": "2999-01-01T00:00:00Z"})
    assert "AccessDenied" in refusal(aws.delete, OBJECT, "b/k")
    aws.create(OBJECT, {**locked, "key": "old", "objectLockRetainUntilDate": "2001-01-01T00:00:00Z"})
    aws.delete(OBJECT, "b/old")


def test_an_object_under_its_buckets_default_retention_is_not_deleted(aws: Client) -> None:
    aws.create(BUCKET, {"bucket": "b", "objectLockEnabled": True})
    rule = {"defaultRetention": {"mode": "COMPLIANCE", "years": 7}}
    aws.create("s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", {"bucket": "b", "rule": rule})
    aws.create(OBJECT, {"bucket": "b", "key": "k"})
    assert "COMPLIANCE" in refusal(aws.delete, OBJECT, "b/k")


def test_a_locked_bucket_that_is_empty_is_deleted(aws: Client) -> None:
    aws.create(BUCKET, {"bucket": "b", "objectLockEnabled": True})
    aws.delete(BUCKET, "b")
    assert aws.read(BUCKET, "b").id == ""


def test_a_policy_that_is_attached_is_not_deleted(aws: Client) -> None:
    id, _ = aws.create("organizations/policy:Policy", {"name": "p", "content": "{}"})
    aws.create("organizations/policyAttachment:PolicyAttachment", {"policyId": id, "targetId": "r-1"})
    assert "PolicyInUseException" in refusal(aws.delete, "organizations/policy:Policy", id)


def test_deleting_a_resource_group_takes_all_that_is_in_it(azure: Client) -> None:
    group, _ = azure.create(RESOURCE_GROUP, {"resourceGroupName": "rg"})
    azure.create(ACCOUNT, account())
    azure.create(ACCOUNT, account(accountName="other", resourceGroupName="rg2"))
    azure.delete(RESOURCE_GROUP, group)
    assert [row.outputs["name"] for row in Store(azure.folder / "store").all()] == ["other"]
    azure.create(ACCOUNT, account())


def test_a_deleted_vault_keeps_its_name_until_it_is_recovered(azure: Client) -> None:
    azure.create(RESOURCE_GROUP, {"resourceGroupName": "rg"})
    id, _ = azure.create(VAULT, vault(enablePurgeProtection=True))
    azure.delete(RESOURCE_GROUP, GROUP)
    assert "deleted state" in refusal(azure.create, VAULT, vault())
    assert azure.create(VAULT, vault(createMode="recover"))[0] == id


def test_a_secret_keeps_its_name_for_its_recovery_window(aws: Client) -> None:
    token = "secretsmanager/secret:Secret"
    aws.delete(token, aws.create(token, {"name": "s"})[0])
    assert "scheduled for deletion" in refusal(aws.create, token, {"name": "s"})
    aws.delete(token, aws.create(token, {"name": "t", "recoveryWindowInDays": 0})[0])
    aws.create(token, {"name": "t"})


def test_an_accounts_policy_is_not_created_locked(azure: Client) -> None:
    assert "Disabled or Unlocked" in refusal(azure.create, ACCOUNT, account(**policy("Locked")))


def test_a_locked_policy_only_grows(azure: Client) -> None:
    unlocked, locked = account(**policy("Unlocked")), account(**policy("Locked"))
    id, _ = azure.create(ACCOUNT, unlocked)
    azure.update(ACCOUNT, id, unlocked, locked)
    azure.update(ACCOUNT, id, locked, account(**policy("Locked", 8)))
    assert "only grow" in refusal(azure.update, ACCOUNT, id, locked, locked)
    assert "stays locked" in refusal(azure.update, ACCOUNT, id, locked, unlocked)


def test_what_is_not_unlocked_is_not_locked(azure: Client) -> None:
    id, _ = azure.create(ACCOUNT, account())
    assert "only a policy that is Unlocked" in refusal(
        azure.update, ACCOUNT, id, account(), account(**policy("Locked"))
    )


def test_a_blob_under_a_locked_policy_keeps_its_account_and_its_group(azure: Client) -> None:
    group, _ = azure.create(RESOURCE_GROUP, {"resourceGroupName": "rg"})
    unlocked = account(**policy("Unlocked"))
    id, _ = azure.create(ACCOUNT, unlocked)
    azure.update(ACCOUNT, id, unlocked, account(**policy("Locked")))
    place = {"accountName": "data", "resourceGroupName": "rg", "containerName": "c-1"}
    azure.create(CONTAINER, place)
    blob, _ = azure.create(BLOB, {**place, "blobName": "b"})
    for token, id_ in ((BLOB, blob), (ACCOUNT, id), (RESOURCE_GROUP, group)):
        assert "BlobImmutableDueToPolicy" in refusal(azure.delete, token, id_)


def test_deleting_what_is_gone_is_no_error(aws: Client) -> None:
    aws.delete(BUCKET, "none")


# What the protocol asks for and a stand-in does not have


def test_what_a_stand_in_does_not_have_is_refused_in_words(aws: Client) -> None:
    from sandbox.protos import provider_pb2 as pb

    assert "method aws:x:y/z" in refusal(aws.stub.Call, pb.CallRequest(tok="aws:x:y/z"))
    assert "component aws:x:Y" in refusal(aws.stub.Construct, pb.ConstructRequest(type="aws:x:Y"))
    assert "API versions" in refusal(aws.stub.Parameterize, pb.ParameterizeRequest())


def test_a_stand_ins_schema_holds_the_providers_configuration(aws: Client) -> None:
    from sandbox.protos import provider_pb2 as pb

    schema = json.loads(aws.stub.GetSchema(pb.GetSchemaRequest()).schema)
    inputs = schema["provider"]["inputProperties"]
    assert (schema["name"], inputs["region"]) == ("aws", {"type": "string"})
    assert inputs["allowedAccountIds"] == {"type": "array", "items": {"type": "string"}}
    assert inputs["defaultTags"] == {"$ref": "pulumi.json#/Any"}


def test_a_stand_in_tells_the_sdks_version(aws: Client) -> None:
    from google.protobuf.empty_pb2 import Empty

    from sandbox.sdk import sdk

    assert aws.stub.GetPluginInfo(Empty()).version == sdk("aws").version
    aws.stub.Cancel(Empty())


def test_the_store_holds_what_was_made_and_by_which_urn(aws: Client) -> None:
    id, outputs = aws.create("kms/key:Key", {}, "zone")
    (row,) = Store(aws.folder / "store").by_urn("aws", aws.urn("kms/key:Key", "zone"))
    assert (row.id, row.type, json.loads(json.dumps(row.outputs))) == (id, "aws:kms/key:Key", outputs)


def test_what_asks_for_an_identity_of_its_own_is_given_a_principal_that_stays(azure: Client) -> None:
    scope = "/providers/Microsoft.Management/managementGroups/zone"
    asked = {"policyAssignmentName": "tags", "scope": scope, "policyDefinitionId": "/d", "location": "westeurope"}
    id, plain = azure.create("authorization:PolicyAssignment", asked)
    assert "principalId" not in (plain.get("identity") or {})
    with_identity = {**asked, "identity": {"type": "SystemAssigned"}}
    first = azure.update("authorization:PolicyAssignment", id, asked, with_identity)["identity"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", first["principalId"])
    assert (first["type"], first["tenantId"]) == ("SystemAssigned", TENANT)
    renamed = {**with_identity, "displayName": "Tags"}
    assert azure.update("authorization:PolicyAssignment", id, with_identity, renamed)["identity"] == first
