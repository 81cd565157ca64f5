"""The EU zone's backups: what bears its tag goes into a locked vault of its region, and a copy into the other one."""

from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.aws.backup import BackupVault, BackupVaultArgs
from components.aws.keys import ZoneKmsKey, ZoneKmsKeyArgs
from sovereignty import deployment, zone
from sovereignty.compile import everything

eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")


def within(region: str) -> pulumi.ResourceOptions:
    tags = aws.ProviderDefaultTagsArgs(tags=eu.tags())
    provider = aws.Provider(region, region=region, allowed_account_ids=list(landed.aws_accounts), default_tags=tags)
    return pulumi.ResourceOptions(providers=[provider])


for region, other in (("eu-central-1", "eu-west-1"), ("eu-west-1", "eu-central-1")):
    there = within(region)
    key = ZoneKmsKey(f"eu-{region}", ZoneKmsKeyArgs(zone=eu, deployment=landed, region=region), there)
    # by its name: neither vault can wait for the other. `sovereign-zones:phase: locked` makes the locks final
    copies = [everything.backup_vault(eu, landed, other)]
    args = BackupVaultArgs(zone=eu, deployment=landed, region=region, key=key.arn, copies_to=copies)
    pulumi.export(f"vault-{region}", BackupVault(f"eu-{region}", args, there).arn)
