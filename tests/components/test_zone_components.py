import json
import re
import tempfile
from pathlib import Path
from typing import Any

import pulumi
import pytest
from built import OU_PATH, TOP_OU, Recorder, azure_at, build, declared, deployed

from components.aws.organization import ZoneOrganizationalUnit, ZoneOrganizationalUnitArgs
from components.foundation import Parents
from components.providers import ZoneProviders
from components.zone import ResidencyZone, ResidencyZoneArgs
from sandbox.azure import Azure
from sovereignty.compile import bucket_policy, kms_key_policy, rcp, scp
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError
from sovereignty.zone import Zone

pytestmark = pytest.mark.engine
GET_PATH = "aws:organizations/getEntityPath:getEntityPath"
PARENTS = Parents(aws_ou_id=TOP_OU, azure_management_group_id="Sovereignty")


def build_zone(law: Zone, deployment=None, **answers: Any) -> tuple[Recorder, dict[str, Any]]:
    target = deployment or deployed()
    with tempfile.TemporaryDirectory() as folder:
        return _built(law, target, azure_at(Path(folder)), **answers)


def _built(law: Zone, target: Deployment, azure: Azure, **answers: Any) -> tuple[Recorder, dict[str, Any]]:

    def make() -> dict[str, Any]:
        args = ResidencyZoneArgs(zone=law, deployment=target, providers=ZoneProviders(law, target), parents=PARENTS)
        return dict(ResidencyZone(law.zone, args).outputs)

    return build(make, azure, **answers)


def on_azure(law: Zone) -> Zone:
    """What the zone has on Azure alone: the other half takes long to build."""
    return law.model_copy(update={"aws": None})


@pytest.fixture(scope="module")
def eu() -> tuple[Recorder, dict[str, Any]]:
    return build_zone(declared("eu"))


@pytest.fixture(scope="module")
def made(eu) -> Recorder:
    return eu[0]


@pytest.fixture(scope="module")
def outputs(eu) -> dict[str, Any]:
    return eu[1]


def test_the_zones_ou_is_made_under_the_foundations_with_its_policies_attached(made: Recorder):
    unit = made.the("aws:organizations/organizationalUnit:OrganizationalUnit", "eu")
    assert unit.inputs == {"name": "EU-Workloads", "parentId": TOP_OU}
    policies = [each for each in made.of("aws:organizations/policy:Policy") if "-sandbox-" not in each.name]
    there = deployed(awsZoneOuPath=OU_PATH)
    for type_, compiled in (("SERVICE_CONTROL_POLICY", scp), ("RESOURCE_CONTROL_POLICY", rcp)):
        contents = {each.inputs["content"] for each in policies if each.inputs["type"] == type_}
        assert contents == {each.text for each in compiled.documents(declared("eu"), there)}
    attached = [
        each
        for each in made.of("aws:organizations/policyAttachment:PolicyAttachment")
        if each.inputs["targetId"] == "eu-id"
    ]
    wanted = [(f"{each.name}-id", "eu-id") for each in policies]
    assert sorted((each.inputs["policyId"], each.inputs["targetId"]) for each in attached) == sorted(wanted)


def test_a_policy_says_what_it_is_for_in_as_many_characters_as_aws_takes(made: Recorder):
    for policy in made.of("aws:organizations/policy:Policy"):
        assert policy.inputs["description"].startswith("Zone eu: ")
        assert len(policy.inputs["description"]) <= 512


def test_the_path_of_the_ou_is_asked_of_aws_whatever_the_stack_file_says():
    real = OU_PATH.replace("22222222", "33333333")
    answer = {GET_PATH: {"entityId": "eu-id", "entityPath": real}}
    for given in (deployed(), deployed(awsZoneOuPath=OU_PATH)):
        args = ZoneOrganizationalUnitArgs(zone=declared("eu"), deployment=given, parent_id=TOP_OU)
        made, _ = build(lambda args=args: ZoneOrganizationalUnit("eu", args), **answer)
        texts = [each.inputs["content"] for each in made.of("aws:organizations/policy:Policy")]
        assert any(real in text for text in texts)
        assert not any(OU_PATH in text for text in texts)


