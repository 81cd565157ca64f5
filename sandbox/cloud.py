"""What the two stand-ins have in common, and what each must say for itself."""

import hashlib
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sandbox.facts import covered
from sandbox.sdk import (
    Anything,
    Blob,
    Enumeration,
    ListOf,
    MapOf,
    ObjectOf,
    OneOf,
    ResourceType,
    Scalar,
    Sdk,
    Type,
    sdk,
)
from sandbox.store import Name, Row, Store
from sandbox.validate import Failure


class CloudError(Exception):
    """What the cloud would answer; shown to the user as it is."""


@dataclass(frozen=True)
class Naming:
    """What the engine says about automatic names: a proposed name and whether it must be taken; or none at all."""

    seed: bytes
    disabled: bool = False
    proposed: str | None = None

    def suffix(self, digits: int, urn: str) -> str:
        """Hexadecimal digits that one seed always gives to one URN."""
        source = hashlib.sha256(self.seed + urn.encode()) if self.seed else hashlib.sha256(secrets.token_bytes(16))
        return source.hexdigest()[:digits]


@dataclass(frozen=True)
class Made:
    """A resource as the cloud makes it: its row and the names that it takes.

    `taken` is what the cloud says where the id is there already; `put`: it says nothing and overwrites.
    """

    row: Row
    names: tuple[Name, ...]
    taken: str
    put: bool = False


class Cloud(ABC):
    """One provider's cloud, as one configured provider sees it."""

    package: str

    def __init__(self, store: Store):
        self.store = store
        self.config: Mapping[str, Any] = {}

    @property
    def sdk(self) -> Sdk:
        return sdk(self.package)

    def facts(self, kind: ResourceType) -> Mapping[str, Any]:
        """What the table says of a type; empty for one that it does not cover."""
        return covered(self.package).get(kind.token, {})

    # Configuration

    @abstractmethod
    def check_config(self, config: Mapping[str, Any]) -> list[Failure]:
        """Faults of a provider's configuration beyond those of type."""

    @abstractmethod
    def configure(self, config: Mapping[str, Any]) -> None:
        """Takes a configuration. Raises CloudError where the cloud would not let it in."""

    # Check

    @abstractmethod
    def fill(
        self, kind: ResourceType, inputs: dict[str, Any], olds: Mapping[str, Any], urn: str, naming: Naming
    ) -> None:
        """Adds to inputs what the real provider adds."""

    @abstractmethod
    def judge(self, kind: ResourceType, inputs: Mapping[str, Any]) -> list[Failure]:
        """Faults beyond those of type, which the real provider finds in Check."""

    # Life of a resource

    @abstractmethod
    def make(self, kind: ResourceType, urn: str, inputs: Mapping[str, Any]) -> Made:
        """A new resource. Raises CloudError."""

    def change(self, kind: ResourceType, row: Row, inputs: Mapping[str, Any]) -> Row:
        """A resource with new inputs; what the cloud gave it and nobody asked for stays."""
        return replace(row, inputs=dict(inputs), outputs=merged(_without(row.outputs, row.inputs), inputs))

    def judge_update(self, kind: ResourceType, row: Row, inputs: Mapping[str, Any]) -> None:
        """Raises CloudError where the cloud would refuse an update."""
        return

    def judge_delete(self, kind: ResourceType, row: Row) -> None:
        """Raises CloudError where the cloud would refuse a deletion."""
        return

    def swept(self, row: Row) -> list[Row]:
        """What goes with a resource when it is deleted, itself included."""
        return [row]

    def outliving(self, row: Row) -> tuple[Name, ...]:
        """The names that stay taken after a deletion."""
        return ()

    @abstractmethod
    def scope(self, kind: ResourceType, inputs: Mapping[str, Any]) -> str:
        """Where an id of this type is unique."""

    @abstractmethod
    def find(self, kind: ResourceType, id: str, inputs: Mapping[str, Any]) -> Row | None:
        """The resource with an id, as this provider sees it."""

    # Differences

    @abstractmethod
    def replaces(self, kind: ResourceType, path: str) -> bool:
        """Whether a change at a property path makes a new resource."""

    @abstractmethod
    def same_place(self, kind: ResourceType, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        """Whether a resource with `new` inputs can't be made while the one with `old` is there."""

    def same(self, kind: ResourceType, path: str, old: Any, new: Any) -> bool:
        """Whether two values mean the same to the cloud."""
        return old == new

    def autonamed(self, kind: ResourceType) -> str | None:
        """The input that gets a name of its own where none is given."""
        return None


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid upon `under`, object by object."""
    both = {key: merged(under[key], over[key]) for key in over if _objects(under.get(key), over[key])}
    return {**under, **over, **both}


def _without(outputs: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Outputs without what inputs gave, object by object."""
    return {
        key: _without(value, inputs[key]) if _objects(value, inputs.get(key)) else value
        for key, value in outputs.items()
        if key not in inputs or _objects(value, inputs[key])
    }


def _objects(*values: Any) -> bool:
    return all(isinstance(value, Mapping) for value in values)


def covers(paths: Iterable[str], path: str) -> bool:
    """Whether a property path is one of `paths` or lies inside one; list places do not count (`rules[0].id`)."""
    bare = re.sub(r"\[\d+\]", "", path)
    return any(bare == known or bare.startswith((f"{known}.", f"{known}[")) for known in paths)


def promised(kind: ResourceType, known: Mapping[str, Any]) -> dict[str, Any]:
    """A value for each output that the SDK says is always there and that nothing more exact is known of."""
    return {
        name: _filler(output.type)
        for name, output in kind.outputs.items()
        if output.required and name not in known and name not in kind.inputs
    }


def _filler(wanted: Type) -> Any:
    match wanted:
        case Scalar("string") | Anything() | Blob():
            return ""
        case Scalar("boolean"):
            return False
        case Scalar():
            return 0
        case Enumeration(values=values):
            return values[0] if values else ""
        case ListOf():
            return []
        case MapOf():
            return {}
        case OneOf(options):
            return _filler(options[0])
        case ObjectOf():
            return {name: _filler(item.type) for name, item in wanted.properties.items() if item.required}
        case _:
            return None
