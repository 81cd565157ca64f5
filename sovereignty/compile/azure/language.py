"""Conditions of Azure Policy's language, and what a definition of ours is made of.

An alias is absent on every other resource type, and an absent value fits each `not…` condition: so a rule begins with
its type. Only `field: location` is compared as Azure compares places; any other place is stripped and lowered first.
Source: Azure Policy, "Policy definition structure: policy rule" and "Author policies for array properties".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Condition = dict[str, Any]
Effect = Literal["Deny", "Audit", "AuditIfNotExists", "Modify", "DeployIfNotExists"]
Mode = Literal["All", "Indexed"]


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A definition of the zone's own. `message` says what to do to whoever is refused; `details` are of its effect.

    `confidential`: it binds only where a zone asks for confidential computing, and reports otherwise. `mode`: All, or
    children would not be seen; Indexed for tags, since it passes over what takes none.
    """

    name: str
    control: str
    title: str
    message: str
    when: Condition
    effect: Effect = "Deny"
    details: Condition = field(default_factory=dict)
    confidential: bool = False
    mode: Mode = "All"


def of_type(resource_type: str) -> Condition:
    return {"field": "type", "equals": resource_type}


def all_of(*conditions: Condition) -> Condition:
    return conditions[0] if len(conditions) == 1 else {"allOf": list(conditions)}


def any_of(*conditions: Condition) -> Condition:
    return conditions[0] if len(conditions) == 1 else {"anyOf": list(conditions)}


def none_of(*conditions: Condition) -> Condition:
    return {"not": any_of(*conditions)}


def exists(alias: str) -> Condition:
    return {"field": alias, "exists": True}


def absent(alias: str) -> Condition:
    return {"field": alias, "exists": False}


def no_id(alias: str) -> Condition:
    """No resource id there: `exists` on a member of an array is not defined for an array without members."""
    return {"field": alias, "notLike": "/*"}


def equals(alias: str, value: object) -> Condition:
    return {"field": alias, "equals": value}


def is_not(alias: str, value: object) -> Condition:
    """Something else, or absent."""
    return {"field": alias, "notEquals": value}


def none_in(alias: str, values: Sequence[str]) -> Condition:
    """None of these, or absent."""
    return {"field": alias, "notIn": list(values)}


def outside(alias: str, locations: Sequence[str]) -> Condition:
    """The place that a property names is none of these; an absent one names none."""
    return all_of(exists(alias), _place(f"field('{alias}')", locations))


def any_outside(array: str, member: str, locations: Sequence[str]) -> Condition:
    """A member of the array (`…/locations[*]`) names another place: `member` is its property's name, '' for itself."""
    name = f"{array}.{member}" if member else array
    return {
        "count": {"field": array, "where": _place(f"current('{name}')", locations)},
        "greater": 0,
    }


def _place(reading: str, locations: Sequence[str]) -> Condition:
    return {"value": f"[toLower(replace({reading}, ' ', ''))]", "notIn": list(locations)}


def not_within(alias: str, subscriptions: Sequence[str]) -> Condition:
    """The resource id that a property holds lies in none of these subscriptions."""
    return none_of(*({"field": alias, "like": f"/subscriptions/{each}/*"} for each in subscriptions))


def any_not_within(array: str, member: str, subscriptions: Sequence[str]) -> Condition:
    """A member of the array holds the id of a resource of another subscription."""
    return {"count": {"field": array, "where": not_within(f"{array}.{member}", subscriptions)}, "greater": 0}
