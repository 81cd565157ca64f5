"""What people do between two runs, and what the stand-in refuses until they have done it."""

import re
from pathlib import Path
from typing import Any

import pytest

from sandbox.__main__ import main
from sandbox.values import UNKNOWN
from tests.sandbox.conftest import GROUP, TENANT, Client, refusal

HSM, KEY, ACCOUNT = "keyvault:ManagedHsm", "resources:Resource", "storage:StorageAccount"
DISKS, IDENTITY = "compute:DiskEncryptionSet", "managedidentity:UserAssignedIdentity"
POLICY, CONTAINER, BLOB = "storage:BlobContainerImmutabilityPolicy", "storage:BlobContainer", "storage:Blob"
HOLD = "storage:BlobContainerLegalHold"
URI = "https://zonehsm.managedhsm.azure.net/"
IDENTITY_ID = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader"
PLACE = {"accountName": "data", "resourceGroupName": "rg", "containerName": "records"}

_HSM = {
    "resourceGroupName": "rg",
    "name": "zonehsm",
    "sku": {"family": "B", "name": "Standard_B1"},
    "properties": {"tenantId": TENANT, "initialAdminObjectIds": [TENANT]},
}
_KEY = {
    "apiVersion": "2023-07-01",
    "resourceGroupName": "rg",
    "resourceProviderNamespace": "Microsoft.KeyVault",
    "parentResourcePath": "managedHSMs/zonehsm",
    "resourceType": "keys",
    "resourceName": "zone",
    "properties": {"kty": "RSA-HSM"},
}
_ACCOUNT = {
    "resourceGroupName": "rg",
    "accountName": "data",
    "kind": "StorageV2",
    "sku": {"name": "Standard_ZRS"},
    "encryption": {
        "keySource": "Microsoft.Keyvault",
        "keyVaultProperties": {"keyName": "zone", "keyVaultUri": URI},
        "encryptionIdentity": {"encryptionUserAssignedIdentity": IDENTITY_ID},
    },
}
_SET = {
    "resourceGroupName": "rg",
    "diskEncryptionSetName": "disks",
    "encryptionType": "EncryptionAtRestWithCustomerKey",
    "activeKey": {"keyUrl": f"{URI}keys/zone/{'0' * 32}"},
    "identity": {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY_ID]},
}


def act(client: Client, *arguments: str) -> int:
    return main(["--folder", str(client.folder), "act", *arguments])


def with_key(azure: Client) -> None:
    azure.create(HSM, _HSM)
    assert act(azure, "activate-hsm", "zonehsm") == 0
    azure.create(KEY, _KEY)
    azure.create(IDENTITY, {"resourceGroupName": "rg", "resourceName": "reader"})


def test_a_new_hsm_is_not_activated_and_makes_no_keys(azure: Client) -> None:
    assert "there is no managed HSM" in refusal(azure.create, KEY, _KEY)
    _, made = azure.create(HSM, _HSM)
    assert made["properties"]["securityDomainProperties"]["activationStatus"] == "NotActivated"
    assert "is not activated" in refusal(azure.create, KEY, _KEY)


def test_an_hsm_that_is_not_activated_takes_no_grants(azure: Client, capsys: pytest.CaptureFixture[str]) -> None:
    azure.create(HSM, _HSM)
    azure.create(IDENTITY, {"resourceGroupName": "rg", "resourceName": "reader"})
    assert act(azure, "grant-hsm", "zonehsm", "reader") == 2
    assert "not activated" in capsys.readouterr().err


def test_an_active_hsm_shows_it_and_keeps_it(azure: Client) -> None:
    id, _ = azure.create(HSM, _HSM)
    assert act(azure, "activate-hsm", "ZoneHsm") == 0
    asked = azure.invoke("azure-native:keyvault:getManagedHsm", resourceGroupName="rg", name="zonehsm")
    assert asked["properties"]["securityDomainProperties"]["activationStatus"] == "Active"
    changed = azure.update(HSM, id, _HSM, _HSM | {"tags": {"a": "b"}})
    assert changed["properties"]["securityDomainProperties"]["activationStatus"] == "Active"


