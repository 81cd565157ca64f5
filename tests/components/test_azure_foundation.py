"""What a tenant's foundation asks for: its groups, its settings where they are asked for, and a watch that tells."""

from __future__ import annotations

from typing import Any

import pytest
from built import Recorder, build

from components.azure.foundation import TenantFoundation, TenantFoundationArgs
from components.azure.tenant_watch import TenantWatch, TenantWatchArgs
from sovereignty.errors import InputError

pytestmark = pytest.mark.engine

TENANT = "6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b"
GROUP = "azure-native:management:ManagementGroup"
SETTING = "azure-native:management:HierarchySetting"
RULE = "azure-native:monitor:ScheduledQueryRule"


def founded(**arguments: Any) -> Recorder:
    args = TenantFoundationArgs(**{"tenant_id": TENANT, **arguments})
    return build(lambda: TenantFoundation("tenant", args))[0]


def watched(**arguments: Any) -> Recorder:
    given = {
        "management_group_id": "Sovereignty",
        "subscribers": ["security@example.com", "https://alarms.example.com/azure"],
        "location": "West Europe",
        "group_log": True,
        **arguments,
    }
    return build(lambda: TenantWatch("watch", TenantWatchArgs(**given)))[0]


def test_the_groups_hang_below_the_roots_and_the_tenants_settings_are_left_alone():
    made = founded()
    top, sandbox = made.of(GROUP)
    assert top.inputs["groupId"] == "Sovereignty" and "details" not in top.inputs
    assert sandbox.inputs["details"]["parent"]["id"] == "Sovereignty-id"
    assert sandbox.hooks, "a new parent is not known everywhere at once"
    assert not made.of(SETTING)


def test_a_new_subscription_stands_where_nothing_can_be_made_before_the_tenant_sends_it_there():
    made = founded(tenant_id=TENANT.upper(), hierarchy_settings=True)
    setting = made.the(SETTING)
    assert setting.inputs == {
        "groupId": TENANT,
        "requireAuthorizationForGroupCreation": True,
        "defaultManagementGroup": "Sovereignty-Unplaced-id",
    }
    assert any("PolicyAssignment" in urn for urn in setting.dependencies)
    assignment = made.the("azure-native:authorization:PolicyAssignment")
    assert assignment.inputs["scope"] == "Sovereignty-Unplaced-id"
    assert assignment.inputs["policyDefinitionId"] == "tenant-unplaced-id"
    assert assignment.hooks
    assert len(assignment.inputs["policyAssignmentName"]) <= 24


def test_a_tenant_that_is_no_guid_is_told():
    with pytest.raises(InputError, match=r"^TenantFoundationArgs\.tenant_id: This is not a GUID"):
        founded(tenant_id="contoso.onmicrosoft.com")


def test_what_is_changed_above_the_zones_is_told_from_a_workspace_that_stays():
    made = watched()
    workspace = made.the("azure-native:operationalinsights:Workspace")
    assert workspace.protect and workspace.inputs["location"] == "westeurope"
    assert workspace.inputs["features"] == {"disableLocalAuth": True}
    sent = made.the("azure-native:monitor:ManagementGroupDiagnosticSetting").inputs
    assert (sent["managementGroupId"], sent["workspaceId"]) == ("Sovereignty", "watch-id")
    told = made.the("azure-native:monitor:ActionGroup").inputs
    assert [each["emailAddress"] for each in told["emailReceivers"]] == ["security@example.com"]
    assert [each["serviceUri"] for each in told["webhookReceivers"]] == ["https://alarms.example.com/azure"]
    rules = {each.inputs["ruleName"].removeprefix("sovereign-foundation-"): each.inputs for each in made.of(RULE)}
    assert rules.keys() == {"place-in-tenant", "policy", "roles-at-management-group", "logs"}
    assert all(rule["actions"]["actionGroups"] == ["watch-id"] for rule in rules.values())
    assert (
        "Microsoft.Management/managementGroups/settings/" in rules["place-in-tenant"]["criteria"]["allOf"][0]["query"]
    )
    assert not made.of("azure-native:aadiam:DiagnosticSetting")


def test_with_the_directorys_logs_elevated_access_is_told():
    made = watched(group_log=False, entra_logs=True)
    assert not made.of("azure-native:monitor:ManagementGroupDiagnosticSetting"), "it carries what zones do along"
    assert made.the("azure-native:aadiam:DiagnosticSetting").inputs["workspaceId"] == "watch-id"
    rule = made.the(RULE).inputs
    assert "elevated their access" in rule["criteria"]["allOf"][0]["query"]
    assert rule["severity"] == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"group_log": False}, "group_log: No log is asked for"),
        ({"subscribers": []}, "subscribers: There is none"),
        ({"subscribers": ["security@example.com", "http://x"]}, r"subscribers\[1\]: This is neither"),
        ({"location": "eu-central-1"}, "location: This is no location of Azure"),
    ],
)
def test_a_wrong_argument_of_the_watch_is_told(arguments: dict[str, Any], told: str):
    with pytest.raises(InputError, match=rf"^TenantWatchArgs\.{told}"):
        watched(**arguments)
