"""Check: what a program wrote is held against the SDK's types, and each fault is named where it stands."""

from typing import Any

import pytest

from sandbox.values import OUTPUT, SECRET, SIGNATURE, UNKNOWN
from tests.sandbox.conftest import GROUP, TENANT, Client, refusal

BUCKET = "s3/bucket:Bucket"
LIFECYCLE = "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
ACCOUNT = "storage:StorageAccount"
VAULT = "keyvault:Vault"


def account(**more: Any) -> dict[str, Any]:
    return {"resourceGroupName": "rg", "kind": "StorageV2", "sku": {"name": "Standard_ZRS"}, **more}


def vault(**properties: Any) -> dict[str, Any]:
    sku = {"family": "A", "name": "premium"}
    return {"resourceGroupName": "rg", "properties": {"tenantId": TENANT, "sku": sku, **properties}}


def test_a_misspelt_property_is_refused_with_the_name_that_is_meant(aws: Client) -> None:
    faults = aws.faults(BUCKET, {"objectLockEnable": True})
    assert list(faults) == ["objectLockEnable"]
    assert "Did you mean 'objectLockEnabled'?" in faults["objectLockEnable"]


def test_a_python_name_on_the_wire_is_refused_with_its_wire_name(aws: Client) -> None:
    assert "Did you mean 'forceDestroy'?" in aws.faults(BUCKET, {"force_destroy": True})["force_destroy"]


def test_a_property_that_resembles_none_is_refused_with_the_list_of_those_that_exist(aws: Client) -> None:
    assert (
        "bucket, policy, region"
        in aws.faults("s3/bucketPolicy:BucketPolicy", {"bucket": "b", "policy": "{}", "qqq": 1})["qqq"]
    )


def test_an_unknown_property_inside_a_list_is_refused_at_its_place(aws: Client) -> None:
    rule = {"id": "a", "status": "Enabled"}
    faults = aws.faults(LIFECYCLE, {"bucket": "b", "rules": [rule, {**rule, "statsu": "x"}]})
    assert list(faults) == ["rules[1].statsu"]


def test_a_wrong_type_inside_a_map_is_refused_at_its_quoted_key(aws: Client) -> None:
    assert list(aws.faults(BUCKET, {"tags": {"fine": "x", "a.b": 3}})) == ['tags["a.b"]']


def test_a_missing_required_property_is_named(aws: Client, azure: Client) -> None:
    assert list(aws.faults(LIFECYCLE, {"bucket": "b", "rules": [{"id": "a"}]})) == ["rules[0].status"]
    assert list(azure.faults(VAULT, {"resourceGroupName": "rg"})) == ["properties"]
    assert "sku" in next(iter(azure.faults(ACCOUNT, {"resourceGroupName": "rg", "kind": "Storage"})))


@pytest.mark.parametrize(
    ("found", "kind"),
    [({"forceDestroy": "yes"}, "a string"), ({"bucket": True}, "a boolean"), ({"tags": ["a"]}, "a list")],
)
def test_a_wrong_type_is_refused_with_both_types_and_without_the_value(aws: Client, found: dict, kind: str) -> None:
    faults = aws.faults(BUCKET, found)
    assert list(faults) == list(found)
    reason = faults[next(iter(found))]
    assert f"found {kind}" in reason
    assert "yes" not in reason


def test_a_whole_number_is_no_number_with_a_fraction(aws: Client) -> None:
    assert list(aws.faults("kms/key:Key", {"deletionWindowInDays": 7.5})) == ["deletionWindowInDays"]
    assert aws.faults("kms/key:Key", {"deletionWindowInDays": 7.0}) == {}


def test_a_wrong_enumeration_value_is_refused_with_the_values_that_exist(azure: Client) -> None:
    faults = azure.faults(VAULT, vault(sku={"family": "A", "name": "premum"}))
    assert list(faults) == ["properties.sku.name"]
    assert "'standard', 'premium'" in faults["properties.sku.name"]
    assert "Did you mean 'premium'?" in faults["properties.sku.name"]


def test_a_misspelt_redundancy_is_refused_though_the_sdk_types_it_as_text_too(azure: Client) -> None:
    assert list(azure.faults(ACCOUNT, account(sku={"name": "Standard_ZSR"}))) == ["sku.name"]
    assert azure.faults(ACCOUNT, account(sku={"name": "standard_zrs"})) == {}


