"""A new right to a key is seen minutes after it was given: what is made with the key waits for it.

Resource Manager knows a role assignment at once, Key Vault up to ten minutes later. What takes the key meanwhile fails
in the words of a right that isn't there, so each wait is told as it begins. What people grant in a managed HSM isn't
waited for: they do so before the stack is in phase `granted`, and a grant that is missing there is told at once.
Source: Azure RBAC, "Troubleshoot" (role assignment changes: up to 10 minutes); Azure/bicep issue 16601 (a storage
account, KeyVaultAuthenticationFailure); ansible-collections/azure pull request 1676 (a disk encryption set,
KeyVaultAccessForbidden); hashicorp/terraform-provider-azurerm issues 23927 and 27817 (ForbiddenByRbac). The words in
which a log cluster fails are not documented.
"""

from __future__ import annotations

import asyncio
import re

import pulumi

from sovereignty.zone import Zone

SECONDS_BETWEEN = 30
ATTEMPTS = 20
"""Ten minutes."""
_A_MINUTE = 60

_PASSES = re.compile(
    r"KeyVaultAuthenticationFailure"
    r"|KeyVaultAccessForbidden"
    r"|ForbiddenByRbac"
    # of Key Vault alone: who lacks permission for another action lacks it for good
    r"|does not have (\w+,? ){0,6}permissions? (on|to) (the )?key ?vault",
    re.IGNORECASE,
)
_MADE_ALREADY = re.compile(r"\s*\d+ errors? occurred:")
"""How the engine begins what a provider tells of a resource that was made and isn't well: the engine keeps it, and the
next run mends it. Made again it would be refused, since it is there (engine's InitError; azure-native, CanCreate)."""


def worth_waiting(operation: str, errors: list[str]) -> bool:
    """Whether a failure (newest first) is that a right to a key isn't seen yet."""
    if operation != "create" or not 0 < len(errors) <= ATTEMPTS or _MADE_ALREADY.match(errors[0]):
        return False
    return _PASSES.search(errors[0].replace("\n", " ")) is not None


def told(name: str, attempts: int) -> str:
    """What a wait says while it lasts; `attempts` were made."""
    left = (ATTEMPTS + 1 - attempts) * SECONDS_BETWEEN // _A_MINUTE
    return (
        f"{name}: Key Vault doesn't see the new right to the key yet, or the identity has none. "
        f"Tried again in {SECONDS_BETWEEN} seconds, for {left} minutes at most."
    )


def until_the_key_opens(name: str, zone: Zone) -> pulumi.ResourceHookBinding | None:
    """A hook for what is encrypted with the zone's key, None with a managed HSM; `name` is unique in the program."""
    if zone.keys.azure == "managed-hsm":
        return None

    async def again(args: pulumi.ErrorHookArgs) -> bool:
        if not worth_waiting(args.failed_operation, args.errors):
            return False
        pulumi.log.info(told(args.name, len(args.errors)))
        await asyncio.sleep(SECONDS_BETWEEN)
        return True

    return pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook(f"{name}-until-the-key-opens", again)])
