"""What write-once storage refuses.

Sources: S3 User Guide, "Locking objects with Object Lock" (a bucket's default retention is written on each object that
is put; under COMPLIANCE nobody deletes it before its date). Microsoft Learn, "Version-level WORM policies for immutable
blob data" and the description of AccountImmutabilityPolicyState: a policy is created Disabled or Unlocked, Unlocked may
become Locked, and of a locked one only the period may change, and only upwards. "Time-based retention policies" and
"Legal holds for immutable blob data": a locked policy of a container can't be deleted, and is extended by an operation
of its own only (the REST API's PUT updates an unlocked policy); a container with a locked policy or a legal hold, its
account and its resource group can't be deleted while it holds a blob.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.cloud import CloudError
from sandbox.store import Row, Store

_ACCOUNT = "azure-native:storage:StorageAccount"
_BLOB = "azure-native:storage:Blob"
_POLICY = "azure-native:storage:BlobContainerImmutabilityPolicy"
_HOLD = "azure-native:storage:BlobContainerLegalHold"
_OBJECTS = ("aws:s3/bucketObject:BucketObject", "aws:s3/bucketObjectv2:BucketObjectv2")
_LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
_PERIOD = "immutabilityPeriodSinceCreationInDays"
_OF_A_LOCKED = (_PERIOD, "allowProtectedAppendWrites", "allowProtectedAppendWritesAll")


def _policy(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    return (inputs.get("immutableStorageWithVersioning") or {}).get("immutabilityPolicy") or {}


def judge_new(token: str, inputs: Mapping[str, Any]) -> None:
    if token == _ACCOUNT and _policy(inputs).get("state") == "Locked":
        raise CloudError(
            "InvalidRequestPropertyValue: immutableStorageWithVersioning.immutabilityPolicy.state: an account's policy"
            " can be created Disabled or Unlocked only.\n  Create it Unlocked, and lock it in a later update."
        )


def judge_change(row: Row, new: Mapping[str, Any]) -> None:
    old = row.inputs
    if _is_locked(row) and any(old.get(key) != new.get(key) for key in _OF_A_LOCKED):
        raise CloudError(
            "ImmutabilityPolicyLocked: a container's locked policy is not updated, and never shortened."
            "\n  It is lengthened by an act of its own: az storage container immutability-policy extend"
        )
    if row.type != _ACCOUNT:
        return
    before, after = _policy(old), _policy(new)
    if before.get("state") != "Locked":
        if after.get("state") == "Locked" and before.get("state") != "Unlocked":
            raise CloudError(
                "InvalidRequestPropertyValue: only a policy that is Unlocked can be locked."
                "\n  Set it to Unlocked first."
            )
        return
    if after.get("state") != "Locked":
        raise CloudError("ImmutabilityPolicyLocked: a locked policy of a storage account stays locked for ever.")
    if after.get(_PERIOD, 0) < before.get(_PERIOD, 0):
        raise CloudError(
            f"ImmutabilityPolicyLocked: a locked policy's {_PERIOD} can only grow; it is {before.get(_PERIOD)} days."
        )


def judge_delete(store: Store, row: Row) -> None:
    """Refuses what would take a blob away from under a locked policy or a hold, and the locked policy itself."""
    if _is_locked(row):
        raise CloudError(f"ImmutabilityPolicyLocked: {row.id} is locked: it can't be deleted, only extended.")
    _judge_containers(store, row)
    locked = [
        account for account in store.by_type(row.package, _ACCOUNT) if _policy(account.inputs).get("state") == "Locked"
    ]
    for blob in (other for other in [row, *store.under(row.package, row.id)] if other.type == _BLOB):
        for account in locked:
            if blob.id.lower().startswith(account.id.lower() + "/"):
                raise CloudError(
                    f"BlobImmutableDueToPolicy: {blob.id} is kept by the locked policy of {account.id}."
                    "\n  It can be deleted when its retention has ended."
                )


def _is_locked(row: Row) -> bool:
    return row.type == _POLICY and row.outputs.get("state") == "Locked"


def _judge_containers(store: Store, row: Row) -> None:
    blobs = [other.id.lower() for other in [row, *store.under(row.package, row.id)] if other.type == _BLOB]
    if not blobs:
        return
    kept = {
        policy.id.lower(): "ImmutabilityPolicyLocked"
        for policy in store.by_type(row.package, _POLICY)
        if _is_locked(policy)
    }
    kept |= {
        hold.id.lower(): "ContainerProtectedFromDeletion"
        for hold in store.by_type(row.package, _HOLD)
        if hold.inputs.get("tags")
    }
    for id, code in kept.items():
        container = re.split("/(immutabilitypolicies|legalhold)", id, maxsplit=1)[0]
        if any(blob.startswith(f"{container}/blobs/") for blob in blobs):
            why = "its retention is locked" if code == "ImmutabilityPolicyLocked" else "it is under a legal hold"
            name = container.rpartition("/")[2]
            raise CloudError(
                f"{code}: container {name} holds blobs, and {why}: neither they nor it nor what it is in can go."
            )


def retention(store: Store, token: str, inputs: Mapping[str, Any]) -> dict[str, str]:
    """The lock that an object gets from its bucket's default, as outputs; empty where it brings its own."""
    if token not in _OBJECTS or inputs.get("objectLockMode"):
        return {}
    for row in store.by_type("aws", _LOCK):
        default = (row.inputs.get("rule") or {}).get("defaultRetention") or {}
        if row.inputs.get("bucket") == inputs.get("bucket") and default.get("mode"):
            days = default.get("days", 0) + 365 * default.get("years", 0)
            until = (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
            return {"objectLockMode": default["mode"], "objectLockRetainUntilDate": until}
    return {}


def judge_object(row: Row) -> None:
    """Refuses to delete an object under COMPLIANCE retention, or under a legal hold."""
    if row.type not in _OBJECTS:
        return
    if row.outputs.get("objectLockLegalHoldStatus") == "ON":
        raise CloudError(
            f"AccessDenied: {row.id} is under a legal hold.\n  Set objectLockLegalHoldStatus to OFF first."
        )
    until = str(row.outputs.get("objectLockRetainUntilDate", ""))
    if row.outputs.get("objectLockMode") == "COMPLIANCE" and _time(until) > datetime.now(UTC):
        raise CloudError(
            f"AccessDenied: {row.id} is under COMPLIANCE retention until {until}; nobody can delete it before."
        )


def _time(text: str) -> datetime:
    """A time of the API; one that can't be read lies at the end of time: what is locked stays locked."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
