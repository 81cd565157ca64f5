"""Outputs before a change is made: inputs as they are, what the cloud will decide left out or marked unknown."""

from collections.abc import Mapping
from typing import Any

from sandbox.cloud import Cloud
from sandbox.reshape import returned
from sandbox.sdk import ObjectOf, Property, ResourceType
from sandbox.store import Row
from sandbox.values import UNKNOWN, signature


def outputs(cloud: Cloud, kind: ResourceType, inputs: Mapping[str, Any], row: Row | None = None) -> dict[str, Any]:
    """A top-level output that is left out is unknown to the engine; inside an object the mark must stand itself."""
    if row is not None:
        return dict(cloud.change(kind, row, inputs).outputs)
    decided = cloud.facts(kind).get("outputs", {})
    return _filled(returned(inputs, kind.inputs, kind.outputs), kind.inputs, kind.outputs, decided, inside=False)


def _filled(
    given: Mapping[str, Any],
    inputs: Mapping[str, Property],
    outputs: Mapping[str, Property],
    decided: Mapping[str, Any],
    *,
    inside: bool,
) -> dict[str, Any]:
    filled = dict(given)
    for name, output in outputs.items():
        asked, below = inputs.get(name), decided.get(name, {})
        value = given.get(name)
        if isinstance(value, Mapping) and signature(value) is None:
            if asked and isinstance(asked.type, ObjectOf) and isinstance(output.type, ObjectOf):
                below = below if isinstance(below, Mapping) else {}
                filled[name] = _filled(value, asked.type.properties, output.type.properties, below, inside=True)
        elif inside and value is None and (asked is None or name in decided):
            filled[name] = UNKNOWN
    return filled
