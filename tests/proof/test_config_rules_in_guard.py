"""The custom rules of AWS Config, run by AWS CloudFormation Guard itself, the language that they are written in."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from zones_for_proof import landed

from sovereignty.compile import config_rules

pytestmark = pytest.mark.heavy

GUARD = Path(__file__).parents[2] / "tools" / "policy_lint" / "guard.py"
PYTHON = Path(__file__).parents[2] / ".venv-policy-lint" / "bin" / "python"
COPY = "arn:aws:s3:::eu-copy"
LOCKED = ("eu-records-444455556666", "eu-trail-444455556666")


def rules(*replicates_to: str) -> dict[str, str]:
    documents = config_rules.documents(landed("eu")[0], LOCKED, replicates_to)
    return {
        document.body["ConfigRuleName"].removeprefix("sovereign-eu-"): config_rules.policy_text(document)
        for document in documents
    }


def status(item: dict[str, Any], text: str) -> str:
    assert PYTHON.exists(), "Guard has an environment of its own: `make test-all` makes it"
    version = subprocess.run([PYTHON, "-V"], capture_output=True, text=True, check=True).stdout
    if "3.13" in version:
        pytest.skip("Guard's Python binding has no wheel for Python 3.13")
    run = subprocess.run(
        [PYTHON, GUARD], input=json.dumps([[item, text]]), capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)[0]


def bucket(**changes: Any) -> dict[str, Any]:
    """A bucket as AWS Config records it."""
    return {"resourceType": "AWS::S3::Bucket", "resourceName": "eu-app", "awsRegion": "eu-west-1", **changes}


def replicating(*destinations: str) -> dict[str, Any]:
    each = {f"rule-{n}": {"destinationConfig": {"bucketARN": arn}} for n, arn in enumerate(destinations)}
    return bucket(supplementaryConfiguration={"BucketReplicationConfiguration": {"roleARN": "r", "rules": each}})


def locking(mode: str, years: int, name: str = LOCKED[0]) -> dict[str, Any]:
    lock = {"objectLockEnabled": "Enabled", "rule": {"defaultRetention": {"mode": mode, "years": years}}}
    return bucket(resourceName=name, supplementaryConfiguration={"ObjectLockConfiguration": lock})


OTHER_SHAPE = bucket(supplementaryConfiguration={"BucketReplicationConfiguration": {"rules": [{"to": COPY}]}})
REGIONS, REPLICATION, LOCKS = "buckets-in-the-zone", "replication-in-the-zone", "locked-buckets"


@pytest.mark.parametrize(
    ("rule", "to", "item", "verdict"),
    [
        (REGIONS, (), bucket(), "PASS"),
        (REGIONS, (), bucket(awsRegion="us-east-1"), "FAIL"),
        (REGIONS, (), bucket(resourceType="AWS::EC2::Instance", awsRegion="us-east-1"), "SKIP"),
        (REPLICATION, (), bucket(), "PASS"),
        (REPLICATION, (), bucket(supplementaryConfiguration={}), "PASS"),
        (REPLICATION, (), replicating(COPY), "FAIL"),
        (REPLICATION, (COPY,), replicating(COPY), "PASS"),
        (REPLICATION, (COPY,), replicating(COPY, "arn:aws:s3:::elsewhere"), "FAIL"),
        (REPLICATION, (COPY,), replicating(), "FAIL"),
        (REPLICATION, (COPY,), OTHER_SHAPE, "FAIL"),
        (REPLICATION, (COPY,), bucket(), "SKIP"),
        (LOCKS, (), locking("COMPLIANCE", 7), "PASS"),
        (LOCKS, (), locking("COMPLIANCE", 6), "FAIL"),
        (LOCKS, (), locking("GOVERNANCE", 7), "FAIL"),
        (LOCKS, (), bucket(resourceName=LOCKED[1]), "FAIL"),
        (LOCKS, (), locking("GOVERNANCE", 1, "eu-app"), "SKIP"),
    ],
)
def test_guard_itself_finds_what_the_rule_is_for(rule: str, to: tuple[str, ...], item: dict[str, Any], verdict: str):
    assert status(item, rules(*to)[rule]) == verdict