def test_an_hsm_that_does_not_trust_arm_makes_no_keys(azure: Client) -> None:
    azure.create(HSM, _HSM)
    act(azure, "activate-hsm", "zonehsm", "--without-arm")
    assert "AllowKeyManagementOperationsThroughARM" in refusal(azure.create, KEY, _KEY)
    act(azure, "activate-hsm", "zonehsm")
    azure.create(KEY, _KEY)


def test_a_key_in_an_hsm_has_its_own_id_and_the_same_version_each_time(azure: Client) -> None:
    with_key(azure)
    id = f"{GROUP}/providers/Microsoft.KeyVault/managedHSMs/zonehsm/keys/zone"
    known = azure.invoke("azure-native:resources:getResource", **{k: v for k, v in _KEY.items() if k != "properties"})
    assert known["id"] == id
    assert known["type"] == "Microsoft.KeyVault/managedHSMs/keys"
    assert known["properties"]["keyUri"] == f"{URI}keys/zone"
    first = known["properties"]["keyUriWithVersion"]
    assert first.startswith(f"{URI}keys/zone/")
    assert len(first.rpartition("/")[2]) == 32
    azure.delete(KEY, id)
    assert azure.create(KEY, _KEY)[1]["properties"]["keyUriWithVersion"] == first


@pytest.mark.parametrize(
    ("token", "inputs", "code"),
    [(ACCOUNT, _ACCOUNT, "KeyVaultAuthenticationFailure"), (DISKS, _SET, "KeyVaultAccessForbidden")],
)
def test_nothing_encrypts_with_an_hsms_key_before_its_identity_is_granted_it(
    azure: Client, token: str, inputs: dict[str, Any], code: str
) -> None:
    assert "has no key zone" in refusal(azure.create, token, inputs)
    with_key(azure)
    assert code in refusal(azure.create, token, inputs)
    act(azure, "grant-hsm", "zonehsm", "reader", "--key", "another")
    assert code in refusal(azure.create, token, inputs)
    act(azure, "grant-hsm", "zonehsm", IDENTITY_ID, "--key", "zone")
    azure.create(token, inputs)


@pytest.mark.parametrize(("token", "inputs"), [(ACCOUNT, _ACCOUNT), (DISKS, _SET)])
def test_the_refusal_says_a_command_that_works_where_each_location_has_such_an_identity(
    azure: Client, token: str, inputs: dict[str, Any]
) -> None:
    with_key(azure)
    azure.create(IDENTITY, {"resourceGroupName": "rg-elsewhere", "resourceName": "reader"})
    said = refusal(azure.create, token, inputs)
    command = said.partition("python -m sandbox ")[2].splitlines()[0].split()
    assert command == ["act", "grant-hsm", "zonehsm", IDENTITY_ID]
    assert act(azure, *command[1:]) == 0
    azure.create(token, inputs)


def test_an_identity_that_is_made_anew_is_another_one(azure: Client) -> None:
    with_key(azure)
    act(azure, "grant-hsm", "zonehsm", "reader")
    azure.delete(IDENTITY, IDENTITY_ID)
    azure.create(IDENTITY, {"resourceGroupName": "rg", "resourceName": "reader"})
    assert "KeyVaultAuthenticationFailure" in refusal(azure.create, ACCOUNT, _ACCOUNT)


def test_a_set_with_an_identity_of_its_own_is_made_before_it_is_granted_anything(azure: Client) -> None:
    with_key(azure)
    own = _SET | {"identity": {"type": "SystemAssigned"}}
    _, made = azure.create(DISKS, own)
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["identity"]["principalId"])
    assert made["identity"]["tenantId"] == TENANT
    assert azure.preview(DISKS, own | {"diskEncryptionSetName": "other"})["identity"]["principalId"] == UNKNOWN


def test_what_people_did_goes_with_the_hsm(azure: Client) -> None:
    azure.create("resources:ResourceGroup", {"resourceGroupName": "rg"})
    with_key(azure)
    act(azure, "grant-hsm", "zonehsm", "reader")
    azure.delete("resources:ResourceGroup", GROUP)
    recovered = {**_HSM, "properties": {**_HSM["properties"], "createMode": "recover"}}
    azure.create(HSM, recovered)
    assert "is not activated" in refusal(azure.create, KEY, _KEY)


