"""The policy of a VPC endpoint: what passes is the zone's own principals, on their way to the zone's own resources.

An endpoint's policy grants nothing; it bounds what may pass, so it consists of what is allowed. A stranger's
credentials that were carried into the network get nowhere by it, and the zone's own reach no bucket, queue or key of a
stranger nor of another zone. `aws:PrincipalAccount` is absent for who is anonymous, `aws:ResourceAccount` for the few
actions that don't support it: neither passes.

What passes besides:
- of the zone's own, to what AWS owns for all its customers to use: the documents, runbooks and public parameters of
  Systems Manager, CloudFormation's transforms, EC2's prefix lists (the list is the SCPs' own, controls.aws_perimeter),
  and images of the owners whom the SCPs admit: Amazon, the Marketplace, and those of the stack file;
- through STS, whoever an identity provider vouches for may become a role of the zone (such a caller has no account yet;
  the roles' trust, the SCPs and the RCPs say which provider);
- through execute-api, who signs nothing reaches the zone's own private APIs: whoever comes with a bearer token, or with
  none, is anonymous there, and the API's own authorizer says who may;
- through S3, anybody reads the buckets of AWS's own from which hosts get packages and image layers, which nobody but
  AWS can write.
Links that a service of AWS signs for itself don't pass: CloudFormation's custom resources and wait conditions would
answer into a stack of anybody's. Nor do layers that AWS publishes for Lambda, from accounts that differ by region and
layer.

AWS takes no wildcard in a condition on what it makes the ids of, so accounts are named, and each in full.

Sources: AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies"; IAM User Guide, "AWS global
condition context keys"; Amazon API Gateway Developer Guide, "Use VPC endpoint policies for private APIs";
aws-samples/data-perimeter-policy-examples, vpc_endpoint_policies and service_owned_resources (read 2026-11-27).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sovereignty import controls
from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.facts.aws_endpoint_services import endpoint_services, readable_buckets
from sovereignty.zone import Zone

CONTROL = "network.endpoints"
S3, STS, EC2, PRIVATE_APIS = "s3", "sts", "ec2", "execute-api"
FEDERATED = ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]


BY_IMAGE = ["ec2:CreateReplaceRootVolumeTask", "ec2:RunInstances"]
"""What is done with an image, and with the snapshots that it consists of (Service Authorization Reference, EC2)."""


def document(zone: Zone, deployment: Deployment, service: str, region: str) -> Document:
    """The policy of a service's endpoint in a region: that of S3 differs by region, most of the others are the same."""
    accounts = sorted(aws_accounts(deployment))
    ours = {"aws:PrincipalAccount": accounts}
    of_ours = {"aws:ResourceAccount": accounts}
    allowed: list[dict[str, Any]] = [
        {"Action": "*", "Resource": "*", "Condition": {"StringEquals": ours | of_ours}},
        *_owned_by_aws(zone, deployment, service, ours),
    ]
    if service == STS:
        allowed.append({"Action": FEDERATED, "Resource": "*", "Condition": {"StringEquals": of_ours}})
    if service == PRIVATE_APIS:
        unsigned = {"StringEquals": of_ours, "Null": {"aws:PrincipalAccount": "true"}}
        allowed.append({"Action": "execute-api:Invoke", "Resource": "*", "Condition": unsigned})
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
    """The policies that differ: of S3 in each region, of each service with a statement of its own, of all others."""
    home, regions = aws(zone).home, aws(zone).regions
    return (
        document(zone, deployment, "", home),
        *(document(zone, deployment, service, home) for service in _apart()),
        *(document(zone, deployment, S3, region) for region in regions),
    )


def _apart() -> list[str]:
    """The services other than S3 whose policy has a statement of its own."""
    owning = {pattern.split(":")[2] for pattern in controls.aws_perimeter().aws_owned}
    return sorted(name for name in endpoint_services() if name in owning | {STS, EC2, PRIVATE_APIS})


def _owned_by_aws(
    zone: Zone, deployment: Deployment, service: str, ours: dict[str, list[str]]
) -> Iterator[dict[str, Any]]:
    """What of a service belongs to AWS, or to whom images may be of: such resources have no account of the zone's."""
    partition, perimeter = aws(zone).partition, controls.aws_perimeter()
    if owned := [each.format(p=partition) for each in perimeter.aws_owned if each.split(":")[2] == service]:
        yield {"Action": f"{service}:*", "Resource": sorted(owned), "Condition": {"StringEquals": ours}}
    if service == EC2:
        images = [f"arn:{partition}:ec2:*::{kind}/*" for kind in ("image", "snapshot")]
        owners = sorted({*perimeter.image_owners, *deployment.aws_ami_owners})
        condition = {"StringEquals": {**ours, perimeter.image_owner: owners}}
        yield {"Action": BY_IMAGE, "Resource": images, "Condition": condition}


def _name(zone: Zone, service: str, region: str) -> str:
    of = f"-{S3}-{region}" if service == S3 else f"-{service}" if service in _apart() else ""
    return f"{zone.zone}-endpoints{of}"
