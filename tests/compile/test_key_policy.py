import json
from typing import Any

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
    context_of,
    inside,
    key_difference,
    key_document,
)
from zones_as_data import declared, deployed, on_aws_alone

from sovereignty.compile import kms_key_policy
from sovereignty.errors import InputError
from sovereignty.facts.kms_services import kms_services
from sovereignty.footprint import AwsFootprint
from sovereignty.iam.action_sets import ActionSpace, allowed_mask, denied_mask
from sovereignty.iam.policy import parse
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


def test_the_deployment_role_makes_a_backup_vault_under_the_key_and_so_reads_nothing_itself():
    deployment, for_aws = inside(FIRST, "sovereign/deployment"), KeyUse(for_resource=True)
    vault = Way(by_service=True, through="backup.eu-central-1.amazonaws.com")
    assert all(may(action, deployment, vault) for action in ("Decrypt", "DescribeKey", "GenerateDataKey"))
    assert may("CreateGrant", deployment, vault, for_aws) and not may("CreateGrant", deployment, vault)
    for elsewhere in (Way(by_service=True, through="backup.us-east-1.amazonaws.com"), Way(by_service=True), IN_ZONE):
        assert not may("Decrypt", deployment, elsewhere)
    assert "kms:RetireGrant" not in KEY.text, "it has no effect in a key policy"


def test_the_maker_of_the_key_could_change_its_policy_so_that_kms_takes_it():
    assert may("PutKeyPolicy", inside(FIRST, "sovereign/deployment"), Way()), "from wherever the stack runs"


def test_a_direct_call_from_outside_the_zones_networks_is_refused_and_one_through_a_service_is_not():
    app = inside(FIRST)
    assert not may("Decrypt", app, Way())
    assert may("Decrypt", app, Way(by_service=True, through="s3.eu-central-1.amazonaws.com"))
    assert not may("Decrypt", app, Way(by_service=True, through="s3.us-east-1.amazonaws.com"))


def test_a_service_with_a_role_of_the_zones_uses_the_key_for_its_own_region_and_the_role_by_itself_does_not():
    replicator = inside(FIRST, "service-role/replicates-the-ledger")
    assert may("Decrypt", replicator, Way(through="s3.eu-central-1.amazonaws.com"))
    assert may("GenerateDataKey", replicator, Way(through="backup.eu-west-1.amazonaws.com"))
    assert not may("Decrypt", replicator, Way(through="s3.us-east-1.amazonaws.com"))
    assert not may("Decrypt", replicator, Way())


def test_a_key_is_copied_by_the_deployment_role_and_into_the_zones_regions_only():
    deployment, emergency = inside(FIRST, "sovereign/deployment"), inside(FIRST, "sovereign/break-glass")
    assert may("ReplicateKey", deployment, use=KeyUse(replica="eu-west-1"))
    for elsewhere in ("us-east-1", "eu-west-2", "eu-west-11", ""):
        assert not may("ReplicateKey", deployment, use=KeyUse(replica=elsewhere))
    assert not may("ReplicateKey", inside(FIRST), use=KeyUse(replica="eu-west-1"))
    assert may("ReplicateKey", emergency, use=KeyUse(replica="us-east-1")), "who may rewrite the policy as well"


def test_the_compiled_policy_says_the_same_of_copies_and_would_not_without_the_statement():
    action = ActionSpace(["kms:ReplicateKey"])
    principal, context = context_of(inside(FIRST, "sovereign/deployment"), Way())

    def copied(body: dict[str, Any], region: str) -> bool:
        policy = parse(body)
        said = context | {"kms:ReplicaRegion": region}
        given = allowed_mask(policy, action, said, "arn:aws:kms:eu-central-1:444455556666:key/mrk-1", principal)
        return bool(given & ~denied_mask(policy, action, said, "*", principal))

    assert copied(KEY.body, "eu-west-1") and not copied(KEY.body, "us-east-1")
    without = {"Statement": [each for each in KEY.body["Statement"] if each["Sid"] != "KeysRegion2"]}
    assert copied({**KEY.body, **without}, "us-east-1")


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
        ("events", ["Decrypt", "DescribeKey", "GenerateDataKey"]),
        ("sns", ["Decrypt", "GenerateDataKey"]),
        ("guardduty", ["GenerateDataKey"]),
        ("macie", ["Encrypt", "GenerateDataKey"]),
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
        ("cloudwatch", "aws:sns:topicArn", "arn:aws:sns:eu-central-1:{account}:alarms"),
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
    to_all = [each for each in allowed if "*" in json.dumps(each["Principal"])]
    for each in to_all:
        arns = each["Condition"]["ArnEquals"]["aws:PrincipalArn"]
        assert arns and all(":role/aws-service-role/" in arn and "*" not in arn for arn in arns), "AWS alone takes it"
    assert len(to_all) < len(allowed)
    assert "iam::*:" not in KEY.text


