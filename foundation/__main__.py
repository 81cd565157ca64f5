"""What an organization has once: the OUs and the management group that its zones are made under. Deployed first."""

import pulumi
from settings import from_config

from components.mistakes import told

NAME = "Sovereignty"


def on_aws(account: str, region: str) -> None:
    """The OUs: zones are made under `Sovereignty`, and what is tried out before it binds them under its `Sandbox`."""
    import pulumi_aws as aws
    from pulumi_aws import organizations

    provider = aws.Provider("organization", region=region, allowed_account_ids=[account])
    here = pulumi.ResourceOptions(provider=provider)
    organization = organizations.get_organization_output(opts=pulumi.InvokeOutputOptions(provider=provider))
    top = organizations.OrganizationalUnit(NAME, name=NAME, parent_id=organization.roots[0].id, opts=here)
    sandbox = organizations.OrganizationalUnit("Sandbox", name="Sandbox", parent_id=top.id, opts=here)
    pulumi.export("awsSovereigntyOuId", top.id)
    pulumi.export("awsSandboxParentOuId", sandbox.id)


def on_azure(tenant: str, subscription: str, location: str | None, environment: str | None) -> None:
    """The management group that zones are made under, itself under the tenant's root."""
    import pulumi_azure_native as azure
    from pulumi_azure_native import management

    provider = azure.Provider(
        "tenant", tenant_id=tenant, subscription_id=subscription, location=location, environment=environment
    )
    here = pulumi.ResourceOptions(provider=provider)
    top = management.ManagementGroup(NAME, group_id=NAME, display_name=NAME, opts=here)
    pulumi.export("azureSovereigntyManagementGroupId", top.name)


def main() -> None:
    config = pulumi.runtime.get_config_env()
    given = from_config(config, f"foundation/Pulumi.{pulumi.get_stack()}.yaml")
    if given.aws_management_account:
        on_aws(given.aws_management_account, config["aws:region"])
    if given.azure_tenant_id and given.azure_subscription:
        places = config.get("azure-native:location"), config.get("azure-native:environment")
        on_azure(given.azure_tenant_id, given.azure_subscription, *places)


with told():
    main()
