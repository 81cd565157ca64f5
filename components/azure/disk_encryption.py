"""What managed disks are encrypted with: the disk encryption set of a location."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import compute

from components.arguments import checked
from components.azure.arguments import given, location_of, resource_id, subscription_of
from components.azure.grants import assignment_name, grant, once
from components.azure.key_patience import until_the_key_opens
from components.azure.keys import ENCRYPTS
from sovereignty import azure_names
from sovereignty.compile.azure.keys import CONFIDENTIAL_DISKS
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

_STORES = ("Microsoft.KeyVault/vaults", "Microsoft.KeyVault/managedHSMs")
_VERSION = re.compile(r"https://[^/]+/keys/(?P<name>[A-Za-z0-9-]+)/[0-9a-f]{32}/?")


@dataclass(frozen=True, kw_only=True)
class ZoneDiskEncryptionSetArgs:
    """What a disk encryption set needs to know."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    store_id: pulumi.Input[str]
    """ARM id of the vault, or of the managed HSM, that holds the key; of the set's location and subscription."""
    key_uri: pulumi.Input[str]
    """The key's address with its version: `key_version_uri` of ZoneKeyVault, ZoneManagedHsm or ConfidentialDiskKey."""
    identity_id: pulumi.Input[str] | None = None
    """ARM id of the identity that may use the key. None: one of the set's own, which gets the right to this key alone;
    only with a vault, since ARM grants nothing in an HSM."""
    confidential: bool = False
    """For the disks of confidential machines, whose key only an attested machine gets: of a ConfidentialDiskKey."""
    location: str | None = None
    """A location of the zone; None: its home."""
    subscription: str | None = None
    """A subscription of the zone; None: its first. The provider has to be of it."""


class ZoneDiskEncryptionSet(pulumi.ComponentResource):
    """The disk encryption set of a location, for managed disks, snapshots and images. Protected.

    It follows the key to its latest version, within an hour of a rotation. With `confidential` it encrypts the disks
    and the guest state of confidential machines, and stays on its version.

    Features: disk encryption.
    Outputs: `set_id`, known when the set may use the key.

    Cost: none of its own; operations on the key.

    Traps: keys of confidential machines don't rotate by themselves: stop all machines on the set, then change its key
    (one that runs keeps all of them on the old key); ephemeral disks keep their key for good, so give machines with
    them a set of their own. ARM asks for a version in the key's address though the set then follows the latest. The key
    lies in the set's location; the store's id is only taken for one of the set's own subscription. Without the key's
    grant a set with an identity of yours is refused (KeyVaultAccessForbidden), one with its own makes no disks; a new
    grant in a vault is waited for, and told (components/azure/key_patience.py). Disks
    under `EncryptionAtRestWithCustomerKey` are encrypted once, by the zone's key; the built-in policy that asks for
    double encryption is not the zone's, since it refuses confidential sets.

    Source: Azure managed disks, "Server-side encryption" (rotation, restrictions); "Rotate customer-managed keys for
    confidential VMs"; ARM's DiskEncryptionSets (keyUrl).
    """

    set_id: pulumi.Output[str]

    def __init__(self, name: str, args: ZoneDiskEncryptionSetArgs, opts: pulumi.ResourceOptions | None = None):
        zone, group, where = args.zone, args.resource_group_name, "ZoneDiskEncryptionSetArgs"
        location = location_of(zone, args.location, f"{where}.location")
        subscription = subscription_of(args.deployment, args.subscription, f"{where}.subscription")
        given(group, f"{where}.resource_group_name")
        store = resource_id(args.store_id, f"{where}.store_id", *_STORES)
        given(args.key_uri, f"{where}.key_uri")
        url = checked(args.key_uri, _check_version)
        if args.identity_id is None and zone.keys.azure == "managed-hsm":
            found = "It is missing, and people grant an identity the key of an HSM before a set is made."
            raise InputError(Problem(f"{where}.identity_id", found, "Give the identity_id of ZoneManagedHsm."))
        own = args.identity_id is None
        identity = None
        if args.identity_id is not None:
            kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
            identity = resource_id(args.identity_id, f"{where}.identity_id", kind)
        super().__init__("sovereign-zones:index:ZoneDiskEncryptionSet", name, None, opts)
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        purpose = CONFIDENTIAL_DISKS if args.confidential else "disks"
        made = compute.DiskEncryptionSet(
            name,
            disk_encryption_set_name=azure_names.own(zone, purpose),
            resource_group_name=group,
            location=location,
            encryption_type=compute.DiskEncryptionSetType.CONFIDENTIAL_VM_ENCRYPTED_WITH_CUSTOMER_KEY
            if args.confidential
            else compute.DiskEncryptionSetType.ENCRYPTION_AT_REST_WITH_CUSTOMER_KEY,
            # a confidential machine has to be stopped for another version
            rotation_to_latest_key_version_enabled=not args.confidential,
            active_key=compute.KeyForDiskEncryptionSetArgs(key_url=url, source_vault=compute.SourceVaultArgs(id=store)),
            identity=compute.EncryptionSetIdentityArgs(type=compute.DiskEncryptionSetIdentityType.SYSTEM_ASSIGNED)
            if identity is None
            else compute.EncryptionSetIdentityArgs(
                type=compute.DiskEncryptionSetIdentityType.USER_ASSIGNED, user_assigned_identities=[identity]
            ),
            opts=pulumi.ResourceOptions.merge(
                kept, pulumi.ResourceOptions(hooks=until_the_key_opens(f"{name}-{purpose}", zone))
            ),
        )
        self.set_id = made.id
        if own:
            allowed = grant(
                name,
                assignment=assignment_name(zone, subscription, location, purpose),
                subscription=subscription,
                scope=pulumi.Output.all(store, url).apply(lambda known: f"{known[0]}/keys/{_name_in(known[1])}"),
                principal_id=made.identity.apply(lambda found: str(found.principal_id) if found else ""),
                role=ENCRYPTS,
                opts=kept,
            )
            self.set_id = once(made.id, allowed.id)
        self.register_outputs({"setId": self.set_id})


def _name_in(url: str) -> str:
    found = _VERSION.fullmatch(url)
    return found["name"] if found else ""


def _check_version(url: str) -> None:
    if not _VERSION.fullmatch(url):
        found = "This is no address of a key's version."
        right = "Give a key's key_version_uri: https://<vault>.vault.azure.net/keys/<name>/<32 digits>"
        raise InputError(Problem("ZoneDiskEncryptionSetArgs.key_uri", found, right))
