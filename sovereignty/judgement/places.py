"""May this resource live at this place?"""

from __future__ import annotations

from fnmatch import fnmatchcase

from sovereignty import facts
from sovereignty.facts import azure_policy, azure_types
from sovereignty.judgement.answer import Answer
from sovereignty.zone import Zone

REGION = "residency.region"
CONTENT = "egress.content-bearing"
GLOBAL = "global"


def on_aws(zone: Zone, region: str) -> Answer:
    """Whether a resource of AWS may live in the region. Global services are judged by their calls (`aws_calls`)."""
    if zone.aws is None:
        return Answer(False, REGION, f"Zone {zone.zone} has no footprint on AWS.")
    return _placed(zone, "aws", region, zone.aws.holds(region), zone.aws.regions)


def on_azure(zone: Zone, resource_type: str, location: str) -> Answer:
    """Whether a resource of that ARM type (`Microsoft.Storage/storageAccounts`) may live at the location, in any
    spelling. What carries content out of every zone may live nowhere. `global` is no place: Azure knows it for what
    stands in every region, and only types that are known to hold nothing but names or rules may be there."""
    if zone.azure is None:
        return Answer(False, REGION, f"Zone {zone.zone} has no footprint on Azure.")
    if any(fnmatchcase(resource_type.lower(), pattern.lower()) for pattern in azure_policy.azure_content_types()):
        what = f"{resource_type} carries content out of every zone, whatever location it names"
        return Answer(False, CONTENT, f"{what}, and no zone can open it.")
    if facts.azure_location(location) == GLOBAL:
        return _global(resource_type)
    return _placed(zone, "azure", location, zone.azure.holds(location), zone.azure.regions)


def _global(resource_type: str) -> Answer:
    if azure_types.is_global(resource_type):
        return Answer(True, REGION, f"{resource_type} is global by nature, and holds nothing but names or rules.")
    if azure_types.is_setting(resource_type):
        return Answer(True, REGION, f"{resource_type} has no location: it is a setting, of names and permissions.")
    if azure_types.is_locationless(resource_type):
        return Answer(False, REGION, f"{resource_type} has no location: it lives where what it belongs to lives.")
    return Answer(
        False,
        REGION,
        f"global is no place, so what {resource_type} keeps there has none. Azure Policy lets most types through; "
        "the preview allows those that hold nothing but names or rules.",
    )


def _placed(zone: Zone, cloud: str, place: str, inside: bool, places: tuple[str, ...]) -> Answer:
    allowed = ", ".join(places)
    if inside:
        return Answer(True, REGION, f"{place} is one of zone {zone.zone}'s own: {allowed}.")
    row = facts.region(cloud, place)
    where = f"{row.code} ({row.country})" if row else "This is no known region, so it"
    return Answer(False, REGION, f"{where} is outside zone {zone.zone}: {allowed}.")
