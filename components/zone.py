"""A residency zone on every cloud of its footprint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi

from components.foundation import Parents
from components.providers import ZoneProviders
from sovereignty.deployment import Deployment, key
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

if TYPE_CHECKING:
    from components.aws.zone import AwsZone
    from components.azure.zone import AzureZone

OUTPUTS_VERSION = 1
"""Of the outputs' shape: it grows when one is renamed or taken away."""


@dataclass(frozen=True, kw_only=True)
class ResidencyZoneArgs:
    """A zone is built from its law and from where it lands."""

    zone: Zone
    deployment: Deployment
    providers: ZoneProviders
    parents: Parents
    """What its own OU and management group are made under."""


class ResidencyZone(pulumi.ComponentResource):
    """A zone: on each cloud that it names, a place in the organization that refuses what leaves, a key, locked records.

    Features: those of its parts.
    Outputs: `outputs`, what a stack exports (docs/outputs.md). `aws` and `azure` are its parts, None where it has none.
    """

    outputs: Mapping[str, Any]

    def __init__(self, name: str, args: ResidencyZoneArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__("sovereign-zones:index:ResidencyZone", name, None, opts)
        zone, deployment = args.zone, args.deployment
        above, child = args.parents, pulumi.ResourceOptions(parent=self)
        self.aws: AwsZone | None = None
        self.azure: AzureZone | None = None
        # a cloud's SDK takes long to import: only those that the zone has
        if args.providers.aws:
            from components.aws.zone import AwsZone, AwsZoneArgs

            on_aws = AwsZoneArgs(
                zone=zone,
                deployment=deployment,
                providers=args.providers.aws,
                parent_ou_id=_given(above.aws_ou_id, deployment, "aws_parent_ou_id"),
                sandbox_parent_ou_id=above.aws_sandbox_ou_id,
            )
            self.aws = AwsZone(name, on_aws, child)
        if args.providers.azure:
            from components.azure.zone import AzureZone, AzureZoneArgs

            on_azure = AzureZoneArgs(
                zone=zone,
                deployment=deployment,
                providers=args.providers.azure,
                parent_management_group_id=_given(
                    above.azure_management_group_id, deployment, "azure_parent_management_group_id"
                ),
                sandbox_parent_management_group_id=above.azure_sandbox_management_group_id,
            )
            self.azure = AzureZone(name, on_azure, child)
        self.outputs = {**_declared(zone), **_on_aws(self.aws), **_on_azure(self.azure)}
        self.register_outputs(dict(self.outputs))


def _given(parent: pulumi.Input[str] | None, deployment: Deployment, name: str) -> pulumi.Input[str]:
    if parent is None:
        where = f"Pulumi.{deployment.zone}.yaml: {key(name)}"
        raise InputError(
            Problem(
                where, "The zone has no parent: neither this nor a foundation is given.", f"Add `{key('foundation')}`."
            )
        )
    return parent


def _declared(zone: Zone) -> dict[str, Any]:
    return {
        "version": OUTPUTS_VERSION,
        "zone": zone.zone,
        "jurisdiction": zone.jurisdiction,
        "acceptedRisks": {accepted.risk: accepted.reason for accepted in zone.accepts},
        "awsRegions": list(zone.aws.regions) if zone.aws else [],
        "azureLocations": list(zone.azure.regions) if zone.azure else [],
    }


def _on_aws(part: AwsZone | None) -> dict[str, Any]:
    if part is None:
        return {}
    regions = part.regions.items()
    return {
        "awsOuId": part.unit.unit_id,
        "awsZoneOuPath": part.unit.path,
        "awsPolicyIds": part.unit.policy_ids,
        "awsSandboxOuId": part.unit.sandbox_unit_id,
        "awsKeyArn": part.key.arn,
        "awsKeyAlias": part.key.alias,
        "awsKeyArns": {region: key.arn for region, key in part.keys.items()},
        "awsSigningKeyArn": part.signing.arn,
        "awsRecordsBucket": part.records.name,
        "awsTrailArn": part.trail.arn,
        "awsTrailBucket": part.trail_records.name,
        "awsTrailLogGroupArn": part.trail.log_group_arn,
        "awsFlowLogsBucket": part.flow_logs.name,
        "awsConfigurationBucket": part.configuration.locked_bucket,
        "awsAlarmTopicArns": {region: topic.arn for region, topic in part.alarms.items()},
        "awsVpcIds": {region: each.network.vpc_id for region, each in regions},
        "awsSubnetIds": {region: each.network.subnet_ids for region, each in regions},
        "awsBackupVaultArns": {region: each.backup.arn for region, each in regions},
    }


def _on_azure(part: AzureZone | None) -> dict[str, Any]:
    if part is None:
        return {}
    home, locations, audit = part.home, part.locations.items(), part.audit
    given = {
        "azureManagementGroupId": part.management_group.group_id,
        "azureSandboxManagementGroupId": part.management_group.sandbox_group_id,
        "azurePolicyAssignmentIds": part.management_group.assignment_ids.apply(lambda ids: sorted(ids.values())),
        "azureResourceGroup": home.resource_group,
        "azureResourceGroups": {location: each.resource_group for location, each in locations},
        "azureVaultUri": home.keys.store_uri,
        "azureKeyUri": home.keys.key_uri,
        "azureKeyUris": _where_given({location: each.keys.key_uri for location, each in locations}),
        "azureIdentityIds": _where_given({location: each.keys.identity_id for location, each in locations}),
        "azureDiskEncryptionSetIds": _where_given(
            {location: each.disk_encryption and each.disk_encryption.set_id for location, each in locations}
        ),
        "azureHsmNextSteps": _where_given(
            {location: getattr(each.keys, "next_step", None) for location, each in locations}
        ),
        "azureAlarmGroupId": audit.alarms.group_id,
        "azureWorkspaceId": audit.workspace and audit.workspace.workspace_id,
        "azureWorkspaceCustomerId": audit.workspace and audit.workspace.customer_id,
        "azureLogsAccount": audit.log_records and audit.log_records.name,
        "azurePerimeterId": part.perimeter and part.perimeter.perimeter_id,
        "azureAttestationUri": part.attestation and part.attestation.attest_uri,
        "azureVnetIds": {location: each.network.vnet_id for location, each in locations},
        "azureSubnetIds": {location: each.network.workload_subnet_id for location, each in locations},
        "azureEndpointSubnetIds": {location: each.network.endpoint_subnet_id for location, each in locations},
        **_locked(part),
    }
    return {name: value for name, value in given.items() if value is not None and value != {}}


def _where_given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {place: value for place, value in values.items() if value is not None}


def _locked(part: AzureZone) -> dict[str, Any]:
    """The write-once accounts: whether each container's retention is locked, and how people lock it."""
    accounts = [part.records, part.audit.log_records, *(each.flow_logs for each in part.locations.values())]
    found = [account for account in accounts if account is not None]
    if not found:
        return {}

    def by_account(values: Sequence[Any]) -> dict[str, Any]:
        names, of_each = values[: len(found)], values[len(found) :]
        return dict(sorted(zip(names, of_each, strict=True)))

    def of_all(output: str) -> pulumi.Output[dict[str, Any]]:
        return pulumi.Output.all(*(a.name for a in found), *(getattr(a, output) for a in found)).apply(by_account)

    records = part.records
    if records is None:
        return {"azureImmutabilityStates": of_all("immutability_states"), "azureLockCommands": of_all("lock_commands")}
    container = part.records_container
    return {
        "azureRecordsAccount": records.name,
        "azureRecordsContainer": container,
        "azureRecordsImmutability": records.immutability_states.apply(lambda states: states[container]),
        "azureRecordsLockCommand": records.lock_commands.apply(lambda commands: commands.get(container)),
        "azureImmutabilityStates": of_all("immutability_states"),
        "azureLockCommands": of_all("lock_commands"),
    }
