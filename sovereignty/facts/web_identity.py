"""Who proves itself to AWS with another provider's token. Tables: sentinel_connector.yaml, web_identity.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sovereignty.facts import _row, read_table


@dataclass(frozen=True)
class SentinelConnector:
    """What the connector of one Azure cloud shows. `issuer` is the provider's URL without scheme, with its slash."""

    azure_cloud: str
    partitions: tuple[str, ...]
    issuer: str
    audience: str
    verified: bool


@dataclass(frozen=True)
class BuiltInIssuer:
    """A provider that AWS trusts in every account. `regional`: the value of `key` begins with `<region>:`."""

    issuer: str
    key: str
    regional: bool
    verified: bool


@cache
def sentinel_connectors() -> tuple[SentinelConnector, ...]:
    """One for each cloud of Azure from which Sentinel reads AWS."""
    rows = read_table("sentinel_connector")["connectors"]
    return tuple(_row(SentinelConnector, row, partitions=tuple(row["partitions"])) for row in rows)


def sentinel_sessions(workspace: str) -> tuple[str, ...]:
    """The session names under which the connector of this workspace comes."""
    return tuple(f"{row['prefix']}{workspace}" for row in read_table("sentinel_connector")["session_prefixes"])


def sentinel_queue_actions() -> tuple[str, ...]:
    """What the connector does with its queue."""
    return tuple(read_table("sentinel_connector")["queue_actions"])


def sentinel_role_prefix() -> str:
    """How the name of the connector's role has to begin."""
    return read_table("sentinel_connector")["role_prefix"]


@cache
def built_in_issuers() -> tuple[BuiltInIssuer, ...]:
    """Providers that a role's trust policy may name without any identity provider in the account."""
    return tuple(_row(BuiltInIssuer, row) for row in read_table("web_identity")["built_in"])
