import json
from typing import Any

import pulumi
import pytest
from built import Recorder, build, declared, deployed
from pulumi_aws import s3

from components.aws.config_delivery import ConfigRecords, ConfigRecordsArgs
from components.aws.resident_bucket import ResidentBucket, ResidentBucketArgs
from sovereignty.compile import everything
from sovereignty.errors import InputError

pytestmark = pytest.mark.engine

KEY, WEST_KEY = (
    f"arn:aws:kms:{region}:444455556666:key/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
    for region in ("eu-central-1", "eu-west-1")
)
NAME, COPY = "eu-cases-444455556666", "arn:aws:s3:::eu-cases-copy-444455556666"
REPLICAS = {"replicates_to": COPY, "replica_region": "eu-west-1", "replica_key": WEST_KEY}
RULES = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


def bucket(**arguments: Any) -> Recorder:
    given: dict[str, Any] = {
        "zone": declared("eu"),
        "deployment": deployed(),
        "bucket": NAME,
        "key": KEY,
        **arguments,
    }
    return build(lambda: ResidentBucket("cases", ResidentBucketArgs(**given)))[0]


@pytest.fixture(scope="module")
def made() -> Recorder:
    return bucket(data_class="call_recordings", **REPLICAS)


def test_it_has_no_lock_and_the_rest_of_a_write_once_bucket(made: Recorder):
    assert made.of("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration") == []
    assert "objectLockEnabled" not in made.the("aws:s3/bucket:Bucket").inputs
    for part in ("bucketVersioning:BucketVersioning", "bucketPublicAccessBlock:BucketPublicAccessBlock"):
        assert made.of(f"aws:s3/{part}")
    policy = json.loads(made.the("aws:s3/bucketPolicy:BucketPolicy").inputs["policy"])
    controls = {statement["Sid"].rstrip("0123456789") for statement in policy["Statement"]}
    assert {"NetworkTls", "IdentityOrganization", "IdentityServices", "KeysZoneKey", "WormWeakening"} <= controls
    assert "WormRetention" not in controls
    assert all(each.protect for each in made.seen if each.type.startswith("aws:"))


def test_the_class_of_its_data_is_a_tag_of_the_bucket_and_of_nothing_else(made: Recorder):
    assert made.the("aws:s3/bucket:Bucket").inputs["tags"] == {"DataClassification": "call_recordings"}
    assert [each.name for each in made.seen if "tags" in each.inputs] == ["cases"]
    assert "tags" not in bucket().the("aws:s3/bucket:Bucket").inputs


def test_old_versions_and_old_inventories_go(made: Recorder):
    rules = {rule["id"]: rule for rule in made.the(RULES).inputs["rules"]}
    assert rules["old-versions"]["noncurrentVersionExpiration"] == {"noncurrentDays": 90}
    assert rules["inventories"]["filter"] == {"prefix": "inventory/"}
    kept = {rule["id"] for rule in bucket(old_versions_days=None).the(RULES).inputs["rules"]}
    assert kept == {"abandoned-uploads", "inventories"}


