"""`sovereignty replay`: CloudTrail's records against the documents, and files of every sort."""

import gzip
import json
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from command_home import OU_PATH, run, settle, write_stack
from hypothesis import given, settings
from hypothesis import strategies as st
from law_inputs import REPOSITORY, STACK

from sovereignty import actions, deployment
from sovereignty import zone as zones
from sovereignty.compile import rcp, scp
from sovereignty.deployment import Deployment
from sovereignty.iam.evaluate import denials
from sovereignty.iam.policy import parse
from sovereignty.iam.request import Request
from sovereignty.replay import events, reader
from sovereignty.replay.call import Call, Setting, of
from sovereignty.replay.judge import Judge
from sovereignty.replay.tally import Tally
from sovereignty.zone import Zone

pytestmark = pytest.mark.command

ROLE = "arn:aws:iam::444455556666:role/team/app"
STRANGER = "999988887777"


@cache
def judged_zone() -> tuple[Zone, Deployment]:
    config = {**STACK, "sovereign-zones:awsZoneOuPath": OU_PATH}
    return zones.load("eu", REPOSITORY / "zones"), deployment.from_config(config, "Pulumi.eu.yaml")


@cache
def judge() -> Judge:
    return Judge(scp.documents(*judged_zone()), rcp.documents(*judged_zone()))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return settle(tmp_path, monkeypatch)


def record(event: str, region: str = "eu-central-1", role: str = ROLE, **changes: Any) -> dict[str, Any]:
    """A call by a session of the role; `event` is `service:EventName`."""
    service, _, name = event.partition(":")
    session = {
        "type": "AssumedRole",
        "arn": "arn:aws:sts::444455556666:assumed-role/app/session",
        "accountId": "444455556666",
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": role}},
    }
    return {
        "eventVersion": "1.11",
        "userIdentity": session,
        "eventTime": "2026-10-01T00:00:00Z",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "eventType": "AwsApiCall",
        "recipientAccountId": "444455556666",
        "requestParameters": {},
        "tlsDetails": {"tlsVersion": "TLSv1.3"},
        **changes,
    }


def write(home: Path, *records: Any, name: str = "trail.json") -> str:
    (home / name).write_text(json.dumps({"Records": records}), encoding="utf-8")
    return name


def replayed(home: Path, *records: Any, code: int = 1) -> dict[str, Any]:
    return json.loads(run("replay", "eu", write(home, *records), "--json", code=code)[0])


def rows(found: dict[str, Any], kind: str = "refused") -> list[tuple[str, str, str, int]]:
    return [(row["action"], row["region"], row["control"], row["count"]) for row in found[kind]]


def test_what_would_be_refused_is_counted_by_principal_action_region_and_control(home: Path):
    found = replayed(
        home,
        record("s3:PutObject", requestParameters={"bucketName": "a", "key": "b"}),
        *[record("ec2:RunInstances", "us-east-1")] * 3,
        record("sqs:SendMessage", "us-east-1"),
        record("cloudtrail:StopLogging"),
        record("iam:ListRoles", "us-east-1"),
    )
    assert (found["schema"], found["zone"], found["records"], found["judged"]) == (1, "eu", 7, 7)
    assert rows(found) == [
        ("ec2:RunInstances", "us-east-1", "residency.region", 3),
        ("cloudtrail:StopLogging", "eu-central-1", "audit.trail", 1),
        ("sqs:SendMessage", "us-east-1", "residency.region", 1),
    ]
    assert {row["principal"] for row in found["refused"]} == {ROLE}
    assert found["undecided"] == []


def test_a_month_of_lawful_work_exits_with_0(home: Path):
    shown, _ = run("replay", "eu", write(home, record("s3:GetObject"), record("kms:Decrypt")), code=0)
    assert shown == "2 records: 0 refused, 0 not to be told, 2 allowed.\n"


def test_the_table_tells_a_reader_the_same(home: Path):
    file = write(home, record("ec2:RunInstances", "us-east-1"), record("s3:GetObject", eventType="AwsServiceEvent"))
    shown, _ = run("replay", "eu", file, code=1)
    assert "zone eu would have refused" in shown
    assert ROLE in shown
    assert "2 records: 1 refused, 0 not to be told, 0 allowed; not judged: 1 no API call." in shown


