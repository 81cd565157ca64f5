"""The EU zone's place in an organization that has OUs of its own: only what the team wants of the policies."""

from pathlib import Path

import pulumi
import pulumi_aws as aws
from pulumi_aws import organizations

from components.aws.organization import ZoneOrganizationalUnit, ZoneOrganizationalUnitArgs
from components.mistakes import told
from sovereignty import deployment, zone

with told():
    eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
    landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")

    # OUs and their policies are made in the management account, or in one that it has delegated policies to
    accounts = [landed.aws_management_account or ""]
    tags = aws.ProviderDefaultTagsArgs(tags=eu.tags())
    provider = aws.Provider("organization", region="eu-central-1", allowed_account_ids=accounts, default_tags=tags)
    there = pulumi.ResourceOptions(providers=[provider])
    organization = organizations.get_organization_output(opts=pulumi.InvokeOutputOptions(provider=provider))

    unit = ZoneOrganizationalUnit(
        "eu",
        ZoneOrganizationalUnitArgs(
            zone=eu,
            deployment=landed,
            parent_id=organization.roots[0].id,
            attached_by_others=2,  # FullAWSAccess, and one of the organization's own
            declarative_ec2=False,  # EC2's settings are another team's
        ),
        there,
    )
    pulumi.export("unit", unit.unit_id)
    pulumi.export("awsZoneOuPath", unit.path)
    pulumi.export("sandbox", unit.sandbox_unit_id)
