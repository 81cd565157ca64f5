"""A zone's records on Azure under lock: out of the workspace, where they could be purged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import monitor, operationalinsights

from components.azure.arguments import given, location_of, resource_id
from components.azure.log_alarm import LogAlarm
from components.azure.resource_logs import ACCOUNT, RESOURCE_SPECIFIC, WORKSPACE, setting_name
from sovereignty import azure_names
from sovereignty.compile import log_queries
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.facts import azure_logs
from sovereignty.zone import Zone

ACTION_GROUP = "Microsoft.Insights/actionGroups"
WORKSPACE_METRICS = "Microsoft.OperationalInsights/workspaces"
STORAGE_REQUESTS = ("StorageRead", "StorageWrite", "StorageDelete")
"""All that the blob service records (Azure Storage, "Monitoring data reference")."""


def containers(tables: Sequence[str] | None = None) -> list[str]:
    """The containers that an export of these tables writes into: `am-azureactivity`. None: those of the default."""
    return [log_queries.container(table) for table in _tables(tables)]


@dataclass(frozen=True, kw_only=True)
class LockedLogExportArgs:
    """What an export of a zone's records needs to know."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    """That of the workspace."""
    workspace_id: pulumi.Input[str]
    workspace_name: pulumi.Input[str]
    storage_account_id: pulumi.Input[str]
    """A `WormStorageAccount` of the workspace's location that `receives_appends`, with the tables' `containers`."""
    alarm_group_id: pulumi.Input[str]
    """ARM id of an `AlarmGroup`."""
    tables: Sequence[str] | None = None
    """None: the records that tell of the zone whoever runs it."""
    location: str | None = None
    """That of the workspace and the account, a location of the zone; None: its home."""


