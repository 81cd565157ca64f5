import json
import re
from typing import Any

import pulumi
import pytest
from built import Recorder, build, declared, deployed

from components.aws.key_stores import (
    CloudHsmKeyStore,
    CloudHsmKeyStoreArgs,
    ExternalKeyStore,
    ExternalKeyStoreArgs,
)
from components.aws.keys import ZoneKmsKey, ZoneKmsKeyArgs
from components.aws.replica_key import ReplicaKey, ReplicaKeyArgs
from components.aws.signing import SigningKey, SigningKeyArgs
from sovereignty import zone as zones
from sovereignty.compile import kms_key_policy, signing_key_policy
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError
from sovereignty.zone import Zone

pytestmark = pytest.mark.engine
KEY, ALIAS, REPLICA = "aws:kms/key:Key", "aws:kms/alias:Alias", "aws:kms/replicaKey:ReplicaKey"
STORE = "aws:kms/customKeyStore:CustomKeyStore"
PRIMARY = "arn:aws:kms:eu-central-1:444455556666:key/mrk-0a1b2c3d4e5f67890a1b2c3d4e5f6789"
STORES = ["eu-central-1=cks-0a1b2c3d4e5f67890", "eu-west-1=cks-1a1b2c3d4e5f67890"]
EXTERNAL = [f"{store}/ext-{index}" for index, store in enumerate(STORES)]


def of_origin(origin: str) -> Zone:
    return declared("eu", keys={"aws_origin": origin, "azure": "premium-vault"})


def key(law: Zone, landed: Deployment, **args: Any) -> Recorder:
    made, _ = build(lambda: ZoneKmsKey("eu", ZoneKmsKeyArgs(zone=law, deployment=landed, **args)))
    return made


def refused(make: Any, where: str) -> str:
    """What an argument's error says, where the place that it names is this one."""
    with pytest.raises(InputError) as caught:
        build(make)
    [problem] = caught.value.problems
    assert problem.where == where
    return f"{problem.found} {problem.right}"


def test_a_key_of_kms_rotates_waits_long_before_it_is_deleted_and_stays_in_its_region():
    made = key(declared(), deployed())
    inputs = made.the(KEY).inputs
    assert (inputs["enableKeyRotation"], inputs["deletionWindowInDays"], inputs["multiRegion"]) == (True, 30, False)
    assert inputs["policy"] == kms_key_policy.document(declared(), deployed()).text
    assert not {"customKeyStoreId", "xksKeyId"} & set(inputs)
    assert made.the(ALIAS).inputs["name"] == "alias/sovereign/eu"
    assert all(each.protect for each in made.seen if each.type.startswith("aws:"))


def test_each_region_has_a_key_with_the_same_alias_and_the_same_policy():
    home, second = (key(declared(), deployed(), region=region) for region in ("eu-central-1", "eu-west-1"))
    for type_, name in ((ALIAS, "name"), (KEY, "policy")):
        assert home.the(type_).inputs[name] == second.the(type_).inputs[name]


@pytest.mark.parametrize(
    ("origin", "stores", "region", "wanted"),
    [
        ("AWS_CLOUDHSM", STORES, None, {"customKeyStoreId": "cks-0a1b2c3d4e5f67890"}),
        ("AWS_CLOUDHSM", STORES, "eu-west-1", {"customKeyStoreId": "cks-1a1b2c3d4e5f67890"}),
        ("EXTERNAL_KEY_STORE", EXTERNAL, None, {"customKeyStoreId": "cks-0a1b2c3d4e5f67890", "xksKeyId": "ext-0"}),
        (
            "EXTERNAL_KEY_STORE",
            EXTERNAL,
            "eu-west-1",
            {"customKeyStoreId": "cks-1a1b2c3d4e5f67890", "xksKeyId": "ext-1"},
        ),
    ],
)
def test_a_key_in_a_custom_store_lives_in_its_regions_store_and_has_no_rotation(
    origin: str, stores: list[str], region: str | None, wanted: dict[str, str]
):
    inputs = key(of_origin(origin), deployed(awsKeyStores=stores), region=region).the(KEY).inputs
    assert {name: inputs[name] for name in ("customKeyStoreId", "xksKeyId") if name in inputs} == wanted
    assert inputs["enableKeyRotation"] is False


