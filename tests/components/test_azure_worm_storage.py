from typing import Any

import pulumi
import pytest
from built import Recorder, build, declared, deployed

from components.azure import redundancy
from components.azure.storage import WormStorageAccount, WormStorageAccountArgs
from sovereignty.errors import InputError
from sovereignty.zone import AzureFootprint, Retention, Zone

pytestmark = pytest.mark.engine

SUBSCRIPTION = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/sovereign-eu"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/sovereign-eu-key"
SEVEN_YEARS = 2557
POLICY = "azure-native:storage:BlobContainerImmutabilityPolicy"
FOUND = "azure-native:storage:getBlobContainerImmutabilityPolicy"

ALLOWING_PAIRS = declared("eu")
assert ALLOWING_PAIRS.azure is not None
ALLOWING_PAIRS = ALLOWING_PAIRS.model_copy(
    update={"azure": ALLOWING_PAIRS.azure.model_copy(update={"geo_redundancy": True})}
)


def account(
    mode: str = "COMPLIANCE", phase: str = "provision", found: dict[str, Any] | None = None, **arguments: Any
) -> tuple[Recorder, dict[str, Any]]:
    law = declared("eu", retention={"mode": mode, "years": 7, "archive_after_days": 90})
    given: dict[str, Any] = {
        "zone": law,
        "deployment": deployed(phase=phase, azureSubscriptions=[SUBSCRIPTION]),
        "resource_group_name": "sovereign-eu",
        "purpose": "records",
        "key_store_uri": "https://eu-vault-0a1b2c3d.vault.azure.net/",
        "key_name": "sovereign-eu-key",
        "identity_id": IDENTITY,
        "containers": ["records", "am-auditlogs"],
        **arguments,
    }

    def make() -> dict[str, Any]:
        made = WormStorageAccount("records", WormStorageAccountArgs(**given))
        names = ("id", "name", "containers", "immutability_states", "lock_commands")
        return {each: getattr(made, each) for each in names}

    answers = {FOUND: {"state": "Locked", "immutabilityPeriodSinceCreationInDays": SEVEN_YEARS, **(found or {})}}
    return build(make, **answers)


@pytest.fixture(scope="module")
def records() -> tuple[Recorder, dict[str, Any]]:
    return account()


@pytest.fixture(scope="module")
def made(records) -> Recorder:
    return records[0]


def the_account(recorder: Recorder) -> dict[str, Any]:
    return recorder.the("azure-native:storage:StorageAccount").inputs


def the_rule(recorder: Recorder) -> dict[str, Any]:
    [rule] = recorder.the("azure-native:storage:ManagementPolicy").inputs["policy"]["rules"]
    return rule["definition"]


def test_everything_of_it_is_protected_and_nothing_bears_a_tag_of_its_own(made: Recorder):
    parts = [each for each in made.seen if each.type.startswith("azure-native:")]
    # account, service, lifecycle, two containers and their policies
    assert len(parts) == 7
    assert all(each.protect for each in parts)
    assert not any("tags" in each.inputs for each in parts)


def test_its_name_is_the_same_on_every_run_and_no_other_zones(made: Recorder):
    assert the_account(made)["accountName"] == "eurecordsf7c61d41"
    elsewhere, _ = account(location="westeurope")
    assert the_account(elsewhere)["accountName"] != "eurecordsf7c61d41"


def test_every_door_but_a_private_endpoint_is_closed(made: Recorder):
    inputs = the_account(made)
    closed = ("allowBlobPublicAccess", "allowCrossTenantReplication", "allowSharedKeyAccess", "isSftpEnabled")
    assert not any(inputs[each] for each in (*closed, "isLocalUserEnabled", "isHnsEnabled"))
    assert inputs["publicNetworkAccess"] == "Disabled"
    assert inputs["networkRuleSet"]["defaultAction"] == "Deny"
    assert inputs["allowedCopyScope"] == "PrivateLink"
    assert inputs["minimumTlsVersion"] == "TLS1_2"
    assert inputs["sasPolicy"] == {"expirationAction": "Block", "sasExpirationPeriod": "1.00:00:00"}


