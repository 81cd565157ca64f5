"""Write-once storage: a retention that is there and long enough.

A policy is made Disabled or Unlocked and locked by an act of its own, so Unlocked passes here. A container without any
policy is reported and not refused: the policy is made after it, and not every container holds records. Sources:
"Time-based retention policies for immutable blob data", "Version-level WORM policies".
"""

from __future__ import annotations

from collections.abc import Iterator

from sovereignty.compile.azure.language import Condition, Definition, absent, all_of, any_of, equals, none_in, of_type
from sovereignty.compile.azure.scope import Scope

RETENTION = "worm.retention"
IN_FORCE = ("Unlocked", "Locked")


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
    yield Definition(
        name="container-policy",
        control=RETENTION,
        title="Containers without a retention are reported",
        message=f"Give a container of records an immutability policy of {days} days or more.",
        when=of_type(container),
        effect="AuditIfNotExists",
        details={"type": policy, "existenceCondition": {"field": period, "greaterOrEquals": days}},
    )


def _too_short(period: str, days: int) -> Condition:
    # the order of an absent value is not defined, so its absence decides
    return any_of(absent(period), {"field": period, "less": days})
