import re
from pathlib import Path
from typing import Any

import pytest

from sandbox.aws import Aws
from sandbox.invokes.aws import ANSWERS
from sandbox.sdk import sdk
from sandbox.store import Row, Store

KEY = "aws:kms/key:Key"


# it reads the SDK
pytestmark = pytest.mark.proof


@pytest.fixture
def cloud(tmp_path: Path) -> Aws:
    cloud = Aws(Store(tmp_path))
    cloud.configure({"region": "eu-central-1"})
    return cloud


def made(cloud: Aws, token: str, **inputs: Any) -> Row:
    return cloud.make(sdk("aws").resource(token), f"urn:pulumi:dev::project::{token}::it", inputs).row


def test_a_multi_region_key_is_known_by_its_id_and_its_replica_has_the_same(cloud: Aws):
    primary = made(cloud, KEY, multiRegion=True)
    assert re.fullmatch(r"mrk-[0-9a-f]{32}", primary.id)
    assert primary.outputs["arn"].endswith(f":key/{primary.id}")
    assert not made(cloud, KEY, multiRegion=False).id.startswith("mrk-")
    copy = made(cloud, "aws:kms/replicaKey:ReplicaKey", primaryKeyArn=primary.outputs["arn"], region="eu-west-1")
    assert (copy.id, copy.outputs["keyId"]) == (primary.id, primary.id)
    assert copy.outputs["arn"].startswith("arn:aws:kms:eu-west-1:")


@pytest.mark.parametrize(
    ("inputs", "origin"),
    [
        ({}, "AWS_KMS"),
        ({"customKeyStoreId": "cks-0a1b2c3d4e5f67890"}, "AWS_CLOUDHSM"),
        ({"customKeyStoreId": "cks-0a1b2c3d4e5f67890", "xksKeyId": "ext-1"}, "EXTERNAL_KEY_STORE"),
    ],
)
def test_where_a_keys_material_comes_from_is_answered(cloud: Aws, inputs: dict[str, str], origin: str):
    row = made(cloud, KEY, **inputs)
    cloud.store.add(row)
    assert ANSWERS["aws:kms/getKey:getKey"](cloud, {"keyId": row.id})["origin"] == origin
