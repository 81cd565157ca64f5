"""What an application asks of a token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from sovereignty.errors import InputError, Problem

TEES = frozenset({"sevsnpvm", "tdxvm"})
"""Kinds of isolation of a confidential VM: AMD SEV-SNP, Intel TDX."""
SHORTEST_NONCE = 16
"""Characters: a nonce that can be guessed proves no freshness."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What must be true of a token. InputError for an expectation that would let anything through."""

    issuer: str
    """The attestation provider's URI, such as `https://eu0a1b2c3d.weu.attest.azure.net` (output `attest_uri`)."""
    nonce: str
    """What the relying party made for this one token (`NonceStore.new`), as the guest passed it on."""
    tees: frozenset[str] = TEES
    max_age: timedelta = timedelta(minutes=5)
    """Since the provider issued it. The token's own life is longer: eight hours by default."""
    skew: timedelta = timedelta(minutes=1)
    """By how much the provider's clock may differ from ours."""
    secure_boot: bool = True
    vm_id: str | None = None
    """The one machine that may show it (ARM's `vmId`); None: any of the provider's."""
    policy_hash: str | None = None
    """The hash of the attestation policy that judged the evidence (`x-ms-policy-hash`); None: whichever."""

    def __post_init__(self):
        url = urlsplit(self.issuer)
        if url.scheme != "https" or not url.netloc or "@" in url.netloc or url.path or url.query or url.fragment:
            found = "It is no https address of a provider, without a path or a slash at its end."
            raise InputError(Problem("Expected.issuer", found, "Such as https://eu0a1b2c3d.weu.attest.azure.net"))
        if len(self.nonce) < SHORTEST_NONCE:
            right = "Make it with NonceStore.new(), once for each token."
            raise InputError(Problem("Expected.nonce", f"It has under {SHORTEST_NONCE} characters.", right))
        if not self.tees or not self.tees <= TEES:
            raise InputError(Problem("Expected.tees", "It names no isolation.", f"Of {', '.join(sorted(TEES))}."))
        if self.max_age <= timedelta(0) or self.skew < timedelta(0):
            raise InputError(Problem("Expected.max_age", "No token fits it.", "Such as timedelta(minutes=5)."))
