"""A management group that has just been made is not known everywhere at once: what is made in it waits.

For up to half an hour Azure answers that a new group isn't there, that whoever made it may do nothing in it, or that a
definition of it is out of scope; for a minute or two that the identity of a new assignment doesn't exist. Whether
somebody lacks rights for good can't be told from that, so each wait is told as it begins, with the right that may be
missing. Who may not assign roles isn't waited for: it is what a deploying identity lacks most often, and by then what
the role is for is there, so the group is known.
Source: Azure Policy, "Assign policy" (new scopes: up to 30 minutes); hashicorp/terraform-provider-azurerm issue 19595
(AuthorizationFailed, "is out of scope"), Azure/terraform-azurerm-avm-ptn-alz, variables.tf (what it tries again);
Azure RBAC, "Troubleshoot" (PrincipalNotFound); Azure/terraform-azurerm-avm-ptn-alz pull request 187 (placement).
"""

from __future__ import annotations

import asyncio
import re

import pulumi

SECONDS_BETWEEN = 30
ATTEMPTS = 60
"""Half an hour."""
_A_MINUTE = 60

_PASSES = re.compile(
    r"AuthorizationFailed"  # LinkedAuthorizationFailed too
    r"|does not have (authorization|permission)"
    r"|is required on the management group"
    r"|policy assignment '[^']*' is out of scope"
    r"|PrincipalNotFound|does not exist in the directory"
    r"|RoleAssignmentNotFound|PolicyAssignmentNotFound",
    re.IGNORECASE,
)
_FOR_GOOD = re.compile(r"Microsoft\.Authorization/roleAssignments/write", re.IGNORECASE)
_ACTION = re.compile(r"perform action '(?P<action>[A-Za-z0-9./]+)'")
_NOT_THERE = re.compile(r"not ?found|could not be found|does not exist", re.IGNORECASE)
_OF_A_GROUP = re.compile(r"management ?group", re.IGNORECASE)
"""A built-in that isn't there won't be there later either: only what belongs to a group is waited for."""


def worth_waiting(operation: str, errors: list[str]) -> bool:
    """Whether a failure (newest first) is one that passes by itself."""
    if operation != "create" or not 0 < len(errors) <= ATTEMPTS:
        return False
    newest = errors[0].replace("\n", " ")
    if _FOR_GOOD.search(newest):
        return False
    if _PASSES.search(newest):
        return True
    return _NOT_THERE.search(newest) is not None and _OF_A_GROUP.search(newest) is not None


def told(name: str, attempts: int, newest: str = "") -> str:
    """What a wait says while it lasts; `attempts` were made, and the newest failed in these words."""
    asked = _ACTION.search(newest.replace("\n", " "))
    right = f"the right {asked['action']}" if asked else "a right"
    left = (ATTEMPTS + 1 - attempts) * SECONDS_BETWEEN // _A_MINUTE
    return (
        f"{name}: Azure doesn't know the new management group everywhere yet, or whoever deploys lacks {right} at it. "
        f"Tried again in {SECONDS_BETWEEN} seconds, for {left} minutes at most."
    )


def until_the_group_is_known(name: str) -> pulumi.ResourceHookBinding:
    """A hook for what is made in a new management group; `name` is unique in the program."""

    async def again(args: pulumi.ErrorHookArgs) -> bool:
        if not worth_waiting(args.failed_operation, args.errors):
            return False
        pulumi.log.info(told(args.name, len(args.errors), args.errors[0]))
        await asyncio.sleep(SECONDS_BETWEEN)
        return True

    return pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook(f"{name}-until-the-group-is-known", again)])
