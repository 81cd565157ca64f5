import base64
import json
from typing import Any

import pytest
from azure_hsm import GROUP, HSM_ID, PRINCIPAL, SUBSCRIPTION, VERSION, answers, in_an_hsm, landed
from azure_hsm import KEY as GENERIC
from built import Recorder, build, declared, deployed

from components.azure.confidential_disk_key import ORCHESTRATOR, ConfidentialDiskKey, ConfidentialDiskKeyArgs
from components.azure.disk_encryption import ZoneDiskEncryptionSet, ZoneDiskEncryptionSetArgs
from sovereignty import azure_names
from sovereignty.compile.azure.keys import CONFIDENTIAL_DISKS, confidential_disk_key
from sovereignty.errors import InputError
from sovereignty.facts import azure_roles
from sovereignty.footprint import AzureFootprint

pytestmark = pytest.mark.engine

SET, KEY = "azure-native:compute:DiskEncryptionSet", "azure-native:keyvault:Key"
GRANT = "azure-native:authorization:RoleAssignment"
VAULT_ID = f"{GROUP}/providers/Microsoft.KeyVault/vaults/eu-vault"
KEY_URI = f"https://eu-vault.vault.azure.net/keys/sovereign-eu-key/{VERSION}"
IDENTITY_ID = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/sovereign-eu-key"
OBJECT = "7d1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b"


def disk_set(**arguments: Any) -> tuple[Recorder, dict[str, Any]]:
    given: dict[str, Any] = {
        "zone": declared("eu"),
        "deployment": deployed(),
        "resource_group_name": "sovereign-eu",
        "store_id": VAULT_ID,
        "key_uri": KEY_URI,
    }

    def make() -> dict[str, Any]:
        return {"set_id": ZoneDiskEncryptionSet("eu", ZoneDiskEncryptionSetArgs(**{**given, **arguments})).set_id}

    return build(make, None, **{SET: {"identity": {"type": "SystemAssigned", "principalId": PRINCIPAL}}})


def disk_key(**arguments: Any) -> tuple[Recorder, dict[str, Any]]:
    given: dict[str, Any] = {
        "zone": declared("eu"),
        "deployment": deployed(),
        "resource_group_name": "sovereign-eu",
        "store_id": VAULT_ID,
        "orchestrator_principal_id": OBJECT,
    }

    def make() -> dict[str, Any]:
        made = ConfidentialDiskKey("eu", ConfidentialDiskKeyArgs(**{**given, **arguments}))
        return {each: getattr(made, each) for each in ("key_name", "key_version_uri", "identity_id", "next_step")}

    return build(make, None, **{**answers(), KEY: {"keyUriWithVersion": KEY_URI}})


def test_a_set_is_tried_again_until_its_key_opens_and_people_grant_an_hsms_before():
    recorder, _ = disk_set(identity_id=IDENTITY_ID)
    assert recorder.the(SET).hooks == ("eu-disks-until-the-key-opens",)
    recorder, _ = disk_set(zone=in_an_hsm(), identity_id=IDENTITY_ID)
    assert recorder.the(SET).hooks == ()


def test_a_set_follows_its_key_with_an_identity_that_may_use_that_key_alone():
    recorder, outputs = disk_set()
    made = recorder.the(SET)
    assert made.protect
    assert made.inputs == {
        "diskEncryptionSetName": "sovereign-eu-disks",
        "resourceGroupName": "sovereign-eu",
        "location": "germanywestcentral",
        "encryptionType": "EncryptionAtRestWithCustomerKey",
        "rotationToLatestKeyVersionEnabled": True,
        "activeKey": {"keyUrl": KEY_URI, "sourceVault": {"id": VAULT_ID}},
        "identity": {"type": "SystemAssigned"},
    }
    granted = recorder.the(GRANT)
    assert granted.inputs["scope"] == f"{VAULT_ID}/keys/sovereign-eu-key"
    assert granted.inputs["principalId"] == PRINCIPAL
    assert granted.inputs["roleDefinitionId"] == azure_roles.definition_id(
        "key-vault-crypto-service-encryption-user", SUBSCRIPTION
    )
    assert outputs["set_id"] == "eu-id"


