"""All documents of the foundation: what the organization's root gets, and what guards the watch over its account."""

from __future__ import annotations

from collections.abc import Iterator

from sovereignty import facts
from sovereignty.compile import (
    forwarder,
    foundation_key,
    foundation_topic,
    foundation_trail,
    foundation_trail_logs,
    root_rcp,
)
from sovereignty.compile.control_plane import Watch
from sovereignty.compile.document import Document, aws_limit, minified
from sovereignty.compile.organization import ai_opt_out
from sovereignty.deployment import AWS_REGION
from sovereignty.errors import InputError, Problem
from sovereignty.facts.aws_availability import offered
from sovereignty.facts.control_plane import answering_regions, organizations_region
from sovereignty.foundation_deployment import FoundationDeployment, key
from sovereignty.zone import Retention

NAME = root_rcp.NAME
TRAIL = "sovereign-foundation"
TOPIC = "sovereign-foundation-alarms"


def trail_bucket(account: str) -> str:
    """The name of the bucket to which the management account's trail delivers."""
    return f"sovereign-foundation-trail-{account}"


def trail_arn(partition: str, region: str, account: str) -> str:
    """The ARN of the management account's trail."""
    return f"arn:{partition}:cloudtrail:{region}:{account}:trail/{TRAIL}"


def rule(watch: Watch) -> str:
    """The name of the rule that tells of one kind of event."""
    return f"sovereign-foundation-{watch}"


def retention(years: int) -> Retention:
    """How the management account's trail is kept: by nobody's leave shorter."""
    return Retention(mode="COMPLIANCE", years=years)


def opt_out(partition: str) -> Document | None:
    """The opt-out of AI services, for the root; None where the partition has no such policies."""
    if not offered(partition, "ai-opt-out"):
        return None
    # the quotas' table has this limit for the commercial partition; no other is known to differ
    limit = aws_limit("aws", "organizations", "ai_opt_out_policy_document")
    text = minified(ai_opt_out.body())
    return Document(f"aws/ai-opt-out/{NAME}.json", "aws:root", text, limit, (ai_opt_out.CONTROL,))


def documents(given: FoundationDeployment, region: str | None, where: str) -> tuple[Document, ...]:
    """Every document on AWS, by path. `region`: the stack's `aws:region`; `where`: its file, for InputErrors."""
    return tuple(sorted(_documents(given, region, where), key=lambda document: document.path))


def _documents(given: FoundationDeployment, region: str | None, where: str) -> Iterator[Document]:
    account = _given(given.aws_management_account, "aws_management_account", where)
    organization = _given(given.aws_organization_id, "aws_organization_id", where)
    home, there = _given(region, AWS_REGION, where), partition(region, where)
    if given.aws_root_policies:
        yield from root_rcp.documents(there, organization, given.aws_partner_accounts)
        if document := opt_out(there):
            yield document
    trail = trail_arn(there, home, account) if given.aws_management_trail else None
    for place in sorted({home, organizations_region(there)}):
        recorded = trail if place == home else None
        yield foundation_key.document(there, place, account, organization, TOPIC, recorded)
        yield foundation_topic.document(there, place, account, TOPIC, alarm=recorded is not None)
    if trail:
        yield foundation_trail_logs.trust(there, trail)
        yield foundation_trail_logs.permissions(there, home, account)
        kept = retention(given.aws_trail_years)
        yield foundation_trail.document(there, account, organization, trail_bucket(account), trail, kept)
    if given.aws_forward_to:
        for place in answering_regions(there):
            parts = forwarder.Forwarder(there, account, place)
            yield forwarder.queue(parts)
            yield forwarder.stripper_trust(parts)
            yield forwarder.stripper_permissions(parts)
            yield forwarder.sender_trust(parts)
            yield forwarder.sender_permissions(parts, given.aws_forward_to)


def partition(region: str | None, where: str) -> str:
    """The partition of the stack's `aws:region`; InputError where it names none."""
    row = facts.region("aws", _given(region, AWS_REGION, where))
    if row is None:
        found = "This is no region of AWS in the tables."
        raise InputError(Problem(f"{where}: {AWS_REGION}", found, f"Write `{AWS_REGION}: eu-central-1`, for one."))
    return row.partition


def _given(value: str | None, name: str, where: str) -> str:
    if not value:
        place = name if ":" in name else key(name)
        raise InputError(Problem(f"{where}: {place}", "It is missing, and what the root gets needs it.", "Add it."))
    return value
