"""The parameters of a definition or an initiative, and the values given to them.

Source: definition-structure-parameters. Names and allowed values are compared as written, case included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sovereignty.azure_policy import conditions
from sovereignty.azure_policy.errors import AssignmentError, LanguageError

_TYPES: Final[Mapping[str, Callable[[Any], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, Mapping),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "float": conditions.number,
    "datetime": lambda value: conditions.date(value) is not None,
}


def type_of(name: str, declaration: Any) -> str:
    """The declared type in lower case; LanguageError for none that Azure knows."""
    kind = str(declaration.get("type", "")).lower() if isinstance(declaration, Mapping) else ""
    if kind not in _TYPES:
        raise LanguageError(f"parameters.{name}: its type is one of {', '.join(_TYPES)}")
    return kind


def values(declared: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """A value for each declared parameter, defaults filled in; AssignmentError for what Azure would refuse."""
    if undeclared := sorted(set(given) - set(declared)):
        raise AssignmentError(f"undeclared parameters: {', '.join(undeclared)}")
    return {name: _one(name, declaration, given) for name, declaration in declared.items()}


def _one(name: str, declaration: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    if name in given:
        value = given[name]
    elif "defaultValue" in declaration:
        value = declaration["defaultValue"]
    else:
        raise AssignmentError(f"parameter {name} has no default, and no value was given")
    if wrong := misfit(name, declaration, value):
        raise AssignmentError(wrong)
    return value


def misfit(name: str, declaration: Mapping[str, Any], value: Any) -> str:
    """Why the value doesn't fit its declaration; "" if it does."""
    kind = type_of(name, declaration)
    if not _TYPES[kind](value):
        return f"parameter {name} is of type {kind}; found {type(value).__name__}"
    if "allowedValues" not in declaration:
        return ""
    allowed = declaration["allowedValues"]
    # the members of a list are each held against the allowed values
    chosen = value if kind == "array" and value not in allowed else [value]
    strays = [each for each in chosen if not any(type(each) is type(one) and each == one for one in allowed)]
    return f"parameter {name}: {strays[0]!r} is not one of its allowed values {allowed}" if strays else ""
