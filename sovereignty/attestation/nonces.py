"""Nonces of a relying party: each is good for one token, once."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from sovereignty.attestation.refusal import AttestationError

_BYTES = 32


class NonceStore:
    """Nonces that are waiting for their token, in this process's memory: another process knows nothing of them.

    `new` makes one; `spend` gives it up, before its token is checked, so that no token is tried twice.
    """

    def __init__(
        self,
        lifetime: timedelta = timedelta(minutes=5),
        most: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ):
        """`most`: how many may wait; one more is refused until some are spent or lapse. `clock`: seconds."""
        self._lifetime, self._most, self._clock = lifetime.total_seconds(), most, clock
        self._lapse: dict[str, float] = {}
        self._lock = threading.Lock()

    def new(self) -> str:
        """A nonce that nobody can guess; the guest passes it on to the provider as it is."""
        nonce = secrets.token_urlsafe(_BYTES)
        with self._lock:
            self._forget_lapsed()
            if len(self._lapse) >= self._most:
                raise AttestationError("nonce", "Too many nonces are waiting for their tokens.")
            self._lapse[nonce] = self._clock() + self._lifetime
        return nonce

    def spend(self, nonce: str) -> str:
        """The same nonce, and never again: AttestationError where it is unknown, was spent before, or has lapsed."""
        with self._lock:
            self._forget_lapsed()
            if self._lapse.pop(nonce, None) is None:
                raise AttestationError("nonce", "This nonce was not given out, was used before, or has lapsed.")
        return nonce

    def _forget_lapsed(self) -> None:
        now = self._clock()
        for nonce in [each for each, lapse in self._lapse.items() if lapse <= now]:
            del self._lapse[nonce]
