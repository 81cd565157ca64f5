"""Azure's built-in roles that components grant. Table: azure_roles.yaml, with its sources."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sovereignty.facts import read_table

_TABLE = "azure_roles"


def role_id(key: str) -> str:
    """The GUID of a built-in role by its key in the table; LookupError for one that it doesn't hold."""
    roles = _roles()
    if key not in roles:
        raise LookupError(f"sovereignty/facts/{_TABLE}.yaml has no role {key}; it has: {' '.join(roles)}")
    return roles[key]


def definition_id(key: str, subscription: str) -> str:
    """The ARM id by which an assignment in a subscription names the role."""
    return f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role_id(key)}"


@cache
def _roles() -> Mapping[str, str]:
    return {row["key"]: row["id"] for row in read_table(_TABLE)["roles"]}
