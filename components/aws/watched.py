"""The account and region that a detective baseline watches."""

from __future__ import annotations

from dataclasses import dataclass

from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone


@dataclass(frozen=True)
class Watched:
    """One account of the zone in one of its regions."""

    zone: Zone
    deployment: Deployment
    account: str
    region: str

    @property
    def name(self) -> str:
        """What the zone's own things are called; once in an account's region, so no region in it."""
        return f"sovereign-{self.zone.zone}"

    @property
    def partition(self) -> str:
        """The partition's part of an ARN."""
        return aws(self.zone).partition

    @property
    def home(self) -> bool:
        """Whether it is the zone's home region."""
        return self.region == aws(self.zone).home

    @property
    def shared(self) -> bool:
        """Whether it is the account that holds what the zone shares."""
        return self.account == aws_accounts(self.deployment)[0]
