"""What a backup vault refuses, and to whom."""

from __future__ import annotations

from itertools import product

import pytest
from zones_as_data import declared, deployed, on_aws_alone

from sovereignty import actions
from sovereignty.compile import backup_vault_policy
from sovereignty.compile.backup_vault_policy import ENDS, WEAKENS
from sovereignty.iam.evaluate import allowances, denials
from sovereignty.iam.policy import Policy, parse
from sovereignty.iam.request import Request

FIRST, SECOND, STRANGER = "444455556666", "777788889999", "222233334444"
EU, LANDED = declared("eu"), deployed(awsAccounts=[FIRST, SECOND])
DOCUMENT = backup_vault_policy.document(EU, LANDED)
VAULT = parse(DOCUMENT.body)
BACKUP = [action for action in actions.all_actions() if action.startswith("backup:")]
ROLES = ("app", "sovereign/deployment", "sovereign/break-glass")
TARGETS = {
    f"arn:aws:backup:eu-west-1:{FIRST}:backup-vault:sovereign-eu": True,
    f"arn:aws:backup:eu-central-1:{SECOND}:backup-vault:other": True,
    f"arn:aws:backup:us-east-1:{FIRST}:backup-vault:sovereign-eu": False,
    f"arn:aws:backup:eu-west-1:{STRANGER}:backup-vault:sovereign-eu": False,
    f"arn:aws-cn:backup:eu-west-1:{FIRST}:backup-vault:sovereign-eu": False,
}


def denied(vault: Policy, action: str, account: str, role: str, **more: str | tuple[str, ...]) -> bool:
    caller = f"arn:aws:iam::{account}:role/{role}"
    context = {"aws:PrincipalArn": caller, "aws:PrincipalAccount": account, "aws:PrincipalIsAWSService": "false"}
    return bool(denials(vault, Request(action, "*", {**context, **more}, caller)))


def should_be(action: str, account: str, role: str) -> bool:
    """Whether the vault is to refuse it, where nothing is copied out."""
    ours = account in (FIRST, SECOND)
    if action in WEAKENS:
        return not (ours and role in ROLES[1:])
    if action in ENDS:
        return not (ours and role == ROLES[2])
    return action == "backup:CopyIntoBackupVault" and not ours


def first_difference(vault: Policy) -> str | None:
    for action, account, role in product(BACKUP, (FIRST, SECOND, STRANGER), ROLES):
        if denied(vault, action, account, role) != should_be(action, account, role):
            return f"{action} by {role} of {account}"
    for (target, inside), role in product(TARGETS.items(), ROLES):
        if denied(vault, "backup:CopyFromBackupVault", FIRST, role, **{"backup:CopyTargets": (target,)}) is inside:
            return f"{role} copies to {target}"
    return None


def test_every_caller_is_refused_by_the_vault_exactly_where_it_should_be():
    assert first_difference(VAULT) is None


@pytest.mark.parametrize("number", range(4))
def test_a_vault_without_one_of_its_denials_is_found(number: int):
    body = DOCUMENT.body
    del body["Statement"][number]
    assert first_difference(parse(body))


def test_a_copy_to_two_vaults_is_refused_where_one_of_them_is_outside():
    inside, outside = next(iter(TARGETS)), f"arn:aws:backup:us-east-1:{FIRST}:backup-vault:x"
    copy = {"backup:CopyTargets": (inside, outside)}
    assert denied(VAULT, "backup:CopyFromBackupVault", FIRST, "sovereign/break-glass", **copy)


def test_the_other_accounts_of_the_zone_copy_into_the_vault_and_do_nothing_else():
    for action, account in product(BACKUP, (FIRST, SECOND, STRANGER)):
        request = Request(action, "*", {"aws:PrincipalAccount": account}, f"arn:aws:iam::{account}:role/app")
        allowed = bool(allowances(VAULT, request))
        assert allowed is (action == "backup:CopyIntoBackupVault" and account == SECOND)
    alone = backup_vault_policy.document(EU, deployed(awsAccounts=[FIRST])).body
    assert {each["Effect"] for each in alone["Statement"]} == {"Deny"}


def test_what_has_reached_its_time_is_ended_by_aws_backup_itself():
    itself = Request(ENDS[0], "*", {"aws:PrincipalIsAWSService": "true"}, "backup.amazonaws.com")
    assert not denials(VAULT, itself)
    assert denials(VAULT, Request(ENDS[0], "*", {}, ""))


def test_no_action_is_a_pattern_since_aws_backup_takes_none():
    """AWS Backup Developer Guide, "Vault access policies"."""
    for statement in DOCUMENT.body["Statement"]:
        named = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert set(named) <= set(BACKUP)


def test_aws_backup_alone_becomes_its_role():
    trust = parse(backup_vault_policy.trust(EU, "eu-central-1").body)
    callers = ("backup.amazonaws.com", "ec2.amazonaws.com", f"arn:aws:iam::{FIRST}:role/app", "")
    assert [bool(allowances(trust, Request("sts:AssumeRole", "*", {}, caller))) for caller in callers] == [
        True,
        False,
        False,
        False,
    ]
    assert not allowances(trust, Request("sts:TagSession", "*", {}, "backup.amazonaws.com"))


@pytest.mark.parametrize(
    ("partition", "region", "jurisdiction"),
    [("aws-cn", "cn-north-1", "CN"), ("aws-us-gov", "us-gov-west-1", "US"), ("aws-eusc", "eusc-de-east-1", "EU")],
)
def test_the_partition_is_the_zones(partition: str, region: str, jurisdiction: str):
    zone = on_aws_alone(partition, region, jurisdiction)
    assert "arn:aws:" not in backup_vault_policy.document(zone, deployed(awsAccounts=[FIRST, SECOND])).text
    assert {each.split(":")[1] for each in backup_vault_policy.managed_policies(zone)} == {partition}
    assert backup_vault_policy.not_backed_up(zone) == [f"arn:{partition}:s3:::*"]
    assert backup_vault_policy.vault_arn(zone, deployed(), region) == (
        f"arn:{partition}:backup:{region}:{FIRST}:backup-vault:sovereign-one"
    )
    assert backup_vault_policy.BACKUP in backup_vault_policy.trust(zone, region).text


def test_the_policy_is_within_the_quota_and_the_longest_role_name_within_iams():
    assert len(DOCUMENT.text) <= DOCUMENT.limit
    longest = EU.model_copy(update={"zone": "z" * 16})
    assert len(backup_vault_policy.role_name(longest, "ap-southeast-1")) <= 64
    assert len(backup_vault_policy.vault_name(longest)) <= 50
