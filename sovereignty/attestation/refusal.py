"""Why a token is refused."""

from __future__ import annotations

from typing import Literal

Aspect = Literal[
    "form",  # no token of the documented shape
    "algorithm",
    "key",  # signed by no key of the provider's
    "signature",
    "issuer",
    "time",  # expired, not yet valid, too old
    "nonce",
    "type",  # no guest attestation, or another kind of isolation
    "compliance",
    "debug",
    "secure-boot",
    "machine",
    "policy",
]


class AttestationError(Exception):
    """The token proves nothing: `aspect` says which check refused it, the text says it in words.

    No claim's value stands in the text but those of closed lists: a log keeps neither nonces nor ids.
    """

    def __init__(self, aspect: Aspect, reason: str):
        super().__init__(reason)
        self.aspect: Aspect = aspect
