"""A key in a managed HSM. The SDK has no class for it, so ARM's generic resource carries it.

ARM's PUT makes the first version of a key, and returns an existing key as it is: it updates nothing, so no change is
sent. Sources: Key Vault REST API, "Managed HSM Keys - Create If Not Exist"; "Allow key management operations through
Azure Resource Manager" (without that setting ARM neither makes nor lists keys).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_azure_native import resources

API_VERSION = "2023-07-01"
"""The first general one with Microsoft.KeyVault/managedHSMs/keys (ARM's template reference)."""


def hsm_key(
    name: str,
    *,
    group: pulumi.Input[str],
    hsm: pulumi.Input[str],
    key: str,
    location: str,
    properties: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
) -> resources.Resource:
    """The key `key` in the HSM of that name; `properties` are ARM's own. `location` is the HSM's.

    A name that is known in a preview is better: of a parent that is not, no policy knows what lies in it.
    """
    return resources.Resource(
        name,
        api_version=API_VERSION,
        resource_group_name=group,
        resource_provider_namespace="Microsoft.KeyVault",
        parent_resource_path=pulumi.Output.concat("managedHSMs/", hsm),
        resource_type="keys",
        resource_name_=key,
        location=location,
        properties=dict(properties),
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(ignore_changes=["location", "properties", "tags"])
        ),
    )


def version_uri(key: resources.Resource) -> pulumi.Output[str]:
    """The address of the version that ARM made, from its answer: read again it would ask for the setting again."""
    return pulumi.Output.all(key.id, key.properties).apply(lambda known: str(known[1]["keyUriWithVersion"]))


def uri(key: resources.Resource) -> pulumi.Output[str]:
    """The key's address without version."""
    return pulumi.Output.all(key.id, key.properties).apply(lambda known: str(known[1]["keyUri"]))
