"""What a killed run left open, settled from what the embedded cloud really holds. Pure: plain data in and out.

The engine writes down each operation before it starts it. Killed in the middle, it can't know whether the cloud did
it, and its own `refresh` does not find out: it keeps a pending create, which the next `up` then makes a second time.
The sandbox can look: what was made is adopted, what was not is forgotten.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

# How the engine marks a secret in an exported state: sdk/go/common/resource, SigKey and SecretSig.
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105
# Computed by the stand-in, no input of anybody's.
BOOKKEEPING = "__"


class Held(Protocol):
    """A resource as the embedded cloud holds it."""

    @property
    def id(self) -> str: ...
    @property
    def inputs(self) -> Mapping[str, Any]: ...
    @property
    def outputs(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Settled:
    """One operation, and what became of it."""

    urn: str
    operation: str
    outcome: str


def settle(state: Mapping[str, Any], held: Callable[[str], Iterable[Held]]) -> tuple[dict[str, Any], list[Settled]]:
    """Gives the state without pending operations, and what was found for each.

    state: an exported deployment (with plain secrets: `stack export --show-secrets`).
    held: what the cloud holds for a URN, oldest first; several rows while a resource is being replaced.
    """
    state = copy.deepcopy(dict(state))
    resources: list[dict[str, Any]] = state.get("resources") or []
    report = []
    for operation in state.pop("pending_operations", None) or []:
        resource, kind = operation["resource"], operation["type"]
        rows = {row.id: row for row in held(resource["urn"])}
        if kind == "creating":
            outcome = _create(resources, resource, rows)
        elif kind == "updating":
            outcome = _update(resources, resource, rows)
        elif kind == "deleting":
            outcome = _delete(resources, resource, rows)
        else:  # reading, importing: they change nothing in the cloud
            outcome = "changes nothing in the cloud: forgotten"
        report.append(Settled(resource["urn"], kind, outcome))
    state["resources"] = _in_order(resources)
    return state, report


def _create(resources: list[dict[str, Any]], wanted: dict[str, Any], rows: Mapping[str, Held]) -> str:
    # One that was deleted to make room has often the same id as its successor: it is not known to be there.
    known = {r.get("id") for r in resources if r["urn"] == wanted["urn"] and not r.get("pendingReplacement")}
    made = [row for row in rows.values() if row.id not in known]
    if not made:
        return "was not made: forgotten"
    for older in [r for r in resources if r["urn"] == wanted["urn"]]:
        if older.get("pendingReplacement"):  # deleted already, and kept only until its successor exists
            resources.remove(older)
        else:
            older["delete"] = True
    newest = made[-1]  # one operation makes one; an older one was let go on purpose (`state delete`)
    resources.append(wanted | {"id": newest.id, "outputs": _outputs(wanted, newest)})
    return "was made: adopted"


def _update(resources: list[dict[str, Any]], wanted: dict[str, Any], rows: Mapping[str, Held]) -> str:
    for resource in resources:
        row = rows.get(resource.get("id", ""))
        if resource["urn"] == wanted["urn"] and row and not resource.get("delete"):
            if _plain(row.inputs) != _plain(wanted.get("inputs") or {}):
                return "was not made: forgotten"
            resource |= {"inputs": wanted.get("inputs") or {}, "outputs": _outputs(wanted, row)}
            return "was made: adopted"
    return "its resource is gone: forgotten"


def _delete(resources: list[dict[str, Any]], wanted: dict[str, Any], rows: Mapping[str, Held]) -> str:
    if wanted.get("id") in rows:
        return "was not made: forgotten"
    gone = [r for r in resources if (r["urn"], r.get("id")) == (wanted["urn"], wanted.get("id"))]
    succeeded = any(r["urn"] == wanted["urn"] and r not in gone for r in resources)
    if not succeeded and any(wanted["urn"] in _needs(r) for r in resources):
        # Deleted to make room for its successor, and others stand on it: as the engine itself writes it down.
        for resource in gone:
            resource["pendingReplacement"] = True
    else:
        resources[:] = [r for r in resources if r not in gone]
    return "was made: adopted"


def _outputs(resource: Mapping[str, Any], row: Held) -> dict[str, Any]:
    """The outputs that the cloud holds, with the secrets of the inputs still marked as such."""
    secret = set(resource.get("additionalSecretOutputs") or ())
    inputs = resource.get("inputs") or {}
    outputs = {}
    for name, value in row.outputs.items():
        given = inputs.get(name)
        if name in secret or _holds_secret(given):
            marked = given if _plain(given) == value else None
            outputs[name] = marked or {SIGNATURE: SECRET, "plaintext": json.dumps(value)}
        else:
            outputs[name] = value
    return outputs


def _holds_secret(value: object) -> bool:
    if isinstance(value, dict):
        return value.get(SIGNATURE) == SECRET or any(map(_holds_secret, value.values()))
    return isinstance(value, list) and any(map(_holds_secret, value))


def _plain(value: Any) -> Any:
    """The value without the engine's marks and without a stand-in's bookkeeping, for comparing."""
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            return _plain(json.loads(value["plaintext"])) if "plaintext" in value else value
        return {k: _plain(v) for k, v in value.items() if not k.startswith(BOOKKEEPING)}
    return [_plain(v) for v in value] if isinstance(value, list) else value


def _in_order(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What others need comes before them, as the engine demands; otherwise the order stays."""
    ordered: list[dict[str, Any]] = []
    placed: set[int] = set()
    by_urn: dict[str, list[dict[str, Any]]] = {}
    for resource in resources:
        by_urn.setdefault(resource["urn"], []).append(resource)

    def place(resource: dict[str, Any]) -> None:
        if id(resource) in placed:
            return
        placed.add(id(resource))
        for urn in _needs(resource):
            for other in by_urn.get(urn, ()):
                place(other)
        ordered.append(resource)

    for resource in resources:
        place(resource)
    return ordered


def _needs(resource: Mapping[str, Any]) -> Iterable[str]:
    if parent := resource.get("parent"):
        yield parent
    if provider := resource.get("provider"):
        yield provider.rpartition("::")[0]  # a provider is referred to as URN::id
    yield from resource.get("dependencies") or ()
    for urns in (resource.get("propertyDependencies") or {}).values():
        yield from urns or ()
