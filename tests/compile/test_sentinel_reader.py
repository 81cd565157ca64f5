import pytest
from resource_policy_proofs import (
    EU,
    FIRST,
    KEY,
    LANDED,
    QUEUE,
    TRAIL_BUCKET,
    WORKSPACE,
    permissions_difference,
    trust_difference,
)
from zones_as_data import declared, on_aws_alone

from sovereignty.compile import sentinel_reader
from sovereignty.errors import InputError

TRUST = sentinel_reader.trust(EU, LANDED)
PERMISSIONS = sentinel_reader.permissions(EU, TRAIL_BUCKET, QUEUE, KEY)


def test_only_the_connector_of_the_zones_workspace_becomes_the_reader():
    assert trust_difference(TRUST.body) is None


def test_the_reader_reads_the_trail_and_does_nothing_else():
    assert permissions_difference(PERMISSIONS.body) is None


def test_the_role_is_named_as_sentinel_asks():
    assert sentinel_reader.role_name(EU).startswith("OIDC_")
    assert sentinel_reader.role_arn(EU, LANDED) == f"arn:aws:iam::{FIRST}:role/{sentinel_reader.role_name(EU)}"


def test_both_names_of_a_session_are_taken_with_the_exact_workspace():
    [statement] = TRUST.body["Statement"]
    assert statement["Condition"]["StringEquals"]["sts:RoleSessionName"] == [
        f"MicrosoftSentinel_{WORKSPACE}",
        f"MicrosoftDefenderForClouds_{WORKSPACE}",
    ]


def test_the_us_government_has_an_issuer_and_an_audience_of_its_own():
    gov = sentinel_reader.trust(on_aws_alone("aws-us-gov", "us-gov-west-1", "US"), LANDED)
    [statement] = gov.body["Statement"]
    issuer = "sts.windows.net/cab8a31a-1906-4287-a0d8-4eef66b95f6e/"
    assert statement["Principal"]["Federated"] == f"arn:aws-us-gov:iam::{FIRST}:oidc-provider/{issuer}"
    assert statement["Condition"]["StringEquals"][f"{issuer}:aud"] == "api://d4230588-5f84-4281-a9c7-2c15194b28f7"


def test_the_connector_is_the_one_of_the_workspaces_cloud():
    assert [sentinel_reader.connector(declared(name)).azure_cloud for name in ("eu", "us")] == ["public", "public"]


def test_where_sentinel_reads_no_aws_the_error_says_what_to_do():
    china = on_aws_alone("aws-cn", "cn-north-1", "CN")
    with pytest.raises(InputError, match="no connector to read AWS"):
        sentinel_reader.trust(china, LANDED)


def test_a_missing_workspace_is_an_error_that_names_its_key():
    lacking = LANDED.model_copy(update={"sentinel_workspace_id": None})
    with pytest.raises(InputError, match="sovereign-zones:sentinelWorkspaceId"):
        sentinel_reader.trust(EU, lacking)


def test_the_policies_are_within_the_quotas():
    assert len(TRUST.text) <= TRUST.limit == 2048
    assert len(PERMISSIONS.text) <= PERMISSIONS.limit == 6144
