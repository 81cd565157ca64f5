"""The EU zone's place in a tenant; who changes its policies is told to its workspace; a group is exempt for now."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pulumi
from pulumi_azure_native import Provider, resources

from components.azure.activity_log import ManagementGroupLog, ManagementGroupLogArgs
from components.azure.exemption import ZoneExemption, ZoneExemptionArgs
from components.azure.management_group import ZoneManagementGroup, ZoneManagementGroupArgs
from components.azure.subscription import ZoneSubscription, ZoneSubscriptionArgs
from components.azure.workspace import AuditWorkspace, AuditWorkspaceArgs
from components.mistakes import told
from components.tagging import tagged
from sovereignty import azure_names, deployment, zone

HOME = "germanywestcentral"

with told():
    eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
    landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")
    [subscription] = landed.azure_subscriptions
    provider = Provider(
        "eu",
        subscription_id=subscription,
        tenant_id=landed.azure_tenant_id,
        location=HOME,
        environment="public",
    )
    there = pulumi.ResourceOptions(providers=[provider], transforms=[tagged(eu.tags())])

    group = ZoneManagementGroup(
        "eu", ZoneManagementGroupArgs(zone=eu, deployment=landed, parent_id="sovereignty"), there
    )
    workload = ZoneSubscriptionArgs(zone=eu, deployment=landed, management_group_id=group.bound_group_id)
    placed = ZoneSubscription("workload", workload, there)

    kept = pulumi.ResourceOptions.merge(there, pulumi.ResourceOptions(protect=True))
    called = azure_names.resource_group(eu, HOME)
    lies_in = resources.ResourceGroup("zone", resource_group_name=called, location=HOME, opts=kept).name
    searched = AuditWorkspaceArgs(zone=eu, deployment=landed, resource_group_name=lies_in)
    changes = ManagementGroupLogArgs(
        zone=eu,
        deployment=landed,
        management_group_id=group.group_id,
        workspace_id=AuditWorkspace("audit", searched, there).workspace_id,
    )
    pulumi.export("log", ManagementGroupLog("eu", changes, there).setting_id)

    # a program holds the day that was approved, such as "2026-12-31": an example is run on any day
    approved = (datetime.now(UTC) + timedelta(days=30)).date()
    exempt = ZoneExemptionArgs(
        zone=eu,
        deployment=landed,
        assignment_id=group.assignment_ids["zone-controls"],
        scope=placed.subscription_id.apply(lambda known: f"/subscriptions/{known}/resourceGroups/migration"),
        reference_ids=["storage-redundancy"],
        owner="storage team",
        approver="data protection officer",
        ticket="SEC-1042",
        reason="Accounts that are moved out of a location without zones keep their copies until they are empty.",
        expires=approved.isoformat(),
    )
    pulumi.export("exemption", ZoneExemption("migration", exempt, there).exemption_id)
    pulumi.export("assignments", group.assignment_ids)
    pulumi.export("sandbox", group.sandbox_group_id)