def test_a_machine_size_that_is_newer_than_the_sdk_is_accepted(azure: Client) -> None:
    size = {"vmSize": "Standard_DC4as_v6"}
    assert azure.faults("compute:VirtualMachine", {"resourceGroupName": "rg", "hardwareProfile": size}) == {}


def test_of_several_object_types_the_one_that_is_meant_is_judged(azure: Client) -> None:
    source = {"dataStoreType": "VaultStore", "objectType": "DataStoreInfoBase"}
    rule = {"objectType": "AzureRetentionRule", "name": "Default", "lifecycles": [{"sourceDataStore": source}]}
    backup = {
        "resourceGroupName": "rg",
        "vaultName": "v",
        "properties": {
            "objectType": "BackupPolicy",
            "datasourceTypes": ["Microsoft.Storage/storageAccounts/blobServices"],
            "policyRules": [rule],
        },
    }
    faults = azure.faults("dataprotection:BackupPolicy", backup)
    assert list(faults) == ["properties.policyRules[0].lifecycles[0].deleteAfter"]


def test_unknown_values_are_accepted_wherever_they_stand(aws: Client, azure: Client) -> None:
    assert aws.faults(LIFECYCLE, {"bucket": UNKNOWN, "rules": [{"id": UNKNOWN, "status": UNKNOWN}, UNKNOWN]}) == {}
    assert azure.faults(VAULT, {"resourceGroupName": UNKNOWN, "properties": UNKNOWN}) == {}
    assert azure.faults(ACCOUNT, account(sku={"name": UNKNOWN}, isHnsEnabled=UNKNOWN)) == {}


def test_secrets_and_output_values_are_judged_by_what_is_inside(aws: Client) -> None:
    def marked(mark: str, **value: Any) -> dict[str, Any]:
        return {SIGNATURE: mark, **value}

    parameter = {"type": "String", "value": marked(SECRET, value="pw"), "name": marked(OUTPUT)}
    assert aws.faults("ssm/parameter:Parameter", parameter) == {}
    parameter["value"] = marked(SECRET, value=7)
    faults = aws.faults("ssm/parameter:Parameter", parameter)
    assert list(faults) == ["value"]
    assert "7" not in faults["value"]


def test_a_null_property_is_an_absent_one(aws: Client) -> None:
    assert aws.faults(BUCKET, {"forceDestroy": None}) == {}
    assert list(aws.faults("s3/bucketPolicy:BucketPolicy", {"bucket": "b", "policy": None})) == ["policy"]


def test_an_unknown_type_is_refused_with_the_one_that_is_meant(aws: Client) -> None:
    text = refusal(aws.check, "s3/buckt:Buckt", {})
    assert "aws:s3/buckt:Buckt is not a resource type of pulumi-aws" in text
    assert "Did you mean aws:s3/bucket:Bucket?" in text


# Regions, places, names, tags


def test_a_region_comes_from_the_resource_else_from_the_provider(aws: Client) -> None:
    assert aws.filled(BUCKET, {})["region"] == "eu-central-1"
    assert aws.filled(BUCKET, {"region": "eu-west-1"})["region"] == "eu-west-1"
    assert "region" not in aws.filled("iam/role:Role", {"assumeRolePolicy": "{}"})


@pytest.mark.parametrize(("region", "part"), [("Frankfurt", "eu-central-1"), ("cn-north-1", "aws-cn")])
def test_a_region_that_cannot_be_is_refused(aws: Client, region: str, part: str) -> None:
    faults = aws.faults(BUCKET, {"region": region})
    assert part in faults["region"]


def test_an_azure_location_comes_from_the_resource_the_provider_or_the_group(stand_in: Any, azure: Client) -> None:
    assert azure.filled(ACCOUNT, account(location="North Europe"))["location"] == "North Europe"
    assert azure.filled(ACCOUNT, account())["location"] == "westeurope"
    bare = stand_in("azure-native", subscriptionId=GROUP.split("/")[2])
    assert "location" not in bare.filled(ACCOUNT, account())
    azure.create("resources:ResourceGroup", {"resourceGroupName": "rg", "location": "swedencentral"})
    assert bare.filled(ACCOUNT, account())["location"] == "swedencentral"