def test_it_is_encrypted_twice_and_under_whatever_version_of_the_zones_key_is_current(made: Recorder):
    encryption = the_account(made)["encryption"]
    assert encryption["requireInfrastructureEncryption"] is True
    assert encryption["keyVaultProperties"] == {
        "keyName": "sovereign-eu-key",
        "keyVaultUri": "https://eu-vault-0a1b2c3d.vault.azure.net/",
    }
    assert encryption["encryptionIdentity"] == {"encryptionUserAssignedIdentity": IDENTITY}
    assert the_account(made)["identity"]["userAssignedIdentities"] == [IDENTITY]


def test_a_deleted_blob_or_container_comes_back_for_a_month_and_nothing_is_versioned_or_restored(made: Recorder):
    service = made.the("azure-native:storage:BlobServiceProperties").inputs
    assert service["deleteRetentionPolicy"] == {"enabled": True, "days": 30, "allowPermanentDelete": False}
    assert service["containerDeleteRetentionPolicy"] == {"enabled": True, "days": 30}
    assert service["isVersioningEnabled"] is False
    assert not {"restorePolicy", "lastAccessTimeTrackingPolicy", "changeFeed"} & set(service)


def test_each_container_has_a_retention_of_average_years_that_comes_after_soft_delete(made: Recorder):
    policies = made.of(POLICY)
    assert {each.inputs["containerName"] for each in policies} == {"records", "am-auditlogs"}
    for policy in policies:
        assert policy.inputs["immutabilityPeriodSinceCreationInDays"] == SEVEN_YEARS
        assert policy.inputs["allowProtectedAppendWrites"] is False
        assert any("BlobServiceProperties" in urn for urn in policy.dependencies)


def test_a_hundred_years_are_a_period_that_azure_takes():
    longest = Retention(mode="COMPLIANCE", years=100)
    recorder, _ = account(retention=longest, longer_than_the_zone=True)
    for policy in recorder.of(POLICY):
        assert 100 * 365 < policy.inputs["immutabilityPeriodSinceCreationInDays"] < 146_000


def test_where_the_location_has_zones_copies_are_spread_and_go_to_the_cold_tier(made: Recorder):
    assert the_account(made)["sku"] == {"name": "Standard_ZRS"}
    assert the_rule(made)["actions"] == {"baseBlob": {"tierToCold": {"daysAfterModificationGreaterThan": 90}}}
    assert the_rule(made)["filters"] == {"blobTypes": ["blockBlob"]}


@pytest.mark.parametrize("kind", ["Standard_LRS", "Standard_GRS", "Standard_RAGRS"])
def test_what_has_the_archive_tier_uses_it_and_a_pair_in_the_zone_may_have_a_copy(kind: str):
    recorder, _ = account(zone=ALLOWING_PAIRS, redundancy=kind, location="West Europe")
    inputs = the_account(recorder)
    assert (inputs["sku"]["name"], inputs["location"]) == (kind, "westeurope")
    assert the_rule(recorder)["actions"] == {"baseBlob": {"tierToArchive": {"daysAfterModificationGreaterThan": 90}}}


@pytest.mark.parametrize("kind", ["Standard_GZRS", "Standard_RAGZRS"])
def test_geo_and_zone_redundant_storage_has_no_archive(kind: str):
    recorder, _ = account(zone=ALLOWING_PAIRS, redundancy=kind, location="northeurope")
    assert "tierToCold" in the_rule(recorder)["actions"]["baseBlob"]


def test_without_an_archive_there_is_no_rule_and_nobody_passes_the_firewall():
    recorder, _ = account(retention=Retention(mode="COMPLIANCE", years=7))
    assert recorder.of("azure-native:storage:ManagementPolicy") == []
    assert the_account(recorder)["networkRuleSet"]["bypass"] == "None"


