"""The policy pack's configuration: its shape, its faults, and which zone it gives to a stack.

Shape: docs/rules/sovereignty.md. The pack and `sovereignty scan` share it, so both refuse and decide alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError

from sovereignty import facts
from sovereignty import zone as zones_model
from sovereignty.documents import shown_path
from sovereignty.errors import InputError, Problem
from sovereignty.rules import RULES
from sovereignty.rules.rule import Rule
from sovereignty.schema import (
    ListOf,
    Model,
    did_you_mean,
    dotted,
    fault,
    kind,
    nearest,
    position,
    problems,
    quoted,
    text,
    unique,
)
from sovereignty.zone import Zone

POLICY = "sovereignty"
"""The policy under which faults of the pack and of its configuration are reported."""
ALL = "all"
LEVEL_KEY = "enforcementLevel"
NO_ZONE = "none"
SELF = "self"
JUDGED_PACKAGES = ("aws", "azure-native", "pulumi")
_URN = re.compile(r"urn:pulumi:[^:]+::[^:]+::.+::.+", re.DOTALL)
_MATCH_PARTS = 3  # organization, project, stack


class Level(StrEnum):
    """What a finding does: an advisory one is shown, a mandatory one refuses."""

    ADVISORY = "advisory"
    MANDATORY = "mandatory"
    REMEDIATE = "remediate"
    DISABLED = "disabled"


def _match(value: object) -> str:
    if not isinstance(value, str):
        raise fault(
            f"Text is expected, found {kind(value)}.", "Write organization/project/stack, such as acme/payments/*."
        )
    parts = value.split("/")
    if len(parts) < _MATCH_PARTS and parts[-1] == "*":
        parts += ["*"] * (_MATCH_PARTS - len(parts))
    if len(parts) != _MATCH_PARTS or not all(parts):
        raise fault(
            f"{quoted(value)} is not an organization, a project and a stack.",
            "Write three shell patterns with / between them, such as acme/payments/*.",
        )
    return "/".join(parts)


def _day(value: object) -> date:
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise fault("It is not a day.", "Write year, month and day, such as 2027-01-31.")


def _urn(value: object) -> str:
    if not isinstance(value, str) or not _URN.fullmatch(value):
        raise fault(
            "It is not the URN of one resource.",
            "Write it as Pulumi shows it: urn:pulumi:<stack>::<project>::<type>::<name>.",
        )
    return value


def _package(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z][a-z0-9_-]*", value):
        raise fault("It is not the name of a package.", "Write the first part of its type tokens, such as kubernetes.")
    if value in JUDGED_PACKAGES:
        raise fault(f"{value} is what the law judges; it can't be left alone.", "Take it out.")
    return value


def _stacks(value: object) -> object:
    if value == SELF:
        return None
    if not isinstance(value, (list, tuple)):
        found = quoted(value) if isinstance(value, str) else kind(value)
        raise fault(f'A list of entries or "self" is expected, found {found}.', f"Write [{_AN_ENTRY}].")
    if not value:
        raise fault("It names no stack, so every stack would be refused.", f'Write [{_AN_ENTRY}], or "self".')
    return value


_AN_ENTRY = '{"match": "acme/payments/*", "zone": "eu"}'


class StackEntry(Model):
    """Which zone the stacks get whose `organization/project/stack` fits; `none`: residency is not judged there."""

    match: Annotated[str, BeforeValidator(_match)] = Field(examples=["acme/payments/*"])
    zone: Annotated[str, text("eu")] = Field(examples=["eu"])


class Organization(Model):
    """What belongs to the organization that is judged."""

    aws: Annotated[str, text("o-a1b2c3d4e5")] | None = Field(default=None, examples=["o-a1b2c3d4e5"])
    accounts: Annotated[tuple[Annotated[str, text("111122223333")], ...], AfterValidator(unique), ListOf] = ()
    azure_tenant: Annotated[str, text("a tenant's id")] | None = Field(default=None, alias="azureTenant")


class Exemption(Model):
    """A named, owned, expiring permission to break one control on one resource. It holds through the day `expires`."""

    control: Annotated[str, text("residency.region")] = Field(examples=["residency.region"])
    urn: Annotated[str, BeforeValidator(_urn)] = Field(examples=["urn:pulumi:eu::payments::aws:s3/bucket:Bucket::old"])
    owner: Annotated[str, text("payments team")] = Field(examples=["payments team"])
    approver: Annotated[str, text("data protection officer")] = Field(examples=["data protection officer"])
    ticket: Annotated[str, text("DPO-12")] = Field(examples=["DPO-12"])
    reason: Annotated[str, text("moves out in January", 1000)] = Field(examples=["moves out in January"])
    expires: Annotated[date, BeforeValidator(_day)] = Field(examples=["2027-01-31"])


Package = Annotated[str, BeforeValidator(_package)]


class Settings(Model):
    """The section `sovereignty` of the configuration."""

    zones: dict[str, Any] = Field(default_factory=dict)
    stacks: Annotated[tuple[StackEntry, ...] | None, BeforeValidator(_stacks)] = None
    """None is `self`: each stack's own zone counts."""
    organization: Organization = Organization()
    places: dict[str, Annotated[str, text("eu-west-1")]] = Field(default_factory=dict)
    unjudged: Annotated[tuple[Package, ...], AfterValidator(unique), ListOf] = ()
    exemptions: Annotated[tuple[Exemption, ...], ListOf] = ()


