from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import EU, alone, changed, resource, together

from sovereignty import facts
from sovereignty.footprint import AzureFootprint
from sovereignty.plan import UNKNOWN, Provider
from sovereignty.rules import RULES
from sovereignty.rules.judge import Judge

ACCOUNT = "azure-native:storage:StorageAccount"
CONTAINER = "azure-native:storage:BlobContainer"
GROUP = "azure-native:resources:ResourceGroup"
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"


def group(location: object, name: str = "rg", known: str = "data"):
    return resource(GROUP, {"location": location, "resourceGroupName": known}, name=name)


def account(location: object = None, *, name: str = "acct", called: str = "acct", **more: Any):
    props = {"resourceGroupName": "data", "accountName": called}
    return resource(ACCOUNT, props if location is None else {**props, "location": location}, name=name, **more)


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, bool]:
    """A location as people write it, and whether the zone holds it."""
    region = draw(st.sampled_from(facts.regions("azure")))
    text = draw(st.sampled_from([region.code, region.name]))
    letters = "".join(draw(st.sampled_from([c.upper(), c.lower()])) for c in text)
    assert EU.azure
    return draw(st.sampled_from([letters, f" {letters} ", letters.replace(" ", "  ")])), EU.azure.holds(region.code)


@given(spellings())
def test_a_location_is_one_in_every_spelling(case: tuple[str, bool]):
    spelling, held = case
    assert alone(account(spelling)) == ([] if held else ["violation"])


@pytest.mark.parametrize(
    "token",
    [
        "azure-native:storage:StorageAccount",
        "azure-native_storage_v20240101:storage:StorageAccount",
        "azure-native:storage/v20230101:StorageAccount",
        "azure-native_storage_v20260401preview:storage:StorageAccount",
    ],
)
def test_no_spelling_of_the_type_is_a_way_out(token: str):
    assert alone(resource(token, {"location": "eastus", "resourceGroupName": "data"})) == ["violation"]
    assert alone(resource(token, {"location": "westeurope", "resourceGroupName": "data"})) == []


def test_global_is_no_place_except_for_what_is_global_by_nature():
    assert alone(account("global")) == ["undetermined"]
    assert alone(account("Global")) == ["undetermined"]
    assert alone(resource("azure-native:dns:Zone", {"location": "Global"})) == []
    assert alone(resource("azure-native:privatedns:PrivateZone", {"location": "global"})) == []
    assert alone(resource("azure-native:communication:EmailService", {"location": "global"})) == ["undetermined"]


def test_front_door_carries_content_wherever_it_says_it_is():
    assert alone(resource("azure-native:cdn:Profile", {"location": "westeurope"})) == ["violation"]


def test_without_location_the_provider_says_it():
    assert alone(account(provider={"location": "West Europe"})) == []
    assert alone(account(provider={"location": "eastus"})) == ["violation"]
    assert alone(resource(GROUP, {"resourceGroupName": "data"}, provider={})) == ["undetermined"]


def test_without_any_location_its_resource_group_says_it_found_by_name():
    assert alone(account()) == []
    assert together(group("westeurope"), account()) == {}
    assert together(group("eastus"), account()) == {"rg": ["violation"], "acct": ["violation"]}
    assert together(group("westeurope", known="DATA"), account()) == {}


def test_a_new_resource_group_is_found_through_what_the_name_is_made_from():
    new = resource(GROUP, {"location": "eastus"}, name="rg")
    acct = resource(ACCOUNT, {"resourceGroupName": UNKNOWN}, made_from={"resourceGroupName": (new,)}, name="acct")
    assert together(new, acct) == {"rg": ["violation"], "acct": ["violation"]}


def test_a_known_group_name_is_not_overruled_by_what_it_is_made_from():
    acct = resource(
        ACCOUNT, {"resourceGroupName": "elsewhere"}, made_from={"resourceGroupName": (group("westeurope"),)}
    )
    assert together(group("westeurope"), acct) == {"it": ["undetermined"]}