def test_what_is_written_is_copied_by_a_role_of_its_own_under_the_other_regions_key(made: Recorder):
    role = made.the("aws:iam/role:Role").inputs
    assert (role["path"], role["name"]) == ("/sovereign/replication/", NAME)
    allowed = made.the("aws:iam/rolePolicy:RolePolicy").inputs["policy"]
    for part in (KEY, WEST_KEY, f"{COPY}/*", "s3.eu-central-1.*", "s3.eu-west-1.*"):
        assert part in allowed
    [rule] = made.the("aws:s3/bucketReplicationConfig:BucketReplicationConfig").inputs["rules"]
    assert rule["destination"]["bucket"] == COPY
    assert rule["destination"]["encryptionConfiguration"] == {"replicaKmsKeyId": WEST_KEY}
    assert rule["sourceSelectionCriteria"]["sseKmsEncryptedObjects"] == {"status": "Enabled"}
    assert rule["deleteMarkerReplication"] == {"status": "Disabled"}
    assert bucket().of("aws:s3/bucketReplicationConfig:BucketReplicationConfig") == []


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"data_class": "gossip"}, "data_class"),
        ({"bucket": "Cases"}, "bucket"),
        ({"receives": ["everything"]}, "receives"),
        ({"region": "us-east-1"}, "region"),
        ({"old_versions_days": 0}, "old_versions_days"),
        ({**REPLICAS, "replica_region": "us-east-1"}, "replica_region"),
        ({**REPLICAS, "replica_region": None}, "replica_region"),
        ({**REPLICAS, "replica_key": None}, "replica_key"),
        ({**REPLICAS, "replica_key": KEY}, "replica_key"),
        ({**REPLICAS, "replica_key": WEST_KEY.replace("arn:aws:", "arn:aws-us-gov:")}, "replica_key"),
        ({**REPLICAS, "replica_key": WEST_KEY.replace("444455556666", "222233334444")}, "replica_key"),
        ({"replica_key": WEST_KEY}, "replica_key"),
        ({"replica_region": "eu-west-1"}, "replica_region"),
        ({**REPLICAS, "replicates_to": "nonsense"}, "replicates_to"),
        ({**REPLICAS, "replicates_to": COPY.replace("arn:aws:", "arn:aws-cn:")}, "replicates_to"),
        ({**REPLICAS, "replicates_to": f"arn:aws:s3:::{NAME}"}, "replicates_to"),
        ({"key": WEST_KEY}, "key"),
        ({"key": "alias/sovereign/eu"}, "key"),
    ],
)
def test_bad_arguments_are_told_before_anything_is_made(arguments: dict[str, Any], where: str):
    with pytest.raises(InputError) as told:
        bucket(**arguments)
    [problem] = told.value.problems
    assert problem.where == f"ResidentBucketArgs.{where}"


def test_a_bucket_is_not_its_own_copy_though_its_arn_be_known_late():
    def later() -> ResidentBucket:
        given: dict[str, Any] = {**REPLICAS, "replicates_to": pulumi.Output.from_input(f"arn:aws:s3:::{NAME}")}
        law = {"zone": declared("eu"), "deployment": deployed()}
        return ResidentBucket("cases", ResidentBucketArgs(**law, bucket=NAME, key=KEY, **given))

    with pytest.raises(Exception, match=r"ResidentBucketArgs.replicates_to: It is the bucket itself"):
        build(later)


@pytest.fixture(scope="module")
def records() -> tuple[Recorder, dict[str, Any]]:
    def make() -> dict[str, Any]:
        args = ConfigRecordsArgs(zone=declared("eu"), deployment=deployed(), key=KEY)
        made = ConfigRecords("config", args)
        s3.BucketObjectv2("delivered", bucket=made.bucket, key="first")
        return {"bucket": made.bucket, "locked": made.locked_bucket}

    return build(make)


def test_aws_config_delivers_to_an_open_bucket_that_is_copied_into_a_locked_one(records):
    made, outputs = records
    assert outputs == {"bucket": "eu-config-444455556666", "locked": "eu-config-locked-444455556666"}
    [lock] = made.of("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")
    assert lock.inputs["bucket"] == outputs["locked"]
    replication = made.the("aws:s3/bucketReplicationConfig:BucketReplicationConfig").inputs
    assert replication["bucket"] == outputs["bucket"]
    assert replication["rules"][0]["destination"]["bucket"] == f"arn:aws:s3:::{outputs['locked']}"


def test_what_is_delivered_waits_until_it_would_be_copied(records):
    made, _ = records
    delivered = made.the("aws:s3/bucketObjectv2:BucketObjectv2")
    assert any("bucketReplicationConfig" in urn for urn in delivered.dependencies)


def test_the_records_key_is_the_zones_in_its_home_region():
    for key in (WEST_KEY, "alias/sovereign/eu"):
        args = ConfigRecordsArgs(zone=declared("eu"), deployment=deployed(), key=key)
        with pytest.raises(InputError, match=r"^ConfigRecordsArgs.key: "):
            build(lambda args=args: ConfigRecords("config", args))


def test_both_buckets_have_the_policies_that_are_compiled(records):
    made, _ = records
    attached = {each.inputs["bucket"]: each.inputs["policy"] for each in made.of("aws:s3/bucketPolicy:BucketPolicy")}
    assert len(attached) == 2
    for name, text in attached.items():
        assert text == everything.bucket_document(declared("eu"), deployed(), name).text
    compiled = {document.path: document.text for document in everything.documents(declared("eu"), deployed())}
    trust = made.the("aws:iam/role:Role").inputs["assumeRolePolicy"]
    assert trust == compiled["aws/policies/eu-config-444455556666-replication-trust.json"]
