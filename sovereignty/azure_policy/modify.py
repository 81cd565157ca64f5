"""What a definition with the effect modify makes of a resource: the request that then reaches the resource provider.

Tags only: for other fields the outcome rests on what each API version takes, which no catalogue here holds.
Source: effect-modify ("Modify evaluation", "Modify operations").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sovereignty.azure_policy import parameters as declarations
from sovereignty.azure_policy import syntax, template
from sovereignty.azure_policy.aliases import AliasCatalogue
from sovereignty.azure_policy.definition import read
from sovereignty.azure_policy.errors import EvaluationFailed
from sovereignty.azure_policy.evaluate import judge
from sovereignty.azure_policy.resource import AzureResource
from sovereignty.azure_policy.scope import Scope


def modified(
    definition: Mapping[str, Any],
    resource: AzureResource,
    parameters: Mapping[str, Any] | None = None,
    *,
    aliases: AliasCatalogue,
    now: datetime | None = None,
) -> AzureResource:
    """The resource as it is made or changed under the definition: the same one where its effect isn't modify, or its
    rule doesn't match. Errors as `evaluate`; EvaluationFailed also for what isn't documented (a tag that is added where
    there is one of another value) or isn't followed here (fields that are no tags)."""
    known = read(definition)
    given = parameters or {}
    if judge(known, resource, given, aliases=aliases, related=(), now=now).effect != "modify":
        return resource
    values = declarations.values(known.declared, given)
    scope = Scope(resource=resource, subject=resource, aliases=aliases, parameters=values, now=now)
    tags = dict(resource.body.get("tags") or {})
    for operation in known.details["operations"]:
        if scope.value(template.expression(operation.get("condition", True))) is True:
            _apply(operation, tags, scope)
    return replace(resource, body={**resource.body, "tags": tags})


def _apply(operation: Mapping[str, Any], tags: dict[str, Any], scope: Scope) -> None:
    name = syntax.tag_name(operation["field"])
    if name is None:
        raise EvaluationFailed(f"{operation['field']} is no tag: what becomes of it isn't followed here")
    # names of tags are the same in any case (Microsoft Learn, "Use tags to organize your Azure resources")
    there = next((tag for tag in tags if tag.lower() == name.lower()), None)
    kind = operation["operation"].lower()
    if kind == "remove":
        tags.pop(there or name, None)
        return
    value = scope.value(template.expression(operation["value"]))
    if kind == "add" and there is not None and tags[there] != value:
        raise EvaluationFailed(f"tag {name} is added where it has another value: what happens isn't documented")
    tags[there or name] = value
