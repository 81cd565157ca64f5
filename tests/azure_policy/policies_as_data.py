"""Definitions, resources and aliases for these tests, in Microsoft's shapes."""

from __future__ import annotations

from typing import Any

from sovereignty.azure_policy.aliases import AliasCatalogue
from sovereignty.azure_policy.evaluate import Evaluation, evaluate
from sovereignty.azure_policy.resource import AzureResource

TEST = "Microsoft.Test/resourceType"
STORAGE = "Microsoft.Storage/storageAccounts"
GROUP = "Microsoft.Network/networkSecurityGroups"

ALIASES = AliasCatalogue(
    {
        TEST: {
            f"{TEST}/{name}": f"properties.{name}"
            for name in (
                "property",
                "other",
                "days",
                "location",
                "missingArray",
                "missingArray[*]",
                "missingArray[*].property",
                "stringArray",
                "stringArray[*]",
                "objectArray[*]",
                "objectArray[*].property",
                "objectArray[*].nestedArray",
                "objectArray[*].nestedArray[*]",
            )
        },
        STORAGE: {f"{STORAGE}/sku.name": "sku.name"},
        GROUP: {
            f"{GROUP}/securityRules[*]": "properties.securityRules[*]",
            f"{GROUP}/securityRules[*].access": "properties.securityRules[*].properties.access",
            f"{GROUP}/securityRules[*].direction": "properties.securityRules[*].properties.direction",
            f"{GROUP}/securityRules[*].destinationPortRange": (
                "properties.securityRules[*].properties.destinationPortRange"
            ),
            f"{GROUP}/securityRules[*].priority": "properties.securityRules[*].properties.priority",
        },
    }
)


def definition(condition: dict[str, Any], effect: str = "deny", **parts: Any) -> dict[str, Any]:
    """`details` goes to the effect, everything else beside the rule."""
    then: dict[str, Any] = {"effect": effect}
    if "details" in parts:
        then["details"] = parts.pop("details")
    return {"properties": {"mode": "All", "policyRule": {"if": condition, "then": then}, **parts}}


def resource(**properties: Any) -> AzureResource:
    return AzureResource.of(TEST, properties=properties, location="westeurope")


def judged(condition: dict[str, Any], on: AzureResource | None = None, **options: Any) -> Evaluation:
    return evaluate(definition(condition), on or resource(), aliases=ALIASES, **options)


def matches(condition: dict[str, Any], on: AzureResource | None = None, **options: Any) -> bool:
    return judged(condition, on, **options).matched


def says(expression: Any, equals: Any, on: AzureResource | None = None, **options: Any) -> bool:
    """Whether an expression has that value (a string that begins with a bracket is escaped as policies do)."""
    if isinstance(equals, str) and equals.startswith("["):
        equals = f"[{equals}"
    return matches({"value": expression, "equals": equals}, on, **options)
