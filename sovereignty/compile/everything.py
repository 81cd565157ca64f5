"""All documents of a zone: what each enforcement point gets, and under which names the stack attaches it."""

from __future__ import annotations

from collections.abc import Iterator

from sovereignty.compile import bucket_policy, kms_key_policy, rcp, scp, sentinel_reader, trail_delivery
from sovereignty.compile.azure_policy import documents as azure_documents
from sovereignty.compile.document import Document
from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone


def documents(zone: Zone, deployment: Deployment) -> tuple[Document, ...]:
    """Every document of the zone, by path. InputError where the stack lacks a value, or a quota can't be met.

    What the Sentinel reader may do names a queue and a key whose ARNs exist only once they are made: the stack compiles
    that document itself.
    """
    return tuple(sorted(_documents(zone, deployment), key=lambda document: document.path))


def records_bucket(zone: Zone, deployment: Deployment) -> str:
    """The name of the bucket for the zone's locked records."""
    return f"{zone.zone}-records-{aws_accounts(deployment)[0]}"


def trail_bucket(zone: Zone, deployment: Deployment) -> str:
    """The name of the bucket to which the trails of the zone's accounts deliver."""
    return f"{zone.zone}-trail-{aws_accounts(deployment)[0]}"


def trails(zone: Zone, deployment: Deployment) -> tuple[str, ...]:
    """The ARNs of the trails, one of each account, all of the same name in the home region."""
    footprint = aws(zone)
    return tuple(
        f"arn:{footprint.partition}:cloudtrail:{footprint.home}:{account}:trail/sovereign-{zone.zone}"
        for account in aws_accounts(deployment)
    )


def _documents(zone: Zone, deployment: Deployment) -> Iterator[Document]:
    if zone.aws:
        yield from scp.documents(zone, deployment)
        yield from rcp.documents(zone, deployment)
        yield kms_key_policy.document(zone, deployment)
        yield bucket_policy.document(zone, deployment, records_bucket(zone, deployment))
        trail = trail_bucket(zone, deployment)
        yield trail_delivery.document(zone, deployment, trail, trails(zone, deployment))
        if deployment.sentinel_workspace_id:
            yield sentinel_reader.trust(zone, deployment)
    if zone.azure:
        yield from azure_documents(zone, deployment)
