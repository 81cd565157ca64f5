import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from azure_cases import NOW, acting, aliases, cases, definitions, documents, effect, outcome, types
from azure_own_resources import own_resources
from zones_as_data import declared, deployed

from sovereignty.azure_policy.assignment import assigned
from sovereignty.azure_policy.evaluate import evaluate
from sovereignty.azure_policy.lint import problems
from sovereignty.azure_policy.resource import AzureResource
from sovereignty.compile import azure_policy
from sovereignty.compile.azure import networks

TENANT = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
ENFORCED = {"effect": "Deny"}


@pytest.mark.parametrize("geo_redundancy", [False, True])
def test_every_case_gets_its_verdict_from_its_definition_and_from_no_other_of_its_control(geo_redundancy: bool):
    wrong = []
    for case in cases():
        refusing = [
            name
            for name, definition in definitions(geo_redundancy=geo_redundancy).items()
            if definition["properties"]["metadata"]["control"] == case.control
            and _may_see(definition, case.resource.type)
            and effect(definition, case.resource, **_enforced(definition)) == "deny"
        ]
        if (case.definition in refusing) if case.refused(geo_redundancy) else not refusing:
            continue
        wrong.append((case.title, case.verdict, refusing))
    assert wrong == []


def _may_see(definition, resource_type):
    kind = resource_type.lower()
    named = types(definition)
    return not named or any(kind == each or ("*" in each and kind.startswith(each.rstrip("*"))) for each in named)


def _enforced(definition):
    return ENFORCED if "Deny" in definition["properties"]["parameters"]["effect"]["allowedValues"] else {}


def test_every_definition_that_denies_has_a_case_of_each_verdict():
    seen = {(case.definition, case.verdict) for case in cases()}
    denying = {name for name, definition in definitions().items() if _enforced(definition)}
    assert {name for name in denying if (name, "violation") not in seen} == set()
    # these refuse a whole type: nothing of it is allowed
    whole = {"communication", "delegation-definition", "delegation-assignment"}
    assert {name for name in denying if (name, "allowed") not in seen} == whole


def test_every_case_names_a_definition_and_its_control():
    for case in cases():
        assert definitions()[case.definition]["properties"]["metadata"]["control"] == case.control, case.title
    assert [title for title, times in Counter(case.title for case in cases()).items() if times > 1] == []


def test_a_definition_says_nothing_of_other_types():
    other = AzureResource.of("Microsoft.Test/others", location="eastus", properties={}, kind="x")
    assert [name for name, each in definitions().items() if outcome(each, other).matched] == ["location-outside"]


def test_the_linter_finds_nothing_in_the_documents():
    for zone in ("eu", "us", "in"):
        found = documents(zone)
        group = f"/providers/Microsoft.Management/managementGroups/sovereign-{zone}/providers/Microsoft.Authorization/"
        kinds = {"azure/definitions": "policyDefinitions", "azure/initiatives": "policySetDefinitions"}
        by_id = {
            f"{group}{kinds[folder]}/{body['name']}": body
            for path, body in found.items()
            if (folder := path.rpartition("/")[0]) in kinds
        }
        of_its_own = ("zone-controls", *(f"-{name}.json" for name in acting(zone)))
        own = {
            path: body
            for path, body in found.items()
            if "assignments" not in path or any(name in path for name in of_its_own)
        }
        assert {path: problems(body, aliases=aliases(), definitions=by_id) for path, body in own.items()} == {
            path: [] for path in own
        }


def test_a_container_without_retention_is_reported_and_not_refused():
    audit = definitions()["container-policy"]
    container = AzureResource.of("Microsoft.Storage/storageAccounts/blobServices/containers", name="a/default/records")
    policy = AzureResource.of(
        "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies",
        name="a/default/records/default",
        properties={"immutabilityPeriodSinceCreationInDays": 2555},
    )
    short = AzureResource.of(policy.type, name=policy.name, properties={"immutabilityPeriodSinceCreationInDays": 2554})
    assert effect(audit, container) == "auditIfNotExists"
    assert evaluate(audit, container, {}, aliases=aliases(), related=[short], now=NOW).effect == "auditIfNotExists"
    assert evaluate(audit, container, {}, aliases=aliases(), related=[policy], now=NOW).effect is None


