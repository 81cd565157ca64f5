"""The keys of the EU zone: one in each region, one that signs evidence, and one that two regions share."""

from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.aws.keys import ZoneKmsKey, ZoneKmsKeyArgs
from components.aws.replica_key import ReplicaKey, ReplicaKeyArgs
from components.aws.signing import SigningKey, SigningKeyArgs
from sovereignty import deployment, zone

HOME, SECOND = "eu-central-1", "eu-west-1"

eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")


def within(region: str) -> pulumi.ResourceOptions:
    tags = aws.ProviderDefaultTagsArgs(tags=eu.tags())
    accounts = list(landed.aws_accounts)
    provider = aws.Provider(region, region=region, allowed_account_ids=accounts, default_tags=tags)
    return pulumi.ResourceOptions(providers=[provider])


home, second = within(HOME), within(SECOND)

# what is kept in a region is encrypted with that region's key
for region, there in ((HOME, home), (SECOND, second)):
    key = ZoneKmsKey(f"eu-{region}", ZoneKmsKeyArgs(zone=eu, deployment=landed, region=region), there)
    pulumi.export(f"key-{region}", key.arn)

# what one region encrypts and the other has to read, without a way back to the first
shared = ZoneKmsKey("eu-shared", ZoneKmsKeyArgs(zone=eu, deployment=landed, multi_region=True), home)
copy = ReplicaKey(
    "eu-shared", ReplicaKeyArgs(zone=eu, deployment=landed, primary_arn=shared.arn, region=SECOND), second
)
pulumi.export("shared", {HOME: shared.arn, SECOND: copy.arn})

evidence = SigningKey("eu", SigningKeyArgs(zone=eu, deployment=landed), home)
pulumi.export("evidence", {"key": evidence.alias, "algorithm": evidence.algorithm})