def test_a_set_with_an_identity_of_the_zone_grants_nothing():
    recorder, _ = disk_set(identity_id=IDENTITY_ID)
    assert recorder.the(SET).inputs["identity"] == {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY_ID]}
    assert recorder.of(GRANT) == []


def test_a_confidential_set_stays_on_its_version():
    recorder, _ = disk_set(identity_id=IDENTITY_ID, confidential=True, location="West Europe")
    made = recorder.the(SET).inputs
    assert made["encryptionType"] == "ConfidentialVmEncryptedWithCustomerKey"
    assert made["rotationToLatestKeyVersionEnabled"] is False
    assert (made["diskEncryptionSetName"], made["location"]) == ("sovereign-eu-confidential-disks", "westeurope")


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        ({"location": "eastus"}, "location"),
        ({"subscription": "99999999-2222-4333-8444-555555555555"}, "subscription"),
        ({"resource_group_name": ""}, "resource_group_name"),
        ({"store_id": "eu-vault"}, "store_id"),
        ({"store_id": IDENTITY_ID}, "store_id"),
        ({"key_uri": ""}, "key_uri"),
        ({"key_uri": KEY_URI.rpartition("/")[0]}, "key_uri"),
        ({"key_uri": "sovereign-eu-key"}, "key_uri"),
        ({"identity_id": VAULT_ID}, "identity_id"),
        ({"zone": in_an_hsm(), "store_id": HSM_ID}, "identity_id"),
    ],
)
def test_a_sets_bad_arguments_are_told_before_anything_is_made(arguments: dict[str, Any], argument: str):
    with pytest.raises(InputError) as told:
        disk_set(**arguments)
    [problem] = told.value.problems
    assert problem.where == f"ZoneDiskEncryptionSetArgs.{argument}"


def policy_of(properties: dict[str, Any], name: str) -> dict[str, Any]:
    data = properties[name]["data"]
    return json.loads(base64.urlsafe_b64decode(data + "=" * (-len(data) % 4)))


def test_the_key_of_confidential_disks_is_released_where_its_own_location_vouches():
    recorder, outputs = disk_key(location="West Europe")
    key = recorder.the(KEY)
    assert key.protect
    assert (key.inputs["vaultName"], key.inputs["keyName"]) == ("eu-vault", "sovereign-eu-confidential-disks")
    properties = key.inputs["properties"]
    assert (properties["kty"], properties["keySize"]) == ("RSA-HSM", 3072)
    assert properties["attributes"] == {"enabled": True, "exportable": True}
    assert "rotationPolicy" not in properties
    assert policy_of(properties, "releasePolicy") == {
        "version": "1.0.0",
        "anyOf": [
            {
                "authority": "https://sharedweu.weu.attest.azure.net/",
                "allOf": [{"claim": "x-ms-compliance-status", "equals": "azure-compliant-cvm"}],
            }
        ],
    }
    assert outputs["key_version_uri"] == KEY_URI
    assert outputs["next_step"] == ""


def test_in_azure_government_its_own_provider_vouches():
    virginia = AzureFootprint(cloud="usgovernment", home="usgovvirginia", regions=("usgovvirginia",))
    recorder, _ = disk_key(zone=declared("us").model_copy(update={"azure": virginia}))
    key = recorder.the(KEY).inputs
    assert key["keyName"] == "sovereign-us-confidential-disks"
    [rule] = policy_of(key["properties"], "releasePolicy")["anyOf"]
    assert rule["authority"] == "https://sharedugv.ugv.attest.azure.us/"


