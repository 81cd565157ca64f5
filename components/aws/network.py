"""A zone's network in one region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
import pulumi_aws as aws
from pulumi_aws import ec2

from components.arguments import ended
from components.aws.arguments import bucket_arn, region_of
from components.aws.dns_firewall import DnsFirewall, DnsFirewallArgs, check_domains
from components.aws.endpoints import VpcEndpoints, VpcEndpointsArgs, check_providers, wanted_services
from sovereignty.compile.required import aws as footprint
from sovereignty.deployment import Deployment, key
from sovereignty.errors import InputError, Problem
from sovereignty.facts.aws_availability import offered
from sovereignty.vpc_blocks import block, is_private
from sovereignty.zone import Zone

FEWEST_ZONES, MOST_ZONES = 2, 3
_SUBNET_BITS = 2
"""A quarter of the block for each of three zones; the last quarter stays free, for a zone or a use to come."""
LARGEST_BLOCK, SMALLEST_SUBNET = 16, 28
"""Bits of what a VPC and a subnet may be at most and at least (Amazon VPC User Guide, "VPC CIDR blocks")."""
AGGREGATION_SECONDS = (60, 600)
"""What flow logs may sum up over (EC2 API Reference, CreateFlowLogs)."""
FLOW_LOG_FORMATS = ("parquet", "plain-text")


@dataclass(frozen=True, kw_only=True)
class NetworkBoundaryArgs:
    """What a zone's network needs to know."""

    zone: Zone
    deployment: Deployment
    region: str | None = None
    """None: the zone's home region."""
    flow_logs_bucket: pulumi.Input[str]
    """ARN of the locked bucket that flow logs are delivered to; it may lie in another region of the zone."""
    cidr: str | None = None
    """The VPC's block, /16 to /26. None: the stack file's for the region (`awsVpcCidrs`), or one by its name."""
    availability_zones: int = FEWEST_ZONES
    """2 or 3: how many subnets there are, each in another zone, and each with an address of every endpoint."""
    endpoint_services: Sequence[str] = ()
    """Services to reach beside those that every zone's network has: `lambda`, `ssm`."""
    provider_services: Sequence[str] = ()
    """Endpoint services of providers in this region: `com.amazonaws.vpce.<region>.vpce-svc-…`."""
    allowed_domains: Sequence[str] = ()
    """Names that are resolved beside AWS's in the zone's regions: `*.example.com`."""
    query_logs_bucket: pulumi.Input[str] | None = None
    """ARN of the bucket to which DNS queries are logged. None: they aren't."""
    flow_log_format: str = FLOW_LOG_FORMATS[0]
    """`parquet`, or `plain-text`."""
    flow_log_seconds: int = AGGREGATION_SECONDS[1]
    """60 or 600: what one record sums up at most."""


