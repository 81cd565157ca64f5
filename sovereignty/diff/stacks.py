"""What changes between two stack files of a zone: whom and what the zone's documents name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sovereignty.deployment import Deployment
from sovereignty.diff.change import Found


def _may(says: str) -> tuple[str, str]:
    return says.format("may"), says.format("may no longer")


_SAYS: Mapping[str, tuple[str, str]] = {
    "phase": ("The stack is in phase {}.", "The stack is no longer in phase {}."),
    "hsm_phase": ("The managed HSM is in phase {}.", "The managed HSM is no longer in phase {}."),
    "rollout": ("The policies are attached to the {}.", "The policies are no longer attached to the {}."),
    "foundation": ("The zone hangs below foundation {}.", "The zone no longer hangs below foundation {}."),
    "aws_parent_ou_id": ("The zone's OU hangs below {}.", "The zone's OU no longer hangs below {}."),
    "aws_sandbox_parent_ou_id": (
        "The zone's sandbox OU hangs below {}.",
        "The zone's sandbox OU no longer hangs below {}.",
    ),
    "azure_parent_management_group_id": (
        "The zone's management group hangs below {}.",
        "The zone's management group no longer hangs below {}.",
    ),
    "azure_sandbox_parent_management_group_id": (
        "The zone's sandbox management group hangs below {}.",
        "The zone's sandbox management group no longer hangs below {}.",
    ),
    "aws_organization_id": ("Organization {} is the zone's.", "Organization {} is no longer the zone's."),
    "aws_organization_paths": _may("Accounts below {{}} {} reach the zone's data."),
    "aws_management_account": (
        "Account {} manages the organization: no policy of the zone binds it.",
        "Account {} no longer manages the organization.",
    ),
    "aws_accounts": ("Account {} is the zone's.", "Account {} is no longer the zone's."),
    "aws_zone_ou_path": ("The zone's OU is {}.", "The zone's OU is no longer {}."),
    "aws_vpc_arns": _may("Requests from VPC {{}} {} reach the zone's data."),
    "aws_ami_owners": _may("Images of {{}} {} be started."),
    "aws_key_stores": ("Keys are made in key store {}.", "Keys are no longer made in key store {}."),
    "aws_vpc_cidrs": ("The VPC has the block {}.", "The VPC no longer has the block {}."),
    "aws_managed_elsewhere": ("The stack leaves {} to others.", "The stack no longer leaves {} to others."),
    "aws_alarm_subscribers": ("{} is told of alarms.", "{} is no longer told of alarms."),
    "identity_center_region": _may("Identity Center of {{}} {} be called from the zone."),
    "azure_tenant_id": ("Tenant {} is the zone's.", "Tenant {} is no longer the zone's."),
    "azure_subscriptions": ("Subscription {} is the zone's.", "Subscription {} is no longer the zone's."),
    "azure_managed_by_tenants": _may("Tenant {{}} {} manage the zone's subscriptions."),
    "azure_vnet_cidrs": ("The virtual network has the block {}.", "The virtual network no longer has the block {}."),
    "azure_managed_elsewhere": ("The stack leaves {} to others.", "The stack no longer leaves {} to others."),
    "azure_alarm_subscribers": ("{} is told of alarms.", "{} is no longer told of alarms."),
    "azure_hsm_administrators": _may("{{}} {} administer the managed HSM."),
    "azure_log_cluster": ("A dedicated cluster for logs: {}.", "A dedicated cluster for logs: no longer {}."),
    "azure_public_queries": (
        "Searching the workspace from outside the zone's networks: {}.",
        "Searching the workspace from outside the zone's networks: no longer {}.",
    ),
    "azure_hub_subscriptions": _may(
        "Networks of subscription {{}} {} be joined with the zone's, and its private endpoints approved."
    ),
    "sentinel_workspace_id": _may("Sentinel of workspace {{}} {} read the trail."),
}
"""Field of the deployment -> what its new value means, and what it means that it went."""


def compare(before: Deployment, after: Deployment, found: Found) -> None:
    """Adds what the change of the stack file allows and refuses."""
    for name, says in _SAYS.items():
        found.sets("stack", _values(before, name), _values(after, name), *says)


def _values(deployment: Deployment, name: str) -> Iterable[str]:
    value = getattr(deployment, name)
    return value if isinstance(value, tuple) else () if value is None else (str(value),)