def test_a_group_outside_the_stack_is_undetermined_unless_the_configuration_places_it():
    assert together(account()) == {"acct": ["undetermined"]}
    identifier = f"{SUBSCRIPTION}/resourceGroups/data"
    assert together(account(), places={identifier: "westeurope"}) == {}
    assert together(account(), places={identifier: "eastus"}) == {"acct": ["violation"]}
    assert together(account(), places={identifier + "-2": "westeurope"}) == {"acct": ["undetermined"]}


def test_an_unknown_location_follows_its_new_resource_group():
    for location, verdicts in (("westeurope", {}), ("eastus", {"rg": ["violation"], "acct": ["violation"]})):
        rg = group(location)
        assert together(rg, account(UNKNOWN, made_from={"location": (rg,)})) == verdicts


def test_an_unknown_location_that_ends_at_nothing_is_undetermined():
    acct = account(UNKNOWN)
    assert alone(acct) == []
    assert together(acct) == {"acct": ["undetermined"]}
    reference = resource("pulumi:pulumi:StackReference", name="ref")
    assert together(account(UNKNOWN, made_from={"location": (reference,)}), reference) == {"acct": ["undetermined"]}


def test_locations_that_lead_to_each_other_end_as_undetermined():
    one = account(UNKNOWN, name="one", called="one")
    two = account(UNKNOWN, name="two", called="two", made_from={"location": (one,)})
    one = account(UNKNOWN, name="one", called="one", made_from={"location": (two,)})
    assert together(one, two) == {"one": ["undetermined"], "two": ["undetermined"]}


def test_a_child_lives_where_its_parent_does_and_not_where_its_group_does():
    child = resource(CONTAINER, {"resourceGroupName": "data", "accountName": "acct", "containerName": "logs"})
    assert alone(child) == []
    assert together(group("westeurope"), account("northeurope"), child) == {}
    assert together(group("westeurope"), account("eastus"), child) == {"acct": ["violation"], "it": ["violation"]}
    assert together(group("westeurope"), child) == {"it": ["undetermined"]}


def test_a_new_parent_is_found_through_what_its_name_is_made_from():
    acct = account("eastus")
    child = resource(
        CONTAINER, {"resourceGroupName": "data", "accountName": UNKNOWN}, made_from={"accountName": (acct,)}
    )
    assert together(acct, child) == {"acct": ["violation"], "it": ["violation"]}


def test_a_grandchild_follows_the_topmost_parent():
    acct = account("eastus")
    policy = resource(
        "azure-native:storage:BlobContainerImmutabilityPolicy",
        {"resourceGroupName": "data", "accountName": "acct", "containerName": "logs"},
    )
    assert together(acct, policy) == {"acct": ["violation"], "it": ["violation"]}


def test_a_parent_of_the_right_name_in_another_group_is_not_the_parent():
    child = resource(CONTAINER, {"resourceGroupName": "other", "accountName": "acct", "containerName": "logs"})
    assert together(account("westeurope"), child) == {"it": ["undetermined"]}


def test_names_of_another_subscription_do_not_count():
    child = {"resourceGroupName": "data", "accountName": "acct", "containerName": "logs"}
    here, there = {"subscriptionId": "a"}, {"subscriptionId": "b"}
    acct = account("westeurope", provider=here)
    assert together(acct, resource(CONTAINER, child, provider={"subscriptionId": "A"})) == {}
    assert together(acct, resource(CONTAINER, child)) == {}
    assert together(acct, resource(CONTAINER, child, provider=there)) == {"it": ["undetermined"]}
    rg = resource(GROUP, {"location": "westeurope", "resourceGroupName": "data"}, name="rg", provider=here)
    assert together(rg, account(provider=there)) == {"acct": ["undetermined"]}


