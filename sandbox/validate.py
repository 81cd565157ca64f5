"""Judges inputs against the types of the SDK: each fault is named at exactly the property that has it.

A reason never repeats a value that was found: it may be a secret.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sandbox.facts import open_enumerations
from sandbox.sdk import Anything, Blob, Enumeration, ListOf, MapOf, ObjectOf, OneOf, Property, Scalar, Type
from sandbox.values import ARCHIVE, ASSET, RESOURCE, bare, is_unknown, signature

META = "__defaults"
"""A property that the engine's bridged providers keep in inputs for themselves."""


@dataclass(frozen=True)
class Failure:
    """`path` as the engine writes property paths: `rules[0].id`, `tags["a.b"]`."""

    path: str
    reason: str


def inputs(found: Mapping[str, Any], wanted: Mapping[str, Property], what: str) -> list[Failure]:
    """The faults of a resource's (or a provider's) inputs; none means that they are accepted."""
    return list(_object({key: value for key, value in found.items() if key != META}, wanted, what, ""))


def step(path: str, key: str) -> str:
    """The path of a property inside the one at `path`."""
    if not re.fullmatch(r"[A-Za-z_$][\w$]*", key):
        escaped = key.replace("\\", "\\\\").replace('"', '\\"')
        return f'{path}["{escaped}"]'
    return f"{path}.{key}" if path else key


def _object(found: Mapping[str, Any], wanted: Mapping[str, Property], what: str, path: str) -> Iterator[Failure]:
    for key, value in found.items():
        if key not in wanted:
            yield Failure(step(path, key), _no_such_property(key, wanted, what))
        elif (value := bare(value)) is not None:
            yield from _property(value, wanted[key], step(path, key))
    for key, known in wanted.items():
        if known.required and bare(found.get(key)) is None:
            yield Failure(step(path, key), f"Missing required property '{key}' of {what}: give {describe(known.type)}.")


def _no_such_property(key: str, wanted: Mapping[str, Property], what: str) -> str:
    camel = re.sub(r"_+([a-z0-9])", lambda match: match.group(1).upper(), key)
    near = [camel] if camel in wanted else get_close_matches(key, wanted, n=1)
    if near:
        return f"Unknown property '{key}' of {what}. Did you mean '{near[0]}'?"
    return f"Unknown property '{key}' of {what}. It has: {', '.join(sorted(wanted)) or 'none'}."


def _property(value: Any, known: Property, path: str) -> Iterator[Failure]:
    if known.constant is not None and not is_unknown(value) and value != known.constant:
        yield Failure(path, f"Wrong value: expected {known.constant!r} here.")
    else:
        yield from _value(value, known.type, path)


def _value(value: Any, wanted: Type, path: str) -> Iterator[Failure]:
    value = bare(value)
    if value is None or is_unknown(value) or isinstance(wanted, Anything):
        return
    match wanted:
        case ObjectOf() if isinstance(value, Mapping) and signature(value) is None:
            yield from _object(value, wanted.properties, _title(wanted), path)
        case ListOf(item) if isinstance(value, list):
            for place, element in enumerate(value):
                yield from _value(element, item, f"{path}[{place}]")
        case MapOf(item) if isinstance(value, Mapping) and signature(value) is None:
            for key, element in value.items():
                yield from _value(element, item, step(path, key))
        case OneOf(options):
            yield from _one_of(value, options, path)
        case Enumeration() if isinstance(value, str | int | float) and not isinstance(value, bool):
            yield from _enumerated(value, wanted, path)
        case Scalar() if _is_scalar(value, wanted):
            return
        case Blob(kinds) if {ASSET: "asset", ARCHIVE: "archive"}.get(signature(value) or "") in kinds:
            return
        case _:
            yield Failure(path, f"Wrong type: expected {describe(wanted)}, found {_kind(value)}.")


def _is_scalar(value: Any, wanted: Scalar) -> bool:
    if signature(value) == RESOURCE:
        return wanted.kind == "string"  # a resource stands for its id
    match wanted.kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case _:
            return isinstance(value, int | float) and not isinstance(value, bool)


def _enumerated(value: str | int | float, wanted: Enumeration, path: str) -> Iterator[Failure]:
    if value in wanted.values or (wanted.open and isinstance(value, str) and wanted.name in open_enumerations()):
        return
    if wanted.open and isinstance(value, str) and value.lower() in [str(known).lower() for known in wanted.values]:
        return  # the clouds compare these without regard to case
    near = get_close_matches(str(value), [str(known) for known in wanted.values], n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    yield Failure(path, f"Wrong value: expected {describe(wanted)}.{hint}")


def _one_of(value: Any, options: tuple[Type, ...], path: str) -> Iterator[Failure]:
    """The faults against the option that is meant: the one whose constants fit, else the one with the fewest faults."""
    if isinstance(value, Mapping):
        meant = [option for option in options if isinstance(option, ObjectOf) and _constants_fit(value, option)]
        options = tuple(meant) or options
    trials = [list(_value(value, option, path)) for option in options]
    if not all(trials):
        return
    if all(len(trial) == 1 and trial[0].path == path for trial in trials):
        yield Failure(path, f"Wrong type: expected {describe(OneOf(options))}, found {_kind(value)}.")
    else:
        yield from min((trial for trial in trials if [fault.path for fault in trial] != [path]), key=len)


def _constants_fit(value: Mapping[str, Any], option: ObjectOf) -> bool:
    constants = {name: known.constant for name, known in option.properties.items() if known.constant is not None}
    return bool(constants) and all(bare(value.get(name)) == constant for name, constant in constants.items())


def _title(wanted: ObjectOf) -> str:
    return wanted.name.removesuffix("Args")


def describe(wanted: Type) -> str:
    match wanted:
        case Scalar(kind):
            return {"integer": "a whole number"}.get(kind, f"a {kind}")
        case Enumeration(values=values):
            shown = [repr(value) for value in values[:12]]
            return "one of " + ", ".join(shown + ["…"] * (len(values) > len(shown)))
        case ListOf(item):
            return f"a list, each {describe(item)}"
        case MapOf(item):
            return f"a map, each value {describe(item)}"
        case OneOf(options):
            return " or ".join(dict.fromkeys(describe(option) for option in options))
        case ObjectOf():
            return f"an object ({_title(wanted)})"
        case Blob(kinds):
            return " or ".join(f"an {kind}" for kind in sorted(kinds))
        case _:
            return "anything"


def _kind(value: Any) -> str:
    mark = signature(value)
    if mark in (ASSET, ARCHIVE):
        return "an asset" if mark == ASSET else "an archive"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    return {str: "a string", list: "a list", dict: "an object"}.get(type(value), type(value).__name__)
