"""What happens to blobs by rule: they move to a cheaper tier, and what may go, goes; locked records never do.

A rule tiers block blobs only, since append blobs have no tiers; it can delete both. Source: Microsoft Learn, "Azure
Blob Storage lifecycle management overview", "Access tiers for blob data".
"""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_azure_native import storage

from components.azure.redundancy import archives

_BLOCK_BLOBS = ("blockBlob",)
_THOSE_WITH_VERSIONS = ("blockBlob", "appendBlob")


def archive(days: int, redundancy: str, *, versions: bool) -> storage.ManagementPolicyRuleArgs:
    """Blobs, and their versions where there are any, move to the cheapest tier that the redundancy has."""
    blob = storage.DateAfterModificationArgs(days_after_modification_greater_than=days)
    version = storage.DateAfterCreationArgs(days_after_creation_greater_than=days) if versions else None
    if archives(redundancy):
        blobs = storage.ManagementPolicyBaseBlobArgs(tier_to_archive=blob)
        older = storage.ManagementPolicyVersionArgs(tier_to_archive=version)
    else:
        blobs = storage.ManagementPolicyBaseBlobArgs(tier_to_cold=blob)
        older = storage.ManagementPolicyVersionArgs(tier_to_cold=version)
    return _rule(
        "archive",
        _BLOCK_BLOBS,
        storage.ManagementPolicyActionArgs(base_blob=blobs, version=older if versions else None),
    )


def old_versions(days: int) -> storage.ManagementPolicyRuleArgs:
    """Versions that were replaced or deleted go for good, counted from when they were written."""
    after = storage.DateAfterCreationArgs(days_after_creation_greater_than=days)
    version = storage.ManagementPolicyVersionArgs(delete=after)
    return _rule("old-versions", _THOSE_WITH_VERSIONS, storage.ManagementPolicyActionArgs(version=version))


def schema(rules: Sequence[storage.ManagementPolicyRuleArgs]) -> storage.ManagementPolicySchemaArgs:
    """All rules of an account: it has one policy."""
    return storage.ManagementPolicySchemaArgs(rules=list(rules))


def _rule(
    name: str, blob_types: Sequence[str], actions: storage.ManagementPolicyActionArgs
) -> storage.ManagementPolicyRuleArgs:
    filters = storage.ManagementPolicyFilterArgs(blob_types=list(blob_types))
    definition = storage.ManagementPolicyDefinitionArgs(actions=actions, filters=filters)
    return storage.ManagementPolicyRuleArgs(
        name=name, enabled=True, type=storage.RuleType.LIFECYCLE, definition=definition
    )
