from typing import Any

import pytest
from built import Recorder, build, declared, deployed

from components.azure.activity_alerts import ActivityAlerts, ActivityAlertsArgs
from components.azure.activity_log import ActivityLog, ActivityLogArgs, ManagementGroupLog, ManagementGroupLogArgs
from components.azure.alarms import AlarmGroup, AlarmGroupArgs, group_location
from components.azure.log_export import LockedLogExport, LockedLogExportArgs, containers
from components.azure.resource_logs import ResourceLogs, ResourceLogsArgs
from components.azure.workspace import AuditWorkspace, AuditWorkspaceArgs
from sovereignty.errors import InputError
from sovereignty.facts import azure_logs
from sovereignty.footprint import AzureFootprint

pytestmark = pytest.mark.engine

GROUP = "/subscriptions/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d/resourceGroups/sovereign-eu/providers"
WORKSPACE = f"{GROUP}/Microsoft.OperationalInsights/workspaces/sovereign-eu-audit"
ACCOUNT = f"{GROUP}/Microsoft.Storage/storageAccounts/euaudit0a1b2c3d"
ALARMS = f"{GROUP}/Microsoft.Insights/actionGroups/sovereign-eu-alarms"
IDENTITY = f"{GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities/sovereign-eu-key"
KEY = {"key_store_uri": "https://eu.vault.azure.net/", "key_name": "sovereign-eu-key", "identity_id": IDENTITY}
TABLE = "azure-native:operationalinsights:Table"
ONBOARDED = "azure-native:securityinsights:SentinelOnboardingState"
RULE = "azure-native:monitor:ScheduledQueryRule"


def zone_part(**more: Any) -> dict[str, Any]:
    return {"zone": declared(), "deployment": deployed(), "resource_group_name": "sovereign-eu", **more}


def workspace(**more: Any) -> tuple[Recorder, dict[str, Any]]:
    def make() -> dict[str, Any]:
        made = AuditWorkspace("audit", AuditWorkspaceArgs(**zone_part(**more)))
        return {"id": made.workspace_id, "name": made.name, "customer": made.customer_id}

    answer: Any = {"customerId": "7a0d7e0a-7a3c-4b0e-9f57-3f4f7f1d2c3b"}
    # asked for as a list, answered as a map
    identity: Any = {"identity": {"type": "UserAssigned", "userAssignedIdentities": {}}}
    return build(
        make,
        **{
            "azure-native:operationalinsights:Workspace": answer,
            "azure-native:operationalinsights:Cluster": identity,
        },
    )


def export(**more: Any) -> Recorder:
    given = {"workspace_id": WORKSPACE, "workspace_name": "w", "storage_account_id": ACCOUNT, "alarm_group_id": ALARMS}
    return build(lambda: LockedLogExport("archive", LockedLogExportArgs(**zone_part(**{**given, **more}))))[0]


def alerts(**more: Any) -> Recorder:
    given = {"workspace_id": WORKSPACE, "alarm_group_id": ALARMS}
    return build(lambda: ActivityAlerts("activity", ActivityAlertsArgs(**zone_part(**{**given, **more}))))[0]


def alarm_group(**more: Any) -> Recorder:
    return build(lambda: AlarmGroup("alarms", AlarmGroupArgs(**zone_part(**more))))[0]


@pytest.fixture(scope="module")
def made() -> Recorder:
    return workspace()[0]


@pytest.fixture(scope="module")
def clustered() -> Recorder:
    return workspace(cluster=True, **KEY)[0]


def test_the_workspace_takes_no_shared_key_and_no_network_reaches_it(made: Recorder):
    inputs = made.the("azure-native:operationalinsights:Workspace").inputs
    assert (inputs["workspaceName"], inputs["location"]) == ("sovereign-eu-audit", "germanywestcentral")
    assert inputs["features"] == {"disableLocalAuth": True, "enableLogAccessUsingOnlyResourcePermissions": True}
    closed = (inputs["publicNetworkAccessForIngestion"], inputs["publicNetworkAccessForQuery"])
    assert closed == ("Disabled", "Disabled")
    assert inputs["forceCmkForQuery"] is True
    assert "workspaceCapping" not in inputs


def test_all_of_it_is_protected_and_bears_no_tag_of_its_own(made: Recorder, clustered: Recorder):
    for recorder in (made, clustered):
        parts = [each for each in recorder.seen if each.type.startswith("azure-native:")]
        assert all(each.protect for each in parts)
        assert not any("tags" in each.inputs for each in parts)


def test_records_are_kept_for_the_zones_retention_and_can_be_searched_at_once_for_a_year(made: Recorder):
    tables = {each.inputs["tableName"]: each.inputs for each in made.of(TABLE)}
    assert set(tables) == set(azure_logs.kept_tables())
    for inputs in tables.values():
        assert (inputs["retentionInDays"], inputs["totalRetentionInDays"]) == (365, 2556)


