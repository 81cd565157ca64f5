"""Where processes listen, as Linux says it."""

import socket
from pathlib import Path

KNOWN = Path("/proc/net/tcp").exists()
"""Whether this system says it."""
LISTENS = "0A"  # TCP_LISTEN, include/net/tcp_states.h


def listening(pids: set[int]) -> set[tuple[str, int]]:
    """The addresses and ports that processes listen at."""
    sockets = {str(fd.readlink()) for pid in pids for fd in Path(f"/proc/{pid}/fd").glob("*") if fd.is_symlink()}
    found = set()
    for family, name in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6")):
        file = Path("/proc/net") / name
        for line in file.read_text().splitlines()[1:] if file.exists() else ():
            fields = line.split()
            if fields[3] == LISTENS and f"socket:[{fields[9]}]" in sockets:
                address, _, port = fields[1].partition(":")
                words = [bytes.fromhex(address[at : at + 8])[::-1] for at in range(0, len(address), 8)]
                text = socket.inet_ntop(family, b"".join(words)).removeprefix("::ffff:")  # IPv4 within IPv6
                found.add((text, int(port, 16)))
    return found


def below(pid: int) -> set[int]:
    """The processes that a process has started, and theirs."""
    found: set[int] = set()
    for file in Path("/proc").glob(f"{pid}/task/*/children"):
        for child in map(int, file.read_text().split()):
            found |= {child} | below(child)
    return found
