"""What watches the EU zone: a detective baseline in each region, gathered in the home region and nowhere outside."""

from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.aws.detection import DetectiveBaseline, DetectiveBaselineArgs
from components.aws.keys import ZoneKmsKey, ZoneKmsKeyArgs
from sovereignty import deployment, zone
from sovereignty.compile import everything

eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")


def within(region: str, *after: pulumi.Resource) -> pulumi.ResourceOptions:
    tags = aws.ProviderDefaultTagsArgs(tags=eu.tags())
    accounts = list(landed.aws_accounts)
    provider = aws.Provider(region, region=region, allowed_account_ids=accounts, default_tags=tags)
    return pulumi.ResourceOptions(providers=[provider], depends_on=list(after))


at_home = within("eu-central-1")
key = ZoneKmsKey("eu", ZoneKmsKeyArgs(zone=eu, deployment=landed), at_home)


def baseline(region: str, options: pulumi.ResourceOptions) -> DetectiveBaseline:
    # what another team sets up for all accounts is left to it: `sovereign-zones:awsManagedElsewhere` names it
    bucket = everything.config_bucket(eu, landed)
    args = DetectiveBaselineArgs(zone=eu, deployment=landed, region=region, key=key.arn, delivery_bucket=bucket)
    return DetectiveBaseline(f"eu-{region}", args, options)


# the role under which AWS Config records is made with the first, for the whole account
first = baseline("eu-central-1", at_home)
second = baseline("eu-west-1", within("eu-west-1", first))
pulumi.export("findings", [first.findings_rule, second.findings_rule])
