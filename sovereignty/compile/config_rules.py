"""The zone's own AWS Config rules: what a bucket has to be, written in Guard, which AWS Config runs by itself.

AWS has no managed rule for them: `S3_BUCKET_REGION_CHECK`, which is quoted here and there, is not among them, and
`s3-bucket-replication-enabled` asks for the opposite. A rule of AWS Config detects; it refuses nothing, and sees the
buckets of its own region alone. Where a record has another shape than a rule expects, the rule is not met: a change
of AWS Config's records is loud.

Each rule is written as PutConfigRule takes it. Sources: AWS Config Developer Guide, "Creating AWS Config Custom Policy
Rules"; awslabs/aws-config-resource-schema, AWS::S3::Bucket (names of the properties; it lists none of a replication's
rules: that they are a map by id, as in the AWS SDK for Java, is unverified).
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sovereignty.compile.document import Document, aws_limit, minified
from sovereignty.compile.required import aws
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

RUNTIME = "guard-2.x.x"
BUCKET = "AWS::S3::Bucket"
_OF_BUCKETS = f'when resourceType == "{BUCKET}"'
_REPLICATION = "supplementaryConfiguration.BucketReplicationConfiguration"
_LOCK = "supplementaryConfiguration.ObjectLockConfiguration.rule.defaultRetention"


def documents(zone: Zone, locked: Sequence[str] = (), replicates_to: Sequence[str] = ()) -> tuple[Document, ...]:
    """The rules of a region of the zone. `locked`: names of buckets that lock their objects for the zone's retention.

    `replicates_to`: ARNs of the zone's buckets to which its buckets may replicate; a bucket's ARN names no region, so
    these have to be named. InputError for what is no ARN of a bucket in the zone's partition, or where a rule would be
    longer than AWS Config takes.
    """
    rules = (_regions(zone), _replication(zone, replicates_to))
    return (*rules, _locked(zone, locked)) if locked else rules


def policy_text(document: Document) -> str:
    """The rule in Guard."""
    return document.body["Source"]["CustomPolicyDetails"]["PolicyText"]


def _regions(zone: Zone) -> Document:
    regions = aws(zone).regions
    guard = f"""\
rule buckets_are_in_the_zone {_OF_BUCKETS} {{
  awsRegion in {_list(regions)}
  <<The bucket is outside the regions of its zone.>>
}}
"""
    return _document(zone, "buckets-in-the-zone", "Buckets are in the zone's regions.", guard, "residency.region")


def _replication(zone: Zone, replicates_to: Sequence[str]) -> Document:
    for index, arn in enumerate(replicates_to):
        prefix = f"arn:{aws(zone).partition}:s3:::"
        if not arn.startswith(prefix) or len(arn) == len(prefix) or set(arn[len(prefix) :]) & set('/*"?\\'):
            where = f"replicates_to[{index}]"
            raise InputError(Problem(where, "This is no ARN of a bucket.", f"Write {prefix}, and the bucket's name."))
    if replicates_to:
        guard = f"""\
rule replication_stays_in_the_zone {_OF_BUCKETS}
    {_REPLICATION} exists {{
  {_REPLICATION}.rules.* {{
    destinationConfig.bucketARN in {_list(sorted(set(replicates_to)))}
    <<The bucket replicates to one that is not named as the zone's.>>
  }}
}}
"""
    else:
        guard = f"""\
rule replication_is_off {_OF_BUCKETS} {{
  {_REPLICATION} !exists
  <<The bucket replicates, and no bucket of the zone is named that it may replicate to.>>
}}
"""
    return _document(zone, "replication-in-the-zone", "Replication stays in the zone.", guard, "egress.replication")


def _locked(zone: Zone, names: Sequence[str]) -> Document:
    guard = f"""\
rule locked_buckets_stay_locked {_OF_BUCKETS}
    resourceName in {_list(names)} {{
  {_LOCK} {{
    mode == "{zone.retention.mode}"
    years >= {zone.retention.years}
    <<The bucket does not lock its objects for as long as the zone keeps them.>>
  }}
}}
"""
    return _document(zone, "locked-buckets", "The zone's locked buckets stay locked.", guard, "worm.protection")


def _list(values: Sequence[str]) -> str:
    # JSON's strings are Guard's
    return json.dumps(list(values))


def _document(zone: Zone, name: str, description: str, guard: str, control: str) -> Document:
    full = f"sovereign-{zone.zone}-{name}"
    path, limit = f"aws/config-rules/{full}.json", aws_limit(aws(zone).partition, "config", "custom_policy_text")
    if len(guard) > limit:
        raise InputError(
            Problem(
                path,
                f"The rule has {len(guard)} characters, and AWS Config takes {limit}.",
                "Name fewer buckets that others replicate to.",
            )
        )
    rule = {
        "ConfigRuleName": full,
        "Description": description,
        "Scope": {"ComplianceResourceTypes": [BUCKET]},
        "Source": {
            "Owner": "CUSTOM_POLICY",
            "SourceDetails": [{"EventSource": "aws.config", "MessageType": "ConfigurationItemChangeNotification"}],
            "CustomPolicyDetails": {"PolicyRuntime": RUNTIME, "PolicyText": guard},
        },
    }
    return Document(path, "aws:config-rule", minified(rule), limit, (control,))
