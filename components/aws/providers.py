"""The providers of a zone on AWS: explicit ones, each bound to the accounts where it may act.

The organization is managed from its management account, with the credentials that the run has. Workloads are built in
the zone's first account, as the role `sovereign/deployment`: the zone's policies except this role and no other.
"""

from __future__ import annotations

import pulumi_aws as aws

from sovereignty.compile.required import aws as footprint
from sovereignty.compile.required import aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.zone import DEPLOYMENT_ROLE, Zone


class AwsProviders:
    """The organization's, and one for each region of the zone, all at once: their plugins start side by side."""

    def __init__(self, zone: Zone, deployment: Deployment):
        self._zone = zone
        self._deployment = deployment
        self._workloads: dict[tuple[str, str], aws.Provider] = {}
        self.organization = self._organization()
        for region in footprint(zone).regions:
            self.workload(region)
        for account in self.other_accounts:
            self.workload(account=account)

    @property
    def account(self) -> str:
        """The account that holds what the zone shares: its keys, its locked records."""
        return aws_accounts(self._deployment)[0]

    @property
    def other_accounts(self) -> tuple[str, ...]:
        """The zone's accounts besides it."""
        return aws_accounts(self._deployment)[1:]

    def _organization(self) -> aws.Provider:
        # OUs and SCPs are of no region: the endpoint is the partition's own
        management = self._deployment.aws_management_account
        return aws.Provider(
            f"{self._zone.zone}-organization",
            region=footprint(self._zone).home,
            allowed_account_ids=[management] if management else None,
            default_tags=self._tags,
        )

    def workload(self, region: str | None = None, account: str | None = None) -> aws.Provider:
        """For what lives in a region of the zone; by default the home region, in the account that holds what the zone
        shares. ValueError for a region or an account outside it."""
        where = footprint(self._zone)
        region, account = region or where.home, account or self.account
        if account not in aws_accounts(self._deployment):
            raise ValueError(f"{account} is not an account of zone {self._zone.zone}")
        if not where.holds(region):
            raise ValueError(f"{region} is not a region of zone {self._zone.zone}: {', '.join(where.regions)}")
        if (region, account) not in self._workloads:
            role = f"arn:{where.partition}:iam::{account}:role/{DEPLOYMENT_ROLE}"
            name = f"{self._zone.zone}-{region}"
            self._workloads[region, account] = aws.Provider(
                name if account == self.account else f"{name}-{account}",
                region=region,
                allowed_account_ids=list(aws_accounts(self._deployment)),
                assume_roles=[aws.ProviderAssumeRoleArgs(role_arn=role, session_name=f"sovereign-{self._zone.zone}")],
                default_tags=self._tags,
            )
        return self._workloads[region, account]

    @property
    def _tags(self) -> aws.ProviderDefaultTagsArgs:
        return aws.ProviderDefaultTagsArgs(tags=self._zone.tags())
