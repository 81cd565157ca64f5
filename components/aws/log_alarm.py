"""An alarm for each record in a log group that a filter picks out."""

from __future__ import annotations

import pulumi
from pulumi_aws import cloudwatch

NOTICED_AFTER = 300
"""Seconds over which records are counted."""
METRICS = "Sovereign"
"""The namespace of our own metrics."""


def tell(
    name: str,
    called: str,
    meaning: str,
    group: cloudwatch.LogGroup,
    pattern: str,
    topic: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Counts the records that fit `pattern`, and tells `topic` of one. Filter, metric and alarm are `called` alike."""
    cloudwatch.LogMetricFilter(
        name,
        name=called,
        log_group_name=group.name,
        pattern=pattern,
        metric_transformation=cloudwatch.LogMetricFilterMetricTransformationArgs(
            name=called, namespace=METRICS, value="1"
        ),
        opts=opts,
    )
    cloudwatch.MetricAlarm(
        name,
        name=called,
        alarm_description=meaning,
        namespace=METRICS,
        metric_name=called,
        statistic="Sum",
        period=NOTICED_AFTER,
        evaluation_periods=1,
        threshold=1,
        comparison_operator="GreaterThanOrEqualToThreshold",
        treat_missing_data="notBreaching",
        alarm_actions=[topic],
        opts=opts,
    )
