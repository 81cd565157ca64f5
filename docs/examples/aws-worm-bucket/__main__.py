"""The ledgers of the EU zone: locked for ten years, since the tax law asks for more than the zone's seven."""

from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.aws.keys import ZoneKmsKey, ZoneKmsKeyArgs
from components.aws.storage import WormBucket, WormBucketArgs
from sovereignty import deployment, zone
from sovereignty.zone import Retention

eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")
tags = aws.ProviderDefaultTagsArgs(tags=eu.tags())
provider = aws.Provider("home", region="eu-central-1", allowed_account_ids=list(landed.aws_accounts), default_tags=tags)
at_home = pulumi.ResourceOptions(providers=[provider])

key = ZoneKmsKey("eu", ZoneKmsKeyArgs(zone=eu, deployment=landed), at_home)
ledgers = WormBucketArgs(
    zone=eu,
    deployment=landed,
    bucket=f"eu-ledgers-{landed.aws_accounts[0]}",
    key=key.arn,
    retention=Retention(mode="COMPLIANCE", years=10, archive_after_days=400),
    longer_than_the_zone=True,  # nobody can take it back
)
pulumi.export("ledgers", WormBucket("ledgers", ledgers, at_home).name)
