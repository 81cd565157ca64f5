"""The policy of the key that signs the zone's evidence: who signs, who checks, who administers, and that these differ.

One role signs: `sovereign/evidence` of the first account. It lives under the IAM path that the zone's SCPs protect, so
that only the deployment role and break-glass can make or change it. Every principal of the zone's accounts reads the
public key and verifies with it, as far as its own permissions go; a person outside the zone needs the public key's text
alone. The deployment role administers and can't sign; only break-glass schedules the key's deletion, with the longest
wait, and it can't sign either: whoever takes that right has to rewrite this policy first, and that is in the trail. No
grant is given, since a grant passes by what a key policy allows.

What this can't do: the deployment role may rewrite the policy, and may change whom the evidence role trusts. The SCPs
keep both to it, and the preview judges what it writes.

There is no statement about networks. A digest is sent for signing and never what it is of, and evidence is also made by
runners that stand in no VPC of the zone.

Source: AWS KMS Developer Guide, "Asymmetric keys in AWS KMS", "Key policies in AWS KMS", "Grants in AWS KMS".
"""

from __future__ import annotations

from typing import Any

from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.kms_key_policy import ACCOUNT, ADMINISTRATION, DELETION, LONGEST_WAIT
from sovereignty.compile.principals import roles_of, unless
from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.zone import DEPLOYMENT_ROLE, ROLES_PATH, Zone

SIGNING = "keys.signing"
EVIDENCE_ROLE = ROLES_PATH + "evidence"
"""Path and name of the role that signs."""

ADMINISTER = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
]
CHECK = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Verify"]


def document(zone: Zone, deployment: Deployment) -> Document:
    """The key lives in the first of the deployment's accounts, in the zone's home region."""
    partition, accounts = aws(zone).partition, sorted(aws_accounts(deployment))
    owner = {"AWS": f"arn:{partition}:iam::{aws_accounts(deployment)[0]}:root"}
    everybody = {"AWS": [f"arn:{partition}:iam::{account}:root" for account in accounts]}
    deployer, emergency, signer = (
        roles_of(zone, deployment, name)[0] for name in (DEPLOYMENT_ROLE, zone.break_glass.aws_role, EVIDENCE_ROLE)
    )
    statements = [
        _allow(ADMINISTRATION, 1, owner, ADMINISTER, deployer),
        _allow(ADMINISTRATION, 2, owner, "kms:*", emergency),
        _allow(ACCOUNT, 1, everybody, CHECK),
        _deny(ACCOUNT, 2, "kms:*", {"StringNotEqualsIfExists": {"aws:PrincipalAccount": accounts}}),
        _allow(SIGNING, 1, owner, "kms:Sign", signer),
        _deny(SIGNING, 2, "kms:Sign", unless(signer)),
        _deny(SIGNING, 3, "kms:CreateGrant", {}),
        _deny(
            DELETION,
            1,
            "kms:ScheduleKeyDeletion",
            {"NumericLessThan": {"kms:ScheduleKeyDeletionPendingWindowInDays": str(LONGEST_WAIT)}},
        ),
    ]
    return policy(
        f"aws/policies/{zone.zone}-evidence-key.json",
        "aws:key",
        statements,
        aws_limit(partition, "kms", "key_policy_document"),
        {ADMINISTRATION, ACCOUNT, SIGNING, DELETION},
    )


def _allow(
    control: str, number: int, principal: dict[str, Any], action: str | list[str], role: str = ""
) -> dict[str, Any]:
    # the account with a condition, and not the role itself: KMS keeps the id of a role that a Principal names
    condition = {"Condition": {"ArnEquals": {"aws:PrincipalArn": role}}} if role else {}
    allowed = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return {"Sid": sid(control, number), **allowed, **condition}


def _deny(control: str, number: int, action: str, condition: dict[str, Any]) -> dict[str, Any]:
    denied = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*"}
    return {"Sid": sid(control, number), **denied, **({"Condition": condition} if condition else {})}