@pytest.mark.parametrize(("years", "days"), [(1, 400), (2, 730), (3, 1095), (12, 4383), (30, 4383)])
def test_a_retention_is_one_that_azure_has(years: int, days: int):
    held = declared(retention={"mode": "COMPLIANCE", "years": years})
    recorder, _ = workspace(zone=held, searchable_days=400)
    assert {each.inputs["totalRetentionInDays"] for each in recorder.of(TABLE)} == {days}


def test_who_searches_is_recorded_in_the_workspace_itself(made: Recorder):
    setting = made.the("azure-native:monitor:DiagnosticSetting").inputs
    assert setting["resourceUri"] == setting["workspaceId"]
    assert setting["logs"] == [{"category": "Audit", "enabled": True}]


def test_sentinel_is_onboarded_unless_it_is_managed_elsewhere_or_not_wanted(made: Recorder):
    assert made.the(ONBOARDED).inputs["customerManagedKey"] is False
    elsewhere = workspace(deployment=deployed(azureManagedElsewhere=["sentinel"]))[0]
    assert not elsewhere.of(ONBOARDED)
    assert not workspace(sentinel=False)[0].of(ONBOARDED)


def test_a_cluster_is_encrypted_twice_with_the_zones_key_and_linked_before_sentinel_is_onboarded(clustered: Recorder):
    cluster = clustered.the("azure-native:operationalinsights:Cluster").inputs
    assert clustered.the("azure-native:operationalinsights:Cluster").hooks == ("audit-cluster-until-the-key-opens",)
    assert cluster["isDoubleEncryptionEnabled"] is True
    assert cluster["sku"] == {"name": "CapacityReservation", "capacity": 100}
    assert cluster["identity"] == {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY]}
    assert cluster["keyVaultProperties"] == {
        "keyVaultUri": "https://eu.vault.azure.net/",
        "keyName": "sovereign-eu-key",
        "keyVersion": "",
    }
    link = clustered.the("azure-native:operationalinsights:LinkedService")
    assert link.inputs["linkedServiceName"] == "Cluster"
    onboarded = clustered.the(ONBOARDED)
    assert onboarded.inputs["customerManagedKey"] is True
    assert any("LinkedService" in urn for urn in onboarded.dependencies)


def test_the_stack_file_asks_for_a_cluster_where_the_argument_is_silent():
    landed = deployed(azureLogCluster=True)
    assert workspace(deployment=landed, **KEY)[0].of("azure-native:operationalinsights:Cluster")
    assert not workspace(deployment=landed, cluster=False)[0].of("azure-native:operationalinsights:Cluster")
    with pytest.raises(InputError) as told:
        workspace(deployment=landed)
    assert told.value.problems[0].where == "AuditWorkspaceArgs.identity_id"
    assert "sovereign-zones:azureLogCluster" in told.value.problems[0].found


def test_a_location_counts_in_any_spelling():
    recorder, _ = workspace(location="West Europe", public_queries=True)
    inputs = recorder.the("azure-native:operationalinsights:Workspace").inputs
    assert (inputs["location"], inputs["publicNetworkAccessForQuery"]) == ("westeurope", "Enabled")
    rules = alerts(location="West Europe").of(RULE)
    assert {each.inputs["location"] for each in rules} == {"westeurope"}


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"resource_group_name": ""}, "resource_group_name"),
        ({"location": "East US"}, "location"),
        ({"subscription": "11111111-2222-4333-8444-555555555555"}, "subscription"),
        ({"searchable_days": 29}, "searchable_days"),
        ({"searchable_days": 731}, "searchable_days"),
        ({"tables": ["AzureActivity", "AzureActivity"]}, "tables[1]"),
        ({"tables": ["AzureDiagnostics"]}, "tables[0]"),
        ({"cluster": True, **KEY, "key_name": None}, "key_name"),
        ({"cluster": True, **KEY, "key_store_uri": ""}, "key_store_uri"),
        ({"cluster": True, **KEY, "identity_id": ACCOUNT}, "identity_id"),
        ({"cluster": True, **KEY, "cluster_gb_per_day": 50}, "cluster_gb_per_day"),
    ],
)
def test_bad_arguments_of_a_workspace_are_told_before_anything_is_made(more: dict[str, Any], where: str):
    with pytest.raises(InputError) as told:
        workspace(**more)
    [problem] = told.value.problems
    assert problem.where == f"AuditWorkspaceArgs.{where}"


