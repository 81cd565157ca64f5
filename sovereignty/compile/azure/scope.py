"""What the definitions are compiled from: the zone's places, subscriptions, retention and trusted tenants."""

from __future__ import annotations

from dataclasses import dataclass

from sovereignty import facts
from sovereignty.compile.azure.language import Condition, all_of
from sovereignty.compile.required import azure, azure_subscriptions
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

GLOBAL = "global"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """`locations` as Azure compares them; `paired_inside` are those whose geo-redundant copies stay in the zone."""

    zone: str
    locations: tuple[str, ...]
    paired_inside: tuple[str, ...]
    subscriptions: tuple[str, ...]
    managing_tenants: tuple[str, ...]
    retention_days: int

    def leaving(self, *conditions: Condition) -> Condition:
        """These conditions make a copy in the paired region: refused where that region is not the zone's."""
        if not self.paired_inside:
            return all_of(*conditions)
        return all_of(*conditions, {"field": "location", "notIn": list(self.paired_inside)})


def of(zone: Zone, deployment: Deployment) -> Scope:
    """InputError where the zone names no location, or the stack no subscription."""
    locations = tuple(sorted({facts.azure_location(region) for region in azure(zone).regions}))
    if not locations:  # an empty list of allowed locations would refuse everything, or nothing
        where = f"zones/{zone.zone}.yaml: azure.regions"
        raise InputError(Problem(where, "The list is empty.", "Name at least one location."))
    rows = [facts.region("azure", location) for location in locations]
    return Scope(
        zone=zone.zone,
        locations=locations,
        paired_inside=tuple(row.code for row in rows if row and row.paired in locations),
        subscriptions=tuple(sorted(azure_subscriptions(deployment))),
        managing_tenants=tuple(sorted(deployment.azure_managed_by_tenants)),
        retention_days=zone.retention.days,
    )
