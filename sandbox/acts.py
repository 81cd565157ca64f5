"""What people do to the sandbox's cloud, and no program does: `python -m sandbox act ACT …`.

Each stands for an act outside Pulumi, which the real cloud asks for between two runs of a stack:

- `activate-hsm NAME`: the administrators of a managed HSM download its security domain, which activates it, and let
  Azure Resource Manager make keys in it (AllowKeyManagementOperationsThroughARM; left off with `--without-arm`).
  Effect: its activationStatus is Active, and keys by ARM are made instead of refused.
- `grant-hsm NAME IDENTITY`: they give a user-assigned identity the local role Managed HSM Crypto Service Encryption
  User, on all keys or on one (`--key`). IDENTITY is its name, principal id or ARM id. Effect: storage accounts and disk
  encryption sets may be made that encrypt with the HSM's key as that identity.
- `lock-container ACCOUNT CONTAINER`: people lock a container's retention (POST …/immutabilityPolicies/default/lock).
  Effect: the policy's state is Locked; from then on it is neither changed nor deleted, nor its container while it
  holds a blob.

An act that was done already changes nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from sandbox import hsm
from sandbox.store import Row, Store
from sovereignty.errors import InputError, Problem

_POLICY = "azure-native:storage:BlobContainerImmutabilityPolicy"


def add_to(parser: argparse.ArgumentParser) -> None:
    """The acts as commands of their own, with what each needs."""
    acts = parser.add_subparsers(dest="act", required=True)
    activate = acts.add_parser("activate-hsm", help="download a managed HSM's security domain, and let ARM make keys")
    activate.add_argument("name")
    activate.add_argument("--without-arm", action="store_true", help="leave ARM without the right to make keys")
    grant = acts.add_parser("grant-hsm", help="let an identity encrypt with a managed HSM's keys")
    grant.add_argument("name")
    grant.add_argument("identity", help="a user-assigned identity's name, principal id or ARM id")
    grant.add_argument("--key", default="", help="this key alone (default: all)")
    lock = acts.add_parser("lock-container", help="lock the retention of a storage account's container for good")
    lock.add_argument("account")
    lock.add_argument("container")


def act(folder: Path, wanted: argparse.Namespace) -> str:
    """Does it in the store of a sandbox's folder; gives what to say. InputError where the store has no such thing."""
    if not (folder / "store").is_dir():
        raise InputError(Problem(str(folder), "There is no sandbox here.", "Deploy into it first: make up."))
    store = Store(folder / "store")
    try:
        return _ACTS[wanted.act](store, wanted)
    finally:
        store.close()


def activate_hsm(store: Store, name: str, *, arm: bool = True) -> str:
    """Activates it, and lets Azure Resource Manager make keys unless told otherwise."""
    row = _hsm(store, name)
    if not hsm.active(row):
        properties = row.outputs["properties"] | {
            "securityDomainProperties": {"activationStatus": hsm.ACTIVE, "activationStatusMessage": _ACTIVATED},
            "statusMessage": _ACTIVATED,
        }
        store.change(replace(row, outputs={**row.outputs, "properties": properties}))
    if arm:
        _note(store, row, hsm.ARM_KEYS, "settings/AllowKeyManagementOperationsThroughARM", {})
    trusts = "lets Azure Resource Manager make keys" if arm else "doesn't let Azure Resource Manager make keys"
    return f"The managed HSM {name} is active, and {trusts}."


def grant_hsm(store: Store, name: str, identity: str, key: str = "") -> str:
    """Gives an identity the HSM's keys, or one of them, to encrypt with."""
    row, who = _hsm(store, name), _identity(store, identity)
    if not hsm.active(row):
        raise InputError(Problem(name, "It is not activated, and takes no grants.", f"First: activate-hsm {name}"))
    about = {"principal": who.outputs["principalId"], "key": key.lower()}
    digest = hashlib.sha256(json.dumps(about).encode()).hexdigest()[:16]
    _note(store, row, hsm.GRANT, f"grants/{digest}", about)
    return f"The identity {who.id.rpartition('/')[2]} may encrypt with {key or 'all keys'} of the managed HSM {name}."


def lock_container(store: Store, account: str, container: str) -> str:
    """Locks the container's retention; there is no way back."""
    ends = (
        f"/storageaccounts/{account}/blobservices/default/containers/{container}/immutabilitypolicies/default".lower()
    )
    policy = next((row for row in store.by_type(hsm.PACKAGE, _POLICY) if row.id.lower().endswith(ends)), None)
    if policy is None:
        where = f"{account}/{container}"
        raise InputError(Problem(where, "The sandbox holds no retention of such a container.", "Deploy it first."))
    store.change(replace(policy, outputs={**policy.outputs, "state": "Locked"}))
    return f"The retention of container {container} in {account} is locked, for good."


_ACTIVATED = "The managed HSM is active."
_ACTS: dict[str, Callable[[Store, argparse.Namespace], str]] = {
    "activate-hsm": lambda store, wanted: activate_hsm(store, wanted.name, arm=not wanted.without_arm),
    "grant-hsm": lambda store, wanted: grant_hsm(store, wanted.name, wanted.identity, wanted.key),
    "lock-container": lambda store, wanted: lock_container(store, wanted.account, wanted.container),
}


def _hsm(store: Store, name: str) -> Row:
    if (found := hsm.called(store, name)) is None:
        raise InputError(Problem(name, "The sandbox holds no managed HSM of that name.", "Deploy it first."))
    return found


def _identity(store: Store, given: str) -> Row:
    def names(row: Row) -> Sequence[str]:
        return row.id.lower(), row.id.rpartition("/")[2].lower(), str(row.outputs.get("principalId", "")).lower()

    found = [row for row in store.by_type(hsm.PACKAGE, hsm.IDENTITY) if given.lower() in names(row)]
    if not found:
        raise InputError(
            Problem(given, "The sandbox holds no user-assigned identity of that name.", "Deploy it first.")
        )
    if len(found) > 1:
        raise InputError(Problem(given, "Several identities are called so.", "Give one's ARM id, or its principal id."))
    return found[0]


def _note(store: Store, below: Row, kind: str, path: str, about: dict[str, str]) -> None:
    """What was done, below the resource that it was done to: it goes with it."""
    row = Row(hsm.PACKAGE, "", f"{below.id}/{path}", kind, about, {})
    store.add(row, put=True)
    store.told(row)
