"""The explicit providers of a zone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

if TYPE_CHECKING:
    from components.aws.providers import AwsProviders
    from components.azure.providers import AzureProviders

SENDING = 0.02
"""Seconds in which the event loop sends what has been registered; any more is lost, any less sends nothing."""


class ZoneProviders:
    """Those of each cloud that the zone has; None where it has none."""

    aws: AwsProviders | None = None
    azure: AzureProviders | None = None

    def __init__(self, zone: Zone, deployment: Deployment):
        # a cloud's SDK takes long to import: only those that the zone has
        if zone.aws:
            from components.aws.providers import AwsProviders

            self.aws = AwsProviders(zone, deployment)
        if zone.azure:
            from components.azure.providers import AzureProviders

            self.azure = AzureProviders(zone, deployment)

    @classmethod
    async def started(cls, zone: Zone, deployment: Deployment) -> Self:
        """The providers, on their way to the engine: it starts their plugins while the program imports the SDKs."""
        providers = cls(zone, deployment)
        await asyncio.sleep(SENDING)
        return providers
