"""Write-once storage: a retention that is there and long enough.

A policy is made Disabled or Unlocked and locked by an act of its own, so Unlocked passes here, in phase `locked` too:
the policy of a new container can't begin otherwise. A container without any policy is reported and not refused: the
policy is made after it, and not every container holds records. In phase `locked` one whose policy is not locked is
reported as well; where the zone's retention is GOVERNANCE it never is, since that binds nobody for good. Containers of
an account with version-level retention are reported: its default doesn't hold whoever uploads with another. Sources:
"Time-based retention policies for immutable blob data", "Version-level WORM policies".
"""

from __future__ import annotations

from collections.abc import Iterator

from sovereignty.compile.azure.language import Condition, Definition, absent, all_of, any_of, equals, none_in, of_type
from sovereignty.compile.azure.scope import Scope

RETENTION = "worm.retention"
LOCKED = "Locked"
IN_FORCE = ("Unlocked", LOCKED)


def definitions(scope: Scope) -> Iterator[Definition]:
    days = scope.retention_days
    container = "Microsoft.Storage/storageAccounts/blobServices/containers"
    policy = f"{container}/immutabilityPolicies"
    period = f"{policy}/immutabilityPeriodSinceCreationInDays"
    message = f"Set immutabilityPeriodSinceCreationInDays to {days} or more."
    yield Definition(
        name="container-retention",
        control=RETENTION,
        title="A container's retention is as long as the zone's",
        message=message,
        when=all_of(of_type(policy), any_of(_too_short(period, days), equals(f"{policy}/state", "Disabled"))),
    )
    account = "Microsoft.Storage/storageAccounts"
    versioned = f"{account}/immutableStorageWithVersioning"
    yield Definition(
        name="version-retention",
        control=RETENTION,
        title="An account's version-level retention is as long as the zone's",
        message=f"In immutableStorageWithVersioning.immutabilityPolicy: state Unlocked. {message}",
        when=all_of(
            of_type(account),
            equals(f"{versioned}.enabled", True),
            any_of(
                none_in(f"{versioned}.immutabilityPolicy.state", IN_FORCE),
                _too_short(f"{versioned}.immutabilityPolicy.immutabilityPeriodSinceCreationInDays", days),
            ),
        ),
    )
    long_enough: Condition = {"field": period, "greaterOrEquals": days}
    lock = ", and lock it" if scope.locked else ""
    yield Definition(
        name="container-policy",
        control=RETENTION,
        title=f"Containers without a {'locked ' if scope.locked else ''}retention are reported",
        message=f"Give a container of records an immutability policy of {days} days or more{lock}.",
        when=of_type(container),
        effect="AuditIfNotExists",
        details={
            "type": policy,
            "existenceCondition": all_of(long_enough, equals(f"{policy}/state", LOCKED))
            if scope.locked
            else long_enough,
        },
    )


def _too_short(period: str, days: int) -> Condition:
    # the order of an absent value is not defined, so its absence decides
    return any_of(absent(period), {"field": period, "less": days})