@pytest.mark.parametrize(
    ("arguments", "bypass"),
    [
        ({}, "AzureServices"),
        ({"trusted_services": False}, "None"),
        ({"retention": Retention(mode="COMPLIANCE", years=7), "receives_appends": True}, "AzureServices"),
        ({"retention": Retention(mode="COMPLIANCE", years=7), "appends_to_block_blobs": True}, "AzureServices"),
        ({"retention": Retention(mode="COMPLIANCE", years=7), "trusted_services": True}, "AzureServices"),
    ],
)
def test_trusted_services_pass_where_a_rule_or_an_export_needs_them(arguments: dict[str, Any], bypass: str):
    recorder, _ = account(**arguments)
    assert the_account(recorder)["networkRuleSet"]["bypass"] == bypass


def test_an_export_of_logs_may_append():
    recorder, _ = account(receives_appends=True)
    for policy in recorder.of(POLICY):
        assert policy.inputs["allowProtectedAppendWrites"] is True
        assert "allowProtectedAppendWritesAll" not in policy.inputs


@pytest.mark.parametrize("receives_appends", [False, True])
def test_flow_logs_may_append_to_block_blobs_and_azure_is_never_asked_for_both_ways_at_once(receives_appends: bool):
    recorder, _ = account(receives_appends=receives_appends, appends_to_block_blobs=True)
    assert recorder.of(POLICY)
    for policy in recorder.of(POLICY):
        assert policy.inputs["allowProtectedAppendWritesAll"] is True
        assert "allowProtectedAppendWrites" not in policy.inputs


def test_an_accounts_own_retention_takes_no_appends_to_block_blobs():
    with pytest.raises(InputError, match=r"WormStorageAccountArgs\.appends_to_block_blobs"):
        account(version_level=True, appends_to_block_blobs=True)


def test_an_account_is_tried_again_until_its_key_opens(made: Recorder):
    [hook] = made.the("azure-native:storage:StorageAccount").hooks
    assert hook == "eurecordsf7c61d41-until-the-key-opens"


def test_in_the_first_phase_it_says_what_is_unlocked_and_how_people_lock_it(records):
    _, outputs = records
    assert outputs["containers"] == ["records", "am-auditlogs"]
    assert outputs["immutability_states"] == {"records": "Unlocked", "am-auditlogs": "Unlocked"}
    for container, command in outputs["lock_commands"].items():
        assert "immutability-policy lock" in command
        assert f"--container-name {container}" in command
        assert "--account-name eurecordsf7c61d41" in command


def test_in_phase_locked_it_asks_the_cloud():
    _, outputs = account(phase="locked")
    assert outputs["immutability_states"] == {"records": "Locked", "am-auditlogs": "Locked"}


def test_in_phase_locked_every_container_that_is_not_locked_is_told_at_once_with_its_command():
    with pytest.raises(pulumi.RunError) as told:
        account(phase="locked", found={"state": "Unlocked"})
    text = str(told.value)
    for container in ("records", "am-auditlogs"):
        assert f"the retention of container {container} is Unlocked" in text
        assert f"--container-name {container}" in text
    assert text.count("immutability-policy lock") == 2


def test_a_retention_that_is_locked_for_too_short_is_no_lock():
    with pytest.raises(pulumi.RunError, match=rf"locked for 30 days, and {SEVEN_YEARS} are asked for"):
        account(phase="locked", found={"immutabilityPeriodSinceCreationInDays": 30})


def test_a_governance_retention_is_not_to_be_locked_and_no_command_for_it_is_shown():
    _, outputs = account("GOVERNANCE", phase="locked", found={"state": "Unlocked"})
    assert outputs["immutability_states"] == {"records": "Unlocked", "am-auditlogs": "Unlocked"}
    assert outputs["lock_commands"] == {}


