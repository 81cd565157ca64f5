"""A policy that deploys: its template is read where it makes nothing but settings of what the policy looks at.

Only a template of plain values is read, with the keys that are named here and no others: one that nests, links, loops
or takes parameters brings other resources as data, and stays undetermined. Source: Azure Policy, "deployIfNotExists
effect"; ARM templates, "Understand the structure and syntax of ARM templates".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sovereignty.plan import Resource
from sovereignty.rules.placement import members

_TABLE = "azure_placement"
PATH = "policyRule.then.details.deployment.location"
_KEY = "deployment"
_RESOURCE = {"type", "apiVersion", "name", "properties"}
_EXPRESSION = "["


def place(resource: Resource) -> str | None:
    """Where the one deployment of a policy definition runs; None where it is not read."""
    rule = resource.props.get("policyRule")
    deployment = _mapping(rule, "then", "details", _KEY)
    if deployment is None or _count(rule) != 1:
        return None
    location, properties = deployment.get("location"), _mapping(deployment, "properties")
    template = _mapping(properties, "template")
    if not isinstance(location, str) or location.startswith(_EXPRESSION) or template is None:
        return None
    made = template.get("resources")
    plain = (
        deployment.keys() <= {"location", "properties"}
        and (properties or {}).keys() <= {"mode", "template"}
        and template.keys() <= {"$schema", "contentVersion", "resources"}
        and isinstance(made, list)
        and bool(made)
    )
    return location if plain and all(map(_is_setting, made or ())) else None


def _is_setting(made: Any) -> bool:
    """Whether it lives where what it belongs to lives, as a diagnostic setting does."""
    if not isinstance(made, Mapping) or not made.keys() <= _RESOURCE:
        return False
    return str(made.get("type")).lower() in members(_TABLE, "deployed_settings")


def _mapping(value: Any, *path: str) -> Mapping[str, Any] | None:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else None


def _count(value: Any) -> int:
    """How often a key of that name stands in a document, in any case."""
    if isinstance(value, Mapping):
        return sum((str(name).lower() == _KEY) + _count(part) for name, part in value.items())
    if isinstance(value, list):
        return sum(map(_count, value))
    return isinstance(value, str) and f'"{_KEY}"' in value.lower()