@pytest.mark.parametrize(
    ("origin", "stores", "says"),
    [
        ("AWS_CLOUDHSM", [], "sovereign-zones:awsKeyStores: [eu-west-1=cks-"),
        ("AWS_CLOUDHSM", STORES[:1], "No key store is given for eu-west-1"),
        ("AWS_CLOUDHSM", EXTERNAL, "names an external key"),
        ("EXTERNAL_KEY_STORE", [], "eu-west-1=cks-0a1b2c3d4e5f67890/"),
        ("EXTERNAL_KEY_STORE", STORES, "after a slash"),
    ],
)
def test_a_store_that_is_missing_or_of_another_kind_is_refused_with_an_example(
    origin: str, stores: list[str], says: str
):
    args = ZoneKmsKeyArgs(zone=of_origin(origin), deployment=deployed(awsKeyStores=stores), region="eu-west-1")
    assert says in refused(lambda: ZoneKmsKey("eu", args), "Pulumi.eu.yaml: sovereign-zones:awsKeyStores")


def test_a_key_outside_the_zone_is_refused():
    args = ZoneKmsKeyArgs(zone=declared(), deployment=deployed(), region="us-east-1")
    assert "eu-central-1, eu-west-1" in refused(lambda: ZoneKmsKey("eu", args), "ZoneKmsKeyArgs.region")


def test_a_key_that_may_have_replicas_has_an_alias_of_its_own():
    made = key(declared(), deployed(), multi_region=True)
    assert made.the(KEY).inputs["multiRegion"] is True
    assert made.the(ALIAS).inputs["name"] == "alias/sovereign/eu-multi-region"


def test_a_zone_of_one_region_or_with_a_store_has_no_multi_region_key():
    alone = declared("eu", aws={"partition": "aws", "home": "eu-central-1", "regions": ["eu-central-1"]})
    for law, landed in ((alone, deployed()), (of_origin("AWS_CLOUDHSM"), deployed(awsKeyStores=STORES))):
        args = ZoneKmsKeyArgs(zone=law, deployment=landed, multi_region=True)
        assert refused(lambda args=args: ZoneKmsKey("eu", args), "ZoneKmsKeyArgs.multi_region")


# --- replicas


def replica(primary: pulumi.Input[str] = PRIMARY, region: str = "eu-west-1", law: Zone | None = None) -> ReplicaKey:
    args = ReplicaKeyArgs(zone=law or declared(), deployment=deployed(), primary_arn=primary, region=region)
    return ReplicaKey("eu", args)


def test_a_replica_has_the_zones_policy_and_the_primarys_alias():
    made, _ = build(replica)
    inputs = made.the(REPLICA).inputs
    assert inputs["primaryKeyArn"] == PRIMARY
    assert inputs["policy"] == kms_key_policy.document(declared(), deployed()).text
    assert inputs["deletionWindowInDays"] == 30
    assert made.the(ALIAS).inputs["name"] == "alias/sovereign/eu-multi-region"
    assert made.the(REPLICA).protect and made.the(ALIAS).protect


def test_the_primary_may_be_made_by_the_same_program():
    def both() -> None:
        primary = ZoneKmsKey("eu", ZoneKmsKeyArgs(zone=declared(), deployment=deployed(), multi_region=True))
        replica(primary.arn)

    made, _ = build(both, **{KEY: {"arn": PRIMARY}})
    assert made.the(REPLICA).inputs["primaryKeyArn"] == PRIMARY


