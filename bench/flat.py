"""Writes the flat twin of a deployed stack: a program that registers the same resources one after the other.

It is what a team would write without components: same classes, same names and values, same references from one
resource to another, same providers, same transforms. All of it is taken from the state of the deployed zone, so the
twin can't drift from it.
"""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.sdk import sdk

ENGINES_OWN = ("pulumi:pulumi:", "pulumi:providers:pulumi")  # the stack, its references and what serves them
RESERVED = {"resource_name", "opts"}  # the SDK's own parameters: an argument of that name has an underscore behind it
PROVIDER = "pulumi:providers:"
TRANSFORM = """
from components.azure.api_versions import without_earlier_versions
from components.tagging import tagged
pulumi.runtime.register_resource_transform(tagged({tags!r}))
pulumi.runtime.register_stack_transformation(without_earlier_versions)
"""


def write(resources: list[dict[str, Any]], folder: Path, tags: Mapping[str, str]) -> int:
    """Writes `__main__.py` into the folder; gives the number of resources that it registers."""
    custom = [r for r in resources if r.get("custom") and not r["type"].startswith(ENGINES_OWN)]
    modules = {_module(r["type"]) for r in custom if not r["type"].startswith(PROVIDER)}
    lines = ["import pulumi", *sorted(_import(m) for m in modules), "import pulumi_aws", "import pulumi_azure_native"]
    lines.append(TRANSFORM.format(tags=dict(tags)))
    names: dict[str, str] = {}
    for number, resource in enumerate(custom):
        names[f"{resource['urn']}::{resource['id']}"] = names[resource["urn"]] = variable = f"r{number}"
        options = []
        if resource.get("provider"):
            options.append(f"provider={names[resource['provider']]}")
        if resource.get("protect"):
            options.append("protect=True")
        needed = [names[urn] for urn in resource.get("dependencies") or () if urn in names]
        if needed:
            options.append(f"depends_on=[{', '.join(needed)}]")
        arguments = ", ".join(
            f"{_snake(key)}={_value(value, resource, key, names)}" for key, value in sorted(_given(resource).items())
        )
        lines.append(
            f"{variable} = {_class(resource['type'])}({resource['urn'].rpartition('::')[2]!r}, {arguments}"
            f"{', ' if arguments else ''}opts=pulumi.ResourceOptions({', '.join(options)}))"
        )
    (folder / "__main__.py").write_text("\n".join(lines) + "\n")
    return len(custom)


def _given(resource: dict[str, Any]) -> dict[str, Any]:
    """The inputs that a program may set; what a provider's Check has added besides is left out."""
    token = resource["type"]
    if token.startswith(PROVIDER):
        allowed = sdk(token.removeprefix(PROVIDER)).provider.inputs
    else:
        allowed = sdk(token.partition(":")[0]).resource(token).inputs
    given = {k: _clean(v) for k, v in resource["inputs"].items() if k in allowed}
    return {k: _decoded(v) for k, v in given.items()} if token.startswith(PROVIDER) else given


def _value(value: Any, resource: dict[str, Any], key: str, names: Mapping[str, str]) -> str:
    """The value as source: a literal, or, where it came from other resources, an output that waits for them."""
    needed = [names[urn] for urn in (resource.get("propertyDependencies") or {}).get(key) or () if urn in names]
    if not needed:
        return repr(value)
    return f"pulumi.Output.all({', '.join(f'{n}.id' for n in needed)}).apply(lambda _: {value!r})"


def _decoded(value: Any) -> Any:
    """A provider's settings stand in the state as JSON text."""
    if isinstance(value, str):
        try:
            return json.loads(value) if value[:1] in ("[", "{") or value in ("true", "false") else value
        except ValueError:
            return value
    return value


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _clean(v) for k, v in value.items() if not k.startswith("__")}
    return [_clean(v) for v in value] if isinstance(value, list) else value


def _module(token: str) -> str:
    return sdk(token.partition(":")[0]).index[token][0]


def _import(module: str) -> str:
    package, _, name = module.rpartition(".")
    return f"from {package} import {name} as {_alias(module)}" if package else f"import {module}"


def _class(token: str) -> str:
    if token.startswith(PROVIDER):
        return f"pulumi_{token.removeprefix(PROVIDER).replace('-', '_')}.Provider"
    return f"{_alias(_module(token))}.{sdk(token.partition(':')[0]).index[token][1]}"


def _alias(module: str) -> str:
    return module.replace(".", "_")


def _snake(name: str) -> str:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    return f"{snake}_" if keyword.iskeyword(snake) or snake in RESERVED else snake
