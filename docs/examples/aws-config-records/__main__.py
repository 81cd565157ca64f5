"""Where AWS Config delivers for the EU zone, and the locked bucket to which S3 copies each of its records."""

from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.aws.config_delivery import ConfigRecords, ConfigRecordsArgs
from components.aws.keys import ZoneKmsKey, ZoneKmsKeyArgs
from sovereignty import deployment, zone

eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")
tags = aws.ProviderDefaultTagsArgs(tags=eu.tags())
provider = aws.Provider("home", region="eu-central-1", allowed_account_ids=list(landed.aws_accounts), default_tags=tags)
at_home = pulumi.ResourceOptions(providers=[provider])

key = ZoneKmsKey("eu", ZoneKmsKeyArgs(zone=eu, deployment=landed), at_home)
records = ConfigRecords("config", ConfigRecordsArgs(zone=eu, deployment=landed, key=key.arn), at_home)
# the delivery channels of all the zone's regions name this bucket and this key
pulumi.export("deliverTo", records.bucket)
pulumi.export("keptIn", records.locked_bucket)
