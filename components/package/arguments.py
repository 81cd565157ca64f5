"""A component's arguments as they arrive, plain data under the wire's names, turned into what the component takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
from pulumi.output import Unknown
from pydantic import ConfigDict, ValidationError

from components.package import wire
from components.package.declared import Component
from sovereignty import deployment, zone
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.schema import at, did_you_mean, kind, problems, quoted
from sovereignty.zone import Retention, Zone

DEPLOYMENT = "deployment"
_STACK_FILE = re.compile(rf"^(?:Pulumi\.[^:]*\.yaml|{DEPLOYMENT}): {deployment.NAMESPACE}:")


class _Retention(Retention):
    """The same, with its keys as they are on the wire."""

    model_config = ConfigDict(alias_generator=wire.camel)


def typed(component: Component, given: Mapping[str, Any], zones: Path) -> dict[str, Any]:
    """The fields of the component's Args, by name. `zones` is the folder of the zone files.

    What may be an output passes as it is. InputError lists all that is wrong, by the wire's names.
    """
    known = {wire.camel(field.name): field for field in component.arguments}
    found = [
        Problem(quoted(name), f"{component.name} has no such argument.", did_you_mean(name, list(known)))
        for name in given
        if name not in known
    ]
    reader, values = _Reader(zones), {}
    for name, field in known.items():
        type_, value = wire.of(field.annotation), given.get(name)
        if value is None:
            if field.required:
                found.append(Problem(name, f"{component.name} needs it, and it is not given.", "Add it."))
            elif field.default is None:
                values[field.name] = None
            continue
        try:
            values[field.name] = reader.read(type_, value, name)
        except InputError as mistake:
            found += mistake.problems
    if found:
        raise InputError(*found)
    return values


def named(mistake: InputError, token: str) -> InputError:
    """The mistake, told by the wire's names: `WormBucketArgs.max_age` -> `maxAge`."""
    args = f"{token.rpartition(':')[2]}Args."

    def where(text: str) -> str:
        if text.startswith(args):
            return wire.camel(text.removeprefix(args))
        return _STACK_FILE.sub(f"{DEPLOYMENT}.", text)

    return InputError(*(Problem(where(each.where), each.found, each.right) for each in mistake.problems))


class _Reader:
    """Reads the values of one component: its deployment is read for its zone, which comes before it."""

    def __init__(self, zones: Path):
        self.zones = zones
        self.zone: Zone | None = None

    def read(self, type_: wire.Type, value: Any, where: str) -> Any:
        if _is_awaited(value) and not type_.plain:
            return pulumi.Output.from_input(value)
        match type_.kind:
            case "array":
                items = _of_kind(value, (list, tuple), where, "A list")
                return tuple(self.read(_item(type_), each, f"{where}[{place}]") for place, each in enumerate(items))
            case "object":
                items = _of_kind(value, Mapping, where, "A mapping")
                return {name: self.read(_item(type_), each, f"{where}.{name}") for name, each in items.items()}
            case "zone":
                self.zone = _zone(_text(value, where), self.zones, where)
                return self.zone
            case "deployment":
                return _deployment(_of_kind(value, Mapping, where, "A mapping"), self.zone)
            case "retention":
                return _retention(_of_kind(value, Mapping, where, "A mapping"), where)
            case "boolean":
                return _of_kind(value, bool, where, "A truth value")
            case "integer":
                return _whole(value, where)
        text = _text(value, where)
        if type_.values and text not in type_.values:
            raise _wrong(where, f"{quoted(text)} is not one of its values.", f"Use {' or '.join(type_.values)}.")
        return text


def _zone(name: str, zones: Path, where: str) -> Zone:
    known = zone.names(zones)
    if name not in known:
        raise _wrong(where, f"There is no zone {quoted(name)!r}.", did_you_mean(name, known))
    return zone.load(name, zones)


def _deployment(given: Mapping[str, Any], of: Zone | None) -> Deployment | None:
    if of is None:  # what is wrong with the zone is told; what this one would say depends on it
        return None
    if "zone" in given:
        raise _wrong(f"{DEPLOYMENT}.zone", "The zone stands beside the deployment.", "Take it out here.")
    for name, value in given.items():
        _of_kind(value, object, f"{DEPLOYMENT}.{name}", "A value")
    return deployment.from_config({"zone": of.zone, **given}, DEPLOYMENT)


def _retention(given: Mapping[str, Any], where: str) -> Retention:
    for name, value in given.items():
        _of_kind(value, object, f"{where}.{name}", "A value")
    try:
        return _Retention.model_validate(given, by_alias=True, by_name=False)
    except ValidationError as error:
        found = problems(error, _Retention, lambda path: at(where, path))
        raise InputError(*(Problem(_dotted(each.where), each.found, each.right) for _, each in found)) from None


def _dotted(where: str) -> str:
    """`retention: archive_after_days` -> `retention.archiveAfterDays`."""
    return ".".join(map(wire.camel, where.split(": ")))


def _item(type_: wire.Type) -> wire.Type:
    if type_.item is None:
        raise TypeError(f"a type of many without the type of one: {type_}")
    return type_.item


def _text(value: Any, where: str) -> str:
    return _of_kind(value, str, where, "Text")


def _whole(value: Any, where: str) -> int:
    # the wire has one kind of number
    number = _of_kind(value, (int, float), where, "A whole number")
    if isinstance(value, bool) or number != number or number in (float("inf"), float("-inf")) or number != int(number):
        raise _wrong(where, "A whole number is expected.", "Write it without a fraction.")
    return int(number)


def _of_kind(value: Any, kinds: Any, where: str, expected: str) -> Any:
    """The value, if it is of those kinds and known. Nothing of it is repeated: it may be a secret."""
    if _is_awaited(value):
        found = "Its value is not known when the component is made: it comes from a resource, or is a secret."
        raise _wrong(where, found, "Write the value itself.")
    if not isinstance(value, kinds):
        raise _wrong(where, f"{expected} is expected, found {kind(value)}.", "")
    return value


def _is_awaited(value: Any) -> bool:
    return isinstance(value, (pulumi.Output, Unknown))


def _wrong(where: str, found: str, right: str) -> InputError:
    return InputError(Problem(where, found, right))
