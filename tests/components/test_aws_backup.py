from typing import Any

import pulumi
import pytest
from built import Recorder, build, declared, deployed

from components.aws.backup import BackupVault, BackupVaultArgs
from sovereignty.compile import backup_vault_policy, everything
from sovereignty.errors import InputError

pytestmark = pytest.mark.engine

KEY = "arn:aws:kms:eu-central-1:444455556666:key/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
WEST = everything.backup_vault(declared("eu"), deployed(), "eu-west-1")
WRONG_KEYS = [KEY.replace("eu-central-1", "us-east-1"), KEY.replace("eu-central-1", "eu-west-1"), KEY.split("/")[1]]
LOCK, PLAN = "aws:backup/vaultLockConfiguration:VaultLockConfiguration", "aws:backup/plan:Plan"


def vault(retention: dict[str, Any] | None = None, phase: str = "provision", **arguments: Any) -> Recorder:
    law = declared("eu", **({"retention": retention} if retention else {}))
    given = {"zone": law, "deployment": deployed(phase=phase), "key": KEY, "copies_to": [WEST]}
    named = {"aws:backup/vault:Vault": {"name": "sovereign-eu"}}
    return build(lambda: BackupVault("eu", BackupVaultArgs(**{**given, **arguments})), **named)[0]


@pytest.fixture(scope="module")
def made() -> Recorder:
    return vault()


def test_the_vault_is_under_the_zones_key_protected_and_has_the_zones_policy(made: Recorder):
    kept = made.the("aws:backup/vault:Vault")
    assert kept.inputs == {"name": "sovereign-eu", "kmsKeyArn": KEY, "forceDestroy": False}
    policy = made.the("aws:backup/vaultPolicy:VaultPolicy")
    assert policy.inputs["policy"] == backup_vault_policy.document(declared("eu"), deployed()).text
    assert kept.protect and policy.protect


def test_the_lock_is_for_good_once_the_stack_is_in_phase_locked_and_can_be_taken_away_before(made: Recorder):
    lock = made.the(LOCK)
    assert lock.inputs == {"backupVaultName": "sovereign-eu", "minRetentionDays": 7 * 365}
    assert not lock.protect
    locked = vault(phase="locked").the(LOCK)
    assert (locked.inputs["minRetentionDays"], locked.inputs["changeableForDays"]) == (7 * 365, 3)
    assert locked.protect


def test_a_zone_in_governance_mode_gets_a_lock_that_can_be_taken_away():
    lock = vault({"mode": "GOVERNANCE", "years": 1}, "locked").the(LOCK)
    assert lock.inputs == {"backupVaultName": "sovereign-eu", "minRetentionDays": 365}


@pytest.mark.parametrize("years", [1, 7, 100])
def test_no_backup_is_kept_for_less_than_the_zone_says(years: int):
    made = vault({"mode": "COMPLIANCE", "years": years}, "locked")
    [rule] = made.the(PLAN).inputs["rules"]
    days = years * 365
    assert made.the(LOCK).inputs["minRetentionDays"] == days <= 36500
    assert rule["lifecycle"]["deleteAfter"] == rule["copyActions"][0]["lifecycle"]["deleteAfter"] == days


@pytest.mark.parametrize(("archive", "cold"), [(90, 90), (275, 275), (276, None), (None, None)])
def test_a_backup_moves_to_cold_storage_where_ninety_days_of_its_time_are_left(archive: int | None, cold: int | None):
    retention = {"mode": "COMPLIANCE", "years": 1, **({"archive_after_days": archive} if archive else {})}
    [rule] = vault(retention).the(PLAN).inputs["rules"]
    assert rule["lifecycle"].get("coldStorageAfter") == cold


def test_what_bears_the_zones_tag_is_backed_up_daily_and_copied_inside_the_zone(made: Recorder):
    plan = made.the(PLAN).inputs
    [rule] = plan["rules"]
    assert (plan["name"], rule["targetVaultName"], rule["schedule"]) == (
        "sovereign-eu",
        "sovereign-eu",
        "cron(0 3 * * ? *)",
    )
    assert [each["destinationVaultArn"] for each in rule["copyActions"]] == [WEST]
    selection = made.the("aws:backup/selection:Selection").inputs
    assert selection["selectionTags"] == [{"type": "STRINGEQUALS", "key": "Zone", "value": "eu"}]
    assert selection["notResources"] == ["arn:aws:s3:::*"], "the zone lets the role change no bucket's notifications"


def test_aws_backup_works_as_a_role_of_the_region_with_awss_own_policies(made: Recorder):
    role = made.the("aws:iam/role:Role").inputs
    assert role["name"] == "sovereign-eu-backup-eu-central-1"
    assert role["assumeRolePolicy"] == backup_vault_policy.trust(declared("eu"), "eu-central-1").text
    attached = made.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert sorted(each.inputs["policyArn"] for each in attached) == sorted(
        backup_vault_policy.managed_policies(declared("eu"))
    )
    assert not any("S3" in each.inputs["policyArn"] for each in attached)


def test_another_region_has_a_vault_of_the_same_name_and_a_role_of_its_own():
    key = KEY.replace("eu-central-1", "eu-west-1")
    home = everything.backup_vault(declared("eu"), deployed(), "eu-central-1")
    west = vault(region="eu-west-1", key=key, copies_to=[home])
    assert west.the("aws:backup/vault:Vault").inputs["name"] == "sovereign-eu"
    assert west.the("aws:iam/role:Role").inputs["name"] == "sovereign-eu-backup-eu-west-1"


@pytest.mark.parametrize(
    ("arn", "found"),
    [
        (WEST.replace("eu-west-1", "us-east-1"), "outside zone eu, in us-east-1"),
        (WEST.replace("444455556666", "222233334444"), "not one of the zone's"),
        (WEST.replace("arn:aws:", "arn:aws-cn:"), "no ARN of a backup vault"),
        ("sovereign-eu", "no ARN of a backup vault"),
        (everything.backup_vault(declared("eu"), deployed(), "eu-central-1"), "the vault itself"),
    ],
)
def test_a_copy_that_leaves_the_zone_is_an_error_known_now_or_later(arn: str, found: str):
    with pytest.raises(InputError) as told:
        vault(copies_to=[WEST, arn])
    assert told.value.problems[0].where == "BackupVaultArgs.copies_to[1]"
    assert found in told.value.problems[0].found

    def later() -> BackupVault:
        args = BackupVaultArgs(
            zone=declared("eu"), deployment=deployed(), key=KEY, copies_to=[pulumi.Output.from_input(arn)]
        )
        return BackupVault("eu", args)

    with pytest.raises(Exception, match=r"BackupVaultArgs.copies_to\[0\]"):
        build(later)


@pytest.mark.parametrize("key", WRONG_KEYS)
def test_a_key_that_is_not_the_zones_in_the_vaults_region_is_an_error(key: str):
    with pytest.raises(InputError, match=r"^BackupVaultArgs.key: "):
        vault(key=key)


def test_a_region_outside_the_zone_is_an_error():
    with pytest.raises(InputError, match=r"BackupVaultArgs.region"):
        vault(region="us-east-1")