def test_a_confirmed_compliance_retention_in_a_governance_zone_is_to_be_locked():
    stricter = {"retention": Retention(mode="COMPLIANCE", years=7), "longer_than_the_zone": True}
    with pytest.raises(pulumi.RunError, match="immutability-policy lock"):
        account("GOVERNANCE", phase="locked", found={"state": "Unlocked"}, **stricter)


def test_version_level_retention_is_the_accounts_own_and_unlocked_whatever_the_phase():
    recorder, outputs = account(phase="locked", version_level=True, found={"state": "Unlocked"}, receives_appends=True)
    assert the_account(recorder)["immutableStorageWithVersioning"] == {
        "enabled": True,
        "immutabilityPolicy": {
            "immutabilityPeriodSinceCreationInDays": SEVEN_YEARS,
            "allowProtectedAppendWrites": True,
            "state": "Unlocked",
        },
    }
    assert recorder.of(POLICY) == []
    assert recorder.the("azure-native:storage:BlobServiceProperties").inputs["isVersioningEnabled"] is True
    assert the_rule(recorder)["actions"]["version"] == {"tierToCold": {"daysAfterCreationGreaterThan": 90}}
    assert outputs["immutability_states"] == {"records": "Unlocked", "am-auditlogs": "Unlocked"}
    assert outputs["lock_commands"] == {}


def test_a_managed_hsm_may_hold_the_key():
    recorder, _ = account(key_store_uri="https://euhsm0a1b2c3d.managedhsm.azure.net/")
    assert the_account(recorder)["encryption"]["keyVaultProperties"]["keyVaultUri"].endswith(".managedhsm.azure.net/")


COMPLIANCE_6, COMPLIANCE_8 = Retention(mode="COMPLIANCE", years=6), Retention(mode="COMPLIANCE", years=8)


@pytest.mark.parametrize(
    ("mode", "arguments", "where"),
    [
        ("COMPLIANCE", {"retention": COMPLIANCE_6}, "retention"),
        ("COMPLIANCE", {"retention": Retention(mode="GOVERNANCE", years=20)}, "retention"),
        ("COMPLIANCE", {"retention": COMPLIANCE_8}, "longer_than_the_zone"),
        ("GOVERNANCE", {"retention": Retention(mode="COMPLIANCE", years=7)}, "longer_than_the_zone"),
        ("COMPLIANCE", {"redundancy": "Standard_GRS"}, "redundancy"),
        ("COMPLIANCE", {"redundancy": "Standard_RAGZRS"}, "redundancy"),
        ("COMPLIANCE", {"redundancy": "Premium_LRS"}, "redundancy"),
        ("COMPLIANCE", {"redundancy": "standard_zrs"}, "redundancy"),
        ("COMPLIANCE", {"redundancy": 5}, "redundancy"),
        ("COMPLIANCE", {"location": "East US"}, "location"),
        ("COMPLIANCE", {"subscription": "99999999-4e5f-4a6b-8c7d-9e0f1a2b3c4d"}, "subscription"),
        ("COMPLIANCE", {"purpose": "Records"}, "purpose"),
        ("COMPLIANCE", {"purpose": "x" * 13}, "purpose"),
        ("COMPLIANCE", {"purpose": None}, "purpose"),
        ("COMPLIANCE", {"containers": None}, "containers"),
        ("COMPLIANCE", {"containers": [None]}, "containers[0]"),
        ("COMPLIANCE", {"key_name": 5}, "key_name"),
        ("COMPLIANCE", {"containers": []}, "containers"),
        ("COMPLIANCE", {"containers": "records"}, "containers"),
        ("COMPLIANCE", {"containers": ["records", "Records"]}, "containers[1]"),
        ("COMPLIANCE", {"containers": ["a--b"]}, "containers[0]"),
        ("COMPLIANCE", {"containers": ["records", "records"]}, "containers[1]"),
        ("COMPLIANCE", {"key_store_uri": "https://eu-vault.vault.usgovcloudapi.net/"}, "key_store_uri"),
        ("COMPLIANCE", {"key_store_uri": "http://eu-vault.vault.azure.net/"}, "key_store_uri"),
        ("COMPLIANCE", {"key_name": ""}, "key_name"),
        ("COMPLIANCE", {"identity_id": f"{GROUP}/providers/Microsoft.KeyVault/vaults/x"}, "identity_id"),
        ("COMPLIANCE", {"resource_group_name": ""}, "resource_group_name"),
    ],
)
def test_bad_arguments_are_told_before_anything_is_made(mode: str, arguments: dict[str, Any], where: str):
    with pytest.raises(InputError) as told:
        account(mode, **arguments)
    [problem] = told.value.problems
    assert problem.where == f"WormStorageAccountArgs.{where}"


