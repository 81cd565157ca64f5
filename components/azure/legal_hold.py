"""A legal hold on a container."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import storage

from components.azure.arguments import given
from sovereignty.compile.required import azure
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

MOST_HOLDS = 10
"""Legal hold tags of a container at any one time ("Container-level WORM policies", limits)."""
_HOLD = re.compile(r"[a-zA-Z0-9]{3,23}")


@dataclass(frozen=True, kw_only=True)
class LegalHoldArgs:
    """What a legal hold needs to know."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    account_name: pulumi.Input[str]
    container_name: pulumi.Input[str]
    holds: Sequence[str]
    """Why it is held: 1 to 10 identifiers of 3 to 23 letters and digits, such as the number of a case."""
    receives_appends: bool = False
    """Protected append writes, to append and block blobs; where the container's own retention has any."""


class LegalHold(pulumi.ComponentResource):
    """A hold under which nobody changes or deletes a container's blobs, whatever their retention, until it is cleared.

    Each hold is cleared for itself; the container stays held while one is left. Protected: to clear one, take it out of
    `holds`; to clear the last, unprotect the hold and take it out of the program.

    Features: legal hold.
    Outputs: `hold_id`, `holds` as Azure keeps them.
    Cost: none; what is held is stored for longer.
    Traps: no policy of Azure refuses the request that clears a hold (`…/containers/clearLegalHold/action`): Owner,
    Contributor, Storage Account Contributor and Storage Blob Data Owner have it, so such roles are for few. A container
    with version-level retention takes none. Azure keeps the identifiers in small letters, and the audit log of the last
    ten changes for as long as there is a policy. A hold without append writes stops an export of logs.
    Source: Microsoft Learn, "Container-level WORM policies for immutable blob data" (limits), "Blob Containers - Set
    Legal Hold", "Azure built-in roles for Storage".
    """

    hold_id: pulumi.Output[str]
    holds: pulumi.Output[list[str]]

    def __init__(self, name: str, args: LegalHoldArgs, opts: pulumi.ResourceOptions | None = None):
        azure(args.zone)
        for argument in ("resource_group_name", "account_name", "container_name"):
            given(getattr(args, argument), f"LegalHoldArgs.{argument}")
        holds = _holds(args.holds)
        super().__init__("sovereign-zones:index:LegalHold", name, None, opts)
        made = storage.BlobContainerLegalHold(
            name,
            resource_group_name=args.resource_group_name,
            account_name=args.account_name,
            container_name=args.container_name,
            tags=holds,
            allow_protected_append_writes_all=args.receives_appends,
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        self.hold_id = made.id
        self.holds = made.tags.apply(lambda kept: list(kept or ()))
        self.register_outputs({"holdId": self.hold_id, "holds": self.holds})


def _holds(given_holds: Sequence[str]) -> list[str]:
    where = "LegalHoldArgs.holds"
    if isinstance(given_holds, str) or not 1 <= len(given_holds) <= MOST_HOLDS:
        found = "A container has one hold at least, and ten at most."
        raise InputError(Problem(where, found, 'Write a list: ["case2026017"].'))
    holds: list[str] = []
    for index, hold in enumerate(given_holds):
        if not _HOLD.fullmatch(hold):
            right = "Use 3 to 23 letters and digits, such as case2026017."
            raise InputError(Problem(f"{where}[{index}]", "Azure takes no hold of this name.", right))
        # as Azure does, so that a refresh finds nothing changed
        if hold.lower() in holds:
            raise InputError(Problem(f"{where}[{index}]", "It stands there twice.", "Keep it once."))
        holds.append(hold.lower())
    return sorted(holds)
