"""The zone's keys in HSMs of its own on Azure, made in steps between which people act."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import keyvault, managedidentity

from components.arguments import ended
from components.azure import hsm_steps
from components.azure.arguments import given, location_of, subscription_of
from components.azure.grants import once
from components.azure.hsm_key import hsm_key, uri, version_uri
from components.azure.keys import KEY, KEY_BITS, LONGEST_SOFT_DELETE, ROTATION_PERIOD
from sovereignty import azure_names
from sovereignty.compile.required import azure, azure_tenant_id
from sovereignty.deployment import Deployment, few_hsm_administrators, key
from sovereignty.errors import InputError, Problem
from sovereignty.facts import azure_availability
from sovereignty.zone import Zone

ACTIVE = "Active"
"""ManagedHsmSecurityDomainProperties.activationStatus of one that was activated (Key Vault REST API, Managed HSMs)."""


@dataclass(frozen=True, kw_only=True)
class ZoneManagedHsmArgs:
    """What the zone's managed HSM in a location needs to know; the step it is at is the deployment's `hsm_phase`."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    location: str | None = None
    """A location of the zone with Managed HSM; None: its home."""
    subscription: str | None = None
    """A subscription of the zone; None: its first. The provider has to be of it."""


class ZoneManagedHsm(pulumi.ComponentResource):
    """A managed HSM of a location with the zone's key and the identity that uses it, in three runs of the stack.

    `sovereign-zones:hsmPhase` says which. `create` (the default) makes the HSM. People activate it: they download
    its security domain, wrapped with the keys of at least three custodians, and let Azure Resource Manager make keys.
    `activated` checks that it is active, and makes key and identity. People grant the identity the key, on the HSM's
    own data plane. `granted` gives out what services encrypt with. Protected, all of it.

    Features: zone keys; keys in an own HSM.
    Outputs: `next_step`, what people do after this run, with complete commands; `hsm_name`; `store_id`; `store_uri`,
    `https://<hsm>.managedhsm.azure.net/`; `key_name`. In phase `granted` also those of ZoneKeyVault that services take:
    `key_uri`, `key_version_uri`, `identity_id`, `identity_principal_id`; before it they are None.

    Cost: the HSM by the hour from its creation, activated or not, a few euros an hour; a deleted one until it is
    purged, so for 90 days.

    Traps: a phase never goes back: what it made is protected, and the run ends. A location that joins a zone in phase
    `granted` stays in it: its HSM ends the run until it is active, then its key's first use until it is granted. Who
    loses the security domain, or the keys of the quorum, loses the HSM's keys with the HSM. A Global
    Administrator of the tenant can make themselves an administrator of the HSM: alert on it. Administrators are read
    at creation only; later changes are made on the data plane. ARM needs the HSM's setting
    AllowKeyManagementOperationsThroughARM to make a key, and to read one in `pulumi refresh`; it is off in a new HSM.
    ARM makes a key and never changes it. ARM sees no grant of the data plane: the key's first use checks it. `regions`
    is never set: it is what takes a managed HSM to other regions. Managed HSM tells Event Grid nothing, and a key has
    100 versions at most. Where no list of locations is known (`facts/azure_availability.yaml`), ARM says at creation
    that a location has none. Whether ARM reaches an HSM without public network for the key is unverified: `bypass`
    lets Azure's trusted services through.

    Source: Managed HSM, "Provision and activate", "Access control", "Allow key management operations through ARM",
    "Best practices", "Soft-delete overview", "Configure key auto-rotation", "Multi-region replication".
    """

    hsm_name: pulumi.Output[str]
    store_id: pulumi.Output[str]
    store_uri: pulumi.Output[str]
    key_name: pulumi.Output[str]
    next_step: pulumi.Output[str]
    key_uri: pulumi.Output[str] | None
    key_version_uri: pulumi.Output[str] | None
    identity_id: pulumi.Output[str] | None
    identity_principal_id: pulumi.Output[str] | None

    def __init__(self, name: str, args: ZoneManagedHsmArgs, opts: pulumi.ResourceOptions | None = None):
        zone, deployment, group = args.zone, args.deployment, args.resource_group_name
        location = location_of(zone, args.location, "ZoneManagedHsmArgs.location")
        subscription = subscription_of(deployment, args.subscription, "ZoneManagedHsmArgs.subscription")
        given(group, "ZoneManagedHsmArgs.resource_group_name")
        if zone.keys.azure != "managed-hsm":
            where, found = f"zones/{zone.zone}.yaml: keys.azure", f"It is {zone.keys.azure}, and this makes an HSM."
            raise InputError(Problem(where, found, "Write `azure: managed-hsm`, or use ZoneKeyVault."))
        if not azure_availability.offered("managed-hsm", location):
            where, places = "ZoneManagedHsmArgs.location", azure(zone).regions
            raise InputError(azure_availability.unavailable(where, "managed-hsm", location, places))
        administrators, tenant = _administrators(deployment), azure_tenant_id(deployment)
        super().__init__("sovereign-zones:index:ZoneManagedHsm", name, None, opts)
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        called = azure_names.shared(zone, subscription, location, "hsm")
        hsm = keyvault.ManagedHsm(
            name,
            name=called,
            resource_group_name=group,
            location=location,
            sku=keyvault.ManagedHsmSkuArgs(
                family=keyvault.ManagedHsmSkuFamily.B, name=keyvault.ManagedHsmSkuName.STANDARD_B1
            ),
            properties=keyvault.ManagedHsmPropertiesArgs(
                tenant_id=tenant,
                initial_admin_object_ids=list(administrators),
                enable_soft_delete=True,
                soft_delete_retention_in_days=LONGEST_SOFT_DELETE,
                enable_purge_protection=True,
                public_network_access="Disabled",
                network_acls=keyvault.MHSMNetworkRuleSetArgs(default_action="Deny", bypass="AzureServices"),
            ),
            # read at creation only, and another value would ask for another HSM
            opts=pulumi.ResourceOptions.merge(
                kept, pulumi.ResourceOptions(ignore_changes=["properties.initialAdminObjectIds"])
            ),
        )
        phase = deployment.hsm_phase or "create"
        self.key_uri = self.key_version_uri = self.identity_id = self.identity_principal_id = None
        key_name = azure_names.own(zone, KEY)
        self.key_name = pulumi.Output.from_input(key_name)
        self.store_uri = hsm.properties.hsm_uri.apply(str)
        if phase == "create":
            self.hsm_name, self.store_id = hsm.name, hsm.id
            self.next_step = hsm.name.apply(lambda known: hsm_steps.to_activate(known, key_name, deployment))
        else:
            self.hsm_name = _activated(hsm, group, key_name, deployment)
            self.store_id = pulumi.Output.all(hsm.id, self.hsm_name).apply(lambda known: known[0])
            self._use(name, args, location, called, kept)
        self.register_outputs(
            {
                "hsmName": self.hsm_name,
                "storeId": self.store_id,
                "storeUri": self.store_uri,
                "keyName": self.key_name,
                "nextStep": self.next_step,
                "keyUri": self.key_uri,
                "keyVersionUri": self.key_version_uri,
                "identityId": self.identity_id,
                "identityPrincipalId": self.identity_principal_id,
            }
        )

    def _use(self, name: str, args: ZoneManagedHsmArgs, location: str, hsm: str, kept: pulumi.ResourceOptions) -> None:
        """Key and identity, both of them at once: whoever grants needs the names of both."""
        called, group = azure_names.own(args.zone, KEY), args.resource_group_name
        made = hsm_key(
            name,
            # known when the HSM was found to be active
            group=pulumi.Output.all(group, self.hsm_name).apply(lambda known: str(known[0])),
            hsm=hsm,
            key=called,
            location=location,
            properties={
                "kty": "RSA-HSM",
                "keySize": KEY_BITS,
                "keyOps": ["wrapKey", "unwrapKey"],
                "attributes": {"enabled": True, "exportable": False},
                # no expiry, as in a vault: an expired key would lock its own data away for good
                "rotationPolicy": {
                    "lifetimeActions": [{"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": ROTATION_PERIOD}}]
                },
            },
            opts=kept,
        )
        identity = managedidentity.UserAssignedIdentity(
            name, resource_group_name=group, resource_name_=called, location=location, opts=kept
        )
        known = pulumi.Output.all(self.hsm_name, identity.principal_id)
        if args.deployment.hsm_phase == "granted":
            self.next_step = known.apply(lambda each: hsm_steps.granted(each[0], called, each[1]))
            self.key_uri, self.key_version_uri = uri(made), version_uri(made)
            # what encrypts names the key: it comes after the key, also in a location that joins in this phase
            self.key_name = once(self.key_name, made.id)
            self.identity_id, self.identity_principal_id = identity.id, identity.principal_id
        else:
            self.next_step = known.apply(lambda each: hsm_steps.to_grant(each[0], called, each[1], args.deployment))


def _administrators(deployment: Deployment) -> tuple[str, ...]:
    if few := few_hsm_administrators(deployment):
        raise InputError(Problem(f"Pulumi.{deployment.zone}.yaml: {key('azure_hsm_administrators')}", *few))
    return deployment.azure_hsm_administrators


def _activated(
    hsm: keyvault.ManagedHsm, group: pulumi.Input[str], key_name: str, deployment: Deployment
) -> pulumi.Output[str]:
    """The HSM's name, if it is active as it stands in the cloud; else the run ends and says what to do."""
    found = keyvault.get_managed_hsm_output(
        resource_group_name=group,
        name=hsm.name,
        opts=pulumi.InvokeOutputOptions(parent=hsm, depends_on=[hsm]),
    )
    status = found.properties.security_domain_properties.activation_status

    def check(known: list[str]) -> str:
        name, state = known
        if state != ACTIVE:
            said = f"It says {deployment.hsm_phase}, and the managed HSM {name} is {state or 'not activated'}."
            where = f"Pulumi.{deployment.zone}.yaml: {key('hsm_phase')}"
            raise ended(Problem(where, said, hsm_steps.to_activate(name, key_name, deployment)))
        return name

    return pulumi.Output.all(hsm.name, status).apply(check)
