"""Models that are run in the region they are deployed to.

Global kinds are processed anywhere, data-zone kinds anywhere in the US or EU data zone: not within the zone's
locations. Of the kinds that are left, Microsoft promises processing in the region's geography. A deployment without
sku, or of a kind that nobody has judged, is refused. Source: "Deployment types for Azure AI Foundry Models".
"""

from __future__ import annotations

from collections.abc import Iterator

from sovereignty.compile.azure.language import Definition, all_of, any_outside, none_in, of_type
from sovereignty.compile.azure.scope import Scope

PROCESSING = "egress.processing"
REGIONAL = ("Standard", "ProvisionedManaged")


def definitions(scope: Scope) -> Iterator[Definition]:
    deployment = "Microsoft.CognitiveServices/accounts/deployments"
    yield Definition(
        name="model-deployment",
        control=PROCESSING,
        title="Models run in the zone",
        message=f"Set sku.name to {' or '.join(REGIONAL)}: Global and DataZone kinds are processed elsewhere.",
        when=all_of(of_type(deployment), none_in(f"{deployment}/sku.name", REGIONAL)),
    )
    account = "Microsoft.CognitiveServices/accounts"
    regions = f"{account}/locations.regions[*]"
    yield Definition(
        name="model-routing",
        control=PROCESSING,
        title="Requests to models are routed within the zone",
        message=f"Name {', '.join(scope.locations)} only in locations.regions.",
        when=all_of(of_type(account), any_outside(regions, "name", scope.locations)),
    )
