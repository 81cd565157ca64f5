"""What every storage account of a zone has, locked or not: its own name, the zone's key, closed doors, soft delete."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pulumi
from pulumi_azure_native import storage

from components.azure import lifecycle
from components.azure.arguments import given, given_text, location_of, resource_id, subscription_of
from components.azure.key_patience import until_the_key_opens
from components.azure.redundancy import redundancy_of
from sovereignty import azure_names
from sovereignty.compile.required import azure
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.facts import azure_clouds
from sovereignty.zone import Zone

SOFT_DELETED_DAYS = 30
"""A deleted blob or container can be brought back: Azure takes 1 to 365, and recommends 7 at least (Data protection
overview)."""
LONGEST_SAS = "1.00:00:00"
"""A day. Shared keys are off, so only a user's own delegation signs, and that lasts a week at most."""
KEYS_EXPIRE_DAYS = 90
"""Nothing takes the account's keys; should somebody switch them on, Azure reports those that nobody has rotated."""
IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"
_PURPOSE = re.compile(r"[a-z0-9]{1,12}")
# Microsoft Learn, "Naming and referencing containers, blobs, and metadata"
_CONTAINER = re.compile(r"[a-z0-9](?!.*--)[a-z0-9-]{1,61}[a-z0-9]")


class AccountArgs(Protocol):
    """The arguments that all accounts of a zone share."""

    @property
    def zone(self) -> Zone: ...
    @property
    def deployment(self) -> Deployment: ...
    @property
    def resource_group_name(self) -> pulumi.Input[str]: ...
    @property
    def purpose(self) -> str: ...
    @property
    def key_store_uri(self) -> pulumi.Input[str]: ...
    @property
    def key_name(self) -> pulumi.Input[str]: ...
    @property
    def identity_id(self) -> pulumi.Input[str]: ...
    @property
    def containers(self) -> Sequence[str]: ...
    @property
    def redundancy(self) -> str | None: ...
    @property
    def trusted_services(self) -> bool | None: ...
    @property
    def location(self) -> str | None: ...
    @property
    def subscription(self) -> str | None: ...


@dataclass(frozen=True)
class Place:
    """Where an account lies, and what follows from that."""

    name: str
    location: str
    redundancy: str


@dataclass(frozen=True)
class Parts:
    """The account with its containers by name; `service` comes before whatever is set on them."""

    account: storage.StorageAccount
    service: storage.BlobServiceProperties
    containers: Mapping[str, storage.BlobContainer]


def check(args: AccountArgs) -> Place:
    """Where the account will lie; InputError for what is wrong with the arguments."""
    of, zone = type(args).__name__, args.zone
    location = location_of(zone, args.location, f"{of}.location")
    subscription = subscription_of(args.deployment, args.subscription, f"{of}.subscription")
    given(args.resource_group_name, f"{of}.resource_group_name")
    if not _PURPOSE.fullmatch(given_text(args.purpose, f"{of}.purpose")):
        found = "It becomes part of the account's name, which has small letters and digits only."
        raise InputError(Problem(f"{of}.purpose", found, "Use 1 to 12 of them, such as records."))
    _containers(args.containers, f"{of}.containers")
    _key_store(zone, args.key_store_uri, f"{of}.key_store_uri")
    given(args.key_name, f"{of}.key_name")
    resource_id(args.identity_id, f"{of}.identity_id", IDENTITY)
    return Place(
        azure_names.shared(zone, subscription, location, args.purpose),
        location,
        redundancy_of(zone, location, args.redundancy, f"{of}.redundancy"),
    )


def _containers(names: Sequence[str], where: str) -> None:
    if isinstance(names, str) or not names:
        raise InputError(Problem(where, "It names no container.", 'Name one at least: ["records"].'))
    for index, name in enumerate(names):
        if not _CONTAINER.fullmatch(given_text(name, f"{where}[{index}]")):
            right = "Use 3 to 63 small letters, digits and single hyphens, such as records."
            raise InputError(Problem(f"{where}[{index}]", "Azure takes no container of this name.", right))
        if name in names[:index]:
            raise InputError(Problem(f"{where}[{index}]", f"{name} stands there twice.", "Keep it once."))


def _key_store(zone: Zone, uri: pulumi.Input[str], where: str) -> None:
    if not given(uri, where):
        return
    ends = [azure_clouds.suffix(azure(zone).cloud, service) for service in ("vault", "hsm")]
    if not any(re.fullmatch(rf"https://[a-zA-Z0-9-]+\.{re.escape(end)}/?", uri) for end in ends):
        found = "It is no address of a vault or a managed HSM in the zone's cloud."
        raise InputError(Problem(where, found, f"Write https://<name>.{ends[0]}/, or another resource's output."))


