"""IAM Access Analyzer in one region."""

from __future__ import annotations

from collections.abc import Iterator

import pulumi
from pulumi_aws import accessanalyzer

from components.aws.watched import Watched

VALUES_OF_A_CRITERION = 20
"""How many values a criterion's `eq` takes (IAM Access Analyzer API Reference, Criterion)."""


def analyze(name: str, watched: Watched, opts: pulumi.ResourceOptions) -> accessanalyzer.Analyzer:
    """An analyzer of the account, which takes the zone's other accounts for what they are: no strangers.

    An organization's analyzer would take every account of the organization for trusted, those of other zones as well.
    """
    analyzer = accessanalyzer.Analyzer(name, analyzer_name=watched.name, type="ACCOUNT", opts=opts)
    for number, principals in enumerate(_principals(watched), start=1):
        accessanalyzer.ArchiveRule(
            f"{name}-{number}",
            analyzer_name=analyzer.analyzer_name,
            rule_name=f"accounts-of-the-zone-{number}",
            filters=[
                accessanalyzer.ArchiveRuleFilterArgs(criteria="isPublic", eqs=["false"]),
                accessanalyzer.ArchiveRuleFilterArgs(criteria="principal.AWS", eqs=principals),
            ],
            opts=opts,
        )
    return analyzer


def _principals(watched: Watched) -> Iterator[list[str]]:
    """The zone's other accounts in both spellings of a finding; never `contains`, which a stranger's name meets."""
    others = [account for account in watched.deployment.aws_accounts if account != watched.account]
    spelt = [name for each in others for name in (each, f"arn:{watched.partition}:iam::{each}:root")]
    for start in range(0, len(spelt), VALUES_OF_A_CRITERION):
        yield spelt[start : start + VALUES_OF_A_CRITERION]
