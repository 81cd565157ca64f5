"""A stack's state, as `pulumi stack export` writes it, as a plan: what stands in the cloud now.

Source: pulumi/pulumi, sdk/go/common/apitype (UntypedDeployment, DeploymentV3, ResourceV3, OperationV2), and
sdk/go/common/resource/sig (marks of special values).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType
from typing import Any, Final, TypeGuard

from sovereignty.documents import shown_path
from sovereignty.errors import InputError, Problem
from sovereignty.plan import PROVIDER, UNKNOWN, Plan, Provider, Resource, normalise_token

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (the mark, not a secret)
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_REFERENCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
_UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_VERSION: Final = 3
_MAKING: Final = ("creating", "importing", "reading")
_RIGHT = "Write it with `pulumi stack export --file FILE`."


def load(path: Path) -> Plan:
    """The plan of an exported state. InputError for what is no such file. Secrets that are encrypted are unknown."""
    where = shown_path(path)
    try:
        exported = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(Problem(where, f"The file can't be read: {error.strerror}.", _RIGHT)) from None
    except (ValueError, RecursionError):
        raise InputError(Problem(where, "The file is not JSON.", _RIGHT)) from None
    deployment = exported.get("deployment") if isinstance(exported, Mapping) else None
    if not isinstance(exported, Mapping) or not isinstance(deployment, Mapping):
        raise InputError(Problem(where, "This is no exported state: it has no `deployment`.", _RIGHT))
    version = exported.get("version")
    if version not in (_VERSION, _VERSION + 1):
        found = "The state is of a version that this release doesn't read."
        raise InputError(Problem(f"{where}: version", found, f"Versions {_VERSION} and {_VERSION + 1} are read."))
    rows = deployment.get("resources") or []
    if not isinstance(rows, list) or not all(_is_resource(row) for row in rows):
        raise InputError(Problem(f"{where}: deployment.resources", "This is no list of resources.", _RIGHT))
    rows = [*rows, *_being_made(deployment, where, {row["urn"] for row in rows})]
    for row in rows:
        if fault := _fault(row):
            shown = row["urn"].encode("unicode_escape").decode()
            raise InputError(Problem(f"{where}: {shown}: {fault}", "It is not of the kind that a state has.", _RIGHT))
    try:
        return Plan(_resources(rows))
    except RecursionError:
        raise InputError(Problem(where, "The state is nested too deeply to be read.", _RIGHT)) from None


def _being_made(deployment: Mapping[str, Any], where: str, known: set[str]) -> Iterator[Mapping[str, Any]]:
    """What an interrupted run was making: it may stand there already, though no resource of the state says so."""
    pending = deployment.get("pending_operations") or []
    if not isinstance(pending, list) or not all(isinstance(row, Mapping) for row in pending):
        raise InputError(Problem(f"{where}: deployment.pending_operations", "This is no list of operations.", _RIGHT))
    for operation in pending:
        row = operation.get("resource")
        if operation.get("type") not in _MAKING:
            continue
        if not _is_resource(row):
            found = "An operation has no resource."
            raise InputError(Problem(f"{where}: deployment.pending_operations", found, _RIGHT))
        if row["urn"] not in known:
            known.add(row["urn"])
            yield row


def _is_resource(row: Any) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(row, Mapping) and isinstance(row.get("urn"), str) and isinstance(row.get("type"), str)


def _fault(row: Mapping[str, Any]) -> str:
    """The first key whose value is of another kind than the engine writes; empty where all are."""
    for key in ("id", "provider", "parent"):
        if not isinstance(row.get(key, ""), (str, NoneType)):
            return key
    if not _is_texts(row.get("dependencies")):
        return "dependencies"
    by_property = row.get("propertyDependencies")
    if not isinstance(by_property, (Mapping, NoneType)) or not all(map(_is_texts, (by_property or {}).values())):
        return "propertyDependencies"
    return ""


def _is_texts(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def _resources(rows: list[Mapping[str, Any]]) -> Iterator[Resource]:
    providers = {
        f"{row['urn']}::{row.get('id', '')}": Provider(
            type=normalise_token(row["type"]),
            urn=row["urn"],
            name=row["urn"].rpartition("::")[2],
            props=_mapping(row.get("inputs")),
        )
        for row in rows
        if row["type"].startswith(PROVIDER)
    }
    for row in rows:
        yield Resource(
            urn=row["urn"],
            token=row["type"],
            type=normalise_token(row["type"]),
            name=row["urn"].rpartition("::")[2],
            props=_mapping(row.get("inputs")),
            outputs=_mapping(row.get("outputs")),
            provider=providers.get(row.get("provider") or ""),
            parent=row.get("parent") or "",
            dependencies=tuple(row.get("dependencies") or ()),
            property_dependencies={
                key: tuple(urns or ()) for key, urns in (row.get("propertyDependencies") or {}).items()
            },
            external=bool(row.get("external")),
            custom=bool(row.get("custom")),
        )


def _mapping(value: object) -> dict[str, Any]:
    return {str(key): _plain(inner) for key, inner in value.items()} if isinstance(value, Mapping) else {}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        mark = value.get(_SIGNATURE)
        if mark in (_SECRET, _OUTPUT):
            return _opened(value)
        if mark == _REFERENCE:
            return _plain(value["id"]) if "id" in value else UNKNOWN
        return {key: _plain(inner) for key, inner in value.items() if key != _SIGNATURE}
    return UNKNOWN if value == _UNKNOWN_TEXT else value


def _opened(value: Mapping[str, Any]) -> Any:
    """A secret's value where the export shows it (as JSON in `plaintext`, or as it is in `value`), else unknown."""
    if "plaintext" in value:
        try:
            return _plain(json.loads(value["plaintext"]))
        except (TypeError, ValueError):
            return UNKNOWN
    return _plain(value["value"]) if "value" in value else UNKNOWN
