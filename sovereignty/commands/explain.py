"""`sovereignty explain`: whether one call, or one place, is allowed; which control decides; which documents say so."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sovereignty.commands.inputs import landed
from sovereignty.errors import InputError, Problem
from sovereignty.explanation.explained import Explanation
from sovereignty.explanation.explained import as_json as to_json
from sovereignty.iam.request import Value


@dataclass(frozen=True)
class Asked:
    """What the command line asks; either an action or a resource type."""

    action: str | None = None
    region: str | None = None
    principal: str | None = None
    resource: str | None = None
    context: Sequence[str] = ()
    resource_type: str | None = None
    location: str | None = None


def run(name: str, asked: Asked, stack: Path | None, zones_dir: Path | None, as_json: bool) -> bool:
    """Prints the explanation; True where it is a refusal."""
    _check(asked)
    zone, deployment = landed(name, zones_dir, stack)
    if asked.action is not None and asked.region is not None:
        # each cloud's evaluator is loaded only where it is asked
        from sovereignty.explanation.aws import call

        found = call(
            zone,
            deployment,
            asked.action,
            asked.region,
            principal=asked.principal,
            resource=asked.resource,
            context=_context(asked.context),
        )
    else:
        from sovereignty.explanation.azure import place

        found = place(zone, deployment, asked.resource_type or "", asked.location or "")
    if as_json:
        print(json.dumps(to_json(found), indent=2))  # noqa: T201
    else:
        print(_told(found))  # noqa: T201
    return not found.answer.allowed


def _check(asked: Asked) -> None:
    on_aws = asked.action is not None or asked.region is not None
    on_azure = asked.resource_type is not None or asked.location is not None
    if on_aws is on_azure:
        found = "It explains a call of AWS, or a place on Azure."
        right = "Give --action and --region, or --resource-type and --location."
        raise InputError(Problem("explain", found, right))
    first, second, one, other = ("--action", "--region", asked.action, asked.region)
    if on_azure:
        first, second, one, other = ("--resource-type", "--location", asked.resource_type, asked.location)
    if one is None or other is None:
        given, missing = (first, second) if other is None else (second, first)
        raise InputError(Problem("explain", f"{given} needs {missing}.", f"Add {missing}."))


def _context(pairs: Sequence[str]) -> Mapping[str, Value]:
    found: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            right = "Write prefix:Name=value, such as kms:ReplicaRegion=us-east-1; twice for a key of several values."
            raise InputError(Problem("--context", "It has no =.", right))
        found[key] = (*found.get(key, ()), value)
    return {key: values[0] if len(values) == 1 else values for key, values in found.items()}


def _told(found: Explanation) -> str:
    answer = found.answer
    lines = [f"{'allowed' if answer.allowed else 'refused'}: {found.asked}"]
    lines.append(f"  {answer.control + ': ' if answer.control else ''}{answer.reason}")
    lines += [f"  {said.path}: {said.sid or 'nothing in it allows it'}" for said in found.documents]
    if not answer.allowed and not found.documents:
        lines.append("  No compiled document refuses it.")
    if found.assumed:
        lines.append(f"  {found.assumed}")
    return "\n".join(lines)