def test_events_that_are_named_otherwise_than_their_actions_are_judged_by_those(home: Path):
    found = replayed(
        home,
        record("s3:PutBucketReplication"),
        record("lambda:CreateFunction20150331", "us-east-1"),
        record("lambda:UpdateFunctionCode20150331v2", "us-east-1"),
        record("monitoring:PutMetricData", "us-east-1"),
        record("cloudfront:CreateDistribution2020_05_31", "us-east-1"),
    )
    assert {row[0] for row in rows(found)} == {
        "s3:PutReplicationConfiguration",
        "lambda:CreateFunction",
        "lambda:UpdateFunctionCode",
        "cloudwatch:PutMetricData",
        "cloudfront:CreateDistribution",
    }


def test_an_event_that_is_no_action_is_judged_by_all_actions_of_its_service(home: Path):
    found = replayed(
        home,
        record("apigateway:CreateRestApi", "us-east-1"),
        record("apigateway:CreateRestApi"),
        record("cloudtrail:DoSomethingNew"),
        record("newservice:CopyEverything", "us-east-1"),
    )
    assert rows(found) == [
        ("apigateway:CreateRestApi", "us-east-1", "residency.region", 1),
        ("newservice:CopyEverything", "us-east-1", "residency.region", 1),
    ]
    assert [row[:2] for row in rows(found, "undecided")] == [("cloudtrail:DoSomethingNew", "eu-central-1")]
    assert found["undecided"][0]["needs"] == ["the action"]


def test_targets_and_tags_are_read_from_the_parameters(home: Path):
    inside = {"addReplicaRegions": [{"region": "eu-west-1"}]}
    outside = {"addReplicaRegions": [{"region": "eu-west-1"}, {"region": "us-east-1"}]}
    found = replayed(
        home,
        record("kms:ReplicateKey", requestParameters={"replicaRegion": "us-east-1"}),
        record("kms:ReplicateKey", "eu-west-1", requestParameters={"replicaRegion": "eu-west-1"}),
        record("secretsmanager:ReplicateSecretToRegions", requestParameters=inside),
        record("secretsmanager:ReplicateSecretToRegions", "eu-west-1", requestParameters=outside),
        record("ecr:CreateRepository", requestParameters={"tags": [{"key": "DataResidency", "value": "EU"}]}),
        record("sqs:CreateQueue", requestParameters={"tags": {"DataResidency": "US"}}),
        record("sqs:CreateQueue", "eu-west-1", requestParameters={"tags": {"DataResidency": "EU"}}),
        record("kms:CreateKey", requestParameters=None),
    )
    assert sorted(rows(found)) == [
        ("kms:ReplicateKey", "eu-central-1", "egress.replication", 1),
        ("secretsmanager:ReplicateSecretToRegions", "eu-west-1", "egress.replication", 1),
        ("sqs:CreateQueue", "eu-central-1", "tags.residency", 1),
    ]
    # parameters that CloudTrail left out may hold the tag
    assert rows(found, "undecided") == [("kms:CreateKey", "eu-central-1", "tags.residency", 1)]


def test_a_replica_that_a_table_is_given_is_judged_where_it_is_made(home: Path):
    def update(*regions: str, role: str = ROLE) -> dict[str, Any]:
        updates = [{"create": {"regionName": region}} for region in regions]
        return record("dynamodb:UpdateTable", role=role, requestParameters={"replicaUpdates": updates})

    deployment_role = "arn:aws:iam::444455556666:role/sovereign/deployment"
    witness = {"globalTableWitnessUpdates": [{"create": {"regionName": "us-east-1"}}]}
    found = replayed(home, record("dynamodb:UpdateTable", requestParameters=witness))
    assert rows(found) == [("dynamodb:UpdateTable", "eu-central-1", "egress.replication", 1)]
    found = replayed(
        home,
        update("us-east-1"),
        update(),
        record("dynamodb:UpdateTable", requestParameters={"tableName": "t", "billingMode": "PROVISIONED"}),
        update("eu-west-1", "us-east-1", role=deployment_role),
        update("eu-west-1", role=deployment_role),
    )
    assert {(row["principal"], *row_of) for row, row_of in zip(found["refused"], rows(found), strict=True)} == {
        (ROLE, "dynamodb:UpdateTable", "eu-central-1", "egress.replication", 1),
        (deployment_role, "dynamodb:UpdateTable", "eu-central-1", "residency.region", 1),
    }