def test_a_childs_own_name_can_not_name_its_parent():
    child = {"resourceGroupName": "data", "accountName": "us-account", "containerName": "acct"}
    assert together(account("westeurope"), resource(CONTAINER, child)) == {"it": ["undetermined"]}
    places = {f"{SUBSCRIPTION}/resourceGroups/data/providers/Microsoft.Storage/storageAccounts/acct": "westeurope"}
    assert together(resource(CONTAINER, child), places=places) == {"it": ["undetermined"]}


@pytest.mark.parametrize(
    ("parent", "own", "child", "keys"),
    [
        (
            "azure-native:apimanagement:ApiManagementService",
            {"serviceName": "api", "publisherName": "Acme"},
            "azure-native:apimanagement:Api",
            {"serviceName": "api", "apiId": "orders"},
        ),
        (
            "azure-native:web:WebApp",
            {"name": "shop", "workloadProfileName": "small"},
            "azure-native:web:WebAppApplicationSettings",
            {"name": "shop"},
        ),
        (
            "azure-native:network:VirtualNetwork",
            {"virtualNetworkName": "net"},
            "azure-native:network:Subnet",
            {"virtualNetworkName": "net", "subnetName": "a", "name": "a"},
        ),
        (
            "azure-native:eventhub:Namespace",
            {"namespaceName": "hub", "alternateName": "a"},
            "azure-native:eventhub:EventHub",
            {"namespaceName": "hub", "eventHubName": "orders"},
        ),
    ],
)
def test_a_parent_is_known_by_its_own_name_among_others(
    parent: str, own: dict[str, str], child: str, keys: dict[str, str]
):
    for location, verdicts in (("westeurope", {}), ("eastus", {"parent": ["violation"], "it": ["violation"]})):
        above = resource(parent, {**own, "resourceGroupName": "data", "location": location}, name="parent")
        assert together(above, resource(child, {**keys, "resourceGroupName": "data"})) == verdicts


def test_a_known_parent_name_is_not_overruled_by_what_it_is_made_from():
    acct = account("westeurope")
    props = {"resourceGroupName": "data", "accountName": "us-account", "containerName": "logs"}
    child = resource(CONTAINER, props, made_from={"accountName": (acct,), "containerName": (acct,)})
    assert together(acct, child) == {"it": ["undetermined"]}


def test_a_child_whose_parent_the_configuration_places_is_judged_by_that():
    child = resource(CONTAINER, {"resourceGroupName": "data", "accountName": "acct", "containerName": "logs"})
    identifier = f"{SUBSCRIPTION}/resourceGroups/data/providers/Microsoft.Storage/storageAccounts/acct"
    assert together(child, places={identifier: "West Europe"}) == {}
    assert together(child, places={identifier: "eastus"}) == {"it": ["violation"]}


@pytest.mark.parametrize("key", ["resourceUri", "scope"])
def test_an_extension_lives_where_what_it_extends_lives(key: str):
    kind = "azure-native:monitor:DataCollectionRuleAssociation"
    identifier = f"{SUBSCRIPTION}/resourceGroups/DATA/providers/Microsoft.Storage/storageAccounts/Acct"
    extension = resource(kind, {key: identifier, "associationName": "a"})
    assert together(account("westeurope"), extension) == {}
    assert together(account("eastus"), extension) == {"acct": ["violation"], "it": ["violation"]}
    assert together(extension) == {"it": ["undetermined"]}
    assert together(extension, places={identifier: "westeurope"}) == {}


def test_an_extension_lives_where_what_it_extends_lives_whose_module_is_named_otherwise_than_its_namespace():
    kind = "azure-native:monitor:DiagnosticSetting"
    identifier = f"{SUBSCRIPTION}/resourceGroups/data/providers/Microsoft.Network/dnsResolverPolicies/names"
    for location, verdicts in (("westeurope", {}), ("eastus", {"policy": ["violation"], "it": ["violation"]})):
        named = {"resourceGroupName": "data", "dnsResolverPolicyName": "names", "location": location}
        policy = resource("azure-native:dnsresolver:DnsResolverPolicy", named, name="policy")
        assert together(policy, resource(kind, {"resourceUri": identifier, "name": "logs"})) == verdicts


