"""Security Hub in one region."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import securityhub

from components.aws.watched import Watched
from sovereignty.compile.required import aws
from sovereignty.facts.aws_availability import offered

FOUNDATIONAL = "aws-foundational-security-best-practices/v/1.0.0"
NIST = "nist-800-53/v/5.0.0"
STANDARDS = (FOUNDATIONAL, NIST)
"""Standards that were gone through for what a zone refuses; their ARNs end in this."""
REFUSED = {NIST: {"S3.7": "Cross-Region replication is what the zone refuses unless it stays inside."}}
"""Controls that ask for the opposite of a zone, and why each is off.

Source: Security Hub User Guide, FSBP standard (its list has no S3.7; copy of 2023). That NIST 800-53 has it is
unverified. Disabling a control that a standard doesn't have is an error of AWS's, so a loud one.
"""


def collect(name: str, watched: Watched, standards: Sequence[str], opts: pulumi.ResourceOptions) -> securityhub.Account:
    """The hub with its standards; in the home region also the one place to which the zone's other regions report."""
    one_for_all_standards = offered(watched.partition, "securityhub-consolidated")
    hub = securityhub.Account(
        name,
        enable_default_standards=False,
        auto_enable_controls=True,
        control_finding_generator="SECURITY_CONTROL" if one_for_all_standards else None,
        opts=opts,
    )
    with_hub = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[hub]))
    for standard in standards:
        short = standard.partition("/")[0]
        arn = f"arn:{watched.partition}:securityhub:{watched.region}::standards/{standard}"
        subscription = securityhub.StandardsSubscription(f"{name}-{short}", standards_arn=arn, opts=with_hub)
        for control, reason in REFUSED.get(standard, {}).items():
            securityhub.StandardsControlAssociation(
                f"{name}-{short}-{control.lower().replace('.', '-')}",
                standards_arn=arn,
                security_control_id=control,
                association_status="DISABLED",
                updated_reason=reason,
                opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[subscription])),
            )
    if watched.home:
        others = [region for region in aws(watched.zone).regions if region != watched.region]
        securityhub.FindingAggregator(
            name,
            # the linking modes to which AWS adds no region by itself
            linking_mode="SPECIFIED_REGIONS" if others else "NO_REGIONS",
            specified_regions=others or None,
            opts=with_hub,
        )
    return hub
