"""Diff: what makes a new resource, what changes the one that is there, and what is no change."""

from typing import Any

from sandbox.protos import provider_pb2
from sandbox.values import UNKNOWN
from tests.sandbox.conftest import GROUP, Client

BUCKET = "s3/bucket:Bucket"
ACCOUNT = "storage:StorageAccount"
NONE, SOME = provider_pb2.DiffResponse.DIFF_NONE, provider_pb2.DiffResponse.DIFF_SOME
KIND = provider_pb2.PropertyDiff.Kind


def kinds(response: Any) -> dict[str, str]:
    return {path: KIND.Name(change.kind) for path, change in response.detailedDiff.items()}


def test_the_same_inputs_are_no_change(aws: Client) -> None:
    response = aws.diff(BUCKET, {"bucket": "b"}, {"bucket": "b"})
    assert (response.changes, kinds(response)) == (NONE, {})


def test_a_name_a_region_and_object_lock_make_a_new_bucket(aws: Client) -> None:
    old = {"bucket": "a", "region": "eu-central-1"}
    response = aws.diff(BUCKET, old, {"bucket": "b", "region": "eu-west-1", "objectLockEnabled": True})
    assert response.changes == SOME
    assert kinds(response) == {
        "bucket": "UPDATE_REPLACE",
        "objectLockEnabled": "ADD_REPLACE",
        "region": "UPDATE_REPLACE",
    }
    assert sorted(response.replaces) == ["bucket", "objectLockEnabled", "region"]


def test_tags_change_the_bucket_that_is_there_place_by_place(aws: Client) -> None:
    response = aws.diff(BUCKET, {"tags": {"a": "1", "b.c": "2"}}, {"tags": {"a": "3", "d": "4"}})
    assert kinds(response) == {"tags.a": "UPDATE", 'tags["b.c"]': "DELETE", "tags.d": "ADD"}
    assert list(response.replaces) == []
    assert list(response.diffs) == ["tags"]


def test_list_items_are_compared_one_by_one(aws: Client) -> None:
    token = "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    old = {"bucket": "b", "rules": [{"id": "a", "status": "Enabled"}, {"id": "b", "status": "Enabled"}]}
    new = {"bucket": "b", "rules": [{"id": "a", "status": "Disabled"}]}
    assert kinds(aws.diff(token, old, new)) == {"rules[0].status": "UPDATE", "rules[1]": "DELETE"}


def test_an_unknown_value_counts_as_a_change(aws: Client) -> None:
    assert kinds(aws.diff(BUCKET, {"bucket": "b"}, {"bucket": UNKNOWN})) == {"bucket": "UPDATE_REPLACE"}


def test_a_policy_in_another_layout_is_no_change(aws: Client) -> None:
    token = "s3/bucketPolicy:BucketPolicy"
    old, new = '{"Version":"2012-10-17","Statement":[]}', '{\n "Statement": [], "Version": "2012-10-17"}'
    assert aws.diff(token, {"bucket": "b", "policy": old}, {"bucket": "b", "policy": new}).changes == NONE


def test_an_azure_location_in_another_spelling_is_no_change(azure: Client) -> None:
    assert azure.diff(ACCOUNT, {"location": "West Europe"}, {"location": "westeurope"}).changes == NONE
    response = azure.diff(ACCOUNT, {"location": "westeurope"}, {"location": "northeurope"})
    assert kinds(response) == {"location": "UPDATE_REPLACE"}


def test_whatever_an_azure_id_is_made_of_makes_a_new_resource(azure: Client) -> None:
    old = {"resourceGroupName": "rg", "accountName": "a"}
    response = azure.diff(ACCOUNT, old, {"resourceGroupName": "rg2", "accountName": "b"})
    assert kinds(response) == {"accountName": "UPDATE_REPLACE", "resourceGroupName": "UPDATE_REPLACE"}
    scope = {"scope": GROUP, "policyAssignmentName": "p"}
    response = azure.diff("authorization:PolicyAssignment", scope, {**scope, "scope": GROUP + "2"})
    assert kinds(response) == {"scope": "UPDATE_REPLACE"}


def test_a_redundancy_changes_the_account_that_is_there(azure: Client) -> None:
    response = azure.diff(ACCOUNT, {"sku": {"name": "Standard_LRS"}}, {"sku": {"name": "Standard_ZRS"}})
    assert kinds(response) == {"sku.name": "UPDATE"}


def test_a_replacement_under_the_same_name_deletes_first(aws: Client, azure: Client) -> None:
    fixed = {"bucket": "b", "objectLockEnabled": True}
    assert aws.diff(BUCKET, {"bucket": "b"}, fixed).deleteBeforeReplace
    assert not aws.diff(BUCKET, {"bucket": "a"}, fixed).deleteBeforeReplace
    place = {"resourceGroupName": "rg", "accountName": "a"}
    assert azure.diff(ACCOUNT, {**place, "location": "westeurope"}, {**place, "location": "x"}).deleteBeforeReplace
    # An account's name is taken everywhere, so moving it to another group under its name deletes first as well.
    assert azure.diff(ACCOUNT, place, {**place, "resourceGroupName": "rg2"}).deleteBeforeReplace
    subnet = {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24"}
    assert not aws.diff("ec2/subnet:Subnet", subnet, {**subnet, "cidrBlock": "10.0.1.0/24"}).deleteBeforeReplace


def test_ignored_changes_are_no_changes(aws: Client) -> None:
    old, new = {"tags": {"a": "1"}, "bucket": "b"}, {"tags": {"a": "2"}, "bucket": "c"}
    assert kinds(aws.diff(BUCKET, old, new, ignoreChanges=["tags"])) == {"bucket": "UPDATE_REPLACE"}


def test_an_object_that_comes_with_what_can_t_be_changed_later_makes_a_new_resource(azure: Client) -> None:
    doubly = {"encryption": {"requireInfrastructureEncryption": True}}
    for old, new in (({}, doubly), (doubly, {})):
        response = azure.diff(ACCOUNT, {"accountName": "a", **old}, {"accountName": "a", **new})
        assert list(response.replaces) == ["encryption"]
    response = azure.diff(
        ACCOUNT, {"accountName": "a"}, {"accountName": "a", "encryption": {"keySource": "Microsoft.Storage"}}
    )
    assert list(response.replaces) == []


def test_a_vault_s_tenant_is_an_update(azure: Client) -> None:
    old, new = ({"vaultName": "v", "properties": {"tenantId": tenant}} for tenant in "ab")
    assert list(azure.diff("keyvault:Vault", old, new).replaces) == []
