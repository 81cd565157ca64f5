"""A dedicated cluster is for a workspace that Sentinel doesn't look at yet: the engine refuses one that comes later."""

from __future__ import annotations

import pytest
import yaml
from on_engine import NO_DEFAULT_PROVIDERS, ROOT, Project, Ran

pytestmark = pytest.mark.heavy

PROGRAM = f"""
    from pathlib import Path

    import pulumi
    import pulumi_azure_native as azure
    from pulumi_azure_native import resources

    from components.azure.workspace import AuditWorkspace, AuditWorkspaceArgs
    from sovereignty import deployment, zone

    law = zone.load("eu", Path("{ROOT}/zones"))
    target = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.dev.yaml")
    [subscription] = target.azure_subscriptions
    provider = azure.Provider(
        "zone", subscription_id=subscription, tenant_id=target.azure_tenant_id, location=law.azure.home)
    here = pulumi.ResourceOptions(providers=[provider])
    called = pulumi.Config("test").require("group")
    group = resources.ResourceGroup("logs", resource_group_name=called, location=law.azure.home, opts=here)
    args = AuditWorkspaceArgs(
        zone=law,
        deployment=target,
        resource_group_name=group.name,
        key_store_uri="https://eu-vault.vault.azure.net/",
        key_name="eu",
        identity_id=f"/subscriptions/{{subscription}}/resourceGroups/zone/providers/Microsoft.ManagedIdentity"
        "/userAssignedIdentities/eu",
        tables=["AzureActivity"],
    )
    pulumi.export("id", AuditWorkspace("audit", args, here).workspace_id)
"""
CONFIG = {
    **NO_DEFAULT_PROVIDERS,
    "sovereign-zones:zone": "eu",
    "sovereign-zones:azureTenantId": "6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b",
    "sovereign-zones:azureSubscriptions": ["0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"],
}
CLUSTER = "azure-native:operationalinsights:Cluster"
ONBOARDED = "azure-native:securityinsights:SentinelOnboardingState"


def run(project: Project, command: str, *, cluster: bool) -> Ran:
    settings = project.folder / "Pulumi.dev.yaml"
    document = yaml.safe_load(settings.read_text())
    document["config"]["sovereign-zones:azureLogCluster"] = cluster
    settings.write_text(yaml.safe_dump(document))
    return project.pulumi(command, "--stack", "dev", *(["--yes", "--skip-preview"] if command == "up" else []))


def made(project: Project, kind: str) -> list[dict]:
    return [each for each in project.every_resource() if each["type"] == kind]


def test_a_cluster_that_comes_after_sentinel_is_refused_by_the_preview(project):
    audit = project(PROGRAM, CONFIG | {"test:group": "first"})
    first = run(audit, "up", cluster=False)
    assert first.code == 0, first.output
    later = run(audit, "preview", cluster=True)
    assert later.code != 0
    assert "SentinelOnboardingState" in later
    assert "marked for protection" in later, later.output
    assert not made(audit, CLUSTER)


def test_a_cluster_that_is_there_from_the_start_has_the_zones_key_in_sentinel_too(project):
    audit = project(PROGRAM, CONFIG | {"test:group": "second"})
    first = run(audit, "up", cluster=True)
    assert first.code == 0, first.output
    [onboarded] = made(audit, ONBOARDED)
    assert onboarded["inputs"]["customerManagedKey"] is True
    [cluster] = made(audit, CLUSTER)
    assert cluster["protect"] is True
    again = run(audit, "preview", cluster=True)
    assert again.code == 0, again.output
    assert "unchanged" in again, again.output
    assert "to update" not in again, again.output
