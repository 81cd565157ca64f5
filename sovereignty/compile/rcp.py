"""Resource control policies for the zone's OU: who reaches the zone's data, for whom, and over which network.

What they refuse, with every service that RCPs support (a service:* list, as RCPs take neither "*" nor NotAction):
- callers whose organization path is neither the zone's OU nor one that the stack file admits, anonymous ones included.
  ForAllValues over a missing path holds, so a caller of no organization is an outsider; ForAnyValue would let it in;
- AWS services that act for a resource outside those paths (the confused deputy). A service that names no source can't
  be told apart, and passes;
- requests without TLS;
- requests through a VPC endpoint in another region; and, by the zone's own principals, through one of a VPC that isn't
  the zone's. What AWS does itself may come from networks of its own, and is left out: services, on a caller's behalf
  (`aws:ViaAWSService`) or in their own name, and the role by which EC2 opens disks.
Load balancers may write their logs as the account that AWS has for it in one of the zone's regions, as long as a bucket
policy names that account; it is refused all but s3:PutObject. In regions without such an account, and wherever the
bucket policy names the service principal (which AWS advises), they come as a service.
Federation and other entrances (a console's sign-in, Cognito's users, certificates of Roles Anywhere) are left out of
the first: there the caller has no organization path yet, and these services know no cross-account access. Tokens of
providers that every account trusts from the start are refused, a Cognito pool has to lie in the zone's regions, and a
token of Sentinel's issuer has to carry the connector's audience and the zone's workspace; Defender for Cloud's own
connectors share that issuer and are refused. Other providers are made in the zone's accounts, and left to its SCPs.

What stays open, and to whom it is left: a principal of the zone over the public endpoints (there is no network to
compare; SCPs and the resources' own policies bind it); services which don't support `aws:SourceVpcArn`; what AWS does
through service-linked roles; resources of the management account.
What is refused though AWS may do it: other services that call as an account of AWS's own (FinSpace), CloudFront's
origin access identities (origin access control has taken their place), and services that work with a role of the zone
from a VPC of AWS's own, which the stack file has to name.
Break-glass is excepted from the network rules only, as it needs no other exception. The management account may assume
the deployment role and break-glass, and nothing else.

Sources: AWS Organizations User Guide, "RCP syntax" and "Resource control policies (RCPs)"; IAM User Guide, "AWS global
condition context keys"; aws-samples/data-perimeter-policy-examples (the shape of the perimeters, their exceptions);
Elastic Load Balancing, "Enable access logs" (facts: elb_log_accounts.yaml).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sovereignty.compile import networks, ou_path, sentinel_reader
from sovereignty.compile.document import Document, aws_limit, minified
from sovereignty.compile.packing import attached, packed
from sovereignty.compile.principals import roles_of, unless
from sovereignty.compile.rcp_parts import (
    Statement,
    by_token,
    carries,
    except_accounts,
    from_outside,
    numbered,
    without_tls,
)
from sovereignty.compile.rcp_parts import everything as every_action
from sovereignty.compile.required import aws, aws_management_account, aws_zone_ou_path
from sovereignty.deployment import Deployment
from sovereignty.facts import web_identity
from sovereignty.facts.elb_log_accounts import elb_log_accounts
from sovereignty.zone import DEPLOYMENT_ROLE, Zone

ORGANIZATION = "identity.organization"
SERVICES = "identity.services"
FEDERATION = "identity.federation"
TLS = "network.tls"
VPC = "network.vpc"

ASSUME = "sts:AssumeRole"

_ASK = "Name fewer regions, accounts, VPCs or organization paths in the zone and its stack file."


def documents(
    zone: Zone, deployment: Deployment, characters: int | None = None, attachments: int | None = None
) -> tuple[Document, ...]:
    """The zone's RCPs, as few as the quotas allow; InputError where they can't be met, or where the deployment lacks
    the path of the zone's OU or the management account: whoever deploys, and whoever breaks the glass, may come from
    there, and RCPs that don't know it would shut both out. Which documents there are doesn't depend on that path.

    `characters` a document holds, and `attachments` an OU takes of ours: by default what AWS grants.
    """
    if zone.aws is None:
        return ()
    characters = characters or aws_limit(zone.aws.partition, "organizations", "rcp_document")
    # RCPFullAWSAccess takes one, and can't be detached
    attachments = attachments or aws_limit(zone.aws.partition, "organizations", "rcp_per_target") - 1
    found = list(statements(zone, deployment))
    # before the zone's OU is made, its path can't be told: which documents there are must not depend on it
    path = aws_zone_ou_path(deployment)
    spare = {each["Sid"]: ou_path.spare(path) for _, each in found if path in minified(each)}
    packs = packed(found, characters, spare)
    return attached("RCP", zone.zone, packs, characters, attachments, spare, _ASK)


def statements(zone: Zone, deployment: Deployment) -> Iterator[tuple[str, Statement]]:
    """Each statement with the control that it enforces."""
    everything = every_action()
    home = aws_zone_ou_path(deployment) + "*"
    admitted = [home, *sorted(deployment.aws_organization_paths)]  # in this order whatever the path: ou_path.placed
    yield from numbered(ORGANIZATION, _identity(zone, deployment, admitted))
    strangers = {
        "Bool": {"aws:PrincipalIsAWSService": "true"},
        "Null": {"aws:SourceAccount": "false"},
        "ForAllValues:StringNotLikeIfExists": {"aws:SourceOrgPaths": admitted},
    }
    yield from numbered(SERVICES, [{"Action": everything, "Condition": strangers}])
    yield from numbered(FEDERATION, _federation(zone, deployment))
    yield from numbered(TLS, [without_tls()])
    yield from numbered(VPC, _network(zone, deployment, everything, home))


def _identity(zone: Zone, deployment: Deployment, admitted: list[str]) -> Iterator[Statement]:
    outside: dict[str, dict[str, Any]] = {
        "ForAllValues:StringNotLikeIfExists": {"aws:PrincipalOrgPaths": admitted},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    }
    management = aws_management_account(deployment)
    balancers = [account for region, account in elb_log_accounts().items() if region in aws(zone).regions]
    yield from from_outside(outside, balancers, frozenset({ASSUME}))
    # the stack runs in the management account and works in the zone as the deployment role; its people may detach every
    # policy, so to keep them from break-glass would guard nothing, and leave an emergency without a way in
    entered = sorted(roles_of(zone, deployment, DEPLOYMENT_ROLE, zone.break_glass.aws_role))
    yield {"Action": ASSUME, "NotResource": entered, "Condition": outside}
    yield {"Action": ASSUME, "Condition": except_accounts(outside, management)}


def _federation(zone: Zone, deployment: Deployment) -> Iterator[Statement]:
    here = [f"{region}:*" for region in sorted(aws(zone).regions)]
    for issuer in web_identity.built_in_issuers():
        elsewhere = {"StringNotLike": {issuer.key: here}} if issuer.regional else {}
        yield by_token({**carries(issuer.key), **elsewhere})
    own = sentinel_reader.connector(zone) if deployment.sentinel_workspace_id else None
    for connector in web_identity.sentinel_connectors():
        key = f"{connector.issuer}:aud"
        if connector == own and deployment.sentinel_workspace_id:
            sessions = list(web_identity.sentinel_sessions(deployment.sentinel_workspace_id))
            yield by_token({**carries(key), "StringNotEquals": {key: connector.audience}})
            yield by_token({**carries(key), "StringNotEquals": {"sts:RoleSessionName": sessions}})
        else:
            yield by_token(carries(key))


def _network(zone: Zone, deployment: Deployment, everything: list[str], home: str) -> Iterator[Statement]:
    excepted = roles_of(zone, deployment, zone.break_glass.aws_role, networks.EC2_ROLE)

    def through_other_than(vpcs: list[str]) -> dict[str, Any]:
        # without Null, a request that came through no endpoint would be refused: console users, the Sentinel reader
        return {
            "ArnNotLike": {networks.SOURCE: vpcs, **unless(*excepted)["ArnNotLike"]},
            "Null": {networks.SOURCE: "false"},
        }

    yield {
        "Action": everything,
        "Condition": through_other_than(networks.in_regions(zone)) | networks.not_by_a_service(),
    }
    # whom else the stack file admits comes from networks of their own; a service in its own name has no path
    ours = {
        "ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": home},
        "BoolIfExists": {"aws:ViaAWSService": "false"},
    }
    yield {"Action": everything, "Condition": through_other_than(networks.of_zone(zone, deployment)) | ours}
