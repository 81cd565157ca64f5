"""A zone's part on Azure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import resources

from components.azure.access import PrivateAccess, PrivateAccessArgs
from components.azure.activity_log import ActivityLog, ActivityLogArgs
from components.azure.activity_log_watch import ActivityLogWatch, ActivityLogWatchArgs
from components.azure.api_versions import without_earlier_versions
from components.azure.attestation import ZoneAttestationProvider, ZoneAttestationProviderArgs
from components.azure.audit import AzureZoneAudit, AzureZoneAuditArgs
from components.azure.location import AzureZoneLocation, AzureZoneLocationArgs
from components.azure.management_group import ZoneManagementGroup, ZoneManagementGroupArgs
from components.azure.perimeter import ZonePerimeter, ZonePerimeterArgs
from components.azure.providers import AzureProviders
from components.azure.resource_logs import ResourceLogs, ResourceLogsArgs
from components.azure.storage import WormStorageAccount, WormStorageAccountArgs
from components.azure.subscription import ZoneSubscription, ZoneSubscriptionArgs
from components.tagging import tagged
from sovereignty import azure_names
from sovereignty.compile.required import azure as footprint
from sovereignty.deployment import Deployment
from sovereignty.facts.azure_availability import offered
from sovereignty.zone import Zone

RECORDS = "records"
"""The container of the zone's own records."""
_ATTESTATION, _PERIMETER = "attestation", "network-security-perimeter"


@dataclass(frozen=True, kw_only=True)
class AzureZoneArgs:
    """What a zone's part on Azure needs to know."""

    zone: Zone
    deployment: Deployment
    providers: AzureProviders
    parent_management_group_id: pulumi.Input[str]
    sandbox_parent_management_group_id: pulumi.Input[str] | None = None
    """What its sandbox management group is made under; None: the same."""


