"""The key of confidential machines' disks, which only an attested machine of the zone's location gets."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import keyvault, managedidentity

from components.arguments import checked
from components.azure import hsm_steps
from components.azure.arguments import given, location_of, resource_id, subscription_of
from components.azure.grants import assignment_name, grant, once
from components.azure.hsm_key import hsm_key, version_uri
from components.azure.keys import ENCRYPTS, KEY_BITS
from sovereignty.compile.azure.keys import CONFIDENTIAL_DISKS, confidential_disk_key
from sovereignty.deployment import Deployment, key
from sovereignty.errors import InputError, Problem
from sovereignty.facts.azure_shared_attestation import authority
from sovereignty.zone import Zone

ORCHESTRATOR = "bf7b6499-ff71-4aa2-97a4-f372087be7f0"
"""Application id of "Confidential VM Orchestrator", which fetches a confidential disk's key for its machine; its
service principal is added to a tenant once, by a tenant administrator (quickstart "Create confidential VM")."""
_STORES = ("Microsoft.KeyVault/vaults", "Microsoft.KeyVault/managedHSMs")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CONTENT = "application/json; charset=utf-8"
_AUTHORITY = re.compile(r"https://[a-z0-9.-]+\.attest\.azure\.(net|us|cn)/?")


@dataclass(frozen=True, kw_only=True)
class ConfidentialDiskKeyArgs:
    """What the key of confidential machines' disks needs to know."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    """Where the store lies; the identity is made there too."""
    store_id: pulumi.Input[str]
    """ARM id of the zone's vault of that location, or of its managed HSM where the zone's keys are in one."""
    orchestrator_principal_id: pulumi.Input[str]
    """Object id of the service principal "Confidential VM Orchestrator" in the zone's tenant:
    `az ad sp show --id bf7b6499-ff71-4aa2-97a4-f372087be7f0 --query id`."""
    attest_uri: str | None = None
    """Who vouches for the machine: the attestation provider that Azure runs in the location, `https://…`. None: the one
    that the table of them knows (facts/azure_shared_attestation.yaml)."""
    location: str | None = None
    """A location of the zone; None: its home. The store's, and the machines'."""
    subscription: str | None = None
    """A subscription of the zone; None: its first. The provider has to be of it."""


