"""What changed between two sets of inputs, place by place."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.validate import META, step
from sandbox.values import bare


@dataclass(frozen=True)
class Change:
    """`kind` is `add`, `delete` or `update`; an unknown new value counts as a change.

    `inner` are the places inside an object that came or went as a whole.
    """

    path: str
    kind: str
    inner: tuple[str, ...] = ()


def changes(old: Mapping[str, Any], new: Mapping[str, Any], same: Callable[[str, Any, Any], bool]) -> list[Change]:
    """Every place that differs, in the order of the paths."""
    found = _object("", _shown(old), _shown(new), same)
    return sorted(found, key=lambda change: change.path)


def _inside(path: str, value: Any) -> Iterator[str]:
    value = bare(value)
    parts = value.items() if isinstance(value, Mapping) else ()
    items = [(step(path, key), item) for key, item in parts]
    items += [(f"{path}[{place}]", item) for place, item in enumerate(value if isinstance(value, list) else ())]
    for place, item in items:
        if bare(item) is not None:
            yield place
            yield from _inside(place, item)


def _shown(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in inputs.items() if key != META}


def _object(path: str, old: Mapping[str, Any], new: Mapping[str, Any], same: Callable) -> Iterator[Change]:
    for key in {**old, **new}:
        yield from _value(step(path, key), bare(old.get(key)), bare(new.get(key)), same)


def _value(path: str, old: Any, new: Any, same: Callable) -> Iterator[Change]:
    if same(path, old, new):
        return
    if old is None or new is None:
        yield Change(path, "add" if old is None else "delete", tuple(_inside(path, old if new is None else new)))
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _object(path, old, new, same)
    elif isinstance(old, list) and isinstance(new, list):
        for place in range(max(len(old), len(new))):
            if place >= len(old) or place >= len(new):
                yield Change(f"{path}[{place}]", "add" if place >= len(old) else "delete")
            else:
                yield from _value(f"{path}[{place}]", old[place], new[place], same)
    else:
        yield Change(path, "update")
