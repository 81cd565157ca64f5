"""Orders of the EU zone: a queue under the zone's key, and an alarm when they are left lying there.

The zone is not built here: its stack is deployed, and this program reads what it exports (docs/outputs.md).
"""

from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.mistakes import told
from components.outputs import ZoneOutputs
from sovereignty import zone

HOME = "eu-central-1"

with told():
    law = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
    eu = ZoneOutputs("eu")
    tags = aws.ProviderDefaultTagsArgs(tags=law.tags())
    here = pulumi.ResourceOptions(provider=aws.Provider("home", region=HOME, default_tags=tags))

    orders = aws.sqs.Queue("orders", name="eu-orders", kms_master_key_id=eu.aws_key_arns[HOME], opts=here)
    aws.cloudwatch.MetricAlarm(
        "orders",
        name="eu-orders-wait",
        namespace="AWS/SQS",
        metric_name="ApproximateAgeOfOldestMessage",
        dimensions={"QueueName": orders.name},
        statistic="Maximum",
        period=300,
        evaluation_periods=1,
        threshold=3600,
        comparison_operator="GreaterThanThreshold",
        alarm_actions=[eu.aws_alarm_topic_arns[HOME]],
        opts=here,
    )
    pulumi.export("orders", orders.arn)
