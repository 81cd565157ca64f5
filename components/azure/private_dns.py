"""The private DNS zones that a zone's private endpoints are found by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import privatedns

from components.azure.arguments import location_of, resource_id
from sovereignty.compile.required import azure
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.facts.azure_clouds import private_kinds, private_zones
from sovereignty.zone import Zone

EVERYWHERE = "global"
HSM = "managedhsm"


@dataclass(frozen=True, kw_only=True)
class PrivateDnsZonesArgs:
    """What a zone's private DNS zones need to know."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    vnet_ids: Mapping[str, pulumi.Input[str]]
    """The networks that are to resolve the names: location -> ARM id."""
    kinds: Sequence[str] | None = None
    """Kinds of private endpoint: `vault`, `managedhsm`, `blob`, `monitor`, `attestation`. None: all that the zone's
    cloud has, `managedhsm` only where the zone's keys are in one."""


class PrivateDnsZones(pulumi.ComponentResource):
    """The private DNS zones of Azure Private Link for a zone's services, linked to its networks.

    Their names are the cloud's (public, usgovernment, china). In a linked network the services' names lead to private
    endpoints or nowhere: a link never falls back to public resolution. Nobody registers machines in them.
    Features: private DNS.
    Outputs: `zone_ids` (kind -> the ids of its zones: five for `monitor`, one for others). In Python, `of(kind)` gives
    them one by one, as `ZonePrivateEndpointArgs.dns_zone_ids` takes them.
    Cost: by the zone and by the million of queries.
    Traps: The zones are `global`: they hold names and private addresses, no content. `monitor` and `blob` share a zone,
    which is made once. A second endpoint to one resource writes over the first one's record: one endpoint for each
    resource and set of zones, so a location that needs endpoints of its own needs zones of its own, linked to its
    network alone. Whatever else stands behind a linked name (`blob.core.windows.net`) is no longer resolved from here
    unless it has an endpoint, too. The names for managed HSM and attestation outside the public cloud are unverified.
    Source: Azure Private Link, "Private endpoint private DNS zone values"; Azure DNS, "Virtual network links".
    """

    zone_ids: pulumi.Output[dict[str, list[str]]]

    def __init__(self, name: str, args: PrivateDnsZonesArgs, opts: pulumi.ResourceOptions | None = None):
        cloud = azure(args.zone).cloud
        kinds = _kinds(args, cloud)
        networks = {
            location_of(args.zone, location, f"PrivateDnsZonesArgs.vnet_ids.{location}"): resource_id(
                each, f"PrivateDnsZonesArgs.vnet_ids.{location}", "Microsoft.Network/virtualNetworks"
            )
            for location, each in args.vnet_ids.items()
        }
        if len(networks) < len(args.vnet_ids):
            right = "Name each location once."
            raise InputError(Problem("PrivateDnsZonesArgs.vnet_ids", "It names a location in two spellings.", right))
        super().__init__("sovereign-zones:index:PrivateDnsZones", name, None, opts)
        self._kinds = {kind: private_zones(cloud, kind) for kind in kinds}
        called = dict.fromkeys(each for names in self._kinds.values() for each in names)
        self._zones = {each: self._zone(name, args, each, networks) for each in called}
        self.zone_ids = pulumi.Output.all(**{each: zone.id for each, zone in self._zones.items()}).apply(
            lambda ids: {kind: [ids[each] for each in names] for kind, names in self._kinds.items()}
        )
        self.register_outputs({"zoneIds": self.zone_ids})

    def of(self, kind: str) -> list[pulumi.Output[str]]:
        """The ids of the zones that an endpoint of a kind needs; KeyError for a kind that was not asked for."""
        return [self._zones[each].id for each in self._kinds[kind]]

    def _zone(
        self, name: str, args: PrivateDnsZonesArgs, called: str, networks: Mapping[str, pulumi.Input[str]]
    ) -> privatedns.PrivateZone:
        child = pulumi.ResourceOptions(parent=self)
        zone = privatedns.PrivateZone(
            f"{name}-{called}",
            resource_group_name=args.resource_group_name,
            location=EVERYWHERE,
            private_zone_name=called,
            opts=child,
        )
        for location, vnet_id in networks.items():
            privatedns.VirtualNetworkLink(
                f"{name}-{called}-{location}",
                resource_group_name=args.resource_group_name,
                location=EVERYWHERE,
                private_zone_name=zone.name,
                virtual_network_link_name=f"{args.zone.zone}-{location}",
                virtual_network=privatedns.SubResourceArgs(id=vnet_id),
                registration_enabled=False,
                resolution_policy=privatedns.ResolutionPolicy.DEFAULT,
                opts=child,
            )
        return zone


def _kinds(args: PrivateDnsZonesArgs, cloud: str) -> tuple[str, ...]:
    known = private_kinds(cloud)
    if args.kinds is None:
        return tuple(kind for kind in known if kind != HSM or args.zone.keys.azure == "managed-hsm")
    for index, kind in enumerate(args.kinds):
        if kind not in known:
            found = f"Private Link has no such kind in cloud {cloud}."
            right = f"Use some of {', '.join(known)}."
            raise InputError(Problem(f"PrivateDnsZonesArgs.kinds[{index}]", found, right))
    if not args.kinds:
        raise InputError(Problem("PrivateDnsZonesArgs.kinds", "The list is empty.", "Name a kind, or leave it out."))
    return tuple(dict.fromkeys(args.kinds))
