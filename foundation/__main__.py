"""What an organization has once: the places of its zones, what binds every account, and a watch. Deployed first."""

from collections.abc import Callable

import pulumi

from components.mistakes import told
from sovereignty.foundation_deployment import FoundationDeployment, from_config

At = Callable[[str], pulumi.ResourceOptions]
"""The options by which a resource is made in a region."""


def on_aws(given: FoundationDeployment, account: str, home: str) -> None:
    """The organization as zones need it, in the management account; and who watches that account."""
    import pulumi_aws as aws

    from components.aws.foundation import OrganizationFoundation, OrganizationFoundationArgs

    providers = {home: aws.Provider("organization", region=home, allowed_account_ids=[account])}

    def at(region: str) -> pulumi.ResourceOptions:
        if region not in providers:
            providers[region] = aws.Provider(region, region=region, allowed_account_ids=[account])
        return pulumi.ResourceOptions(providers=[providers[region]])

    foundation = OrganizationFoundation(
        "organization",
        OrganizationFoundationArgs(
            organization_id=given.aws_organization_id,
            root_policies=given.aws_root_policies,
            partner_accounts=given.aws_partner_accounts,
            security_account=given.aws_security_account,
            security_regions=given.aws_security_regions,
        ),
        at(home),
    )
    pulumi.export("awsSovereigntyOuId", foundation.unit_id)
    pulumi.export("awsSandboxParentOuId", foundation.sandbox_unit_id)
    pulumi.export("awsOrganizationId", foundation.organization_id)
    watch(given, account, home, foundation.known_id, at)


def watch(given: FoundationDeployment, account: str, home: str, organization: str, at: At) -> None:
    """The watch over the management account, its trail, and the forwarder where a bus is given."""
    from components.aws.management_watch import ManagementWatch, ManagementWatchArgs
    from sovereignty.compile import foundation as compiled
    from sovereignty.facts.control_plane import answering_regions, organizations_region

    partition = compiled.partition(home, "aws:region")
    trail = compiled.trail_arn(partition, home, account) if given.aws_management_trail else None
    keys, topics = {}, {}
    for region in sorted({home, organizations_region(partition)}):
        made = ManagementWatch(
            f"watch-{region}",
            ManagementWatchArgs(
                region=region,
                account=account,
                organization_id=organization,
                subscribers=given.aws_alarm_subscribers,
                trail=trail if region == home else None,
            ),
            at(region),
        )
        keys[region], topics[region] = made.key_arn, made.topic_arn
    pulumi.export("awsAlarmTopicArns", topics)
    if trail:
        from components.aws.management_trail import ManagementTrail, ManagementTrailArgs

        recorded = ManagementTrail(
            "trail",
            ManagementTrailArgs(
                region=home,
                account=account,
                organization_id=organization,
                key=keys[home],
                years=given.aws_trail_years,
                alarm_topic=topics[home],
            ),
            at(home),
        )
        pulumi.export("awsManagementTrailArn", recorded.arn)
    if given.aws_forward_to:
        from components.aws.metadata_forwarder import MetadataForwarder, MetadataForwarderArgs

        for region in answering_regions(partition):
            to = MetadataForwarderArgs(region=region, account=account, to=given.aws_forward_to)
            MetadataForwarder(f"forward-{region}", to, at(region))


def on_azure(given: FoundationDeployment, tenant: str, location: str | None, environment: str | None) -> None:
    """The management groups that zones are made under, in the tenant; and who watches over them."""
    import pulumi_azure_native as azure

    from components.azure.foundation import TenantFoundation, TenantFoundationArgs

    provider = azure.Provider(
        "tenant", tenant_id=tenant, subscription_id=given.azure_subscription, location=location, environment=environment
    )
    here = pulumi.ResourceOptions(providers=[provider])
    args = TenantFoundationArgs(tenant_id=tenant, hierarchy_settings=given.azure_hierarchy_settings)
    foundation = TenantFoundation("tenant", args, here)
    pulumi.export("azureSovereigntyManagementGroupId", foundation.group_id)
    pulumi.export("azureSandboxParentManagementGroupId", foundation.sandbox_group_id)
    if given.azure_hierarchy_settings:
        pulumi.export("azureUnplacedManagementGroupId", foundation.unplaced_group_id)
    if location and (given.azure_group_log or given.azure_entra_logs):
        from components.azure.tenant_watch import TenantWatch, TenantWatchArgs

        watching = TenantWatchArgs(
            management_group_id=foundation.group_id,
            subscribers=given.azure_alarm_subscribers,
            location=location,
            group_log=given.azure_group_log,
            entra_logs=given.azure_entra_logs,
        )
        watch = TenantWatch("tenant-watch", watching, here)
        pulumi.export("azureAlarmGroupId", watch.alarm_group_id)
        pulumi.export("azureWatchWorkspaceId", watch.workspace_id)


def main() -> None:
    config = pulumi.runtime.get_config_env()
    given = from_config(config, f"foundation/Pulumi.{pulumi.get_stack()}.yaml")
    if given.aws_management_account:
        on_aws(given, given.aws_management_account, config["aws:region"])
    if given.azure_tenant_id:
        places = config.get("azure-native:location"), config.get("azure-native:environment")
        on_azure(given, given.azure_tenant_id, *places)


with told():
    main()
