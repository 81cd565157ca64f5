"""The check of a guest attestation token: who signed it, for whom, when, and what it says of the machine.

At its top level a guest's token says `azurevm`, which an ordinary machine with trusted launch earns as well: what the
hardware proved stands under `x-ms-isolation-tee`, and only there. Sources: Microsoft Learn, "What is guest attestation
for confidential VMs?" (the token's shape), "Secure Key Release with Confidential VMs" (header, nonce, keys), "Azure
Attestation EAT profile for TDX". That a guest's TDX claims keep the profile's names under `x-ms-isolation-tee` is not
documented: a token that names them otherwise is refused.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from sovereignty.attestation.claims import Claims
from sovereignty.attestation.expected import Expected
from sovereignty.attestation.keys import FEWEST_BITS, Keys
from sovereignty.attestation.refusal import AttestationError

ALGORITHM = "RS256"
LONGEST = 65_536
"""Characters of a token, before any of it is read: a provider's have under ten thousand (own choice)."""
GUEST = "azurevm"
COMPLIANT = "azure-compliant-cvm"
_TEE = "x-ms-isolation-tee"
_TYPE = "x-ms-attestation-type"
_DEBUGGABLE = {"sevsnpvm": "x-ms-sevsnpvm-is-debuggable", "tdxvm": "tdx_td_attributes_debug"}
_GUEST_DEBUG = (
    "x-ms-azurevm-bootdebug-enabled",
    "x-ms-azurevm-hypervisordebug-enabled",
    "x-ms-azurevm-kerneldebug-enabled",
)


def check(token: str, keys: Keys, expected: Expected, now: datetime | None = None) -> Claims:
    """What the token says of the machine, once everything that was expected is true. AttestationError otherwise.

    `keys`: `keys_from` the provider's document. `now`: with a time zone; None: the clock's.
    """
    body = _signed(token, keys)
    if body.get("iss") != expected.issuer:
        raise AttestationError("issuer", "The token is of another issuer.")
    issued_at, expires_at = _in_time(body, expected, now or datetime.now(UTC))
    _nonce(body, expected)
    tee = _isolated(body, expected)
    _not_debuggable(body, tee)
    secure_boot = _secure_boot(body, tee, expected)
    _machine(body, tee, expected)
    policy_hash = _text(body.get("x-ms-policy-hash"))
    if expected.policy_hash not in (None, policy_hash):
        raise AttestationError("policy", "Another attestation policy judged the evidence.")
    return Claims(
        issuer=expected.issuer,
        tee=tee[_TYPE],
        vm_id=_text(body.get("x-ms-azurevm-vmid")),
        secure_boot=secure_boot,
        policy_hash=policy_hash,
        issued_at=issued_at,
        expires_at=expires_at,
        encryption_key=_encryption_key(body),
        all=body,
    )


def _signed(token: str, keys: Keys) -> Mapping[str, Any]:
    if not isinstance(token, str) or not token or len(token) > LONGEST:
        raise AttestationError("form", f"A token is text of 1 to {LONGEST} characters.")
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise AttestationError("form", "It is no JSON Web Token.") from None
    # the header chooses nothing: neither the algorithm nor (jku, jwk, x5c) where the key is from
    if header.get("alg") != ALGORITHM:
        raise AttestationError("algorithm", f"The token is not signed by {ALGORITHM}.")
    key = keys.get(header["kid"]) if isinstance(header.get("kid"), str) else None
    if key is None:
        raise AttestationError("key", "The provider has no key of the id that the token names. Fetch its keys anew.")
    try:
        # times and issuer are judged below, by the caller's clock and word by word
        options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_iss": False}
        body = jwt.decode(token, key, algorithms=[ALGORITHM], options=options)
    except jwt.InvalidSignatureError:
        raise AttestationError("signature", "The signature is not the provider's.") from None
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise AttestationError("form", "The token has no body of the documented shape.") from None
    return body


def _in_time(body: Mapping[str, Any], expected: Expected, now: datetime) -> tuple[datetime, datetime]:
    issued, begins, expires = (_time(body.get(claim), claim) for claim in ("iat", "nbf", "exp"))
    if now >= expires + expected.skew:
        raise AttestationError("time", "The token has expired.")
    if now < begins - expected.skew or now < issued - expected.skew:
        raise AttestationError("time", "The token is not valid yet.")
    if now > issued + expected.max_age + expected.skew:
        raise AttestationError("time", "The token is older than what is accepted.")
    return issued, expires


