"""Inputs made from the SDK's types, right ones and ones with a single fault whose place is known."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from sandbox.sdk import Anything, Blob, Enumeration, ListOf, MapOf, ObjectOf, OneOf, Property, Scalar, Type
from sandbox.validate import step
from sandbox.values import ARCHIVE, ASSET, SIGNATURE, UNKNOWN

_DEPTH = 4
_KEYS = st.sampled_from(["a", "Zone", "a.b", "with space", 'qu"ote'])
_TEXTS = st.text(max_size=8).filter(lambda text: "\x00" not in text)


def objects(properties: Mapping[str, Property], depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """Right values of an object: all that is required, some of the rest."""
    required = {name: _property(known, depth) for name, known in properties.items() if known.required}
    optional = {name: _property(known, depth) for name, known in properties.items() if not known.required}
    return st.fixed_dictionaries(required, optional=optional if depth < _DEPTH else {})


def _property(known: Property, depth: int) -> st.SearchStrategy[Any]:
    if known.constant is not None:
        return st.just(known.constant)
    return st.deferred(lambda: st.just(UNKNOWN) | values(known.type, depth) if depth else values(known.type, depth))


def values(wanted: Type, depth: int = 0) -> st.SearchStrategy[Any]:
    match wanted:
        case Scalar("string"):
            return _TEXTS
        case Scalar("boolean"):
            return st.booleans()
        case Scalar("integer"):
            return st.integers(-1000, 1000)
        case Scalar():
            return st.floats(-1000, 1000, allow_nan=False)
        case Enumeration(values=known):
            return st.sampled_from(known)
        case ListOf(item):
            return st.lists(values(item, depth + 1), max_size=2 if depth < _DEPTH else 0)
        case MapOf(item):
            return st.dictionaries(_KEYS, values(item, depth + 1), max_size=2 if depth < _DEPTH else 0)
        case OneOf(options):
            return st.one_of([values(option, depth + 1) for option in options])
        case ObjectOf():
            return st.deferred(lambda: objects(wanted.properties, depth + 1))
        case Blob(kinds):
            return st.just({SIGNATURE: ASSET if "asset" in kinds else ARCHIVE, "text": "t", "hash": "h"})
        case _:
            return _TEXTS


@dataclass(frozen=True)
class Fault:
    """A way to spoil right inputs, and the property path at which the fault then stands.

    `where` is what holds the place: the inputs themselves, or an object, a list or a map inside them.
    """

    path: str
    where: str
    what: str
    spoil: Callable[[], None]


def faults(found: dict[str, Any], properties: Mapping[str, Property], path: str = "") -> Iterator[Fault]:
    """Every single fault that `found`, a right value, can be given in place."""
    where = "object" if path else "inputs"
    yield Fault(step(path, "noSuchProperty"), where, "unknown property", lambda: found.update(noSuchProperty=1))
    for name, known in properties.items():
        if name in found:
            if known.required:
                yield Fault(step(path, name), where, "missing", lambda name=name: found.pop(name))
            if known.constant is None:
                yield from _in_place(found, name, known.type, step(path, name), where)


def _in_place(holder: Any, key: Any, wanted: Type, path: str, where: str) -> Iterator[Fault]:
    value = holder[key]

    def put(wrong: Any) -> Callable[[], None]:
        return lambda: holder.__setitem__(key, wrong)

    match wanted:
        case Scalar("string"):
            yield Fault(path, where, "a number for a string", put(5))
        case Scalar():
            yield Fault(path, where, "a string for a number or boolean", put("text"))
        case Enumeration():
            yield Fault(path, where, "a list for an enumeration", put(["x"]))
            if not wanted.open:
                yield Fault(path, where, "no value of the enumeration", put("no such value"))
        case ListOf(item):
            yield Fault(path, where, "a string for a list", put("text"))
            for place in range(len(value) if isinstance(value, list) else 0):
                yield from _in_place(value, place, item, f"{path}[{place}]", "list")
        case MapOf(item):
            yield Fault(path, where, "a number for a map", put(5))
            for name in value if isinstance(value, dict) else ():
                yield from _in_place(value, name, item, step(path, name), "map")
        case ObjectOf():
            yield Fault(path, where, "a string for an object", put("text"))
            if isinstance(value, dict):
                yield from faults(value, wanted.properties, path)
        case Blob():
            yield Fault(path, where, "a string for an asset", put("text"))
        case Anything() | OneOf():
            return


def required_only(wanted: Type, depth: int = 0) -> Any:
    """The plainest right value of a type."""
    match wanted:
        case Scalar("boolean"):
            return True
        case Scalar("integer" | "number"):
            return 1
        case Enumeration(values=known):
            return known[0]
        case ListOf(item):
            return [required_only(item, depth + 1)] if depth < _DEPTH else []
        case MapOf(item):
            return {"key": required_only(item, depth + 1)}
        case OneOf(options):
            return required_only(options[0], depth + 1)
        case ObjectOf():
            return plainest(wanted.properties, depth + 1)
        case Blob(kinds):
            return {SIGNATURE: ASSET if "asset" in kinds else ARCHIVE}
        case _:
            return "text"


def plainest(properties: Mapping[str, Property], depth: int = 0) -> dict[str, Any]:
    """An object's required properties, each with its plainest value."""
    return {
        name: known.constant if known.constant is not None else required_only(known.type, depth)
        for name, known in properties.items()
        if known.required
    }
