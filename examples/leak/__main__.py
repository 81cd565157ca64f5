"""The payments ledger: one bucket to write to, and a copy of it in case a region is lost."""

import json

import pulumi
from pulumi_aws import iam, s3

ledger = s3.Bucket("ledger")
versioned = s3.BucketVersioning(
    "ledger",
    bucket=ledger.id,
    versioning_configuration=s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
)

# Disaster recovery. Virginia, since that is where the rest of the company keeps its copies.
copy = s3.Bucket("ledger-dr", region="us-east-1")
copy_versioned = s3.BucketVersioning(
    "ledger-dr",
    bucket=copy.id,
    region="us-east-1",
    versioning_configuration=s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
)

replicator = iam.Role(
    "ledger-replicator",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    ),
)
iam.RolePolicy(
    "ledger-replicator",
    role=replicator.id,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["s3:GetReplicationConfiguration", "s3:ListBucket"],
                    "Resource": ledger.arn,
                },
                {
                    "Effect": "Allow",
                    "Action": ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl"],
                    "Resource": pulumi.Output.concat(ledger.arn, "/*"),
                },
                {"Effect": "Allow", "Action": "s3:ReplicateObject", "Resource": pulumi.Output.concat(copy.arn, "/*")},
            ],
        }
    ),
)
s3.BucketReplicationConfig(
    "ledger",
    bucket=ledger.id,
    role=replicator.arn,
    rules=[
        s3.BucketReplicationConfigRuleArgs(
            id="everything",
            status="Enabled",
            destination=s3.BucketReplicationConfigRuleDestinationArgs(bucket=copy.arn, storage_class="STANDARD_IA"),
        )
    ],
    opts=pulumi.ResourceOptions(depends_on=[versioned, copy_versioned]),
)

pulumi.export("ledger", ledger.bucket)