def test_an_extension_of_something_unknown_follows_what_it_is_made_from():
    acct = account("eastus")
    kind = "azure-native:monitor:DataCollectionRuleAssociation"
    assert together(acct, resource(kind, {"resourceUri": UNKNOWN}, made_from={"resourceUri": (acct,)})) == {
        "acct": ["violation"],
        "it": ["violation"],
    }
    assert together(resource(kind, {"resourceUri": UNKNOWN})) == {"it": ["undetermined"]}


@pytest.mark.parametrize("scope", [SUBSCRIPTION, "/providers/Microsoft.Management/managementGroups/eu"])
def test_an_extension_of_a_subscription_or_management_group_has_no_place(scope: str):
    assert together(resource("azure-native:costmanagement:Setting", {"scope": scope})) == {}
    assert together(resource("azure-native:security:WorkspaceSetting", {"scope": scope})) == {}


@pytest.mark.parametrize(
    "kind",
    [
        "azure-native:management:ManagementGroup",
        "azure-native:authorization:PolicyDefinitionAtManagementGroup",
        "azure-native:authorization:RoleAssignment",
        "azure-native:authorization:PolicyAssignment",
    ],
)
def test_what_stands_above_every_region_is_allowed_without_location(kind: str):
    found = alone(resource(kind, {"scope": "/providers/Microsoft.Management/managementGroups/eu"}))
    assert found == []


def test_the_location_of_a_policy_assignments_identity_is_judged():
    kind = "azure-native:authorization:PolicyAssignment"
    assert alone(resource(kind, {"location": "eastus"})) == ["violation"]
    assert alone(resource(kind, {"location": "westeurope"})) == []


@pytest.mark.parametrize(
    "kind",
    [
        "azure-native:resources:Deployment",
        "azure-native:resources:DeploymentStackAtSubscription",
        "azure-native:resources:AzureCliScript",
        "azure-native:solutions:Application",
    ],
)
def test_what_brings_other_resources_as_data_is_undetermined(kind: str):
    assert "undetermined" in alone(resource(kind, {"location": "westeurope", "resourceGroupName": "data"}))


def test_a_generic_resource_is_judged_by_its_location_unless_it_carries_others():
    kind = "azure-native:resources:Resource"
    vault = {"resourceProviderNamespace": "Microsoft.KeyVault", "resourceType": "vaults", "resourceGroupName": "data"}
    template = {**vault, "resourceProviderNamespace": "Microsoft.Resources", "resourceType": "Deployments"}
    assert alone(resource(kind, {**vault, "location": "westeurope"})) == []
    assert alone(resource(kind, {**vault, "location": "eastus"})) == ["violation"]
    assert alone(resource(kind, {**template, "location": "westeurope"})) == ["undetermined"]
    assert alone(resource(kind, {**vault, "resourceType": UNKNOWN, "location": "westeurope"})) == ["undetermined"]


def test_a_generic_resource_is_no_way_around_what_its_type_is():
    kind = "azure-native:resources:Resource"
    cdn = {"resourceProviderNamespace": "Microsoft.Cdn", "resourceType": "profiles", "location": "westeurope"}
    child = {"resourceProviderNamespace": "Microsoft.Storage", "resourceGroupName": "data"}
    assert alone(resource(kind, cdn)) == ["violation"]
    assert alone(resource(kind, {**child, "resourceType": "storageAccounts/fileServices"})) == ["undetermined"]
    by_path = {**child, "parentResourcePath": "storageAccounts/us", "resourceType": "fileServices"}
    assert together(group("westeurope"), resource(kind, by_path)) == {"it": ["undetermined"]}


