"""What a document can't be written without: a missing value is an error that names its key, never a placeholder."""

from __future__ import annotations

from sovereignty.deployment import Deployment, key
from sovereignty.errors import InputError, Problem
from sovereignty.footprint import AwsFootprint, AzureFootprint
from sovereignty.zone import Zone


def aws(zone: Zone) -> AwsFootprint:
    """The zone's AWS footprint."""
    if zone.aws is None:
        where = f"zones/{zone.zone}.yaml: aws"
        raise InputError(Problem(where, "The zone has no footprint on AWS.", "Add `aws:` to the zone."))
    return zone.aws


def azure(zone: Zone) -> AzureFootprint:
    """The zone's Azure footprint."""
    if zone.azure is None:
        where = f"zones/{zone.zone}.yaml: azure"
        raise InputError(Problem(where, "The zone has no footprint on Azure.", "Add `azure:` to the zone."))
    return zone.azure


def _error(deployment: Deployment, name: str) -> InputError:
    where = f"Pulumi.{deployment.zone}.yaml: {key(name)}"
    return InputError(Problem(where, "It is missing, and the zone needs it.", "Add it to the stack file."))


def aws_organization_id(deployment: Deployment) -> str:
    """The organization whose principals are the zone's own: `o-…`."""
    if not deployment.aws_organization_id:
        raise _error(deployment, "aws_organization_id")
    return deployment.aws_organization_id


def aws_accounts(deployment: Deployment) -> tuple[str, ...]:
    """The zone's accounts; the first holds what the zone shares."""
    if not deployment.aws_accounts:
        raise _error(deployment, "aws_accounts")
    return deployment.aws_accounts


def aws_management_account(deployment: Deployment) -> str:
    """The organization's management account."""
    if not deployment.aws_management_account:
        raise _error(deployment, "aws_management_account")
    return deployment.aws_management_account


def aws_zone_ou_path(deployment: Deployment) -> str:
    """The path of the zone's OU, by which its accounts are told from all others: `o-…/r-…/ou-…/`."""
    if not deployment.aws_zone_ou_path:
        raise _error(deployment, "aws_zone_ou_path")
    return deployment.aws_zone_ou_path


def sentinel_workspace_id(deployment: Deployment) -> str:
    """The workspace that reads the zone's trail."""
    if not deployment.sentinel_workspace_id:
        raise _error(deployment, "sentinel_workspace_id")
    return deployment.sentinel_workspace_id


def azure_tenant_id(deployment: Deployment) -> str:
    """The tenant in which the zone's keys trust identities."""
    if not deployment.azure_tenant_id:
        raise _error(deployment, "azure_tenant_id")
    return deployment.azure_tenant_id


def azure_subscriptions(deployment: Deployment) -> tuple[str, ...]:
    """The zone's subscriptions; the first holds what the zone shares."""
    if not deployment.azure_subscriptions:
        raise _error(deployment, "azure_subscriptions")
    return deployment.azure_subscriptions
