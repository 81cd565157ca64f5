"""Which names a zone's networks on Azure resolve."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
from pulumi_azure_native import dnsresolver

from components.arguments import checked
from components.azure.arguments import location_of
from components.azure.endpoints import own_resource
from sovereignty import azure_names
from sovereignty.compile.required import azure
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.facts.azure_availability import offered, unavailable
from sovereignty.facts.azure_clouds import private_kinds, private_zones, suffix
from sovereignty.facts.azure_networks import machine_domain
from sovereignty.vpc_blocks import PRIVATE
from sovereignty.zone import Zone

CAPABILITY = "dns-security-policy"
FIRST, SECOND = 100, 200
"""Priorities: Azure takes 100 to 65000, and the lower number decides (Overview of DNS security policy)."""
EVERY = "."
"""All names there are."""
_PRIVATE_LINK = "privatelink."
_CALLED = {"vault": "vault", "managedhsm": "hsm", "attestation": "attest"}
"""Kinds whose public names end otherwise than the private ones, and what azure_clouds calls those ends."""
_DOMAIN = re.compile(r"([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_DOMAIN = 253
"""Characters of a name (RFC 1035)."""
_SHORT = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True, kw_only=True)
class DnsSecurityPolicyArgs:
    """What the DNS security policy of a location's networks needs to know."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    vnet_ids: Mapping[str, pulumi.Input[str]]
    """The networks that it binds, of that location: a short name -> ARM id. A network takes one policy."""
    allowed_domains: Sequence[str] = ()
    """Names beside those of the zone's services: `example.com`, which lets all below it through as well."""
    purpose: str = "dns"
    """A short word in the names, for a further policy in the same resource group."""
    location: str | None = None
    """None: the zone's home."""


class DnsSecurityPolicy(pulumi.ComponentResource):
    """A list of the names that a location's networks resolve. Any other doesn't exist there.

    Resolved are the names of the services that a zone has private endpoints for (vaults, managed HSMs, blobs, Azure
    Monitor, attestation), of machines, of private addresses, and `allowed_domains`, with all below them.
    Features: DNS firewall.
    Outputs: `policy_id`, for `ResourceLogs`: every query can be logged.
    Cost: by the policy and by the million of queries.
    Traps: It sees what is asked of Azure's own resolver (168.63.129.16). A program that asks a resolver of its own goes
    by it; with no way to the internet there is none to ask. CNAME chains are followed, and what is refused anywhere in
    one is refused: a further service with a private endpoint needs its public and its private name here
    (`database.windows.net` is both). The names of Microsoft Entra (`login.microsoftonline.com`) and of Resource Manager
    are not on the list: nothing in the network reaches them. Machines are asked for under `internal.cloudapp.net`; how
    their names end in other clouds is unknown. A network takes one policy: a tenant that has its own for all networks
    names `private-dns` in azureManagedElsewhere, and `VnetBoundary` makes none. Whether clouds beside the public one
    have such policies is unverified. The SDK's classes are of a preview API version (2023-07-01-preview), the stable
    one is 2025-05-01.
    Source: Azure DNS, "Overview of DNS security policy".
    """

    policy_id: pulumi.Output[str]

    def __init__(self, name: str, args: DnsSecurityPolicyArgs, opts: pulumi.ResourceOptions | None = None):
        location = location_of(args.zone, args.location, "DnsSecurityPolicyArgs.location")
        if not offered(CAPABILITY, location):
            where, among = "DnsSecurityPolicyArgs.location", azure(args.zone).regions
            raise InputError(unavailable(where, CAPABILITY, location, among, "DNS security policies"))
        check_domains(args.allowed_domains, "DnsSecurityPolicyArgs.allowed_domains")
        networks = _networks(args)
        super().__init__("sovereign-zones:index:DnsSecurityPolicy", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = args.resource_group_name
        policy = dnsresolver.DnsResolverPolicy(
            name,
            resource_group_name=group,
            location=location,
            dns_resolver_policy_name=azure_names.own(args.zone, args.purpose),
            opts=child,
        )
        rules = []
        for part, domains, action, priority in (
            ("allowed", resolved(args.zone, args.allowed_domains), dnsresolver.ActionType.ALLOW, FIRST),
            ("every", [EVERY], dnsresolver.ActionType.BLOCK, SECOND),
        ):
            listed = dnsresolver.DnsResolverDomainList(
                f"{name}-{part}",
                resource_group_name=group,
                location=location,
                dns_resolver_domain_list_name=azure_names.own(args.zone, f"{args.purpose}-{part}"),
                domains=domains,
                opts=child,
            )
            rules.append(
                dnsresolver.DnsSecurityRule(
                    f"{name}-{part}",
                    resource_group_name=group,
                    location=location,
                    dns_resolver_policy_name=policy.name,
                    dns_security_rule_name=part,
                    action=dnsresolver.DnsSecurityRuleActionArgs(action_type=action),
                    dns_resolver_domain_lists=[dnsresolver.SubResourceArgs(id=listed.id)],
                    dns_security_rule_state=dnsresolver.DnsSecurityRuleState.ENABLED,
                    priority=priority,
                    opts=child,
                )
            )
        # a policy with the second rule alone would leave the networks without a name
        ruled = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=rules))
        for short, vnet_id in networks.items():
            dnsresolver.DnsResolverPolicyVirtualNetworkLink(
                f"{name}-{short}",
                resource_group_name=group,
                location=location,
                dns_resolver_policy_name=policy.name,
                dns_resolver_policy_virtual_network_link_name=short,
                virtual_network=dnsresolver.SubResourceArgs(id=vnet_id),
                opts=ruled,
            )
        self.policy_id = policy.id
        self.register_outputs({"policyId": self.policy_id})