def test_names_are_made_as_the_real_providers_make_them(aws: Client, azure: Client) -> None:
    assert aws.filled(BUCKET, {}, "Data")["bucket"].startswith("data-")
    assert len(aws.filled("kms/alias:Alias", {"targetKeyId": "k"}, "k")["name"]) == len("alias/k-0123456")
    assert len(azure.filled(ACCOUNT, account(), "sa")["accountName"]) == len("sa01234567")
    role = {"principalId": "p", "roleDefinitionId": "r", "scope": GROUP}
    assert azure.filled("authorization:RoleAssignment", role)["roleAssignmentName"].count("-") == 4
    blobs = {"accountName": "a", "resourceGroupName": "rg"}
    assert azure.filled("storage:BlobServiceProperties", blobs)["blobServicesName"] == "default"


def test_one_seed_always_gives_one_name(aws: Client) -> None:
    assert aws.filled(BUCKET, {}) == aws.filled(BUCKET, {})
    assert aws.filled(BUCKET, {}) != aws.filled(BUCKET, {}, randomSeed=b"another")


def test_an_automatic_name_is_kept_when_the_resource_changes(aws: Client, azure: Client) -> None:
    olds = aws.filled(BUCKET, {})
    assert aws.filled(BUCKET, {"forceDestroy": True}, olds=olds, randomSeed=b"later")["bucket"] == olds["bucket"]
    olds = azure.filled(ACCOUNT, account())
    assert azure.filled(ACCOUNT, account(), olds=olds, randomSeed=b"later")["accountName"] == olds["accountName"]


def test_a_name_prefix_leaves_the_rest_of_the_name_to_the_cloud(aws: Client) -> None:
    assert "bucket" not in aws.filled(BUCKET, {"bucketPrefix": "logs-"})
    _, outputs = aws.create(BUCKET, {"bucketPrefix": "logs-"})
    assert outputs["bucket"].startswith("logs-")


@pytest.mark.parametrize(("mode", "name"), [(0, "theirs"), (1, "theirs")])
def test_the_engines_naming_is_respected(aws: Client, azure: Client, mode: int, name: str) -> None:
    naming: dict[str, Any] = {"proposed_name": name, "mode": mode}
    assert aws.filled(BUCKET, {}, autonaming=naming)["bucket"] == name
    assert azure.filled(ACCOUNT, account(), autonaming=naming)["accountName"] == name


def test_switched_off_naming_names_nothing(aws: Client, azure: Client) -> None:
    naming = {"mode": 2}
    assert "bucket" not in aws.filled(BUCKET, {}, autonaming=naming)
    assert "accountName" not in azure.filled(ACCOUNT, account(), autonaming=naming)


def test_all_tags_are_the_providers_with_the_resources_over_them(stand_in: Any) -> None:
    tagged = stand_in(
        "aws",
        region="eu-central-1",
        defaultTags='{"tags": {"Zone": "eu", "Team": "default"}}',
        ignoreTags='{"keyPrefixes": ["kubernetes.io/"]}',
    )
    inputs = tagged.filled(BUCKET, {"tags": {"Team": "own", "kubernetes.io/x": "1"}})
    assert inputs["tagsAll"] == {"Zone": "eu", "Team": "own"}
    assert tagged.filled(BUCKET, {"tags": {"Team": UNKNOWN}})["tagsAll"] == {"Team": UNKNOWN}


@pytest.mark.parametrize(
    ("token", "key", "name"),
    [
        (ACCOUNT, "accountName", "My-Account"),
        (VAULT, "vaultName", "a--b"),
        ("storage:BlobContainer", "containerName", "Up"),
    ],
)
def test_a_name_that_azure_does_not_allow_is_refused(azure: Client, token: str, key: str, name: str) -> None:
    inputs = {"storage:BlobContainer": {"accountName": "a", "resourceGroupName": "rg"}}.get(token, account())
    inputs = vault() if token == VAULT else inputs
    assert list(azure.faults(token, {**inputs, key: name})) == [key]


@pytest.mark.parametrize(("number", "faults"), [(5, []), (6, ["privateDnsZoneConfigs"])])
def test_an_endpoint_has_its_names_in_five_zones_at_most(azure: Client, number: int, faults: list[str]) -> None:
    inputs = {
        "resourceGroupName": "rg",
        "privateEndpointName": "e",
        "privateDnsZoneGroupName": "default",
        "privateDnsZoneConfigs": [{"name": f"z{each}", "privateDnsZoneId": f"/z{each}"} for each in range(number)],
    }
    assert list(azure.faults("network:PrivateDnsZoneGroup", inputs)) == faults


