"""The EU zone's place in a tenant whose platform team collects the logs, and a group that is exempt for now."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pulumi
from pulumi_azure_native import Provider

from components.azure.exemption import ZoneExemption, ZoneExemptionArgs
from components.azure.management_group import ZoneManagementGroup, ZoneManagementGroupArgs
from components.azure.subscription import ZoneSubscription, ZoneSubscriptionArgs
from components.mistakes import told
from components.tagging import tagged
from sovereignty import deployment, zone

with told():
    eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
    landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")
    [subscription] = landed.azure_subscriptions
    provider = Provider(
        "eu",
        subscription_id=subscription,
        tenant_id=landed.azure_tenant_id,
        location="germanywestcentral",
        environment="public",
    )
    there = pulumi.ResourceOptions(providers=[provider], transforms=[tagged(eu.tags())])

    group = ZoneManagementGroup(
        "eu", ZoneManagementGroupArgs(zone=eu, deployment=landed, parent_id="sovereignty"), there
    )
    workload = ZoneSubscriptionArgs(zone=eu, deployment=landed, management_group_id=group.bound_group_id)
    placed = ZoneSubscription("workload", workload, there)

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
