"""The EU zone's audit trail: every call of the account, kept under lock, and somebody told when it falls silent."""

from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.aws.alarms import AlarmTopic, AlarmTopicArgs
from components.aws.keys import ZoneKmsKey, ZoneKmsKeyArgs
from components.aws.storage import WormBucket, WormBucketArgs
from components.aws.trail import AuditTrail, AuditTrailArgs
from sovereignty import deployment, zone
from sovereignty.compile import everything

eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")
tags = aws.ProviderDefaultTagsArgs(tags=eu.tags())
provider = aws.Provider("home", region="eu-central-1", allowed_account_ids=list(landed.aws_accounts), default_tags=tags)
at_home = pulumi.ResourceOptions(providers=[provider])

key = ZoneKmsKey("eu", ZoneKmsKeyArgs(zone=eu, deployment=landed), at_home)
bucket = WormBucketArgs(
    zone=eu, deployment=landed, bucket=everything.trail_bucket(eu, landed), key=key.arn, receives=["trail"]
)
alarms = AlarmTopic("alarms", AlarmTopicArgs(zone=eu, deployment=landed, key=key.arn), at_home)
trail = AuditTrailArgs(
    zone=eu,
    deployment=landed,
    bucket=WormBucket("trail", bucket, at_home).name,
    key=key.arn,
    alarm_topic=alarms.arn,
    classified_buckets=[f"arn:aws:s3:::eu-calls-{landed.aws_accounts[0]}"],
)
pulumi.export("trail", AuditTrail("trail", trail, at_home).arn)
