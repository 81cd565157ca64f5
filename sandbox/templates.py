"""Values of a shape: `arn:{partition}:kms:{region}:{account}:key/{uuid}`, `vpc-{hex:17}`.

A name in braces is a value of the resource (`{sku.name}` one inside another); `hex`, `digits`, `lower`, `upper` and
`uuid` are made up anew each time.
"""

import re
import secrets
import string
import uuid
from collections.abc import Mapping
from typing import Any

from sandbox.values import holds_unknown

_FIELD = re.compile(r"\{([\w.]+)(?::(\d+))?\}")
_ALPHABETS = {
    "hex": "0123456789abcdef",
    "digits": string.digits,
    "lower": string.ascii_lowercase + string.digits,
    "upper": string.ascii_uppercase + string.digits,
}


def render(template: Any, values: Mapping[str, Any]) -> Any:
    """The template filled, lists and maps item by item; None where a value that it needs is missing or not known."""
    if isinstance(template, Mapping):
        return {key: filled for key, item in template.items() if (filled := render(item, values)) is not None}
    if isinstance(template, list):
        return [render(item, values) for item in template]
    if not isinstance(template, str):
        return template
    if alone := _FIELD.fullmatch(template):
        return _value(alone, values)
    filled = {field.group(): _value(field, values) for field in _FIELD.finditer(template)}
    if any(value is None for value in filled.values()):
        return None
    return _FIELD.sub(lambda field: str(filled[field.group()]), template)


def settled(template: Any, values: Mapping[str, Any]) -> Any:
    """The template filled as far as its values are known to be one and the same each time; else None."""
    if not isinstance(template, str) or any(field[1] in {*_ALPHABETS, "uuid"} for field in _FIELD.finditer(template)):
        return None
    return render(template, values)


def _value(field: re.Match[str], values: Mapping[str, Any]) -> Any:
    name, length = field.groups()
    if name == "uuid":
        return str(uuid.uuid4())
    if name in _ALPHABETS:
        return "".join(secrets.choice(_ALPHABETS[name]) for _ in range(int(length or 8)))
    found: Any = values
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return None if holds_unknown(found) else found
