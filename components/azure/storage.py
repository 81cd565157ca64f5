"""Write-once storage on Azure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import storage

from components.azure import account_parts, lifecycle
from components.azure.locking import lock_commands, must_be_locked
from components.retention import COMPLIANCE, retention_of
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Retention, Zone

AVERAGE_YEAR = 365.25
"""Days: rounded up, no run of calendar years is longer. A hundred years are far below Azure's limit of 146,000 days."""
UNLOCKED = storage.AccountImmutabilityPolicyState.UNLOCKED


@dataclass(frozen=True, kw_only=True)
class WormStorageAccountArgs:
    """What a write-once storage account needs to know."""

    zone: Zone
    deployment: Deployment
    """In its phase `locked` the containers' retention has to be locked."""
    resource_group_name: pulumi.Input[str]
    purpose: str
    """A short word of small letters and digits: the account's name is made of it, the zone and the place."""
    key_store_uri: pulumi.Input[str]
    """Address of the vault or managed HSM with the zone's key."""
    key_name: pulumi.Input[str]
    """Name of the key in it; no version, so that storage follows the key's rotation."""
    identity_id: pulumi.Input[str]
    """ARM id of the user-assigned identity that may use the key."""
    containers: Sequence[str]
    """Names of the containers; each has a retention of its own to be locked."""
    redundancy: str | None = None
    """None: Standard_ZRS where the location has availability zones, else Standard_LRS. A geo-redundant one
    (Standard_GRS, Standard_RAGRS, Standard_GZRS, Standard_RAGZRS) takes a zone that holds the location's pair, and
    allows copies there (`azure.geo_redundancy`)."""
    retention: Retention | None = None
    """None: the zone's own. Never shorter, nor in a weaker mode."""
    longer_than_the_zone: bool = False
    """Confirms a COMPLIANCE lock that the zone doesn't ask for: nobody can shorten it, not even Microsoft."""
    version_level: bool = False
    """The account's own default retention instead of the containers': a weaker promise, see Traps."""
    receives_appends: bool = False
    """Protected append writes to append blobs, which an export of logs and diagnostic settings need. They can't be
    changed once the retention is locked."""
    appends_to_block_blobs: bool = False
    """Protected append writes to append blobs and block blobs, which flow logs need; they can't be changed either. Not
    with `version_level`, which knows append blobs alone."""
    trusted_services: bool | None = None
    """Whether the firewall lets Azure's trusted services in. None: where a lifecycle rule or an export needs them."""
    location: str | None = None
    """None: the zone's home."""
    subscription: str | None = None
    """None: the zone's first."""


