"""Ids and ARNs for types that no table covers: of the form that the SDK's documentation shows in its import example."""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.facts import table
from sandbox.sdk import ResourceType
from sandbox.templates import render

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PREFIXED = re.compile(r"([a-z]+(?:-[a-z]+)*-)[0-9a-f]{8,17}")


def _name(known: Mapping[str, Any], named_by: str | None) -> str:
    """The resource's name, else one after its name in the program."""
    return str((named_by and known.get(named_by)) or render("{logical}-{hex:8}", known))


def id_like(example: str | None, known: Mapping[str, Any], named_by: str | None) -> str | None:
    """An id of the example's form; None where the id is the ARN."""
    example = example or ""
    if example.startswith("arn:"):
        return None
    if prefixed := _PREFIXED.fullmatch(example):
        return prefixed[1] + str(render("{hex:17}", {}))
    if _UUID.fullmatch(example):
        return str(render("{uuid}", {}))
    if re.fullmatch(r"\d{12}", example):
        return str(known["account"])
    if any(re.fullmatch(partition["regions"], example) for partition in table("aws_partitions")["partitions"].values()):
        return str(known["region"])
    return _name(known, named_by)


def arn_like(kind: ResourceType, known: Mapping[str, Any], named_by: str | None) -> str:
    """A template for an ARN of the example's form, else of the commonest one."""
    parts = (kind.import_example or "").split(":", 5)
    name = _name(known, named_by).replace("{", "").replace("}", "")
    region = "{region}" if "region" in kind.inputs else ""
    if len(parts) < 6 or parts[0] != "arn" or not re.fullmatch(r"[a-z0-9-]+", parts[2]):
        module, _, rest = kind.token.partition(":")[2].partition("/")
        service = table("aws_services")["services"].get(module, module)
        return f"arn:{{partition}}:{service}:{region}:{{account}}:{rest.split(':')[0].lower()}/{name}"
    *head, last = re.split(r"([/:])", parts[5])
    if _UUID.fullmatch(last):
        name = "{uuid}"
    elif prefixed := _PREFIXED.fullmatch(last):
        name = prefixed[1] + "{hex:17}"
    middle = "".join(head).replace("{", "").replace("}", "")
    return f"arn:{{partition}}:{parts[2]}:{region if parts[3] else ''}:{'{account}' if parts[4] else ''}:{middle}{name}"
