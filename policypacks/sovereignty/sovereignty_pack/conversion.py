"""From the engine's messages to the law's plain data, once for each resource.

The SDK goes through JSON and wraps every value in proxies; walking the message itself costs a fraction of that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2 as messages

from sovereignty.plan import UNKNOWN, Provider, Resource, normalise_token

# What the engine writes where a value is not known (sdk/go/common/resource/plugin/rpc.go, Unknown…Value).
UNKNOWNS: Final = frozenset(
    (
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # text
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # truth value
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # list
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # mapping
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
    )
)
# Marks of special mappings (sdk/go/common/resource/sig).
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (the mark, not a secret)
OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
REFERENCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"


def plain(properties: struct_pb2.Struct) -> dict[str, Any]:
    """Dictionaries, lists, text, numbers, truth values, None and `UNKNOWN`; secrets are unwrapped."""
    return {key: _value(value) for key, value in properties.fields.items()}


def _value(value: struct_pb2.Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            text = value.string_value
            return UNKNOWN if text in UNKNOWNS else text
        case "bool_value":
            return value.bool_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "struct_value":
            fields = value.struct_value.fields
            if SIGNATURE in fields:
                return _special(fields)
            return {key: _value(inner) for key, inner in fields.items()}
        case "list_value":
            return [_value(inner) for inner in value.list_value.values]
    return None


def _special(fields: Mapping[str, struct_pb2.Value]) -> Any:
    match fields[SIGNATURE].string_value:
        case str(mark) if mark == SECRET:
            return _value(fields["value"]) if "value" in fields else UNKNOWN
        case str(mark) if mark == OUTPUT:
            return _value(fields["value"]) if "value" in fields else UNKNOWN
        case str(mark) if mark == REFERENCE:
            return _value(fields["id"]) if "id" in fields else UNKNOWN
    return {key: _value(inner) for key, inner in fields.items() if key != SIGNATURE}  # an asset or archive


def one_resource(request: messages.AnalyzeRequest) -> Resource:
    """A resource as it is about to be made: its inputs."""
    return Resource(
        urn=request.urn,
        token=request.type,
        type=normalise_token(request.type),
        name=request.name,
        props=plain(request.properties),
        provider=_provider(request),
        parent=request.options.parent,
    )


def stack_resource(message: messages.AnalyzerResource, wish: Resource | None) -> Resource:
    """A resource of the finished stack: its outputs, and the inputs out of the resource pass, if it was in it."""
    outputs = plain(message.properties)
    return Resource(
        urn=message.urn,
        token=message.type,
        type=normalise_token(message.type),
        name=message.name,
        props=outputs if wish is None else wish.props,
        outputs=outputs,
        provider=_provider(message),
        parent=message.parent,
        dependencies=tuple(message.dependencies),
        property_dependencies={key: tuple(value.urns) for key, value in message.propertyDependencies.items()},
    )


def _provider(message: messages.AnalyzeRequest | messages.AnalyzerResource) -> Provider | None:
    if not message.HasField("provider"):
        return None
    provider = message.provider
    return Provider(
        type=normalise_token(provider.type), urn=provider.urn, name=provider.name, props=plain(provider.properties)
    )
