"""Backups that nobody deletes before their time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import backup, iam

from components.arguments import checked
from components.aws.arguments import key_arn, region_of
from sovereignty.compile import backup_vault_policy
from sovereignty.compile.required import aws as footprint
from sovereignty.compile.required import aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

COOLING_OFF_DAYS = 3
"""Days in which a compliance lock can still be taken away: the fewest that PutBackupVaultLockConfiguration takes."""
LEAST_COLD_DAYS = 90
"""Days that a backup has to stay in cold storage (AWS Backup Developer Guide, Lifecycle)."""
DAILY = "cron(0 3 * * ? *)"
"""Three in the morning, UTC."""
_VAULT = re.compile(
    r"arn:(?P<partition>[a-z-]+):backup:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):backup-vault:[A-Za-z0-9_-]{2,50}"
)


@dataclass(frozen=True, kw_only=True)
class BackupVaultArgs:
    """What a zone's backup vault needs to know. How long it keeps is the zone's retention, and no argument."""

    zone: Zone
    deployment: Deployment
    key: pulumi.Input[str]
    """ARN of the zone's KMS key in this region."""
    region: str | None = None
    """None: the zone's home region."""
    copies_to: Sequence[pulumi.Input[str]] = ()
    """ARNs of vaults of the zone, in its regions, to which each backup is copied."""


class BackupVault(pulumi.ComponentResource):
    """A locked vault under the zone's key, and a plan that puts what bears the zone's tag into it each day, buckets
    excepted. Protected.

    A backup, and its copy in each vault of `copies_to`, is kept for the zone's retention, and no job with a shorter one
    gets in. A zone in mode COMPLIANCE whose stack is in phase `locked` gets a compliance lock: three days later nobody
    can take it away, AWS and break-glass included. In phase `provision`, or in mode GOVERNANCE, the same lock can be
    taken away by the roles that the zone's policies except: try the backups out first, then write the phase.
    Features: backup.
    Outputs: `arn`, `name` (`sovereign-<zone>` in each region), `plan_id`, `role_arn`.
    Cost: each day's backup for the whole retention, by the GB; cold storage, for what supports it, after the zone's
    `archive_after_days` where that leaves 90 days of retention. Copies again, with the transfer to their region.
    Traps: buckets are left out, whatever their tags: AWS Backup's role would have to change their notifications and
    inventories, which the zone keeps to the roles with power. Locked buckets keep every version, `ResidentBucket` keeps
    old ones for its days. A restore as this role may be refused by the SCPs that ask for the tag DataResidency on
    ec2:CreateVolume, ec2:RunInstances, dynamodb:CreateTable and their like (that AWS Backup sends tags in the call is
    unverified): restore from the snapshot as the deployment role, which they except. A compliance lock keeps its vault,
    and its bill, until the last backup's time is over; a longer retention of the zone means a new lock, which then
    fails. For a moment in the step to phase `locked` the vault has no lock. Vault policies bind AWS Backup's API alone:
    snapshots of EBS and RDS are seen by their own services' as well. Services have to be opted in in the account
    (`backup.RegionSettings`), copies between accounts in the organization (`backup.GlobalSettings`), and copies in cold
    storage can't be copied on. Retention counts years of 365 days.
    Source: AWS Backup Developer Guide, "AWS Backup Vault Lock", "Vault access policies", "Creating a backup plan".
    """

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    plan_id: pulumi.Output[str]
    role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: BackupVaultArgs, opts: pulumi.ResourceOptions | None = None):
        region = region_of(args.zone, args.region, "BackupVaultArgs.region")
        key = key_arn(args.zone, args.deployment, args.key, "BackupVaultArgs.key", region)
        copies = [
            checked(vault, lambda arn, index=index: _inside(arn, args, index, region))
            for index, vault in enumerate(args.copies_to)
        ]
        super().__init__("sovereign-zones:index:BackupVault", name, None, opts)
        zone, deployment = args.zone, args.deployment
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        called = backup_vault_policy.vault_name(zone)
        vault = backup.Vault(name, name=called, kms_key_arn=key, force_destroy=False, opts=kept)
        locked = deployment.phase == "locked"
        for_good = locked and zone.retention.mode == "COMPLIANCE"
        backup.VaultLockConfiguration(
            name,
            backup_vault_name=vault.name,
            min_retention_days=zone.retention.days,
            changeable_for_days=COOLING_OFF_DAYS if for_good else None,
            # the step to phase locked is a new lock of the same vault, and the old one has to go first
            opts=pulumi.ResourceOptions(parent=self, protect=locked, delete_before_replace=True),
        )
        backup.VaultPolicy(
            name,
            backup_vault_name=vault.name,
            policy=backup_vault_policy.document(zone, deployment).text,
            opts=kept,
        )
        role = self._role(name, zone, region)
        child = pulumi.ResourceOptions(parent=self)
        days, cold = zone.retention.days, _cold_after(zone)
        plan = backup.Plan(
            name,
            name=called,
            rules=[
                backup.PlanRuleArgs(
                    rule_name="daily",
                    target_vault_name=vault.name,
                    schedule=DAILY,
                    lifecycle=backup.PlanRuleLifecycleArgs(delete_after=days, cold_storage_after=cold),
                    copy_actions=[
                        backup.PlanRuleCopyActionArgs(
                            destination_vault_arn=vault_arn,
                            lifecycle=backup.PlanRuleCopyActionLifecycleArgs(
                                delete_after=days, cold_storage_after=cold
                            ),
                        )
                        for vault_arn in copies
                    ],
                )
            ],
            opts=child,
        )
        backup.Selection(
            name,
            name=called,
            plan_id=plan.id,
            iam_role_arn=role.arn,
            not_resources=backup_vault_policy.not_backed_up(zone),
            selection_tags=[backup.SelectionSelectionTagArgs(type="STRINGEQUALS", key="Zone", value=zone.zone)],
            opts=child,
        )
        self.arn, self.name, self.plan_id, self.role_arn = vault.arn, vault.name, plan.id, role.arn
        outputs = {"arn": self.arn, "name": self.name, "planId": self.plan_id, "roleArn": self.role_arn}
        self.register_outputs(outputs)

    def _role(self, name: str, zone: Zone, region: str) -> iam.Role:
        child = pulumi.ResourceOptions(parent=self)
        role = iam.Role(
            f"{name}-backup",
            name=backup_vault_policy.role_name(zone, region),
            description=f"AWS Backup, for zone {zone.zone} in {region}",
            assume_role_policy=backup_vault_policy.trust(zone, region).text,
            opts=child,
        )
        for arn in backup_vault_policy.managed_policies(zone):
            iam.RolePolicyAttachment(f"{name}-{arn.rpartition('/')[2]}", role=role.name, policy_arn=arn, opts=child)
        return role


