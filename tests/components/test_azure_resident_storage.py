from typing import Any

import pytest
from built import Recorder, build, declared, deployed

from components.azure.resident_storage import ResidentStorageAccount, ResidentStorageAccountArgs
from sovereignty.errors import InputError

pytestmark = pytest.mark.engine

SUBSCRIPTION = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
IDENTITY = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/sovereign-eu/providers/Microsoft.ManagedIdentity"
    "/userAssignedIdentities/sovereign-eu-key"
)


def account(**arguments: Any) -> tuple[Recorder, dict[str, Any]]:
    given: dict[str, Any] = {
        "zone": declared("eu"),
        "deployment": deployed(azureSubscriptions=[SUBSCRIPTION]),
        "resource_group_name": "sovereign-eu",
        "purpose": "calls",
        "key_store_uri": "https://eu-vault-0a1b2c3d.vault.azure.net",
        "key_name": "sovereign-eu-key",
        "identity_id": IDENTITY,
        "containers": ["calls"],
        **arguments,
    }

    def make() -> dict[str, Any]:
        made = ResidentStorageAccount("calls", ResidentStorageAccountArgs(**given))
        return {"id": made.account_id, "name": made.name, "containers": made.containers}

    return build(make)


@pytest.fixture(scope="module")
def made() -> Recorder:
    return account(data_class="call_recordings")[0]


def test_everything_of_it_is_protected_and_only_the_account_says_what_it_holds(made: Recorder):
    parts = [each for each in made.seen if each.type.startswith("azure-native:")]
    assert {each.type.rpartition(":")[2] for each in parts} == {
        "StorageAccount",
        "BlobServiceProperties",
        "BlobContainer",
        "ManagementPolicy",
    }
    assert all(each.protect for each in parts)
    tagged = {each.type: each.inputs["tags"] for each in parts if "tags" in each.inputs}
    assert tagged == {"azure-native:storage:StorageAccount": {"DataClassification": "call_recordings"}}


def test_what_is_overwritten_stays_as_a_version_until_the_rule_takes_it(made: Recorder):
    service = made.the("azure-native:storage:BlobServiceProperties").inputs
    assert service["isVersioningEnabled"] is True
    assert service["deleteRetentionPolicy"]["days"] == 30
    [rule] = made.the("azure-native:storage:ManagementPolicy").inputs["policy"]["rules"]
    assert rule["definition"] == {
        "actions": {"version": {"delete": {"daysAfterCreationGreaterThan": 90}}},
        "filters": {"blobTypes": ["blockBlob", "appendBlob"]},
    }


def test_it_is_closed_like_a_locked_one_and_has_no_retention(made: Recorder):
    inputs = made.the("azure-native:storage:StorageAccount").inputs
    assert inputs["publicNetworkAccess"] == "Disabled"
    assert inputs["allowSharedKeyAccess"] is False
    assert inputs["encryption"]["requireInfrastructureEncryption"] is True
    assert "immutableStorageWithVersioning" not in inputs


def test_versions_that_never_go_need_no_rule_and_no_way_through_the_firewall():
    recorder, _ = account(old_versions_days=None)
    assert recorder.of("azure-native:storage:ManagementPolicy") == []
    assert recorder.the("azure-native:storage:StorageAccount").inputs["networkRuleSet"]["bypass"] == "None"


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"data_class": "secrets"}, "data_class"),
        ({"old_versions_days": 0}, "old_versions_days"),
        ({"redundancy": "Standard_GRS"}, "redundancy"),
        ({"redundancy": "Standard_GRS", "location": "westeurope"}, "redundancy"),
        ({"location": "uksouth"}, "location"),
        ({"containers": ["UPPER"]}, "containers[0]"),
    ],
)
def test_bad_arguments_are_told_before_anything_is_made(arguments: dict[str, Any], where: str):
    with pytest.raises(InputError) as told:
        account(**arguments)
    assert [problem.where for problem in told.value.problems] == [f"ResidentStorageAccountArgs.{where}"]
