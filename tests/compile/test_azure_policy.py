import pytest
from zones_as_data import declared

from sovereignty.compile import azure_policy
from sovereignty.errors import InputError

EU = {document.body["name"]: document.body["properties"] for document in azure_policy.documents(declared("eu"))}


def test_resources_and_resource_groups_are_bound_by_a_definition_each():
    assert {properties["policyDefinitionId"].rsplit("/", 1)[1] for properties in EU.values()} == {
        "e56962a6-4747-49cd-b67b-bf8b01975c4c",
        "e765b5de-1225-4ba3-bd56-1ac6695af988",
    }


def test_the_allowed_locations_are_the_zones():
    for properties in EU.values():
        assert properties["parameters"] == {
            "listOfAllowedLocations": {"value": ["germanywestcentral", "northeurope", "westeurope"]}
        }
        assert properties["enforcementMode"] == "Default"


def test_a_location_is_assigned_as_azure_compares_it_however_it_is_spelt():
    accepted = [row.model_dump() for row in declared("eu").accepts if row.risk != "azure.key-vault-pair"]
    footprint = {"cloud": "public", "home": "West Europe", "regions": ["West Europe", "North Europe"]}
    spelt = declared("eu", azure=footprint, accepts=accepted)
    [properties, _] = (document.body["properties"] for document in azure_policy.documents(spelt))
    assert properties["parameters"]["listOfAllowedLocations"]["value"] == ["northeurope", "westeurope"]


def test_who_is_refused_reads_what_is_allowed_and_by_which_control():
    for properties in EU.values():
        [message] = properties["nonComplianceMessages"]
        assert "germanywestcentral, northeurope, westeurope" in message["message"]
        assert "residency.region" in message["message"]
        assert properties["metadata"]["control"] == "residency.region"


def test_an_assignment_name_fits_at_a_management_group():
    assert all(0 < len(name) <= 24 for name in EU)


def test_an_empty_list_of_locations_is_never_assigned():
    zone = declared("eu")
    assert zone.azure is not None
    emptied = zone.model_copy(update={"azure": zone.azure.model_copy(update={"regions": ()})})
    with pytest.raises(InputError, match=r"azure\.regions"):
        azure_policy.documents(emptied)


def test_a_zone_without_azure_has_no_assignment():
    assert azure_policy.documents(declared("eu").model_copy(update={"azure": None})) == ()
