"""When a stand-in ends: when it is told to, and when the engine that started it is gone."""

import os
import signal
import threading

_LOOK_SECONDS = 0.5


class Lifetime:
    """Begins where it is made: from then on INT and TERM end it in order, and nothing else is done about them."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._engine = os.getppid()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._over.set())

    def wait(self) -> None:
        """Returns on INT or TERM, or when this process has lost its parent."""
        while not self._over.wait(_LOOK_SECONDS):
            if os.getppid() != self._engine:
                return