def test_a_service_linked_role_of_the_zone_is_given_the_key_by_the_policy_alone():
    def given(action: str, account: str, role: str, **keys: str) -> bool:
        principal, context = context_of(inside(account, f"aws-service-role/{role}"), Way())
        # without the statements that hand on to accounts, whose permissions such a role hasn't
        body = {**KEY.body, "Statement": [e for e in KEY.body["Statement"] if "root" not in json.dumps(e["Principal"])]}
        space = ActionSpace([f"kms:{action}"])
        allowed = allowed_mask(parse(body), space, context | keys, "*", principal)
        return bool(allowed & ~denied_mask(parse(body), space, context | keys, "*", principal))

    macie = "macie.amazonaws.com/AWSServiceRoleForAmazonMacie"
    scaling = "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    assert given("Decrypt", FIRST, macie) and given("Decrypt", SECOND, macie)
    assert not given("Encrypt", FIRST, macie) and not given("Decrypt", "222233334444", macie)
    assert given("GenerateDataKeyWithoutPlaintext", FIRST, scaling)
    for_aws = "kms:GrantIsForAWSResource"
    assert given("CreateGrant", FIRST, scaling, **{for_aws: "true"})
    assert not given("CreateGrant", FIRST, scaling, **{for_aws: "false"})
    assert not given("CreateGrant", FIRST, macie, **{for_aws: "true"})
    assert not given("Decrypt", FIRST, "x.amazonaws.com/AWSServiceRoleForX")


PARTITIONS = [
    ("aws-cn", "cn-north-1", "CN"),
    ("aws-us-gov", "us-gov-west-1", "US"),
    ("aws-eusc", "eusc-de-east-1", "EU"),
]


@pytest.mark.parametrize(("partition", "home", "jurisdiction"), PARTITIONS)
def test_the_partition_is_the_zones(partition: str, home: str, jurisdiction: str):
    law = on_aws_alone(partition, home, jurisdiction)
    text = kms_key_policy.document(law, LANDED.model_copy(update={"aws_vpc_arns": ()})).text
    assert "arn:aws:" not in text
    assert '"Service":"macie' not in text, "KMS refuses a policy with a principal that isn't there"
    assert '"Service":"guardduty' in text
    assert (f"logs.{home}.amazonaws.com.cn" in text) is (partition == "aws-cn")
    assert f"logs.{home}.amazonaws.com" in text and "delivery.logs.amazonaws.com" in text


@pytest.mark.parametrize("key", ["awsOrganizationId", "awsAccounts"])
def test_a_missing_value_is_an_error_that_names_its_key(key: str):
    empty = () if key == "awsAccounts" else None
    lacking = deployed().model_copy(update={{"awsAccounts": "aws_accounts"}.get(key, "aws_organization_id"): empty})
    with pytest.raises(InputError, match=f"sovereign-zones:{key}"):
        kms_key_policy.document(EU, lacking)


def test_the_policy_is_within_the_quota():
    assert len(KEY.text) <= KEY.limit == 32768


@pytest.mark.parametrize("partition", ["aws", *(partition for partition, *_ in PARTITIONS)])
def test_the_policy_of_four_regions_and_ten_accounts_is_within_the_quota(partition: str):
    # no partition but aws has as many: their longest code stands for those that don't exist
    regions = tuple(f"us-gov-central-{number}" for number in range(1, 5))
    footprint = AwsFootprint.model_construct(partition=partition, home=regions[0], regions=regions)
    accounts = tuple(str(444455556000 + number) for number in range(10))
    landed = LANDED.model_copy(update={"aws_accounts": accounts})
    document = kms_key_policy.document(EU.model_copy(update={"aws": footprint}), landed)
    assert len(document.text) <= document.limit
