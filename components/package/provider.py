"""The package's plugin: makes a component when the engine asks for one, and tells a user's mistake as one."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pulumi
from pulumi import provider
from pulumi.errors import InputPropertiesError
from pulumi.provider import server

from components.package import arguments, declared, schema, wire
from components.package.declared import Component
from components.package.served import SERVED
from sovereignty.errors import InputError, Problem
from sovereignty.schema import did_you_mean, quoted

ZONES_VARIABLE = "SOVEREIGN_ZONES_DIR"
"""Names another folder of zone files than the repository's own."""


def zones_folder() -> Path:
    """The folder of the zones that a program may name."""
    return Path(os.environ.get(ZONES_VARIABLE) or declared.COMPONENTS.parent / "zones")


class Package(provider.Provider):
    """Serves the components. A mistake in the arguments is a message without a traceback, and names no value."""

    def __init__(self) -> None:
        text = schema.FILE.read_text(encoding="utf-8")
        super().__init__(schema.version(text), text)
        self.paths = {path.partition(":")[2]: path for path in SERVED}

    def construct(
        self, name: str, resource_type: str, inputs: Mapping[str, Any], options: pulumi.ResourceOptions | None = None
    ) -> provider.ConstructResult:
        component = self._component(resource_type)
        values = arguments.typed(component, inputs, zones_folder())
        module = import_module(component.module)
        made = getattr(module, component.name)(name, getattr(module, component.args_class)(**values), options)
        return provider.ConstructResult(made.urn, dict(_outputs(component, made)))

    def _component(self, resource_type: str) -> Component:
        class_ = resource_type.rpartition(":")[2]
        if class_ not in self.paths:
            right = did_you_mean(class_, [*self.paths])
            raise InputError(Problem(quoted(resource_type), "The package has no such component.", right))
        return declared.component(self.paths[class_])


def _outputs(component: Component, made: pulumi.ComponentResource) -> Mapping[str, Any]:
    values = {wire.camel(field.name): getattr(made, field.name, None) for field in schema.outputs(component)}
    return {name: value for name, value in values.items() if value is not None}


class Servicer(server.ProviderServicer):
    """The SDK's own, which a mistake that only an output brings to light reaches as well: it ends the construction."""

    async def _construct(self, request: Any, context: Any) -> Any:
        try:
            return await super()._construct(request, context)
        except (InputError, pulumi.RunError) as told:
            # what only an output brings to light comes as a RunError with the mistake behind it; as one text, since the
            # engine would print the value of a property that is named apart
            mistake = told.__cause__ if isinstance(told, pulumi.RunError) else told
            text = str(arguments.named(mistake, request.type) if isinstance(mistake, InputError) else told)
            raise InputPropertiesError(text, []) from None


def main() -> None:
    server.ProviderServicer = Servicer
    provider.main(Package(), sys.argv[1:])
