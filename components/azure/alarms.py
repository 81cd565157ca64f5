"""Where a zone's alarms go on Azure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import monitor

from components.azure.arguments import given, location_of
from sovereignty import azure_names
from sovereignty.compile.required import azure
from sovereignty.deployment import Deployment, key
from sovereignty.errors import InputError, Problem
from sovereignty.facts import azure_logs
from sovereignty.facts.azure_availability import offered
from sovereignty.zone import Zone

GLOBAL = "global"
REGIONAL = "action-group"
"""The capability of a location that keeps and processes an action group in it (facts: azure_availability.yaml)."""


def group_location(zone: Zone, location: str) -> str:
    """Where the zone's action group is kept and processed: that location if it can be, else another of the zone's.

    Where none of them has regional action groups, it is `global`.
    """
    return processed_in(zone, REGIONAL, location)


def processed_in(zone: Zone, capability: str, location: str) -> str:
    """That location if it offers the capability (facts: azure_availability.yaml), else another of the zone's.

    Where none of them does, it is `global`.
    """
    footprint = azure(zone)
    for place in (location, footprint.home, *footprint.regions):
        if offered(capability, place):
            return place
    return GLOBAL


@dataclass(frozen=True, kw_only=True)
class AlarmGroupArgs:
    """What a zone's group for alarms needs to know. Who hears of them is in the stack file: azureAlarmSubscribers."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    location: str | None = None
    """A location of the zone, which it is kept in where it can be; None: its home."""


class AlarmGroup(pulumi.ComponentResource):
    """The action group `sovereign-<zone>-alarms` and whom it tells: the addresses of the deployment, no others.

    Mail and https calls carry the common alert schema. The group is kept and processed in the location where Azure has
    regional action groups there, else in another location of the zone that has.

    Features: alarms.
    Outputs: `group_id`.
    Cost: 1,000 mails and 100,000 https calls a month are free, then 2 USD and 0.60 USD per 100,000.
    Traps: where no location of the zone has regional action groups the group is `global`: Azure keeps it in two regions
    of its choice and may process its actions in any geography. Then the addresses and what an alarm tells (names of
    resources, of callers, of calls; no data) are processed outside the zone, as nothing can refuse; the preview lets
    such a group through in such a zone only. A new mail address has to be confirmed within thirty minutes by a code
    that Azure sends there, once in a tenant. At most 100 mails an hour reach an address. Mail leaves the zone anyhow.
    Alerts on the health of Azure's services need a `global` group: they aren't told here.
    Source: Azure Monitor, "Action groups", "Azure Monitor service limits".
    """

    group_id: pulumi.Output[str]

    def __init__(self, name: str, args: AlarmGroupArgs, opts: pulumi.ResourceOptions | None = None):
        zone, deployment = args.zone, args.deployment
        location = group_location(zone, location_of(zone, args.location, "AlarmGroupArgs.location"))
        given(args.resource_group_name, "AlarmGroupArgs.resource_group_name")
        calls = [each for each in deployment.azure_alarm_subscribers if each.startswith("https://")]
        mails = [each for each in deployment.azure_alarm_subscribers if each not in calls]
        _few_enough(deployment, "emails", "mail addresses", len(mails))
        _few_enough(deployment, "webhooks", "https addresses", len(calls))
        super().__init__("sovereign-zones:index:AlarmGroup", name, None, opts)
        group = monitor.ActionGroup(
            name,
            resource_group_name=args.resource_group_name,
            action_group_name=azure_names.own(zone, "alarms"),
            group_short_name=zone.zone[: azure_logs.action_group("short_name")],
            location=location,
            enabled=True,
            email_receivers=[
                monitor.MicrosoftCommonEmailReceiverArgs(
                    name=_named("mail", each), email_address=each, use_common_alert_schema=True
                )
                for each in mails
            ],
            webhook_receivers=[
                monitor.WebhookReceiverArgs(name=_named("call", each), service_uri=each, use_common_alert_schema=True)
                for each in calls
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.group_id = group.id
        self.register_outputs({"groupId": self.group_id})


def _named(kind: str, address: str) -> str:
    """Named after whom it is for, since a place in the list changes; and an address doesn't belong in a name."""
    return f"{kind}-{hashlib.sha256(address.encode()).hexdigest()[:8]}"


def _few_enough(deployment: Deployment, limit: str, what: str, count: int) -> None:
    most = azure_logs.action_group(limit)
    if count > most:
        where = f"Pulumi.{deployment.zone}.yaml: {key('azure_alarm_subscribers')}"
        found = f"There are {count} {what}, and an action group takes {most}."
        raise InputError(Problem(where, found, "Let an address of yours pass them on."))