BAD_PRIMARIES = [
    (PRIMARY.replace("mrk-", ""), "multi_region=True"),
    (PRIMARY.replace("eu-central-1", "us-east-1"), "outside zone eu"),
    (PRIMARY.replace("arn:aws:", "arn:aws-cn:"), "outside zone eu"),
    (PRIMARY.replace("444455556666", "222233334444"), "another account"),
    ("alias/sovereign/eu", "ARN of a KMS key"),
]


@pytest.mark.parametrize(("primary", "says"), BAD_PRIMARIES)
def test_a_primary_outside_the_zone_or_of_one_region_is_refused(primary: str, says: str):
    assert says in refused(lambda: replica(primary), "ReplicaKeyArgs.primary_arn")


@pytest.mark.parametrize(("primary", "says"), BAD_PRIMARIES)
def test_a_primary_that_is_known_late_is_refused_before_its_replica_is_made(primary: str, says: str):
    def both() -> None:
        made = ZoneKmsKey("eu", ZoneKmsKeyArgs(zone=declared(), deployment=deployed(), multi_region=True))
        replica(made.arn)

    with pytest.raises(pulumi.RunError, match=f"(?s)primary_arn.*{re.escape(says)}"):
        build(both, **{KEY: {"arn": primary}})


def test_a_replica_lies_in_another_region_of_the_zone_than_its_primary():
    assert refused(lambda: replica(region="us-east-1"), "ReplicaKeyArgs.region")
    assert "eu-west-1" in refused(lambda: replica(region="eu-central-1"), "ReplicaKeyArgs.region")


@pytest.mark.parametrize("origin", ["AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"])
def test_what_lies_in_a_custom_store_has_no_replica(origin: str):
    assert origin in refused(lambda: replica(law=of_origin(origin)), "zones/eu.yaml: keys.aws_origin")


# --- the key that signs


