"""Who is told of the calls on Azure that no policy refuses, and that could undo what a zone holds."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.azure.arguments import given, location_of, resource_id
from components.azure.log_alarm import LogAlarm
from components.azure.log_export import ACTION_GROUP
from components.azure.resource_logs import WORKSPACE
from sovereignty import azure_names
from sovereignty.compile import log_queries
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone


@dataclass(frozen=True, kw_only=True)
class ActivityAlertsArgs:
    """What the alarms over a zone's activity log need to know."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    workspace_id: pulumi.Input[str]
    """Where the activity log is: that of each subscription, and of the zone's management group."""
    alarm_group_id: pulumi.Input[str]
    """ARM id of an `AlarmGroup`."""
    location: str | None = None
    """That of the workspace, a location of the zone; None: its home."""


class ActivityAlerts(pulumi.ComponentResource):
    """Alarms over the workspace, one for each kind of call that is worth one, each told by who, what and where.

    Roles at management groups; policies, assignments and exemptions; subscriptions that move; logs that are stopped,
    and the zone's own that are changed; keys that are deleted or purged; managed HSMs; retention policies and legal
    holds; locks; the perimeter; disks exported and accounts that fail over, which no policy sees; rights for another
    tenant; a Global Administrator who takes all subscriptions; roles within an HSM, where the zone has one; and the
    break-glass role, where the zone names one. What could blind the workspace is told by a rule over each activity log
    itself as well (`ActivityLogWatch`). The calls stand in facts/azure_logs.yaml.

    Features: alarms.
    Outputs: `names` (of the rules).
    Cost: a rule every ten minutes about 1 USD a month, and a little more for each caller that it tells apart.
    Traps: a record comes 3 to 20 minutes after the call, and a rule looks every ten: half an hour may pass. A
    record may be told twice, and is where a management group sends it as well. A deployment of the zone that
    changes its policies or alarms is told too, and is known by who did it. What is done at groups above the zone's,
    or at the tenant's root, is in none of these logs: that is the foundation's (`TenantWatch`). Elevated access and
    the break-glass role are found in Entra ID's audit log, which only the tenant's administrator can send to the
    workspace; roles within an HSM in its log (`ResourceLogs`). How PIM and an HSM name these calls could not be
    read: try them once. A rule's query is stored under Microsoft's key, since a linked account would have to take
    shared keys: the zone's policy on that only audits, and the queries are those that this repository shows. The
    names of callers and resources go into mail.
    Source: Azure Monitor, "Activity log", "Create or edit a log search alert rule", "Use customer-managed storage
    accounts"; Azure RBAC, "Elevate access".
    """

    names: pulumi.Output[list[str]]

    def __init__(self, name: str, args: ActivityAlertsArgs, opts: pulumi.ResourceOptions | None = None):
        where = "ActivityAlertsArgs"
        given(args.resource_group_name, f"{where}.resource_group_name")
        location = location_of(args.zone, args.location, f"{where}.location")
        resource_id(args.workspace_id, f"{where}.workspace_id", WORKSPACE)
        resource_id(args.alarm_group_id, f"{where}.alarm_group_id", ACTION_GROUP)
        super().__init__("sovereign-zones:index:ActivityAlerts", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        alarm = LogAlarm(
            resource_group_name=args.resource_group_name,
            location=location,
            workspace_id=args.workspace_id,
            alarm_group_id=args.alarm_group_id,
        )
        names = []
        for watch, query in log_queries.all_watches(args.zone):
            called = azure_names.own(args.zone, f"watch-{watch.name}")
            alarm.tell(
                f"{name}-{watch.name}", called, f"Zone {args.zone.zone}: {watch.says}", query, watch.severity, child
            )
            names.append(called)
        self.names = pulumi.Output.from_input(names)
        self.register_outputs({"names": self.names})