def _time(value: object, claim: str) -> datetime:
    """A NumericDate of RFC 7519: seconds since 1970."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        with suppress(OverflowError, ValueError):  # infinite, not a number, far beyond the calendar
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value)
    raise AttestationError("time", f"The token says no {claim}.")


def _nonce(body: Mapping[str, Any], expected: Expected) -> None:
    """The provider gives the guest's payload back in base64, at the token's own `x-ms-runtime`, not the isolation's."""
    found = _at(body, "x-ms-runtime", "client-payload").get("nonce")
    try:
        given = base64.b64decode(found, validate=True) if isinstance(found, str) else b""
    except (ValueError, binascii.Error):
        given = b""
    if not given:
        raise AttestationError("nonce", "The token carries no nonce in base64: any older one would look like it.")
    if not hmac.compare_digest(given, expected.nonce.encode()):
        raise AttestationError("nonce", "The token was made for another nonce.")


def _isolated(body: Mapping[str, Any], expected: Expected) -> Mapping[str, Any]:
    if body.get(_TYPE) != GUEST:
        raise AttestationError("type", f"It is no guest's token: its {_TYPE} is not {GUEST}.")
    tee = _at(body, _TEE)
    if tee.get(_TYPE) not in expected.tees:
        raise AttestationError("type", f"No isolation of {', '.join(sorted(expected.tees))} stands under {_TEE}.")
    if tee.get("x-ms-compliance-status") != COMPLIANT:
        raise AttestationError("compliance", f"The provider does not say {COMPLIANT} under {_TEE}.")
    return tee


def _not_debuggable(body: Mapping[str, Any], tee: Mapping[str, Any]) -> None:
    # an absent claim proves nothing, nor does the text "false"
    if tee.get(_DEBUGGABLE[tee[_TYPE]]) is not False or tee.get("dbgstat", "disabled") != "disabled":
        raise AttestationError("debug", "The host can debug the machine, or the token does not say that it can't.")
    if any(body.get(claim, False) is not False for claim in _GUEST_DEBUG):
        raise AttestationError("debug", "The machine started with a debugger.")


def _secure_boot(body: Mapping[str, Any], tee: Mapping[str, Any], expected: Expected) -> bool:
    """What the guest's boot log says, and what the firmware was set to, which the hardware's report covers."""
    configured = _at(tee, "x-ms-runtime", "vm-configuration").get("secure-boot")
    found = body.get("secureboot") is True and configured is True
    if expected.secure_boot and not found:
        raise AttestationError("secure-boot", "The machine did not start with secure boot.")
    return found


def _machine(body: Mapping[str, Any], tee: Mapping[str, Any], expected: Expected) -> None:
    if expected.vm_id is None:
        return
    ids = (body.get("x-ms-azurevm-vmid"), _at(tee, "x-ms-runtime", "vm-configuration").get("vmUniqueId"))
    if any(not isinstance(each, str) or each.lower() != expected.vm_id.lower() for each in ids):
        raise AttestationError("machine", "The token is of another machine.")


def _encryption_key(body: Mapping[str, Any]) -> RSAPublicKey | None:
    """The first that is for encryption: the one that Key Vault wraps a released key with."""
    listed = _at(body, "x-ms-runtime").get("keys")
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, Mapping) and entry.get("kty") == "RSA" and _encrypts(entry):
            return _rsa(entry)
    return None


def _encrypts(entry: Mapping[str, Any]) -> bool:
    operations, use = entry.get("key_ops"), entry.get("key_use")
    return (isinstance(operations, list) and "encrypt" in operations) or use == "enc" or use == ["enc"]


def _rsa(entry: Mapping[str, Any]) -> RSAPublicKey:
    try:
        n, e = (int.from_bytes(base64.urlsafe_b64decode(entry[part] + "==")) for part in "ne")
        key = RSAPublicNumbers(e, n).public_key()
    except (KeyError, TypeError, AttributeError, ValueError, binascii.Error):
        raise AttestationError("form", "The machine's encryption key can't be read.") from None
    if key.key_size < FEWEST_BITS:
        raise AttestationError("form", f"The machine's encryption key has under {FEWEST_BITS} bits.")
    return key


def _at(part: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """The object there; an empty one where there is none."""
    for name in path:
        inner = part.get(name)
        part = inner if isinstance(inner, Mapping) else {}
    return part


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
