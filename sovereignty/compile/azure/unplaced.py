"""What a new subscription may do before somebody has placed it in a zone: nothing but be given roles and policies.

No zone is known yet, so every resource is refused, in every location. Left out are the subscription itself, whose tags
and placement are requests of their own, and Microsoft.Authorization, or its owner could give nobody access.
Source: Azure Policy, "Policy definition structure: basics" (mode All).
"""

from __future__ import annotations

from typing import Any

from sovereignty.compile.azure.assignments import REGION
from sovereignty.compile.azure.initiative import CATEGORY, VERSION
from sovereignty.compile.azure.language import all_of, is_not

NAME = "sovereign-unplaced"
"""Of the definition and of its assignment: at a management group Azure takes 24 characters."""
_MESSAGE = "Place the subscription in a zone's management group first: until then nothing can be made in it."


def definition_body() -> dict[str, Any]:
    """The definition as `Microsoft.Authorization/policyDefinitions` takes it."""
    return {
        "name": NAME,
        "properties": {
            "displayName": "A subscription without a zone holds nothing",
            "description": _MESSAGE,
            "policyType": "Custom",
            "mode": "All",
            "metadata": {"category": CATEGORY, "control": REGION, "version": VERSION},
            "policyRule": {
                "if": all_of(
                    {"field": "type", "notLike": "Microsoft.Authorization/*"},
                    is_not("type", "Microsoft.Resources/subscriptions"),
                ),
                "then": {"effect": "deny"},
            },
        },
    }


def message() -> str:
    """What whoever is refused is told."""
    return f"{_MESSAGE} ({REGION})"