@pytest.mark.parametrize("origin", ["AWS_KMS", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"])
def test_evidence_is_signed_with_a_key_of_kms_whatever_the_zones_keys_are(origin: str):
    law = of_origin(origin)

    def make() -> dict[str, Any]:
        made = SigningKey("eu", SigningKeyArgs(zone=law, deployment=deployed()))
        return {"algorithm": made.algorithm}

    made, outputs = build(make)
    inputs = made.the(KEY).inputs
    assert (inputs["keyUsage"], inputs["customerMasterKeySpec"]) == ("SIGN_VERIFY", "ECC_NIST_P384")
    assert (inputs["enableKeyRotation"], inputs["multiRegion"]) == (False, False)
    assert not {"customKeyStoreId", "xksKeyId"} & set(inputs)
    assert inputs["policy"] == signing_key_policy.document(law, deployed()).text
    assert made.the(ALIAS).inputs["name"] == "alias/sovereign/eu-evidence"
    assert outputs == {"algorithm": "ECDSA_SHA_384"}
    assert made.the(KEY).protect and made.the(ALIAS).protect


# --- key stores

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
SERVICE = "com.amazonaws.vpce.eu-central-1.vpce-svc-0a1b2c3d4e5f67890"


def cluster_store(**changes: Any) -> CloudHsmKeyStore:
    args = {
        "cluster_id": "cluster-4x7abcdef2g",
        "trust_anchor_certificate": CERTIFICATE,
        "key_store_password": "open sesame",
        **changes,
    }
    return CloudHsmKeyStore("eu", CloudHsmKeyStoreArgs(zone=declared(), deployment=deployed(), **args))


def proxy_store(law: Zone | None = None, **changes: Any) -> ExternalKeyStore:
    args = {
        "endpoint": "https://xks.example.com",
        "access_key_id": "ABCDEFGHIJKLMNOPQRST",
        "secret_access_key": "a" * 43,
        "vpc_endpoint_service": SERVICE,
        **changes,
    }
    return ExternalKeyStore("eu", ExternalKeyStoreArgs(zone=law or declared(), deployment=deployed(), **args))


def is_secret(value: Any) -> bool:
    return isinstance(value, dict) and pulumi.runtime.rpc._special_sig_key in value


def test_a_store_on_a_cluster_keeps_its_password_a_secret():
    made, _ = build(cluster_store)
    store = made.the(STORE)
    assert store.inputs["customKeyStoreType"] == "AWS_CLOUDHSM"
    assert store.inputs["customKeyStoreName"] == "sovereign-eu-eu-central-1"
    assert store.inputs["cloudHsmClusterId"] == "cluster-4x7abcdef2g"
    assert is_secret(store.inputs["keyStorePassword"]) and not is_secret(store.inputs["trustAnchorCertificate"])
    assert store.protect


def test_a_store_behind_a_proxy_keeps_its_credential_a_secret_and_says_how_it_is_connected():
    def make() -> dict[str, Any]:
        made = proxy_store()
        return {"id": made.store_id, "command": made.connect_command}

    made, outputs = build(make)
    store = made.the(STORE)
    assert store.inputs["customKeyStoreType"] == "EXTERNAL_KEY_STORE"
    assert store.inputs["xksProxyConnectivity"] == "VPC_ENDPOINT_SERVICE"
    assert store.inputs["xksProxyUriEndpoint"] == "https://xks.example.com"
    assert store.inputs["xksProxyUriPath"] == "/kms/xks/v1"
    assert store.inputs["xksProxyVpcEndpointServiceName"] == SERVICE
    assert is_secret(store.inputs["xksProxyAuthenticationCredential"]) or all(
        is_secret(value) for value in store.inputs["xksProxyAuthenticationCredential"].values()
    )
    assert outputs["command"].endswith(f"--custom-key-store-id {outputs['id']} --region eu-central-1")
    assert store.protect


def test_a_public_proxy_has_no_endpoint_service():
    made, _ = build(lambda: proxy_store(connectivity="PUBLIC_ENDPOINT", vpc_endpoint_service=None))
    assert "xksProxyVpcEndpointServiceName" not in made.the(STORE).inputs


@pytest.mark.parametrize(
    ("argument", "changes"),
    [
        ("endpoint", {"endpoint": ""}),
        ("endpoint", {"endpoint": "http://xks.example.com"}),
        ("endpoint", {"endpoint": "https://xks.example.com/kms"}),
        ("endpoint", {"endpoint": "https://xks.example.com:8443"}),
        ("endpoint", {"endpoint": "https://xks.us-east-1.example.com"}),
        ("path", {"path": "/kms/xks/v1/"}),
        ("path", {"path": "/other"}),
        ("connectivity", {"connectivity": "CARRIER_PIGEON"}),
        ("vpc_endpoint_service", {"vpc_endpoint_service": None}),
        ("vpc_endpoint_service", {"vpc_endpoint_service": "vpce-svc-0a1b2c3d4e5f67890"}),
        ("vpc_endpoint_service", {"vpc_endpoint_service": SERVICE.replace("eu-central-1", "us-east-1")}),
        ("vpc_endpoint_service", {"connectivity": "PUBLIC_ENDPOINT"}),
        ("region", {"region": "us-east-1"}),
        ("access_key_id", {"access_key_id": ""}),
        ("access_key_id", {"access_key_id": "abcdefghijklmnopqrst"}),
        ("secret_access_key", {"secret_access_key": ""}),
        ("secret_access_key", {"secret_access_key": "a" * 42}),
    ],
)
def test_a_proxy_that_kms_could_not_use_or_that_lies_elsewhere_is_refused(argument: str, changes: dict[str, Any]):
    assert refused(lambda: proxy_store(**changes), f"ExternalKeyStoreArgs.{argument}")


def test_a_proxy_that_is_not_said_at_all_is_told_as_any_other_mistake():
    def make() -> ExternalKeyStore:
        credential = {"access_key_id": "ABCDEFGHIJKLMNOPQRST", "secret_access_key": "a" * 43}
        return ExternalKeyStore("eu", ExternalKeyStoreArgs(zone=declared(), deployment=deployed(), **credential))

    assert "It is missing" in refused(make, "ExternalKeyStoreArgs.endpoint")


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("cluster_id", "cluster 1"),
        ("key_store_password", "short"),
        ("key_store_password", "x" * 33),
        ("trust_anchor_certificate", "certificate of the cluster"),
        ("region", "us-east-1"),
    ],
)
def test_a_cluster_store_that_kms_would_refuse_is_refused_and_no_secret_is_said(argument: str, value: str):
    said = refused(lambda: cluster_store(**{argument: value}), f"CloudHsmKeyStoreArgs.{argument}")
    assert argument == "region" or value not in said


