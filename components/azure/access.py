"""How a location's network reaches what the zone has on Azure: private endpoints, and the names that lead to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.azure.arguments import location_of
from components.azure.endpoints import NAMED_ELSEWHERE, ZonePrivateEndpoint, ZonePrivateEndpointArgs
from components.azure.private_dns import PrivateDnsZones, PrivateDnsZonesArgs
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone


@dataclass(frozen=True, kw_only=True)
class PrivateAccessArgs:
    """What a location's private access needs to know."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    vnet_id: pulumi.Input[str]
    """ARM id of the location's network, which resolves the names."""
    subnet_id: pulumi.Input[str]
    """ARM id of the subnet that the endpoints get their addresses in."""
    vault_ids: Mapping[str, pulumi.Input[str]]
    """ARM ids of key vaults, or of managed HSMs where the zone's keys are in them, by a short name."""
    account_ids: Mapping[str, pulumi.Input[str]]
    """ARM ids of storage accounts, by a short name."""
    monitor_scope_id: pulumi.Input[str] | None = None
    """ARM id of the zone's private link scope; None: no logs are sent from this network."""
    attestation_id: pulumi.Input[str] | None = None
    """ARM id of the zone's attestation provider."""
    location: str | None = None
    """A location of the zone; None: its home."""


class PrivateAccess(pulumi.ComponentResource):
    """The private endpoints of a location, one for each thing that its network has to reach, and private DNS zones of
    the location's own, linked to its network alone, in which their names stand.

    So each location reaches all of it at addresses of its own, and another location changes nothing here. With
    `private-dns` in azureManagedElsewhere there are no DNS zones: whoever runs the tenant's gives the endpoints names.
    Features: private endpoints; private DNS.
    Outputs: `endpoint_ids`, by kind and short name.
    Cost: an endpoint by the hour and by the GB; a DNS zone by the month.
    Traps: until an endpoint has its names in some zone, what it leads to is out of reach from the network.
    Source: Azure Private Link, "Private endpoint private DNS zone values".
    """

    endpoint_ids: pulumi.Output[dict[str, str]]

    def __init__(self, name: str, args: PrivateAccessArgs, opts: pulumi.ResourceOptions | None = None):
        zone, deployment = args.zone, args.deployment
        location = location_of(zone, args.location, "PrivateAccessArgs.location")
        super().__init__("sovereign-zones:index:PrivateAccess", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        vault = "managedhsm" if zone.keys.azure == "managed-hsm" else "vault"
        wanted = {(vault, short): each for short, each in args.vault_ids.items()}
        wanted |= {("blob", short): each for short, each in args.account_ids.items()}
        for kind, target in (("monitor", args.monitor_scope_id), ("attestation", args.attestation_id)):
            if target is not None:
                wanted[kind, kind] = target
        zones: PrivateDnsZones | None = None
        if NAMED_ELSEWHERE not in deployment.azure_managed_elsewhere:
            zones = PrivateDnsZones(
                name,
                PrivateDnsZonesArgs(
                    zone=zone,
                    deployment=deployment,
                    resource_group_name=args.resource_group_name,
                    vnet_ids={location: args.vnet_id},
                    kinds=sorted({kind for kind, _ in wanted}),
                ),
                child,
            )
        made: dict[str, pulumi.Output[str]] = {}
        for (kind, short), target in wanted.items():
            endpoint = ZonePrivateEndpoint(
                f"{name}-{short}" if kind == short else f"{name}-{short}-{kind}",
                ZonePrivateEndpointArgs(
                    zone=zone,
                    deployment=deployment,
                    resource_group_name=args.resource_group_name,
                    subnet_id=args.subnet_id,
                    target_id=target,
                    kind=kind,
                    dns_zone_ids=zones.of(kind) if zones else (),
                    location=location,
                ),
                child,
            )
            made[kind if kind == short else f"{kind}-{short}"] = endpoint.endpoint_id
        self.endpoint_ids = pulumi.Output.all(**made)
        self.register_outputs({"endpointIds": self.endpoint_ids})