class NetworkBoundary(pulumi.ComponentResource):
    """A VPC that data leaves by the zone's endpoints alone: private subnets, no internet gateway, no NAT, flow logs.

    Subnets lie in availability zones of the region proper, never in a Local Zone; nothing in them gets a public
    address; the default security group lets nothing in or out. Endpoints (`VpcEndpoints`) and DNS firewall
    (`DnsFirewall`, where the partition has it) are parts of it; peering and transit gateways are `ZonePeering`,
    `ZoneTransitAttachment`. A way to the internet is no argument: nothing made here would judge what takes it.
    Features: network boundary; locked export of logs.
    Outputs: `vpc_id`, `vpc_arn`, `cidr`, `subnet_ids`, `route_table_id`, `endpoint_ids` (by service).
    Cost: interface endpoints by the hour, times availability zones (eight services in two zones: sixteen); flow logs by
    the GB.
    Traps: EC2 shuffles the letters of availability zones for older accounts, so they are asked for; once made, a subnet
    stays in its zone. A VPC's block can't be changed: `awsVpcCidrs` is to be settled first. Flow logs name addresses
    and not who called; DNS, instance metadata and DHCP aren't in them. That they may be delivered into another region's
    bucket is not said by the guide's page on S3 (unverified); the bucket's policy and key have to let
    delivery.logs.amazonaws.com in.
    Source: Amazon VPC User Guide, "VPC CIDR blocks", "Publish flow logs to Amazon S3", "Flow log limitations".
    """

    vpc_id: pulumi.Output[str]
    vpc_arn: pulumi.Output[str]
    cidr: str
    subnet_ids: pulumi.Output[list[str]]
    route_table_id: pulumi.Output[str]
    endpoint_ids: pulumi.Output[dict[str, str]]

    def __init__(self, name: str, args: NetworkBoundaryArgs, opts: pulumi.ResourceOptions | None = None):
        region = _checked(args)
        self.cidr = args.cidr or block(args.zone, args.deployment, region)
        _check_block(self.cidr, args)
        super().__init__("sovereign-zones:index:NetworkBoundary", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        network = ec2.Vpc(name, cidr_block=self.cidr, enable_dns_support=True, enable_dns_hostnames=True, opts=child)
        # the group that a VPC comes with is open among its members: without rules it is closed
        ec2.DefaultSecurityGroup(name, vpc_id=network.id, ingress=[], egress=[], opts=child)
        routes = ec2.RouteTable(name, vpc_id=network.id, opts=child)
        subnets = self._subnets(name, args, network, routes)
        self._flow_log(name, args, network)
        endpoints = VpcEndpoints(
            name,
            VpcEndpointsArgs(
                zone=args.zone,
                deployment=args.deployment,
                region=region,
                vpc_id=network.id,
                cidr=self.cidr,
                subnet_ids=[subnet.id for subnet in subnets],
                route_table_ids=[routes.id],
                services=args.endpoint_services,
                provider_services=args.provider_services,
            ),
            child,
        )
        if offered(footprint(args.zone).partition, "dns-firewall"):
            firewall = DnsFirewallArgs(
                zone=args.zone,
                deployment=args.deployment,
                region=region,
                vpc_id=network.id,
                allowed_domains=args.allowed_domains,
                query_logs_bucket=args.query_logs_bucket,
            )
            DnsFirewall(name, firewall, child)
        self.vpc_id, self.vpc_arn, self.route_table_id = network.id, network.arn, routes.id
        self.subnet_ids = pulumi.Output.all(*(subnet.id for subnet in subnets))
        self.endpoint_ids = endpoints.endpoint_ids
        self.register_outputs(
            {
                "vpcId": self.vpc_id,
                "vpcArn": self.vpc_arn,
                "cidr": self.cidr,
                "subnetIds": self.subnet_ids,
                "routeTableId": self.route_table_id,
                "endpointIds": self.endpoint_ids,
            }
        )

    def _subnets(
        self, name: str, args: NetworkBoundaryArgs, network: ec2.Vpc, routes: ec2.RouteTable
    ) -> list[ec2.Subnet]:
        asked = pulumi.InvokeOutputOptions(parent=self)
        proper = aws.GetAvailabilityZonesFilterArgs(name="opt-in-status", values=["opt-in-not-required"])
        places = aws.get_availability_zones_output(state="available", filters=[proper], opts=asked).names
        # a zone that is on the list today and isn't tomorrow must not move the subnets that are there
        stays = pulumi.ResourceOptions(parent=self, ignore_changes=["availabilityZone"])
        made = []
        parts = IPv4Network(self.cidr).subnets(prefixlen_diff=_SUBNET_BITS)
        for index, part in zip(range(args.availability_zones), parts, strict=False):
            subnet = ec2.Subnet(
                f"{name}-{index + 1}",
                vpc_id=network.id,
                cidr_block=str(part),
                availability_zone=places.apply(lambda names, index=index: _place(names, index)),
                map_public_ip_on_launch=False,
                opts=stays,
            )
            ec2.RouteTableAssociation(
                f"{name}-{index + 1}",
                subnet_id=subnet.id,
                route_table_id=routes.id,
                opts=pulumi.ResourceOptions(parent=self),
            )
            made.append(subnet)
        return made

    def _flow_log(self, name: str, args: NetworkBoundaryArgs, network: ec2.Vpc) -> None:
        ec2.FlowLog(
            name,
            vpc_id=network.id,
            traffic_type="ALL",
            log_destination_type="s3",
            log_destination=args.flow_logs_bucket,
            max_aggregation_interval=args.flow_log_seconds,
            destination_options=ec2.FlowLogDestinationOptionsArgs(
                file_format=args.flow_log_format, hive_compatible_partitions=True, per_hour_partition=True
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )


def _checked(args: NetworkBoundaryArgs) -> str:
    region = region_of(args.zone, args.region, "NetworkBoundaryArgs.region")
    for argument, allowed in (
        ("availability_zones", tuple(range(FEWEST_ZONES, MOST_ZONES + 1))),
        ("flow_log_format", FLOW_LOG_FORMATS),
        ("flow_log_seconds", AGGREGATION_SECONDS),
    ):
        if getattr(args, argument) not in allowed:
            raise InputError(
                Problem(
                    f"NetworkBoundaryArgs.{argument}",
                    "This is not one of its values.",
                    f"Use one of {', '.join(map(str, allowed))}.",
                )
            )
    wanted_services(args.endpoint_services, "NetworkBoundaryArgs.endpoint_services")
    check_providers(args.provider_services, region, "NetworkBoundaryArgs.provider_services")
    check_domains(args.allowed_domains, "NetworkBoundaryArgs.allowed_domains")
    bucket_arn(args.zone, args.flow_logs_bucket, "NetworkBoundaryArgs.flow_logs_bucket")
    if args.query_logs_bucket is not None:
        bucket_arn(args.zone, args.query_logs_bucket, "NetworkBoundaryArgs.query_logs_bucket")
    return region


def _check_block(cidr: str, args: NetworkBoundaryArgs) -> None:
    smallest = SMALLEST_SUBNET - _SUBNET_BITS
    fits = is_private(cidr) and LARGEST_BLOCK <= IPv4Network(cidr).prefixlen <= smallest
    if not fits:
        in_stack = f"Pulumi.{args.zone.zone}.yaml: {key('aws_vpc_cidrs')}"
        raise InputError(
            Problem(
                "NetworkBoundaryArgs.cidr" if args.cidr else in_stack,
                f"This is no block of private addresses from /{LARGEST_BLOCK} to /{smallest}.",
                "Write its first address and its size: 10.20.0.0/16.",
            )
        )


def _place(names: Sequence[str], index: int) -> str:
    if index >= len(names):
        raise ended(
            Problem(
                "NetworkBoundaryArgs.availability_zones",
                f"The account has {len(names)} availability zones in the region, and {index + 1} are asked for.",
                f"Use {len(names)}.",
            )
        )
    return names[index]
