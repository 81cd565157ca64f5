"""The access policy of a zone's backup vaults, and the role as which AWS Backup works.

The policy names each action in full: AWS Backup takes no wildcard there. It refuses what would weaken the vault to all
but the two roles with power, what would end a recovery point before its time to all but break-glass, and copies to a
vault that isn't one of the zone's to everybody. It allows one thing, copies from the zone's other accounts; AWS Backup
refuses every other call from another account by itself. The resource is `*`: recovery points have ARNs of the services
that they come from, and the policy binds what is in its vault.

AWS Backup ends what has reached its time by itself, as a service, and services are left out of that denial. The vault's
lock is what holds against everybody: once its time to be changed is over, nobody ends a recovery point, whatever a
policy says.

The role can be given to AWS Backup by whoever may pass it in its own account, so its trust has no further condition:
whether AWS Backup names the account for which it assumes a role is not documented.

Sources: AWS Backup Developer Guide, "Vault access policies", "AWS Backup Vault Lock", "Creating backup copies across
AWS accounts"; Service Authorization Reference, AWS Backup.
"""

from __future__ import annotations

from typing import Any

from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.principals import roles_of, unless
from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.zone import DEPLOYMENT_ROLE, Zone

PROTECTION, COPIES, ROLE = "worm.protection", "egress.replication", "identity.service-roles"
BACKUP = "backup.amazonaws.com"

WEAKENS = [
    "backup:DeleteBackupVault",
    "backup:DeleteBackupVaultAccessPolicy",
    "backup:DeleteBackupVaultLockConfiguration",
    "backup:DeleteBackupVaultNotifications",
    "backup:PutBackupVaultAccessPolicy",
    "backup:PutBackupVaultLockConfiguration",
    "backup:PutBackupVaultNotifications",
]
ENDS = [
    "backup:DeleteRecoveryPoint",
    "backup:DisassociateRecoveryPoint",
    "backup:DisassociateRecoveryPointFromParent",
    "backup:UpdateRecoveryPointLifecycle",
]
MANAGED = ["service-role/AWSBackupServiceRolePolicyForBackup", "service-role/AWSBackupServiceRolePolicyForRestores"]
"""Without those for S3: for each bucket AWS Backup needs s3:PutBucketNotification and s3:PutInventoryConfiguration
(Developer Guide, "Managed policies for AWS Backup"), and the zone keeps both to the roles with power."""


def vault_name(zone: Zone) -> str:
    """The same in each region: 2 to 50 letters, digits, hyphens and underscores (CreateBackupVault)."""
    return f"sovereign-{zone.zone}"


def vault_arn(zone: Zone, deployment: Deployment, region: str) -> str:
    """The zone's vault in a region, in the account that holds what the zone shares."""
    return f"arn:{aws(zone).partition}:backup:{region}:{aws_accounts(deployment)[0]}:backup-vault:{vault_name(zone)}"


def role_name(zone: Zone, region: str) -> str:
    """IAM is of no region, and each region has a role of its own."""
    return f"sovereign-{zone.zone}-backup-{region}"


def vaults_of_zone(zone: Zone, deployment: Deployment) -> list[str]:
    """Patterns of the vaults of the zone's accounts in its regions."""
    footprint = aws(zone)
    return sorted(
        f"arn:{footprint.partition}:backup:{region}:{account}:backup-vault:*"
        for region in footprint.regions
        for account in aws_accounts(deployment)
    )


def document(zone: Zone, deployment: Deployment) -> Document:
    """The access policy of the zone's vaults, the same in each region."""
    emergency = roles_of(zone, deployment, zone.break_glass.aws_role)
    powerful = roles_of(zone, deployment, DEPLOYMENT_ROLE, zone.break_glass.aws_role)
    accounts = sorted(aws_accounts(deployment))
    elsewhere = [account for account in accounts if account != aws_accounts(deployment)[0]]
    statements: list[dict[str, Any]] = [
        _denied(PROTECTION, 1, WEAKENS, unless(*powerful)),
        _denied(PROTECTION, 2, ENDS, {**unless(*emergency), "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}),
        _denied(
            COPIES,
            1,
            ["backup:CopyFromBackupVault"],
            {"ForAnyValue:ArnNotLike": {"backup:CopyTargets": vaults_of_zone(zone, deployment)}},
        ),
        _denied(
            COPIES,
            2,
            ["backup:CopyIntoBackupVault"],
            {
                "StringNotEqualsIfExists": {"aws:PrincipalAccount": accounts},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
        ),
    ]
    if elsewhere:
        statements.append(
            {
                "Sid": sid(COPIES, 3),
                "Effect": "Allow",
                "Principal": {"AWS": [f"arn:{aws(zone).partition}:iam::{account}:root" for account in elsewhere]},
                "Action": "backup:CopyIntoBackupVault",
                "Resource": "*",
            }
        )
    limit = aws_limit(aws(zone).partition, "backup", "vault_access_policy_document")
    return policy(f"aws/policies/{zone.zone}-backup-vault.json", "aws:vault", statements, limit, {PROTECTION, COPIES})


def trust(zone: Zone, region: str) -> Document:
    """Who may become the role of AWS Backup in a region: AWS Backup."""
    partition = aws(zone).partition
    statement = {
        "Sid": sid(ROLE, 1),
        "Effect": "Allow",
        "Principal": {"Service": BACKUP},
        "Action": "sts:AssumeRole",
    }
    limit = aws_limit(partition, "iam", "role_trust_policy_document")
    return policy(f"aws/policies/{role_name(zone, region)}-trust.json", "aws:role", [statement], limit, {ROLE})


def not_backed_up(zone: Zone) -> list[str]:
    """Patterns of what the plan leaves out whatever its tags: buckets, as the role may not back them up."""
    return [f"arn:{aws(zone).partition}:s3:::*"]


def managed_policies(zone: Zone) -> tuple[str, ...]:
    """The ARNs of AWS's own policies by which AWS Backup backs up and restores.

    Source: AWS Managed Policy Reference, AWSBackupServiceRolePolicyForBackup and its siblings.
    """
    return tuple(f"arn:{aws(zone).partition}:iam::aws:policy/{name}" for name in MANAGED)


def _denied(control: str, number: int, actions: list[str], condition: dict[str, Any]) -> dict[str, Any]:
    return {
        "Sid": sid(control, number),
        "Effect": "Deny",
        "Principal": "*",
        "Action": actions,
        "Resource": "*",
        "Condition": condition,
    }
