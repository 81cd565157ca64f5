"""Families of confidential sizes: what isolates a machine, and whether the table of places knows the family."""

import pytest

from sovereignty.facts import azure_availability, read_table
from sovereignty.facts.azure_policy import confidential_family

FAMILIES = read_table("azure_confidential_sizes")["families"]


@pytest.mark.parametrize("row", FAMILIES, ids=lambda row: row["family"])
def test_each_family_knows_its_isolation_and_where_it_is_offered(row: dict[str, str]):
    size = row["pattern"].replace("*", "16")
    found = confidential_family(size)
    assert found is not None
    assert (found.family, found.tee) == (row["family"], row["tee"])
    assert (found.tee == "tdxvm") == ("e" in found.family.lower().removeprefix("dc").removeprefix("ec"))
    capability = azure_availability.confidential(size)
    assert capability == f"confidential-{found.family.lower()}"
    assert azure_availability.locations(capability)


@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_a_size_is_known_in_any_case(case):
    found = confidential_family(case("Standard_DC96ads_v6"))
    assert found is not None
    assert found.family == "DCadsv6"


@pytest.mark.parametrize(
    "size",
    [
        "",
        "Standard_D4as_v6",
        "Standard_DC4s_v3",
        "Standard_DC4as_cc_v5",
        "Standard_DC*as_v6",
        "Standard_DCas_v6",
        "Standard_DC0as_v6",
        "Standard_DC4as_v6x",
        "xStandard_DC4as_v6",
        "DC4as_v6",
        "Standard_DC4as_v6 ",
    ],
)
def test_anything_else_is_no_confidential_size(size: str):
    assert confidential_family(size) is None
