"""A zone's whole Azure half: what it has once, what each location adds, and that each piece waits for what it needs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from azure_hsm import ADMINISTRATORS
from built import Recorder, Registered, azure_at, build, declared, deployed

from components.azure.providers import AzureProviders
from components.azure.zone import AzureZone, AzureZoneArgs
from components.foundation import Parents
from components.providers import ZoneProviders
from components.zone import ResidencyZone, ResidencyZoneArgs
from sandbox import acts, hsm
from sandbox.arm import own_name
from sandbox.sdk import sdk
from sandbox.store import Row, Store
from sovereignty import facts, risks
from sovereignty.footprint import AzureFootprint
from sovereignty.zone import Zone

pytestmark = pytest.mark.engine
HOME, SECOND = "germanywestcentral", "francecentral"
GIVEN_BY_AZURE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}")
"""Ids of principals and of versions: the stand-in draws them anew in each test."""
OTHER_SUBSCRIPTION = "1b2c3d4e-5f6a-4b7c-8d9e-0f1a2b3c4d5e"
WORKSPACE = "azure-native:operationalinsights:Workspace"
ACCOUNT = "azure-native:storage:StorageAccount"


def zone_with(*locations: str, keys: str = "premium-vault") -> Zone:
    """The EU zone on Azure alone, with these locations; it accepts what it is exposed to."""
    law = declared("eu").model_copy(update={"aws": None})
    azure = {"cloud": "public", "home": locations[0], "regions": list(locations)}
    places = AzureFootprint.model_validate(azure)
    draft = law.model_copy(update={"azure": places, "keys": law.keys.model_copy(update={"azure": keys})})
    accepts = [{"risk": each.risk.id, "reason": "a test"} for each in risks.exposures(draft)]
    return declared("eu", aws=None, azure=azure, keys={"azure": keys}, accepts=accepts)


def built(folder: Path, law: Zone, stand_in: Any = None, **settings: Any) -> tuple[Recorder, AzureZone]:
    target = deployed("eu", **settings)

    def make() -> AzureZone:
        providers = AzureProviders(law, target)
        args = AzureZoneArgs(zone=law, deployment=target, providers=providers, parent_management_group_id="Sovereignty")
        return AzureZone(law.zone, args)

    return build(make, stand_in or azure_at(folder))


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Recorder:
    return built(tmp_path_factory.mktemp("one"), zone_with(HOME))[0]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Recorder:
    return built(tmp_path_factory.mktemp("two"), zone_with(HOME, SECOND))[0]


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Recorder:
    both = [*deployed().azure_subscriptions, OTHER_SUBSCRIPTION]
    return built(tmp_path_factory.mktemp("wide"), zone_with(HOME), azureSubscriptions=both)[0]


def custom(made: Recorder) -> list[Registered]:
    return [each for each in made.seen if each.type.startswith("azure-native:")]


def identity(each: Registered) -> tuple[str, str]:
    return each.type, each.name


def text(each: Registered) -> str:
    return GIVEN_BY_AZURE.sub("", json.dumps(each.inputs, sort_keys=True))


def test_another_location_adds_parts_of_its_own_and_changes_none(one: Recorder, two: Recorder):
    before = {identity(each): text(each) for each in custom(one)}
    after = {identity(each): text(each) for each in custom(two)}
    assert set(before) <= set(after)
    added = {key for key in after if key not in before}
    assert added
    assert all(SECOND in name for _, name in added), [key for key in added if SECOND not in key[1]]
    # the policies name the zone's locations, and nothing else of the home does
    changed = {key for key in before if before[key] != after[key]}
    assert {type_ for type_, _ in changed} <= {
        "azure-native:authorization:PolicyDefinitionAtManagementGroup",
        "azure-native:authorization:PolicyAssignment",
    }


def test_what_a_location_adds_lies_there(one: Recorder, two: Recorder):
    before = {identity(each) for each in custom(one)}
    for each in custom(two):
        if identity(each) not in before and "location" in each.inputs and each.inputs["location"] != "global":
            assert facts.azure_location(each.inputs["location"]) == SECOND, identity(each)


def test_each_location_has_a_key_a_network_and_a_disk_encryption_set(two: Recorder):
    for type_ in (
        "azure-native:resources:ResourceGroup",
        "azure-native:keyvault:Vault",
        "azure-native:keyvault:Key",
        "azure-native:compute:DiskEncryptionSet",
        "azure-native:network:VirtualNetwork",
    ):
        places = sorted(facts.azure_location(each.inputs.get("location", "")) for each in two.of(type_))
        assert len(places) == 2, type_
        if type_ != "azure-native:keyvault:Key":  # it lies where its vault does
            assert places == sorted([HOME, SECOND]), type_


def test_what_the_zone_has_once_is_in_its_home(two: Recorder):
    assert two.the(WORKSPACE).inputs["location"] == HOME
    assert two.the("azure-native:attestation:AttestationProvider").inputs["location"] == HOME
    assert two.the("azure-native:network:NetworkSecurityPerimeter").inputs["location"] == HOME
    records = [each for each in two.of(ACCOUNT) if each.name == "eu-records"]
    assert [each.inputs["location"] for each in records] == [HOME]


def test_another_subscription_is_placed_and_its_activity_log_sent_and_watched_and_it_gets_nothing_else(
    one: Recorder, wide: Recorder
):
    added = {identity(each) for each in custom(wide)} - {identity(each) for each in custom(one)}
    assert added == {
        ("azure-native:management:ManagementGroupSubscription", f"eu-{OTHER_SUBSCRIPTION}"),
        ("azure-native:monitor:SubscriptionDiagnosticSetting", f"eu-{OTHER_SUBSCRIPTION}"),
        ("azure-native:monitor:ActivityLogAlert", f"eu-{OTHER_SUBSCRIPTION}-logs"),
        ("azure-native:resources:ResourceGroup", f"eu-{OTHER_SUBSCRIPTION}"),
    }
    for each in custom(wide):
        if OTHER_SUBSCRIPTION in each.name:
            assert f"eu-{OTHER_SUBSCRIPTION}::" in each.provider


def test_each_subscriptions_activity_log_is_watched_from_within_it(wide: Recorder):
    rules = wide.of("azure-native:monitor:ActivityLogAlert")
    assert len(rules) == 2
    assert len({rule.inputs["activityLogAlertName"] for rule in rules}) == 2
    groups = {
        (each.provider, each.inputs["resourceGroupName"]) for each in wide.of("azure-native:resources:ResourceGroup")
    }
    [told] = wide.of("azure-native:monitor:ActionGroup")
    for rule in rules:
        [scope] = rule.inputs["scopes"]
        assert f"eu-{scope.removeprefix('/subscriptions/')}::" in rule.provider
        assert (rule.provider, rule.inputs["resourceGroupName"]) in groups
        [action] = rule.inputs["actions"]["actionGroups"]
        assert action["actionGroupId"].endswith(f"/{told.inputs['actionGroupName']}")
        assert f"/subscriptions/{deployed().azure_subscriptions[0]}/" in action["actionGroupId"]


def test_where_others_run_the_workspace_no_activity_log_is_watched(tmp_path: Path):
    made, _ = built(tmp_path, zone_with(HOME), sentinelWorkspaceId="6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b")
    assert not made.of("azure-native:monitor:ActivityLogAlert")


def test_the_group_is_bound_before_a_subscription_is_placed_in_it(one: Recorder):
    placed = one.the("azure-native:management:ManagementGroupSubscription")
    assert placed.inputs["groupId"] == "sovereign-eu"
    own = [
        each
        for each in one.of("azure-native:authorization:PolicyAssignment")
        if each.inputs["scope"].endswith("/sovereign-eu")
    ]
    assert own
    assert len([urn for urn in placed.dependencies if "PolicyAssignment" in urn]) == len(own)


def test_an_account_waits_for_the_right_to_its_key(one: Recorder):
    for each in one.of(ACCOUNT):
        assert any("RoleAssignment" in urn for urn in each.dependencies), each.name


def test_names_are_given_and_none_is_left_to_chance(two: Recorder):
    for each in custom(two):
        kind = sdk("azure-native").resource(each.type)
        key = own_name(kind)
        if key and key in kind.inputs:
            assert each.inputs.get(key), (identity(each), key)


@pytest.mark.heavy
def test_no_two_zones_have_a_name_in_common_where_all_users_share_them(two: Recorder, tmp_path: Path):
    law = zone_with(HOME, SECOND)
    other = law.model_copy(update={"zone": "e-u"})
    made, _ = built(tmp_path, other)
    for type_, key in ((ACCOUNT, "accountName"), ("azure-native:keyvault:Vault", "vaultName")):
        assert not {each.inputs[key] for each in two.of(type_)} & {each.inputs[key] for each in made.of(type_)}


def test_every_endpoint_is_in_its_own_locations_network(two: Recorder):
    for each in two.of("azure-native:network:PrivateEndpoint"):
        place = SECOND if SECOND in each.name else HOME
        group = "sovereign-eu" if place == HOME else f"sovereign-eu-{SECOND}"
        assert each.inputs["location"] == place
        assert f"/resourceGroups/{group}/" in each.inputs["subnet"]["id"]


def access_modes(made: Recorder) -> dict[str, str]:
    members = made.of("azure-native:network:NetworkSecurityPerimeterAssociation")
    return {each.inputs["associationName"]: each.inputs["accessMode"] for each in members}


def test_what_others_send_to_query_or_use_only_learns_and_the_records_are_enforced(one: Recorder):
    assert access_modes(one) == {
        "records": "Enforced",
        "logs": "Learning",
        "workspace": "Learning",
        "keys": "Learning",
    }


@pytest.mark.heavy
def test_a_workspace_in_a_cluster_is_in_no_perimeter(tmp_path: Path):
    made, _ = built(tmp_path, zone_with(HOME), azureLogCluster=True)
    assert made.of("azure-native:operationalinsights:Cluster"), "else this shows nothing"
    assert set(access_modes(made)) == {"records", "logs", "keys"}


def test_people_search_the_workspace_from_outside_only_where_the_stack_file_says_so(one: Recorder, tmp_path: Path):
    asked, _ = built(tmp_path, zone_with(HOME), azurePublicQueries=True)
    for made, access in ((one, "Disabled"), (asked, "Enabled")):
        inputs = made.the(WORKSPACE).inputs
        assert inputs["publicNetworkAccessForQuery"] == access
        assert inputs["publicNetworkAccessForIngestion"] == "Disabled"


KEPT = (
    "azure-native:attestation:",
    "azure-native:compute:DiskEncryptionSet",
    "azure-native:keyvault:",
    "azure-native:operationalinsights:",
    "azure-native:resources:ResourceGroup",
    "azure-native:securityinsights:SentinelOnboardingState",
    "azure-native:storage:",
)


def test_locked_data_its_keys_and_what_they_need_are_protected(two: Recorder):
    for each in custom(two):
        if each.type.startswith(KEPT):
            assert each.protect, identity(each)
    for grant in two.of("azure-native:authorization:RoleAssignment"):
        assert grant.protect is ("Microsoft.KeyVault" in grant.inputs["scope"]), grant.name
    for type_ in ("azure-native:network:VirtualNetwork", "azure-native:management:ManagementGroup"):
        assert not any(each.protect for each in two.of(type_))


ELSEWHERE = {
    "activity-log": ("monitor:SubscriptionDiagnosticSetting", "monitor:ManagementGroupDiagnosticSetting"),
    "attestation": ("attestation:AttestationProvider",),
    "perimeter": ("network:NetworkSecurityPerimeter", "network:NetworkSecurityPerimeterAssociation"),
    "private-dns": ("privatedns:PrivateZone", "network:PrivateDnsZoneGroup"),
    "sentinel": ("securityinsights:SentinelOnboardingState",),
}


def test_what_the_tenant_has_already_is_left_to_it(one: Recorder, tmp_path: Path):
    made, _ = built(tmp_path, zone_with(HOME), azureManagedElsewhere=list(ELSEWHERE))
    for types in ELSEWHERE.values():
        for each in types:
            assert one.of(f"azure-native:{each}"), "else this shows nothing"
            assert not made.of(f"azure-native:{each}")
    assert made.of(WORKSPACE)
    assert made.of("azure-native:network:PrivateEndpoint")


@pytest.mark.heavy
def test_a_workspace_that_others_run_is_not_made(tmp_path: Path):
    made, zone = built(tmp_path, zone_with(HOME), sentinelWorkspaceId="6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b")
    assert zone.audit.workspace is None
    for type_ in (WORKSPACE, "azure-native:operationalinsights:DataExport", "azure-native:monitor:PrivateLinkScope"):
        assert not made.of(type_)
    assert made.of("azure-native:monitor:ActionGroup")


@pytest.mark.heavy
def test_a_home_without_sentinel_has_a_workspace_without_it(tmp_path: Path):
    law = declared("in").model_copy(update={"aws": None})
    assert law.azure is not None
    home = law.azure.model_copy(update={"home": "southindia", "regions": ("southindia",)})
    made, _ = built(tmp_path, law.model_copy(update={"azure": home, "zone": "eu"}))
    assert made.of(WORKSPACE)
    assert not made.of("azure-native:securityinsights:SentinelOnboardingState")


POLICY = "azure-native:storage:BlobContainerImmutabilityPolicy"


def test_flow_logs_may_append_to_block_blobs_in_each_location_and_nothing_else_may(two: Recorder):
    policies = {each.name: each.inputs for each in two.of(POLICY)}
    flows = {name for name in policies if "-flows-" in name}
    assert flows == {f"{of}-flows-insights-logs-flowlogflowevent" for of in ("eu", f"eu-{SECOND}")}
    for name, inputs in policies.items():
        assert inputs.get("allowProtectedAppendWritesAll", False) is (name in flows), name


class Attended(Store):
    """A store whose people act at once: each HSM is activated, and each identity may encrypt with its keys."""

    def add(self, row: Row, *names: Any, **more: Any) -> None:
        super().add(row, *names, **more)
        if row.type not in (hsm.HSM, hsm.IDENTITY):
            return
        for each in self.by_type(hsm.PACKAGE, hsm.HSM):
            name = each.id.rpartition("/")[2]
            acts.activate_hsm(self, name)
            for identity in self.by_type(hsm.PACKAGE, hsm.IDENTITY):
                acts.grant_hsm(self, name, identity.id)


def test_what_each_hsm_tells_is_kept_in_a_locked_account_of_its_own_location(tmp_path: Path):
    law, azure = zone_with(HOME, SECOND, keys="managed-hsm"), azure_at(tmp_path)
    azure.store = Attended(tmp_path)
    made, _ = built(tmp_path, law, azure, azureHsmAdministrators=ADMINISTRATORS, hsmPhase="granted")
    places = {each.inputs["accountName"]: each.inputs["location"] for each in made.of(ACCOUNT)}
    kept = {
        each.name: each.inputs
        for each in made.of("azure-native:monitor:DiagnosticSetting")
        if "/managedHSMs/" in each.inputs["resourceUri"]
    }
    assert set(kept) == {"eu-keys", f"eu-keys-{SECOND}"}
    for name, place in (("eu-keys", HOME), (f"eu-keys-{SECOND}", SECOND)):
        account = kept[name]["storageAccountId"].rpartition("/")[2]
        assert places[account] == place
        [policy] = [
            each.inputs
            for each in made.of(POLICY)
            if (each.inputs["accountName"], each.inputs["containerName"]) == (account, "insights-logs-auditevent")
        ]
        assert policy["allowProtectedAppendWritesAll"] is True
    # nothing else writes into such a container
    assert len([each for each in made.of(POLICY) if each.inputs["containerName"] == "insights-logs-auditevent"]) == 2


def test_with_a_managed_hsm_nothing_is_encrypted_before_its_key_can_be_used(tmp_path: Path):
    law = zone_with(HOME, keys="managed-hsm")
    made, zone = built(tmp_path, law, azureHsmAdministrators=ADMINISTRATORS, hsmPhase="create")
    assert made.of("azure-native:keyvault:ManagedHsm")
    for type_ in (ACCOUNT, "azure-native:compute:DiskEncryptionSet", "azure-native:keyvault:Vault"):
        assert not made.of(type_)
    assert (zone.records, zone.audit.log_records) == (None, None)
    kinds = {
        each.inputs["privateLinkServiceConnections"][0]["groupIds"][0]
        for each in made.of("azure-native:network:PrivateEndpoint")
    }
    assert "managedhsm" in kinds, "people reach the HSM through the zone's network"


def test_with_nothing_under_lock_there_is_no_output_that_tells_of_locks(tmp_path: Path):
    law, target = zone_with(HOME, keys="managed-hsm"), deployed(azureHsmAdministrators=ADMINISTRATORS)

    def make() -> dict[str, Any]:
        args = ResidencyZoneArgs(
            zone=law,
            deployment=target,
            providers=ZoneProviders(law, target),
            parents=Parents(azure_management_group_id="Sovereignty"),
        )
        return dict(ResidencyZone("eu", args).outputs)

    _, outputs = build(make, azure_at(tmp_path))
    assert HOME in outputs["azureHsmNextSteps"]
    for absent in ("azureImmutabilityStates", "azureLockCommands", "azureRecordsAccount", "azureKeyUri"):
        assert absent not in outputs
