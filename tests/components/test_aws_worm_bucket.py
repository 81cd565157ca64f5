from typing import Any

import pytest
from built import Recorder, build, declared, deployed

from components.aws.storage import WormBucket, WormBucketArgs
from sovereignty.compile import bucket_policy, everything
from sovereignty.errors import InputError
from sovereignty.zone import Retention

pytestmark = pytest.mark.engine

KEY = "arn:aws:kms:eu-central-1:444455556666:key/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
NAME = "eu-flow-logs-444455556666"


def bucket(mode: str = "COMPLIANCE", **arguments: Any) -> tuple[Recorder, dict[str, Any]]:
    law = declared("eu", retention={"mode": mode, "years": 7, "archive_after_days": 90})
    given: dict[str, Any] = {"zone": law, "deployment": deployed(), "bucket": NAME, "key": KEY, **arguments}

    def make() -> dict[str, Any]:
        made = WormBucket("flow-logs", WormBucketArgs(**given))
        return {"name": made.name, "arn": made.arn}

    return build(make)


@pytest.fixture(scope="module")
def flow_logs() -> tuple[Recorder, dict[str, Any]]:
    return bucket(receives=["flow-logs"])


@pytest.fixture(scope="module")
def made(flow_logs) -> Recorder:
    return flow_logs[0]


def test_everything_of_it_is_protected_and_nothing_bears_a_tag_of_its_own(made: Recorder):
    parts = [each for each in made.seen if each.type.startswith("aws:")]
    assert len(parts) == 10
    assert all(each.protect for each in parts)
    assert not any("tags" in each.inputs for each in parts)


def test_its_policy_is_the_one_that_is_compiled_and_comes_after_the_lock(made: Recorder):
    policy = made.the("aws:s3/bucketPolicy:BucketPolicy")
    compiled = everything.bucket_document(declared("eu"), deployed(), NAME)
    assert policy.inputs["policy"] == compiled.text
    assert any("bucketObjectLockConfiguration" in urn for urn in policy.dependencies)
    for before in ("bucketPublicAccessBlock", "bucketOwnershipControls", "bucketServerSideEncryptionConfiguration"):
        assert any(before in urn for urn in policy.dependencies), before


def test_who_uses_its_name_or_arn_waits_for_its_policy(flow_logs):
    _, outputs = flow_logs
    assert outputs == {"name": NAME, "arn": f"arn:aws:s3:::{NAME}"}


def test_it_lists_all_its_versions_and_their_locks_every_week_into_itself_under_the_zones_key(made: Recorder):
    inventory = made.the("aws:s3/inventory:Inventory")
    assert any("bucketPolicy" in urn for urn in inventory.dependencies)
    listed = inventory.inputs
    assert (listed["includedObjectVersions"], listed["schedule"]) == ("All", {"frequency": "Weekly"})
    assert listed["destination"]["bucket"] == {
        "bucketArn": f"arn:aws:s3:::{NAME}",
        "format": "Parquet",
        "prefix": "inventory",
        "encryption": {"sseKms": {"keyId": KEY}},
    }
    assert {"ObjectLockMode", "ObjectLockRetainUntilDate", "EncryptionStatus"} <= set(listed["optionalFields"])


def test_what_happens_in_it_is_told_to_eventbridge(made: Recorder):
    assert made.the("aws:s3/bucketNotification:BucketNotification").inputs == {"bucket": NAME, "eventbridge": True}


def test_a_longer_lock_that_is_confirmed_is_what_is_written():
    longer = Retention(mode="COMPLIANCE", years=10)
    recorder, _ = bucket(retention=longer, longer_than_the_zone=True)
    lock = recorder.the("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration").inputs["rule"]
    assert lock == {"defaultRetention": {"mode": "COMPLIANCE", "years": 10}}
    policy = recorder.the("aws:s3/bucketPolicy:BucketPolicy").inputs["policy"]
    assert policy == bucket_policy.document(declared("eu"), deployed(), NAME, longer).text


def test_a_governance_lock_may_be_longer_unconfirmed_since_it_can_be_taken_back():
    recorder, _ = bucket("GOVERNANCE", retention=Retention(mode="GOVERNANCE", years=10))
    assert recorder.of("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")


@pytest.mark.parametrize(
    ("mode", "arguments", "where"),
    [
        ("COMPLIANCE", {"retention": Retention(mode="COMPLIANCE", years=6)}, "retention"),
        ("COMPLIANCE", {"retention": Retention(mode="GOVERNANCE", years=7)}, "retention"),
        ("COMPLIANCE", {"retention": Retention(mode="GOVERNANCE", years=20)}, "retention"),
        ("GOVERNANCE", {"retention": Retention(mode="COMPLIANCE", years=6)}, "retention"),
        ("COMPLIANCE", {"retention": Retention(mode="COMPLIANCE", years=8)}, "longer_than_the_zone"),
        ("GOVERNANCE", {"retention": Retention(mode="COMPLIANCE", years=7)}, "longer_than_the_zone"),
        ("COMPLIANCE", {"bucket": "eu"}, "bucket"),
        ("COMPLIANCE", {"bucket": "EU-records"}, "bucket"),
        ("COMPLIANCE", {"bucket": "eu.records"}, "bucket"),
        ("COMPLIANCE", {"bucket": "-records"}, "bucket"),
        ("COMPLIANCE", {"bucket": "xn--records"}, "bucket"),
        ("COMPLIANCE", {"bucket": "x" * 64}, "bucket"),
        ("COMPLIANCE", {"receives": ["access-logs"]}, "receives"),
        ("COMPLIANCE", {"key": KEY.replace("eu-central-1", "us-east-1")}, "key"),
        ("COMPLIANCE", {"key": KEY.replace("arn:aws:", "arn:aws-cn:")}, "key"),
        ("COMPLIANCE", {"key": KEY.replace("444455556666", "222233334444")}, "key"),
        ("COMPLIANCE", {"key": "arn:aws:kms:eu-central-1:444455556666:alias/zone"}, "key"),
    ],
)
def test_bad_arguments_are_told_before_anything_is_made(mode: str, arguments: dict[str, Any], where: str):
    with pytest.raises(InputError) as told:
        bucket(mode, **arguments)
    [problem] = told.value.problems
    assert problem.where == f"WormBucketArgs.{where}"
