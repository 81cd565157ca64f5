"""Where a zone's records are searched on Azure, and where Microsoft Sentinel looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pulumi
from pulumi_azure_native import monitor, operationalinsights, securityinsights

from components.azure.arguments import given, location_of, resource_id, subscription_of
from components.azure.key_patience import until_the_key_opens
from components.azure.resource_logs import setting_name
from sovereignty import azure_names
from sovereignty.compile.azure.scope import WORKSPACE as PURPOSE
from sovereignty.compile.required import azure
from sovereignty.deployment import Deployment
from sovereignty.deployment import key as stack_key
from sovereignty.errors import InputError, Problem
from sovereignty.facts import azure_logs
from sovereignty.facts.azure_availability import offered, unavailable
from sovereignty.zone import Zone

IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"
CLUSTER_LINK = "Cluster"
"""The name that a workspace's link to a cluster always has (template reference, workspaces/linkedServices)."""
NEWEST_VERSION = ""
"""Of the key: the cluster follows its rotation (Azure Monitor customer-managed keys, "Key rotation")."""


class _Key(NamedTuple):
    """What a cluster is encrypted with, and as whom."""

    store_uri: pulumi.Input[str]
    name: pulumi.Input[str]
    identity_id: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class AuditWorkspaceArgs:
    """What a zone's workspace needs to know."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    key_store_uri: pulumi.Input[str] | None = None
    """The vault or HSM in the workspace's location whose key encrypts the cluster: `ZoneKeyVault.store_uri`."""
    key_name: pulumi.Input[str] | None = None
    identity_id: pulumi.Input[str] | None = None
    """ARM id of the identity that may use the key: `ZoneKeyVault.identity_id`."""
    cluster: bool | None = None
    """A dedicated cluster, which alone takes a key of the zone's; None: as azureLogCluster in the stack file says."""
    cluster_gb_per_day: int = 100
    """What the cluster is paid for each day, whether it comes or not: one of Azure's tiers."""
    sentinel: bool = True
    """Microsoft Sentinel looks at the workspace, unless azureManagedElsewhere has `sentinel`."""
    searchable_days: int = 365
    """Days for which records can be searched at once; after them a search is a job, until the zone's retention ends."""
    tables: Sequence[str] | None = None
    """Whose retention is the zone's; None: those that every workspace has and that tell of the zone."""
    public_ingestion: bool = False
    """Whether agents reach it from outside a private link scope. Diagnostic settings do in any case."""
    public_queries: bool = False
    """Whether people search it from outside a private link scope, signed in as ever."""
    location: str | None = None
    """A location of the zone; None: its home."""
    subscription: str | None = None
    """A subscription of the zone; None: the first."""


