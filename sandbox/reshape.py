"""Inputs as the service gives them back where that has another shape: identities asked for as a list come as a map."""

from collections.abc import Mapping
from typing import Any

from sandbox.sdk import ListOf, MapOf, ObjectOf, Property
from sandbox.values import UNKNOWN, is_unknown, signature


def returned(
    given: Mapping[str, Any], inputs: Mapping[str, Property], outputs: Mapping[str, Property]
) -> dict[str, Any]:
    """`given` with each list whose output is a map turned into that map; its objects hold what the cloud decides."""
    shaped = dict(given)
    for name, value in given.items():
        asked, output = inputs.get(name), outputs.get(name)
        if asked is None or output is None:
            continue
        if isinstance(value, list) and isinstance(asked.type, ListOf) and isinstance(output.type, MapOf):
            unknown = any(not isinstance(key, str) or is_unknown(key) for key in value)
            shaped[name] = UNKNOWN if unknown else {key: {} for key in value}
        elif (
            isinstance(value, Mapping)
            and signature(value) is None
            and isinstance(asked.type, ObjectOf)
            and isinstance(output.type, ObjectOf)
        ):
            shaped[name] = returned(value, asked.type.properties, output.type.properties)
    return shaped
