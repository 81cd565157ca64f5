"""Serves the analyzer on a port of this machine until the engine is done, or gone."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from concurrent import futures
from pathlib import Path

import grpc
import yaml
from pulumi.runtime.proto import analyzer_pb2_grpc

import sovereignty
from sovereignty import zone
from sovereignty.errors import InputError
from sovereignty.rules import RULES
from sovereignty.zone import Zone

from .analyzer import Analyzer

WATCH_SECONDS = 2.0
UNLIMITED = -1
OPTIONS = [
    ("grpc.max_receive_message_length", UNLIMITED),  # the whole stack comes in one message
    ("grpc.max_send_message_length", UNLIMITED),
    ("grpc.so_reuseport", 0),
]


def main(pack: Path, arguments: Sequence[str]) -> None:
    """Prints the port as its first line, which the engine reads; the first argument is the engine's address."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        analyzer = Analyzer(built_in_zones(pack), RULES, version(pack), stop.set)
    except InputError as error:
        raise SystemExit(f"the pack's own zones are broken:\n{error}") from None
    server, port = listen(analyzer)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    watch(arguments[0] if arguments else "", stop)
    server.stop(grace=None).wait()


def listen(analyzer: analyzer_pb2_grpc.AnalyzerServicer) -> tuple[grpc.Server, int]:
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4), options=OPTIONS)
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(analyzer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def built_in_zones(pack: Path) -> dict[str, Zone]:
    """The zones that travel with the law: beside it in a published pack, else the repository's."""
    law = Path(sovereignty.__file__).resolve().parent
    for folder in (pack / "law" / "zones", law.parent / "zones"):
        if folder.is_dir():
            return zone.load_all(folder)
    return {}


def version(pack: Path) -> str:
    return str(yaml.safe_load((pack / "PulumiPolicy.yaml").read_text(encoding="utf-8"))["version"])


def watch(engine: str, stop: threading.Event) -> None:
    """Waits for the end. An engine that is killed tells nobody: its address stops answering, or our parent changes."""
    parent = os.getppid()
    while not stop.wait(WATCH_SECONDS):
        if os.getppid() != parent or (engine and not _answers(engine)):
            return


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=WATCH_SECONDS).close()
    except ConnectionRefusedError:
        return False
    except (OSError, ValueError):
        return True  # slow, or no address of ours: no proof that it is gone
    return True
