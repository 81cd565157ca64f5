"""The backup policy of a zone's OU: a plan for its home and one for its other regions, with copies in the zone alone.

What bears the zone's residency tag is backed up every day into the zone's vault of its region. Where the zone has
several regions, the home's backups are copied to the first other region, and all others' to the home. A backup is kept
as long as the zone's records; `$account` is whatever account the policy reaches.
It is locked at every node: no policy below changes a target, nor adds a plan. An account may still make plans of its
own in AWS Backup; where those copy to, the SCPs judge (egress.replication).
In each account and region the vault and the role have to be there (BackupVault makes both), or its backup jobs fail.
BackupVault has a plan too, for what bears the zone's tag: this policy is for accounts without one, and has to be asked
for (ZoneOrganizationalUnitArgs.backup_policy).
Source: AWS Organizations User Guide, "Backup policy syntax and examples" (example 3).
"""

from __future__ import annotations

from sovereignty.compile import backup_vault_policy
from sovereignty.compile.document import Document
from sovereignty.compile.organization.kinds import Kind, Policy, fixed, locked, written
from sovereignty.compile.required import aws
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

KIND = Kind("backup", "BACKUP_POLICY", "backup-policy", "backup_policy")
CONTROL = "egress.replication"
DAILY = "cron(0 3 ? * * *)"
"""At 3:00 UTC (EventBridge User Guide, cron expressions)."""
_COLD_DAYS = 90
"""What has gone to cold storage stays there for so many days at least (AWS Backup, Lifecycle)."""


def document(zone: Zone, _: Deployment) -> Document:
    """The policy; InputError where it is larger than AWS takes."""
    home = aws(zone).home
    others = [region for region in aws(zone).regions if region != home]
    plans = {f"sovereign-{zone.zone}-home": _plan(zone, [home], others[0] if others else None)}
    if others:
        plans[f"sovereign-{zone.zone}-elsewhere"] = _plan(zone, others, home)
    return written(KIND, zone, {"plans": locked(plans)}, (CONTROL,), "Name fewer regions in the zone.")


def _plan(zone: Zone, regions: list[str], copied_to: str | None) -> Policy:
    partition, vault = aws(zone).partition, backup_vault_policy.vault_name(zone)
    copies = [f"arn:{partition}:backup:{copied_to}:$account:backup-vault:{vault}"] if copied_to else []
    rule = {
        "schedule_expression": fixed(DAILY),
        "target_backup_vault_name": fixed(vault),
        "lifecycle": _lifecycle(zone),
        **({"copy_actions": locked({copy: _copy(zone, copy) for copy in copies})} if copies else {}),
    }
    # IAM is of no region: the home's role works in each
    role = f"arn:{partition}:iam::$account:role/{backup_vault_policy.role_name(zone, aws(zone).home)}"
    tagged = {
        "iam_role_arn": fixed(role),
        "tag_key": fixed("DataResidency"),
        "tag_value": fixed([zone.tags()["DataResidency"]]),
    }
    return locked(
        {
            "regions": fixed(regions),
            "rules": locked({"daily": locked(rule)}),
            "selections": locked({"tags": locked({"residents": locked(tagged)})}),
        }
    )


def _copy(zone: Zone, vault: str) -> Policy:
    return locked({"target_backup_vault_arn": fixed(vault), "lifecycle": _lifecycle(zone)})


def _lifecycle(zone: Zone) -> Policy:
    days, archived = zone.retention.days, zone.retention.archive_after_days
    lifecycle = {"delete_after_days": fixed(str(days))}
    if archived and archived + _COLD_DAYS <= days:
        lifecycle["move_to_cold_storage_after_days"] = fixed(str(archived))
    return locked(lifecycle)