def test_a_policy_assignments_name_is_shorter_at_a_management_group(azure: Client) -> None:
    token, name = "authorization:PolicyAssignment", "allowed-locations-of-the-zone"
    group = "/providers/Microsoft.Management/managementGroups/mg"
    assert list(azure.faults(token, {"scope": group, "policyAssignmentName": name})) == ["policyAssignmentName"]
    assert azure.faults(token, {"scope": GROUP, "policyAssignmentName": name}) == {}


def test_the_sdks_defaults_are_filled_in_at_every_depth(azure: Client) -> None:
    filled = azure.filled(VAULT, vault(enableSoftDelete=False))["properties"]
    assert filled["enableSoftDelete"] is False
    assert filled["softDeleteRetentionInDays"] == 90


# Providers


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"regoin": "eu-central-1"}, "regoin"),
        ({"region": "Frankfurt"}, "region"),
        ({"region": "eu-central-1", "allowedAccountIds": '["12345"]'}, "allowedAccountIds[0]"),
        ({"region": "eu-central-1", "allowedAccountIds": '["222233334444", 5]'}, "allowedAccountIds[1]"),
        ({"region": "eu-central-1", "defaultTags": '{"tag": {}}'}, "defaultTags.tag"),
        ({"region": "eu-central-1", "skipRegionValidation": "perhaps"}, "skipRegionValidation"),
    ],
)
def test_a_fault_in_the_aws_providers_configuration_is_named(aws: Client, config: dict, path: str) -> None:
    assert list(aws.check_config(**config)) == [path]


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"subscriptionId": "mine"}, "subscriptionId"),
        ({"tenantId": "mine"}, "tenantId"),
        ({"environment": "moon"}, "environment"),
        ({"location": "West-Europe"}, "location"),
        ({"locaton": "westeurope"}, "locaton"),
    ],
)
def test_a_fault_in_the_azure_providers_configuration_is_named(azure: Client, config: dict, path: str) -> None:
    assert list(azure.check_config(**config)) == [path]


def test_right_and_unknown_provider_configuration_is_accepted(aws: Client, azure: Client) -> None:
    ids = '["222233334444"]'
    assert aws.check_config(region="eu-central-1", allowedAccountIds=ids, skipCredentialsValidation="true") == {}
    assert aws.check_config(region=UNKNOWN, allowedAccountIds=UNKNOWN) == {}
    assert azure.check_config(location="West Europe", subscriptionId=UNKNOWN, useOidc="false") == {}


def test_a_provider_without_region_is_refused(stand_in: Any) -> None:
    assert "aws:region" in refusal(stand_in, "aws")


def test_an_account_that_is_not_allowed_is_refused(stand_in: Any) -> None:
    role = '[{"roleArn": "arn:aws:iam::999988887777:role/deploy"}]'
    text = refusal(stand_in, "aws", region="eu-west-1", assumeRoles=role, allowedAccountIds='["222233334444"]')
    assert "allowedAccountIds" in text
    assert "999988887777" not in text  # a setting may be a secret


HIDDEN = "hunter2-hunter2"


def test_a_region_that_is_refused_is_not_repeated_since_it_may_be_a_secret(aws: Client) -> None:
    faults = aws.faults("s3/bucket:Bucket", {"region": HIDDEN})
    assert list(faults) == ["region"]
    assert HIDDEN not in faults["region"]
    assert "eu-central-1" in faults["region"]


def test_a_provider_region_that_is_refused_is_not_repeated(aws: Client) -> None:
    faults = aws.check_config(region=HIDDEN)
    assert list(faults) == ["region"]
    assert HIDDEN not in faults["region"]


def test_a_region_of_another_partition_is_refused_by_the_partitions_alone(aws: Client) -> None:
    faults = aws.faults("s3/bucket:Bucket", {"region": "cn-north-1"})
    assert "aws-cn" in faults["region"]
    assert "cn-north-1" not in faults["region"]


def test_a_property_called_region_that_holds_a_list_is_not_filled(aws: Client) -> None:
    assert (
        aws.check("ssmincidents/replicationSet:ReplicationSet", {"regions": [{"name": "eu-central-1"}]}).failures == []
    )
