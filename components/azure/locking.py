"""Locking a container's retention, which the provider can't do: how people do it, and whether they have.

Azure locks by a request of its own (POST `…/immutabilityPolicies/default/lock`). No argument does it, nothing undoes
it. So a zone in phase `locked` reads the policies as they are in the cloud, and stops if one is unlocked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pulumi
from pulumi_azure_native import storage

from components.arguments import ended
from sovereignty.errors import Problem

LOCKED = "Locked"
PHASE = "sovereign-zones:phase"


def lock_commands(
    group: pulumi.Input[str], account: pulumi.Input[str], containers: Iterable[str]
) -> pulumi.Output[dict[str, str]]:
    """By container, the commands that lock its policy, for people to read before they run them."""
    return pulumi.Output.all(group, account).apply(
        lambda names: {container: _command("lock", names[0], names[1], container) for container in containers}
    )


def _command(act: str, group: str, account: str, container: str, more: str = "") -> str:
    where = f"--resource-group {group} --account-name {account} --container-name {container}"
    tool = "az storage container immutability-policy"
    return f'{tool} {act} {where}{more} --if-match "$({tool} show {where} --query etag --output tsv)"'


def must_be_locked(
    policies: Mapping[str, storage.BlobContainerImmutabilityPolicy],
    group: pulumi.Input[str],
    account: pulumi.Input[str],
    days: int,
) -> pulumi.Output[dict[str, str]]:
    """The state of each container's policy as it is in the cloud: `Locked`, for `days` at least.

    Otherwise the run ends, and says of all containers at once what people have to do.
    """
    found = {
        # the invoke inherits the provider of the policy, and waits until the policy is there
        container: storage.get_blob_container_immutability_policy_output(
            resource_group_name=group,
            account_name=account,
            container_name=container,
            immutability_policy_name="default",
            opts=pulumi.InvokeOutputOptions(parent=policy, depends_on=[policy]),
        ).apply(lambda policy: (policy.state, policy.immutability_period_since_creation_in_days or 0))
        for container, policy in policies.items()
    }
    return pulumi.Output.all(group, account, pulumi.Output.all(**found)).apply(
        lambda known: _locked(known[0], known[1], known[2], days)
    )


def _locked(group: str, account: str, found: Mapping[str, tuple[str, int]], days: int) -> dict[str, str]:
    problems: list[Problem] = []
    for container, (state, period) in found.items():
        if state != LOCKED:
            problems.append(
                Problem(
                    PHASE,
                    f"It says locked, and the retention of container {container} is {state}.",
                    f"Lock it (this can't be undone), or write `{PHASE}: provision`:\n"
                    f"  {_command('lock', group, account, container)}",
                )
            )
        elif period < days:
            problems.append(
                Problem(
                    PHASE,
                    f"The retention of container {container} is locked for {period} days, and {days} are asked for.",
                    "Extend it, which Azure takes five times of a locked one:\n  "
                    + _command("extend", group, account, container, f" --period {days}"),
                )
            )
    if problems:
        raise ended(*problems)
    return {container: state for container, (state, _) in found.items()}
