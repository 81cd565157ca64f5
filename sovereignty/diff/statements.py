"""What changed within one statement of a policy, and whether it allows more or less: by asking both about probes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sovereignty.diff.calls import counted, space
from sovereignty.iam import operators

Statement = Mapping[str, Any]
Side = Literal["gained", "lost", "both"]
Probe = tuple[str, ...]
"""The values of a condition key; () where it is absent."""
Fits = Callable[[Probe], bool]
ABSENT: Probe = ()
_WILD = re.compile(r"[*?]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_OF_ONE = ("Numeric", "Date", "Bool", "Null")
"""Operators whose one value is another now, rather than one more and one less."""
_NAMED = 4


@dataclass(frozen=True)
class Part:
    """A part of a statement that changed. `actions` are those that it is about, `values` those that came or went."""

    side: Side
    says: str
    actions: int = 0
    values: tuple[str, ...] = ()


def changes(before: Statement, after: Statement) -> Iterator[Part]:
    """The parts that changed between two statements of the same effect."""
    denies = after.get("Effect") == "Deny"
    yield from _of_actions(mask(before), mask(after), denies)
    for element in ("Resource", "NotResource"):
        yield from _of_members(element, before.get(element), after.get(element), denies, element.startswith("Not"))
    for element in ("Principal", "NotPrincipal"):
        old, new = (_principals(row.get(element)) for row in (before, after))
        yield from _of_members(element, old, new, denies, element.startswith("Not"))
    old, new = (_tests(row.get("Condition") or {}) for row in (before, after))
    for test in sorted(old.keys() | new.keys()):
        if old.get(test) != new.get(test):
            yield from _of_test(*test, old.get(test), new.get(test), denies)


def mask(statement: Statement) -> int:
    """The actions that a statement speaks of, as a mask over `space()`."""
    if "NotAction" in statement:
        return space().full & ~space().mask(_listed(statement["NotAction"]))
    return space().mask(_listed(statement.get("Action")))


def _of_actions(old: int, new: int, denies: bool) -> Iterator[Part]:
    for changed, came in ((new & ~old, True), (old & ~new, False)):
        if changed:
            verb = "now" if came else "no longer"
            yield Part(_side(denies, came), f"{verb} about {counted(changed)}", changed)


def _of_members(element: str, old: Any, new: Any, denies: bool, negated: bool) -> Iterator[Part]:
    before, after = (set(_listed(value)) for value in (old, new))
    if before == after:
        return
    if not before or not after:  # another element altogether
        yield Part("both", f"{element} is now {_few(after) or 'not there'}; it was {_few(before) or 'not there'}")
        return
    for changed, came in ((after - before, True), (before - after, False)):
        if changed:
            says = f"{element}: {_few(changed)} {'added' if came else 'taken out'}"
            yield Part(_side(denies, came is not negated), says, values=tuple(sorted(changed)))


def _of_test(operator: str, key: str, old: Any, new: Any, denies: bool) -> Iterator[Part]:
    """A condition that is missing on one side is fulfilled by all there."""
    before, after = (set(_listed(value)) for value in (old, new))
    fits_old, fits_new = (_fits(operator, key, value) for value in (old, new))
    named = f"{key} ({operator})"
    if old is None or new is None:
        says = f"{named} {_few(after)} is a new condition" if old is None else f"{named} {_few(before)} is no condition"
        yield Part(_side(denies, old is not None), says, values=tuple(sorted(before | after)))
        return
    if len(before) == len(after) == 1 and any(name in operator for name in _OF_ONE):
        says = f"{named} is {_few(after)}; it was {_few(before)}"
        probes = [ABSENT, *_probes(operator, before | after)]
        yield Part(_asked(probes, fits_old, fits_new, denies), says, values=tuple(sorted(before | after)))
        return
    for changed, verb in ((after - before, "added"), (before - after, "taken out")):
        if changed:
            side = _asked([*_probes(operator, changed)], fits_old, fits_new, denies)
            yield Part(side, f"{named}: {_few(changed)} {verb}", values=tuple(sorted(changed)))


def _asked(probes: Collection[Probe], fits_old: Fits, fits_new: Fits, denies: bool) -> Side:
    came = any(fits_new(probe) and not fits_old(probe) for probe in probes)
    went = any(fits_old(probe) and not fits_new(probe) for probe in probes)
    return "both" if came is went else _side(denies, came)


def _fits(operator: str, key: str, values: Any) -> Fits:
    if values is None:
        return lambda probe: True
    (test,) = operators.condition({operator: {key: values}})
    return lambda probe: test({key.lower(): probe} if probe else {})


def _probes(operator: str, values: Collection[str]) -> Iterator[Probe]:
    """Values that the given ones are about: each with its wildcards filled, and the numbers beside a number."""
    for value in values:
        if "Numeric" in operator and _NUMBER.fullmatch(value):
            yield from ((str(float(value) + step).removesuffix(".0"),) for step in (-1, 0, 1))
        else:
            yield (_WILD.sub("x", value),)


def _tests(condition: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    return {
        (operator, key): sorted(_listed(values)) for operator, keys in condition.items() for key, values in keys.items()
    }


def _side(denies: bool, came: bool) -> Side:
    return "lost" if denies is came else "gained"


def _principals(value: Any) -> list[str] | None:
    if value is None or isinstance(value, str):
        return None if value is None else [value]
    return [f"{kind}: {each}" for kind, names in value.items() for each in _listed(names)]


def _listed(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(map(str, value))


def _few(values: Collection[str]) -> str:
    shown = sorted(values)
    more = f", and {len(shown) - _NAMED} more" if len(shown) > _NAMED else ""
    return ", ".join(shown[:_NAMED]) + more