class AuditWorkspace(pulumi.ComponentResource):
    """The Log Analytics workspace `sovereign-<zone>-audit` with its retention, its key and Microsoft Sentinel.

    No shared keys; whoever reads a resource may read its records, and no more; who searches what is itself recorded.
    Records can be searched at once for a year and by a search job for as long as the zone's retention says; the locked
    account of a `LockedLogExport` is what keeps them. With a cluster they are encrypted twice, with the zone's key.
    Everything of it is protected: records are here before they are exported.

    Features: security information and events; audit trail; zone keys.
    Outputs: `workspace_id` (who uses it waits for the cluster, since what comes before is lost), `customer_id` (a
    GUID, by which queries and Sentinel's connectors name it), `name`.
    Cost: about 2.30 USD per GB taken in, twice that with Sentinel; beyond 31 days 0.10 USD per GB and month (90 with
    Sentinel), in long-term retention 0.02; a cluster by its tier, from 100 GB a day on, whether they come or not.
    Traps: only a dedicated cluster takes a zone's key, and only for a workspace that is linked before Sentinel is
    onboarded. A cluster that is added later replaces the onboarding, which is protected: the preview ends there, and a
    new workspace is what helps. Making and linking a cluster takes hours. Its identity is user-assigned: the zone's
    policies refuse a cluster without a key even for an hour, and only such an identity brings the key when it is made.
    Microsoft writes that such an identity can't reach a vault with a private endpoint, that Sentinel is meant for
    system-assigned ones, that Cosmos DB's principal needs a role on the key too, that there are no search jobs then,
    and that Sentinel's product group wants to be asked first: ask before you pay. What is newer than 14 days lies in a
    cache under Microsoft's key.
    Seven years are 2556 days here, and twelve are the most: the locked account keeps them to the day. A deleted
    workspace holds its name for 14 days, and making it anew brings it back, without links and Sentinel.
    Queries can't be saved until an account of the zone's is linked for them, as its policies ask. Closed to public
    networks (the default), people reach it by a private link scope only. Where Sentinel processes what it reads is in
    the zone file's `accepts`; in the Defender portal incidents may lie elsewhere in the geography.
    Source: Azure Monitor, "Manage data retention", "Create and manage a dedicated cluster", "Customer-managed keys",
    "Delete and recover workspace", "Design Azure Monitor private link"; Microsoft Sentinel, "Set up customer-managed
    key" (2023), "Geographical availability and data residency".
    """

    workspace_id: pulumi.Output[str]
    customer_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(self, name: str, args: AuditWorkspaceArgs, opts: pulumi.ResourceOptions | None = None):
        location, tables = _check(args)
        key = _cluster_key(args, location)
        super().__init__("sovereign-zones:index:AuditWorkspace", name, None, opts)
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        workspace = operationalinsights.Workspace(
            name,
            resource_group_name=args.resource_group_name,
            workspace_name=azure_names.own(args.zone, PURPOSE),
            location=location,
            sku=operationalinsights.WorkspaceSkuArgs(name=operationalinsights.WorkspaceSkuNameEnum.PER_GB2018),
            retention_in_days=args.searchable_days,
            features=operationalinsights.WorkspaceFeaturesArgs(
                disable_local_auth=True, enable_log_access_using_only_resource_permissions=True
            ),
            # the zone's policies ask for it: a saved query may hold what it looks for
            force_cmk_for_query=True,
            public_network_access_for_ingestion=_access(args.public_ingestion),
            public_network_access_for_query=_access(args.public_queries),
            opts=kept,
        )
        link = _cluster(name, args, location, key, workspace, kept) if key else None
        linked = pulumi.ResourceOptions(depends_on=[link]) if link else pulumi.ResourceOptions()
        after = pulumi.ResourceOptions.merge(kept, linked)
        total = max(azure_logs.total_days(args.zone.retention.years), args.searchable_days)
        for table in tables:
            operationalinsights.Table(
                f"{name}-{table}",
                resource_group_name=args.resource_group_name,
                workspace_name=workspace.name,
                table_name=table,
                plan=operationalinsights.TablePlanEnum.ANALYTICS,
                retention_in_days=args.searchable_days,
                total_retention_in_days=total,
                opts=after,
            )
        monitor.DiagnosticSetting(
            f"{name}-queries",
            name=setting_name(args.zone),
            resource_uri=workspace.id,
            workspace_id=workspace.id,
            logs=[monitor.DiagnosticsLogSettingsArgs(category="Audit", enabled=True)],
            opts=after,
        )
        if _onboarded(args):
            securityinsights.SentinelOnboardingState(
                name,
                resource_group_name=args.resource_group_name,
                workspace_name=workspace.name,
                sentinel_onboarding_state_name="default",
                customer_managed_key=link is not None,
                # changing it has no effect on what Sentinel holds: a replacement, which the protection refuses
                opts=pulumi.ResourceOptions.merge(
                    after, pulumi.ResourceOptions(replace_on_changes=["customerManagedKey"])
                ),
            )
        ready = [workspace.id, *([link.id] if link else [])]
        self.workspace_id = pulumi.Output.all(*ready).apply(lambda known: known[0])
        self.customer_id, self.name = workspace.customer_id, workspace.name
        self.register_outputs({"workspaceId": self.workspace_id, "customerId": self.customer_id, "name": self.name})