def test_a_location_without_sentinel_is_told_with_those_of_the_zone_that_have_it():
    held = declared().model_copy(update={"azure": _footprint()})
    with pytest.raises(InputError) as told:
        workspace(zone=held)
    [problem] = told.value.problems
    assert problem.where == "AuditWorkspaceArgs.location"
    assert "Microsoft Sentinel (as of" in problem.found
    assert "centralindia" in problem.right


def _footprint() -> AzureFootprint:
    return AzureFootprint(cloud="public", home="southindia", regions=("southindia", "centralindia"))


def test_the_export_writes_tables_into_containers_that_can_be_made_beforehand():
    recorder = export()
    rule = recorder.the("azure-native:operationalinsights:DataExport")
    assert rule.protect
    assert rule.inputs["resourceId"] == ACCOUNT
    assert rule.inputs["tableNames"] == list(azure_logs.exported_tables())
    assert containers(["AzureActivity", "SigninLogs"]) == ["am-azureactivity", "am-signinlogs"]
    assert len(containers()) == len(azure_logs.exported_tables())


def test_every_request_to_the_locked_account_is_recorded():
    setting = export().the("azure-native:monitor:DiagnosticSetting").inputs
    assert setting["resourceUri"] == f"{ACCOUNT}/blobServices/default"
    assert [each["category"] for each in setting["logs"]] == ["StorageRead", "StorageWrite", "StorageDelete"]
    assert setting["logAnalyticsDestinationType"] == "Dedicated"


def test_people_are_told_when_the_export_fails_when_it_stalls_and_when_records_are_lost():
    recorder = export()
    metric = recorder.the("azure-native:monitor:MetricAlert").inputs
    [criterion] = metric["criteria"]["allOf"]
    assert criterion["metricName"] == "Export Failures"
    assert (metric["scopes"], metric["location"]) == ([WORKSPACE], "global")
    assert metric["actions"] == [{"actionGroupId": ALARMS}]
    stalled = recorder.the(RULE, "archive-stalled").inputs
    assert (stalled["evaluationFrequency"], stalled["windowSize"]) == ("PT1H", "PT6H")
    [condition] = stalled["criteria"]["allOf"]
    assert '"euaudit0a1b2c3d"' in condition["query"]
    assert "dimensions" not in condition
    lost = recorder.the(RULE, "archive-lost").inputs
    assert lost["criteria"]["allOf"][0]["query"].startswith("_LogOperation")
    assert {each.inputs["location"] for each in recorder.of(RULE)} == {"germanywestcentral"}


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"resource_group_name": ""}, "resource_group_name"),
        ({"tables": []}, "tables"),
        ({"tables": ["AzureActivity", "StorageBlobLogs"]}, "tables[1]"),
        ({"tables": ["AzureDiagnostics"]}, "tables[0]"),
        ({"tables": ["Orders_CL"]}, "tables[0]"),
        ({"tables": ["AuditLogs", "AuditLogs"]}, "tables[1]"),
        ({"location": "UK South"}, "location"),
        ({"workspace_id": ACCOUNT}, "workspace_id"),
        ({"workspace_name": ""}, "workspace_name"),
        ({"storage_account_id": WORKSPACE}, "storage_account_id"),
        ({"alarm_group_id": "alarms"}, "alarm_group_id"),
    ],
)
def test_bad_arguments_of_an_export_are_told_before_anything_is_made(more: dict[str, Any], where: str):
    with pytest.raises(InputError) as told:
        export(**more)
    [problem] = told.value.problems
    assert problem.where == f"LockedLogExportArgs.{where}"


def test_all_of_a_subscriptions_activity_log_goes_to_the_workspace_and_to_the_account_that_is_given():
    args = ActivityLogArgs(zone=declared(), deployment=deployed(), workspace_id=WORKSPACE, storage_account_id=ACCOUNT)
    recorder, _ = build(lambda: ActivityLog("activity", args))
    setting = recorder.the("azure-native:monitor:SubscriptionDiagnosticSetting").inputs
    assert (setting["name"], setting["storageAccountId"]) == ("sovereign-eu-logs", ACCOUNT)
    assert {each["category"] for each in setting["logs"]} == set(azure_logs.categories("subscription"))
    assert all(each["enabled"] for each in setting["logs"])


def test_a_management_groups_log_waits_until_azure_knows_the_group():
    args = ManagementGroupLogArgs(
        zone=declared(), deployment=deployed(), management_group_id="sovereign-eu", workspace_id=WORKSPACE
    )
    recorder, _ = build(lambda: ManagementGroupLog("zone", args))
    setting = recorder.the("azure-native:monitor:ManagementGroupDiagnosticSetting")
    assert [each["category"] for each in setting.inputs["logs"]] == ["Administrative", "Policy"]
    assert setting.hooks == ("zone-log-until-the-group-is-known",)


