"""Macie in one region."""

from __future__ import annotations

import pulumi
from pulumi_aws import macie2

PREFIX = "macie/"


def discover(
    name: str,
    frequency: str,
    results_bucket: pulumi.Input[str] | None,
    key: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> macie2.Account:
    """Macie, and where its results of each object are kept; without a bucket AWS keeps them for 90 days."""
    account = macie2.Account(name, status="ENABLED", finding_publishing_frequency=frequency, opts=opts)
    if results_bucket is not None:
        macie2.ClassificationExportConfiguration(
            name,
            s3_destination=macie2.ClassificationExportConfigurationS3DestinationArgs(
                bucket_name=results_bucket, key_prefix=PREFIX, kms_key_arn=key
            ),
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[account])),
        )
    return account
