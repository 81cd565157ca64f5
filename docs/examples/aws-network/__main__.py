"""The EU zone's networks: one in each region, without a way to the internet, and the two of them peered."""

from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.aws.keys import ZoneKmsKey, ZoneKmsKeyArgs
from components.aws.network import NetworkBoundary, NetworkBoundaryArgs
from components.aws.storage import WormBucket, WormBucketArgs
from components.aws.transit import ZonePeering, ZonePeeringArgs
from sovereignty import deployment, zone

HOME, SECOND = "eu-central-1", "eu-west-1"

eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")


def within(region: str) -> pulumi.ResourceOptions:
    tags = aws.ProviderDefaultTagsArgs(tags=eu.tags())
    provider = aws.Provider(region, region=region, allowed_account_ids=list(landed.aws_accounts), default_tags=tags)
    return pulumi.ResourceOptions(providers=[provider])


places = {HOME: within(HOME), SECOND: within(SECOND)}
key = ZoneKmsKey("eu", ZoneKmsKeyArgs(zone=eu, deployment=landed), places[HOME])
bucket = f"{eu.zone}-flow-logs-{landed.aws_accounts[0]}"
kept = WormBucketArgs(zone=eu, deployment=landed, bucket=bucket, key=key.arn, receives=["flow-logs"])
logs = WormBucket("flow-logs", kept, places[HOME])

networks = {}
for region, there in places.items():
    args = NetworkBoundaryArgs(
        zone=eu, deployment=landed, region=region, flow_logs_bucket=logs.arn, endpoint_services=["ssm", "lambda"]
    )
    networks[region] = NetworkBoundary(f"eu-{region}", args, there)
    pulumi.export(f"vpc-{region}", networks[region].vpc_id)

near, far = networks[HOME], networks[SECOND]
pair = ZonePeeringArgs(
    zone=eu,
    deployment=landed,
    vpc_id=near.vpc_id,
    cidr=near.cidr,
    route_table_ids=[near.route_table_id],
    peer_vpc_id=far.vpc_id,
    peer_region=SECOND,
    peer_cidr=far.cidr,
    peer_route_table_ids=[far.route_table_id],
)
pulumi.export("peering", ZonePeering("eu", pair, places[HOME]).connection_id)
