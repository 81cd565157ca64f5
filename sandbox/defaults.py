"""The SDK's own defaults: an argument class sets them, a plain dictionary does not; the cloud takes both as one."""

from collections.abc import Mapping
from typing import Any

from sandbox.sdk import ListOf, MapOf, ObjectOf, Property, Type
from sandbox.values import signature


def filled(found: Mapping[str, Any], known: Mapping[str, Property]) -> dict[str, Any]:
    """Inputs with the default of each property that is absent, at every depth."""
    given = {name: _inside(value, known[name].type) if name in known else value for name, value in found.items()}
    absent = (name for name in known if found.get(name) is None and known[name].default is not None)
    return {**given, **{name: known[name].default for name in absent}}


def _inside(value: Any, wanted: Type) -> Any:
    match wanted:
        case ObjectOf() if isinstance(value, Mapping) and signature(value) is None:
            return filled(value, wanted.properties)
        case ListOf(item) if isinstance(value, list):
            return [_inside(element, item) for element in value]
        case MapOf(item) if isinstance(value, Mapping) and signature(value) is None:
            return {key: _inside(element, item) for key, element in value.items()}
        case _:
            return value