def test_a_path_may_have_a_prefix():
    made, _ = build(lambda: proxy_store(path="/zone-eu/kms/xks/v1"))
    assert made.the(STORE).inputs["xksProxyUriPath"] == "/zone-eu/kms/xks/v1"


# --- partitions


def elsewhere(partition: str, regions: list[str], jurisdiction: str, origin: str = "AWS_KMS") -> Zone:
    risks = ["aws.management-account", "aws.service-linked-roles", "provider-legal-reach"]
    data = {
        "zone": "eu",
        "title": "Another partition",
        "jurisdiction": jurisdiction,
        "aws": {"partition": partition, "home": regions[0], "regions": regions},
        "retention": {"mode": "COMPLIANCE", "years": 1},
        "keys": {"aws_origin": origin},
        "data_classes": {"pii": {"leaves": "never"}},
    }
    accepted = [{"risk": risk, "reason": "of no matter here"} for risk in risks[: 3 if jurisdiction == "EU" else 2]]
    return zones.parse({**data, "accepts": accepted}, "zones/eu.yaml")


PARTITIONS = [
    ("aws-us-gov", ["us-gov-west-1", "us-gov-east-1"], "US"),
    ("aws-cn", ["cn-north-1", "cn-northwest-1"], "CN"),
    ("aws-eusc", ["eusc-de-east-1"], "EU"),
]


@pytest.mark.parametrize(("partition", "regions", "jurisdiction"), PARTITIONS)
def test_keys_of_another_partition_name_its_principals_and_none_of_aws(
    partition: str, regions: list[str], jurisdiction: str
):
    law, landed = elsewhere(partition, regions, jurisdiction), deployed()

    def make() -> None:
        for region in regions:
            ZoneKmsKey(region, ZoneKmsKeyArgs(zone=law, deployment=landed, region=region))
        SigningKey("eu", SigningKeyArgs(zone=law, deployment=landed))
        if len(regions) > 1:
            primary = f"arn:{partition}:kms:{regions[0]}:444455556666:key/mrk-0a1b2c3d"
            ReplicaKey("eu", ReplicaKeyArgs(zone=law, deployment=landed, primary_arn=primary, region=regions[1]))

    made, _ = build(make)
    policies = [each.inputs["policy"] for each in made.seen if each.type in (KEY, REPLICA)]
    assert len(policies) == len(regions) + 1 + (len(regions) > 1)
    for policy in policies:
        assert "arn:aws:" not in policy
        assert f"arn:{partition}:iam::444455556666:role/sovereign/deployment" in policy
    said = json.loads(policies[0])["Statement"]
    principals = [each["Principal"]["Service"] for each in said if "Service" in each["Principal"]]
    suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    assert [f"logs.{region}.{suffix}" for region in sorted(regions)] in principals
    assert "macie.amazonaws.com" not in principals


def test_china_has_no_external_key_store():
    china = elsewhere(*PARTITIONS[1], origin="EXTERNAL_KEY_STORE")
    args = ZoneKmsKeyArgs(zone=china, deployment=deployed())
    assert "aws-cn" in refused(lambda: ZoneKmsKey("eu", args), "zones/eu.yaml: keys.aws_origin")
    assert refused(lambda: proxy_store(law=china), "ExternalKeyStoreArgs.zone")
