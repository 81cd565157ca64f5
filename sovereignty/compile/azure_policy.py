"""Azure Policy at the zone's management group: where resources and resource groups may be.

Two built-ins, as either leaves the other's resources out: "Allowed locations" is of mode Indexed and does not see
resource groups. Both let `global` through, which is no place. Source: Azure/azure-policy, policyDefinitions/General.
"""

from __future__ import annotations

from typing import Any

from sovereignty.compile.document import Document, minified
from sovereignty.errors import InputError, Problem
from sovereignty.facts import azure_location, quota
from sovereignty.zone import Zone

REGION = "residency.region"

# version 1.1.0 of both, as of 2026-04-29; assignment names at a management group hold 24 characters
BUILT_INS = {
    "allowed-locations": ("e56962a6-4747-49cd-b67b-bf8b01975c4c", "Resources"),
    "allowed-locations-groups": ("e765b5de-1225-4ba3-bd56-1ac6695af988", "Resource groups"),
}


def documents(zone: Zone) -> tuple[Document, ...]:
    """Assignments in ARM's shape (`name`, `properties`), to be made at the zone's management group."""
    if zone.azure is None:
        return ()
    locations = sorted({azure_location(region) for region in zone.azure.regions})
    if not locations:  # an empty list of allowed locations would be refused by Azure, or read as no rule at all
        where = f"zones/{zone.zone}.yaml: azure.regions"
        raise InputError(Problem(where, "The list is empty.", "Name at least one location."))
    # the table knows the public cloud's limit; the sovereign clouds' is not published apart
    limit = quota("azure", "public", "policy", "request_body").value
    return tuple(
        Document(
            f"azure/assignments/{zone.zone}-{name}.json",
            "azure:management-group",
            minified({"name": name, "properties": _properties(zone, definition, subject, locations)}),
            limit,
            (REGION,),
        )
        for name, (definition, subject) in BUILT_INS.items()
    )


def _properties(zone: Zone, definition: str, subject: str, locations: list[str]) -> dict[str, Any]:
    return {
        "displayName": f"{subject} of zone {zone.zone} stay in its locations",
        "description": f"Zone {zone.zone} ({zone.title}), jurisdiction {zone.jurisdiction}.",
        "policyDefinitionId": f"/providers/Microsoft.Authorization/policyDefinitions/{definition}",
        "enforcementMode": "Default",
        "parameters": {"listOfAllowedLocations": {"value": locations}},
        "nonComplianceMessages": [
            {
                "message": f"{subject} of zone {zone.zone} may be in {', '.join(locations)} only: "
                f"its data stays in jurisdiction {zone.jurisdiction} ({REGION})."
            }
        ],
        "metadata": {"control": REGION, "zone": zone.zone},
    }
