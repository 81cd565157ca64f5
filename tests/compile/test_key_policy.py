import json

import pytest
from resource_policy_proofs import (
    EU,
    FIRST,
    HUB,
    LANDED,
    SECOND,
    Caller,
    KeyUse,
    Way,
    inside,
    key_difference,
    key_document,
)
from zones_as_data import declared, deployed, on_aws_alone

from sovereignty.compile import kms_key_policy
from sovereignty.errors import InputError
from sovereignty.facts.kms_services import kms_services
from sovereignty.judgement import resources

KEY = kms_key_policy.document(EU, LANDED)
IN_ZONE = Way(vpc=HUB)


def may(action: str, caller: Caller, way: Way = IN_ZONE, use: KeyUse | None = None) -> bool:
    return resources.key(EU, LANDED, f"kms:{action}", caller, way, use or KeyUse()).allowed


@pytest.mark.proof
def test_every_caller_on_every_way_may_do_with_the_key_exactly_what_the_judgement_says():
    assert key_difference(KEY.body) is None


@pytest.mark.proof
@pytest.mark.parametrize("regions", [["eu-west-1"], ["eu-central-1"], ["eu-central-1", "eu-west-3"]])
def test_a_zones_regions_are_what_the_key_holds(regions: list[str]):
    law = declared("eu", aws={"partition": "aws", "home": regions[0], "regions": regions})
    assert key_difference(key_document(law), law) is None


@pytest.mark.proof
@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("us", {}),
        ("eu", {"aws_accounts": (SECOND,)}),
        ("eu", {"aws_accounts": (SECOND, FIRST)}),
        ("eu", {"aws_vpc_arns": ()}),
        ("eu", {"aws_organization_id": "o-zzzzzzzzzz"}),
    ],
)
def test_what_the_zone_and_its_stack_declare_is_what_the_key_holds(zone: str, changes: dict[str, object]):
    law, landed = declared(zone), LANDED.model_copy(update=changes)
    assert key_difference(key_document(law, landed), law, landed) is None


def test_who_administers_the_key_does_not_read_with_it_and_who_reads_does_not_administer():
    deployment, app = inside(FIRST, "sovereign/deployment"), inside(FIRST)
    assert may("PutKeyPolicy", deployment) and not may("Decrypt", deployment)
    assert may("Decrypt", app) and not may("PutKeyPolicy", app)
    assert not may("PutKeyPolicy", inside(SECOND, "sovereign/deployment")), "it administers its own account's keys"


def test_the_maker_of_the_key_could_change_its_policy_so_that_kms_takes_it():
    assert may("PutKeyPolicy", inside(FIRST, "sovereign/deployment"), Way()), "from wherever the stack runs"


def test_a_direct_call_from_outside_the_zones_networks_is_refused_and_one_through_a_service_is_not():
    app = inside(FIRST)
    assert not may("Decrypt", app, Way())
    assert may("Decrypt", app, Way(by_service=True, through="s3.eu-central-1.amazonaws.com"))
    assert not may("Decrypt", app, Way(by_service=True, through="s3.us-east-1.amazonaws.com"))


def test_only_break_glass_schedules_the_end_of_the_key_and_waits_as_long_as_it_can():
    emergency, longest = inside(FIRST, "sovereign/break-glass"), KeyUse(wait=30)
    assert may("ScheduleKeyDeletion", emergency, use=longest)
    assert not may("ScheduleKeyDeletion", emergency, use=KeyUse(wait=29))
    assert not may("ScheduleKeyDeletion", inside(FIRST, "sovereign/deployment"), use=longest)


@pytest.mark.parametrize(
    ("name", "actions"),
    [
        ("cloudtrail", ["Decrypt", "DescribeKey", "GenerateDataKey"]),
        ("s3", ["Decrypt", "GenerateDataKey"]),
        ("delivery.logs", ["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo"]),
        ("config", ["Decrypt", "GenerateDataKey"]),
        ("cloudwatch", ["Decrypt", "GenerateDataKey"]),
        ("events", ["Decrypt", "DescribeKey", "GenerateDataKey"]),
        ("sns", ["Decrypt", "GenerateDataKey"]),
        ("guardduty", ["GenerateDataKey"]),
    ],
)
def test_a_service_uses_the_key_for_the_zone_and_not_for_anybody_else(name: str, actions: list[str]):
    service = f"{name}.amazonaws.com"
    ours = Caller(service=service, for_account=FIRST, for_organization="o-a1b2c3d4e5")
    neighbour = Caller(service=service, for_account="888899990000", for_organization="o-a1b2c3d4e5")
    theirs = Caller(service=service, for_account="222233334444", for_organization="o-zzzzzzzzzz")
    for action in actions:
        assert may(action, ours, Way())
        assert not any(may(action, caller, Way()) for caller in (neighbour, theirs, Caller(service=service)))
    assert not may("PutKeyPolicy", ours, Way()) and not may("CreateGrant", ours, Way())


@pytest.mark.parametrize(
    ("service", "context", "arn"),
    [
        ("logs.eu-west-1", "aws:logs:arn", "arn:aws:logs:eu-west-1:{account}:log-group:app"),
        ("lambda", "aws:lambda:FunctionArn", "arn:aws:lambda:eu-central-1:{account}:function:app"),
        ("events", "aws:sns:topicArn", "arn:aws:sns:eu-central-1:{account}:alarms"),
    ],
)
def test_a_service_that_does_not_say_for_whom_is_told_by_what_it_encrypts(service: str, context: str, arn: str):
    caller = Caller(service=f"{service}.amazonaws.com")

    def with_context_of(account: str) -> bool:
        use = KeyUse(encryption={context: arn.format(account=account)})
        return may("Decrypt", caller, Way(), use) and may("GenerateDataKey", caller, Way(), use)

    assert with_context_of(FIRST) and with_context_of(SECOND)
    assert not with_context_of("222233334444")
    assert not may("Decrypt", caller, Way())


def test_whoever_does_not_say_for_whom_it_acts_names_what_it_encrypts_with_every_call():
    for row in kms_services():
        assert row.source or (row.context and row.always), row
        assert bool(row.context) == bool(row.of), row


def test_nothing_is_given_to_everybody_nor_by_a_name_that_others_could_bear():
    allowed = [each for each in KEY.body["Statement"] if each["Effect"] == "Allow"]
    assert all(each["Principal"] != "*" and "*" not in json.dumps(each["Principal"]) for each in allowed)
    assert "iam::*:" not in KEY.text


def test_the_partition_is_the_zones():
    china = on_aws_alone("aws-cn", "cn-north-1", "CN")
    assert "arn:aws:" not in kms_key_policy.document(china, LANDED.model_copy(update={"aws_vpc_arns": ()})).text


@pytest.mark.parametrize("key", ["awsOrganizationId", "awsAccounts"])
def test_a_missing_value_is_an_error_that_names_its_key(key: str):
    empty = () if key == "awsAccounts" else None
    lacking = deployed().model_copy(update={{"awsAccounts": "aws_accounts"}.get(key, "aws_organization_id"): empty})
    with pytest.raises(InputError, match=f"sovereign-zones:{key}"):
        kms_key_policy.document(EU, lacking)


def test_the_policy_is_within_the_quota():
    assert len(KEY.text) <= KEY.limit == 32768
