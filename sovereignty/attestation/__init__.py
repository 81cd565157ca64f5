"""A check that an application runs on a guest attestation token of an Azure confidential VM, before it trusts the VM.

Needs the extra `attestation` of the distribution (PyJWT, cryptography); nothing else of the law imports it.
Page: docs/attestation.md.
"""

from __future__ import annotations

try:
    import cryptography as _cryptography  # noqa: F401
    import jwt as _jwt  # noqa: F401
except ImportError as missing:
    raise ImportError("Install the extra `attestation`: pip install 'sovereign-zones[attestation]'") from missing

from sovereignty.attestation.check import check
from sovereignty.attestation.claims import Claims
from sovereignty.attestation.expected import Expected
from sovereignty.attestation.keys import Keys, keys_from
from sovereignty.attestation.nonces import NonceStore
from sovereignty.attestation.refusal import Aspect, AttestationError

__all__ = ["Aspect", "AttestationError", "Claims", "Expected", "Keys", "NonceStore", "check", "keys_from"]