def test_a_model_that_answers_elsewhere_is_judged_by_the_region_that_answers(home: Path):
    def invoke(model: str, answered: str = "", event: str = "InvokeModel") -> dict[str, Any]:
        besides = {"inferenceRegion": answered} if answered else {}
        return record(f"bedrock:{event}", requestParameters={"modelId": model}, additionalEventData=besides)

    profile = "arn:aws:bedrock:eu-central-1:444455556666:inference-profile/eu.amazon.nova-pro-v1:0"
    own = "arn:aws:bedrock:eu-central-1:444455556666:application-inference-profile/a1b2"
    found = replayed(home, invoke("eu.amazon.nova-pro-v1:0", "eu-north-1"), invoke(profile, "us-east-1", "Converse"))
    assert rows(found) == [("bedrock:InvokeModel", "eu-central-1", "residency.region", 2)]
    for model in ("us.anthropic.claude-v2:1", "global.anthropic.claude-v2:1", profile, own):
        found = replayed(home, invoke(model))
        assert rows(found, "undecided") == [("bedrock:InvokeModel", "eu-central-1", "residency.region", 1)]
        assert found["undecided"][0]["needs"] == ["aws:RequestedRegion"]
    inside = (invoke(profile, "eu-west-1"), invoke("anthropic.claude-v2:1"), invoke("ai21.jamba-1-5-mini-v1:0"))
    assert replayed(home, *inside, code=0)["judged"] == 3


def test_a_key_of_another_service_is_not_in_the_request_and_one_of_any_is_not_known():
    setting = Setting(*judged_zone())
    call = of(record("s3:PutObject"), setting)
    assert isinstance(call, Call)
    subject = call.subjects[0]
    assert call.values("ec2:owner", subject) == ()
    for key in ("s3:signatureage", "lambda:sourcefunctionarn", "cognito-identity.amazonaws.com:aud"):
        assert call.values(key, subject) is None


def test_who_is_no_role_is_not_taken_for_the_accounts_root(home: Path):
    staff = {"type": "IdentityCenterUser", "accountId": "444455556666", "onBehalfOf": {"userId": "u-1"}}
    root = {"type": "Root", "accountId": "444455556666"}
    found = replayed(
        home,
        record("sqs:SendMessage", "us-east-1", userIdentity=staff),
        record("sqs:SendMessage", "us-east-1", userIdentity=root),
    )
    assert sorted(row["principal"] for row in found["refused"]) == [
        "arn:aws:iam::444455556666:root",
        "arn:aws:identitystore:::user/u-1",
    ]


def test_a_file_that_is_named_twice_counts_once(home: Path):
    (home / "logs").mkdir()
    file = write(home, record("ec2:RunInstances", "us-east-1"), name="logs/a.json")
    (home / "b.json").symlink_to(file)
    found = json.loads(run("replay", "eu", "logs", file, "./" + file, "b.json", "--json", code=1)[0])
    assert found["records"] == 1


def test_a_records_text_moves_no_cursor(home: Path):
    file = write(home, record("sqs:SendMessage\x1b[2K\nrefused: 0", "us-east-1"))
    shown, _ = run("replay", "eu", file, code=1)
    assert "\x1b" not in shown
    assert "SendMessage\\x1b[2K\\nrefused:" in shown


def test_each_kind_of_resource_is_judged_by_its_own_tags(home: Path):
    def tagged(*kinds: str) -> dict[str, Any]:
        tags = [{"key": "DataResidency", "value": "EU"}]
        return {"tagSpecificationSet": {"items": [{"resourceType": kind, "tags": tags} for kind in kinds]}}

    found = replayed(
        home,
        record("ec2:RunInstances", requestParameters=tagged("instance")),
        record("ec2:RunInstances", "eu-west-1", requestParameters=tagged("instance", "volume")),
    )
    assert rows(found) == [("ec2:RunInstances", "eu-central-1", "tags.residency", 1)]
    # whose image it was, and in which availability zone, the record doesn't tell
    assert [row[1] for row in rows(found, "undecided")] == ["eu-west-1"]


