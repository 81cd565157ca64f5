"""Which names a zone's network resolves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import route53

from components.aws.arguments import bucket_arn, region_of
from sovereignty.compile.required import aws as footprint
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.facts.aws_endpoint_services import endpoint_domains, reverse_domains
from sovereignty.zone import Zone

_FIRST, _SECOND = 100, 200
_BEFORE_OTHERS = 101
"""The least priority that an association may have (Route 53 API Reference, AssociateFirewallRuleGroup)."""
_DOMAIN = re.compile(r"(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_DOMAIN = 255
"""Characters of a name in a domain list (Route 53 API Reference, CreateFirewallDomainList)."""


@dataclass(frozen=True, kw_only=True)
class DnsFirewallArgs:
    """What a VPC's DNS firewall needs to know."""

    zone: Zone
    deployment: Deployment
    region: str
    vpc_id: pulumi.Input[str]
    allowed_domains: Sequence[str] = ()
    """Names beside AWS's endpoints in the zone's regions: `example.com`, `*.example.com`."""
    query_logs_bucket: pulumi.Input[str] | None = None
    """ARN of the bucket to which every query is logged. None: queries aren't logged."""


class DnsFirewall(pulumi.ComponentResource):
    """A VPC's list of names that are resolved. Any other doesn't exist there, and none does while the firewall fails.

    Resolved are AWS's endpoints in the zone's regions, names of databases, caches and machines in them, the names of
    private addresses, and `allowed_domains`; what such a name refers to (a CNAME) is followed without a look at the
    list, since owners of services change that as they like.
    Features: DNS firewall.
    Outputs: `rule_group_id`. Cost: by the query and by the names on the lists; query logs by the GB.
    Traps: it sees what is asked of the VPC's own resolver alone. A program that asks a resolver of its own, over HTTPS
    too, goes by it; with no way to the internet there is none to ask. Answers from the resolver's cache aren't logged
    again. Names that carry no region (`sts.amazonaws.com`, `bucket.s3.amazonaws.com`) have to be allowed by name, or
    the regional ones used. It judges names in private hosted zones too, and those of providers' endpoints: the zone's
    own domains belong in `allowed_domains`. So do names of public addresses (PTR), Lambda's function URLs
    (`*.lambda-url.<region>.on.aws`), and caches in aws-eusc, whose short code is unknown. In a VPC without DNS host
    names those of private addresses are asked of public servers. Query logs are delivered by
    delivery.logs.amazonaws.com; whether the bucket may lie in another region is unverified. Where a partition has no
    DNS firewall, the network is built without one.
    Source: Route 53 Developer Guide, "Using DNS Firewall to filter outbound DNS traffic", "Resolver query logging",
    "Using rules to control which queries are forwarded to your network".
    """

    rule_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: DnsFirewallArgs, opts: pulumi.ResourceOptions | None = None):
        region_of(args.zone, args.region, "DnsFirewallArgs.region")
        check_domains(args.allowed_domains, "DnsFirewallArgs.allowed_domains")
        if args.query_logs_bucket is not None:
            bucket_arn(args.zone, args.query_logs_bucket, "DnsFirewallArgs.query_logs_bucket")
        super().__init__("sovereign-zones:index:DnsFirewall", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        called = f"sovereign-{args.zone.zone}"
        group = route53.ResolverFirewallRuleGroup(name, name=called, opts=child)
        allowed = route53.ResolverFirewallDomainList(
            f"{name}-allowed", name=f"{called}-allowed", domains=allowed_domains(args), opts=child
        )
        every = route53.ResolverFirewallDomainList(f"{name}-every", name=f"{called}-every", domains=["*"], opts=child)
        let = route53.ResolverFirewallRule(
            f"{name}-allowed",
            name="allowed",
            action="ALLOW",
            firewall_domain_list_id=allowed.id,
            firewall_domain_redirection_action="TRUST_REDIRECTION_DOMAIN",
            firewall_rule_group_id=group.id,
            priority=_FIRST,
            opts=child,
        )
        refuse = route53.ResolverFirewallRule(
            f"{name}-every",
            name="every",
            action="BLOCK",
            block_response="NXDOMAIN",
            firewall_domain_list_id=every.id,
            firewall_rule_group_id=group.id,
            priority=_SECOND,
            opts=child,
        )
        route53.ResolverFirewallConfig(name, resource_id=args.vpc_id, firewall_fail_open="DISABLED", opts=child)
        route53.ResolverFirewallRuleGroupAssociation(
            name,
            name=called,
            firewall_rule_group_id=group.id,
            vpc_id=args.vpc_id,
            priority=_BEFORE_OTHERS,
            # a group with the second rule alone would leave the network without a name
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[let, refuse])),
        )
        if args.query_logs_bucket is not None:
            logs = route53.ResolverQueryLogConfig(name, name=called, destination_arn=args.query_logs_bucket, opts=child)
            route53.ResolverQueryLogConfigAssociation(
                name, resolver_query_log_config_id=logs.id, resource_id=args.vpc_id, opts=child
            )
        self.rule_group_id = group.id
        self.register_outputs({"ruleGroupId": self.rule_group_id})


def allowed_domains(args: DnsFirewallArgs) -> list[str]:
    """All that the network resolves."""
    where = footprint(args.zone)
    ours = {name for region in where.regions for name in endpoint_domains(where.partition, region)}
    return sorted({*ours, *reverse_domains(), *args.allowed_domains})


def check_domains(domains: Sequence[str], where: str) -> None:
    """InputError for what is no name, or covers a whole top-level domain."""
    for index, each in enumerate(domains):
        if not _DOMAIN.fullmatch(each) or len(each) > _LONGEST_DOMAIN:
            raise InputError(
                Problem(
                    f"{where}[{index}]",
                    "This is no domain name in lower case below a top-level domain.",
                    "Write `example.com`, or `*.example.com` for all below it.",
                )
            )
