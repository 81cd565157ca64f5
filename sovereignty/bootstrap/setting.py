"""What the steps are filled in with: the zone, where it lands, who comes in; nothing is left open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sovereignty import facts
from sovereignty.compile import ou_path, rcp
from sovereignty.compile.principals import roles_of
from sovereignty.compile.required import (
    aws,
    aws_accounts,
    aws_management_account,
    aws_organization_id,
    azure,
    azure_subscriptions,
    azure_tenant_id,
)
from sovereignty.compile.roles import entrances
from sovereignty.compile.roles.entrances import Entrances
from sovereignty.deployment import Deployment, key
from sovereignty.errors import InputError, Problem
from sovereignty.iam.evaluate import denials
from sovereignty.iam.policy import parse
from sovereignty.iam.request import Request, Value
from sovereignty.zone import Zone

ACCOUNT_ROLE = "OrganizationAccountAccessRole"
"""What Organizations makes in each account that it creates (User Guide, "Accessing member accounts")."""
_ACCOUNT = re.compile(r"[0-9]{12}")
_ROLE = re.compile(r"(?:[\w+=,.@-]+/)*[\w+=,.@-]{1,64}", re.ASCII)
_ROOT = "r-0000"
"""Stands for the root in the path of the management account, which lies in no OU."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Made by `settled`, which holds it against the zone."""

    zone: Zone
    deployment: Deployment
    entrances: Entrances
    stack_file: str
    account_role: str = ACCOUNT_ROLE
    sandbox_account: str | None = None
    """An account of the organization that holds nothing, to be bound first."""

    @property
    def name(self) -> str:
        return self.zone.zone

    @property
    def partition(self) -> str:
        return aws(self.zone).partition

    @property
    def home(self) -> str:
        return aws(self.zone).home

    @property
    def organization(self) -> str:
        return aws_organization_id(self.deployment)

    @property
    def management(self) -> str:
        return aws_management_account(self.deployment)

    @property
    def accounts(self) -> tuple[str, ...]:
        return aws_accounts(self.deployment)

    @property
    def tenant(self) -> str:
        return azure_tenant_id(self.deployment)

    @property
    def subscriptions(self) -> tuple[str, ...]:
        return azure_subscriptions(self.deployment)

    @property
    def management_group(self) -> str:
        """The zone's own, as the stack makes it."""
        return f"sovereign-{self.name}"

    @cached_property
    def outside_azure(self) -> str | None:
        """A location of the same cloud that the zone doesn't have; None where there is no other."""
        where = azure(self.zone)
        rows = [row.code for row in facts.regions("azure") if row.partition == where.cloud and row.status == "ga"]
        usual = [code for code in ("eastus", "westus2", "westeurope", "northeurope") if code in rows]
        return next((code for code in (*usual, *sorted(rows)) if not where.holds(code)), None)

    @property
    def tags(self) -> Mapping[str, str]:
        return self.zone.tags()

    @property
    def unit(self) -> str:
        """The zone's OU, or the command that tells it once it is made."""
        path = self.deployment.aws_zone_ou_path
        return path.rstrip("/").rpartition("/")[2] if path else f"$(pulumi stack output awsOuId --stack {self.name})"

    @cached_property
    def outside(self) -> str | None:
        """A region of the partition that the zone doesn't have; None where there is no other."""
        regions = [row.code for row in facts.regions("aws") if row.partition == self.partition and row.status == "ga"]
        # one that is open in every account from the start, so that only the zone's policies can refuse it
        usual = [code for code in ("us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-north-1") if code in regions]
        return next((code for code in (*usual, *sorted(regions)) if not aws(self.zone).holds(code)), None)


def settled(setting: Setting) -> Setting:
    """The same, or InputError with all that is wrong with what the command line says, or missing in the stack file."""
    zone, deployment = setting.zone, setting.deployment
    if zone.azure:
        azure_tenant_id(deployment)
        azure_subscriptions(deployment)
    if zone.aws is None:
        azure(zone)
        entrances.checked(zone, deployment, setting.entrances)
        if setting.sandbox_account is not None:
            found = "It is of AWS, and the zone has no footprint there."
            raise InputError(Problem("--sandbox-account", found, "Leave it out."))
        return setting
    aws_organization_id(deployment)
    aws_management_account(deployment)
    aws_accounts(deployment)
    entrances.checked(zone, deployment, setting.entrances)
    problems = [*_shut_out(setting)]
    if not deployment.aws_alarm_subscribers:
        where = f"{setting.stack_file}: {key('aws_alarm_subscribers')}"
        found = "It is missing: nobody would be told that the glass is broken."
        problems.append(Problem(where, found, f"Add `{key('aws_alarm_subscribers')}: [security@example.com]`."))
    if not _ROLE.fullmatch(setting.account_role):
        problems.append(Problem("--account-role", "This is no role's name.", f"Write {ACCOUNT_ROLE}."))
    sandbox = setting.sandbox_account
    if sandbox is not None and not _ACCOUNT.fullmatch(sandbox):
        problems.append(Problem("--sandbox-account", "This is no account id.", "Write its 12 digits."))
    elif sandbox is not None and sandbox in (*setting.accounts, setting.management):
        found = "This account has another part in the zone; the first to be bound is one that holds nothing."
        problems.append(Problem("--sandbox-account", found, "Name an empty account of the organization."))
    if problems:
        raise InputError(*problems)
    return setting


def _shut_out(setting: Setting) -> list[Problem]:
    """People whom the zone's own RCPs would refuse the role, once its account is bound: the way in would be none."""
    found = []
    path = f"{setting.organization}/{_ROOT}/"
    # the OU's path may not be known yet; of whom the RCPs admit from outside, it says nothing
    deployment = setting.deployment.model_copy(
        update={"aws_zone_ou_path": setting.deployment.aws_zone_ou_path or ou_path.unknown()}
    )
    policies = [parse(document.body) for document in rcp.documents(setting.zone, deployment)]
    (role, *_) = roles_of(setting.zone, deployment, setting.zone.break_glass.aws_role)
    for user in setting.entrances.break_glass_users:
        if entrances.account_of(user) != setting.management:
            continue
        context: dict[str, Value] = {
            "aws:PrincipalArn": user,
            "aws:PrincipalAccount": setting.management,
            "aws:PrincipalOrgID": setting.organization,
            "aws:PrincipalOrgPaths": (path,),
            "aws:PrincipalIsAWSService": "false",
            "aws:ViaAWSService": "false",
            "aws:SecureTransport": "true",
        }
        request = Request("sts:AssumeRole", role, context, user)
        if any(denials(policy, request) for policy in policies):
            what = "The zone's RCPs refuse this role to the management account, once the zone's accounts are bound."
            right = f"Name a user of an account in an OU that `{key('aws_organization_paths')}` admits."
            found.append(Problem(entrances.BREAK_GLASS, what, right))
    return found