@dataclass(frozen=True)
class Section:
    """One policy's part: the level that was given (None: none was) and the other keys."""

    level: Level | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Configuration:
    """A sound configuration. `levels` holds a level for each rule."""

    zones: Mapping[str, Zone]
    settings: Settings
    levels: Mapping[str, Level]

    def exemption(self, control: str, urn: str) -> Exemption | None:
        return next((e for e in self.settings.exemptions if (e.control, e.urn) == (control, urn)), None)


def load(path: Path, zones: Mapping[str, Zone]) -> Configuration:
    """A configuration from its file. The engine says less: it drops an empty section, and a misspelt name without level
    is to it a level that is wrong."""
    where = shown_path(path)
    try:
        data = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_once)
    except OSError as error:
        raise InputError(Problem(where, f"It can't be read: {error.strerror}.", "Name a JSON file.")) from None
    except json.JSONDecodeError as error:
        raise InputError(Problem(f"{where}:{error.lineno}", f"It is not JSON: {error.msg}.", _SHAPE)) from None
    except UnicodeDecodeError:
        raise InputError(Problem(where, "It is not text in UTF-8.", _SHAPE)) from None
    except KeyError as error:
        raise InputError(Problem(where, f"The key {quoted(error.args[0])} stands twice.", "Keep one.")) from None
    except (ValueError, RecursionError):
        raise InputError(Problem(where, "It is no JSON that can be read.", _SHAPE)) from None
    return from_data(data, zones, where)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a key that stands twice, a reader of JSON keeps the last without a word."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise KeyError(key)
        found[key] = value
    return found


_SHAPE = 'Write {"sovereignty": {"stacks": [...]}}.'


def from_data(data: object, zones: Mapping[str, Zone], where: str, rules: Sequence[Rule] = RULES) -> Configuration:
    """A configuration from what its file holds: policy name -> level, or keys with `enforcementLevel` among them."""
    if data is None:
        data = {}
    if not isinstance(data, Mapping):
        raise InputError(Problem(where, f"A mapping is expected, found {kind(data)}.", _SHAPE))
    sections, found = {}, []
    for name, value in data.items():
        if name == "environments":  # the engine's own key
            continue
        properties = dict(value) if isinstance(value, Mapping) else {}
        level = properties.pop(LEVEL_KEY, None) if isinstance(value, Mapping) else value
        if level is not None and level not in tuple(Level):
            place = f"{where}: {quoted(name)}.{LEVEL_KEY}" if isinstance(value, Mapping) else f"{where}: {quoted(name)}"
            shown = quoted(level) if isinstance(level, str) else kind(level)
            found.append(Problem(place, f"{shown} is no enforcement level.", did_you_mean(level, [*Level])))
            level = None
        sections[name] = Section(Level(level) if level else None, properties)
    return parse(sections, zones, where, rules, found)


def parse(
    sections: Mapping[str, Section],
    zones: Mapping[str, Zone],
    where: str,
    rules: Sequence[Rule] = RULES,
    found: Iterable[Problem] = (),
) -> Configuration:
    """A configuration from its sections; `zones` are those built in. InputError names every fault."""
    faults = list(found)
    never_lowered = {POLICY, *(rule.id for rule in rules if rule.never_exempt)}
    known = [POLICY, *(rule.id for rule in rules)]
    everybody = sections.get(ALL, Section()).level
    levels = {rule.id: Level.MANDATORY for rule in rules}
    for name, section in sections.items():
        if name not in known and name != ALL:
            faults.append(Problem(f"{where}: {quoted(name)}", "There is no such policy.", did_you_mean(name, known)))
            continue
        if name != POLICY:
            faults += (
                Problem(f"{where}: {name}.{quoted(key)}", "There is no such key.", f"Its only key is {LEVEL_KEY}.")
                for key in section.properties
            )
        if name in never_lowered and section.level in (Level.ADVISORY, Level.DISABLED) and section.level != everybody:
            faults.append(
                Problem(
                    f"{where}: {name}.{LEVEL_KEY}",
                    f"{name} can't be lowered to {section.level}.",
                    "Take the level out, or write mandatory.",
                )
            )
    for name in levels:
        level = sections.get(name, Section()).level or everybody
        if level and name not in never_lowered:
            levels[name] = Level.MANDATORY if level is Level.REMEDIATE else level
    properties = sections.get(POLICY, Section()).properties
    if properties and "stacks" not in properties:  # a pack that is configured says who decides, be it each stack itself
        faults.append(
            Problem(f"{where}: {POLICY}.stacks", "It is missing.", f'Add "stacks": [{_AN_ENTRY}], or "stacks": "self".')
        )
    settings = _settings(properties, f"{where}: {POLICY}", faults)
    declared = _zones(settings.zones, zones, f"{where}: {POLICY}.zones", faults)
    faults += _references(settings, declared, rules, f"{where}: {POLICY}")
    if faults:
        raise InputError(*faults)
    return Configuration(declared, settings, levels)


