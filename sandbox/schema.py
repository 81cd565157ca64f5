"""What a stand-in says of its package: the provider's own configuration, which a program in YAML is held against.

Resources are not in it. They are read from the installed SDK one by one, as they are asked for (sandbox/sdk.py); all of
them would take the engine longer than a whole run. A YAML program can so give a stand-in's provider to components of
another package, and can't name resources of the stand-in's own.
"""

import json
from typing import Any

from sandbox.sdk import ListOf, MapOf, Scalar, Sdk, Type


def schema(sdk: Sdk) -> str:
    """The package's schema as JSON."""
    inputs = sdk.provider.inputs.values()
    return json.dumps(
        {
            "name": sdk.package,
            "version": sdk.version,
            "provider": {
                "inputProperties": {each.name: _property(each.type) for each in inputs},
                "requiredInputs": [each.name for each in inputs if each.required],
            },
        }
    )


def _property(type_: Type) -> dict[str, Any]:
    match type_:
        case Scalar(kind):
            return {"type": kind}
        case ListOf(item):
            return {"type": "array", "items": _property(item)}
        case MapOf(item):
            return {"type": "object", "additionalProperties": _property(item)}
    # objects, enumerations and unions are left open here: the stand-in itself checks what it is given (CheckConfig)
    return {"$ref": "pulumi.json#/Any"}
