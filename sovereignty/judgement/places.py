"""May this resource live at this place?"""

from __future__ import annotations

from sovereignty import facts
from sovereignty.judgement.answer import Answer
from sovereignty.zone import Zone

REGION = "residency.region"
GLOBAL = "global"


def on_aws(zone: Zone, region: str) -> Answer:
    """Whether a resource of AWS may live in the region. Global services are judged by their calls (`aws_calls`)."""
    if zone.aws is None:
        return Answer(False, REGION, f"Zone {zone.zone} has no footprint on AWS.")
    return _placed(zone, "aws", region, zone.aws.holds(region), zone.aws.regions)


def on_azure(zone: Zone, resource_type: str, location: str) -> Answer:
    """Whether a resource of that ARM type (`Microsoft.Storage/storageAccounts`) may live at the location, in any
    spelling. `global` is no place: Azure knows it for what stands in every region, or holds nothing but names."""
    if zone.azure is None:
        return Answer(False, REGION, f"Zone {zone.zone} has no footprint on Azure.")
    if facts.azure_location(location) == GLOBAL:
        return Answer(
            False,
            REGION,
            f"global is no place, so what {resource_type} keeps there has none. Azure Policy lets it through; "
            "the preview allows the types that hold nothing but names or rules.",
        )
    return _placed(zone, "azure", location, zone.azure.holds(location), zone.azure.regions)


def _placed(zone: Zone, cloud: str, place: str, inside: bool, places: tuple[str, ...]) -> Answer:
    allowed = ", ".join(places)
    if inside:
        return Answer(True, REGION, f"{place} is one of zone {zone.zone}'s own: {allowed}.")
    row = facts.region(cloud, place)
    where = f"{row.code} ({row.country})" if row else "This is no known region, so it"
    return Answer(False, REGION, f"{where} is outside zone {zone.zone}: {allowed}.")
