"""A zone's network in one location of Azure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
from pulumi_azure_native import network

from components.azure import security_rules
from components.azure.arguments import location_of, resource_id, subscription_of
from components.azure.dns_policy import CAPABILITY, DnsSecurityPolicy, DnsSecurityPolicyArgs, check_domains
from components.azure.endpoints import NAMED_ELSEWHERE
from components.azure.flow_logs import flow_log
from sovereignty import azure_names
from sovereignty.deployment import Deployment, key
from sovereignty.errors import InputError, Problem
from sovereignty.facts.azure_availability import offered
from sovereignty.vnet_blocks import block
from sovereignty.vpc_blocks import is_private
from sovereignty.zone import Zone

SMALLEST_SUBNET = 29
"""Bits: the smallest subnet that Azure makes (Azure Virtual Network FAQ); endpoints get a quarter of the block."""
LARGEST_BLOCK = 16
"""Bits: what the stack file takes at most, so that the networks of a zone fit beside each other in 10.0.0.0/8."""
_PURPOSE = re.compile(r"[a-z][a-z0-9-]{0,19}")


@dataclass(frozen=True, kw_only=True)
class VnetBoundaryArgs:
    """What a zone's network on Azure needs to know."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    flow_logs_account_id: pulumi.Input[str] | None = None
    """ARM id of the storage account in the same location that flow logs are written to. None: there are none."""
    cidr: str | None = None
    """The network's block, /16 to /27. None: the stack file's for the location (`azureVnetCidrs`), or by its name."""
    purpose: str = "network"
    """A short word in the names, for a further network in the same resource group."""
    network_watcher: str | None = None
    """The location's Network Watcher. None: the one that Azure makes by itself, `NetworkWatcher_<location>`."""
    network_watcher_group: str = "NetworkWatcherRG"
    """Its resource group."""
    allowed_domains: Sequence[str] = ()
    """Names that are resolved beside those of the zone's services: `example.com`, with all below it."""
    location: str | None = None
    """None: the zone's home."""
    subscription: str | None = None
    """None: the zone's first."""


