"""What a managed HSM refuses: keys before people have activated it, and services that nobody granted its key.

People act on an HSM outside Azure Resource Manager, so what they did stands in the store apart from any resource, below
the HSM's id (`acts.py` writes it). Sources: Managed HSM, "Provision and activate a managed HSM" (nothing works before
it), "Allow key management operations through Azure Resource Manager", "Access control"; the errors of Azure Storage and
of disk encryption sets (KeyVaultAuthenticationFailure, KeyVaultAccessForbidden) as users report them. The words of an
HSM that isn't activated, or doesn't trust ARM, are the sandbox's own.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from sandbox.cloud import CloudError
from sandbox.store import Row, Store

PACKAGE = "azure-native"
HSM = f"{PACKAGE}:keyvault:ManagedHsm"
IDENTITY = f"{PACKAGE}:managedidentity:UserAssignedIdentity"
ACT = "act:"
"""How the type of a row begins that no resource is: what people did."""
ARM_KEYS, GRANT = f"{ACT}hsm-trusts-arm", f"{ACT}hsm-grant"
ACTIVE = "Active"
_STORAGE = f"{PACKAGE}:storage:StorageAccount"
_DISKS = f"{PACKAGE}:compute:DiskEncryptionSet"
_KEY = re.compile(r"(?P<hsm>.*/providers/Microsoft\.KeyVault/managedHSMs/[^/]+)/keys/(?P<name>[^/]+)", re.IGNORECASE)


def called(store: Store, name: str) -> Row | None:
    """The HSM of that name; all users of a cloud share the names."""
    return next((row for row in store.by_type(PACKAGE, HSM) if row.id.rpartition("/")[2].lower() == name.lower()), None)


def active(hsm: Row) -> bool:
    known = hsm.outputs.get("properties", {}).get("securityDomainProperties", {})
    return known.get("activationStatus") == ACTIVE


def key_outputs(store: Store, id: str) -> dict[str, Any]:
    """What Azure adds to the properties of a key in an HSM; none for another id. Raises CloudError."""
    found = _KEY.fullmatch(id)
    if not found:
        return {}
    hsm = next((row for row in store.by_type(PACKAGE, HSM) if row.id.lower() == found["hsm"].lower()), None)
    name = found["hsm"].rpartition("/")[2]
    if hsm is None:
        raise CloudError(f"ParentResourceNotFound: there is no managed HSM {name} for the key.\n  Make the HSM first.")
    if not active(hsm):
        raise CloudError(
            f"BadRequest: the managed HSM {name} is not activated, and makes no keys."
            f"\n  Download its security domain; in the sandbox: python -m sandbox act activate-hsm {name}"
        )
    if not any(row.type == ARM_KEYS for row in store.under(PACKAGE, hsm.id)):
        raise CloudError(
            f"BadRequest: the managed HSM {name} does not let Azure Resource Manager manage its keys"
            " (AllowKeyManagementOperationsThroughARM)."
            f"\n  One of its administrators turns it on; in the sandbox: python -m sandbox act activate-hsm {name}"
        )
    uri = f"{hsm.outputs['properties']['hsmUri']}keys/{found['name']}"
    version = hashlib.sha256(id.lower().encode()).hexdigest()[:32]
    return {"properties": {"keyUri": uri, "keyUriWithVersion": f"{uri}/{version}"}}


def judge_use(store: Store, token: str, inputs: Mapping[str, Any], suffix: str) -> None:
    """Refuses what is to encrypt with an HSM's key that nobody granted its identity. `suffix` ends HSMs' host names."""
    for host, key, identity in _uses(token, inputs):
        if not host.endswith(f".{suffix}"):
            continue
        name = host.removesuffix(f".{suffix}")
        # by its whole id: each location of a zone has an identity of that name
        hsm, granted = called(store, name), f"python -m sandbox act grant-hsm {name} {identity}"
        if hsm is None or not _below(store, hsm, f"keys/{key}"):
            raise CloudError(f"KeyNotFound: the managed HSM {name} has no key {key}.\n  Make the key first.")
        holder = next((row for row in store.by_type(PACKAGE, IDENTITY) if row.id.lower() == identity.lower()), None)
        grants = (row.inputs for row in store.under(PACKAGE, hsm.id) if row.type == GRANT)
        if holder and any(_allows(each, key, holder.outputs["principalId"]) for each in grants):
            continue
        if token == _DISKS:
            raise CloudError(
                f"KeyVaultAccessForbidden: Unable to access key vault resource '{host}' to enable encryption at rest."
                f" Please grant get, wrap and unwrap key permissions to user-assigned identity '{identity}'."
                f"\n  In the sandbox: {granted}"
            )
        raise CloudError(
            "KeyVaultAuthenticationFailure: The operation failed because of authentication issue on the keyvault."
            f"\n  Grant '{identity}' the key on the HSM's data plane; in the sandbox: {granted}"
        )


def _uses(token: str, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Host, key and identity of what is encrypted with a key as a user-assigned identity."""
    if token == _STORAGE:
        encryption = inputs.get("encryption") or {}
        key = encryption.get("keyVaultProperties") or {}
        identity = (encryption.get("encryptionIdentity") or {}).get("encryptionUserAssignedIdentity")
        if key.get("keyVaultUri") and identity:
            yield urlsplit(key["keyVaultUri"]).netloc, str(key.get("keyName")), identity
    if token == _DISKS:
        url = urlsplit((inputs.get("activeKey") or {}).get("keyUrl") or "")
        # one with an identity of its own is made first, and granted then
        for identity in (inputs.get("identity") or {}).get("userAssignedIdentities") or ():
            yield url.netloc, url.path.strip("/").removeprefix("keys/").partition("/")[0], identity


def _below(store: Store, hsm: Row, path: str) -> bool:
    return any(row.id.lower() == f"{hsm.id}/{path}".lower() for row in store.under(PACKAGE, hsm.id))


def _allows(granted: Mapping[str, Any], key: str, principal: str) -> bool:
    # by principal: an identity that was made anew under the same name is another one
    return granted["principal"] == principal and granted["key"] in ("", key.lower())
