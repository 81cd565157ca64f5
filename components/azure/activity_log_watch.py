"""Who is told when a zone's records are stopped, by a rule that doesn't rest on these records."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import monitor

from components.azure.alarms import processed_in
from components.azure.arguments import given, resource_id, subscription_of
from components.azure.log_export import ACTION_GROUP
from sovereignty import azure_names
from sovereignty.compile.required import azure
from sovereignty.deployment import Deployment
from sovereignty.facts import azure_logs
from sovereignty.zone import Zone

REGIONAL = "activity-log-rule"
"""The capability of a location that processes such a rule in it (facts: azure_availability.yaml)."""


@dataclass(frozen=True, kw_only=True)
class ActivityLogWatchArgs:
    """What the watch over a subscription's activity log needs to know."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    """A group of the subscription that is watched."""
    alarm_group_id: pulumi.Input[str]
    """ARM id of an `AlarmGroup`, in this or another subscription."""
    subscription: str | None = None
    """The subscription of the provider, one of the zone's; None: the first."""


class ActivityLogWatch(pulumi.ComponentResource):
    """An alarm over one subscription's activity log itself, for the calls that could blind the zone's workspace.

    A diagnostic setting, an export, a workspace or an alarm that is deleted, and alarms that are muted (`blinds` in
    facts/azure_logs.yaml): `ActivityAlerts` tells of them as well, but only as long as records reach the workspace.
    Nobody can stop or change the activity log. Each subscription of the zone has its own, made with its provider.

    Features: alarms.
    Outputs: `names` (of the rules).
    Cost: none: alerts on the activity log are free.
    Traps: Azure takes no rule over another subscription than its own, so each needs a resource group for it; the action
    group may lie elsewhere. A rule is processed in westeurope or northeurope where the zone has one of them; else it is
    `global`, and who did what is processed in any geography (`azure.global-alarms`). A change to the rule itself is
    told by `ActivityAlerts`. What is done at a management group is in no subscription's log. The names of callers and
    resources go into mail.
    Source: Azure Monitor, "Create or edit an activity log, service health, or resource health alert rule" (Region);
    MicrosoftDocs/azure-docs, alerts-activity-log.md (the scope's subscription is the rule's), issue 7548 (action groups
    of other subscriptions).
    """

    names: pulumi.Output[list[str]]

    def __init__(self, name: str, args: ActivityLogWatchArgs, opts: pulumi.ResourceOptions | None = None):
        where, zone = "ActivityLogWatchArgs", args.zone
        given(args.resource_group_name, f"{where}.resource_group_name")
        subscription = subscription_of(args.deployment, args.subscription, f"{where}.subscription")
        resource_id(args.alarm_group_id, f"{where}.alarm_group_id", ACTION_GROUP)
        location = processed_in(zone, REGIONAL, azure(zone).home)
        super().__init__("sovereign-zones:index:ActivityLogWatch", name, None, opts)
        leaf, part = monitor.AlertRuleLeafConditionArgs, monitor.AlertRuleAnyOfOrLeafConditionArgs
        names = []
        for watch in azure_logs.watches():
            if not watch.blinds:
                continue
            called = azure_names.own(zone, f"activity-{watch.name}-{subscription}")
            monitor.ActivityLogAlert(
                f"{name}-{watch.name}",
                resource_group_name=args.resource_group_name,
                activity_log_alert_name=called,
                description=f"Zone {zone.zone}: {watch.says}",
                location=location,
                scopes=[f"/subscriptions/{subscription}"],
                enabled=True,
                condition=monitor.AlertRuleAllOfConditionArgs(
                    all_of=[
                        part(field="category", equals="Administrative"),
                        part(field="status", equals="Succeeded"),
                        part(any_of=[leaf(field="operationName", equals=each) for each in watch.calls]),
                    ]
                ),
                actions=monitor.ActionListArgs(
                    action_groups=[monitor.ActionGroupArgs(action_group_id=args.alarm_group_id)]
                ),
                opts=pulumi.ResourceOptions(parent=self),
            )
            names.append(called)
        self.names = pulumi.Output.from_input(names)
        self.register_outputs({"names": self.names})
