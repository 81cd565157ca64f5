"""What a zone takes from its organization: the places that its own OU and management group are made under."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from sovereignty.deployment import Deployment, key
from sovereignty.errors import InputError, Problem


@dataclass(frozen=True)
class Parents:
    """The parents of a zone: an OU or the root, by id, and a management group, by id or whole path."""

    aws_ou_id: pulumi.Input[str] | None = None
    aws_sandbox_ou_id: pulumi.Input[str] | None = None
    """What its sandbox OU is made under; None: the same."""
    azure_management_group_id: pulumi.Input[str] | None = None
    azure_sandbox_management_group_id: pulumi.Input[str] | None = None
    """What its sandbox management group is made under; None: the same."""


async def parents(deployment: Deployment) -> Parents:
    """From the stack file where an organization has its own, else from the foundation's stack, which is waited for.

    InputError where the foundation lacks the output: a stack that is not deployed gives nothing, without a word.
    """
    own = Parents(
        deployment.aws_parent_ou_id,
        deployment.aws_sandbox_parent_ou_id,
        deployment.azure_parent_management_group_id,
        deployment.azure_sandbox_parent_management_group_id,
    )
    if not deployment.foundation:
        return own
    foundation = pulumi.StackReference(f"{pulumi.get_organization()}/{deployment.foundation}")
    where = f"Pulumi.{deployment.zone}.yaml: {key('foundation')}"

    async def output(name: str) -> str:
        value = (await foundation.get_output_details(name)).value
        if not value:
            found = f"The stack {deployment.foundation} has no output {name}."
            raise InputError(Problem(where, found, "Deploy the foundation first, for this zone's clouds."))
        return value

    return Parents(
        await output("awsSovereigntyOuId") if deployment.aws_accounts else None,
        await output("awsSandboxParentOuId") if deployment.aws_accounts else None,
        await output("azureSovereigntyManagementGroupId") if deployment.azure_subscriptions else None,
        await output("azureSandboxParentManagementGroupId") if deployment.azure_subscriptions else None,
    )
