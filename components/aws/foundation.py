"""What an organization has once on AWS: the OUs of its zones, its policy types, what binds every account of it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import organizations

from sovereignty.compile import foundation as compiled
from sovereignty.compile import root_rcp
from sovereignty.errors import InputError, Problem
from sovereignty.facts.aws_availability import Capability, offered

NAME = "Sovereignty"
POLICY_TYPES: Mapping[str, Capability | None] = {
    "AISERVICES_OPT_OUT_POLICY": "ai-opt-out",
    "BACKUP_POLICY": "backup-policy",
    "DECLARATIVE_POLICY_EC2": "declarative-ec2",
    "RESOURCE_CONTROL_POLICY": "rcp",
    "SERVICE_CONTROL_POLICY": None,
    "TAG_POLICY": "tag-policy",
}
"""What zones and the root attach; enabling a type changes nothing by itself."""
TRUSTED: Mapping[str, Capability | None] = {
    "backup.amazonaws.com": "backup-policy",
    "tagpolicies.tag.amazonaws.com": "tag-policy",
}
"""Services that have to read the organization for these policies to be reported on (AWS Organizations User Guide,
"AWS services that you can use with AWS Organizations")."""
SECURITY: Mapping[str, Capability | None] = {
    "access-analyzer.amazonaws.com": "access-analyzer",
    "cloudtrail.amazonaws.com": None,
    "config-multiaccountsetup.amazonaws.com": "config",
    "config.amazonaws.com": "config",
    "guardduty.amazonaws.com": "guardduty",
    "macie.amazonaws.com": "macie",
    "securityhub.amazonaws.com": "securityhub",
}
"""Services that a security account administers for all accounts. Each may then make its service-linked role in them."""
DELEGATED = ("access-analyzer.amazonaws.com", "config-multiaccountsetup.amazonaws.com", "config.amazonaws.com")
"""Those of them that are delegated through Organizations; the others have calls of their own."""
_DESCRIPTION = 512
"""Characters of a policy's description (AWS Organizations API Reference, CreatePolicy)."""


@dataclass(frozen=True, kw_only=True)
class OrganizationFoundationArgs:
    """What the organization's foundation needs to know."""

    organization_id: str | None = None
    """The organization that is meant, `o-…`; another one is refused. None: the one that the account is in."""
    root_policies: bool = True
    """Attach to the root what binds every account of the organization: the RCPs of compile/root_rcp.py and the opt-out
    of AI services. From then on outsiders, plain requests and strangers' services are refused in every member account,
    public buckets among them; and AWS deletes what its AI services have kept to improve themselves."""
    partner_accounts: Sequence[str] = ()
    """Accounts of other organizations whose principals the root's RCPs let through, to whatever grants them access."""
    security_account: str | None = None
    """The member account that administers GuardDuty, Security Hub, Macie, AWS Config, Access Analyzer and CloudTrail.
    It may switch them on in every account and see their findings. None: nobody does."""
    security_regions: Sequence[str] = ()
    """Where GuardDuty, Security Hub and Macie are delegated, as each of them is by region. None: the provider's own."""


