"""A stand-in as a process: `python -m sandbox.provider aws|azure-native [ENGINE_ADDRESS …]`.

The first line on standard output is the port, on loopback.
"""

import os
import sys
from pathlib import Path

from sandbox.lifetime import Lifetime
from sandbox.plugins import PACKAGES, VARIABLE
from sandbox.running import announced


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in PACKAGES:
        sys.stderr.write(f"usage: python -m sandbox.provider {'|'.join(PACKAGES)} [ENGINE_ADDRESS]\n")
        return 2
    life = Lifetime()
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # its own log would stand in the engine's output
    from sandbox.servicer import serve  # the long part of a start: an engine may end it in the middle
    from sandbox.store import BrokenStoreError

    folder = Path(os.environ.get(VARIABLE, ".sandbox")).absolute()
    try:
        server, port = serve(arguments[0], folder)
    except (BrokenStoreError, OSError) as error:
        sys.stderr.write(f"the {arguments[0]} stand-in of the sandbox can't start: {error}\n")
        return 1
    with announced(folder):
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        life.wait()
    server.stop(0)
    # A call may hang in a rehearsal's pause or wait for the store: nothing of it is worth waiting for.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
