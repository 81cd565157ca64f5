"""The networks from which a zone is reached, as policies name them.

`aws:SourceVpcArn` carries region and account of the VPC whose endpoint a request came through. It is there only for
such requests, and only with the services that support it (IAM User Guide, "AWS global condition context keys").
"""

from __future__ import annotations

from typing import Any

from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

SOURCE = "aws:SourceVpcArn"
EC2_ROLE = "aws:ec2-infrastructure"
"""The role by which EC2 opens a disk, from a network of AWS; its name holds a colon, so nobody else can make it."""


def not_by_a_service() -> dict[str, Any]:
    """The condition that leaves out what an AWS service does: on a caller's behalf, or in its own name.

    Such calls come from networks of AWS. Only AWS sets these keys.
    """
    return {"BoolIfExists": {"aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false"}}


def of_zone(zone: Zone, deployment: Deployment) -> list[str]:
    """Patterns of the zone's VPCs: any VPC of its accounts in its regions, and those that the stack file names.

    The VPC that the stack makes has no ARN before it is made, so the account and the region stand for it.
    """
    footprint = aws(zone)
    own = {
        f"arn:{footprint.partition}:ec2:{region}:{account}:vpc/*"
        for region in footprint.regions
        for account in aws_accounts(deployment)
    }
    named = {arn for arn in deployment.aws_vpc_arns if arn.split(":")[4] not in aws_accounts(deployment)}
    return sorted(own | named)


def in_regions(zone: Zone) -> list[str]:
    """Patterns of any account's VPCs in the zone's regions."""
    footprint = aws(zone)
    return sorted(f"arn:{footprint.partition}:ec2:{region}:*:vpc/*" for region in footprint.regions)
