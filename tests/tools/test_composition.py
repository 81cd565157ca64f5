"""What the zone's program makes by way of other components, as the components' page says it."""

from functools import cache

import pytest

from components.package.declared import component
from tools.component_pages import THE_ZONE, page
from tools.composition import made_by

PART = "as a part of [the zone's program](../__main__.py)"


whole = cache(page)


def examples(name: str) -> str:
    """What the page says about a component's examples."""
    section = whole().partition(f"\n### {name}\n")[2].partition("\n### ")[0]
    return section.partition("**Examples:** ")[2].partition("\n")[0]


@pytest.mark.parametrize(
    "name",
    [
        "AzureZoneLocation",  # of AzureZone itself
        "ZoneKeyVault",  # of each of its locations
        "ZoneManagedHsm",
        "AuditWorkspace",
        "AlarmGroup",
        "ManagementGroupLog",
        "VnetBoundary",
        "DnsSecurityPolicy",  # of the network of each of them
        "ZonePrivateEndpoint",
        "NetworkBoundary",
        "ZoneKmsKey",
        "ResidentBucket",  # by a function of another module
    ],
)
def test_what_a_part_of_the_zone_makes_is_a_part_of_it(name: str):
    assert examples(name).endswith(PART)


@pytest.mark.parametrize("name", ["TenantWatch", "LegalHold", "VnetPeering", "ExternalKeyStore"])
def test_what_nothing_of_the_zone_makes_is_no_part_of_it(name: str):
    assert examples(name)
    assert PART not in examples(name)


def test_a_component_of_the_same_module_is_not_made_with_another():
    made = made_by("components.azure.activity_log", "ActivityLog")
    assert ("components.azure.activity_log", "ActivityLog") in made
    assert ("components.azure.activity_log", "ManagementGroupLog") not in made


def test_a_cloud_that_is_imported_where_it_is_needed_is_followed():
    made = made_by(*THE_ZONE)
    for path in ("components.aws.zone:AwsZone", "components.azure.zone:AzureZone"):
        found = component(path)
        assert (found.module, found.name) in made


def test_what_is_not_there_is_an_error():
    with pytest.raises(LookupError, match=r"components\.zone:NoZone"):
        made_by("components.zone", "NoZone")


def test_every_component_is_in_some_program():
    assert "None yet" not in whole()
