"""The providers of a zone on Azure: explicit ones, one for each of its subscriptions."""

from __future__ import annotations

import pulumi_azure_native as azure

from sovereignty.compile.required import azure as footprint
from sovereignty.compile.required import azure_subscriptions
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone


class AzureProviders:
    """The first subscription's at once; another one's when it is first asked for."""

    def __init__(self, zone: Zone, deployment: Deployment):
        self._zone = zone
        self._deployment = deployment
        self._subscriptions: dict[str, azure.Provider] = {}
        self.subscription()

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """The zone's subscriptions; the first holds what the zone shares: its keys, its locked records."""
        return azure_subscriptions(self._deployment)

    def subscription(self, subscription: str | None = None) -> azure.Provider:
        """For what lives in a subscription of the zone; by default its first one."""
        subscription = subscription or self.subscriptions[0]
        if subscription not in self._subscriptions:
            where = footprint(self._zone)
            self._subscriptions[subscription] = azure.Provider(
                f"{self._zone.zone}-{subscription}",
                subscription_id=subscription,
                tenant_id=self._deployment.azure_tenant_id,
                location=where.home,
                environment=where.cloud,
            )
        return self._subscriptions[subscription]
