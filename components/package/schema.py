"""The package's schema, by which other languages know its components. Written from what the components declare.

The written file (`schema.json`) is what is served, so that nothing is imported to answer; a test holds it in step.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.fields import FieldInfo

from components.package import wire
from components.package.declared import COMPONENTS, Component, Field, component
from components.package.served import NAME, SERVED
from sovereignty.deployment import Deployment
from sovereignty.documents import read_yaml
from sovereignty.zone import Retention

FILE = COMPONENTS / "package" / "schema.json"
_REPOSITORY = COMPONENTS.parent
_ZONE = "The zone's name: that of its file in the folder of zones."
_DEPLOYMENT = "Where the zone lands: the keys of a zone's stack file, without their namespace."
_RETENTION = "How long locked data is kept; archiveAfterDays left out: it stays in the tier it was written to."
_LANGUAGES = ("csharp", "go", "java", "nodejs", "python")


def schema() -> dict[str, Any]:
    """The schema as the components' sources have it now. UnservedTypeError where one takes what can't be served."""
    components = [component(path) for path in SERVED]
    project = tomllib.loads((_REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "name": NAME,
        "version": project["version"],
        "displayName": "Sovereign Zones",
        "description": "Components of a residency zone, each safe as a whole.",
        "license": project["license"],
        "keywords": ["category/infrastructure", "kind/component"],
        # each language asks for the version that it was made from
        "language": {language: {"respectSchemaVersion": True} for language in _LANGUAGES},
        "types": {f"{NAME}:index:Deployment": _deployment(), f"{NAME}:index:Retention": _retention()},
        "resources": {each.token: _resource(each) for each in sorted(components, key=lambda each: each.token)},
    }


def text() -> str:
    """The schema as its file has it."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def version(written: str) -> str:
    """The package's version, from the schema's text."""
    return str(json.loads(written)["version"])


def outputs(of: Component) -> Iterator[Field]:
    """What the component gives to programs of other languages: values, and not the objects that it is made of."""
    return (field for field in of.outputs if field.annotation.startswith("pulumi.Output[") or _is_value(field))


def _is_value(field: Field) -> bool:
    try:
        return wire.of(field.annotation).kind in ("string", "integer", "boolean", "array", "object")
    except wire.UnservedTypeError:
        return False


def _resource(of: Component) -> dict[str, Any]:
    arguments = {wire.camel(field.name): (field, wire.of(field.annotation)) for field in of.arguments}
    given = {wire.camel(field.name): (field, wire.of(field.annotation)) for field in outputs(of)}
    return {
        "isComponent": True,
        "description": of.doc,
        "inputProperties": {name: _property(type_, field.doc) for name, (field, type_) in arguments.items()},
        "requiredInputs": [
            name for name, (field, type_) in arguments.items() if field.default is None and not type_.optional
        ],
        "properties": {name: _property(type_, field.doc, out=True) for name, (field, type_) in given.items()},
        "required": [name for name, (field, _) in given.items() if field.required],
    }


def _property(type_: wire.Type, doc: str = "", *, out: bool = False) -> dict[str, Any]:
    shape: dict[str, Any]
    match type_.kind:
        case "zone":
            shape, doc = {"type": "string"}, doc or _ZONE
        case "deployment":
            shape, doc = {"$ref": f"#/types/{NAME}:index:Deployment"}, doc or _DEPLOYMENT
        case "retention":
            shape, doc = {"$ref": f"#/types/{NAME}:index:Retention"}, doc or _RETENTION
        case "array" if type_.item:
            shape = {"type": "array", "items": _property(type_.item, out=out)}
        case "object" if type_.item:
            shape = {"type": "object", "additionalProperties": _property(type_.item, out=out)}
        case simple:
            shape = {"type": simple}
    if type_.values:
        doc = f"{doc} One of {', '.join(type_.values)}.".strip()
    plain = {"plain": True} if type_.plain and not out else {}
    return {**shape, **plain, **({"description": doc} if doc else {})}


def _deployment() -> dict[str, Any]:
    """The keys of a stack file; what each means is said in Pulumi.yaml. The zone stands beside it."""
    project = read_yaml(_REPOSITORY / "Pulumi.yaml")
    config: Mapping[str, Any] = project.get("config", {}) if isinstance(project, Mapping) else {}
    fields = {field.alias or name: field for name, field in Deployment.model_fields.items() if name != "zone"}
    return {
        "type": "object",
        "description": _DEPLOYMENT,
        "properties": {
            name: {**_key(field), "plain": True, "description": config.get(name, {}).get("description", "")}
            for name, field in fields.items()
        },
    }


def _key(field: FieldInfo) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string", "plain": True}} if field.default == () else {"type": "string"}


def _retention() -> dict[str, Any]:
    described = {
        "mode": ("string", "COMPLIANCE: nobody shortens it. GOVERNANCE: those with a permission of its own may."),
        "years": ("integer", "Years, counted from each version's writing."),
        "archive_after_days": ("integer", "Days after which data moves to the archive tier."),
    }
    return {
        "type": "object",
        "description": _RETENTION,
        "properties": {
            wire.camel(name): {"type": described[name][0], "plain": True, "description": described[name][1]}
            for name in Retention.model_fields
        },
        "required": [wire.camel(name) for name, field in Retention.model_fields.items() if field.is_required()],
    }