OFFER = "Microsoft.ManagedServices/registrationDefinitions"
GIVEN = "Microsoft.ManagedServices/registrationAssignments"
IN_THE_SUBSCRIPTION = "/subscriptions/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"


def given_access(definition_id: str | None, tenant: str | None = None, group: bool = False) -> AzureResource:
    """An assignment at a subscription or at a resource group; Azure adds the tenant only to what it answers."""
    properties: dict[str, object] = {} if definition_id is None else {"registrationDefinitionId": definition_id}
    if tenant:
        properties["registrationDefinition"] = {"properties": {"managedByTenantId": tenant}}
    at = f"{IN_THE_SUBSCRIPTION}/resourceGroups/data" if group else IN_THE_SUBSCRIPTION
    return AzureResource.of(GIVEN, id=f"{at}/providers/{GIVEN}/a", properties=properties)


def test_a_named_tenant_may_be_delegated_to_and_no_other():
    other = "99999999-2222-4333-8444-555555555555"
    named = definitions("eu", TENANT)
    definition = f"{IN_THE_SUBSCRIPTION}/providers/{OFFER}/d"
    for tenant, expected in ((TENANT, None), (other, "deny")):
        offered = AzureResource.of(
            OFFER, id=definition, properties={"managedByTenantId": tenant, "eligibleAuthorizations": []}
        )
        assert effect(named["delegation-definition"], offered) == expected
        for group in (False, True):
            assert effect(named["delegation-assignment"], given_access(definition, tenant, group)) == expected
    assert effect(named["delegation-definition"], AzureResource.of(OFFER, properties={})) == "deny"


def test_what_is_no_definition_of_a_subscription_gives_no_access_not_even_where_some_tenants_are_named():
    rule = definitions("eu", TENANT)["delegation-assignment"]
    for group in (False, True):
        asked = given_access(f"{IN_THE_SUBSCRIPTION}/providers/{OFFER.upper()}/d", group=group)
        assert effect(rule, asked) is None, (
            "the tenant isn't in the request; its definition was judged when it was made"
        )
        offers = f"{IN_THE_SUBSCRIPTION}/providers/Microsoft.ManagedServices/marketplaceRegistrationDefinitions/m"
        for strange in (None, "", "/x", offers, offers.removeprefix(IN_THE_SUBSCRIPTION)):
            assert effect(rule, given_access(strange, TENANT, group)) == "deny", strange


def test_without_named_tenants_nobody_is_given_access_at_a_subscription_or_a_resource_group():
    for group in (False, True):
        assert effect(definitions()["delegation-assignment"], given_access("/x", TENANT, group)) == "deny"


HUB, STRANGE = "99999999-2222-4333-8444-555555555555", "88888888-2222-4333-8444-555555555555"
"""The first is the stranger of the case tables."""


def with_a_hub() -> dict[str, dict[str, Any]]:
    found = azure_policy.documents(declared("eu"), deployed(azureHubSubscriptions=[HUB]))
    return {each.body["name"]: each.body for each in found if each.path.startswith("azure/definitions/")}


def test_a_hub_may_be_joined_and_its_endpoints_approved_and_the_others_stay_strangers():
    rules, opened, seen = with_a_hub(), {"network-peering", "endpoint-approval"}, Counter[str]()
    for case in cases():
        body = json.dumps(case.resource.body)
        if case.definition in opened and case.verdict == "violation" and HUB in body:
            strange = replace(case.resource, body=json.loads(body.replace(HUB, STRANGE)))
            assert effect(rules[case.definition], case.resource, **ENFORCED) is None, case.title
            assert effect(rules[case.definition], strange, **ENFORCED) == "deny", case.title
            seen[case.definition] += 1
    assert seen["network-peering"] >= 2, "a peering, and a network that brings one along"
    assert seen["endpoint-approval"] >= len(networks.APPROVED_AT)


