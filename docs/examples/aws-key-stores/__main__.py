"""The EU zone's key stores: a CloudHSM cluster in one region, a key manager outside AWS in the other.

The ids go into the zone's stack file (`sovereign-zones:awsKeyStores`) once the custodians have connected the stores.
"""

from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.aws.key_stores import CloudHsmKeyStore, CloudHsmKeyStoreArgs, ExternalKeyStore, ExternalKeyStoreArgs
from components.mistakes import told
from sovereignty import deployment, zone

HOME, SECOND = "eu-central-1", "eu-west-1"
# Made up for the example. Yours are secrets of the stack, set by the custodians (`pulumi config set --secret
# kmsuserPassword`) and read with `pulumi.Config().require_secret("kmsuserPassword")`
MADE_UP_PASSWORD, MADE_UP_ACCESS_KEY, MADE_UP_SECRET = "made-up-password", "MADEUPACCESSKEY" + "2" * 7, "made/up" * 7
MADE_UP_CERTIFICATE = "-----BEGIN CERTIFICATE-----\nTWFkZSB1cA==\n-----END CERTIFICATE-----\n"


def within(region: str) -> pulumi.ResourceOptions:
    tags = aws.ProviderDefaultTagsArgs(tags=eu.tags())
    provider = aws.Provider(region, region=region, allowed_account_ids=list(landed.aws_accounts), default_tags=tags)
    return pulumi.ResourceOptions(providers=[provider])


with told():
    eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
    landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")

    cluster = CloudHsmKeyStoreArgs(
        zone=eu,
        deployment=landed,
        cluster_id="cluster-4x7abcdef2g",
        trust_anchor_certificate=MADE_UP_CERTIFICATE,
        key_store_password=pulumi.Output.secret(MADE_UP_PASSWORD),
    )
    proxy = ExternalKeyStoreArgs(
        zone=eu,
        deployment=landed,
        region=SECOND,
        endpoint="https://xks.example.com",
        access_key_id=pulumi.Output.secret(MADE_UP_ACCESS_KEY),
        secret_access_key=pulumi.Output.secret(MADE_UP_SECRET),
        vpc_endpoint_service=f"com.amazonaws.vpce.{SECOND}.vpce-svc-0a1b2c3d4e5f67890",
    )
    for region, store in (
        (HOME, CloudHsmKeyStore("eu", cluster, within(HOME))),
        (SECOND, ExternalKeyStore("eu", proxy, within(SECOND))),
    ):
        pulumi.export(region, {"store": store.store_id, "connect": store.connect_command})