class LockedLogExport(pulumi.ComponentResource):
    """The export rule `sovereign-<zone>-export`, which writes records into a locked account as they come, with alarms.

    Each table has a container of its own there, `am-<table>`: give them to the account beforehand, so that each is
    locked (`containers()` names them). Three alarms: when writing there fails; when records came and none was written
    for six hours, half of the time after which Azure throws away what it can't write; and when the workspace itself
    fails to take records in. Every request to the account's blobs is recorded in the workspace: who reads what is
    locked, who tries to delete it, and that the export writes. The rule is protected.

    Features: locked export of logs; alarms.
    Outputs: `export_id`, `containers`.
    Cost: about 0.10 USD per GB of JSON, which is more than the workspace counts; storage; the alarms a few USD a month;
    a record in the workspace for each request to the account.
    Traps: what can't be written for 12 hours is thrown away, without a word but the alarms'. What was there before the
    rule isn't exported, and its first half hour isn't either. The account has to lie in the workspace's location, be
    reached by trusted services (`bypass: AzureServices`) or share an enforced perimeter with the workspace, and take
    protected appends. The table of the account's own requests can't be exported: each write would be the next record.
    Of AzureActivity Microsoft says that it is partly supported: `ActivityLog` takes the account itself as well; of
    AzureDiagnostics nothing is exported. A container that nobody made is made by Azure, and isn't locked. Ten rules to
    a workspace, and one to an account. What Azure's interface calls the failures' metric could not be read; it refuses
    an alert on a metric that it doesn't know.
    Source: Azure Monitor, "Log Analytics data export rules" (2026-02-16), StorageBlobLogs; Azure Storage, "Time-based
    retention policies" (protected append writes).
    """

    export_id: pulumi.Output[str]
    containers: pulumi.Output[list[str]]

    def __init__(self, name: str, args: LockedLogExportArgs, opts: pulumi.ResourceOptions | None = None):
        location, tables = _check(args)
        super().__init__("sovereign-zones:index:LockedLogExport", name, None, opts)
        zone, child = args.zone, pulumi.ResourceOptions(parent=self)
        export = operationalinsights.DataExport(
            name,
            resource_group_name=args.resource_group_name,
            workspace_name=args.workspace_name,
            data_export_name=azure_names.own(zone, "export"),
            resource_id=args.storage_account_id,
            table_names=list(tables),
            enable=True,
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        monitor.DiagnosticSetting(
            f"{name}-account",
            name=setting_name(zone),
            resource_uri=pulumi.Output.concat(args.storage_account_id, "/blobServices/default"),
            workspace_id=args.workspace_id,
            log_analytics_destination_type=RESOURCE_SPECIFIC,
            logs=[monitor.DiagnosticsLogSettingsArgs(category=each, enabled=True) for each in STORAGE_REQUESTS],
            opts=child,
        )
        self._watch(name, args, location, tables, child)
        self.export_id, self.containers = export.id, pulumi.Output.from_input(containers(tables))
        self.register_outputs({"exportId": self.export_id, "containers": self.containers})

    def _watch(
        self,
        name: str,
        args: LockedLogExportArgs,
        location: str,
        tables: Sequence[str],
        child: pulumi.ResourceOptions,
    ) -> None:
        zone = args.zone
        failing = azure_names.own(zone, "export-failing")
        monitor.MetricAlert(
            f"{name}-failing",
            resource_group_name=args.resource_group_name,
            rule_name=failing,
            description=f"The export of zone {zone.zone}'s records fails: what isn't written within "
            f"{azure_logs.export_gives_up_after()} hours is lost",
            location="global",
            scopes=[args.workspace_id],
            enabled=True,
            severity=1,
            evaluation_frequency="PT15M",
            window_size="PT1H",
            auto_mitigate=True,
            criteria=monitor.MetricAlertSingleResourceMultipleMetricCriteriaArgs(
                odata_type="Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
                all_of=[
                    monitor.MetricCriteriaArgs(
                        criterion_type="StaticThresholdCriterion",
                        name="failures",
                        metric_namespace=WORKSPACE_METRICS,
                        metric_name=azure_logs.export_metric("failures"),
                        time_aggregation=monitor.AggregationTypeEnum.TOTAL,
                        operator=monitor.Operator.GREATER_THAN,
                        threshold=0,
                    )
                ],
            ),
            actions=[monitor.MetricAlertActionArgs(action_group_id=args.alarm_group_id)],
            opts=child,
        )
        alarm = LogAlarm(
            resource_group_name=args.resource_group_name,
            location=location,
            workspace_id=args.workspace_id,
            alarm_group_id=args.alarm_group_id,
        )
        account = pulumi.Output.from_input(args.storage_account_id).apply(lambda id: id.rpartition("/")[2])
        alarm.tell(
            f"{name}-stalled",
            azure_names.own(zone, "export-stalled"),
            f"Records of zone {zone.zone} came, and none was written into the locked account for six hours",
            account.apply(lambda known: log_queries.stalled_export(known, tables)),
            0,
            child,
            every=log_queries.STALLED_EVERY,
            over=log_queries.STALLED_OVER,
            told=(),
        )
        alarm.tell(
            f"{name}-lost",
            azure_names.own(zone, "records-lost"),
            f"The workspace of zone {zone.zone} fails to take records in",
            log_queries.lost_records(),
            1,
            child,
        )


def _tables(tables: Sequence[str] | None) -> tuple[str, ...]:
    """The tables, or those of the default; InputError for what can't be exported."""
    chosen = azure_logs.exported_tables() if tables is None else tuple(tables)
    if not chosen:
        right = f"Name tables, such as {azure_logs.exported_tables()[0]}, or leave it out."
        raise InputError(Problem("LockedLogExportArgs.tables", "It is empty.", right))
    for index, table in enumerate(chosen):
        where = f"LockedLogExportArgs.tables[{index}]"
        known = azure_logs.tables().get(table)
        if known is not None and known.export == "none":
            found = f"Azure exports nothing of {table} (as of {azure_logs.as_of()})."
            raise InputError(Problem(where, found, "Take it out, and let a diagnostic setting write into the account."))
        if known is not None and known.export == "loop":
            found = f"{table} holds what the export itself writes: it would be exported for ever."
            raise InputError(Problem(where, found, "Take it out; the workspace keeps it."))
        if not table.isalnum():
            found = "A container can't be named after it, so where it would be written isn't known."
            raise InputError(Problem(where, found, "Name a table of Azure's own: letters and digits."))
        if table in chosen[:index]:
            raise InputError(Problem(where, f"{table} stands there twice.", "Keep it once."))
    return chosen


def _check(args: LockedLogExportArgs) -> tuple[str, tuple[str, ...]]:
    where = "LockedLogExportArgs"
    location, tables = location_of(args.zone, args.location, f"{where}.location"), _tables(args.tables)
    given(args.resource_group_name, f"{where}.resource_group_name")
    given(args.workspace_name, f"{where}.workspace_name")
    resource_id(args.workspace_id, f"{where}.workspace_id", WORKSPACE)
    resource_id(args.storage_account_id, f"{where}.storage_account_id", ACCOUNT)
    resource_id(args.alarm_group_id, f"{where}.alarm_group_id", ACTION_GROUP)
    return location, tables
