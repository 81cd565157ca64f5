"""What is judged: resources as plain data, unknown values marked, and the graph between them.

A plan comes from an engine, a state file or another tool; the readers turn each into these types, so that a rule never
meets an engine. Nothing here copies the data: a resource holds what its reader made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any, Final, NoReturn

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Unknown:
    """A value that the plan can't know yet. There is one: `UNKNOWN`. Ask `value is UNKNOWN` before you use a value."""

    _only: Unknown | None = None

    def __new__(cls) -> Unknown:
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> NoReturn:
        # Silence would let `if value:` pass for "absent" and open what has to stay shut.
        raise TypeError("an unknown value is neither true nor false: ask `is UNKNOWN` first")


UNKNOWN: Final = Unknown()

PROVIDER: Final = "pulumi:providers:"
_VERSIONED_PACKAGE = re.compile(r"^(?P<package>azure-native)_[a-z0-9]+_v\d{8}[a-z0-9]*$")
_VERSIONED_MODULE = re.compile(r"/v\d{8}[a-z0-9]*$")


@lru_cache(maxsize=65536)
def normalise_token(token: str) -> str:
    """The one spelling of a type token, whatever API version its package or module names.

    `azure-native_storage_v20240101:storage:StorageAccount` and `azure-native:storage/v20230101:StorageAccount` are both
    `azure-native:storage:StorageAccount`; `aws:s3:Bucket` is `aws:s3/bucket:Bucket`; providers likewise.
    """
    if token.startswith(PROVIDER):
        return PROVIDER + _package(token.removeprefix(PROVIDER))
    package, separator, rest = token.partition(":")
    module, second, name = rest.partition(":")
    if not separator or not second:
        return token
    package, module = _package(package), _VERSIONED_MODULE.sub("", module)
    if package == "azure-native":
        module = module.lower()
    elif package == "aws" and "/" not in module and module and name:
        module = f"{module}/{name[0].lower()}{name[1:]}"
    return f"{package}:{module}:{name}"


def _package(name: str) -> str:
    versioned = _VERSIONED_PACKAGE.match(name)
    return versioned["package"] if versioned else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The provider instance that a resource is made with. `type` is normalised; `props` are its inputs."""

    type: str
    urn: str = ""
    name: str = ""
    props: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource, as plain data with camelCase keys; `UNKNOWN` may stand anywhere in it.

    `props` are the inputs, `outputs` what is known of the result (empty where only the wish is known).
    `custom` is False for a component, True for what a provider makes, None where the source doesn't say: then a
    resource without a provider is a component, because every engine gives the others one.
    """

    urn: str
    type: str
    token: str
    name: str
    props: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    provider: Provider | None = None
    parent: str = ""
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    external: bool = False
    custom: bool | None = None

    @property
    def package(self) -> str:
        return self.type.partition(":")[0]

    @property
    def module(self) -> str:
        return self.type.split(":")[1].partition("/")[0] if self.type.count(":") > 1 else ""

    @property
    def maker(self) -> str:
        """The package whose provider makes it: its own, unless the program gave it another's."""
        return self.provider.type.removeprefix(PROVIDER) if self.provider else self.package

    @property
    def component(self) -> bool:
        return self.provider is None if self.custom is None else not self.custom

    def result(self, key: str) -> Any:
        """A top-level output, where it is known; else None."""
        value = self.outputs.get(key)
        return None if value is UNKNOWN else value

    def values(self, path: str) -> Iterator[tuple[str, Any]]:
        """Each value at `path` with the path that leads to it: `replicas[].regionName`, `logging.*.bucket`.

        `[]` stands for every element, `*` for every key. What is absent yields nothing; where the way is blocked by an
        unknown, that place is yielded with `UNKNOWN`. A list in the place of an object, or the reverse, is walked all
        the same, because providers flatten lists of one.
        """
        yield from _walk(self.props, path.replace("[]", ".[]").split("."), "")


def _walk(value: Any, steps: list[str], path: str) -> Iterator[tuple[str, Any]]:
    if not steps or value is UNKNOWN:
        if value is not None:
            yield path, value
        return
    step, rest = steps[0], steps[1:]
    if step == "[]" and not isinstance(value, list):
        yield from _walk(value, rest, path)
    elif isinstance(value, list):
        after = rest if step == "[]" else steps
        for index, element in enumerate(value):
            yield from _walk(element, after, f"{path}[{index}]")
    elif isinstance(value, Mapping):
        for key in value if step == "*" else (step,):
            if key in value:
                yield from _walk(value[key], rest, f"{path}.{key}" if path else key)


class Plan:
    """All resources of one stack, and the ways between them. Resources are held in the order of their URNs.

    `places` says where things lie that the stack doesn't hold: an ARN or an Azure resource id -> region or location.
    """

    def __init__(self, resources: Iterable[Resource], places: Mapping[str, str] = NOTHING):
        self.resources = tuple(sorted(resources, key=lambda r: r.urn))
        self.places = places
        self.by_urn: Mapping[str, Resource] = {r.urn: r for r in self.resources}

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)

    def __len__(self) -> int:
        return len(self.resources)

    @cached_property
    def by_type(self) -> Mapping[str, tuple[Resource, ...]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources:
            found.setdefault(resource.type, []).append(resource)
        return {kind: tuple(members) for kind, members in found.items()}

    def of_type(self, *types: str) -> tuple[Resource, ...]:
        return tuple(r for kind in types for r in self.by_type.get(kind, ()))

    def sources(self, resource: Resource, key: str) -> tuple[Resource | None, ...]:
        """What the top-level property `key` was made from; None for a source that the stack doesn't hold."""
        return tuple(self.by_urn.get(urn) for urn in resource.property_dependencies.get(key, ()))
