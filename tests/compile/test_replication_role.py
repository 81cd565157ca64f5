from resource_policy_proofs import EU, FIRST, SECOND
from zones_as_data import on_aws_alone, parsed

from sovereignty.compile import replication_role
from sovereignty.iam.evaluate import allowances
from sovereignty.iam.request import Request

SOURCE, REPLICAS = "arn:aws:s3:::eu-config", "arn:aws:s3:::eu-config-locked"
KEY, REPLICA_KEY = (f"arn:aws:kms:{region}:{FIRST}:key/0a1b2c3d" for region in ("eu-central-1", "eu-west-1"))
TRUST = replication_role.trust(EU, [SECOND, FIRST], "eu-config")
ROLE = replication_role.permissions(
    EU,
    "eu-config",
    key=KEY,
    region="eu-central-1",
    replicas=REPLICAS,
    replica_key=REPLICA_KEY,
    replica_region="eu-west-1",
)


def may(action: str, resource: str, document=ROLE, principal: str = "", **context: str) -> bool:
    keys = {name.replace("_", ":"): value for name, value in context.items()}
    return bool(allowances(parsed(document.text), Request(action, resource, keys, principal)))


def used(action: str, key: str, region: str, arn: str, service: str = "s3") -> bool:
    through = {"kms:ViaService": f"{service}.{region}.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": arn}
    return bool(allowances(parsed(ROLE.text), Request(action, key, through)))


def test_s3_becomes_the_role_and_where_it_says_so_for_an_account_of_the_zone():
    s3 = "s3.amazonaws.com"
    assert may("sts:AssumeRole", "*", TRUST, s3)
    assert may("sts:AssumeRole", "*", TRUST, s3, aws_SourceAccount=FIRST)
    assert not may("sts:AssumeRole", "*", TRUST, s3, aws_SourceAccount="222233334444")
    assert not may("sts:AssumeRole", "*", TRUST, "ec2.amazonaws.com")
    assert not may("sts:AssumeRole", "*", TRUST, f"arn:aws:iam::{FIRST}:role/app")


def test_it_reads_the_one_bucket_and_writes_replicas_into_the_other():
    assert may("s3:GetObjectVersionForReplication", f"{SOURCE}/a/b")
    assert may("s3:ReplicateObject", f"{REPLICAS}/a/b")
    for action, resource in (
        ("s3:GetObject", f"{SOURCE}/a"),
        ("s3:GetObjectVersionForReplication", f"{REPLICAS}/a"),
        ("s3:GetObjectVersionForReplication", f"{SOURCE}-2/a"),
        ("s3:ReplicateObject", f"{SOURCE}/a"),
        ("s3:ReplicateObject", f"{REPLICAS}-2/a"),
        ("s3:ReplicateDelete", f"{REPLICAS}/a"),
        ("s3:PutObject", f"{REPLICAS}/a"),
        ("s3:ObjectOwnerOverrideToBucketOwner", f"{REPLICAS}/a"),
    ):
        assert not may(action, resource), (action, resource)


def test_keys_are_used_through_s3_in_the_buckets_regions_for_these_buckets():
    assert used("kms:Decrypt", KEY, "eu-central-1", SOURCE)
    assert used("kms:Encrypt", REPLICA_KEY, "eu-west-1", f"{REPLICAS}/a")
    for action, key, region, arn in (
        ("kms:Encrypt", KEY, "eu-central-1", SOURCE),
        ("kms:Decrypt", KEY, "eu-west-1", SOURCE),
        ("kms:Decrypt", KEY, "eu-central-1", REPLICAS),
        ("kms:Decrypt", KEY, "eu-central-1", f"{SOURCE}-2"),
        ("kms:Encrypt", REPLICA_KEY, "us-east-1", REPLICAS),
    ):
        assert not used(action, key, region, arn), (action, key, region, arn)
    assert not used("kms:Decrypt", KEY, "eu-central-1", SOURCE, service="ec2")
    assert not may("kms:Decrypt", KEY)


def test_the_partition_is_the_zones_and_the_documents_are_within_their_quotas():
    china = on_aws_alone("aws-cn", "cn-north-1", "CN")
    keys = dict.fromkeys(("key", "replica_key"), "arn:aws-cn:kms:cn-north-1:444455556666:key/1")
    places = {"region": "cn-north-1", "replica_region": "cn-north-1", "replicas": "arn:aws-cn:s3:::copy"}
    document = replication_role.permissions(china, "x", **keys, **places)
    assert "arn:aws:" not in document.text
    assert len(TRUST.text) <= TRUST.limit == 2048
    assert len(ROLE.text) <= ROLE.limit == 10240
