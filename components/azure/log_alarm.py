"""An alarm for what a query finds in a Log Analytics workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import monitor

from sovereignty.compile import log_queries

GREATER_THAN = "GreaterThan"
"""As the REST API of these rules writes it; the SDK's enumeration of the same name is that of health models."""


@dataclass(frozen=True, kw_only=True)
class LogAlarm:
    """Where a zone's alarms over a workspace are made, and whom they tell."""

    resource_group_name: pulumi.Input[str]
    location: str
    """That of the workspace: a rule is processed where it lies."""
    workspace_id: pulumi.Input[str]
    alarm_group_id: pulumi.Input[str]

    def tell(
        self,
        name: str,
        called: str,
        meaning: str,
        query: pulumi.Input[str],
        severity: int,
        opts: pulumi.ResourceOptions,
        *,
        every: str = log_queries.EVERY,
        over: str = log_queries.OVER,
        told: Sequence[str] = log_queries.TOLD,
    ) -> None:
        """Runs the query every so often, and tells of each row; rows alike in what is `told` are told at once.

        The query isn't checked when the rule is made: a table that nothing has been sent to yet isn't there.
        """
        monitor.ScheduledQueryRule(
            name,
            resource_group_name=self.resource_group_name,
            rule_name=called,
            display_name=called,
            description=meaning,
            kind=monitor.Kind.LOG_ALERT,
            location=self.location,
            scopes=[self.workspace_id],
            enabled=True,
            severity=severity,
            evaluation_frequency=every,
            window_size=over,
            # each run tells what came since the last one, so there is nothing to be taken back
            auto_mitigate=False,
            check_workspace_alerts_storage_configured=False,
            skip_query_validation=True,
            criteria=monitor.ScheduledQueryRuleCriteriaArgs(
                all_of=[
                    monitor.ConditionArgs(
                        query=query,
                        time_aggregation=monitor.TimeAggregation.COUNT,
                        operator=GREATER_THAN,
                        threshold=0,
                        dimensions=[
                            monitor.DimensionArgs(name=column, operator=monitor.DimensionOperator.INCLUDE, values=["*"])
                            for column in told
                        ]
                        or None,
                        failing_periods=monitor.ConditionFailingPeriodsArgs(
                            number_of_evaluation_periods=1, min_failing_periods_to_alert=1
                        ),
                    )
                ]
            ),
            actions=monitor.ActionsArgs(action_groups=[self.alarm_group_id]),
            opts=opts,
        )
