"""Azure's clouds as a zone file names them (`azure.cloud`): azure_clouds.yaml, with its sources."""

from __future__ import annotations

from typing import Any

from sovereignty import facts

_TABLE = "azure_clouds"


def suffix(cloud: str, service: str) -> str:
    """How the host names of a cloud's service end, without a dot before: ('public', 'vault') -> 'vault.azure.net'.

    Services: storage, vault, hsm, attest, sql, registry, monitor, log_data, log_agents. LookupError: no such cloud
    or service.
    """
    return _known(cloud, "suffixes", service)


def address(cloud: str, of: str) -> str:
    """An address of the cloud as a whole, without a slash at its end: resource_manager, login, portal, graph."""
    return _known(cloud, "addresses", of)


def private_zone(cloud: str, kind: str) -> str:
    """The private DNS zone that a private endpoint of that kind needs; of several (monitor) the first."""
    return private_zones(cloud, kind)[0]


def private_zones(cloud: str, kind: str) -> tuple[str, ...]:
    """The private DNS zones that a private endpoint of that kind needs: vault, managedhsm, blob, attestation, monitor.

    LookupError: Private Link has no such kind in the cloud.
    """
    return tuple(_known(cloud, "private_link", kind))


def private_kinds(cloud: str) -> tuple[str, ...]:
    """The kinds of private endpoint that the table knows for a cloud."""
    return tuple(_cloud(cloud)["private_link"])


def _cloud(cloud: str) -> dict[str, Any]:
    clouds = facts.read_table(_TABLE)["clouds"]
    if cloud not in clouds:
        raise LookupError(f"sovereignty/facts/{_TABLE}.yaml has no cloud {cloud}; it has: {' '.join(clouds)}")
    return clouds[cloud]


def _known(cloud: str, part: str, name: str) -> Any:
    rows = _cloud(cloud)[part]
    if name not in rows:
        raise LookupError(f"sovereignty/facts/{_TABLE}.yaml: {cloud} has no {part} of {name}; it has: {' '.join(rows)}")
    return rows[name]