@pytest.mark.parametrize(("everything", "group"), [(False, "audit"), (True, "allLogs")])
def test_a_resource_tells_what_an_auditor_asks_for_into_tables_of_its_own(everything: bool, group: str):
    vault = f"{GROUP}/Microsoft.KeyVault/vaults/eu-vault"
    args = ResourceLogsArgs(
        zone=declared(), deployment=deployed(), resource_id=vault, workspace_id=WORKSPACE, everything=everything
    )
    recorder, _ = build(lambda: ResourceLogs("vault", args))
    setting = recorder.the("azure-native:monitor:DiagnosticSetting").inputs
    assert setting["logs"] == [{"categoryGroup": group, "enabled": True}]
    assert (setting["resourceUri"], setting["logAnalyticsDestinationType"]) == (vault, "Dedicated")


@pytest.mark.parametrize(
    ("make", "where"),
    [
        (lambda: ActivityLogArgs(zone=declared(), deployment=deployed(), workspace_id="w"), "ActivityLogArgs"),
        (
            lambda: ManagementGroupLogArgs(
                zone=declared(), deployment=deployed(), management_group_id="g", workspace_id="w"
            ),
            "ManagementGroupLogArgs",
        ),
        (
            lambda: ResourceLogsArgs(zone=declared(), deployment=deployed(), resource_id=ACCOUNT, workspace_id="w"),
            "ResourceLogsArgs",
        ),
    ],
)
def test_a_workspace_that_is_none_is_told_before_anything_is_made(make: Any, where: str):
    classes = {
        "ActivityLogArgs": ActivityLog,
        "ManagementGroupLogArgs": ManagementGroupLog,
        "ResourceLogsArgs": ResourceLogs,
    }
    with pytest.raises(InputError) as told:
        build(lambda: classes[where]("it", make()))
    assert told.value.problems[0].where == f"{where}.workspace_id"


def test_the_alarm_group_tells_the_deployments_subscribers_and_no_others():
    subscribers = ["security@example.com", "https://alarms.example.com/azure"]
    group = alarm_group(deployment=deployed(azureAlarmSubscribers=subscribers)).the("azure-native:monitor:ActionGroup")
    [mail], [call] = group.inputs["emailReceivers"], group.inputs["webhookReceivers"]
    assert (mail["emailAddress"], call["serviceUri"]) == tuple(subscribers)
    assert mail["useCommonAlertSchema"] and call["useCommonAlertSchema"]
    assert "example" not in mail["name"] + call["name"]
    assert group.inputs["actionGroupName"] == "sovereign-eu-alarms"
    assert len(group.inputs["groupShortName"]) <= azure_logs.action_group("short_name")


def test_the_alarm_group_stays_in_the_zone_where_azure_can_keep_it_there():
    assert alarm_group(location="West Europe").the("azure-native:monitor:ActionGroup").inputs["location"] == (
        "germanywestcentral"
    )
    government = declared().model_copy(update={"azure": _government()})
    assert group_location(government, "usgovvirginia") == "global"


def _government() -> AzureFootprint:
    return AzureFootprint(cloud="usgovernment", home="usgovvirginia", regions=("usgovvirginia", "usgovarizona"))


def test_more_addresses_than_a_group_takes_are_told():
    many = [f"https://alarms.example.com/{number}" for number in range(11)]
    with pytest.raises(InputError) as told:
        alarm_group(deployment=deployed(azureAlarmSubscribers=many))
    assert told.value.problems[0].where == "Pulumi.eu.yaml: sovereign-zones:azureAlarmSubscribers"


def test_each_watch_is_a_rule_in_the_workspaces_location_that_tells_who_what_and_where():
    recorder = alerts()
    rules = recorder.of(RULE)
    assert len(rules) == len(azure_logs.watches()) + 1  # elevated access
    for rule in rules:
        assert rule.inputs["scopes"] == [WORKSPACE]
        assert rule.inputs["actions"] == {"actionGroups": [ALARMS]}
        assert rule.inputs["autoMitigate"] is False
        [condition] = rule.inputs["criteria"]["allOf"]
        assert [each["name"] for each in condition["dimensions"]] == ["Caller", "Operation", "Scope"]
        assert (condition["operator"], condition["threshold"]) == ("GreaterThan", 0)


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"resource_group_name": ""}, "resource_group_name"),
        ({"workspace_id": ALARMS}, "workspace_id"),
        ({"alarm_group_id": WORKSPACE}, "alarm_group_id"),
        ({"location": "eastus"}, "location"),
    ],
)
def test_bad_arguments_of_alerts_are_told_before_anything_is_made(more: dict[str, Any], where: str):
    with pytest.raises(InputError) as told:
        alerts(**more)
    assert told.value.problems[0].where == f"ActivityAlertsArgs.{where}"