class ConfidentialDiskKey(pulumi.ComponentResource):
    """The key of confidential machines' disks, which leaves its HSM for an attested machine alone. Protected.

    It is exportable, as the platform asks for, and its release policy is what keeps it: the attestation provider of the
    key's own location, and no other, has to say that the machine is a compliant confidential one. The orchestrator may
    read and release this key; an identity of its own may wrap and unwrap with it, for a ZoneDiskEncryptionSet.

    Features: disk encryption; confidential machines.
    Outputs: `key_name`; `key_version_uri`; `identity_id`, known when all grants are made; `next_step`, for a key in a
    managed HSM the commands that grant there what ARM can't, else empty.

    Cost: as any HSM-protected key, by the month and version.

    Traps: the zone's Azure policies refuse exportable keys, and let this one through by its name; a release policy they
    can't see, since it has no alias. Azure itself takes no exportable key without one (AKV.SKR.1004), and none in
    software (AKV.SKR.1006). The policy that the CLI puts in by default names the same provider; the one of Microsoft's
    older samples names those of every region, so that a machine elsewhere would get the key too. A key's
    release policy and exportability can't be changed: another provider means another key. No rotation policy: sets of
    confidential machines don't follow a rotation. Whoever may write release policies on the data plane (Key Vault
    Crypto Officer) decides who gets such a key.

    Source: "Deploy a confidential VM with ARM template" (RSA-HSM, 3072 bits, wrapKey and unwrapKey, exportable; get and
    release for the orchestrator); azure-cli, `--default-cvm-policy`; Key Vault, "Secure key release policy grammar".
    """

    key_name: pulumi.Output[str]
    key_version_uri: pulumi.Output[str]
    identity_id: pulumi.Output[str]
    next_step: pulumi.Output[str]

    def __init__(self, name: str, args: ConfidentialDiskKeyArgs, opts: pulumi.ResourceOptions | None = None):
        zone, group, where = args.zone, args.resource_group_name, "ConfidentialDiskKeyArgs"
        location = location_of(zone, args.location, f"{where}.location")
        subscription = subscription_of(args.deployment, args.subscription, f"{where}.subscription")
        given(group, f"{where}.resource_group_name")
        in_hsm = zone.keys.azure == "managed-hsm"
        store = resource_id(args.store_id, f"{where}.store_id", _STORES[in_hsm])
        if in_hsm and args.deployment.hsm_phase in (None, "create"):
            at = f"Pulumi.{args.deployment.zone}.yaml: {key('hsm_phase')}"
            raise InputError(Problem(at, "An HSM that isn't active holds no key.", "Do it in phase activated."))
        given(args.orchestrator_principal_id, f"{where}.orchestrator_principal_id")
        orchestrator = checked(args.orchestrator_principal_id, _check_principal)
        policy = _release_policy(args.attest_uri, location)
        super().__init__("sovereign-zones:index:ConfidentialDiskKey", name, None, opts)
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        called = confidential_disk_key(zone.zone)
        holder = pulumi.Output.from_input(store).apply(lambda known: known.rsplit("/", 1)[-1])
        identity = managedidentity.UserAssignedIdentity(
            name, resource_group_name=group, resource_name_=called, location=location, opts=kept
        )
        self.key_name = pulumi.Output.from_input(called)
        if in_hsm:
            made = hsm_key(
                name,
                group=group,
                hsm=holder,
                key=called,
                location=location,
                properties={
                    "kty": "RSA-HSM",
                    "keySize": KEY_BITS,
                    "keyOps": ["wrapKey", "unwrapKey"],
                    "attributes": {"enabled": True, "exportable": True},
                    "release_policy": {"contentType": _CONTENT, "data": policy},
                },
                opts=kept,
            )
            self.key_version_uri, self.identity_id = version_uri(made), once(identity.id, made.id)
            self.next_step = pulumi.Output.all(holder, identity.principal_id, orchestrator, made.id).apply(
                lambda known: hsm_steps.to_release(known[0], called, known[1], known[2])
            )
        else:
            in_vault = keyvault.Key(
                name,
                resource_group_name=group,
                vault_name=holder,
                key_name=called,
                properties=keyvault.KeyPropertiesArgs(
                    kty="RSA-HSM",
                    key_size=KEY_BITS,
                    key_ops=["wrapKey", "unwrapKey"],
                    attributes=keyvault.KeyAttributesArgs(enabled=True, exportable=True),
                    release_policy=keyvault.KeyReleasePolicyArgs(content_type=_CONTENT, data=policy),
                ),
                opts=kept,
            )
            grants = [
                grant(
                    f"{name}-{purpose}",
                    assignment=assignment_name(zone, subscription, location, f"{CONFIDENTIAL_DISKS}-{purpose}"),
                    subscription=subscription,
                    scope=in_vault.id,
                    principal_id=principal,
                    role=role,
                    opts=kept,
                )
                for purpose, principal, role in (
                    ("encrypts", identity.principal_id, ENCRYPTS),
                    ("reads", orchestrator, "key-vault-reader"),
                    ("releases", orchestrator, "key-vault-crypto-service-release-user"),
                )
            ]
            self.key_version_uri = in_vault.key_uri_with_version
            self.identity_id = once(identity.id, *(each.id for each in grants))
            self.next_step = pulumi.Output.from_input("")
        self.register_outputs(
            {
                "keyName": self.key_name,
                "keyVersionUri": self.key_version_uri,
                "identityId": self.identity_id,
                "nextStep": self.next_step,
            }
        )


def _release_policy(attest_uri: str | None, location: str) -> str:
    """The policy as ARM takes it, in base64url: the location's own authority, and a compliant confidential machine."""
    who = attest_uri if attest_uri is not None else authority(location)
    where = "ConfidentialDiskKeyArgs.attest_uri"
    example = "Give the address of the provider that Azure runs there: https://sharedweu.weu.attest.azure.net"
    if who is None:
        raise InputError(Problem(where, f"No table knows the attestation provider of {location}.", example))
    if not _AUTHORITY.fullmatch(who):
        raise InputError(Problem(where, "This is no address of an attestation provider.", example))
    claim = {"claim": "x-ms-compliance-status", "equals": "azure-compliant-cvm"}
    rules = {"version": "1.0.0", "anyOf": [{"authority": who.rstrip("/") + "/", "allOf": [claim]}]}
    return base64.urlsafe_b64encode(json.dumps(rules).encode()).decode().rstrip("=")


def _check_principal(principal: str) -> None:
    where = "ConfidentialDiskKeyArgs.orchestrator_principal_id"
    right = f"Give its service principal's object id in your tenant: az ad sp show --id {ORCHESTRATOR} --query id"
    if principal.lower() == ORCHESTRATOR:
        raise InputError(Problem(where, "This is the application's id, the same in every tenant.", right))
    if not _GUID.fullmatch(principal):
        raise InputError(Problem(where, "This is no object id.", right))