def test_each_region_has_a_key_of_its_own_that_rotates_and_waits_long_before_it_is_deleted(made: Recorder):
    keys = [each for each in made.of("aws:kms/key:Key") if "evidence" not in each.name]
    assert {each.provider.split("::")[-2] for each in keys} == {"eu-eu-central-1", "eu-eu-west-1"}
    for each in keys:
        assert each.inputs["enableKeyRotation"] is True
        assert each.inputs["deletionWindowInDays"] == 30
        assert each.inputs["multiRegion"] is False
        assert each.inputs["policy"] == kms_key_policy.document(declared("eu"), deployed()).text


def test_the_bucket_is_locked_encrypted_with_the_zones_key_and_closed(made: Recorder):
    bucket = made.the("aws:s3/bucket:Bucket", "eu-records").inputs
    assert bucket["bucket"] == "eu-records-444455556666"
    assert bucket["objectLockEnabled"] is True
    lock = made.the("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "eu-records").inputs
    assert lock["rule"] == {"defaultRetention": {"mode": "COMPLIANCE", "years": 7}}
    [rule] = made.the(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "eu-records"
    ).inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "arn:eu"}
    assert rule["bucketKeyEnabled"] is True
    closed = made.the("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "eu-records").inputs
    assert [value for key, value in closed.items() if key != "bucket"] == [True] * 4
    policy = made.the("aws:s3/bucketPolicy:BucketPolicy", "eu-records").inputs["policy"]
    assert policy == bucket_policy.document(declared("eu"), deployed(), "eu-records-444455556666").text


def test_versions_are_archived_and_never_expire(made: Recorder):
    rules = made.the("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "eu-records").inputs["rules"]
    [archive] = [rule for rule in rules if rule["id"] == "archive"]
    assert archive["transitions"] == [{"days": 90, "storageClass": "GLACIER"}]
    assert "expiration" not in json.dumps(rules).lower()


def test_a_zone_without_an_archive_keeps_its_records_where_they_were_written():
    kept, _ = build_zone(declared("eu", retention={"mode": "COMPLIANCE", "years": 7}))
    rules = kept.the("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "eu-records").inputs["rules"]
    assert [rule["id"] for rule in rules] == ["abandoned-uploads"]
    assert kept.of("azure-native:storage:ManagementPolicy") == []


LOCKED = (
    "aws:backup/vault:",
    "aws:backup/vaultPolicy:",
    "aws:cloudtrail/",
    "aws:cloudwatch/logGroup:",
    "aws:kms/",
    "aws:s3/",
)


def test_locked_data_its_keys_and_what_they_need_are_protected_and_nothing_else(made: Recorder):
    for each in made.seen:
        if each.type.startswith("aws:"):  # what is Azure's: test_azure_zone.py
            copies = each.type.startswith("aws:iam/") and "replication" in each.name
            assert each.protect is (each.type.startswith(LOCKED) or copies), (each.type, each.name)


def test_every_resource_of_a_cloud_has_an_explicit_provider(made: Recorder):
    for each in made.seen:
        if each.type.startswith(("aws:", "azure-native:")):
            assert f"pulumi:providers:{each.type.partition(':')[0]}::eu-" in each.provider


def test_the_organization_is_managed_apart_from_what_lives_in_the_zone(made: Recorder):
    organization = made.the("pulumi:providers:aws", "eu-organization").inputs
    workload = made.the("pulumi:providers:aws", "eu-eu-central-1").inputs
    assert json.loads(organization["allowedAccountIds"]) == ["111122223333"]
    assert json.loads(workload["allowedAccountIds"]) == ["444455556666"]
    assert json.loads(workload["assumeRoles"])[0]["roleArn"] == "arn:aws:iam::444455556666:role/sovereign/deployment"
    for each in made.seen:
        if each.type.startswith("aws:"):
            assert ("eu-organization" in each.provider) is each.type.startswith("aws:organizations/")


def test_the_providers_stand_in_the_zones_regions_and_tag_what_they_make(made: Recorder):
    providers = made.of("pulumi:providers:aws")
    assert {each.name: each.inputs["region"] for each in providers} == {
        "eu-organization": "eu-central-1",
        "eu-eu-central-1": "eu-central-1",
        "eu-eu-west-1": "eu-west-1",
    }
    for provider in providers:
        assert json.loads(provider.inputs["defaultTags"])["tags"] == declared("eu").tags()
    [azure] = made.of("pulumi:providers:azure-native")
    assert azure.inputs["location"] == "germanywestcentral"
    assert azure.inputs["environment"] == "public"


def test_a_person_finds_what_was_made_in_the_outputs(outputs: dict[str, Any]):
    assert outputs["version"] == 1
    assert outputs["awsRecordsBucket"] == "eu-records-444455556666"
    assert {"eu-1-id", "eu-rcp-1-id"} <= set(outputs["awsPolicyIds"])
    assert outputs["azureManagementGroupId"] == "sovereign-eu"
    assert re.fullmatch(r"https://eu-vault-[0-9a-f]{8}\.vault\.azure\.net/", outputs["azureVaultUri"])
    assert outputs["acceptedRisks"]["aws.management-account"]
    assert outputs["azureRecordsImmutability"] == "Unlocked"
    assert "immutability-policy lock" in outputs["azureRecordsLockCommand"]
    assert len(outputs["azureLockCommands"]) == 5, "records, exported logs, and the flow logs of three locations"


def test_every_output_is_documented(outputs: dict[str, Any]):
    from built import ROOT

    page = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")
    assert [name for name in outputs if f"`{name}`" not in page] == []


def test_a_zone_of_one_cloud_has_nothing_of_the_other():
    law = declared("eu").model_copy(update={"azure": None})
    made, outputs = build_zone(law)
    assert not any("azure-native" in each.type for each in made.seen)
    assert outputs["azureLocations"] == []
    assert not any(name.startswith("azure") and name != "azureLocations" for name in outputs)


def test_the_us_zone_is_made_of_the_same_things_in_other_places():
    made, outputs = build_zone(declared("us"), deployed("us"))
    assert outputs["awsRecordsBucket"] == "us-records-777788889999"
    locks = made.of("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")
    assert locks
    for lock in locks:
        assert lock.inputs["rule"] == {"defaultRetention": {"mode": "COMPLIANCE", "years": 6}}


def test_keys_whose_store_is_not_named_are_refused():
    with pytest.raises(InputError, match="sovereign-zones:awsKeyStores"):
        build_zone(declared("eu", keys={"aws_origin": "EXTERNAL_KEY_STORE", "azure": "premium-vault"}))


def test_a_version_is_not_tried_before_one_was_released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pulumi, "get_root_directory", lambda: str(tmp_path))
    with pytest.raises(InputError, match=r"(?s)manifest\.json: It isn't there.*sovereignty compile eu --out"):
        build_zone(declared("eu"), deployed(rollout="sandbox"))


GET_POLICY = "azure-native:storage:getBlobContainerImmutabilityPolicy"


def test_in_phase_locked_the_state_is_read_from_the_cloud():
    found = {"state": "Locked", "immutabilityPeriodSinceCreationInDays": 2557}
    _, outputs = build_zone(on_azure(declared("eu")), deployed(phase="locked"), **{GET_POLICY: found})
    assert outputs["azureRecordsImmutability"] == "Locked"


def test_in_phase_locked_an_unlocked_policy_is_an_error_that_says_how_to_lock_it():
    with pytest.raises(Exception, match=r"(?s)It says locked.*Unlocked.*immutability-policy lock"):
        build_zone(on_azure(declared("eu")), deployed(phase="locked"), **{GET_POLICY: {"state": "Unlocked"}})