def test_a_location_that_the_table_lacks_asks_for_its_provider():
    texas = AzureFootprint(cloud="usgovernment", home="usgovtexas", regions=("usgovtexas",))
    zone = declared("us").model_copy(update={"azure": texas})
    with pytest.raises(InputError) as told:
        disk_key(zone=zone)
    [problem] = told.value.problems
    assert problem.where == "ConfidentialDiskKeyArgs.attest_uri"
    recorder, _ = disk_key(zone=zone, attest_uri="https://sharedugt.ugt.attest.azure.us")
    assert recorder.the(KEY)


def test_the_orchestrator_reads_and_releases_that_key_and_an_identity_of_its_own_wraps_with_it():
    recorder, _ = disk_key()
    granted = {each.name: each.inputs for each in recorder.of(GRANT)}
    assert all(each["scope"] == "eu-id" for each in granted.values()), "the key's id"
    roles = {name: each["roleDefinitionId"].rpartition("/")[2] for name, each in granted.items()}
    assert roles == {
        "eu-encrypts": azure_roles.role_id("key-vault-crypto-service-encryption-user"),
        "eu-reads": azure_roles.role_id("key-vault-reader"),
        "eu-releases": azure_roles.role_id("key-vault-crypto-service-release-user"),
    }
    assert {name: each["principalId"] for name, each in granted.items()} == {
        "eu-encrypts": PRINCIPAL,
        "eu-reads": OBJECT,
        "eu-releases": OBJECT,
    }
    assert len({each["roleAssignmentName"] for each in granted.values()}) == 3


def test_in_an_hsm_people_grant_what_arm_cannot():
    recorder, outputs = disk_key(zone=in_an_hsm(), deployment=landed("granted"), store_id=HSM_ID)
    key = recorder.the(GENERIC).inputs
    assert (key["parentResourcePath"], key["resourceName"]) == ("managedHSMs/euhsm", "sovereign-eu-confidential-disks")
    assert policy_of(key["properties"], "release_policy")["anyOf"][0]["authority"].startswith("https://shareddewc.")
    assert recorder.of(GRANT) == []
    for role, principal in (
        ("Managed HSM Crypto Service Encryption User", PRINCIPAL),
        ("Managed HSM Crypto Auditor", OBJECT),
        ("Managed HSM Crypto Service Release User", OBJECT),
    ):
        assert f'--role "{role}" --assignee-object-id {principal}' in outputs["next_step"]


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"location": "eastus"}, "location"),
        ({"resource_group_name": ""}, "resource_group_name"),
        ({"store_id": HSM_ID}, "store_id"),
        ({"zone": in_an_hsm(), "deployment": landed("granted"), "store_id": VAULT_ID}, "store_id"),
        ({"orchestrator_principal_id": ""}, "orchestrator_principal_id"),
        ({"orchestrator_principal_id": "Confidential VM Orchestrator"}, "orchestrator_principal_id"),
        ({"orchestrator_principal_id": ORCHESTRATOR}, "orchestrator_principal_id"),
        ({"attest_uri": "https://attest.example.com"}, "attest_uri"),
        ({"attest_uri": "sharedweu.weu.attest.azure.net"}, "attest_uri"),
    ],
)
def test_a_keys_bad_arguments_are_told_before_anything_is_made(arguments: dict[str, Any], where: str):
    with pytest.raises(InputError) as told:
        disk_key(**arguments)
    [problem] = told.value.problems
    assert problem.where == f"ConfidentialDiskKeyArgs.{where}"


@pytest.mark.parametrize("phase", [None, "create"])
def test_an_hsm_that_is_not_active_yet_is_told_by_its_phase(phase: str | None):
    with pytest.raises(InputError) as told:
        disk_key(zone=in_an_hsm(), deployment=landed(phase), store_id=HSM_ID)
    [problem] = told.value.problems
    assert problem.where == "Pulumi.eu.yaml: sovereign-zones:hsmPhase"


def test_the_policies_let_the_same_name_through_that_is_made():
    assert confidential_disk_key("eu") == azure_names.own(declared("eu"), CONFIDENTIAL_DISKS)
