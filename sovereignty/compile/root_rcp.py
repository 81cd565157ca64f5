"""Resource control policies for the organization's root: what holds for every account, whatever its zone.

What they refuse, with every service that RCPs support:
- callers of no account of the organization, anonymous ones included, but for the partner accounts that are named and,
  for s3:PutObject alone, the accounts as which load balancers write their logs;
- AWS services that act for a resource of somebody outside the organization (the confused deputy). A service that names
  no source can't be told apart, and passes;
- requests without TLS;
- tokens of the public identity providers that every account trusts without a provider of its own. Cognito's pools are
  left to the zones, which know their regions.
Federation and other entrances are left out of the first, as in a zone's RCPs. A website or a file that is public on
purpose is refused too: it belongs behind a service that reads it as the organization's own (CloudFront with origin
access control). The management account's resources are bound by no RCP.

Sources: AWS Organizations User Guide, "Resource control policies (RCPs)"; IAM User Guide, "The confused deputy
problem"; aws-samples/data-perimeter-policy-examples; Elastic Load Balancing, "Enable access logs".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sovereignty import facts
from sovereignty.compile.document import Document, aws_limit
from sovereignty.compile.packing import attached, packed
from sovereignty.compile.principals import outsiders, strange_services
from sovereignty.compile.rcp import FEDERATION, ORGANIZATION, SERVICES, TLS
from sovereignty.compile.rcp_parts import (
    Statement,
    by_token,
    carries,
    everything,
    except_accounts,
    from_outside,
    numbered,
    without_tls,
)
from sovereignty.facts import web_identity
from sovereignty.facts.aws_availability import offered
from sovereignty.facts.elb_log_accounts import elb_log_accounts

NAME = "foundation"


def documents(partition: str, organization: str, partners: Sequence[str] = ()) -> tuple[Document, ...]:
    """The root's RCPs, as few as the quotas allow; none where the partition has no RCPs."""
    if not offered(partition, "rcp"):
        return ()
    characters = aws_limit(partition, "organizations", "rcp_document")
    # RCPFullAWSAccess takes one, and can't be detached
    attachments = aws_limit(partition, "organizations", "rcp_per_target") - 1
    packs = packed(list(statements(partition, organization, partners)), characters)
    return attached("RCP", NAME, packs, characters, attachments, {}, "Name fewer partner accounts.", "aws:root")


def statements(partition: str, organization: str, partners: Sequence[str] = ()) -> Iterator[tuple[str, Statement]]:
    """Each statement with the control that it enforces."""
    outside = outsiders(organization)
    if partners:
        outside = except_accounts(outside, partners)
    yield from numbered(ORGANIZATION, from_outside(outside, _balancers(partition)))
    strange = {"Action": everything(), "Condition": strange_services(organization)}
    yield from numbered(SERVICES, [strange])
    public = (issuer for issuer in web_identity.built_in_issuers() if not issuer.regional)
    yield from numbered(FEDERATION, [by_token(carries(issuer.key)) for issuer in public])
    yield from numbered(TLS, [without_tls()])


def _balancers(partition: str) -> list[str]:
    rows = ((facts.region("aws", region), account) for region, account in elb_log_accounts().items())
    return [account for row, account in rows if row and row.partition == partition]
