"""What guards the foundation's watch: each document by what it allows and refuses, and how a fault in it shows."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from sovereignty import facts, foundation_deployment
from sovereignty.compile import (
    control_plane,
    forwarder,
    foundation,
    foundation_key,
    foundation_topic,
    foundation_trail,
    foundation_trail_logs,
)
from sovereignty.compile.document import Document
from sovereignty.compile.organization import ai_opt_out
from sovereignty.errors import InputError
from sovereignty.facts import control_plane as table
from sovereignty.iam.evaluate import allowances, denials
from sovereignty.iam.policy import parse
from sovereignty.iam.request import Request

ACCOUNT, OURS, STRANGER = "111122223333", "o-a1b2c3d4e5", "555566667777"
HOME = "eu-central-1"
TRAIL = foundation.trail_arn("aws", HOME, ACCOUNT)
BUCKET = foundation.trail_bucket(ACCOUNT)
RULES = [foundation.rule(watch) for watch in control_plane.WATCHES]
TOPIC = f"arn:aws:sns:{HOME}:{ACCOUNT}:{foundation.TOPIC}"
PARTITIONS = {"aws": HOME, "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1", "aws-eusc": "eusc-de-east-1"}
OUR_ROLE = f"arn:aws:iam::{ACCOUNT}:role/administrator"
INSIDE = {"aws:PrincipalOrgID": OURS, "aws:PrincipalIsAWSService": "false", "aws:PrincipalArn": OUR_ROLE}
SAFE = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}

KEY = foundation_key.document("aws", HOME, ACCOUNT, OURS, foundation.TOPIC, TRAIL)
ALARMS = foundation_topic.document("aws", HOME, ACCOUNT, foundation.TOPIC, alarm=True)
RECORDS = foundation_trail.document("aws", ACCOUNT, OURS, BUCKET, TRAIL, foundation.retention(1))
PARTS = forwarder.Forwarder("aws", ACCOUNT, "us-east-1")


def by_service(name: str, **keys: str) -> dict[str, Any]:
    return {
        "principal": name,
        "context": {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": name, **keys},
    }


def answer(document: Document | dict[str, Any], action: str, resource: str, principal: str, context: dict[str, str]):
    """Whether the document refuses, allows, or says nothing."""
    policy = parse(document.body if isinstance(document, Document) else document)
    request = Request(action, resource, {**SAFE, **context}, principal)
    return "refused" if denials(policy, request) else "allowed" if allowances(policy, request) else "silent"


def events(rule: str = RULES[0], account: str = ACCOUNT, **keys: str) -> dict[str, Any]:
    source = f"arn:aws:events:{HOME}:{account}:rule/{rule}"
    return by_service("events.amazonaws.com", **{"aws:SourceArn": source, "aws:SourceAccount": account, **keys})


def trail(arn: str = TRAIL, **keys: str) -> dict[str, Any]:
    return by_service("cloudtrail.amazonaws.com", **{"aws:SourceArn": arn, "aws:SourceOrgID": OURS, **keys})


OF_SNS = "kms:EncryptionContext:aws:sns:topicArn"
OF_LOGS = "kms:EncryptionContext:aws:logs:arn"
GROUP = foundation_trail_logs.log_group_arn("aws", HOME, ACCOUNT)
ALARM = foundation_trail_logs.alarm_arn("aws", HOME, ACCOUNT)
CONTEXT = "kms:EncryptionContext:aws:cloudtrail:arn"
OF_KEY = [
    ("kms:GenerateDataKey", by_service("events.amazonaws.com", **{OF_SNS: TOPIC}), "allowed"),
    ("kms:Decrypt", by_service("events.amazonaws.com", **{OF_SNS: TOPIC}), "allowed"),
    ("kms:GenerateDataKey", by_service("events.amazonaws.com", **{OF_SNS: TOPIC + "2"}), "silent"),
    ("kms:GenerateDataKey", by_service("cloudwatch.amazonaws.com", **{OF_SNS: TOPIC}), "allowed"),
    ("kms:GenerateDataKey", by_service("cloudwatch.amazonaws.com"), "silent"),
    ("kms:Encrypt", by_service(f"logs.{HOME}.amazonaws.com", **{OF_LOGS: GROUP}), "allowed"),
    ("kms:Encrypt", by_service(f"logs.{HOME}.amazonaws.com", **{OF_LOGS: GROUP + "2"}), "silent"),
    ("kms:Encrypt", by_service("logs.us-east-1.amazonaws.com", **{OF_LOGS: GROUP}), "silent"),
    ("kms:GenerateDataKey", events(), "silent"),
    ("kms:GenerateDataKey", by_service("s3.amazonaws.com", **{"aws:SourceAccount": ACCOUNT}), "silent"),
    ("kms:GenerateDataKey", trail(**{CONTEXT: TRAIL}), "allowed"),
    ("kms:GenerateDataKey", trail(**{CONTEXT: TRAIL + "2"}), "silent"),
    ("kms:GenerateDataKey", trail(TRAIL + "2", **{CONTEXT: TRAIL}), "silent"),
    ("kms:Decrypt", trail(), "allowed"),
    ("kms:Decrypt", trail(**{CONTEXT: TRAIL}), "allowed"),
    ("kms:Decrypt", trail(TRAIL + "2"), "silent"),
    ("kms:DescribeKey", trail(), "allowed"),
    ("kms:PutKeyPolicy", trail(), "silent"),
    ("kms:PutKeyPolicy", {"principal": f"arn:aws:iam::{ACCOUNT}:root", "context": INSIDE}, "allowed"),
    ("kms:Decrypt", {"principal": OUR_ROLE, "context": {**INSIDE, "aws:PrincipalOrgID": "o-zzzzzzzzzz"}}, "refused"),
    ("kms:Decrypt", {"principal": "", "context": {}}, "refused"),
    (
        "kms:ScheduleKeyDeletion",
        {"principal": OUR_ROLE, "context": {**INSIDE, "kms:ScheduleKeyDeletionPendingWindowInDays": "7"}},
        "refused",
    ),
]


@pytest.mark.parametrize(("action", "who", "said"), OF_KEY)
def test_the_key_serves_the_trail_and_the_alarms_and_its_account(action: str, who: dict[str, Any], said: str):
    assert answer(KEY, action, "*", **who) == said


def alarms(arn: str = ALARM, account: str = ACCOUNT) -> dict[str, Any]:
    return by_service("cloudwatch.amazonaws.com", **{"aws:SourceArn": arn, "aws:SourceAccount": account})


OF_TOPIC = [
    ("sns:Publish", events(), "allowed"),
    ("sns:Publish", by_service("events.amazonaws.com"), "allowed"),
    ("sns:Publish", events(account=STRANGER), "refused"),
    ("sns:Publish", {"principal": OUR_ROLE, "context": INSIDE}, "refused"),
    ("sns:Publish", alarms(), "allowed"),
    ("sns:Publish", alarms(ALARM + "2"), "silent"),
    ("sns:Publish", alarms(account=STRANGER), "refused"),
    ("sns:Publish", by_service("cloudwatch.amazonaws.com"), "silent"),
    ("sns:Publish", by_service("lambda.amazonaws.com"), "refused"),
    ("sns:Publish", {"principal": "", "context": {}}, "refused"),
    ("sns:Publish", events(**{"aws:SecureTransport": "false"}), "refused"),
    ("sns:Subscribe", {"principal": OUR_ROLE, "context": INSIDE}, "silent"),
]


@pytest.mark.parametrize(("action", "who", "said"), OF_TOPIC)
def test_event_bridge_publishes_for_no_other_account_and_nobody_else_does(action: str, who: dict[str, Any], said: str):
    assert answer(ALARMS, action, TOPIC, **who) == said


HERE = f"arn:aws:s3:::{BUCKET}"
OBJECT = f"{HERE}/AWSLogs/{ACCOUNT}/CloudTrail/x"
OWNED = {"s3:x-amz-acl": "bucket-owner-full-control"}
STRANGE = {"aws:SourceOrgID": "o-zzzzzzzzzz", "aws:SourceAccount": STRANGER}


def us(**keys: str) -> dict[str, Any]:
    return {"principal": OUR_ROLE, "context": {**INSIDE, **keys}}


OF_BUCKET = [
    ("s3:PutObject", OBJECT, trail(**OWNED), "allowed"),
    ("s3:PutObject", OBJECT, trail(), "silent"),
    ("s3:PutObject", OBJECT, trail(TRAIL + "2", **OWNED), "silent"),
    ("s3:PutObject", OBJECT.replace(f"{ACCOUNT}/", f"{STRANGER}/"), trail(**OWNED), "silent"),
    ("s3:PutObject", OBJECT, us(), "refused"),
    ("s3:GetObject", OBJECT, us(), "silent"),
    ("s3:GetObject", OBJECT, us(**{"aws:SecureTransport": "false"}), "refused"),
    ("s3:GetObject", OBJECT, us(**{"s3:TlsVersion": "1.1"}), "refused"),
    ("s3:GetObject", OBJECT, {"principal": "", "context": {}}, "refused"),
    ("s3:GetBucketAcl", HERE, trail(), "allowed"),
    ("s3:GetBucketAcl", HERE, trail(**STRANGE), "refused"),
    ("s3:BypassGovernanceRetention", OBJECT, us(), "refused"),
    ("s3:PutObjectRetention", OBJECT, us(**{"s3:object-lock-remaining-retention-days": "30"}), "refused"),
    ("s3:PutObjectRetention", OBJECT, us(**{"s3:object-lock-mode": "GOVERNANCE"}), "refused"),
    ("s3:DeleteBucket", HERE, us(), "refused"),
    ("s3:PutBucketVersioning", HERE, us(), "refused"),
    ("s3:PutBucketObjectLockConfiguration", HERE, us(), "refused"),
    ("s3:PutReplicationConfiguration", HERE, us(), "refused"),
    ("s3:PutBucketPolicy", HERE, us(), "silent"),
    ("s3:PutBucketPolicy", HERE, us(**{"aws:ViaAWSService": "false"}), "silent"),
    ("s3:PutBucketPolicy", HERE, us(**{"aws:ViaAWSService": "true"}), "refused"),
]


@pytest.mark.parametrize(("action", "resource", "who", "said"), OF_BUCKET)
def test_the_trail_writes_its_records_once(action: str, resource: str, who: dict[str, Any], said: str):
    assert answer(RECORDS, action, resource, **who) == said


def test_a_topic_that_gets_no_alarm_knows_no_cloudwatch():
    document = foundation_topic.document("aws", HOME, ACCOUNT, foundation.TOPIC)
    assert answer(document, "sns:Publish", TOPIC, **alarms()) == "refused"
    key = foundation_key.document("aws", HOME, ACCOUNT, OURS, foundation.TOPIC)
    assert answer(key, "kms:Decrypt", "*", **by_service("cloudwatch.amazonaws.com", **{OF_SNS: TOPIC})) == "silent"


def test_cloudtrail_alone_writes_the_log_group_and_for_the_one_trail():
    trust = foundation_trail_logs.trust("aws", TRAIL)
    assert answer(trust, "sts:AssumeRole", "*", **trail()) == "allowed"
    assert answer(trust, "sts:AssumeRole", "*", **trail(TRAIL + "2")) == "silent"
    assert answer(trust, "sts:AssumeRole", "*", **by_service("events.amazonaws.com")) == "silent"
    may = foundation_trail_logs.permissions("aws", HOME, ACCOUNT)
    for stream, said in ((f"{ACCOUNT}_CloudTrail_{HOME}_1", "allowed"), (f"{STRANGER}_CloudTrail_{HOME}", "silent")):
        assert answer(may, "logs:PutLogEvents", f"{GROUP}:log-stream:{stream}", "", {}) == said
    assert answer(may, "logs:DeleteLogStream", f"{GROUP}:log-stream:{ACCOUNT}_CloudTrail_{HOME}", "", {}) == "silent"


def test_the_root_user_and_the_emergency_role_are_looked_for_in_every_regions_records():
    pattern = foundation_trail_logs.power("aws-cn", ACCOUNT)
    assert '$.userIdentity.type = "Root"' in pattern
    assert pattern.count(f'"arn:aws-cn:iam::{ACCOUNT}:role/sovereign/break-glass"') == 2
    assert "awsRegion" not in pattern


def missed(document: Document, cases: list[tuple[str, str, dict[str, Any], str]]) -> list[str]:
    """The statements that no case would miss."""
    found = []
    for number, statement in enumerate(document.body["Statement"]):
        without = copy.deepcopy(document.body)
        del without["Statement"][number]
        if all(answer(without, action, resource, **who) == said for action, resource, who, said in cases):
            found.append(statement["Sid"])
    return found


def test_a_statement_that_is_left_out_is_missed():
    assert missed(KEY, [(action, "*", who, said) for action, who, said in OF_KEY]) == []
    assert missed(ALARMS, [(action, TOPIC, who, said) for action, who, said in OF_TOPIC]) == []
    assert missed(RECORDS, OF_BUCKET) == []


def test_only_the_parts_of_a_forwarder_act_for_it():
    bus = f"arn:aws:events:{HOME}:444455556666:event-bus/control-plane"
    assert answer(forwarder.sender_permissions(PARTS, bus), "events:PutEvents", bus, "", {}) == "allowed"
    assert answer(forwarder.sender_permissions(PARTS, bus), "events:PutEvents", bus + "2", "", {}) == "silent"
    strip = forwarder.stripper_permissions(PARTS)
    assert answer(strip, "sqs:ReceiveMessage", PARTS.queue, "", {}) == "allowed"
    assert answer(strip, "events:PutEvents", bus, "", {}) == "silent"
    for document, service, source in (
        (forwarder.stripper_trust(PARTS), "pipes.amazonaws.com", PARTS.pipe),
        (forwarder.sender_trust(PARTS), "events.amazonaws.com", PARTS.forwarding),
    ):
        keys = {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": source}
        assert answer(document, "sts:AssumeRole", "*", **by_service(service, **keys)) == "allowed"
        assert (
            answer(document, "sts:AssumeRole", "*", **by_service(service, **keys | {"aws:SourceArn": "x"})) == "silent"
        )
        assert answer(document, "sts:AssumeRole", "*", **by_service("lambda.amazonaws.com", **keys)) == "silent"
    source = {"aws:SourceArn": PARTS.collecting}
    assert (
        answer(forwarder.queue(PARTS), "sqs:SendMessage", PARTS.queue, **by_service("events.amazonaws.com", **source))
        == "allowed"
    )
    assert answer(forwarder.queue(PARTS), "sqs:SendMessage", PARTS.queue, OUR_ROLE, INSIDE) == "silent"


def test_what_goes_on_holds_neither_request_nor_answer():
    for text in (control_plane.metadata(), *(control_plane.message(watch) for watch in control_plane.WATCHES)):
        assert "requestParameters" not in text and "responseElements" not in text
    paths = set(control_plane.FIELDS.values())
    assert len(paths) <= 10
    assert not any("request" in path or "response" in path or path == "$.detail" for path in paths)
    assert json.loads(control_plane.metadata())["event"] == "<$.body.detail.eventName>"


@pytest.mark.parametrize("partition", PARTITIONS)
def test_the_calls_that_undo_a_zone_are_watched_in_every_partition(partition: str):
    calls = json.loads(control_plane.pattern(partition, ACCOUNT, "organization"))
    assert {
        "MoveAccount",
        "DetachPolicy",
        "UpdatePolicy",
        "DisablePolicyType",
        "CloseAccount",
        "DeleteResourcePolicy",
        "PutResourcePolicy",
    } <= set(calls["detail"]["eventName"])
    assert {"StopLogging", "DeleteTrail", "DisableRule", "PutRule", "PutTargets", "RemoveTargets"} <= set(
        json.loads(control_plane.pattern(partition, ACCOUNT, "watch"))["detail"]["eventName"]
    )
    assert f"arn:{partition}:iam::{ACCOUNT}:role/sovereign/break-glass" in control_plane.pattern(
        partition, ACCOUNT, "power"
    )


@pytest.mark.parametrize("partition", PARTITIONS)
def test_every_region_of_the_control_plane_is_of_the_partition(partition: str):
    regions = {table.organizations_region(partition), *table.answering_regions(partition)}
    assert {row.partition for region in regions if (row := facts.region("aws", region))} == {partition}


def given(**more: object) -> foundation_deployment.FoundationDeployment:
    own = {"awsManagementAccount": ACCOUNT, "awsOrganizationId": OURS, **more}
    config = {f"sovereign-foundation:{key}": value for key, value in own.items() if value is not None}
    return foundation_deployment.from_config({"aws:region": HOME, **config}, "x.yaml")


@pytest.mark.parametrize("partition", PARTITIONS)
def test_all_documents_fit_and_are_of_the_partition(partition: str):
    documents = foundation.documents(given(), PARTITIONS[partition], "x.yaml")
    assert all(len(document.text) <= document.limit for document in documents)
    others = [f"arn:{each}:" for each in PARTITIONS if each != partition]
    assert not any(other in document.text for document in documents for other in others)
    assert "aws:root" in {document.target for document in documents}


def test_the_root_gets_nothing_where_the_stack_says_so():
    targets = {document.target for document in foundation.documents(given(awsRootPolicies=False), HOME, "x.yaml")}
    assert "aws:root" not in targets


def test_the_root_opts_out_of_ai_services_as_a_zone_does():
    document = foundation.opt_out("aws")
    assert document and document.body == ai_opt_out.body()


@pytest.mark.parametrize("missing", ["awsOrganizationId"])
def test_a_missing_value_is_told_with_its_key(missing: str):
    with pytest.raises(InputError, match=rf"x\.yaml: sovereign-foundation:{missing}: It is missing"):
        foundation.documents(given(**{missing: None}), HOME, "x.yaml")
    with pytest.raises(InputError, match=r"x\.yaml: aws:region"):
        foundation.documents(given(), None, "x.yaml")
