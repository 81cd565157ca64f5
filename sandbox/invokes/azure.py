"""Azure's functions: who one is, and what the sandbox's Azure holds."""

import re
from collections.abc import Mapping
from typing import Any

from sandbox import arm
from sandbox.azure import Azure
from sandbox.cloud import Cloud, CloudError
from sandbox.facts import table
from sandbox.templates import render


def _client(cloud: Azure, _: Mapping[str, Any]) -> dict[str, Any]:
    who = table("sandbox")["azure"]
    client = cloud.config.get("clientId") or who["client"]
    return {
        "clientId": client,
        "objectId": who["object"],
        "subscriptionId": cloud.subscription,
        "tenantId": cloud.tenant,
    }


def _token(*_: Any) -> dict[str, Any]:
    raise CloudError(
        "The sandbox gives no tokens: azure-native:authorization:getClientToken would open the real Azure."
        "\n  Leave what needs a token out of a program that runs in the sandbox."
    )


def get_existing(cloud: Cloud, token: str, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """Answers `get<Class>` from the store, for any class; None where the token is not of that form."""
    named = re.fullmatch(r"(azure-native:\w+):get(\w+)", token)
    if not named or f"{named[1]}:{named[2]}" not in cloud.sdk.index or not isinstance(cloud, Azure):
        return None
    kind = cloud.sdk.resource(f"{named[1]}:{named[2]}")
    id = render(arm.path(kind), {**arguments, "subscription": cloud.subscription})
    row = cloud.find(kind, re.sub(r"/{2,}", "/", f"/{id}"), {}) if id else None
    if row is None:
        raise CloudError(
            f"ResourceNotFound: {token}: the sandbox's Azure holds no {id or named[2]}."
            "\n  Only what a program made in this sandbox is there: make it first, or correct the names."
        )
    return {**row.outputs, "id": row.id}


ANSWERS = {
    "azure-native:authorization:getClientConfig": _client,
    "azure-native:authorization:getClientToken": _token,
}
