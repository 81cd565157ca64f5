"""Ways from a zone's network to others of the zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
from pulumi_aws import ec2, ec2transitgateway

from components.arguments import ended
from components.aws.arguments import account_of, region_of
from sovereignty.compile.required import aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.vpc_blocks import is_private
from sovereignty.zone import Zone


@dataclass(frozen=True, kw_only=True)
class ZonePeeringArgs:
    """What a peering of two of the zone's VPCs needs to know."""

    zone: Zone
    deployment: Deployment
    region: str | None = None
    """Where the asking VPC is. None: the zone's home region."""
    vpc_id: pulumi.Input[str]
    cidr: str
    """The asking VPC's block."""
    route_table_ids: Sequence[pulumi.Input[str]]
    """The asking VPC's tables that get a route to the other."""
    peer_vpc_id: pulumi.Input[str]
    peer_region: str
    peer_cidr: str
    peer_account: str | None = None
    """The other VPC's account. None: this one's, and the other side is accepted and routed here as well."""
    peer_route_table_ids: Sequence[pulumi.Input[str]] = ()
    """The other VPC's tables that get a route back, where both are of one account."""


class ZonePeering(pulumi.ComponentResource):
    """Two VPCs of the zone reach each other, by private addresses, and nothing behind them does.

    Both regions are the zone's, and both accounts. Where the other VPC is another account's, that account accepts
    (`aws.ec2.VpcPeeringConnectionAccepter`) and makes its own routes.
    Features: joined networks.
    Outputs: `connection_id`.
    Cost: by the GB between availability zones and regions. Traps: the two blocks must differ; a route over a peering
    that nobody accepted leads nowhere; the endpoints of one VPC aren't reached from the other.
    Source: Amazon VPC Peering Guide, "How VPC peering connections work".
    """

    connection_id: pulumi.Output[str]

    def __init__(self, name: str, args: ZonePeeringArgs, opts: pulumi.ResourceOptions | None = None):
        region = region_of(args.zone, args.region, "ZonePeeringArgs.region")
        region_of(args.zone, args.peer_region, "ZonePeeringArgs.peer_region")
        account_of(args.deployment, args.peer_account, "ZonePeeringArgs.peer_account")
        check_destinations((args.cidr,), "ZonePeeringArgs.cidr")
        check_destinations((args.peer_cidr,), "ZonePeeringArgs.peer_cidr")
        if IPv4Network(args.cidr).overlaps(IPv4Network(args.peer_cidr)):
            right = "Peer VPCs whose blocks differ (awsVpcCidrs)."
            raise InputError(Problem("ZonePeeringArgs.peer_cidr", "The two VPCs have addresses in common.", right))
        if args.peer_account and args.peer_route_table_ids:
            raise InputError(
                Problem(
                    "ZonePeeringArgs.peer_route_table_ids",
                    "The tables are another account's, which this one can't change.",
                    "Leave them out; the other account makes its routes.",
                )
            )
        super().__init__("sovereign-zones:index:ZonePeering", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        other_region = args.peer_region if args.peer_region != region else None
        at_once = args.peer_account is None and other_region is None
        connection = ec2.VpcPeeringConnection(
            name,
            vpc_id=args.vpc_id,
            peer_vpc_id=args.peer_vpc_id,
            peer_owner_id=args.peer_account,
            peer_region=other_region,
            auto_accept=True if at_once else None,
            opts=child,
        )
        ready: pulumi.Output[str] = connection.id
        if args.peer_account is None and other_region:
            accepted = ec2.VpcPeeringConnectionAccepter(
                name, vpc_peering_connection_id=connection.id, auto_accept=True, region=other_region, opts=child
            )
            ready = accepted.id
        for index, table in enumerate(args.route_table_ids, start=1):
            ec2.Route(
                f"{name}-{index}",
                route_table_id=table,
                destination_cidr_block=args.peer_cidr,
                vpc_peering_connection_id=ready,
                opts=child,
            )
        for index, table in enumerate(args.peer_route_table_ids, start=1):
            ec2.Route(
                f"{name}-back-{index}",
                route_table_id=table,
                destination_cidr_block=args.cidr,
                vpc_peering_connection_id=ready,
                region=other_region,
                opts=child,
            )
        self.connection_id = connection.id
        self.register_outputs({"connectionId": self.connection_id})


@dataclass(frozen=True, kw_only=True)
class ZoneTransitAttachmentArgs:
    """What a VPC's attachment to a transit gateway needs to know."""

    zone: Zone
    deployment: Deployment
    region: str | None = None
    """Where VPC and gateway are. None: the zone's home region."""
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    transit_gateway_id: pulumi.Input[str]
    route_table_ids: Sequence[pulumi.Input[str]]
    """The VPC's tables that get the routes."""
    destinations: Sequence[str]
    """Blocks of private addresses that are reached by the gateway: `10.30.0.0/16`."""


class ZoneTransitAttachment(pulumi.ComponentResource):
    """A VPC attached to a transit gateway of one of the zone's accounts, with routes to private addresses by it.

    AWS is asked whose the gateway is: one of an account outside the zone is an error.
    Features: joined networks.
    Outputs: `attachment_id`.
    Cost: the attachment by the hour, and by the GB. Traps: a gateway is of one region, and where it leads on is its
    owner's: its attachments and peerings stand in no request that is made here, so they are to be built in the zone
    too, where the pack judges them. A shared gateway's owner accepts the attachment, unless it accepts by itself.
    Source: AWS Transit Gateway Guide, "Amazon VPC attachments", "Sharing a transit gateway".
    """

    attachment_id: pulumi.Output[str]

    def __init__(self, name: str, args: ZoneTransitAttachmentArgs, opts: pulumi.ResourceOptions | None = None):
        region_of(args.zone, args.region, "ZoneTransitAttachmentArgs.region")
        check_destinations(args.destinations, "ZoneTransitAttachmentArgs.destinations", several=True)
        accounts = aws_accounts(args.deployment)
        super().__init__("sovereign-zones:index:ZoneTransitAttachment", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        asked = pulumi.InvokeOutputOptions(parent=self)
        found = ec2transitgateway.get_transit_gateway_output(id=args.transit_gateway_id, opts=asked)
        gateway = pulumi.Output.all(args.transit_gateway_id, found.owner_id).apply(
            lambda known: _of_zone(known[0], known[1], accounts)
        )
        attachment = ec2transitgateway.VpcAttachment(
            name,
            transit_gateway_id=gateway,
            vpc_id=args.vpc_id,
            subnet_ids=list(args.subnet_ids),
            dns_support="enable",
            opts=child,
        )
        # a route needs the attachment to stand
        attached = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[attachment]))
        for table_index, table in enumerate(args.route_table_ids, start=1):
            for index, destination in enumerate(args.destinations, start=1):
                ec2.Route(
                    f"{name}-{table_index}-{index}",
                    route_table_id=table,
                    destination_cidr_block=destination,
                    transit_gateway_id=gateway,
                    opts=attached,
                )
        self.attachment_id = attachment.id
        self.register_outputs({"attachmentId": self.attachment_id})


def check_destinations(blocks: Sequence[str], where: str, several: bool = False) -> None:
    """InputError for what is no block of private addresses."""
    for index, each in enumerate(blocks):
        if not is_private(each):
            at = f"{where}[{index}]" if several else where
            right = "Write its first address and its size: 10.30.0.0/16."
            raise InputError(Problem(at, "This is no block of private addresses.", right))


def _of_zone(gateway: str, owner: str, accounts: tuple[str, ...]) -> str:
    if owner not in accounts:
        raise ended(
            Problem(
                "ZoneTransitAttachmentArgs.transit_gateway_id",
                "The gateway belongs to an account that is not one of the zone's.",
                "Attach to a gateway of one of awsAccounts.",
            )
        )
    return gateway
