"""What components' arguments share: a place of the zone, and text that is known only once something is made."""

from __future__ import annotations

from collections.abc import Callable

import pulumi

from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone


def region_of(zone: Zone, region: str | None, where: str) -> str:
    """The region of the zone that an argument names, its home where it names none.

    `where` is the argument, such as `ZoneKmsKeyArgs.region`. InputError where the zone doesn't hold it.
    """
    footprint = aws(zone)
    if region is None:
        return footprint.home
    if not footprint.holds(region):
        found = f"{region} is not a region of zone {zone.zone}."
        raise InputError(Problem(where, found, f"Use one of {', '.join(footprint.regions)}."))
    return region


def checked(value: pulumi.Input[str], check: Callable[[str], None]) -> pulumi.Input[str]:
    """The same value, after `check` has raised nothing: at once for text, and when it is known for an output.

    What waits for the returned output is not made before the check, so that a bad value ends the deployment.
    """
    if isinstance(value, str):
        check(value)
        return value

    def pass_on(known: str) -> str:
        check(known)
        return known

    return pulumi.Output.from_input(value).apply(pass_on)


def account_of(deployment: Deployment, account: str | None, where: str) -> str:
    """The account of the zone that an argument names, the first where it names none; InputError for another one."""
    accounts = aws_accounts(deployment)
    if account is None:
        return accounts[0]
    if account not in accounts:
        raise InputError(Problem(where, "It is not an account of the zone.", f"Use one of {', '.join(accounts)}."))
    return account
