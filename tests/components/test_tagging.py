from typing import Any

import pulumi
import pytest

from components.tagging import tagged, takes_tags

TAGS = {"DataResidency": "EU", "Zone": "eu", "DataClassification": "pii", "ManagedBy": "sovereign-zones"}


def transformed(type_: str, props: dict[str, Any], custom: bool = True) -> Any:
    args = pulumi.ResourceTransformArgs(custom, type_, "name", props, pulumi.ResourceOptions())
    result = tagged(TAGS)(args)
    return result.props if isinstance(result, pulumi.ResourceTransformResult) else None


@pytest.mark.parametrize(
    "token",
    [
        "azure-native:storage:StorageAccount",
        "azure-native:keyvault:Vault",
        "azure-native:resources:ResourceGroup",
        "aws:s3/bucket:Bucket",
        "aws:lambda/function:Function",
        "aws:dynamodb/table:Table",
    ],
)
def test_a_type_whose_tags_are_a_map_of_text_takes_them(token: str):
    assert takes_tags(token)


@pytest.mark.parametrize(
    "token",
    [
        "azure-native:storage:BlobContainer",
        "azure-native:storage:BlobContainerLegalHold",  # its tags are a list of text
        "azure-native:management:ManagementGroup",
        "azure-native:authorization:PolicyAssignment",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:autoscaling/group:Group",  # its tags are a list of objects
        "random:index/randomId:RandomId",
        "pulumi:providers:aws",
        "sovereign-zones:index:WormBucket",
        "nonsense",
    ],
)
def test_any_other_type_gets_none(token: str):
    assert not takes_tags(token)
    assert transformed(token, {"name": "x"}) is None


def test_a_resource_gets_the_zones_tags_beside_its_own():
    props = transformed("azure-native:keyvault:Vault", {"vaultName": "v", "tags": {"team": "payments"}})
    assert props == {"vaultName": "v", "tags": {"team": "payments", **TAGS}}


def test_a_resource_may_choose_its_classification_and_nothing_else():
    own = {"DataClassification": "analytics", "Zone": "us", "DataResidency": "US"}
    props = transformed("azure-native:keyvault:Vault", {"tags": own})
    assert props["tags"] == {**TAGS, "DataClassification": "analytics"}


def test_a_component_itself_is_left_alone():
    assert transformed("azure-native:keyvault:Vault", {}, custom=False) is None