@pytest.mark.parametrize("id", [f"/subscriptions/{STRANGE}/x/subscriptions/{HUB}/y", f"/x/subscriptions/{HUB}/y", ""])
def test_what_only_mentions_a_hub_is_no_hubs(id: str):
    rules = with_a_hub()
    peering = AzureResource.of(
        "Microsoft.Network/virtualNetworks/virtualNetworkPeerings", properties={"remoteVirtualNetwork": {"id": id}}
    )
    approval = AzureResource.of(
        "Microsoft.KeyVault/vaults/privateEndpointConnections",
        properties={"privateEndpoint": {"id": id}, "privateLinkServiceConnectionState": {"status": "Approved"}},
    )
    assert effect(rules["network-peering"], peering, **ENFORCED) == "deny"
    assert effect(rules["endpoint-approval"], approval, **ENFORCED) == "deny"


def test_a_hub_opens_nothing_else():
    hub, rules = with_a_hub(), definitions()
    assert {name for name, body in rules.items() if hub[name] != body} == {"network-peering", "endpoint-approval"}


def test_confidential_computing_is_reported_until_it_is_asked_for():
    machine = AzureResource.of("Microsoft.Compute/virtualMachines", location="westeurope", properties={})
    assert effect(definitions()["confidential-machine"], machine) == "audit"
    assert effect(definitions()["confidential-machine"], machine, effect="Deny") == "deny"


def test_a_copy_goes_to_a_pair_that_is_the_zones_where_the_zone_allows_it_and_nowhere_else():
    account = AzureResource.of("Microsoft.Storage/storageAccounts", location="eastus2", sku={"name": "Standard_GRS"})
    allowing = {zone: definitions(zone, geo_redundancy=True)["storage-redundancy"] for zone in ("us", "eu")}
    assert effect(allowing["us"], account) is None, "the pair centralus is the zone's"
    assert effect(allowing["eu"], account) == "deny"
    assert effect(definitions("us")["storage-redundancy"], account) == "deny", "the zone allows no copies in a pair"


def test_no_zone_of_the_repository_allows_copies_in_a_pair_though_each_holds_one():
    for zone in ("eu", "us", "in"):
        law = declared(zone)
        assert law.azure is not None and law.azure.paired_inside() and not law.azure.geo_redundancy


@pytest.mark.parametrize("zone", ["eu", "us", "in"])
def test_the_zones_own_resources_pass_every_definition(zone: str):
    refused = [
        (name, resource.type)
        for resource in own_resources(zone)
        for name, definition in definitions(zone).items()
        if effect(definition, resource, **_enforced(definition)) == "deny"
    ]
    assert refused == []


def test_what_is_assigned_denies_what_a_definition_refuses_and_only_reports_what_is_not_asked_for():
    found = documents()
    group = "/providers/Microsoft.Management/managementGroups/sovereign-eu/providers/Microsoft.Authorization/"
    by_id = {f"{group}policyDefinitions/{name}": body for name, body in definitions().items()}
    by_id[f"{group}policySetDefinitions/sovereign-zone"] = found["azure/initiatives/eu-sovereign-zone.json"]
    bound = found["azure/assignments/eu-zone-controls.json"]

    def denied(resource: AzureResource) -> list[str]:
        outcomes = assigned(bound, resource, by_id, aliases=aliases(), related=(), now=NOW)
        assert {each.reference for each in outcomes} == set(definitions())
        return [each.reference for each in outcomes if each.denies]

    replicated = next(case for case in cases() if case.definition == "registry-replica" and case.verdict == "violation")
    assert denied(replicated.resource) == ["location-outside", "registry-replica"]
    assert [denied(each) for each in own_resources("eu")] == [[] for _ in own_resources("eu")]
    ordinary = next(case for case in cases() if case.definition == "confidential-machine")
    assert "confidential-machine" not in denied(ordinary.resource)
