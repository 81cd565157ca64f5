"""A key in a managed HSM comes as a generic resource: it lives where its HSM does."""

from __future__ import annotations

from made import alone, resource, together

from sovereignty.plan import UNKNOWN

KEY = "azure-native:resources:Resource"
PROPS = {
    "apiVersion": "2023-07-01",
    "resourceGroupName": "sovereign-eu",
    "resourceProviderNamespace": "Microsoft.KeyVault",
    "parentResourcePath": "managedHSMs/euhsm",
    "resourceType": "keys",
    "resourceName": "sovereign-eu-key",
    "properties": {"kty": "RSA-HSM", "attributes": {"exportable": False}},
}


def test_a_key_in_an_hsm_of_the_zone_is_allowed_in_any_spelling_of_its_place():
    for place in ("germanywestcentral", "Germany West Central", "West Europe"):
        key = resource(KEY, {**PROPS, "location": place})
        assert alone(key) == []
        assert together(key) == {}


def test_a_key_in_an_hsm_elsewhere_is_refused():
    assert alone(resource(KEY, {**PROPS, "location": "eastus"})) == ["violation"]


def test_its_provider_does_not_place_it_and_nor_does_its_group():
    assert alone(resource(KEY, PROPS, provider={"location": "westeurope"})) == ["undetermined"]
    group = resource(
        "azure-native:resources:ResourceGroup",
        {"resourceGroupName": "sovereign-eu", "location": "westeurope"},
        name="group",
    )
    assert together(group, resource(KEY, PROPS)) == {"it": ["undetermined"]}


def test_a_key_whose_hsm_is_not_known_yet_is_not_let_through_unseen():
    assert alone(resource(KEY, {**PROPS, "location": "westeurope", "parentResourcePath": UNKNOWN})) == ["undetermined"]
