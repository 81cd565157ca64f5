"""A subscription's place: in the zone's management group, once that is bound."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import management

from components.arguments import ended
from components.azure.arguments import subscription_of
from components.azure.management_group import check_group, group_name
from components.azure.patience import until_the_group_is_known
from sovereignty.deployment import Deployment
from sovereignty.errors import Problem
from sovereignty.zone import Zone


@dataclass(frozen=True, kw_only=True)
class ZoneSubscriptionArgs:
    """What places a subscription needs to know."""

    zone: Zone
    deployment: Deployment
    management_group_id: pulumi.Input[str]
    """The name of the group, or its resource id: `ZoneManagementGroup.bound_group_id`."""
    subscription: str | None = None
    """The subscription, one of the stack's. None: the first. The provider of the options has to be that one's."""


class ZoneSubscription(pulumi.ComponentResource):
    """A subscription of the zone, placed in its management group: from then on all that is made in it is held.

    Features: place in the organization.
    Outputs: `subscription_id`, known once it is placed: what is made in the subscription waits for it.
    Cost: none.
    Traps: Azure takes the subscription from the provider; one of another subscription places that, and ends the run.
    Deleting the component moves the subscription to the tenant's default group, out of the zone's law. Whoever deploys
    needs Owner at the subscription, and write at both groups. What the subscription holds already is reported, never
    removed.
    Source: Azure management groups, "Manage your Azure subscriptions at scale" (moving subscriptions).
    """

    subscription_id: pulumi.Output[str]

    def __init__(self, name: str, args: ZoneSubscriptionArgs, opts: pulumi.ResourceOptions | None = None):
        where = f"{ZoneSubscriptionArgs.__name__}.subscription"
        subscription = subscription_of(args.deployment, args.subscription, where)
        of_group = f"{ZoneSubscriptionArgs.__name__}.management_group_id"
        check_group(args.management_group_id, of_group)
        super().__init__("sovereign-zones:index:ZoneSubscription", name, None, opts)
        placed = management.ManagementGroupSubscription(
            name,
            group_id=group_name(args.management_group_id, of_group, self),
            opts=pulumi.ResourceOptions(parent=self, hooks=until_the_group_is_known(f"{name}-subscription")),
        )

        def of_its_provider(placement: str) -> str:
            # the provider doesn't say whose it is; the placement does: …/managementGroups/<group>/subscriptions/<id>
            _, found, whose = placement.partition("/subscriptions/")
            if found and whose.lower() != subscription:
                right = f"Give the component the provider of subscription {subscription}, and move the other one back."
                raise ended(Problem(where, "The provider is another subscription's, which was placed.", right))
            return subscription

        self.subscription_id = placed.id.apply(of_its_provider)
        self.register_outputs({"subscriptionId": self.subscription_id})
