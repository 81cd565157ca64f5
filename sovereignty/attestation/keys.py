"""The provider's signing keys, out of the document that it serves at `<issuer>/certs`.

The document is the application's to fetch, over TLS from the issuer that it pinned: that, and nothing in a token, is
what the keys rest on. Their certificates are self-signed (Microsoft Learn, "Azure Attestation overview"), so no chain
is built here; nor is the attestation report in them judged, which says that the service itself runs in an enclave.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from sovereignty.attestation.refusal import AttestationError

FEWEST_BITS = 2048
"""Of an RSA key (NIST SP 800-131A rev. 2)."""

Keys = Mapping[str, RSAPublicKey]
"""Key id -> key."""


def keys_from(document: object) -> Keys:
    """The RSA keys of a JSON Web Key Set: each is read from its first certificate (`x5c[0]`), by its `kid`.

    What is no such key is left out. AttestationError (`key`) for a document without any, or with one id twice.
    """
    entries = document.get("keys") if isinstance(document, Mapping) else None
    found: dict[str, RSAPublicKey] = {}
    for entry in entries if isinstance(entries, list) else []:
        key = _key(entry) if isinstance(entry, Mapping) else None
        if key is None:
            continue
        if entry["kid"] in found:
            raise AttestationError("key", "The provider's document names two keys by one id.")
        found[entry["kid"]] = key
    if not found:
        raise AttestationError("key", "The provider's document holds no RSA key with a certificate.")
    return found


def _key(entry: Mapping[str, Any]) -> RSAPublicKey | None:
    chain = entry.get("x5c")
    if not isinstance(entry.get("kid"), str) or not isinstance(chain, list) or not chain:
        return None
    try:
        key = x509.load_der_x509_certificate(base64.b64decode(chain[0], validate=True)).public_key()
    except (TypeError, ValueError, binascii.Error):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= FEWEST_BITS else None
