"""Values as the engine sends them: plain data, in which some objects and one string carry a meaning of their own.

Source: pulumi/pulumi, sdk/go/common/resource/plugin/rpc.go and sig/sig.go.
"""

from collections.abc import Mapping
from typing import Any

from google.protobuf import struct_pb2

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What stands for a value that only a deployment makes known (the other unknown sentinels below are its typed kin)."""

UNKNOWNS = frozenset(
    {
        UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  the mark of a secret, not one
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
ASSET = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"


def is_unknown(value: object) -> bool:
    return isinstance(value, str) and value in UNKNOWNS


def signature(value: object) -> str | None:
    """The mark of an object that is more than an object, else None."""
    if isinstance(value, Mapping):
        mark = value.get(SIGNATURE)
        return mark if isinstance(mark, str) else None
    return None


def bare(value: Any) -> Any:
    """The value inside a secret or an output value (an output without one is unknown); any other value as it is."""
    while (mark := signature(value)) in (SECRET, OUTPUT):
        value = value.get("value", UNKNOWN if mark == OUTPUT else None)
    return value


def plain(value: Any) -> Any:
    """The value with every secret and output value inside it opened."""
    value = bare(value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def holds_unknown(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(holds_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(holds_unknown(item) for item in value)
    return is_unknown(value)


def _read(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return read(value.struct_value)
    if kind == "list_value":
        return [_read(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return None if kind in (None, "null_value") else getattr(value, kind)


def read(struct: struct_pb2.Struct) -> dict[str, Any]:
    """A message's struct as plain data, secrets and outputs opened, null properties left out (null means absent)."""
    return {key: item for key, value in struct.fields.items() if (item := bare(_read(value))) is not None}


def write(data: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(data)
    return struct