def test_whose_a_resource_is_comes_from_the_record_and_a_stranger_is_not_guessed_at(home: Path):
    own = [{"accountId": "444455556666", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::own"}]
    theirs = [{"accountId": STRANGER, "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::theirs"}]
    named = {"roleArn": f"arn:aws:iam::{STRANGER}:role/x"}
    found = replayed(
        home,
        record("s3:PutObject", resources=own),
        record("s3:PutObject", "eu-west-1", resources=theirs),
        record("sts:AssumeRole", requestParameters=named),
        record("sts:AssumeRole", "eu-west-1", requestParameters={"roleArn": ROLE}),
    )
    assert {(row[0], row[1]) for row in rows(found, "undecided")} == {
        ("s3:PutObject", "eu-west-1"),
        ("sts:AssumeRole", "eu-central-1"),
    }
    assert all("aws:ResourceOrg" in row["needs"][0] for row in found["undecided"])
    assert all("ec2:Owner" not in row["needs"] for row in found["undecided"])


def test_the_roles_with_power_are_known_by_their_path(home: Path):
    path = "arn:aws:iam::444455556666:role/sovereign"
    found = replayed(
        home,
        record("cloudtrail:StopLogging", role=f"{path}/deployment"),
        record("sqs:SendMessage", "us-east-1", role=f"{path}/break-glass"),
        record("sqs:SendMessage", "us-east-1", role=f"{path}/deployment"),
        record("cloudtrail:StopLogging", role="arn:aws:iam::444455556666:role/deployment"),
    )
    assert sorted((row["principal"], row["action"]) for row in found["refused"]) == [
        ("arn:aws:iam::444455556666:role/deployment", "cloudtrail:StopLogging"),
        (f"{path}/deployment", "sqs:SendMessage"),
    ]


def test_a_resource_is_told_by_its_name_and_its_path(home: Path):
    found = replayed(
        home,
        record("lambda:DeleteFunction20150331", requestParameters={"functionName": "orders"}),
        record("lambda:DeleteFunction20150331", "eu-west-1", requestParameters={"functionName": "sovereign-watch"}),
        record("iam:CreateRole", "us-east-1", requestParameters={"roleName": "orders"}),
        record("iam:CreateRole", "us-east-1", requestParameters={"roleName": "x", "path": "/sovereign/"}),
        record("iam:AttachRolePolicy", "us-east-1", requestParameters={"roleName": "x"}),
    )
    assert rows(found) == [("iam:CreateRole", "us-east-1", "identity.roles", 1)]
    assert sorted(rows(found, "undecided")) == [
        ("iam:AttachRolePolicy", "us-east-1", "identity.roles", 1),
        ("lambda:DeleteFunction", "eu-west-1", "audit.guards", 1),
    ]
    assert found["undecided"][0]["needs"] == ["the resource"]


def test_what_no_policy_of_the_zone_judges_is_skipped_and_counted(home: Path):
    def by(**identity: Any) -> dict[str, Any]:
        return record("ec2:RunInstances", "us-east-1", userIdentity=identity)

    linked = "arn:aws:iam::444455556666:role/aws-service-role/ops.amazonaws.com/AWSServiceRoleForOps"
    found = replayed(
        home,
        by(type="AWSService", invokedBy="ec2.amazonaws.com"),
        by(type="WebIdentityUser", userName="x"),
        record("ec2:RunInstances", "us-east-1", role=linked),
        record("ec2:RunInstances", "us-east-1", errorCode="Client.UnauthorizedOperation"),
        record("signin:ConsoleLogin", "us-east-1", eventType="AwsConsoleSignIn"),
        {
            **by(type="IAMUser", arn=f"arn:aws:iam::{STRANGER}:user/x", accountId=STRANGER),
            "recipientAccountId": STRANGER,
        },
        code=0,
    )
    assert found["judged"] == 0
    assert found["skipped"] == {
        "call by a service-linked role": 1,
        "call by an AWS service": 1,
        "no API call": 1,
        "of another account": 1,
        "refused already": 1,
        "sign-in, by nobody's principal yet": 1,
    }


def test_a_call_that_both_accounts_of_a_zone_record_is_counted_once(home: Path):
    write_stack(home, awsAccounts=["444455556666", "777788889999"])
    call = record("sqs:SendMessage", "us-east-1")
    found = replayed(home, call, {**call, "recipientAccountId": "777788889999"})
    assert (found["judged"], found["refused"][0]["count"]) == (1, 1)
    assert found["skipped"] == {"told again by the account that owns the resource": 1}


def test_an_outsider_on_the_zones_data_is_the_rcps_to_judge(home: Path):
    outsider = {"type": "AWSAccount", "accountId": STRANGER, "principalId": "X"}
    found = replayed(home, record("s3:GetObject", userIdentity=outsider))
    assert found["undecided"][0]["principal"] == f"AWSAccount of account {STRANGER}"
    assert rows(found, "undecided") == [("s3:GetObject", "eu-central-1", "identity.organization", 1)]
    assert "aws:PrincipalOrgPaths" in found["undecided"][0]["needs"]


def test_files_come_gzipped_as_lines_as_lists_one_after_another_and_in_folders(home: Path):
    one = record("ec2:RunInstances", "us-east-1")
    wrapped = json.dumps({"Records": [one, one]})
    folder = home / "logs"
    (folder / "AWSLogs").mkdir(parents=True)
    (folder / "CloudTrail-Digest").mkdir()
    (folder / "AWSLogs" / "a.json.gz").write_bytes(gzip.compress(wrapped.encode()))
    (folder / "AWSLogs" / "b.jsonl").write_text(f"\ufeff{json.dumps(one)}\n{json.dumps(one)}\n", encoding="utf-8")
    (folder / "AWSLogs" / "c.json").write_text(json.dumps([one]))
    (folder / "AWSLogs" / "d.json").write_text(f'{wrapped}\n{{"more": [1], "Records": [{json.dumps(one)}]}}')
    (folder / "AWSLogs" / "e.json").write_text('{"Records": [], "more": {"a": 1}}\n')
    (folder / "AWSLogs" / "readme.txt").write_text("no records")
    (folder / "CloudTrail-Digest" / "x.json").write_text("{}")
    found = json.loads(run("replay", "eu", "logs", "--json", code=1)[0])
    assert found["records"] == 2 + 2 + 1 + 3
    assert found["refused"][0]["count"] == 8


@pytest.mark.parametrize("chunk", [64, 65, 100, 1000])
def test_a_file_reads_the_same_however_it_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int):
    monkeypatch.setattr(reader, "CHUNK", chunk)
    wanted = [{"number": number, "text": "ä" * number} for number in range(50)]
    for shape in (json.dumps({"Records": wanted}), "\n".join(map(json.dumps, wanted)), json.dumps(wanted, indent=7)):
        (tmp_path / "x.json").write_text(shape, encoding="utf-8")
        assert list(reader.records(tmp_path / "x.json")) == wanted


def test_every_torn_file_is_told_or_gives_what_it_holds(tmp_path: Path):
    whole = json.dumps({"Records": [{"a": 1}, {"b": {"c": "}"}}], "more": [1]}).encode()
    zipped = gzip.compress(whole)
    for content in (whole, zipped):
        for length in range(len(content)):
            (tmp_path / "x").write_bytes(content[:length])
            with pytest.raises(reader.InputError, match="x"):
                list(reader.records(tmp_path / "x"))


def test_a_file_of_any_size_is_held_in_part_only(tmp_path: Path):
    def endless() -> Iterator[str]:
        yield '{"Records": ['
        yield from (json.dumps({"number": number, "pad": "x" * 1000}) + "," for number in range(6000))
        yield "{}]}"

    with gzip.open(tmp_path / "x.json.gz", "wt") as file:
        file.writelines(endless())
    tracemalloc.start()
    count = sum(1 for _ in reader.records(tmp_path / "x.json.gz"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 6001
    assert peak < 3_000_000


def test_credentials_that_an_instance_got_without_a_token_are_told():
    """`ec2RoleDelivery` stands in a record's sessionContext (CloudTrail User Guide, userIdentity element)."""
    for version, control in (("1.0", "compute.metadata"), ("2.0", "")):
        told = record("s3:GetObject")
        told["userIdentity"]["sessionContext"]["ec2RoleDelivery"] = version
        call = of(told, Setting(*judged_zone()))
        assert isinstance(call, Call)
        assert judge().verdict(call).refused == control


def test_a_verdict_is_what_the_evaluation_of_the_policies_says():
    """What is not known is left absent there: where that decides, the verdict has to be undecided."""
    policies = [parse(document.body) for document in (*scp.documents(*judged_zone()), *rcp.documents(*judged_zone()))]
    keys = {
        key.lower() for policy in policies for row in policy.statements for on in row.condition.values() for key in on
    }
    setting = Setting(*judged_zone())
    seen: Counter[str] = Counter()
    for number, action in enumerate(actions.all_actions()[::17]):
        region = ("eu-central-1", "us-east-1", "us-west-2", "eu-west-1")[number % 4]
        role = ROLE if number % 3 else "arn:aws:iam::444455556666:role/sovereign/deployment"
        call = of(record(action, region, role), setting)
        assert isinstance(call, Call)
        if call.named.actions != (action,):
            continue
        verdict = judge().verdict(call)
        if verdict.undecided:
            seen["undecided"] += 1
            continue
        known = {key: values for key in keys if (values := call.values(key, call.subjects[0]))}
        request = Request(action, "arn:aws:x:::other", known, role)
        assert any(denials(policy, request) for policy in policies) is bool(verdict.refused), action
        seen["refused" if verdict.refused else "allowed"] += 1
    assert min(seen["refused"], seen["allowed"]) > 300
    assert seen["undecided"] < 60


def anything() -> st.SearchStrategy[Any]:
    plain = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
    return st.recursive(plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner))


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(st.sampled_from([*record("s3:PutObject"), "resources", "errorCode"]), anything()))
def test_a_record_may_hold_anything(changes: dict[str, Any]):
    zone, landed = judged_zone()
    tally = Tally()
    records = [record("ec2:RunInstances", "us-east-1") | changes, record("sqs:SendMessage", "us-east-1")]
    tally.add(records, Setting(zone, landed), judge(), "x.json")
    assert tally.records == 2
    assert tally.refused[ROLE, "sqs:SendMessage", "us-east-1", "residency.region"] == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"a,b,c\n1,2,3\n", "stops being JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b'{"Records": [1]}', "no JSON object"),
        (b'{"Records": "no"}', "nothing in it is a record of CloudTrail"),
        (b"[" * 100_000, "no JSON object"),
        (b"\x1f\x8bnot gzip", "torn or corrupt"),
        (b'{"Records": [{"a": "' + b"x" * 300, "record 1"),
    ],
)
def test_what_is_no_cloudtrail_file_is_told_by_name(home: Path, content: bytes, told: str):
    (home / "trail.json").write_bytes(content)
    _, errors = run("replay", "eu", "trail.json", code=2)
    assert errors.startswith("trail.json: ")
    assert told in errors


def test_a_reader_that_stops_reading_changes_no_verdict(home: Path):
    asked = ["replay", "eu", write(home, record("ec2:RunInstances", "us-east-1"))]
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "sovereignty", *asked], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (1, b"")


def test_a_missing_file_and_an_empty_folder_are_told(home: Path):
    assert "no such file" in run("replay", "eu", "nosuch.json", code=2)[1]
    (home / "logs").mkdir()
    assert "holds no CloudTrail file" in run("replay", "eu", "logs", code=2)[1]


def test_the_table_of_events_names_actions_that_there_are():
    for (service, event), needed in events._exceptions().items():
        assert events.named(f"{service}.amazonaws.com", event).actions == needed
        for action in needed:
            assert actions.known(action) == action
    for action, rows_of in events.further().items():
        assert actions.known(action) == action
        for _, needed in rows_of:
            assert all(actions.known(each) == each for each in needed)
    assert all(actions.known(each) == each for each in events.elsewhere())
    for action in events.resources():
        assert actions.known(action) == action
    assert set(events._prefixes().values()) <= set(actions.services())
    assert events.named("ec2.amazonaws.com.cn", "RunInstances").actions == ("ec2:RunInstances",)