def _cold_after(zone: Zone) -> int | None:
    """Days until a backup moves to cold storage, where the time that AWS asks for is left before the retention ends."""
    days = zone.retention.archive_after_days
    return None if days is None or days + LEAST_COLD_DAYS > zone.retention.days else days


def _inside(arn: str, args: BackupVaultArgs, index: int, region: str) -> None:
    """InputError where the vault isn't another one of the zone's."""
    where, fits = footprint(args.zone), _VAULT.fullmatch(arn)
    right = f"Name vaults of the zone's accounts in {', '.join(each for each in where.regions if each != region)}."
    if len(where.regions) == 1:
        right = "Leave it out: the zone has one region."

    def problem(found: str) -> InputError:
        return InputError(Problem(f"BackupVaultArgs.copies_to[{index}]", found, right))

    if not fits or fits["partition"] != where.partition:
        raise problem(f"This is no ARN of a backup vault in partition {where.partition}.")
    if not where.holds(fits["region"]):
        raise problem(f"The vault lies outside zone {args.zone.zone}, in {fits['region']}.")
    if fits["account"] not in aws_accounts(args.deployment):
        raise problem("The vault belongs to an account that is not one of the zone's.")
    if arn == backup_vault_policy.vault_arn(args.zone, args.deployment, region):
        raise problem("This is the vault itself.")
