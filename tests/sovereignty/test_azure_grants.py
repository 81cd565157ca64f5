"""The tables behind grants and releases of keys on Azure."""

import re

import pytest

from sovereignty import facts
from sovereignty.facts import azure_roles
from sovereignty.facts.azure_shared_attestation import authority

SUBSCRIPTION = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"


def test_a_role_is_named_as_an_assignment_names_it():
    found = azure_roles.definition_id("key-vault-crypto-service-encryption-user", SUBSCRIPTION)
    assert found == (
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/"
        "e147488a-f6f5-4113-8e2d-b22465e65bf6"
    )


def test_every_role_has_an_id_and_a_name_of_its_own():
    rows = facts.read_table("azure_roles")["roles"]
    for column in ("key", "id", "name"):
        assert len({row[column] for row in rows}) == len(rows)
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", row["id"]) for row in rows)


def test_a_role_that_the_table_lacks_is_an_error_that_lists_those_it_has():
    with pytest.raises(LookupError, match="key-vault-reader"):
        azure_roles.role_id("owner")


@pytest.mark.parametrize(
    ("location", "address"),
    [
        ("germanywestcentral", "https://shareddewc.dewc.attest.azure.net"),
        ("West Europe", "https://sharedweu.weu.attest.azure.net"),
        ("usgovvirginia", "https://sharedugv.ugv.attest.azure.us"),
        ("usgovtexas", None),
        ("nowhere", None),
    ],
)
def test_who_vouches_for_machines_of_a_location(location: str, address: str | None):
    assert authority(location) == address


def test_the_table_knows_locations_that_there_are_and_gives_each_its_own_provider():
    codes = facts.read_table("azure_shared_attestation")["codes"]
    assert [each for each in codes if facts.region("azure", each) is None] == []
    assert len(set(codes.values())) == len(codes), "one for two locations would vouch for machines of another one"
