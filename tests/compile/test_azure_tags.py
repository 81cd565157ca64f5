"""What a resource, a resource group and other things look like once the zone's policies have completed the request."""

from typing import Any

import pytest
from azure_cases import NOW, acting, aliases, effect
from azure_own_resources import own_resources
from zones_as_data import declared

from sovereignty.azure_policy.modify import modified
from sovereignty.azure_policy.resource import RESOURCE_GROUP, SUBSCRIPTION, AzureResource

ACCOUNT = "Microsoft.Storage/storageAccounts"
TAGS = ("zone-tags", "zone-tags-groups", "zone-tag-class")
PLACE = {"DataResidency": "EU", "Zone": "eu"}
CLASS = {"DataClassification": declared().default_data_class}


def made(resource: AzureResource, zone: str = "eu") -> AzureResource:
    for name in TAGS:
        resource = modified(acting(zone)[name], resource, aliases=aliases(), now=NOW)
    return resource


def account(tags: dict[str, str] | None) -> AzureResource:
    return AzureResource.of(ACCOUNT, location="westeurope", tags=tags)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (None, {**PLACE, **CLASS}),
        ({}, {**PLACE, **CLASS}),
        ({"team": "a"}, {"team": "a", **PLACE, **CLASS}),
        # what is false is set right; so is one of the two
        ({"DataResidency": "US", "Zone": "us"}, {**PLACE, **CLASS}),
        ({"DataResidency": "US", "Zone": "eu"}, {**PLACE, **CLASS}),
        ({"DataResidency": "EU", "Zone": ""}, {**PLACE, **CLASS}),
        # names of tags are the same in any case
        ({"dataresidency": "US", "ZONE": "eu"}, {"dataresidency": "EU", "ZONE": "eu", **CLASS}),
        # the class is the owner's to choose, and ManagedBy is nobody else's business
        ({"DataClassification": "public"}, {"DataClassification": "public", **PLACE}),
        ({"ManagedBy": "another team"}, {"ManagedBy": "another team", **PLACE, **CLASS}),
    ],
)
def test_what_is_made_bears_the_zones_tags_afterwards(given: Any, found: dict[str, str]):
    assert made(account(given)).body["tags"] == found


def test_whoever_tags_rightly_is_left_alone():
    right = account({**PLACE, "DataClassification": "public"})
    assert made(right) == right
    assert [effect(acting()[name], right) for name in TAGS] == [None] * 3


def test_a_resource_group_bears_the_place_and_no_class():
    group = AzureResource.of(RESOURCE_GROUP, location="westeurope", name="team")
    assert made(group).body["tags"] == PLACE
    assert made(AzureResource.of(RESOURCE_GROUP, location="westeurope", tags={"Zone": "us"})).body["tags"] == PLACE


@pytest.mark.parametrize(
    "untagged",
    [
        AzureResource.of(SUBSCRIPTION),
        AzureResource.of("Microsoft.Authorization/roleAssignments", properties={}),
        AzureResource.of(f"{ACCOUNT}/blobServices/containers", name="a/default/c", properties={}),
        AzureResource.of("Microsoft.Resources/deploymentScripts", location="westeurope"),
    ],
    ids=lambda resource: resource.type,
)
def test_what_takes_no_tags_is_given_none(untagged: AzureResource):
    assert made(untagged) == untagged


def test_each_zone_gives_its_own():
    assert made(account(None), "us").body["tags"]["Zone"] == "us"
    assert made(account({**PLACE, **CLASS}), "us").body["tags"]["DataResidency"] == "US"


def test_nothing_is_refused_for_its_tags_and_nothing_else_of_it_is_changed():
    for resource in own_resources("eu"):
        after = made(resource)
        assert {**after.body, "tags": None} == {**resource.body, "tags": None}
        assert [effect(acting()[name], resource) for name in TAGS] in (
            ["modify", None, "modify"],
            [None, "modify", None],
            [None] * 3,
        )


def test_switched_off_it_gives_none():
    bare = account(None)
    for name in TAGS:
        assert modified(acting()[name], bare, {"effect": "Disabled"}, aliases=aliases()) == bare


def test_its_identities_may_tag_and_nothing_more():
    for name in TAGS:
        then = acting()[name]["properties"]["policyRule"]["then"]
        assert [role.rpartition("/")[2] for role in then["details"]["roleDefinitionIds"]] == [
            "4a9ae827-6dc8-4573-8ac7-8239d42aa03f"
        ]
        assert then["details"]["conflictEffect"] == "audit"