class AzureZone(pulumi.ComponentResource):
    """The zone's management groups with their policies; its keys; its locked records; its audit log, with what exports
    and watches it; the perimeter around these; its attestation provider; and what each of its locations has.

    What a zone has once lies in its home, in the first of its subscriptions; another location adds its
    `AzureZoneLocation` and its endpoints. Another subscription is placed in the management group, sends its activity
    log, and has a resource group `sovereign-<zone>` with the rule that watches that log, and nothing else: what lives
    in other subscriptions is for whoever runs them to compose. All of it carries the zone's tags. Where the home offers
    no network security perimeter or no attestation, there is none (facts/azure_availability.yaml); what the tenant has
    already (azureManagedElsewhere) is left to it. With a managed HSM, records, export and disk encryption come in phase
    `granted`. The provider has no endpoint yet: Microsoft makes one possible on request, and `ZonePrivateEndpoint` of
    kind `attestation` is for whoever has asked.
    Features: those of its parts.
    Outputs: those of its parts.
    Cost: the sum of its parts; by location mostly private endpoints, once the logs that are taken in.
    Traps: the perimeter is enforced for the records alone. Workspace, exported logs and vault only learn in it, for
    what sends to them, queries them or uses the key as a trusted service can't be in a perimeter; a workspace in a
    dedicated cluster is left out (`ZonePerimeter`, Traps).
    """

    management_group: ZoneManagementGroup
    locations: Mapping[str, AzureZoneLocation]
    """By location, the home first."""
    records: WormStorageAccount | None
    audit: AzureZoneAudit
    perimeter: ZonePerimeter | None
    attestation: ZoneAttestationProvider | None
    access: Mapping[str, PrivateAccess]

    def __init__(self, name: str, args: AzureZoneArgs, opts: pulumi.ResourceOptions | None = None):
        zone, deployment, providers = args.zone, args.deployment, args.providers
        below = pulumi.ResourceOptions(transforms=[tagged(zone.tags())], transformations=[without_earlier_versions])
        super().__init__("sovereign-zones:index:AzureZone", name, None, pulumi.ResourceOptions.merge(opts, below))
        self._home = home = footprint(zone).home
        child = self._in(providers)
        group = ZoneManagementGroupArgs(
            zone=zone,
            deployment=deployment,
            parent_id=args.parent_management_group_id,
            sandbox_parent_id=args.sandbox_parent_management_group_id,
        )
        self.management_group = ZoneManagementGroup(name, group, child)
        for subscription in providers.subscriptions:
            place = ZoneSubscriptionArgs(
                zone=zone,
                deployment=deployment,
                # bound first, then filled: a subscription never stands in a group that refuses nothing
                management_group_id=self.management_group.bound_group_id,
                subscription=subscription,
            )
            ZoneSubscription(f"{name}-{subscription}", place, self._in(providers, subscription))
        self.locations = {
            location: AzureZoneLocation(
                _of(name, location, home),
                AzureZoneLocationArgs(zone=zone, deployment=deployment, location=location),
                child,
            )
            for location in sorted(footprint(zone).regions, key=lambda each: each != home)
        }
        at_home = self.locations[home]
        self.records = self._records(name, args, child)
        self.audit = AzureZoneAudit(
            name,
            AzureZoneAuditArgs(
                zone=zone,
                deployment=deployment,
                resource_group_name=at_home.resource_group,
                management_group_id=self.management_group.bound_group_id,
                key_store_uri=at_home.keys.store_uri,
                key_name=at_home.keys.key_name,
                identity_id=at_home.keys.identity_id,
            ),
            child,
        )
        self._logs(name, args, providers)
        self.attestation = None
        if offered(_ATTESTATION, home) and "attestation" not in deployment.azure_managed_elsewhere:
            provider = ZoneAttestationProviderArgs(
                zone=zone, deployment=deployment, resource_group_name=at_home.resource_group
            )
            self.attestation = ZoneAttestationProvider(name, provider, child)
        self.perimeter = self._surrounded(name, args, child)
        self.access = {location: self._reached(name, args, location, child) for location in self.locations}
        self.register_outputs(
            {
                "managementGroupId": self.management_group.group_id,
                "resourceGroup": at_home.resource_group,
                "storeUri": at_home.keys.store_uri,
            }
        )

    @property
    def records_container(self) -> str:
        """The container of the zone's own records."""
        return RECORDS

    @property
    def home(self) -> AzureZoneLocation:
        """What the home has."""
        return self.locations[self._home]

    def _in(self, providers: AzureProviders, subscription: str | None = None) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, providers=[providers.subscription(subscription)])

    def _records(self, name: str, args: AzureZoneArgs, child: pulumi.ResourceOptions) -> WormStorageAccount | None:
        keys = self.home.keys
        if keys.identity_id is None:
            return None
        return WormStorageAccount(
            f"{name}-records",
            WormStorageAccountArgs(
                zone=args.zone,
                deployment=args.deployment,
                resource_group_name=self.home.resource_group,
                purpose="records",
                key_store_uri=keys.store_uri,
                key_name=keys.key_name,
                identity_id=keys.identity_id,
                containers=[RECORDS],
            ),
            child,
        )

    def _logs(self, name: str, args: AzureZoneArgs, providers: AzureProviders) -> None:
        """Each subscription's activity log, and who did what with keys and records, to the zone's workspace."""
        zone, deployment, workspace = args.zone, args.deployment, self.audit.workspace
        if workspace is None:
            return
        self._watched(name, args, providers)
        copy = self.audit.log_records.account_id if self.audit.log_records else None
        if "activity-log" not in deployment.azure_managed_elsewhere:
            for subscription in providers.subscriptions:
                log = ActivityLogArgs(
                    zone=zone,
                    deployment=deployment,
                    workspace_id=workspace.workspace_id,
                    storage_account_id=copy,
                    subscription=subscription,
                )
                ActivityLog(f"{name}-{subscription}", log, self._in(providers, subscription))
        told: dict[str, tuple[pulumi.Input[str], pulumi.Input[str] | None]] = {
            _of("keys", location, self._home): (each.keys.store_id, self._kept(zone, each))
            for location, each in self.locations.items()
        }
        if self.records is not None:  # the export sees to the requests to its own account
            told["records"] = self.records.account_id.apply(lambda id: f"{id}/blobServices/default"), None
        for short, (resource, kept) in told.items():
            logs = ResourceLogsArgs(
                zone=zone,
                deployment=deployment,
                resource_id=resource,
                workspace_id=workspace.workspace_id,
                storage_account_id=kept,
            )
            ResourceLogs(f"{name}-{short}", logs, self._in(providers))

    def _watched(self, name: str, args: AzureZoneArgs, providers: AzureProviders) -> None:
        """The rule over each subscription's activity log: it has to lie in the subscription that it watches."""
        zone, first = args.zone, providers.subscriptions[0]
        for subscription in providers.subscriptions:
            there, group = self._in(providers, subscription), self.home.resource_group
            if subscription != first:
                group = resources.ResourceGroup(
                    f"{name}-{subscription}",
                    resource_group_name=azure_names.resource_group(zone, self._home),
                    location=self._home,
                    # deleting a resource group deletes what others have put there, too
                    opts=pulumi.ResourceOptions.merge(there, pulumi.ResourceOptions(protect=True)),
                ).name
            watch = ActivityLogWatchArgs(
                zone=zone,
                deployment=args.deployment,
                resource_group_name=group,
                alarm_group_id=self.audit.alarms.group_id,
                subscription=subscription,
            )
            ActivityLogWatch(f"{name}-{subscription}", watch, there)

    @staticmethod
    def _kept(zone: Zone, location: AzureZoneLocation) -> pulumi.Output[str] | None:
        """The locked account that gets at first hand what the location's HSM tells: no export takes that along."""
        account = location.flow_logs
        return account.account_id if account and zone.keys.azure == "managed-hsm" else None

    def _accounts(self, location: str) -> dict[str, WormStorageAccount]:
        """The accounts that a location's network reaches: its own flow logs, and what the zone has once."""
        found = {"flows": self.locations[location].flow_logs, "records": self.records, "logs": self.audit.log_records}
        return {short: account for short, account in found.items() if account is not None}

    def _surrounded(self, name: str, args: AzureZoneArgs, child: pulumi.ResourceOptions) -> ZonePerimeter | None:
        if "perimeter" in args.deployment.azure_managed_elsewhere or not offered(_PERIMETER, self._home):
            return None
        # flow logs stay outside: who writes them can't be in a perimeter. Nor can a workspace under a key of ours
        inside: dict[str, pulumi.Input[str]] = {
            short: account.account_id for short, account in self._accounts(self._home).items() if short != "flows"
        }
        if self.audit.workspace and not args.deployment.azure_log_cluster:
            inside["workspace"] = self.audit.workspace.workspace_id
        if args.zone.keys.azure == "premium-vault":
            inside["keys"] = self.home.keys.store_id
        if not inside:
            return None
        perimeter = ZonePerimeterArgs(
            zone=args.zone,
            deployment=args.deployment,
            resource_group_name=self.home.resource_group,
            resources=inside,
            # subscriptions and an HSM send their logs here, alarms query them, and disks and flow logs use the key, all
            # from where no perimeter reaches; nobody but the zone's own comes for the records
            learning=[short for short in inside if short != "records"],
        )
        return ZonePerimeter(name, perimeter, child)

    def _reached(self, name: str, args: AzureZoneArgs, location: str, child: pulumi.ResourceOptions) -> PrivateAccess:
        here = self.locations[location]
        return PrivateAccess(
            _of(name, location, self._home),
            PrivateAccessArgs(
                zone=args.zone,
                deployment=args.deployment,
                resource_group_name=here.resource_group,
                vnet_id=here.network.vnet_id,
                subnet_id=here.network.endpoint_subnet_id,
                vault_ids={"keys": here.keys.store_id},
                account_ids={short: account.account_id for short, account in self._accounts(location).items()},
                monitor_scope_id=self.audit.scope.scope_id if self.audit.scope else None,
                location=location,
            ),
            child,
        )


def _of(name: str, location: str, home: str) -> str:
    """The home's part bears the zone's name alone, so that a zone of one location may grow."""
    return name if location == home else f"{name}-{location}"
