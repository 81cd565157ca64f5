from zones_as_data import declared, deployed, on_aws_alone

from sovereignty.compile import bucket_policy
from sovereignty.zone import Retention

EU = bucket_policy.document(declared("eu"), deployed(), "eu-records")


def statement(sid: str, document=EU):
    [found] = [each for each in document.body["Statement"] if each["Sid"] == sid]
    return found


def test_nothing_is_allowed_and_every_denial_binds_everybody():
    assert {(each["Effect"], each["Principal"]) for each in EU.body["Statement"]} == {("Deny", "*")}


def test_every_statement_is_about_this_bucket():
    for each in EU.body["Statement"]:
        named = each["Resource"] if isinstance(each["Resource"], list) else [each["Resource"]]
        assert set(named) <= {"arn:aws:s3:::eu-records", "arn:aws:s3:::eu-records/*"}


def test_the_bucket_is_reached_with_tls_only():
    assert statement("NetworkTls1")["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement("NetworkTls2")["Condition"] == {"NumericLessThan": {"s3:TlsVersion": "1.2"}}


def test_nobody_outside_the_organization_reaches_the_bucket():
    denied = statement("IdentityOrganization1")
    assert denied["Action"] == "s3:*"
    assert denied["Condition"]["StringNotEqualsIfExists"] == {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}


def test_an_upload_may_name_a_key_of_the_zone_only():
    condition = statement("KeysZoneKey2")["Condition"]
    assert condition["StringNotLike"]["s3:x-amz-server-side-encryption-aws-kms-key-id"] == [
        "arn:aws:kms:eu-central-1:444455556666:key/*",
        "arn:aws:kms:eu-west-1:444455556666:key/*",
    ]


def test_a_plain_upload_that_names_nothing_is_not_denied():
    for sid in ("KeysZoneKey1", "KeysZoneKey2", "WormRetention2"):
        condition = statement(sid)["Condition"]
        [key] = condition["StringNotLike"]
        assert condition["Null"] == {key: "false"}


def test_an_upload_can_not_choose_a_shorter_retention_or_a_weaker_mode():
    shorter, weaker = statement("WormRetention1"), statement("WormRetention2")
    assert shorter["Condition"] == {"NumericLessThan": {"s3:object-lock-remaining-retention-days": str(7 * 365)}}
    assert weaker["Condition"]["StringNotLike"] == {"s3:object-lock-mode": ["COMPLIANCE"]}
    assert shorter["Action"] == weaker["Action"] == ["s3:PutObject", "s3:PutObjectRetention"]


def test_a_bucket_in_governance_mode_takes_the_stronger_mode_as_well():
    document = bucket_policy.document(declared("eu"), deployed(), "logs", Retention(mode="GOVERNANCE", years=1))
    assert "s3:object-lock-mode" not in document.text
    assert '"365"' in document.text


def test_only_the_deployment_and_break_glass_roles_may_weaken_the_bucket():
    denied = statement("WormWeakening1")
    assert {"s3:PutBucketObjectLockConfiguration", "s3:PutReplicationConfiguration", "s3:DeleteBucketPolicy"} <= set(
        denied["Action"]
    )
    assert denied["Condition"]["ArnNotLike"]["aws:PrincipalArn"] == [
        "arn:aws:iam::*:role/sovereign/break-glass",
        "arn:aws:iam::*:role/sovereign/deployment",
    ]


def test_the_partition_is_the_zones():
    china = on_aws_alone("aws-cn", "cn-north-1", "CN")
    assert "arn:aws:" not in bucket_policy.document(china, deployed(), "records").text


def test_the_policy_is_within_the_quota():
    assert len(EU.text) <= EU.limit == 20480
