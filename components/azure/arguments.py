"""What the arguments of Azure's components share: a place of the zone, a subscription of it, ids of resources."""

from __future__ import annotations

import re
from inspect import isawaitable
from typing import TypeGuard

import pulumi

from sovereignty import facts
from sovereignty.compile.required import azure, azure_subscriptions
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.schema import kind
from sovereignty.zone import Zone

_ID = re.compile(
    r"/subscriptions/[0-9a-f-]{36}/resourceGroups/[^/]+/providers/(?P<type>[^/]+/[^/]+)/[^/]+(?P<below>(/[^/]+/[^/]+)*)",
    re.IGNORECASE,
)
"""Microsoft Learn, "Resource functions for ARM templates", resourceId."""


def location_of(zone: Zone, location: str | None, where: str) -> str:
    """The location of the zone that an argument names in any spelling, its home where it names none: `westeurope`.

    `where` is the argument, such as `ZoneKeyVaultArgs.location`. InputError where the zone doesn't hold it.
    """
    footprint = azure(zone)
    if location is None:
        return footprint.home
    if not footprint.holds(given_text(location, where)):
        found = f"{location} is not a location of zone {zone.zone}."
        raise InputError(Problem(where, found, f"Use one of {', '.join(footprint.regions)}."))
    return facts.azure_location(location)


def subscription_of(deployment: Deployment, subscription: str | None, where: str) -> str:
    """The subscription that an argument names, the zone's first where it names none; InputError for another one."""
    subscriptions = azure_subscriptions(deployment)
    if subscription is None:
        return subscriptions[0]
    if given_text(subscription, where).lower() not in subscriptions:
        right = f"Use one of {', '.join(subscriptions)}."
        raise InputError(Problem(where, "It is not a subscription of the zone.", right))
    return subscription.lower()


def resource_id(value: pulumi.Input[str], where: str, *types: str) -> pulumi.Input[str]:
    """The same value; InputError at `where` for text that is no ARM id of one of these types. Outputs pass unread.

    A type is written as ARM writes it: `Microsoft.KeyVault/vaults`, `Microsoft.KeyVault/vaults/keys`.
    """
    if not given(value, where):
        return value
    found = _ID.fullmatch(value)
    kind = "/".join((found["type"], *found["below"].split("/")[1::2])) if found else ""
    if kind.lower() not in {each.lower() for each in types}:
        example = f"/subscriptions/…/resourceGroups/…/providers/{types[0]}/…"
        raise InputError(Problem(where, f"This is no id of a resource of type {types[0]}.", f"Write {example}"))
    return value


def given(value: pulumi.Input[str], where: str) -> TypeGuard[str]:
    """Whether it is known now; InputError for None, an empty text or what is neither text nor an output, which no type
    keeps a program from giving."""
    if value is None or value == "":
        raise InputError(Problem(where, "It is missing.", "Give it, as text or as another resource's output."))
    if isinstance(value, str):
        return True
    if not isinstance(value, pulumi.Output) and not isawaitable(value):
        found = f"Text is expected, found {kind(value)}."
        raise InputError(Problem(where, found, "Give it as text or as another resource's output."))
    return False


def given_text(value: str, where: str) -> str:
    """The same text; InputError for what is none, which no type keeps a program from giving."""
    if value is None:
        raise InputError(Problem(where, "It is missing.", "Give it, as text."))
    if not isinstance(value, str):
        raise InputError(Problem(where, f"Text is expected, found {kind(value)}.", "Give it as text."))
    return value
