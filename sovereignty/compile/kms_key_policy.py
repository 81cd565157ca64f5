"""The policy of the zone's KMS key: who may administer it, who may use it and how, and what nobody may.

Administration is apart from use. The deployment role administers and can't read what the key protects; the zone's
accounts use the key and can't administer it; only break-glass schedules its deletion, and with the longest wait. What
is granted here is granted with conditions; the denials say the same again where a grant, which passes by what a key
policy allows, could go further. Who may administer can rewrite this policy: the zone's SCPs keep that to the same two
roles, and the preview judges what the deployment role writes.

A direct call comes from a VPC of the zone. Calls that AWS makes don't, and are told by what only AWS can set:
`aws:ViaAWSService` (a service on a caller's behalf), `kms:ViaService` (a service with a role that it was given, as S3
replication and AWS Backup do), a service principal, a service-linked role, and the role `aws:ec2-infrastructure` by
which EC2 opens a disk (its name holds a colon, so nobody else can make it).

The document is one for all regions of the zone: a key in each of them gets it, and so does a replica, since replicas
share the key's material and never its policy. It names no region's key, and all of the zone's regions. A multi-region
key is copied into the zone's regions only.

Services that use the key in their own name say for whose resource, which has to be one of the zone's accounts; the few
that don't say so set an encryption context, which has to name a resource of the zone. Service-linked roles whose own
permissions know no customer's key are given by their ARN what they need. Which all these are, and what they do, stands
in kms_services.yaml; others work with a grant, or on a caller's behalf.

KMS checks, when a key is made, that its maker could change this policy: that is the deployment role.

Sources: AWS KMS Developer Guide, "Key policies in AWS KMS", "Condition keys for AWS KMS", "Grants in AWS KMS"; for
each service, the guide that its row names; the two exceptions for AWS's own roles:
aws-samples/data-perimeter-policy-examples.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sovereignty.compile import networks
from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.principals import roles_of, unless
from sovereignty.compile.required import aws, aws_accounts, aws_organization_id
from sovereignty.deployment import Deployment
from sovereignty.facts.kms_services import KmsService, kms_linked_roles, kms_services
from sovereignty.zone import DEPLOYMENT_ROLE, Zone

ADMINISTRATION, ACCOUNT, SERVICES = "keys.administration", "keys.account", "identity.services"
REGION, NETWORK, DELETION = "keys.region", "network.vpc", "keys.deletion"

LONGEST_WAIT = 30
"""Days between asking for a key's deletion and its end: the most that KMS takes (ScheduleKeyDeletion)."""

ADMINISTER = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ReplicateKey",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
]
READ = ["kms:Decrypt", "kms:DeriveSharedSecret", "kms:ReEncryptFrom"]
"""What opens that which the key protects."""
READS_FOR_CALLER = ("backup", "ec2")
"""Services that ask the caller itself for Decrypt: AWS Backup of whoever makes a vault (AWS Backup Developer Guide,
"Backup vault creation and deletion"), EC2 of whoever attaches an encrypted disk; the host alone gets the data key."""
USE = sorted(
    [
        "kms:Decrypt",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyPair",
        "kms:GenerateDataKeyPairWithoutPlaintext",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
    ]
)


def document(zone: Zone, deployment: Deployment) -> Document:
    """The key lives in the first of the deployment's accounts; the others may use it, and can't administer it."""
    statements = [
        *_numbered(ADMINISTRATION, _administration(zone, deployment)),
        *_numbered(ACCOUNT, _use(zone, deployment)),
        *_numbered(SERVICES, [*_services(zone, deployment), *_linked_roles(zone, deployment)]),
        *_numbered(REGION, [_other_regions(zone, deployment), _other_replicas(zone, deployment)]),
        *_numbered(NETWORK, [_direct_calls(zone, deployment)]),
        *_numbered(DELETION, [_early_deletion()]),
    ]
    return policy(
        f"aws/policies/{zone.zone}-key.json",
        "aws:key",
        statements,
        aws_limit(aws(zone).partition, "kms", "key_policy_document"),
        {ADMINISTRATION, ACCOUNT, SERVICES, REGION, NETWORK, DELETION},
    )


def _numbered(control: str, statements: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"Effect": "Deny", "Principal": "*", **statement, "Sid": sid(control, number), "Resource": "*"}
        for number, statement in enumerate(statements, start=1)
    ]


def _administration(zone: Zone, deployment: Deployment) -> list[dict[str, Any]]:
    # the account with a condition, and not the roles themselves: KMS keeps the id of a role that a Principal names, and
    # one that is made again later would be another
    owner = {"AWS": f"arn:{aws(zone).partition}:iam::{aws_accounts(deployment)[0]}:root"}
    deployer, *elsewhere = roles_of(zone, deployment, DEPLOYMENT_ROLE)
    emergency, *_ = roles_of(zone, deployment, zone.break_glass.aws_role)
    by_aws = sorted(f"{service}.{region}.*" for service in READS_FOR_CALLER for region in aws(zone).regions)
    return [
        {
            "Effect": "Allow",
            "Principal": owner,
            "Action": ADMINISTER,
            "Condition": {"ArnEquals": {"aws:PrincipalArn": deployer}},
        },
        {
            "Effect": "Allow",
            "Principal": owner,
            "Action": "kms:*",
            "Condition": {"ArnEquals": {"aws:PrincipalArn": emergency}},
        },
        {
            "Action": READ,
            "Condition": {
                "ArnEquals": {"aws:PrincipalArn": sorted([deployer, *elsewhere])},
                "StringNotLikeIfExists": {"kms:ViaService": by_aws},
            },
        },
    ]


