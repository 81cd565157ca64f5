import pytest
from resource_policy_proofs import (
    BUCKET,
    BUCKETS,
    EU,
    FIRST,
    LANDED,
    SECOND,
    Way,
    bucket_difference,
    bucket_document,
    context_of,
    inside,
    kept_difference,
)
from zones_as_data import declared, deployed, on_aws_alone

from sovereignty.compile import bucket_policy
from sovereignty.errors import InputError
from sovereignty.iam.evaluate import denials
from sovereignty.iam.policy import parse
from sovereignty.iam.request import Request
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


@pytest.mark.proof
@pytest.mark.parametrize("name", BUCKETS)
def test_what_a_bucket_receives_is_delivered_and_nothing_else_exactly_as_the_judgement_says(name: str):
    assert kept_difference(BUCKETS[name], BUCKETS[name].document().body) is None


def test_s3_may_list_the_bucket_and_nothing_else_is_allowed():
    inventory, *denials = RECORDS.body["Statement"]
    assert (inventory["Principal"], inventory["Action"]) == ({"Service": "s3.amazonaws.com"}, "s3:PutObject")
    assert inventory["Resource"] == f"arn:aws:s3:::{BUCKET}/inventory/*"
    assert inventory["Condition"]["ArnLike"] == {"aws:SourceArn": f"arn:aws:s3:::{BUCKET}"}
    assert {(each["Effect"], each["Principal"]) for each in denials} == {("Deny", "*")}


@pytest.mark.proof
def test_a_policy_that_lets_anybody_deliver_is_told_from_the_right_one():
    bucket = BUCKETS["flow logs bucket"]
    body = bucket.document().body
    for statement in body["Statement"]:
        if statement["Effect"] == "Allow":
            statement["Condition"].pop("ArnLike", None)
    assert kept_difference(bucket, body) is not None


def test_what_a_bucket_can_not_receive_is_an_error():
    with pytest.raises(InputError, match="config, flow-logs, inventory, organization-trail, replicas, trail"):
        bucket_policy.document(EU, LANDED, BUCKET, receives=["access-logs"])


def test_a_bucket_without_a_lock_speaks_of_none_and_lets_nobody_but_the_deployment_set_one():
    document = BUCKETS["resident bucket"].document()
    assert "object-lock" not in document.text
    assert "worm.retention" not in document.controls
    assert "s3:PutBucketObjectLockConfiguration" in statement("WormWeakening1", document)["Action"]
    assert "Condition" in statement("WormWeakening1", document)


def test_replicas_come_by_roles_of_the_deployments_path_and_bring_no_delete_markers():
    document = BUCKETS["locked config bucket"].document()
    assert statement("AuditLogWriters2", document)["Condition"]["ArnNotLike"]["aws:PrincipalArn"] == [
        f"arn:aws:iam::{account}:role/sovereign/replication/*" for account in (FIRST, SECOND)
    ]
    assert statement("AuditLogWriters3", document)["Action"] == "s3:ReplicateDelete"
    assert "Condition" not in statement("AuditLogWriters3", document)


def test_each_accounts_logs_lie_below_that_accounts_prefix():
    document = BUCKETS["flow logs bucket"].document()
    writing = [
        each
        for each in document.body["Statement"]
        if each["Principal"] == {"Service": "delivery.logs.amazonaws.com"} and each["Action"] == "s3:PutObject"
    ]
    for account, each in zip((FIRST, SECOND), writing, strict=True):
        assert all(f"AWSLogs/{account}/" in place or f"={account}/" in place for place in each["Resource"])
        assert each["Condition"]["StringEquals"]["aws:SourceAccount"] == account


def test_an_upload_may_name_a_key_of_the_zone_only():
    condition = statement("KeysZoneKey2")["Condition"]
    assert condition["StringNotLike"]["s3:x-amz-server-side-encryption-aws-kms-key-id"] == [
        f"arn:aws:kms:{region}:{account}:key/*"
        for region in ("eu-central-1", "eu-west-1")
        for account in (FIRST, SECOND)
    ]


@pytest.mark.parametrize("locked", [True, False])
@pytest.mark.parametrize("receives", [(), ("flow-logs",), ("trail",)])
def test_no_service_replaces_the_policy_not_even_with_the_permissions_of_a_role_with_power(locked, receives):
    policy = parse(bucket_policy.document(EU, LANDED, BUCKET, receives=receives, locked=locked).body)

    def refused(role: str, by_service: bool | None) -> bool:
        caller, context = context_of(inside(FIRST, role), Way(by_service=by_service))
        return bool(denials(policy, Request("s3:PutBucketPolicy", f"arn:aws:s3:::{BUCKET}", context, caller)))

    for role in ("sovereign/deployment", "sovereign/break-glass"):
        assert refused(role, True) and not refused(role, False) and not refused(role, None)


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
    assert "arn:aws:" not in bucket_policy.document(china, deployed(), "x", receives=bucket_policy.RECEIVES).text


def test_the_policy_is_within_the_quota():
    everything = bucket_policy.document(EU, LANDED, BUCKET, receives=bucket_policy.RECEIVES)
    assert len(RECORDS.text) < len(everything.text) <= everything.limit == 20480
