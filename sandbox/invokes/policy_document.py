"""Renders `aws.iam.getPolicyDocument` as the real function does: a text that is the same for the same statements.

Source: the documentation of the Terraform data source aws_iam_policy_document, which pulumi-aws bridges: one value is
written without a list, several actions, resources and principals in descending order; `source` documents come first,
a statement of `override` documents takes the place of the one with its sid.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.cloud import CloudError


def render(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The function's result: its arguments, `id`, `json` (indented) and `minifiedJson`."""
    document: dict[str, Any] = {"Version": arguments.get("version") or "2012-10-17"}
    if arguments.get("policyId"):
        document["Id"] = arguments["policyId"]
    statements: list[dict[str, Any]] = []
    sources = [arguments.get("sourceJson"), *(arguments.get("sourcePolicyDocuments") or [])]
    for text in filter(None, sources):
        statements = _added(statements, _statements_of(text, document), override=False)
    own = [_statement(statement) for statement in arguments.get("statements") or []]
    statements = _added(statements, own, override=False)
    overrides = [arguments.get("overrideJson"), *(arguments.get("overridePolicyDocuments") or [])]
    for text in filter(None, overrides):
        statements = _added(statements, _statements_of(text, document), override=True)
    document["Statement"] = statements
    indented, small = json.dumps(document, indent=2), json.dumps(document, separators=(",", ":"))
    id = str(zlib.crc32(indented.encode()))
    return {**arguments, "version": document["Version"], "id": id, "json": indented, "minifiedJson": small}


def _statements_of(text: str, into: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements of a policy text; its Id and Version are taken over."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise CloudError(f"A source or override policy document is not JSON: {error}") from None
    for key in ("Version", "Id"):
        if document.get(key):
            into[key] = document[key]
    found = document.get("Statement") or []
    return found if isinstance(found, list) else [found]


def _added(statements: list[dict[str, Any]], more: Iterable[dict[str, Any]], *, override: bool) -> list[dict[str, Any]]:
    result = list(statements)
    for statement in more:
        sid = statement.get("Sid")
        same = next((place for place, known in enumerate(result) if sid and known.get("Sid") == sid), None)
        if same is None:
            result.append(statement)
        elif override:
            result[same] = statement
        else:
            raise CloudError(f"Duplicate Sid '{sid}'. Remove the Sid or ensure the Sid is unique.")
    return result


def _statement(given: Mapping[str, Any]) -> dict[str, Any]:
    statement: dict[str, Any] = {"Sid": given["sid"]} if given.get("sid") else {}
    statement["Effect"] = given.get("effect") or "Allow"
    for key, name in (("actions", "Action"), ("notActions", "NotAction")):
        if given.get(key):
            statement[name] = _few(given[key])
    for key, name in (("resources", "Resource"), ("notResources", "NotResource")):
        if given.get(key):
            statement[name] = _few(given[key])
    for key, name in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if given.get(key):
            statement[name] = _principals(given[key])
    if given.get("conditions"):
        statement["Condition"] = _conditions(given["conditions"])
    return statement


def _few(values: Iterable[str]) -> str | list[str]:
    found = sorted(set(values), reverse=True)
    return found[0] if len(found) == 1 else found


def _principals(given: Iterable[Mapping[str, Any]]) -> str | dict[str, Any]:
    merged: dict[str, set[str]] = {}
    for principal in given:
        merged.setdefault(principal["type"], set()).update(principal["identifiers"])
    if merged == {"*": {"*"}}:
        return "*"
    return {kind: _few(merged[kind]) for kind in sorted(merged)}


def _conditions(given: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    merged: dict[str, dict[str, list[str]]] = {}
    for condition in given:
        values = merged.setdefault(condition["test"], {}).setdefault(condition["variable"], [])
        values.extend(value for value in condition["values"] if value not in values)
    return {
        test: {key: values[0] if len(values) == 1 else values for key, values in sorted(variables.items())}
        for test, variables in sorted(merged.items())
    }
