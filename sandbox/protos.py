"""Pulumi's protocol messages without the rest of the SDK.

`import pulumi.runtime.proto` runs `pulumi/__init__.py`, which costs 0.2 to 0.6 s and is needed for nothing here. The
generated modules import each other relatively, so they load as well under a package of our own whose path is theirs.
"""

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING

from sandbox.sdk import site

if TYPE_CHECKING:
    from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

_PACKAGE = "sandbox._pulumirpc"


def _load(name: str) -> ModuleType:
    if _PACKAGE not in sys.modules:
        package = ModuleType(_PACKAGE)
        package.__path__ = [str(site("pulumi") / "runtime" / "proto")]
        sys.modules[_PACKAGE] = package
    return importlib.import_module(f"{_PACKAGE}.{name}")


if not TYPE_CHECKING:
    plugin_pb2 = _load("plugin_pb2")
    provider_pb2 = _load("provider_pb2")
    provider_pb2_grpc = _load("provider_pb2_grpc")

__all__ = ["plugin_pb2", "provider_pb2", "provider_pb2_grpc"]
