import copy
import json
from collections.abc import Mapping

import pytest
from resource_policy_proofs import EU, FIRST, LANDED, OUTSIDE_CALLERS, SECOND, Caller, Way, context_of, inside
from zones_as_data import on_aws_alone

from sovereignty import actions
from sovereignty.compile import signing_key_policy
from sovereignty.iam.evaluate import allowances, denials
from sovereignty.iam.policy import Policy, parse
from sovereignty.iam.request import Request

DOCUMENT = signing_key_policy.document(EU, LANDED)
POLICY = parse(DOCUMENT.body)
KEY = f"arn:aws:kms:eu-central-1:{FIRST}:key/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
SIGNER, DEPLOYMENT, EMERGENCY, APP = (
    inside(FIRST, role) for role in ("sovereign/evidence", "sovereign/deployment", "sovereign/break-glass", "app")
)
ALL = [action for action in actions.all_actions() if action.startswith("kms:")]


def may(action: str, caller: Caller, policy: Policy = POLICY, keys: Mapping[str, str] | None = None) -> bool:
    principal, context = context_of(caller, Way())
    request = Request(f"kms:{action}", KEY, {**context, **(keys or {})}, principal=principal)
    return bool(allowances(policy, request)) and not denials(policy, request)


def test_one_role_of_one_account_signs_and_nobody_else():
    assert may("Sign", SIGNER)
    others = (
        DEPLOYMENT,
        EMERGENCY,
        APP,
        inside(SECOND, "sovereign/evidence"),
        inside(FIRST, "evidence"),
        inside(FIRST, "sovereign/evidence/more"),
        inside(FIRST, ""),
        *OUTSIDE_CALLERS,
        Caller(service="cloudtrail.amazonaws.com", for_account=FIRST),
    )
    assert [caller for caller in others if may("Sign", caller)] == []


def test_the_signer_signs_and_checks_and_does_nothing_else():
    allowed = [action for action in ALL if may(action.removeprefix("kms:"), SIGNER)]
    assert sorted(allowed) == ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign", "kms:Verify"]


@pytest.mark.parametrize("caller", [APP, inside(SECOND), SIGNER, DEPLOYMENT, EMERGENCY])
def test_everybody_of_the_zones_accounts_checks_what_was_signed(caller: Caller):
    assert all(may(action, caller) for action in ("GetPublicKey", "Verify", "DescribeKey"))


def test_nobody_else_reaches_the_key():
    for caller in (*OUTSIDE_CALLERS, Caller(service="logs.eu-central-1.amazonaws.com", for_account=FIRST)):
        assert [action for action in ALL if may(action.removeprefix("kms:"), caller)] == []


def test_the_deployment_role_administers_and_neither_signs_nor_deletes_nor_grants():
    assert may("PutKeyPolicy", DEPLOYMENT), "KMS asks that the maker of a key could change its policy"
    for action in ("Sign", "ScheduleKeyDeletion", "CreateGrant"):
        assert not may(action, DEPLOYMENT)
    assert not may("PutKeyPolicy", inside(SECOND, "sovereign/deployment"))
    assert not may("PutKeyPolicy", APP)


def test_only_break_glass_deletes_and_waits_as_long_as_it_can():
    wait = "kms:ScheduleKeyDeletionPendingWindowInDays"
    assert may("ScheduleKeyDeletion", EMERGENCY, keys={wait: "30"})
    assert not may("ScheduleKeyDeletion", EMERGENCY, keys={wait: "29"})
    for caller in (SIGNER, DEPLOYMENT, APP, inside(SECOND, "sovereign/break-glass")):
        assert not may("ScheduleKeyDeletion", caller, keys={wait: "30"})


def test_nobody_grants_the_right_to_sign_to_another():
    assert not any(may("CreateGrant", caller) for caller in (SIGNER, DEPLOYMENT, EMERGENCY, APP))


@pytest.mark.parametrize(
    ("sid", "action", "caller", "keys"),
    [
        ("KeysSigning2", "Sign", EMERGENCY, {}),
        ("KeysSigning3", "CreateGrant", EMERGENCY, {}),
        ("KeysDeletion1", "ScheduleKeyDeletion", EMERGENCY, {"kms:ScheduleKeyDeletionPendingWindowInDays": "7"}),
    ],
)
def test_each_refusal_is_what_refuses(sid: str, action: str, caller: Caller, keys: dict[str, str]):
    assert not may(action, caller, keys=keys)
    without = copy.deepcopy(DOCUMENT.body)
    without["Statement"] = [each for each in without["Statement"] if each["Sid"] != sid]
    assert may(action, caller, parse(without), keys)


def test_a_caller_of_no_account_is_refused_even_where_everybody_were_allowed():
    open_to_all = copy.deepcopy(DOCUMENT.body)
    for each in open_to_all["Statement"]:
        if each["Effect"] == "Allow":
            each["Principal"] = "*"
    assert may("Verify", APP, parse(open_to_all))
    assert not any(may("Verify", caller, parse(open_to_all)) for caller in OUTSIDE_CALLERS)


@pytest.mark.parametrize(
    ("partition", "home", "jurisdiction"),
    [("aws-us-gov", "us-gov-west-1", "US"), ("aws-cn", "cn-north-1", "CN"), ("aws-eusc", "eusc-de-east-1", "EU")],
)
def test_the_partition_is_the_zones(partition: str, home: str, jurisdiction: str):
    text = signing_key_policy.document(
        on_aws_alone(partition, home, jurisdiction), LANDED.model_copy(update={"aws_vpc_arns": ()})
    ).text
    assert f"arn:{partition}:iam::{FIRST}:role/sovereign/evidence" in text
    assert "arn:aws:" not in text


def test_the_policy_is_within_the_quota_and_grants_no_rotation_which_such_keys_have_not():
    assert len(DOCUMENT.text) <= DOCUMENT.limit == 32768
    assert "Rotate" not in json.dumps(DOCUMENT.body) and "EnableKeyRotation" not in DOCUMENT.text