def _use(zone: Zone, deployment: Deployment) -> list[dict[str, Any]]:
    accounts = sorted(aws_accounts(deployment))
    principals = {"AWS": [f"arn:{aws(zone).partition}:iam::{account}:root" for account in accounts]}
    emergency = roles_of(zone, deployment, zone.break_glass.aws_role)
    return [
        {"Effect": "Allow", "Principal": principals, "Action": ["kms:DescribeKey", *USE]},
        # kms:RetireGrant has no effect in a key policy: the grant says who retires it, and the account's own policies
        # (AWS KMS Developer Guide, "Retiring and revoking grants")
        {
            "Effect": "Allow",
            "Principal": principals,
            "Action": ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
        {
            "Action": "kms:*",
            "Condition": {
                "StringNotEqualsIfExists": {"aws:PrincipalAccount": accounts},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
        },
        # whom a grant of this kind names may make another one
        {
            "Action": "kms:CreateGrant",
            "Condition": {"BoolIfExists": {"kms:GrantIsForAWSResource": "false"}, **unless(*emergency)},
        },
    ]


def _services(zone: Zone, deployment: Deployment) -> list[dict[str, Any]]:
    return [
        {
            "Effect": "Allow",
            "Principal": {"Service": principals if "{region}" in row.service else principals[0]},
            "Action": sorted(row.actions),
            "Condition": _for_zone(row, deployment) | _of_what_is_named(row, zone, deployment),
        }
        for row in kms_services()
        if (principals := [*row.principals(aws(zone).partition, sorted(aws(zone).regions))])
    ]


def _linked_roles(zone: Zone, deployment: Deployment) -> Iterable[dict[str, Any]]:
    # KMS refuses a policy whose Principal names a role that isn't there yet; a condition waits for it. With a Principal
    # of everybody the role needs no permission of its account, which its own policy doesn't give
    for row in kms_linked_roles():
        roles = {"ArnEquals": {"aws:PrincipalArn": sorted(roles_of(zone, deployment, row.role))}}
        everybody = {"Effect": "Allow", "Principal": "*"}
        yield {**everybody, "Action": sorted(row.actions), "Condition": roles}
        if row.grants:
            for_aws = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
            yield {**everybody, "Action": "kms:CreateGrant", "Condition": {**roles, **for_aws}}


def _for_zone(row: KmsService, deployment: Deployment) -> dict[str, Any]:
    organization = aws_organization_id(deployment)
    if row.source:
        accounts = sorted(aws_accounts(deployment))
        return {"StringEquals": {"aws:SourceAccount": accounts, "aws:SourceOrgID": organization}}
    return {"StringEqualsIfExists": {"aws:SourceOrgID": organization}}


def _of_what_is_named(row: KmsService, zone: Zone, deployment: Deployment) -> dict[str, Any]:
    if not row.context:
        return {}
    arns = [
        f"arn:{aws(zone).partition}:{row.of}:{region}:{account}:{row.kind}*"
        for region in sorted(aws(zone).regions)
        for account in sorted(aws_accounts(deployment))
    ]
    return {"ArnLike" if row.always else "ArnLikeIfExists": {f"kms:EncryptionContext:{row.context}": arns}}


def _other_regions(zone: Zone, deployment: Deployment) -> dict[str, Any]:
    emergency = roles_of(zone, deployment, zone.break_glass.aws_role)
    # the suffix is left open: it differs by partition, the region does not
    here = [f"*.{region}.*" for region in sorted(aws(zone).regions)]
    return {
        "Action": "kms:*",
        "Condition": {
            "StringNotLike": {"kms:ViaService": here},
            "Null": {"kms:ViaService": "false"},
            **unless(*emergency),
        },
    }


def _other_replicas(zone: Zone, deployment: Deployment) -> dict[str, Any]:
    # a negated operator fits an absent key as well: who doesn't say where is refused
    emergency = roles_of(zone, deployment, zone.break_glass.aws_role)
    elsewhere = {"StringNotEquals": {"kms:ReplicaRegion": sorted(aws(zone).regions)}}
    return {"Action": "kms:ReplicateKey", "Condition": {**elsewhere, **unless(*emergency)}}


def _direct_calls(zone: Zone, deployment: Deployment) -> dict[str, Any]:
    emergency = zone.break_glass.aws_role
    by_aws = roles_of(zone, deployment, emergency, "aws-service-role/*", networks.EC2_ROLE)
    return {
        "Action": USE,
        "Condition": {
            "ArnNotLikeIfExists": {
                networks.SOURCE: networks.of_zone(zone, deployment),
                **unless(*by_aws)["ArnNotLike"],
            },
            **networks.not_by_a_service(),
            "Null": {"kms:ViaService": "true"},
        },
    }


def _early_deletion() -> dict[str, Any]:
    wait = {"NumericLessThan": {"kms:ScheduleKeyDeletionPendingWindowInDays": str(LONGEST_WAIT)}}
    return {"Action": "kms:ScheduleKeyDeletion", "Condition": wait}