class OrganizationFoundation(pulumi.ComponentResource):
    """The organization as zones need it: its policy types enabled, the OUs `Sovereignty` and, below it, `Sandbox`, and
    at its root what binds every account. Takes the management account's provider.

    Features: foundation of the organization; outside access.
    Outputs: `organization_id`, `root_id`, `unit_id`, `sandbox_unit_id` (of the OUs), `policy_ids` (at the root).
    Cost: none of its own; what the delegated services switch on in accounts is billed there.
    Traps: The organization is adopted by its id, which the engine does in the first `up` and leaves alone later; a type
    or a service that somebody else has enabled stays, as the lists are what is there together with what is needed. Who
    enables one while the stack stands should run `pulumi refresh` before the next `up`: to the provider it is new, and
    Organizations refuses what is enabled already. The resource is protected, since its deletion is the organization's.
    Not offered in the partition, not enabled (facts: aws_availability.yaml).
    Source: AWS Organizations User Guide, "Enabling a policy type", "Using AWS Organizations with other AWS services";
    pulumi/docs issue 18114 (an import whose properties differ is followed by an update).
    """

    organization_id: pulumi.Output[str]
    root_id: pulumi.Output[str]
    unit_id: pulumi.Output[str]
    sandbox_unit_id: pulumi.Output[str]
    policy_ids: pulumi.Output[list[str]]

    def __init__(self, name: str, args: OrganizationFoundationArgs, opts: pulumi.ResourceOptions | None = None):
        _check(args)
        super().__init__("sovereign-zones:index:OrganizationFoundation", name, None, opts)
        there = organizations.get_organization(opts=pulumi.InvokeOptions(parent=self))
        if args.organization_id not in (None, there.id):
            found = "The account is in another organization, and the root's policies would refuse its own principals."
            right = "Name the organization of the management account."
            raise InputError(Problem(_at("organization_id"), found, right))
        if there.feature_set != "ALL":
            found = "The organization has consolidated billing alone, and policies need all of its features."
            right = "Enable all features first; accounts that were invited have to agree (Organizations User Guide)."
            raise InputError(Problem(_at("organization_id"), found, right))
        if args.security_account == there.master_account_id:
            found = "It is the management account, which no SCP binds."
            raise InputError(Problem(_at("security_account"), found, "Name a member account."))
        self._known_id = there.id
        self._partition = there.arn.split(":")[1]
        organization = organizations.Organization(
            name,
            feature_set="ALL",
            enabled_policy_types=sorted({*there.enabled_policy_types, *self._of(POLICY_TYPES)}),
            aws_service_access_principals=sorted({*there.aws_service_access_principals, *self._trusted(args)}),
            opts=pulumi.ResourceOptions(parent=self, protect=True, import_=there.id),
        )
        root = there.roots[0].id
        # earlier versions made them without a component
        kept = pulumi.ResourceOptions(parent=self, aliases=[pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)])
        unit = organizations.OrganizationalUnit(NAME, name=NAME, parent_id=root, opts=kept)
        sandbox = organizations.OrganizationalUnit("Sandbox", name="Sandbox", parent_id=unit.id, opts=kept)
        after = pulumi.ResourceOptions(parent=self, depends_on=[organization])
        policies = [*self._at_root(name, args, there.id, root, after)]
        if args.security_account:
            self._delegate(name, args.security_account, args.security_regions, after)
        self.organization_id, self.root_id = pulumi.Output.from_input(there.id), pulumi.Output.from_input(root)
        self.unit_id, self.sandbox_unit_id = unit.id, sandbox.id
        self.policy_ids = pulumi.Output.all(*(policy.id for policy in policies))
        self.register_outputs(
            {
                "organizationId": self.organization_id,
                "rootId": self.root_id,
                "unitId": self.unit_id,
                "sandboxUnitId": self.sandbox_unit_id,
                "policyIds": self.policy_ids,
            }
        )

    @property
    def known_id(self) -> str:
        """The organization's id, known while the program runs: documents name it."""
        return self._known_id

    def _of(self, names: Mapping[str, Capability | None]) -> list[str]:
        return [name for name, needed in names.items() if needed is None or offered(self._partition, needed)]

    def _trusted(self, args: OrganizationFoundationArgs) -> list[str]:
        return [*self._of(TRUSTED), *(self._of(SECURITY) if args.security_account else [])]

    def _at_root(
        self, name: str, args: OrganizationFoundationArgs, organization: str, root: str, opts: pulumi.ResourceOptions
    ) -> Iterator[organizations.Policy]:
        if not args.root_policies:
            return
        rcps = root_rcp.documents(self._partition, organization, args.partner_accounts)
        documents = [(f"rcp-{number}", "RESOURCE_CONTROL_POLICY", each) for number, each in enumerate(rcps, start=1)]
        if opt_out := compiled.opt_out(self._partition):
            documents.append(("ai-opt-out", "AISERVICES_OPT_OUT_POLICY", opt_out))
        for short, kind, document in documents:
            policy = organizations.Policy(
                f"{name}-{short}",
                name=f"sovereign-{compiled.NAME}-{short}",
                description=textwrap.shorten(f"Every account: {', '.join(document.controls)}", _DESCRIPTION),
                type=kind,
                content=document.text,
                opts=opts,
            )
            organizations.PolicyAttachment(f"{name}-{short}", policy_id=policy.id, target_id=root, opts=opts)
            yield policy

    def _delegate(self, name: str, account: str, regions: Sequence[str], opts: pulumi.ResourceOptions) -> None:
        # imported here: without a security account none of these is needed, and each costs time
        from pulumi_aws import cloudtrail, guardduty, macie2, securityhub

        for service in (each for each in self._of(SECURITY) if each in DELEGATED):
            short = service.split(".")[0]
            organizations.DelegatedAdministrator(
                f"{name}-{short}", account_id=account, service_principal=service, opts=opts
            )
        cloudtrail.OrganizationDelegatedAdminAccount(f"{name}-cloudtrail", account_id=account, opts=opts)
        for region in sorted(set(regions)) or [None]:
            suffix = f"-{region}" if region else ""
            if offered(self._partition, "guardduty"):
                guardduty.OrganizationAdminAccount(
                    f"{name}-guardduty{suffix}", admin_account_id=account, region=region, opts=opts
                )
            if offered(self._partition, "securityhub"):
                securityhub.OrganizationAdminAccount(
                    f"{name}-securityhub{suffix}", admin_account_id=account, region=region, opts=opts
                )
            if offered(self._partition, "macie"):
                macie2.OrganizationAdminAccount(
                    f"{name}-macie{suffix}", admin_account_id=account, region=region, opts=opts
                )


def _at(argument: str) -> str:
    return f"OrganizationFoundationArgs.{argument}"


def _check(args: OrganizationFoundationArgs) -> None:
    named = [("security_account", args.security_account)] if args.security_account else []
    named += [(f"partner_accounts[{number}]", account) for number, account in enumerate(args.partner_accounts)]
    for argument, account in named:
        if not re.fullmatch(r"[0-9]{12}", account, re.ASCII):
            found = "This is not an account id of 12 digits."
            raise InputError(Problem(_at(argument), found, 'Write one, such as "444455556666".'))
