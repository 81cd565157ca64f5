"""Recorded calls of the EU zone: kept in Frankfurt, copied to Ireland, and found by the class of their data."""

from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.aws.keys import ZoneKmsKey, ZoneKmsKeyArgs
from components.aws.resident_bucket import ResidentBucket, ResidentBucketArgs
from sovereignty import deployment, zone

FRANKFURT, IRELAND = "eu-central-1", "eu-west-1"
eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")
account = landed.aws_accounts[0]


def within(region: str) -> pulumi.ResourceOptions:
    tags = aws.ProviderDefaultTagsArgs(tags=eu.tags())
    return pulumi.ResourceOptions(
        providers=[aws.Provider(region, region=region, allowed_account_ids=[account], default_tags=tags)]
    )


there, here = within(IRELAND), within(FRANKFURT)
keys = {
    region: ZoneKmsKey(f"eu-{region}", ZoneKmsKeyArgs(zone=eu, deployment=landed, region=region), options).arn
    for region, options in ((FRANKFURT, here), (IRELAND, there))
}
copies = ResidentBucketArgs(
    zone=eu,
    deployment=landed,
    bucket=f"eu-calls-copy-{account}",
    key=keys[IRELAND],
    region=IRELAND,
    data_class="call_recordings",
    receives=["replicas"],
)
copy = ResidentBucket("calls-copy", copies, there)
calls = ResidentBucketArgs(
    zone=eu,
    deployment=landed,
    bucket=f"eu-calls-{account}",
    key=keys[FRANKFURT],
    data_class="call_recordings",
    old_versions_days=30,
    replicates_to=copy.arn,
    replica_region=IRELAND,
    replica_key=keys[IRELAND],
)
pulumi.export("calls", ResidentBucket("calls", calls, here).name)
