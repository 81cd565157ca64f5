"""A network security perimeter: the zone's services talk among themselves, and to nobody outside."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import network

from components.arguments import checked
from components.azure.arguments import location_of
from components.azure.endpoints import own_resource
from sovereignty import azure_names
from sovereignty.compile.required import azure, azure_subscriptions
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.facts.azure_availability import offered, unavailable
from sovereignty.facts.azure_networks import perimeter_types
from sovereignty.zone import Zone

CAPABILITY = "network-security-perimeter"
MODES = ENFORCED, LEARNING = "Enforced", "Learning"
_SHORT = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True, kw_only=True)
class ZonePerimeterArgs:
    """What a zone's perimeter needs to know."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    resources: Mapping[str, pulumi.Input[str]]
    """What lies in it: a short name -> ARM id, of one of the zone's subscriptions."""
    mode: str = ENFORCED
    """`Enforced`, or `Learning`: what no rule lets in is logged, and each resource's own firewall decides."""
    learning: Sequence[str] = ()
    """Short names of `resources` that stay in Learning while the others are Enforced."""
    location: str | None = None
    """Where the perimeter itself is. None: the zone's home."""


class ZonePerimeter(pulumi.ComponentResource):
    """A network security perimeter with the zone's resources in it: they reach each other, the zone's subscriptions
    reach them with identities of their own, and nothing of them goes out.

    There is one inbound rule, for the zone's subscriptions, and no outbound rule. Private endpoints pass it.
    Features: service perimeter.
    Outputs: `perimeter_id`, which waits for the resources to be in it.
    Cost: none; its logs by the GB, where `ResourceLogs` asks for them.
    Traps: Enforced, it takes the place of each resource's own firewall: of the exception for Azure's trusted services,
    and of `publicNetworkAccess: Disabled` too, so that identities of the zone's subscriptions come in by the public
    endpoint as the rule says. A service that is in no perimeter (Network Watcher, Azure Backup) comes in by that rule
    or not at all, so what such a service writes to is better left outside. What a member reaches has to be a member: a
    storage account's vault, a workspace's export. A managed HSM can't be one. Object replication, NFS, SFTP and Azure
    Backup don't go with a member account; SAS is refused among members and from subscriptions. Which types can take
    part, and which of them in preview, are dated facts. Public cloud only. The SDK's classes are of a preview API
    version (2024-06-01-preview): Azure's stable ones, from 2024-07-01 on, come only in a local package
    (`pulumi package add azure-native network 2024-10-01`).
    Only resources of the same perimeter send diagnostic settings to a workspace or an account that is Enforced: no
    subscription, management group, managed HSM or attestation provider does. Alert rules outside can't query such a
    workspace, no query spans it and another, and Log Analytics customer-managed keys (a dedicated cluster) don't go
    with any perimeter. So what others send to, query or use as trusted services stays in Learning (`learning`): it is
    logged, and closed by its own firewall and roles, as without a perimeter.
    Source: Azure Private Link, "What is a network security perimeter?", "Transition to a network security perimeter";
    Azure Storage, "Network security perimeter for Azure Storage"; Azure Monitor, "Configure Azure Monitor with Network
    Security Perimeter" (2025-06-04).
    """

    perimeter_id: pulumi.Output[str]

    def __init__(self, name: str, args: ZonePerimeterArgs, opts: pulumi.ResourceOptions | None = None):
        location = location_of(args.zone, args.location, "ZonePerimeterArgs.location")
        if not offered(CAPABILITY, location):
            where, among = "ZonePerimeterArgs.location", azure(args.zone).regions
            raise InputError(unavailable(where, CAPABILITY, location, among, "network security perimeters"))
        if args.mode not in MODES:
            right = f"Use one of {', '.join(MODES)}."
            raise InputError(Problem("ZonePerimeterArgs.mode", "This is not one of its values.", right))
        members = _members(args)
        for index, short in enumerate(args.learning):
            if short not in members:
                right = f"Use some of {', '.join(members)}."
                raise InputError(Problem(f"ZonePerimeterArgs.learning[{index}]", "It names none of resources.", right))
        super().__init__("sovereign-zones:index:ZonePerimeter", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = args.resource_group_name
        perimeter = network.NetworkSecurityPerimeter(
            name,
            resource_group_name=group,
            location=location,
            network_security_perimeter_name=azure_names.own(args.zone, "perimeter"),
            opts=child,
        )
        profile = network.NetworkSecurityPerimeterProfile(
            name,
            resource_group_name=group,
            location=location,
            network_security_perimeter_name=perimeter.name,
            profile_name="zone",
            opts=child,
        )
        rule = network.NetworkSecurityPerimeterAccessRule(
            name,
            resource_group_name=group,
            location=location,
            network_security_perimeter_name=perimeter.name,
            profile_name=profile.name,
            access_rule_name="zone-subscriptions",
            direction=network.AccessRuleDirection.INBOUND,
            subscriptions=[
                network.SubscriptionIdArgs(id=f"/subscriptions/{each}")
                for each in sorted(azure_subscriptions(args.deployment))
            ],
            opts=child,
        )
        # the rule first: a resource that comes in is not cut off from the zone for a moment
        ruled = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[rule]))
        inside = [
            network.NetworkSecurityPerimeterAssociation(
                f"{name}-{short}",
                resource_group_name=group,
                location=location,
                network_security_perimeter_name=perimeter.name,
                association_name=short,
                access_mode=LEARNING if short in args.learning else args.mode,
                private_link_resource=network.SubResourceArgs(id=member),
                profile=network.SubResourceArgs(id=profile.id),
                opts=ruled,
            )
            for short, member in members.items()
        ]
        self.perimeter_id = pulumi.Output.all(perimeter.id, *(each.id for each in inside)).apply(lambda known: known[0])
        self.register_outputs({"perimeterId": self.perimeter_id})


def _members(args: ZonePerimeterArgs) -> dict[str, pulumi.Input[str]]:
    if not args.resources:
        right = "Name what lies in it, by a short name."
        raise InputError(Problem("ZonePerimeterArgs.resources", "The perimeter is empty.", right))
    found = {}
    for short, each in args.resources.items():
        if not _SHORT.fullmatch(short):
            right = "Write small letters, digits and hyphens, such as `records`."
            raise InputError(Problem("ZonePerimeterArgs.resources", "A name in it is no short name.", right))
        check = own_resource(args.deployment, f"ZonePerimeterArgs.resources.{short}", *perimeter_types())
        found[short] = checked(each, check)
    return found
