"""What a token that passed says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What the provider says of the machine; only `check` makes it."""

    issuer: str
    tee: str
    """`sevsnpvm` or `tdxvm`."""
    vm_id: str | None
    secure_boot: bool
    policy_hash: str | None
    issued_at: datetime
    expires_at: datetime
    encryption_key: RSAPublicKey | None
    """Its private part lies in the machine's own vTPM (`x-ms-runtime.keys`): only this machine reads what it encrypts.

    None where the token has none: then nothing may be sent to whoever brought the token.
    """
    all: Mapping[str, Any]
    """The whole body."""
