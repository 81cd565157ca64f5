"""Flow logs of a virtual network, written to storage by an identity that can do nothing else."""

from __future__ import annotations

import asyncio
import re

import pulumi
from pulumi_azure_native import managedidentity, network

from components.azure.grants import assignment_name, grant, once
from sovereignty.zone import Zone

WRITER = "storage-blob-data-contributor"
"""What writing blobs takes. Which role Azure's page on managed identities for flow logs asks for could not be read."""
FORMAT_VERSION = 2
"""The only one that virtual networks' flow logs take ("Manage virtual network flow logs", -FormatVersion 2)."""
SECONDS_BETWEEN, ATTEMPTS = 30, 20
"""Ten minutes for Azure to make a location's Network Watcher; no page says how long it takes."""
_NOT_THERE = re.compile(r"not (be )?found", re.IGNORECASE)
"""`Resource group 'NetworkWatcherRG' could not be found`, `Parent resource 'NetworkWatcher_westeurope' not found`."""


def flow_log(
    name: str,
    *,
    zone: Zone,
    subscription: str,
    location: str,
    resource_group_name: pulumi.Input[str],
    called: str,
    target_id: pulumi.Input[str],
    account_id: pulumi.Input[str],
    watcher: str,
    watcher_group: str,
    parent: pulumi.Resource,
) -> None:
    """Logs what flows in `target_id`, for as long as the account keeps it.

    The account takes no shared key, so the log is written with an identity's right. A retention of its own is not set:
    it would put a rule into the account's lifecycle, which is the zone's.
    """
    child = pulumi.ResourceOptions(parent=parent)
    identity = managedidentity.UserAssignedIdentity(
        f"{name}-flow-logs",
        resource_group_name=resource_group_name,
        location=location,
        resource_name_=f"{called}-flow-logs",
        opts=child,
    )
    granted = grant(
        f"{name}-flow-logs",
        assignment=assignment_name(zone, subscription, location, f"{called}-flow-logs"),
        subscription=subscription,
        scope=account_id,
        principal_id=identity.principal_id,
        role=WRITER,
        opts=child,
    )
    network.FlowLog(
        name,
        resource_group_name=watcher_group,
        location=location,
        network_watcher_name=watcher,
        flow_log_name=called,
        target_resource_id=target_id,
        storage_id=account_id,
        enabled=True,
        format=network.FlowLogFormatParametersArgs(type=network.FlowLogFormatType.JSON, version=FORMAT_VERSION),
        retention_policy=network.RetentionPolicyParametersArgs(enabled=False, days=0),
        identity=network.ManagedServiceIdentityArgs(
            type=network.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[once(identity.id, granted.id)]
        ),
        opts=pulumi.ResourceOptions(parent=parent, hooks=_until_the_watcher_is_there(name, watcher, watcher_group)),
    )


def worth_waiting(operation: str, errors: list[str], *names: str) -> bool:
    """Whether a failure (newest first) is that the watcher isn't there yet, or the group of these `names`."""
    if operation != "create" or not 0 < len(errors) <= ATTEMPTS:
        return False
    told = errors[0]
    return _NOT_THERE.search(told) is not None and any(name.lower() in told.lower() for name in names)


def _until_the_watcher_is_there(name: str, *names: str) -> pulumi.ResourceHookBinding:
    """Azure makes a location's Network Watcher by itself once there is a network, and not at once."""

    async def again(args: pulumi.ErrorHookArgs) -> bool:
        if not worth_waiting(args.failed_operation, args.errors, *names):
            return False
        await asyncio.sleep(SECONDS_BETWEEN)
        return True

    return pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook(f"{name}-until-the-watcher-is-there", again)])