class WormStorageAccount(pulumi.ComponentResource):
    """A storage account with containers whose blobs nobody can change or delete before their retention ends.

    The zone's key through a user-assigned identity and infrastructure encryption below it, no shared keys, no public
    network, no anonymous access, copies into it only from where the same network leads, soft delete, the archive of the
    retention, and a policy for each container. Protected, with all it needs. A policy is created unlocked, and its
    state is no argument of any resource: locking is an act of its own, which can't be undone. So `lock_commands` say
    how, and in phase `locked` a container that isn't locked, or locked for too short, is an error. Mode GOVERNANCE has
    no counterpart but a policy that stays unlocked: there the phase asks for nothing, and no commands are shown.

    Features: write-once records.
    Outputs: `account_id` and `name`, which wait for the policies; `containers`, `immutability_states`,
    `lock_commands`: the last two by container.
    Cost: what is stored, for as long as it is locked; a transition to the archive, charged per blob, and reading back
    from there; geo-redundancy about twice.
    Traps: an unlocked policy is no promise: who may write it may shorten or delete it. A locked one can be extended
    five times, by a request of its own and not by this program, and its append writes stay as they are: say before
    it is locked whether block blobs take them. Whoever may append to a block blob may go on with any record in it. A
    new right to the key is seen minutes later: an account is tried again until then, and told
    (components/azure/key_patience.py). ZRS and GZRS
    have no archive tier, so blobs go to cold there; append blobs, which is what log exports write, have no tiers at
    all. A lifecycle rule doesn't run through a firewall without the exception for trusted services, so
    `trusted_services` is on by default where there is one; an enforced network security perimeter ignores it, and
    whether rules run there is unverified. `version_level` can't promise much: a default policy, even a locked one, is
    overridden by whoever uploads with another or none, and changes to it aren't audited. It stays unlocked in every
    phase, the zone's Azure Policy reports its containers, it can't be switched off, and no container of it takes a
    legal hold: the container's policy is what is enforced. Without it versioning is off, since nothing in a locked
    container can be overwritten. Deleting a container goes through ARM, and only when it is empty.
    Source: Microsoft Learn, "Container-level WORM policies for immutable blob data" (limits, append writes),
    "Version-level WORM policies", "Overview of immutable storage for blob data" (146,000 days, five increases, no
    point-in-time restore), "Access tiers for blob data", "Azure Blob Storage lifecycle management overview" (firewall),
    "Restrict the source of copy operations".
    """

    account_id: pulumi.Output[str]
    name: pulumi.Output[str]
    containers: pulumi.Output[list[str]]
    immutability_states: pulumi.Output[dict[str, str]]
    lock_commands: pulumi.Output[dict[str, str]]

    def __init__(self, name: str, args: WormStorageAccountArgs, opts: pulumi.ResourceOptions | None = None):
        place = account_parts.check(args)
        if args.version_level and args.appends_to_block_blobs:
            found = "The account's own retention lets append blobs alone be appended to."
            right = "Leave out version_level: the containers' retention takes block blobs as well."
            raise InputError(Problem("WormStorageAccountArgs.appends_to_block_blobs", found, right))
        appends = args.receives_appends or args.appends_to_block_blobs
        retention = retention_of(args.zone, args.retention, args.longer_than_the_zone, "WormStorageAccountArgs")
        super().__init__("sovereign-zones:index:WormStorageAccount", name, None, opts)
        days, archive_after = math.ceil(AVERAGE_YEAR * retention.years), retention.archive_after_days
        rules = []
        if archive_after is not None:
            rules.append(lifecycle.archive(archive_after, place.redundancy, versions=args.version_level))
        trusted = args.trusted_services
        parts = account_parts.make(
            self,
            name,
            args,
            place,
            rules=rules,
            # nothing in a locked container can be overwritten; what may be, as a new version, has to be versioned
            versions=args.version_level,
            trusted_services=bool(rules) or appends if trusted is None else trusted,
            locked_versions=_of_versions(days, args.receives_appends) if args.version_level else None,
        )
        policies = {} if args.version_level else self._policies(name, args, parts, days)
        binding = retention.mode == COMPLIANCE
        group, account = args.resource_group_name, parts.account.name
        if args.version_level:
            self.immutability_states = pulumi.Output.from_input(dict.fromkeys(parts.containers, UNLOCKED.value))
        elif binding and args.deployment.phase == "locked":
            self.immutability_states = must_be_locked(policies, group, account, days)
        else:
            self.immutability_states = pulumi.Output.all(**{each: made.state for each, made in policies.items()})
        to_lock = parts.containers if policies and binding else {}
        self.lock_commands = lock_commands(group, account, to_lock)
        before = [each.id for each in policies.values()]
        self.account_id = account_parts.waiting(parts.account.id, before)
        self.name = account_parts.waiting(account, before)
        self.containers = pulumi.Output.all(*(each.name for each in parts.containers.values()))
        self.register_outputs(
            {
                "accountId": self.account_id,
                "name": self.name,
                "containers": self.containers,
                "immutabilityStates": self.immutability_states,
                "lockCommands": self.lock_commands,
            }
        )

    def _policies(
        self, name: str, args: WormStorageAccountArgs, parts: account_parts.Parts, days: int
    ) -> dict[str, storage.BlobContainerImmutabilityPolicy]:
        # Azure recommends soft delete before any policy
        options = account_parts.after(pulumi.ResourceOptions(parent=self, protect=True), parts.service)
        return {
            each: storage.BlobContainerImmutabilityPolicy(
                f"{name}-{each}",
                resource_group_name=args.resource_group_name,
                account_name=parts.account.name,
                container_name=container.name,
                immutability_policy_name="default",
                immutability_period_since_creation_in_days=days,
                # Azure takes one of the two: "mutually exclusive" (REST, Immutability Policies)
                allow_protected_append_writes=None if args.appends_to_block_blobs else args.receives_appends,
                allow_protected_append_writes_all=True if args.appends_to_block_blobs else None,
                opts=options,
            )
            for each, container in parts.containers.items()
        }


def _of_versions(days: int, appends: bool) -> storage.ImmutableStorageAccountArgs:
    return storage.ImmutableStorageAccountArgs(
        enabled=True,
        immutability_policy=storage.AccountImmutabilityPolicyPropertiesArgs(
            immutability_period_since_creation_in_days=days, allow_protected_append_writes=appends, state=UNLOCKED
        ),
    )
