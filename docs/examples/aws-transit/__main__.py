"""A VPC that a team had before gets the zone's endpoints and DNS firewall, and a way to the zone's other networks."""

from pathlib import Path

import pulumi
import pulumi_aws as aws
from pulumi_aws import ec2, ec2transitgateway

from components.aws.dns_firewall import DnsFirewall, DnsFirewallArgs
from components.aws.endpoints import VpcEndpoints, VpcEndpointsArgs
from components.aws.transit import ZoneTransitAttachment, ZoneTransitAttachmentArgs
from components.mistakes import told
from sovereignty import deployment, zone

HOME, BLOCK, OTHERS = "eu-central-1", "10.20.0.0/16", "10.21.0.0/16"

with told():
    eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
    landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")
    tags = aws.ProviderDefaultTagsArgs(tags=eu.tags())
    provider = aws.Provider(HOME, region=HOME, allowed_account_ids=list(landed.aws_accounts), default_tags=tags)
    there, theirs = pulumi.ResourceOptions(provider=provider), pulumi.ResourceOptions(providers=[provider])

    # the team's own
    network = ec2.Vpc("team", cidr_block=BLOCK, enable_dns_support=True, enable_dns_hostnames=True, opts=there)
    subnet = ec2.Subnet("team", vpc_id=network.id, cidr_block="10.20.0.0/24", availability_zone=f"{HOME}a", opts=there)
    routes = ec2.RouteTable("team", vpc_id=network.id, opts=there)
    ec2.RouteTableAssociation("team", subnet_id=subnet.id, route_table_id=routes.id, opts=there)
    hub = ec2transitgateway.TransitGateway("hub", description="Joins the zone's networks", opts=there)

    # the zone's
    endpoints = VpcEndpointsArgs(
        zone=eu,
        deployment=landed,
        region=HOME,
        vpc_id=network.id,
        cidr=BLOCK,
        subnet_ids=[subnet.id],
        route_table_ids=[routes.id],
        services=["ssm", "ssmmessages", "ec2"],
    )
    pulumi.export("endpoints", VpcEndpoints("team", endpoints, theirs).endpoint_ids)
    names = DnsFirewallArgs(
        zone=eu, deployment=landed, region=HOME, vpc_id=network.id, allowed_domains=["*.team.example"]
    )
    DnsFirewall("team", names, theirs)
    way = ZoneTransitAttachmentArgs(
        zone=eu,
        deployment=landed,
        vpc_id=network.id,
        subnet_ids=[subnet.id],
        transit_gateway_id=hub.id,
        route_table_ids=[routes.id],
        destinations=[OTHERS],
    )
    pulumi.export("attachment", ZoneTransitAttachment("team", way, theirs).attachment_id)