def test_the_error_of_a_pair_outside_the_zone_names_the_pair_and_what_is_right():
    with pytest.raises(InputError) as told:
        account(zone=ALLOWING_PAIRS, redundancy="Standard_GRS")
    [problem] = told.value.problems
    assert problem.found == (
        "Standard_GRS copies to germanynorth, the pair of germanywestcentral, which zone eu doesn't hold."
    )
    assert "Standard_ZRS" in problem.right
    assert "westeurope, northeurope" in problem.right
    with pytest.raises(InputError) as told:
        account(redundancy="Standard_GRS")
    assert told.value.problems[0].right == "Use Standard_ZRS.", "no location would do"


@pytest.mark.parametrize("kind", ["Standard_GRS", "Standard_RAGRS", "Standard_GZRS", "Standard_RAGZRS"])
def test_a_pair_in_the_zone_has_no_copy_unless_the_zone_allows_it(kind: str):
    with pytest.raises(InputError) as told:
        account(redundancy=kind, location="West Europe")
    [problem] = told.value.problems
    assert problem.where == "WormStorageAccountArgs.redundancy"
    assert problem.found == (
        f"{kind} copies to northeurope, the pair of westeurope, and zone eu allows no copies in a pair."
    )
    assert problem.right == "Use Standard_ZRS, or write `geo_redundancy: true` below azure: in zones/eu.yaml."


def in_places(cloud: str, *locations: str) -> Zone:
    footprint = AzureFootprint(cloud=cloud, home=locations[0], regions=locations, geo_redundancy=True)
    return declared("eu").model_copy(update={"azure": footprint})


def test_in_azure_government_the_key_store_is_one_of_that_cloud():
    law = in_places("usgovernment", "usgovvirginia", "usgovtexas")
    store = "https://us-vault-0a1b2c3d.vault.usgovcloudapi.net/"
    arguments = {"zone": law, "location": "USGov Virginia", "redundancy": "Standard_RAGRS"}
    recorder, _ = account(key_store_uri=store, **arguments)
    inputs = the_account(recorder)
    assert (inputs["location"], inputs["sku"]["name"]) == ("usgovvirginia", "Standard_RAGRS")
    with pytest.raises(InputError, match=r"vault\.usgovcloudapi\.net"):
        account(**arguments)


def test_a_location_without_zones_takes_copies_within_it_and_no_others():
    law = in_places("public", "southindia", "centralindia")
    assert redundancy.redundancy_of(law, "southindia", None, "x") == "Standard_LRS"
    assert redundancy.redundancy_of(law, "southindia", "Standard_GRS", "x") == "Standard_GRS"
    for kind in ("Standard_ZRS", "Standard_GZRS", "Standard_RAGZRS"):
        with pytest.raises(InputError, match="southindia has none"):
            redundancy.redundancy_of(law, "southindia", kind, "x")


def test_a_location_without_a_pair_has_nowhere_to_copy_to():
    law = in_places("public", "polandcentral")
    with pytest.raises(InputError, match="polandcentral has none") as told:
        redundancy.redundancy_of(law, "polandcentral", "Standard_GRS", "x")
    assert told.value.problems[0].right == "Use Standard_ZRS."