class VnetBoundary(pulumi.ComponentResource):
    """A virtual network that no route leads out of: a subnet for private endpoints and one for workloads, both without
    default outbound access, and with security groups that let the zone's own networks talk and nobody else.

    What leaves the network's addresses is dropped by its route table (next hop None), and by the groups, which refuse
    the internet in both directions before they allow anything. Private endpoints obey both (network policies are on),
    and answer on TCP 443 only. There is no public address, gateway, NAT or firewall, and no argument for one; networks
    of the zone are joined by `VnetPeering`. DNS is Azure's own, with the zones of `PrivateDnsZones`, and resolves
    listed names alone (`DnsSecurityPolicy`, a part of it, where the cloud has it and DNS is not run elsewhere).
    Flow logs are written by an identity of their own, which may write blobs in that account and nothing else.
    Features: network boundary; locked export of logs.
    Outputs: `vnet_id`, `cidr`, `endpoint_subnet_id`, `workload_subnet_id`; `dns_policy_id`, None without one.
    Cost: the network is free; flow logs by the GB, and what the account keeps of them.
    Traps: The network is encrypted where it can be: between machines of supported sizes with accelerated networking.
    AllowUnencrypted is the only enforcement that Azure offers to all; traffic to private endpoints is not encrypted by
    it. The tag VirtualNetwork includes the prefixes of user-defined routes, 0.0.0.0/0 among them: so the internet is
    refused before it is used. A block can't be changed while subnets stand in it. Azure makes a Network Watcher with
    the first network of a location, some time later, unless the subscription has opted out; there can be one only, so
    it is used and not made. Flow logs are block blobs, updated every few minutes: the account's containers must take
    appends to them (`appends_to_block_blobs`), and its firewall Azure's trusted services. That a locked container takes
    them as Network Watcher makes them, inside the blob's last bracket, is unverified.
    Source: Azure Virtual Network, "Virtual network service tags", "Default outbound access", "Virtual network
    encryption"; Azure Private Link, "Manage network policies for private endpoints"; Azure Network Watcher, "Manage
    virtual network flow logs", "Managed identity for virtual network flow logs".
    """

    vnet_id: pulumi.Output[str]
    cidr: str
    endpoint_subnet_id: pulumi.Output[str]
    workload_subnet_id: pulumi.Output[str]
    dns_policy_id: pulumi.Output[str | None]

    def __init__(self, name: str, args: VnetBoundaryArgs, opts: pulumi.ResourceOptions | None = None):
        location = location_of(args.zone, args.location, "VnetBoundaryArgs.location")
        subscription = subscription_of(args.deployment, args.subscription, "VnetBoundaryArgs.subscription")
        if not _PURPOSE.fullmatch(args.purpose):
            right = "Write at most 20 small letters, digits and hyphens: `network`."
            raise InputError(Problem("VnetBoundaryArgs.purpose", "This is no short word for a name.", right))
        if args.flow_logs_account_id is not None:
            where = "VnetBoundaryArgs.flow_logs_account_id"
            resource_id(args.flow_logs_account_id, where, "Microsoft.Storage/storageAccounts")
        check_domains(args.allowed_domains, "VnetBoundaryArgs.allowed_domains")
        self.cidr = args.cidr or block(args.zone, args.deployment, location)
        _check_block(self.cidr, args)
        super().__init__("sovereign-zones:index:VnetBoundary", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        made = network.VirtualNetwork(
            name,
            resource_group_name=args.resource_group_name,
            location=location,
            virtual_network_name=azure_names.own(args.zone, args.purpose),
            address_space=network.AddressSpaceArgs(address_prefixes=[self.cidr]),
            encryption=network.VirtualNetworkEncryptionArgs(
                enabled=True, enforcement=network.VirtualNetworkEncryptionEnforcement.ALLOW_UNENCRYPTED
            ),
            opts=child,
        )
        routes = network.RouteTable(
            name,
            resource_group_name=args.resource_group_name,
            location=location,
            route_table_name=azure_names.own(args.zone, args.purpose),
            disable_bgp_route_propagation=True,
            routes=[
                network.RouteArgs(
                    name="nowhere", address_prefix="0.0.0.0/0", next_hop_type=network.RouteNextHopType.NONE
                )
            ],
            opts=child,
        )
        endpoints, workloads = _parts(self.cidr)
        first = self._subnet(name, args, location, made, routes, "endpoints", endpoints)
        # a network takes one change at a time
        after = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[first]))
        second = self._subnet(name, args, location, made, routes, "workloads", workloads, after)
        if args.flow_logs_account_id is not None:
            flow_log(
                name,
                zone=args.zone,
                subscription=subscription,
                location=location,
                resource_group_name=args.resource_group_name,
                called=azure_names.own(args.zone, args.purpose),
                target_id=made.id,
                account_id=args.flow_logs_account_id,
                watcher=args.network_watcher or f"NetworkWatcher_{location}",
                watcher_group=args.network_watcher_group,
                parent=self,
            )
        self.vnet_id, self.endpoint_subnet_id, self.workload_subnet_id = made.id, first.id, second.id
        self.dns_policy_id = self._names(name, args, location, made, second)
        self.register_outputs(
            {
                "vnetId": self.vnet_id,
                "cidr": self.cidr,
                "endpointSubnetId": self.endpoint_subnet_id,
                "workloadSubnetId": self.workload_subnet_id,
                "dnsPolicyId": self.dns_policy_id,
            }
        )

    def _names(
        self,
        name: str,
        args: VnetBoundaryArgs,
        location: str,
        made: network.VirtualNetwork,
        last: network.Subnet,
    ) -> pulumi.Output[str | None]:
        if NAMED_ELSEWHERE in args.deployment.azure_managed_elsewhere or not offered(CAPABILITY, location):
            return pulumi.Output.from_input(None)
        names = DnsSecurityPolicyArgs(
            zone=args.zone,
            deployment=args.deployment,
            resource_group_name=args.resource_group_name,
            # once the network has its subnets: it takes one change at a time
            vnet_ids={args.purpose: pulumi.Output.all(made.id, last.id).apply(lambda known: known[0])},
            allowed_domains=args.allowed_domains,
            purpose=f"{args.purpose}-dns",
            location=location,
        )
        return DnsSecurityPolicy(name, names, pulumi.ResourceOptions(parent=self)).policy_id.apply(lambda known: known)

    def _subnet(
        self,
        name: str,
        args: VnetBoundaryArgs,
        location: str,
        within: network.VirtualNetwork,
        routes: network.RouteTable,
        part: str,
        prefix: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> network.Subnet:
        child = pulumi.ResourceOptions(parent=self)
        rules = security_rules.endpoints() if part == "endpoints" else security_rules.workloads()
        group = network.NetworkSecurityGroup(
            f"{name}-{part}",
            resource_group_name=args.resource_group_name,
            location=location,
            network_security_group_name=azure_names.own(args.zone, f"{args.purpose}-{part}"),
            security_rules=rules,
            opts=child,
        )
        return network.Subnet(
            f"{name}-{part}",
            resource_group_name=args.resource_group_name,
            virtual_network_name=within.name,
            subnet_name=part,
            address_prefix=prefix,
            default_outbound_access=False,
            network_security_group=network.NetworkSecurityGroupArgs(id=group.id),
            route_table=network.RouteTableArgs(id=routes.id),
            private_endpoint_network_policies=network.VirtualNetworkPrivateEndpointNetworkPolicies.ENABLED,
            opts=opts or child,
        )


def _parts(cidr: str) -> tuple[str, str]:
    """The first quarter for endpoints, the second half for workloads; the second quarter stays free."""
    quarter = next(IPv4Network(cidr).subnets(prefixlen_diff=2))
    half = list(IPv4Network(cidr).subnets(prefixlen_diff=1))[1]
    return str(quarter), str(half)


def _check_block(cidr: str, args: VnetBoundaryArgs) -> None:
    smallest = SMALLEST_SUBNET - 2
    if not is_private(cidr) or not LARGEST_BLOCK <= IPv4Network(cidr).prefixlen <= smallest:
        in_stack = f"Pulumi.{args.zone.zone}.yaml: {key('azure_vnet_cidrs')}"
        raise InputError(
            Problem(
                "VnetBoundaryArgs.cidr" if args.cidr else in_stack,
                f"This is no block of private addresses from /{LARGEST_BLOCK} to /{smallest}.",
                "Write its first address and its size: 10.20.0.0/16.",
            )
        )
