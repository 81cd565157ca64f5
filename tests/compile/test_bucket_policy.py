import pytest
from resource_policy_proofs import BUCKET, EU, FIRST, LANDED, SECOND, bucket_difference, bucket_document
from zones_as_data import declared, deployed, on_aws_alone

from sovereignty.compile import bucket_policy
from sovereignty.zone import Retention

RECORDS = bucket_policy.document(EU, LANDED, BUCKET)


def statement(sid: str, document=RECORDS):
    [found] = [each for each in document.body["Statement"] if each["Sid"] == sid]
    return found


def test_every_caller_is_refused_by_the_bucket_exactly_where_the_judgement_refuses_it():
    assert bucket_difference(RECORDS.body) is None


@pytest.mark.proof
@pytest.mark.parametrize("regions", [["eu-west-1"], ["eu-central-1"], ["eu-central-1", "eu-west-3"]])
def test_a_zones_regions_are_what_the_bucket_holds(regions: list[str]):
    law = declared("eu", aws={"partition": "aws", "home": regions[0], "regions": regions})
    assert bucket_difference(bucket_document(law), law) is None


@pytest.mark.proof
@pytest.mark.parametrize(
    ("zone", "changes", "kept"),
    [
        ("us", {}, None),
        ("eu", {"aws_accounts": (SECOND,)}, None),
        ("eu", {"aws_organization_id": "o-zzzzzzzzzz"}, None),
        ("eu", {}, Retention(mode="GOVERNANCE", years=1)),
        ("eu", {}, Retention(mode="COMPLIANCE", years=4)),
        ("eu", {}, Retention(mode="COMPLIANCE", years=5)),
    ],
)
def test_what_the_zone_and_its_stack_declare_is_what_the_bucket_holds(zone, changes, kept):
    law, landed = declared(zone), LANDED.model_copy(update=changes)
    assert bucket_difference(bucket_document(law, landed, kept), law, landed, kept) is None


def test_nothing_is_allowed_and_every_denial_binds_everybody():
    assert {(each["Effect"], each["Principal"]) for each in RECORDS.body["Statement"]} == {("Deny", "*")}


def test_an_upload_may_name_a_key_of_the_zone_only():
    condition = statement("KeysZoneKey2")["Condition"]
    assert condition["StringNotLike"]["s3:x-amz-server-side-encryption-aws-kms-key-id"] == [
        f"arn:aws:kms:{region}:{account}:key/*"
        for region in ("eu-central-1", "eu-west-1")
        for account in (FIRST, SECOND)
    ]


def test_the_lock_is_changed_by_nobody():
    assert "Condition" not in statement("WormWeakening1")
    assert statement("WormWeakening1")["Action"] == "s3:PutBucketObjectLockConfiguration"


def test_retention_by_the_calendar_is_neither_too_short_nor_too_long():
    seven = Retention(mode="COMPLIANCE", years=7)
    assert bucket_policy.longest(seven) == 7 * 365 + 2 + 1
    # seven years hold one leap day or two, and a remaining day may be rounded up
    assert seven.days <= 7 * 365 + 1 < 7 * 365 + 2 < bucket_policy.longest(seven)


def test_a_bucket_in_governance_mode_takes_the_stronger_mode_as_well():
    document = bucket_policy.document(EU, LANDED, "logs", Retention(mode="GOVERNANCE", years=1))
    assert "s3:object-lock-mode" not in document.text
    assert '"365"' in document.text


def test_roles_with_power_are_the_zones_own():
    assert "iam::*:" not in RECORDS.text


def test_the_partition_is_the_zones():
    china = on_aws_alone("aws-cn", "cn-north-1", "CN")
    assert "arn:aws:" not in bucket_policy.document(china, deployed(), "records").text


def test_the_policy_is_within_the_quota():
    assert len(RECORDS.text) <= RECORDS.limit == 20480
