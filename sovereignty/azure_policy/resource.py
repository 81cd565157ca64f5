"""A resource as Azure Policy sees it: the body of a request to Azure Resource Manager."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sovereignty.azure_policy.errors import LanguageError

RESOURCE_GROUP = "Microsoft.Resources/subscriptions/resourceGroups"
SUBSCRIPTION = "Microsoft.Resources/subscriptions"


@dataclass(frozen=True, kw_only=True)
class AzureResource:
    """One resource. `body` is ARM's: `location`, `tags`, `kind`, `sku`, `identity`, `properties` … as sent.

    `tracked` says whether the type takes tags and a location, which is what mode Indexed asks for; None: it does if
    the body has a location. `resource_group` and `subscription` are what `resourceGroup()` and `subscription()` return
    (None: a policy that asks for them fails). `id` is made from the other parts where it is empty.
    """

    type: str
    name: str = "example"
    body: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""
    tracked: bool | None = None
    resource_group: Mapping[str, Any] | None = None
    subscription: Mapping[str, Any] | None = None
    api_version: str = ""

    def __post_init__(self) -> None:
        namespace, *types = self.type.split("/")
        if not namespace or not types or not all(types):
            raise LanguageError(f"{self.type!r} is no resource type: write Namespace/type[/child type]")
        if self.name.count("/") >= len(types):
            raise LanguageError(f"{self.name!r} has more parts than {self.type}")

    @classmethod
    def of(
        cls,
        resource_type: str,
        *,
        properties: Mapping[str, Any] | None = None,
        location: str | None = None,
        tags: Mapping[str, str] | None = None,
        name: str = "example",
        id: str = "",
        tracked: bool | None = None,
        resource_group: Mapping[str, Any] | None = None,
        subscription: Mapping[str, Any] | None = None,
        **top_level: Any,
    ) -> AzureResource:
        """A resource from its parts; `top_level` is whatever stands beside `properties` (`sku`, `kind`, `identity`)."""
        parts = {"location": location, "tags": tags, "properties": properties, **top_level}
        return cls(
            type=resource_type,
            name=name,
            id=id,
            body={key: value for key, value in parts.items() if value is not None},
            tracked=tracked,
            resource_group=resource_group,
            subscription=subscription,
        )

    @property
    def short_name(self) -> str:
        """`blob` of `account/blob`."""
        return self.name.rpartition("/")[2]

    @property
    def arm_id(self) -> str:
        if self.id:
            return self.id
        subscription = (self.subscription or {}).get("subscriptionId", "00000000-0000-0000-0000-000000000000")
        root = f"/subscriptions/{subscription}"
        if self.type.lower() == SUBSCRIPTION.lower():
            return root
        group = f"{root}/resourceGroups"
        if self.type.lower() == RESOURCE_GROUP.lower():
            return f"{group}/{self.name}"
        namespace, *types = self.type.split("/")
        names = self.name.split("/")
        names = ["parent"] * (len(types) - len(names)) + names
        pairs = "/".join(f"{kind}/{name}" for kind, name in zip(types, names, strict=True))
        return f"{group}/{(self.resource_group or {}).get('name', 'example')}/providers/{namespace}/{pairs}"

    @property
    def takes_tags_and_location(self) -> bool:
        return self.body.get("location") is not None if self.tracked is None else self.tracked
