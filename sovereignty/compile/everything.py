"""All documents of a zone: what each enforcement point gets, and under which names the stack attaches it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sovereignty.compile import (
    alarm_topic_policy,
    backup_vault_policy,
    bucket_policy,
    endpoint_policy,
    kms_key_policy,
    organization,
    rcp,
    replication_role,
    scp,
    sentinel_reader,
    signing_key_policy,
    trail_delivery,
    trail_log_role,
)
from sovereignty.compile.azure_policy import documents as azure_documents
from sovereignty.compile.document import Document
from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone


def documents(zone: Zone, deployment: Deployment) -> tuple[Document, ...]:
    """Every document of the zone, by path. InputError where the stack lacks a value, or a quota can't be met.

    What the Sentinel reader and the replication of AWS Config's records may do names a queue and keys whose ARNs exist
    only once they are made: the stack compiles these documents itself.
    """
    return tuple(sorted(_documents(zone, deployment), key=lambda document: document.path))


@dataclass(frozen=True)
class Bucket:
    """What one of the zone's own buckets is for: what it receives, and whether it is written once."""

    receives: tuple[str, ...] = ()
    locked: bool = True


def buckets(zone: Zone, deployment: Deployment) -> Mapping[str, Bucket]:
    """The zone's own buckets by name, all in its first account."""
    return {
        records_bucket(zone, deployment): Bucket(),
        trail_bucket(zone, deployment): Bucket(("trail",)),
        flow_logs_bucket(zone, deployment): Bucket(("flow-logs",)),
        config_bucket(zone, deployment): Bucket(("config",), locked=False),
        config_locked_bucket(zone, deployment): Bucket(("replicas",)),
    }


def bucket_document(zone: Zone, deployment: Deployment, name: str) -> Document:
    """The policy of one of these buckets."""
    bucket = buckets(zone, deployment)[name]
    return bucket_policy.document(zone, deployment, name, receives=bucket.receives, locked=bucket.locked)


def records_bucket(zone: Zone, deployment: Deployment) -> str:
    """The name of the bucket for the zone's locked records."""
    return f"{zone.zone}-records-{aws_accounts(deployment)[0]}"


def trail_bucket(zone: Zone, deployment: Deployment) -> str:
    """The name of the bucket to which the trails of the zone's accounts deliver."""
    return f"{zone.zone}-trail-{aws_accounts(deployment)[0]}"


def flow_logs_bucket(zone: Zone, deployment: Deployment) -> str:
    """The name of the bucket to which the flow logs of the zone's networks are delivered."""
    return f"{zone.zone}-flow-logs-{aws_accounts(deployment)[0]}"


def config_bucket(zone: Zone, deployment: Deployment) -> str:
    """The name of the bucket to which AWS Config delivers, which can't deliver to a locked one."""
    return f"{zone.zone}-config-{aws_accounts(deployment)[0]}"


def config_locked_bucket(zone: Zone, deployment: Deployment) -> str:
    """The name of the locked bucket to which S3 replicates what AWS Config delivers."""
    return f"{zone.zone}-config-locked-{aws_accounts(deployment)[0]}"


def trails(zone: Zone, deployment: Deployment) -> tuple[str, ...]:
    """The ARNs of the trails, one of each account, all of the same name in the home region."""
    return trail_delivery.trails(zone, deployment)


def backup_vault(zone: Zone, deployment: Deployment, region: str) -> str:
    """The ARN of the zone's backup vault in a region."""
    return backup_vault_policy.vault_arn(zone, deployment, region)


def _documents(zone: Zone, deployment: Deployment) -> Iterator[Document]:
    if zone.aws:
        yield from scp.documents(zone, deployment)
        yield from rcp.documents(zone, deployment)
        yield from organization.documents(zone, deployment)
        yield kms_key_policy.document(zone, deployment)
        yield signing_key_policy.document(zone, deployment)
        yield from (bucket_document(zone, deployment, name) for name in buckets(zone, deployment))
        yield replication_role.trust(zone, aws_accounts(deployment), config_bucket(zone, deployment))
        for account in aws_accounts(deployment):
            yield trail_log_role.trust(zone, deployment, account)
            yield trail_log_role.permissions(zone, deployment, account)
            yield alarm_topic_policy.document(zone, deployment, account, aws(zone).home)
        yield from endpoint_policy.documents(zone, deployment)
        yield backup_vault_policy.document(zone, deployment)
        yield from (backup_vault_policy.trust(zone, region) for region in aws(zone).regions)
        if deployment.sentinel_workspace_id:
            yield sentinel_reader.trust(zone, deployment)
    if zone.azure:
        yield from azure_documents(zone, deployment)
