"""Tokens in the documented shape, signed with keys of the test's own.

Shape: Microsoft Learn, "What is guest attestation for confidential VMs?", "Secure Key Release with Confidential VMs".
"""

from __future__ import annotations

import base64
import copy
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from sovereignty.attestation import Expected, Keys, keys_from

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ISSUER = "https://euattest0a1b2c3d.weu.attest.azure.net"
NONCE = "q1w2e3r4t5z6u7i8o9p0-this-one-only"
KID = "dRKh+hBcWUfQimSl3Iv6ZhStW3TSOt0ThwiTgUUqZAo="
VM_ID = "6506B531-1634-431E-99D2-42B7D3414AD0"
POLICY = "wm9mHlvTU82e8UqoOy1Yj1FBRSNkfe99-69IYDq9eWs"
TEE = "x-ms-isolation-tee"


def private_key(owner: str = "provider") -> RSAPrivateKey:
    return _private_key(owner)


@cache
def _private_key(owner: str) -> RSAPrivateKey:
    """One for each owner, made once: a key takes longer to make than a token to check."""
    del owner
    return generate_private_key(public_exponent=65537, key_size=2048)


def certificate(owner: str = "provider", key: RSAPrivateKey | EllipticCurvePrivateKey | None = None) -> bytes:
    """Self-signed, as the provider's are; DER."""
    own = key or private_key(owner)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ISSUER)])
    built = (
        x509.CertificateBuilder(name, name)
        .public_key(own.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=30))
        .not_valid_after(NOW + timedelta(days=300))
    )
    return built.sign(own, SHA256()).public_bytes(Encoding.DER)


def document(**by_kid: str) -> dict[str, Any]:
    """What a provider serves at /certs: key id -> owner of the key."""
    owners = by_kid or {KID: "provider"}
    return {"keys": [entry(kid, owner) for kid, owner in owners.items()]}


def entry(kid: str = KID, owner: str = "provider") -> dict[str, Any]:
    return {"kid": kid, "kty": "RSA", "use": "sig", "x5c": [base64.b64encode(certificate(owner)).decode()]}


@cache
def provider_keys() -> Keys:
    return keys_from(document())


def part(number: int) -> str:
    """A number as a JSON Web Key holds it."""
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8)).rstrip(b"=").decode()


def machine_key() -> dict[str, Any]:
    """The vTPM's, as `x-ms-runtime.keys` holds it."""
    numbers = private_key("machine").public_key().public_numbers()
    return {
        "kid": "TpmEphemeralEncryptionKey",
        "kty": "RSA",
        "key_ops": ["encrypt"],
        "e": part(numbers.e),
        "n": part(numbers.n),
    }


def body(tee: str = "sevsnpvm", nonce: str = NONCE) -> dict[str, Any]:
    seconds = int(NOW.timestamp())
    isolation: dict[str, Any] = {
        "x-ms-attestation-type": tee,
        "x-ms-compliance-status": "azure-compliant-cvm",
        "x-ms-runtime": {
            "keys": [{"e": "AQAB", "key_ops": ["encrypt"], "kid": "HCLAkPub", "kty": "RSA", "n": "tXkRLA"}],
            "vm-configuration": {
                "console-enabled": True,
                "current-time": seconds - 900,
                "secure-boot": True,
                "tpm-enabled": True,
                "vmUniqueId": VM_ID,
            },
        },
    }
    if tee == "sevsnpvm":
        isolation |= {
            "x-ms-sevsnpvm-is-debuggable": False,
            "x-ms-sevsnpvm-migration-allowed": False,
            "x-ms-sevsnpvm-vmpl": 0,
        }
    else:
        isolation |= {"attester_tcb_status": "UpToDate", "dbgstat": "disabled", "tdx_td_attributes_debug": False}
    return {
        "exp": seconds + 8 * 3600,
        "iat": seconds,
        "iss": ISSUER,
        "jti": "ce395e5de9c638d384cd3bd06041e674edee820305596bba3029175af2018da0",
        "nbf": seconds,
        "secureboot": True,
        "x-ms-attestation-type": "azurevm",
        "x-ms-azurevm-bootdebug-enabled": False,
        "x-ms-azurevm-debuggersdisabled": True,
        "x-ms-azurevm-hypervisordebug-enabled": False,
        "x-ms-azurevm-is-windows": False,
        "x-ms-azurevm-kerneldebug-enabled": False,
        "x-ms-azurevm-vmid": VM_ID,
        TEE: isolation,
        "x-ms-policy-hash": POLICY,
        "x-ms-runtime": {
            "client-payload": {"nonce": base64.b64encode(nonce.encode()).decode()},
            "keys": [machine_key()],
        },
        "x-ms-ver": "1.0",
    }


GONE = object()


def changed(path: str, value: object = GONE, of: dict[str, Any] | None = None) -> dict[str, Any]:
    """The body with one claim changed or, without a value, gone: 'x-ms-runtime/client-payload/nonce'."""
    whole = copy.deepcopy(of or body())
    *parents, last = path.split("/")
    at = whole
    for name in parents:
        at = at[name]
    if value is GONE:
        del at[last]
    else:
        at[last] = value
    return whole


def signed(claims: dict[str, Any] | None = None, owner: str = "provider", **header: Any) -> str:
    headers = {"kid": KID, "jku": f"{ISSUER}/certs"} | header
    content = json.dumps(body() if claims is None else claims).encode()
    return jwt.api_jws.encode(content, private_key(owner), algorithm="RS256", headers=headers)


def raw(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    """A token put together by hand, as a forger would."""
    pieces = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(each).rstrip(b"=").decode() for each in pieces)


def expected(**others: Any) -> Expected:
    return Expected(**{"issuer": ISSUER, "nonce": NONCE, **others})
