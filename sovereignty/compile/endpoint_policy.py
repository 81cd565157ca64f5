"""The policy of a VPC endpoint: what passes is the zone's own principals, on their way to the zone's own resources.

An endpoint's policy grants nothing; it bounds what may pass, so it consists of what is allowed. A stranger's
credentials that were carried into the network get nowhere by it, and the zone's own reach no bucket, queue or key of a
stranger nor of another zone. `aws:PrincipalAccount` is absent for who is anonymous, `aws:ResourceAccount` for the few
actions that don't support it: neither passes.

What passes besides: through STS, whoever an identity provider vouches for may become a role of the zone (such a caller
has no account yet; the roles' trust, the SCPs and the RCPs say which provider); through S3, anybody reads the buckets
of AWS's own from which hosts get packages and image layers, which nobody but AWS can write. Links that a service of AWS
signs for itself don't pass: CloudFormation's custom resources would answer into a stack of anybody's.

AWS takes no wildcard in a condition on what it makes the ids of, so accounts are named, and each in full.

Sources: AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies"; IAM User Guide, "AWS global
condition context keys"; aws-samples/data-perimeter-policy-examples, vpc_endpoint_policies (read 2026-11-26).
"""

from __future__ import annotations

from typing import Any

from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.facts.aws_endpoint_services import readable_buckets
from sovereignty.zone import Zone

CONTROL = "network.endpoints"
S3, STS = "s3", "sts"
FEDERATED = ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]


def document(zone: Zone, deployment: Deployment, service: str, region: str) -> Document:
    """The policy of a service's endpoint in a region: the same for all but STS, and S3, whose differs by region."""
    accounts = sorted(aws_accounts(deployment))
    allowed: list[dict[str, Any]] = [
        {
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalAccount": accounts, "aws:ResourceAccount": accounts}},
        }
    ]
    if service == STS:
        ours = {"StringEquals": {"aws:ResourceAccount": accounts}}
        allowed.append({"Action": FEDERATED, "Resource": "*", "Condition": ours})
    if service == S3:
        objects = [f"arn:{aws(zone).partition}:s3:::{bucket}/*" for bucket in readable_buckets(region)]
        allowed.append({"Action": "s3:GetObject", "Resource": sorted(objects)})
    statements = [
        {"Effect": "Allow", "Principal": "*", **statement, "Sid": sid(CONTROL, number)}
        for number, statement in enumerate(allowed, start=1)
    ]
    limit = aws_limit(aws(zone).partition, "ec2", "endpoint_policy_document")
    return policy(f"aws/policies/{_name(zone, service, region)}.json", "aws:endpoint", statements, limit, {CONTROL})


def documents(zone: Zone, deployment: Deployment) -> tuple[Document, ...]:
    """The policies that differ: of STS, of S3 in each region, and of all the others."""
    home, regions = aws(zone).home, aws(zone).regions
    return (
        document(zone, deployment, "", home),
        document(zone, deployment, STS, home),
        *(document(zone, deployment, S3, region) for region in regions),
    )


def _name(zone: Zone, service: str, region: str) -> str:
    of = {S3: f"-{S3}-{region}", STS: f"-{STS}"}.get(service, "")
    return f"{zone.zone}-endpoints{of}"
