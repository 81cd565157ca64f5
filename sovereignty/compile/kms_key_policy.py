"""The policy of the zone's KMS key: who may administer and use it, and what nobody may.

Sources: AWS KMS Developer Guide, "Key policies in AWS KMS" and "kms:ViaService".
"""

from __future__ import annotations

from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.principals import break_glass, outsiders, role, unless
from sovereignty.compile.required import aws, aws_accounts, aws_organization_id
from sovereignty.deployment import Deployment
from sovereignty.zone import DEPLOYMENT_ROLE, Zone

ACCOUNT, ORGANIZATION, REGION, WEAKENING = "keys.account", "identity.organization", "keys.region", "keys.weakening"

USE = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"]
WEAKENS = [
    "kms:DeleteImportedKeyMaterial",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
]


def document(zone: Zone, deployment: Deployment) -> Document:
    """The key lives in the first of the deployment's accounts; the others may use it, and can't administer it."""
    footprint = aws(zone)
    partition = footprint.partition
    owner, *others = (f"arn:{partition}:iam::{account}:root" for account in aws_accounts(deployment))
    statements = [
        {"Sid": sid(ACCOUNT, 1), "Effect": "Allow", "Principal": {"AWS": owner}, "Action": "kms:*"},
        {
            "Sid": sid(ORGANIZATION, 1),
            "Effect": "Deny",
            "Principal": "*",
            "Action": "kms:*",
            "Condition": outsiders(aws_organization_id(deployment)),
        },
        {
            "Sid": sid(REGION, 1),
            "Effect": "Deny",
            "Principal": "*",
            "Action": "kms:*",
            # the suffix is left open: it differs by partition, the region does not
            "Condition": {
                "StringNotLike": {"kms:ViaService": [f"*.{region}.*" for region in sorted(footprint.regions)]},
                "Null": {"kms:ViaService": "false"},
            },
        },
        {
            "Sid": sid(WEAKENING, 1),
            "Effect": "Deny",
            "Principal": "*",
            "Action": WEAKENS,
            "Condition": unless(role(zone, DEPLOYMENT_ROLE), *break_glass(zone)),
        },
    ]
    if others:
        use = {"Sid": sid(ACCOUNT, 2), "Effect": "Allow", "Principal": {"AWS": sorted(others)}, "Action": USE}
        statements.insert(1, use)
    return policy(
        f"aws/policies/{zone.zone}-key.json",
        "aws:key",
        [{**statement, "Resource": "*"} for statement in statements],
        aws_limit(partition, "kms", "key_policy_document"),
        {ORGANIZATION, REGION, WEAKENING},
    )
