"""The role as which the engine works in each of the zone's accounts: `sovereign/deployment`.

Only the CI's role takes it on. Its permissions are whole services: those that the zone's stack is built of, and those
that the zone's teams deploy through it. Not more: what no component uses, nobody needs here. Not finer: which calls of
a service a deployment makes changes with every release, and what they may do is what SCPs, resource policies and the
preview say. Of IAM it has roles and policies of the zone's own names, never itself nor break-glass. A role that it
makes may be allowed more than it is; the zone's SCPs bind that role like any other.

The trust names the account with a condition, not the role: IAM keeps the id of a role that a Principal names, and one
that is made again later would be another (IAM User Guide, "AWS JSON policy elements: Principal").

AWS Config's recorder has a service-linked role, which the stack makes, tags, hands over and takes away again; those of
other services are made on the stack's behalf. An endpoint with private DNS associates a hosted zone of AWS's with the
VPC, in the caller's name.

Sources: Service Authorization Reference, Amazon EC2, CreateVpcEndpoint (dependent actions); IAM User Guide, "Create a
service-linked role" and "Grant a user permissions to pass a role to an AWS service".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sovereignty import controls
from sovereignty.compile import sentinel_reader
from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.principals import roles_of
from sovereignty.compile.required import aws, aws_accounts, aws_management_account, aws_organization_id
from sovereignty.compile.roles import ci
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError
from sovereignty.zone import DEPLOYMENT_ROLE, Zone

CONTROL = "identity.roles"
STACK_SERVICES = (
    "access-analyzer",
    "backup",
    "backup-storage",
    "cloudhsm",
    "cloudtrail",
    "cloudwatch",
    "config",
    "ec2",
    "events",
    "guardduty",
    "kms",
    "lambda",
    "logs",
    "macie2",
    "pipes",
    "route53resolver",
    "s3",
    "scheduler",
    "securityhub",
    "sns",
    "sqs",
    "tag",
)
"""What the components of a zone are built of."""
_CONFIG = "config.amazonaws.com"
"""AWS Config, in each partition (AWS Config Developer Guide, "Using Service-Linked Roles", also its China copy)."""
_PROVIDER_ACTIONS = [
    "iam:AddClientIDToOpenIDConnectProvider",
    "iam:CreateOpenIDConnectProvider",
    "iam:DeleteOpenIDConnectProvider",
    "iam:RemoveClientIDFromOpenIDConnectProvider",
    "iam:TagOpenIDConnectProvider",
    "iam:UntagOpenIDConnectProvider",
    "iam:UpdateOpenIDConnectProviderThumbprint",
]


def trust(zone: Zone, deployment: Deployment) -> Document:
    """The CI's role of this zone, as long as its account is of the organization."""
    statement = {
        "Sid": sid(CONTROL, 1),
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{aws(zone).partition}:iam::{aws_management_account(deployment)}:root"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "ArnEquals": {"aws:PrincipalArn": ci.role_arn(zone, deployment)},
            "StringEquals": {"aws:PrincipalOrgID": aws_organization_id(deployment)},
        },
    }
    limit = aws_limit(aws(zone).partition, "iam", "role_trust_policy_document")
    return policy(f"aws/policies/{zone.zone}-deployment-trust.json", "aws:role", [statement], limit, {CONTROL})


def permissions(zone: Zone, deployment: Deployment, services: Sequence[str] = ()) -> Document:
    """What it may do in each account; `services` besides the stack's own."""
    partition = aws(zone).partition
    owned = [f"arn:{partition}:iam::*:{kind}/sovereign{each}*" for kind in ("policy", "role") for each in "-/"]
    allowed: list[dict[str, Any]] = [
        {"Action": [f"{service}:*" for service in sorted({*STACK_SERVICES, *services})], "Resource": "*"},
        {"Action": ["iam:Get*", "iam:List*"], "Resource": "*"},
        {"Action": list(_role_actions(partition)), "Resource": owned},
        *_linked_roles(partition),
        {"Action": "route53:AssociateVPCWithHostedZone", "Resource": "*"},
        *_reader(zone, deployment),
    ]
    own = sorted(roles_of(zone, deployment, DEPLOYMENT_ROLE, zone.break_glass.aws_role))
    statements = [{**each, "Sid": sid(CONTROL, n), "Effect": "Allow"} for n, each in enumerate(allowed, start=1)]
    statements.append(
        {
            "Sid": sid(CONTROL, len(statements) + 1),
            "Effect": "Deny",
            "Action": list(_role_actions(partition)),
            "Resource": own,
        }
    )
    limit = aws_limit(partition, "iam", "role_inline_policies_total")
    path = f"aws/policies/{zone.zone}-deployment-permissions.json"
    return policy(path, "aws:role", statements, limit, {CONTROL})


def _linked_roles(partition: str) -> list[dict[str, Any]]:
    """Service-linked roles: any may be made, which AWS alone takes on; the recorder's is the stack's own."""
    linked = f"arn:{partition}:iam::*:role/aws-service-role"
    return [
        {"Action": "iam:CreateServiceLinkedRole", "Resource": f"{linked}/*"},
        {
            # the deletion's status is read by iam:Get*
            "Action": ["iam:DeleteServiceLinkedRole", "iam:TagRole", "iam:UntagRole"],
            "Resource": f"{linked}/{_CONFIG}/*",
        },
        {
            "Action": "iam:PassRole",
            "Resource": f"{linked}/{_CONFIG}/*",
            "Condition": {"StringEquals": {"iam:PassedToService": _CONFIG}},
        },
    ]


def _role_actions(partition: str) -> tuple[str, ...]:
    """What changes a role or a policy: the list by which the zone's SCPs protect the two roles."""
    (row,) = (row for row in controls.aws_protections(partition) if row.control == CONTROL and not row.deployment)
    return row.actions


def _reader(zone: Zone, deployment: Deployment) -> list[dict[str, Any]]:
    """Sentinel's role, whose name Microsoft gives, and its identity provider; none where Sentinel has no connector."""
    try:
        provider = sentinel_reader.provider_arn(zone, deployment)
    except InputError:
        return []
    arn = f"arn:{aws(zone).partition}:iam::{aws_accounts(deployment)[0]}:role/{sentinel_reader.role_name(zone)}"
    return [
        {"Action": list(_role_actions(aws(zone).partition)), "Resource": arn},
        {"Action": _PROVIDER_ACTIONS, "Resource": provider},
    ]