def make(
    parent: pulumi.ComponentResource,
    name: str,
    args: AccountArgs,
    place: Place,
    *,
    rules: Sequence[storage.ManagementPolicyRuleArgs],
    versions: bool,
    trusted_services: bool,
    locked_versions: storage.ImmutableStorageAccountArgs | None = None,
    data_class: str | None = None,
) -> Parts:
    """The account with its parts, all protected; `rules` are its lifecycle, `locked_versions` its own retention."""
    kept = pulumi.ResourceOptions(parent=parent, protect=True)
    account = storage.StorageAccount(
        name,
        account_name=place.name,
        resource_group_name=args.resource_group_name,
        location=place.location,
        kind=storage.Kind.STORAGE_V2,
        sku=storage.SkuArgs(name=place.redundancy),
        access_tier=storage.AccessTier.HOT,
        allow_blob_public_access=False,
        allow_cross_tenant_replication=False,
        allow_shared_key_access=False,
        # copies into it come only from accounts that the same network reaches
        allowed_copy_scope=storage.AllowedCopyScope.PRIVATE_LINK,
        default_to_o_auth_authentication=True,
        # the other kind puts each account into a DNS zone of a number, which no private DNS zone of Private Link knows
        dns_endpoint_type=storage.DnsEndpointType.STANDARD,
        enable_https_traffic_only=True,
        is_hns_enabled=False,
        is_local_user_enabled=False,
        is_sftp_enabled=False,
        key_policy=storage.KeyPolicyArgs(key_expiration_period_in_days=KEYS_EXPIRE_DAYS),
        minimum_tls_version=storage.MinimumTlsVersion.TLS1_2,
        public_network_access=storage.PublicNetworkAccess.DISABLED,
        network_rule_set=storage.NetworkRuleSetArgs(
            default_action=storage.DefaultAction.DENY,
            bypass=storage.Bypass.AZURE_SERVICES if trusted_services else storage.Bypass.NONE,
        ),
        sas_policy=storage.SasPolicyArgs(
            expiration_action=storage.ExpirationAction.BLOCK, sas_expiration_period=LONGEST_SAS
        ),
        identity=storage.IdentityArgs(
            type=storage.IdentityType.USER_ASSIGNED, user_assigned_identities=[args.identity_id]
        ),
        encryption=storage.EncryptionArgs(
            key_source=storage.KeySource.MICROSOFT_KEYVAULT,
            # no version is named, so that storage follows the key's rotation
            key_vault_properties=storage.KeyVaultPropertiesArgs(
                key_name=args.key_name, key_vault_uri=args.key_store_uri
            ),
            encryption_identity=storage.EncryptionIdentityArgs(encryption_user_assigned_identity=args.identity_id),
            require_infrastructure_encryption=True,
        ),
        immutable_storage_with_versioning=locked_versions,
        tags={"DataClassification": data_class} if data_class else None,
        opts=pulumi.ResourceOptions.merge(
            kept, pulumi.ResourceOptions(hooks=until_the_key_opens(place.name, args.zone))
        ),
    )
    service = _service(name, args.resource_group_name, account.name, versions, kept)
    containers = {
        each: storage.BlobContainer(
            f"{name}-{each}",
            resource_group_name=args.resource_group_name,
            account_name=account.name,
            container_name=each,
            public_access=storage.PublicAccess.NONE,
            opts=kept,
        )
        for each in args.containers
    }
    if rules:
        storage.ManagementPolicy(
            name,
            resource_group_name=args.resource_group_name,
            account_name=account.name,
            management_policy_name="default",
            policy=lifecycle.schema(rules),
            # a rule for versions asks for versioning
            opts=after(kept, service),
        )
    return Parts(account, service, containers)


def _service(
    name: str,
    group: pulumi.Input[str],
    account: pulumi.Output[str],
    versions: bool,
    kept: pulumi.ResourceOptions,
) -> storage.BlobServiceProperties:
    """Soft delete, and versions where blobs may change.

    No point-in-time restore and no last-access tracking, which immutable storage doesn't go with; no change feed, whose
    own container lies outside every policy: resource logs tell what happens.
    """
    return storage.BlobServiceProperties(
        name,
        resource_group_name=group,
        account_name=account,
        blob_services_name="default",
        is_versioning_enabled=versions,
        delete_retention_policy=storage.DeleteRetentionPolicyArgs(
            enabled=True, days=SOFT_DELETED_DAYS, allow_permanent_delete=False
        ),
        container_delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=True, days=SOFT_DELETED_DAYS),
        opts=kept,
    )


def after(options: pulumi.ResourceOptions, *resources: pulumi.Resource) -> pulumi.ResourceOptions:
    """These options, for what is made after these resources."""
    return pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=list(resources)))


def waiting(value: pulumi.Output[str], others: Iterable[pulumi.Output[str]]) -> pulumi.Output[str]:
    """The same value, known once these others are: who uses it comes after them."""
    return pulumi.Output.all(value, *others).apply(lambda known: known[0])
