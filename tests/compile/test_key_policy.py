import pytest
from zones_as_data import declared, deployed

from sovereignty.compile import kms_key_policy
from sovereignty.errors import InputError

EU = kms_key_policy.document(declared("eu"), deployed())


def statement(sid: str, document=EU):
    [found] = [each for each in document.body["Statement"] if each["Sid"] == sid]
    return found


def test_the_account_that_owns_the_key_gives_access_by_its_own_policies():
    allowed = statement("KeysAccount1")
    assert allowed["Principal"] == {"AWS": "arn:aws:iam::444455556666:root"}
    assert (allowed["Effect"], allowed["Action"]) == ("Allow", "kms:*")


def test_the_zones_other_accounts_may_use_the_key_and_not_administer_it():
    shared = kms_key_policy.document(declared("eu"), deployed(awsAccounts=["444455556666", "777788889999"]))
    allowed = statement("KeysAccount2", shared)
    assert allowed["Principal"] == {"AWS": ["arn:aws:iam::777788889999:root"]}
    assert "kms:Decrypt" in allowed["Action"]
    assert not {"kms:*", "kms:PutKeyPolicy", "kms:CreateGrant", "kms:ScheduleKeyDeletion"} & set(allowed["Action"])
    with pytest.raises(ValueError):
        statement("KeysAccount2", EU)


def test_nobody_outside_the_organization_may_use_the_key():
    condition = statement("IdentityOrganization1")["Condition"]
    assert condition["StringNotEqualsIfExists"] == {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}
    assert condition["BoolIfExists"] == {"aws:PrincipalIsAWSService": "false"}


def test_no_service_uses_the_key_from_another_region():
    condition = statement("KeysRegion1")["Condition"]
    assert condition["StringNotLike"] == {"kms:ViaService": ["*.eu-central-1.*", "*.eu-west-1.*"]}
    assert condition["Null"] == {"kms:ViaService": "false"}, (
        "a call that comes from no service is not one from elsewhere"
    )


def test_only_the_deployment_and_break_glass_roles_may_weaken_the_key():
    denied = statement("KeysWeakening1")
    assert {"kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:PutKeyPolicy"} <= set(denied["Action"])
    assert denied["Condition"]["ArnNotLike"]["aws:PrincipalArn"] == [
        "arn:aws:iam::*:role/sovereign/break-glass",
        "arn:aws:iam::*:role/sovereign/deployment",
    ]


def test_every_denial_binds_everybody():
    assert all(each["Principal"] == "*" for each in EU.body["Statement"] if each["Effect"] == "Deny")


@pytest.mark.parametrize("key", ["awsOrganizationId", "awsAccounts"])
def test_a_missing_value_is_an_error_that_names_its_key(key: str):
    empty = [] if key == "awsAccounts" else None
    lacking = deployed().model_copy(update={{"awsAccounts": "aws_accounts"}.get(key, "aws_organization_id"): empty})
    with pytest.raises(InputError, match=f"sovereign-zones:{key}"):
        kms_key_policy.document(declared("eu"), lacking)


def test_the_policy_is_within_the_quota():
    assert len(EU.text) <= EU.limit == 32768
