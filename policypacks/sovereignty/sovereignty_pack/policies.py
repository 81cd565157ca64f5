"""The rules as Pulumi's policies: names, levels, metadata, configuration schema. What judges is the analyzer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    ResourceValidationPolicy,
    Severity,
    StackValidationPolicy,
)

from sovereignty.pack_configuration import LEVEL_KEY, POLICY, json_schema
from sovereignty.rules.rule import Rule

Validate = Callable[[Any, Any], None]


def served_by_our_analyzer(_arguments: Any, _report: Any) -> None:
    """Pulumi's own server would call this; it knows neither our configuration nor to refuse what is unknown."""
    raise RuntimeError("this policy is judged by the analyzer in sovereignty_pack.analyzer, not by the SDK's server")


def of_rule(rule: Rule, validate: Validate = served_by_our_analyzer) -> Policy:
    """A rule that judges single resources is a resource policy, also where it speaks of the stack as well."""
    kind = ResourceValidationPolicy if rule.resource_judge else StackValidationPolicy
    return kind(
        name=rule.id,
        description=f"{rule.title}.",
        validate=validate,
        enforcement_level=EnforcementLevel.MANDATORY,
        display_name=rule.title,
        severity=Severity(rule.severity.value),
        framework=PolicyComplianceFramework(
            name=rule.framework.name,
            version=rule.framework.version,
            reference=rule.framework.reference,
            specification=rule.framework.specification,
        ),
        tags=[rule.id.partition(".")[0]],
        remediation_steps=rule.mend,
        url=rule.url,
    )


def of_pack(rules: Sequence[Rule], validate: Validate = served_by_our_analyzer) -> Policy:
    """The policy under which the pack speaks of itself: the stack's zone, and what is wrong with the configuration."""
    properties = dict(json_schema(rules)["properties"][POLICY]["properties"])
    properties.pop(LEVEL_KEY)
    return StackValidationPolicy(
        name=POLICY,
        description="The stack has a zone, and the pack is in order.",
        validate=validate,
        enforcement_level=EnforcementLevel.MANDATORY,
        display_name="The stack has a zone, and the pack is in order",
        severity=Severity.CRITICAL,
        config_schema=PolicyConfigSchema({key: _shape(schema) for key, schema in properties.items()}),
        tags=["governance"],
        remediation_steps="Name the stack in the pack's configuration (`stacks`), or mend what the message names.",
        url="docs/rules/sovereignty.md",
    )


def declare(rules: Sequence[Rule]) -> list[Policy]:
    return [of_pack(rules), *(of_rule(rule) for rule in rules)]


def _shape(schema: dict[str, Any]) -> dict[str, Any]:
    """For forms only: the engine's own checks of a type would come before ours, which name the place and the remedy."""
    return {key: schema[key] for key in ("title", "description") if key in schema}