def test_any_other_generic_resource_lies_where_arm_has_it(azure: Client) -> None:
    top = {
        **_KEY,
        "parentResourcePath": "",
        "resourceType": "vaults",
        "resourceName": "keys",
        "location": "West Europe",
    }
    id, made = azure.create(KEY, top)
    assert id == f"{GROUP}/providers/Microsoft.KeyVault/vaults/keys"
    assert (made["location"], made["properties"]) == ("westeurope", {"kty": "RSA-HSM"})


def locked(azure: Client) -> tuple[str, dict[str, Any]]:
    azure.create(ACCOUNT, {key: value for key, value in _ACCOUNT.items() if key != "encryption"})
    azure.create(CONTAINER, PLACE)
    inputs = {**PLACE, "immutabilityPeriodSinceCreationInDays": 7, "allowProtectedAppendWrites": False}
    id, _ = azure.create(POLICY, inputs)
    assert act(azure, "lock-container", "data", "records") == 0
    return id, inputs


def test_a_locked_policy_is_read_as_locked_and_neither_changed_nor_deleted(azure: Client) -> None:
    id, inputs = locked(azure)
    asked = azure.invoke(
        "azure-native:storage:getBlobContainerImmutabilityPolicy", **PLACE, immutabilityPolicyName="default"
    )
    assert asked["state"] == "Locked"
    for change in (
        {"immutabilityPeriodSinceCreationInDays": 6},
        {"immutabilityPeriodSinceCreationInDays": 8},
        {"allowProtectedAppendWrites": True},
    ):
        assert "ImmutabilityPolicyLocked" in refusal(azure.update, POLICY, id, inputs, inputs | change)
    assert "ImmutabilityPolicyLocked" in refusal(azure.delete, POLICY, id)
    assert azure.update(POLICY, id, inputs, inputs)["state"] == "Locked"


def test_a_locked_container_goes_only_when_it_is_empty(azure: Client) -> None:
    locked(azure)
    container = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/data/blobServices/default/containers/records"
    blob, _ = azure.create(BLOB, {**PLACE, "blobName": "b"})
    account = container.partition("/blobServices")[0]
    for token, id in ((BLOB, blob), (CONTAINER, container), (ACCOUNT, account)):
        assert "its retention is locked" in refusal(azure.delete, token, id)


def test_a_locked_container_without_blobs_can_be_deleted(azure: Client) -> None:
    id, _ = locked(azure)
    azure.delete(CONTAINER, id.partition("/immutabilityPolicies")[0])


def test_a_container_under_a_legal_hold_stays_while_it_holds_blobs(azure: Client) -> None:
    azure.create(CONTAINER, PLACE)
    hold, _ = azure.create(HOLD, {**PLACE, "tags": ["case7"]})
    blob, _ = azure.create(BLOB, {**PLACE, "blobName": "b"})
    assert "legal hold" in refusal(azure.delete, BLOB, blob)
    azure.delete(HOLD, hold)
    azure.delete(BLOB, blob)


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (("activate-hsm", "none"), "none: The sandbox holds no managed HSM"),
        (("grant-hsm", "none", "reader"), "none: The sandbox holds no managed HSM"),
        (("grant-hsm", "zonehsm", "reader"), "reader: The sandbox holds no user-assigned identity"),
        (("lock-container", "data", "records"), "data/records: The sandbox holds no retention"),
    ],
)
def test_an_act_on_what_is_not_there_says_so(
    azure: Client, arguments: tuple[str, ...], missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    azure.create(HSM, _HSM)
    assert act(azure, *arguments) == 2
    assert missing in capsys.readouterr().err


def test_an_identity_that_is_named_like_another_is_told_by_its_id(
    azure: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    with_key(azure)
    other, _ = azure.create(IDENTITY, {"resourceGroupName": "rg2", "resourceName": "reader"})
    assert act(azure, "grant-hsm", "zonehsm", "reader") == 2
    assert "Several identities" in capsys.readouterr().err
    assert act(azure, "grant-hsm", "zonehsm", other) == 0


def test_an_act_without_a_sandbox_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--folder", str(tmp_path), "act", "activate-hsm", "zonehsm"]) == 2
    assert "no sandbox" in capsys.readouterr().err


def test_the_help_says_what_each_act_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["act", "--help"])
    said = capsys.readouterr().out
    assert all(word in said for word in ("activate-hsm NAME", "grant-hsm NAME IDENTITY", "lock-container ACCOUNT"))