def _cluster(
    name: str,
    args: AuditWorkspaceArgs,
    location: str,
    key: _Key,
    workspace: operationalinsights.Workspace,
    opts: pulumi.ResourceOptions,
) -> operationalinsights.LinkedService:
    """The cluster with the zone's key, and the workspace's link to it."""
    cluster = operationalinsights.Cluster(
        name,
        resource_group_name=args.resource_group_name,
        cluster_name=azure_names.own(args.zone, "logs"),
        location=location,
        billing_type=operationalinsights.BillingType.CLUSTER,
        sku=operationalinsights.ClusterSkuArgs(
            name=operationalinsights.ClusterSkuNameEnum.CAPACITY_RESERVATION, capacity=args.cluster_gb_per_day
        ),
        is_double_encryption_enabled=True,
        identity=operationalinsights.ManagedServiceIdentityArgs(
            type=operationalinsights.ManagedServiceIdentityType.USER_ASSIGNED,
            user_assigned_identities=[key.identity_id],
        ),
        key_vault_properties=operationalinsights.KeyVaultPropertiesArgs(
            key_vault_uri=key.store_uri, key_name=key.name, key_version=NEWEST_VERSION
        ),
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(hooks=until_the_key_opens(f"{name}-cluster", args.zone))
        ),
    )
    return operationalinsights.LinkedService(
        name,
        resource_group_name=args.resource_group_name,
        workspace_name=workspace.name,
        linked_service_name=CLUSTER_LINK,
        write_access_resource_id=cluster.id,
        opts=opts,
    )


def _access(public: bool) -> operationalinsights.PublicNetworkAccessType:
    access = operationalinsights.PublicNetworkAccessType
    return access.ENABLED if public else access.DISABLED


def _onboarded(args: AuditWorkspaceArgs) -> bool:
    return args.sentinel and "sentinel" not in args.deployment.azure_managed_elsewhere


def _check(args: AuditWorkspaceArgs) -> tuple[str, tuple[str, ...]]:
    """The workspace's location, and the tables whose retention is set; InputError for what is wrong."""
    where = "AuditWorkspaceArgs"
    given(args.resource_group_name, f"{where}.resource_group_name")
    location = location_of(args.zone, args.location, f"{where}.location")
    subscription_of(args.deployment, args.subscription, f"{where}.subscription")
    places = azure(args.zone).regions
    if _onboarded(args) and not offered("sentinel", location):
        raise InputError(unavailable(f"{where}.location", "sentinel", location, places, "Microsoft Sentinel"))
    least, most = azure_logs.searchable_days()
    if not least <= args.searchable_days <= most:
        right = f"Choose {least} to {most} days."
        raise InputError(Problem(f"{where}.searchable_days", "Azure takes no such period.", right))
    tables = azure_logs.kept_tables() if args.tables is None else tuple(args.tables)
    for index, table in enumerate(tables):
        known = azure_logs.tables().get(table)
        if known is not None and known.export == "none":
            found = f"The retention of {table} can't be set before it is there."
            raise InputError(Problem(f"{where}.tables[{index}]", found, "Take it out."))
        if table in tables[:index]:
            raise InputError(Problem(f"{where}.tables[{index}]", f"{table} stands there twice.", "Keep it once."))
    return location, tables


def _cluster_key(args: AuditWorkspaceArgs, location: str) -> _Key | None:
    """The key of the cluster, None where there is none; InputError for a cluster that can't be made."""
    where = "AuditWorkspaceArgs"
    wanted, by = args.cluster, f"{where}.cluster"
    if wanted is None:
        wanted, by = args.deployment.azure_log_cluster, stack_key("azure_log_cluster")
    if not wanted:
        return None
    places = azure(args.zone).regions
    if not offered("log-analytics-cluster", location):
        raise InputError(
            unavailable(f"{where}.location", "log-analytics-cluster", location, places, "a dedicated cluster")
        )
    if args.cluster_gb_per_day not in azure_logs.commitment_tiers():
        right = f"Choose one of {', '.join(map(str, azure_logs.commitment_tiers()))}."
        raise InputError(Problem(f"{where}.cluster_gb_per_day", "Azure sells no such tier.", right))

    def asked(argument: str, value: pulumi.Input[str] | None) -> pulumi.Input[str]:
        if value is None or value == "":
            found = f"It is missing, and {by} asks for a cluster, which the zone's key encrypts."
            right = "Give the store, the key and the identity of a key vault of the workspace's location."
            raise InputError(Problem(f"{where}.{argument}", found, right))
        return value

    identity = asked("identity_id", args.identity_id)
    return _Key(
        asked("key_store_uri", args.key_store_uri),
        asked("key_name", args.key_name),
        resource_id(identity, f"{where}.identity_id", IDENTITY),
    )