def resolved(zone: Zone, more: Sequence[str] = ()) -> list[str]:
    """All that a network resolves, as Azure writes names: with a full stop at the end. Each covers all below it."""
    cloud = azure(zone).cloud
    kinds = private_kinds(cloud)
    services = {each.removeprefix(_PRIVATE_LINK) for kind in kinds for each in private_zones(cloud, kind)}
    stores = {suffix(cloud, _CALLED[kind]) for kind in kinds if kind in _CALLED}
    machines = machine_domain(cloud)
    names = {*services, *stores, *_reverse(), *more, *([machines] if machines else [])}
    return sorted(f"{each}." for each in names)


def _reverse() -> list[str]:
    """The names of private addresses: `10.in-addr.arpa`."""
    found = []
    for space in PRIVATE:
        octets = -(-space.prefixlen // 8)
        for part in space.subnets(new_prefix=octets * 8):
            found.append(_reversed(part, octets))
    return found


def _reversed(network: IPv4Network, octets: int) -> str:
    return ".".join([*reversed(str(network.network_address).split(".")[:octets]), "in-addr.arpa"])


def check_domains(domains: Sequence[str], where: str) -> None:
    """InputError for what is no name, or covers a whole top-level domain."""
    for index, each in enumerate(domains):
        if not _DOMAIN.fullmatch(each) or len(each) > _LONGEST_DOMAIN:
            raise InputError(
                Problem(
                    f"{where}[{index}]",
                    "This is no domain name in lower case below a top-level domain.",
                    "Write `example.com`: all below it is resolved as well.",
                )
            )


def _networks(args: DnsSecurityPolicyArgs) -> dict[str, pulumi.Input[str]]:
    found = {}
    for short, each in args.vnet_ids.items():
        if not _SHORT.fullmatch(short):
            right = "Write small letters, digits and hyphens, such as `network`."
            raise InputError(Problem("DnsSecurityPolicyArgs.vnet_ids", "A name in it is no short name.", right))
        where = f"DnsSecurityPolicyArgs.vnet_ids.{short}"
        found[short] = checked(each, own_resource(args.deployment, where, "Microsoft.Network/virtualNetworks"))
    if not found:
        raise InputError(
            Problem("DnsSecurityPolicyArgs.vnet_ids", "It binds no network.", "Name one, by a short name.")
        )
    return found