def test_an_edge_zone_is_undetermined_though_its_region_is_of_the_zone():
    props = {"location": "westeurope", "extendedLocation": {"name": "somewhere", "type": "EdgeZone"}}
    assert alone(resource("azure-native:compute:VirtualMachine", props)) == ["undetermined"]


def test_on_a_cloud_without_footprint_everything_is_a_violation():
    nowhere = changed(EU, azure=None)
    assert alone(account("westeurope"), nowhere) == ["violation"]
    assert alone(resource("azure-native:management:ManagementGroup"), nowhere) == ["violation"]


def test_an_unknown_location_of_the_provider_follows_what_it_is_made_from():
    rg = group("eastus")
    provider = resource(
        "pulumi:providers:azure-native", {"location": UNKNOWN}, name="p", component=True, made_from={"location": (rg,)}
    )
    own = Provider(type="pulumi:providers:azure-native", urn=provider.urn, name="p", props={"location": UNKNOWN})
    assert together(rg, provider, account(given_provider=own)) == {"rg": ["violation"], "acct": ["violation"]}


def test_where_it_was_deployed_counts_also_if_it_was_wished_elsewhere():
    assert together(account("westeurope", outputs={"location": "East US"})) == {"acct": ["violation"]}
    assert together(account(outputs={"location": "westeurope"})) == {}


def test_an_empty_place_among_the_outputs_says_nothing():
    key = {"resourceGroupName": "data", "vaultName": "vault", "keyName": "k"}
    vault = resource(
        "azure-native:keyvault:Vault",
        {"resourceGroupName": "data", "vaultName": "vault", "location": "eastus"},
        name="vault",
    )
    for empty in ("", " ", None, UNKNOWN):
        it = resource("azure-native:keyvault:Key", key, outputs={"location": empty})
        assert together(it, vault) == {"it": ["violation"], "vault": ["violation"]}
    assert together(resource("azure-native:keyvault:Key", key, outputs={"location": "westeurope"})) == {}


def test_a_text_that_is_no_location_is_never_repeated():
    found = Judge(EU, RULES).resource(account("hunter2"))
    assert [str(f.verdict) for f in found] == ["violation"]
    assert "hunter2" not in found[0].text()


ALARMS = {"resourceGroupName": "data", "actionGroupName": "alarms", "location": "global"}


def test_a_global_action_group_is_for_zones_only_that_can_have_no_regional_one():
    it = resource("azure-native:monitor:ActionGroup", ALARMS)
    assert alone(it) == ["undetermined"]
    without = AzureFootprint(cloud="public", home="northeurope", regions=("northeurope", "westeurope"))
    assert alone(it, changed(EU, azure=without)) == []
    assert alone(resource("azure-native:monitor:ActionGroup", {**ALARMS, "location": "Sweden Central"})) == [
        "violation"
    ]
    assert alone(resource("azure-native:monitor:ActionGroup", {**ALARMS, "location": "Germany West Central"})) == []


def test_what_belongs_to_sentinel_lives_where_its_workspace_does():
    names = {"resourceGroupName": "data", "workspaceName": "audit"}
    onboarded = resource("azure-native:securityinsights:SentinelOnboardingState", names, name="sentinel")
    for location, verdicts in (("westeurope", {}), ("eastus", {"w": ["violation"], "sentinel": ["violation"]})):
        workspace = resource("azure-native:operationalinsights:Workspace", {**names, "location": location}, name="w")
        assert together(workspace, onboarded) == verdicts
        by_reference = resource(
            "azure-native:securityinsights:SentinelOnboardingState",
            {"resourceGroupName": "data", "workspaceName": UNKNOWN},
            name="sentinel",
            made_from={"workspaceName": (workspace,)},
        )
        assert together(workspace, by_reference) == verdicts
    stranger = resource(
        "azure-native:databricks:Workspace",
        {"resourceGroupName": "data", "workspaceName": "audit", "location": "westeurope"},
        name="d",
    )
    assert together(stranger, onboarded) == {"sentinel": ["undetermined"]}
