"""Openings to strangers, and services that serve content from everywhere.

The copy scope binds the account that receives, so it keeps strangers' data out of the zone; copies to an account
elsewhere are requests of the data plane, which no policy sees. Sources: Azure Storage "Restrict the source of copy
operations" (absent: from anywhere) and "Prevent replication across tenants" (absent: to any, on older API versions).
"""

from __future__ import annotations

from collections.abc import Iterator

from sovereignty.compile.azure.language import Definition, all_of, any_of, is_not, none_in, of_type
from sovereignty.facts import azure_policy as tables

SHARING = "egress.sharing"
CONTENT = "egress.content-bearing"
COPY_SCOPES = ("AAD", "PrivateLink")


def definitions() -> Iterator[Definition]:
    account = "Microsoft.Storage/storageAccounts"
    yield Definition(
        name="storage-cross-tenant",
        control=SHARING,
        title="Storage accounts replicate to no other tenant",
        message="Set allowCrossTenantReplication to false.",
        when=all_of(of_type(account), is_not(f"{account}/allowCrossTenantReplication", False)),
    )
    yield Definition(
        name="storage-copy-scope",
        control=SHARING,
        title="Storage accounts take copies from the own tenant only",
        message="Set allowedCopyScope to AAD or PrivateLink.",
        when=all_of(of_type(account), none_in(f"{account}/allowedCopyScope", COPY_SCOPES)),
    )
    yield Definition(
        name="content-everywhere",
        control=CONTENT,
        title="Nothing serves the zone's content from everywhere",
        message="Front Door, CDN and static web apps hold content in every region: serve it from the zone's locations.",
        when=any_of(*({"field": "type", "like": pattern} for pattern in tables.azure_content_types())),
    )
