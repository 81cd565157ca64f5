"""Locking a container's retention, which the provider can't do: how people do it, and whether they have.

Azure locks by a request of its own (POST `…/immutabilityPolicies/default/lock`). No argument does it,
nothing undoes it. So a zone in phase `locked` reads the policy as it is in the cloud, and stops if it is unlocked.
"""

from __future__ import annotations

import pulumi
from pulumi_azure_native import storage

from sovereignty.errors import Problem

LOCKED = "Locked"


def lock_command(
    group: pulumi.Input[str], account: pulumi.Input[str], container: pulumi.Input[str]
) -> pulumi.Output[str]:
    """The commands that lock the container's policy, for people to read before they run them."""
    return pulumi.Output.all(group, account, container).apply(lambda names: _commands(*names))


def _commands(group: str, account: str, container: str) -> str:
    where = f"--resource-group {group} --account-name {account} --container-name {container}"
    tool = "az storage container immutability-policy"
    return f'{tool} lock {where} --if-match "$({tool} show {where} --query etag --output tsv)"'


def must_be_locked(
    policy: storage.BlobContainerImmutabilityPolicy,
    group: pulumi.Input[str],
    account: pulumi.Input[str],
    container: pulumi.Input[str],
    command: pulumi.Output[str],
) -> pulumi.Output[str]:
    """The state of the policy as it is in the cloud: `Locked`, or an error that says how to lock it."""
    # the invoke inherits the provider of the policy, and waits until the policy is there
    found = storage.get_blob_container_immutability_policy_output(
        resource_group_name=group,
        account_name=account,
        container_name=container,
        immutability_policy_name="default",
        opts=pulumi.InvokeOutputOptions(parent=policy, depends_on=[policy]),
    )
    return pulumi.Output.all(found.state, container, command).apply(lambda known: _locked(*known))


def _locked(state: str, container: str, command: str) -> str:
    if state != LOCKED:
        raise pulumi.RunError(
            str(
                Problem(
                    "sovereign-zones:phase",
                    f"It says locked, and the retention of container {container} is {state}.",
                    f"Lock it (this can't be undone), or write `sovereign-zones:phase: provision`:\n  {command}",
                )
            )
        )
    return state
