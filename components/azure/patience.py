"""A management group that has just been made is not known everywhere at once: what is made in it waits.

Azure answers "not found" or "not authorized" for a new group for up to half an hour. Source: Azure Policy, "Assign
policy": new scopes take up to 30 minutes to be seen.
"""

from __future__ import annotations

import asyncio
import re

import pulumi

SECONDS_BETWEEN = 30
ATTEMPTS = 60
"""Half an hour."""

_NOT_YET_KNOWN = re.compile(r"not ?found|AuthorizationFailed|does not have authorization", re.IGNORECASE)


def worth_waiting(operation: str, errors: list[str]) -> bool:
    """Whether a failure (newest first) is one that passes by itself."""
    return (
        operation == "create"
        and 0 < len(errors) <= ATTEMPTS
        and _NOT_YET_KNOWN.search(errors[0].replace("\n", " ")) is not None
    )


def until_the_group_is_known(name: str) -> pulumi.ResourceHookBinding:
    """A hook for what is made in a new management group; `name` is unique in the program."""

    async def again(args: pulumi.ErrorHookArgs) -> bool:
        if not worth_waiting(args.failed_operation, args.errors):
            return False
        await asyncio.sleep(SECONDS_BETWEEN)
        return True

    return pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook(f"{name}-until-the-group-is-known", again)])
