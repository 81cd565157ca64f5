"""A subscription that comes into the zone streams its activity log to the zone's workspace, whoever made it.

Those of the stack have a diagnostic setting of their own (components/azure/activity_log.py): the policy finds it and
does nothing. The built-in for this (2465583e) is not assigned, for two reasons: its deployment always runs in
northeurope, which is outside of most zones; and it takes Log Analytics Contributor for its identity, who may write
extensions of machines and read keys of storage accounts. One setting needs Monitoring Contributor alone.
Source: Azure/azure-policy, Monitoring (2465583e, version 1.0.0); Azure Policy, "effect-deploy-if-not-exists"; Azure
built-in roles, "Monitor".
"""

from __future__ import annotations

from collections.abc import Iterator

from sovereignty.compile.azure.language import Condition, Definition, all_of, equals, of_type
from sovereignty.compile.azure.scope import Scope
from sovereignty.facts import azure_logs

CONTROL = "audit.activity-log"
MONITORING_CONTRIBUTOR = "/providers/Microsoft.Authorization/roleDefinitions/749f88d5-cbae-40b8-bcfc-e573ddc772fa"
EVIDENCE = ("Administrative", "Policy", "Security")
"""Who did what to the zone's resources and its policies: without one of these a setting does not count."""
_API_VERSION = "2017-05-01-preview"
"""As the built-in writes it, and Azure's own templates for Azure Government (Azure/missionlz)."""
_SETTINGS = "Microsoft.Insights/diagnosticSettings"
_SCHEMA = "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#"


def definitions(scope: Scope) -> Iterator[Definition]:
    """None where somebody else collects the logs."""
    if scope.workspace_id is None:
        return
    yield Definition(
        name="zone-activity-log",
        control=CONTROL,
        title="A subscription streams its activity log to the zone",
        message="A remediation task makes the diagnostic setting. It is made by itself for a subscription that is new.",
        when=of_type("Microsoft.Resources/subscriptions"),
        effect="DeployIfNotExists",
        details={
            "type": _SETTINGS,
            "existenceScope": "Subscription",
            "existenceCondition": _streams_to(scope.workspace_id),
            "roleDefinitionIds": [MONITORING_CONTRIBUTOR],
            "deploymentScope": "Subscription",
            "deployment": {"location": scope.home, "properties": _deployment(scope, scope.workspace_id)},
        },
    )


def _streams_to(workspace_id: str) -> Condition:
    logs = f"{_SETTINGS}/logs[*]"
    enabled = equals(f"{logs}.enabled", True)
    named = {"field": f"{logs}.category", "in": list(EVIDENCE)}
    return all_of(
        equals(f"{_SETTINGS}/workspaceId", workspace_id),
        {"count": {"field": logs, "where": all_of(enabled, named)}, "greaterOrEquals": len(EVIDENCE)},
    )


def _deployment(scope: Scope, workspace_id: str) -> Condition:
    # called as the component calls the settings of the stack's own subscriptions, so that one can be imported
    return {
        "mode": "incremental",
        "template": {
            "$schema": _SCHEMA,
            "contentVersion": "1.0.0.0",
            "resources": [
                {
                    "type": _SETTINGS,
                    "apiVersion": _API_VERSION,
                    "name": f"sovereign-{scope.zone}-logs",
                    "properties": {
                        "workspaceId": workspace_id,
                        "logs": [
                            {"category": category, "enabled": True}
                            for category in azure_logs.categories("subscription")
                        ],
                    },
                }
            ],
        },
    }
