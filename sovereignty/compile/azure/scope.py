"""What the definitions are compiled from: the zone's places, subscriptions, retention and trusted tenants, and the
management group that they are made at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sovereignty import azure_names, facts
from sovereignty.compile.azure.language import Condition, all_of
from sovereignty.compile.required import azure, azure_subscriptions
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

GLOBAL = "global"
WORKSPACE = "audit"
"""What the zone's workspace of logs is for: its name in the resource group comes of it."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """`locations` as Azure compares them; `paired_inside` are those whose geo-redundant copies stay in the zone, none
    where the zone doesn't allow such copies.

    `group` is the management group's name. `workspace_id` is None where the group's policies stream no activity log.
    """

    zone: str
    group: str
    home: str
    tags: Mapping[str, str]
    workspace_id: str | None
    locations: tuple[str, ...]
    paired_inside: tuple[str, ...]
    subscriptions: tuple[str, ...]
    hubs: tuple[str, ...]
    """Subscriptions outside the zone by which people come in."""
    managing_tenants: tuple[str, ...]
    retention_days: int
    locked: bool
    """Whether a container's retention has to be locked by now: in phase `locked`, under a retention that binds."""

    def leaving(self, *conditions: Condition) -> Condition:
        """These conditions make a copy in the paired region: refused where that is not the zone's, and everywhere in a
        zone that allows none."""
        if not self.paired_inside:
            return all_of(*conditions)
        return all_of(*conditions, {"field": "location", "notIn": list(self.paired_inside)})


def group(zone: Zone, sandbox: bool = False) -> str:
    """The name of the zone's management group, or of the one beside it in which a version is tried first."""
    return f"sovereign-{zone.zone}-sandbox" if sandbox else f"sovereign-{zone.zone}"


def of(zone: Zone, deployment: Deployment, sandbox: bool = False) -> Scope:
    """InputError where the zone names no location, or the stack no subscription."""
    locations = tuple(sorted({facts.azure_location(region) for region in azure(zone).regions}))
    if not locations:  # an empty list of allowed locations would refuse everything, or nothing
        where = f"zones/{zone.zone}.yaml: azure.regions"
        raise InputError(Problem(where, "The list is empty.", "Name at least one location."))
    return Scope(
        zone=zone.zone,
        group=group(zone, sandbox),
        home=azure(zone).home,
        tags=zone.tags(),
        workspace_id=_workspace_id(zone, deployment, sandbox),
        locations=locations,
        paired_inside=tuple(sorted(azure(zone).paired_inside())) if azure(zone).geo_redundancy else (),
        subscriptions=tuple(sorted(azure_subscriptions(deployment))),
        hubs=tuple(sorted(deployment.azure_hub_subscriptions)),
        managing_tenants=tuple(sorted(deployment.azure_managed_by_tenants)),
        retention_days=zone.retention.days,
        locked=deployment.phase == "locked" and zone.retention.mode == "COMPLIANCE",
    )


def _workspace_id(zone: Zone, deployment: Deployment, sandbox: bool) -> str | None:
    """The zone's own workspace, by the names that it is made under. None where somebody else collects the logs.

    None in the sandbox group as well: what its policies deploy with has its rights there, and the workspace lies in a
    subscription of the zone's own group.
    """
    if sandbox or "activity-log" in deployment.azure_managed_elsewhere or deployment.sentinel_workspace_id:
        return None
    resource_group = azure_names.resource_group(zone, azure(zone).home)
    return (
        f"/subscriptions/{azure_subscriptions(deployment)[0]}/resourceGroups/{resource_group}"
        f"/providers/Microsoft.OperationalInsights/workspaces/{azure_names.own(zone, WORKSPACE)}"
    )
