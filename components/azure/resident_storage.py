"""Storage on Azure for a zone's ordinary data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.azure import account_parts, lifecycle
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone


@dataclass(frozen=True, kw_only=True)
class ResidentStorageAccountArgs:
    """What a storage account for a zone's ordinary data needs to know."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    purpose: str
    """A short word of small letters and digits: the account's name is made of it, the zone and the place."""
    key_store_uri: pulumi.Input[str]
    """Address of the vault or managed HSM with the zone's key."""
    key_name: pulumi.Input[str]
    """Name of the key in it; no version, so that storage follows the key's rotation."""
    identity_id: pulumi.Input[str]
    """ARM id of the user-assigned identity that may use the key."""
    containers: Sequence[str]
    """Names of the containers."""
    redundancy: str | None = None
    """None: Standard_ZRS where the location has availability zones, else Standard_LRS. A geo-redundant one
    (Standard_GRS, Standard_RAGRS, Standard_GZRS, Standard_RAGZRS) takes a zone that holds the location's pair, and
    allows copies there (`azure.geo_redundancy`)."""
    data_class: str | None = None
    """A class of the zone, for the tag DataClassification; None: the zone's first."""
    old_versions_days: int | None = 90
    """Days after its writing when a version that is no longer the current one goes for good; None: never."""
    trusted_services: bool | None = None
    """Whether the firewall lets Azure's trusted services in. None: where a lifecycle rule needs them."""
    location: str | None = None
    """None: the zone's home."""
    subscription: str | None = None
    """None: the zone's first."""


class ResidentStorageAccount(pulumi.ComponentResource):
    """A storage account for data that stays in the zone and may be changed and deleted. Protected, with all it needs.

    As `WormStorageAccount` without the retention: the zone's key and infrastructure encryption, no shared keys, no
    public network, no anonymous access, and versions, so that what is overwritten or deleted can be brought back.

    Features: resident data.
    Outputs: `account_id`, `name`, `containers`.
    Cost: what is stored, old versions and what is deleted softly too; geo-redundancy about twice.
    Traps: a version's age counts from when it was written, not from when it was replaced, so that of an old blob may go
    the day after; soft delete keeps it for thirty days more. A copy into the account has to come from one that has a
    private endpoint in the same network, in other locations of the zone too. The lifecycle rule needs the firewall's
    exception for trusted services, as on `WormStorageAccount`.
    Source: Microsoft Learn, "Blob versioning", "Soft delete for blobs", "Azure Blob Storage lifecycle management
    overview", "Restrict the source of copy operations".
    """

    account_id: pulumi.Output[str]
    name: pulumi.Output[str]
    containers: pulumi.Output[list[str]]

    def __init__(self, name: str, args: ResidentStorageAccountArgs, opts: pulumi.ResourceOptions | None = None):
        place = account_parts.check(args)
        _check(args)
        super().__init__("sovereign-zones:index:ResidentStorageAccount", name, None, opts)
        rules = [] if args.old_versions_days is None else [lifecycle.old_versions(args.old_versions_days)]
        parts = account_parts.make(
            self,
            name,
            args,
            place,
            rules=rules,
            versions=True,
            trusted_services=bool(rules) if args.trusted_services is None else args.trusted_services,
            data_class=args.data_class,
        )
        # who writes to it finds versions and soft delete there
        before = [parts.service.id]
        self.account_id = account_parts.waiting(parts.account.id, before)
        self.name = account_parts.waiting(parts.account.name, before)
        self.containers = pulumi.Output.all(*(each.name for each in parts.containers.values()))
        self.register_outputs({"accountId": self.account_id, "name": self.name, "containers": self.containers})


def _check(args: ResidentStorageAccountArgs) -> None:
    zone = args.zone
    if args.data_class is not None and args.data_class not in zone.data_classes:
        found = f"Zone {zone.zone} has no class of this name."
        right = f"Use one of {', '.join(zone.data_classes)}."
        raise InputError(Problem("ResidentStorageAccountArgs.data_class", found, right))
    if args.old_versions_days is not None and args.old_versions_days < 1:
        found = "A version is kept for a day at least."
        raise InputError(Problem("ResidentStorageAccountArgs.old_versions_days", found, "Use 1 or more, or None."))