def _settings(properties: Mapping[str, Any], where: str, faults: list[Problem]) -> Settings:
    try:
        return Settings.model_validate(properties)
    except ValidationError as error:
        located = problems(error, Settings, lambda path: f"{where}.{dotted(path)}" if path else where)
        faults += (problem for _, problem in sorted(located, key=lambda item: position(properties, item[0])))
        return Settings()


def _zones(
    given: Mapping[str, Any], built_in: Mapping[str, Zone], where: str, faults: list[Problem]
) -> dict[str, Zone]:
    zones = dict(built_in)
    siblings = {*built_in, *given}
    for name, data in given.items():
        try:
            zone = zones_model.parse(data, f"{where}.{quoted(name)}", siblings=siblings)
        except InputError as error:
            faults += error.problems
            continue
        if zone.zone != name:
            faults.append(
                Problem(f"{where}.{quoted(name)}.zone", f"The key is {quoted(name)}, and the zone in it {zone.zone}.",
                        f"Write the zone under the key {zone.zone}.")
            )  # fmt: skip
        zones[name] = zone
    return zones


def _references(settings: Settings, zones: Mapping[str, Zone], rules: Sequence[Rule], where: str) -> Iterable[Problem]:
    """Names in the configuration that have to be names of something."""
    for index, entry in enumerate(settings.stacks or ()):
        if entry.zone not in (NO_ZONE, *zones, *settings.zones):  # a broken zone has its own faults
            yield Problem(
                f"{where}.stacks[{index}].zone",
                f"There is no zone {quoted(entry.zone)}.",
                did_you_mean(entry.zone, [*zones, NO_ZONE]),
            )
    for identifier, place in settings.places.items():
        if not (facts.region("aws", place) or facts.region("azure", place)):
            known = [region.code for cloud in ("aws", "azure") for region in facts.regions(cloud)]
            close = nearest(place, known)
            yield Problem(
                f"{where}.places.{quoted(identifier)}",
                f"{quoted(place)} is no region of AWS or Azure.",
                f"Did you mean {' or '.join(close)}?" if close else "Write a region such as eu-west-1.",
            )
    controls = {rule.id: rule for rule in rules}
    seen = set()
    for index, exemption in enumerate(settings.exemptions):
        place = f"{where}.exemptions[{index}]"
        rule = controls.get(exemption.control)
        if exemption.control == POLICY or (rule and rule.never_exempt):
            yield Problem(f"{place}.control", f"{exemption.control} can't be exempted.", "Take the exemption out.")
        elif rule is None:
            yield Problem(
                f"{place}.control",
                f"There is no control {quoted(exemption.control)}.",
                did_you_mean(exemption.control, [*controls]),
            )
        if (exemption.control, exemption.urn) in seen:
            yield Problem(place, "The same control and URN stand there twice.", "Keep one of them.")
        seen.add((exemption.control, exemption.urn))


def json_schema(rules: Sequence[Rule] = RULES) -> dict[str, Any]:
    """The JSON schema of the whole configuration file, for editors and for people."""
    level = {"enum": [*Level], "description": "What a finding does."}
    settings = Settings.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
    definitions = settings.pop("$defs", {})
    zone = TypeAdapter(Zone).json_schema(by_alias=True, ref_template="#/$defs/{model}")
    definitions |= zone.pop("$defs", {})
    definitions["Zone"] = zone
    settings["properties"]["zones"]["additionalProperties"] = {"$ref": "#/$defs/Zone"}
    settings["properties"]["stacks"] = {
        "anyOf": [{"const": SELF}, {"type": "array", "items": {"$ref": "#/$defs/StackEntry"}, "minItems": 1}],
        "default": SELF,
        "description": "The first entry that fits decides; self: each stack's own zone counts.",
    }
    settings["dependentRequired"] = {key: ["stacks"] for key in settings["properties"] if key != "stacks"}
    settings["properties"][LEVEL_KEY] = {"enum": [Level.MANDATORY, Level.REMEDIATE]}
    one = {"anyOf": [level, {"type": "object", "properties": {LEVEL_KEY: level}, "additionalProperties": False}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of the policy pack sovereignty",
        "type": "object",
        "properties": {POLICY: settings, ALL: one, **{rule.id: one for rule in rules}},
        "additionalProperties": False,
        "$defs": definitions,
    }
