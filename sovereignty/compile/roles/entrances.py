"""By which way somebody comes to the roles: a CI's tokens, and the people who break the glass."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sovereignty import actions
from sovereignty.compile.required import aws, aws_accounts, aws_management_account
from sovereignty.deployment import Deployment, key
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

SESSION_SECONDS = 3600
"""The least that a role takes as its maximum (IAM API Reference, CreateRole); also the greatest age of an MFA."""
STS_AUDIENCE = "sts.amazonaws.com"
"""What GitHub's own action for AWS asks its tokens for (GitHub Docs, "Configuring OpenID Connect in AWS")."""

ISSUER, SUBJECT, AUDIENCE, BREAK_GLASS, SERVICE = (
    "--oidc-issuer",
    "--oidc-subject",
    "--oidc-audience",
    "--break-glass-user",
    "--service",
)
_ISSUER = re.compile(r"https://([a-z0-9.-]+(?::[0-9]+)?(?:/[\w.~-]+)*)", re.ASCII)
_CLAIM = re.compile(r"[\x21-\x7e]{1,255}")
_USER = re.compile(r"arn:([a-z-]+):iam::([0-9]{12}):user/((?:[\w+=,.@-]+/)*[\w+=,.@-]{1,64})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Entrances:
    """What the command line says; `checked` holds it against the zone."""

    oidc_issuer: str | None = None
    """URL of the CI's token issuer, such as https://token.actions.githubusercontent.com; None: people with MFA."""
    oidc_audience: str = STS_AUDIENCE
    oidc_subjects: Sequence[str] = ()
    """The `sub` of the jobs that may deploy, whole: repo:example/zones:environment:eu."""
    break_glass_users: Sequence[str] = ()
    """ARNs of IAM users; empty: people of the management account, with MFA."""
    services: Sequence[str] = ()
    """Services besides the stack's own that the teams of the zone deploy through the deployment role."""

    @property
    def provider(self) -> str:
        """The issuer as IAM names it: without its scheme."""
        found = _ISSUER.fullmatch(self.oidc_issuer or "")
        return found[1] if found else ""


def account_of(user: str) -> str:
    """The account of a user's ARN."""
    found = _USER.fullmatch(user)
    return found[2] if found else ""


def checked(zone: Zone, deployment: Deployment, given: Entrances) -> Entrances:
    """The same, or InputError with all that is wrong with it."""
    on_aws = [*_of_break_glass(zone, deployment, given), *_of_services(given)] if zone.aws else [*_of_aws(given)]
    if problems := [*_of_ci(given), *on_aws]:
        raise InputError(*problems)
    return given


def _of_aws(given: Entrances) -> Iterator[Problem]:
    """What is given of AWS for a zone that has no part there."""
    for option, values in ((BREAK_GLASS, given.break_glass_users), (SERVICE, given.services)):
        if values:
            yield Problem(option, "It is of AWS, and the zone has no footprint there.", "Leave it out.")


def _of_ci(given: Entrances) -> Iterator[Problem]:
    if given.oidc_issuer is not None and not given.provider:
        found = "This is no issuer: an https URL without a query and without a slash at its end is expected."
        yield Problem(ISSUER, found, "Write https://token.actions.githubusercontent.com.")
    if given.oidc_issuer is not None and not given.oidc_subjects:
        found = "An issuer alone would let in every customer of that CI."
        yield Problem(SUBJECT, found, "Name the job: repo:example/zones:environment:eu.")
    if given.oidc_issuer is None and given.oidc_subjects:
        yield Problem(
            ISSUER, "A subject is given, and no issuer.", "Write https://token.actions.githubusercontent.com."
        )
    if not _CLAIM.fullmatch(given.oidc_audience):
        yield Problem(AUDIENCE, "This is no audience.", f"Write {STS_AUDIENCE}.")
    for subject in given.oidc_subjects:
        if not _CLAIM.fullmatch(subject) or set(subject) & set("*?$"):
            found = "A subject is compared as it stands: a wildcard in it would let in nobody, or too many."
            yield Problem(SUBJECT, found, "Name each job whole: repo:example/zones:environment:eu.")
        elif subject.endswith(":pull_request"):
            found = "Whoever may open a pull request would deploy."
            yield Problem(SUBJECT, found, "Name an environment with reviewers: repo:example/zones:environment:eu.")


def _of_break_glass(zone: Zone, deployment: Deployment, given: Entrances) -> Iterator[Problem]:
    partition = aws(zone).partition
    right = f"Name an IAM user with MFA: arn:{partition}:iam::{aws_management_account(deployment)}:user/break-glass-1."
    for user in given.break_glass_users:
        found = _USER.fullmatch(user)
        if not found or found[1] != partition:
            what = (
                f"This is no IAM user of partition {partition}; only a user's own session says that it came with MFA."
            )
            yield Problem(BREAK_GLASS, what, right)
        elif found[2] in aws_accounts(deployment):
            what = "The user is of one of the zone's accounts: whoever administers users there could take its place."
            yield Problem(BREAK_GLASS, what, "Name a user of an account outside the zone.")
        elif found[2] != deployment.aws_management_account and not deployment.aws_organization_paths:
            what = "The user's account is outside the zone, and the zone's RCPs admit no other OU."
            yield Problem(BREAK_GLASS, what, f"Add the path of its OU to `{key('aws_organization_paths')}`.")


def _of_services(given: Entrances) -> Iterator[Problem]:
    for service in given.services:
        if service not in actions.services():
            yield Problem(SERVICE, "AWS has no service of this prefix.", "Write it as in its actions: dynamodb.")
        elif service in ("account", "iam", "organizations", "sts"):
            found = f"{service} is what the roles rest on; the deployment role has of it what the stack needs."
            yield Problem(SERVICE, found, "Leave it out.")
