import json
from typing import Any

import pytest
from built import Recorder, build, declared, deployed

from components.aws.alarms import AlarmTopic, AlarmTopicArgs
from components.aws.trail import AuditTrail, AuditTrailArgs
from sovereignty.compile import alarm_topic_policy, everything, trail_log_role, trail_watch
from sovereignty.errors import InputError
from sovereignty.zone import Zone

pytestmark = pytest.mark.engine

KEY = "arn:aws:kms:eu-central-1:444455556666:key/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
TOPIC = "arn:aws:sns:eu-central-1:444455556666:sovereign-eu-alarms"
SECOND, MANAGEMENT = "777788889999", "111122223333"
NAMED = {
    "aws:cloudwatch/eventRule:EventRule": {"name": "sovereign-eu-trail-changed"},
    "aws:cloudwatch/logGroup:LogGroup": {"name": "sovereign-eu-trail"},
}
"""What AWS answers: the names that were asked for."""
TRAIL, ROLE = "aws:cloudtrail/trail:Trail", "aws:iam/role:Role"


def trail(law: Zone | None = None, accounts: tuple[str, ...] = (), **arguments: Any) -> Recorder:
    target = deployed(awsAccounts=list(accounts)) if accounts else deployed()
    owner = arguments.get("account") or (MANAGEMENT if arguments.get("organization") else target.aws_accounts[0])
    given: dict[str, Any] = {
        "zone": law or declared("eu"),
        "deployment": target,
        "bucket": everything.trail_bucket(declared("eu"), target),
        "key": KEY,
        "alarm_topic": TOPIC.replace("444455556666", owner),
        **arguments,
    }
    return build(lambda: AuditTrail("eu", AuditTrailArgs(**given)), **NAMED)[0]


@pytest.fixture(scope="module")
def made() -> Recorder:
    return trail(classified_buckets=["arn:aws:s3:::eu-cases-444455556666"])


def selectors(made: Recorder) -> list[dict[str, dict[str, Any]]]:
    return [
        {
            field["field"]: {key: value for key, value in field.items() if key != "field"}
            for field in each["fieldSelectors"]
        }
        for each in made.the(TRAIL).inputs["advancedEventSelectors"]
    ]


def test_it_sees_every_region_and_proves_its_files_and_is_encrypted_and_protected(made: Recorder):
    kept = made.the(TRAIL)
    for wanted in ("isMultiRegionTrail", "includeGlobalServiceEvents", "enableLogFileValidation", "enableLogging"):
        assert kept.inputs[wanted] is True
    assert kept.inputs["kmsKeyId"] == KEY
    assert kept.inputs["s3BucketName"] == "eu-trail-444455556666"
    assert kept.inputs["isOrganizationTrail"] is False
    assert kept.protect


def test_it_is_the_trail_that_the_bucket_knows(made: Recorder):
    assert everything.trails(declared("eu"), deployed()) == (
        f"arn:aws:cloudtrail:eu-central-1:444455556666:trail/{made.the(TRAIL).inputs['name']}",
    )


def test_every_management_event_is_recorded_and_those_of_kms_are_not_left_out(made: Recorder):
    assert selectors(made)[0] == {"eventCategory": {"equals": ["Management"]}}


def test_objects_functions_and_tables_are_recorded_the_classified_ones_by_name(made: Recorder):
    kinds = [each["resources.type"]["equals"] for each in selectors(made)[1:]]
    assert kinds == [["AWS::S3::Object"]] * 3 + [["AWS::Lambda::Function"], ["AWS::DynamoDB::Table"]]
    classified = selectors(made)[1]["resources.ARN"]
    assert classified == {"startsWiths": ["arn:aws:s3:::eu-cases-444455556666/"]}


def test_the_trail_does_not_record_its_own_writing_and_does_record_who_reads_it(made: Recorder):
    own = "arn:aws:s3:::eu-trail-444455556666/"
    others, itself = selectors(made)[2:4]
    assert others["resources.ARN"] == {"notStartsWiths": [own]}
    assert itself["resources.ARN"] == {"startsWiths": [own]}
    assert itself["eventName"] == {"notEquals": ["PutObject"]}


def test_unusual_rates_are_recorded_where_the_partition_offers_it(made: Recorder):
    kinds = {each["insightType"] for each in made.the(TRAIL).inputs["insightSelectors"]}
    assert kinds == {"ApiCallRateInsight", "ApiErrorRateInsight"}


def test_its_log_group_is_encrypted_kept_and_written_by_a_role_that_can_nothing_else(made: Recorder):
    group = made.the("aws:cloudwatch/logGroup:LogGroup").inputs
    assert group == {"name": "sovereign-eu-trail", "kmsKeyId": KEY, "retentionInDays": 365}
    role = made.the(ROLE).inputs
    law, target = declared("eu"), deployed()
    account = target.aws_accounts[0]
    assert (role["path"], role["name"]) == ("/sovereign/", "sovereign-eu-trail-logs")
    assert role["assumeRolePolicy"] == trail_log_role.trust(law, target, account).text
    allowed = made.the("aws:iam/rolePolicy:RolePolicy").inputs["policy"]
    assert allowed == trail_log_role.permissions(law, target, account).text
    assert made.the(TRAIL).inputs["cloudWatchLogsGroupArn"] == "arn:eu:*"
    assert any("rolePolicy" in urn for urn in made.the(TRAIL).dependencies)


def test_an_alarm_tells_of_who_stops_it_and_another_of_its_silence(made: Recorder):
    rule = made.the("aws:cloudwatch/eventRule:EventRule").inputs
    assert rule["name"] == "sovereign-eu-trail-changed"
    assert {"StopLogging", "DeleteTrail"} <= set(json.loads(rule["eventPattern"])["detail"]["$or"][0]["eventName"])
    target = made.the("aws:cloudwatch/eventTarget:EventTarget").inputs
    assert (target["rule"], target["arn"], "roleArn" in target) == (rule["name"], TOPIC, False)
    alarm = made.the("aws:cloudwatch/metricAlarm:MetricAlarm", "eu-silent").inputs
    assert alarm["treatMissingData"] == "breaching"
    assert alarm["dimensions"] == {"LogGroupName": "sovereign-eu-trail"}
    assert alarm["alarmActions"] == [TOPIC]


def test_another_account_of_the_zone_has_a_trail_of_its_own_that_the_bucket_knows_too():
    first = "444455556666"
    second = trail(accounts=(first, SECOND), account=SECOND)
    pattern = second.the("aws:cloudwatch/eventRule:EventRule").inputs["eventPattern"]
    [_, expected] = everything.trails(declared("eu"), deployed(awsAccounts=[first, SECOND]))
    assert f'"{expected}"' in pattern
    assert f":{SECOND}:" in second.the(ROLE).inputs["assumeRolePolicy"]
    assert second.the(TRAIL).inputs["s3BucketName"] == f"eu-trail-{first}"


def test_a_trail_of_the_organization_is_the_management_accounts():
    of_all = trail(organization=True)
    assert of_all.the(TRAIL).inputs["isOrganizationTrail"] is True
    arn = f"arn:aws:cloudtrail:eu-central-1:{MANAGEMENT}:trail/sovereign-eu"
    assert arn in of_all.the(ROLE).inputs["assumeRolePolicy"]
    assert arn in of_all.the("aws:cloudwatch/eventRule:EventRule").inputs["eventPattern"]
    assert f":{MANAGEMENT}:log-group:" in of_all.the("aws:iam/rolePolicy:RolePolicy").inputs["policy"]
    by_delegate = trail(organization=True, account="444455556666")
    assert ":444455556666:log-group:" in by_delegate.the("aws:iam/rolePolicy:RolePolicy").inputs["policy"]
    assert arn in by_delegate.the(ROLE).inputs["assumeRolePolicy"]


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"account": SECOND}, "account"),
        ({"account": MANAGEMENT}, "account"),
        ({"account": SECOND, "organization": True}, "account"),
        ({"searchable_days": 100}, "searchable_days"),
        ({"bucket": "arn:aws:s3:::eu-trail-444455556666"}, "bucket"),
        ({"bucket": ""}, "bucket"),
        ({"bucket": None}, "bucket"),
        ({"key": None}, "key"),
        ({"key": "x"}, "key"),
        ({"key": KEY.rpartition("/")[2]}, "key"),
        ({"key": KEY.replace("eu-central-1", "eu-west-1")}, "key"),
        ({"key": KEY.replace("444455556666", "222233334444")}, "key"),
        ({"key": KEY.replace("arn:aws:", "arn:aws-cn:")}, "key"),
        ({"key": KEY.replace(":key/", ":alias/")}, "key"),
        ({"alarm_topic": "sovereign-eu-alarms"}, "alarm_topic"),
        ({"alarm_topic": TOPIC.replace("eu-central-1", "us-east-1")}, "alarm_topic"),
        ({"alarm_topic": TOPIC.replace("444455556666", SECOND)}, "alarm_topic"),
        ({"alarm_topic": TOPIC + ".fifo"}, "alarm_topic"),
        ({"classified_buckets": ["arn:aws:s3:::eu-cases", "eu-cases"]}, "classified_buckets[1]"),
        ({"classified_buckets": [f"arn:aws:s3:::eu-{number}" for number in range(500)]}, "classified_buckets"),
    ],
)
def test_bad_arguments_are_told_before_anything_is_made(arguments: dict[str, Any], where: str):
    with pytest.raises(InputError) as told:
        trail(**arguments)
    [problem] = told.value.problems
    assert problem.where == f"AuditTrailArgs.{where}"


def topic(**arguments: Any) -> Recorder:
    target = deployed(awsAlarmSubscribers=["security@example.com", "https://alarms.example.com/eu"])
    given: dict[str, Any] = {"zone": declared("eu"), "deployment": target, "key": KEY, **arguments}
    return build(lambda: AlarmTopic("eu", AlarmTopicArgs(**given)))[0]


def test_alarms_go_to_an_encrypted_topic_with_the_policy_that_is_compiled():
    recorder = topic()
    assert recorder.the("aws:sns/topic:Topic").inputs == {"name": "sovereign-eu-alarms", "kmsMasterKeyId": KEY}
    policy = recorder.the("aws:sns/topicPolicy:TopicPolicy").inputs["policy"]
    home = alarm_topic_policy.document(declared("eu"), deployed(), "444455556666", "eu-central-1")
    assert policy == home.text
    assert home in everything.documents(declared("eu"), deployed())


def test_subscribers_are_those_of_the_stack_file_and_no_address_is_in_a_name():
    found = topic().of("aws:sns/topicSubscription:TopicSubscription")
    assert {(each.inputs["protocol"], each.inputs["endpoint"]) for each in found} == {
        ("email", "security@example.com"),
        ("https", "https://alarms.example.com/eu"),
    }
    assert not any("example" in each.name for each in found)


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"region": "us-east-1"}, "region"),
        ({"account": SECOND}, "account"),
        ({"key": ""}, "key"),
        ({"key": KEY.replace("eu-central-1", "us-east-1")}, "key"),
        ({"region": "eu-west-1"}, "key"),
    ],
)
def test_a_topic_elsewhere_is_an_error(arguments: dict[str, Any], where: str):
    with pytest.raises(InputError) as told:
        topic(**arguments)
    assert told.value.problems[0].where == f"AlarmTopicArgs.{where}"


def test_whoever_acts_as_break_glass_in_any_region_is_told_of(made: Recorder):
    filter_ = made.the("aws:cloudwatch/logMetricFilter:LogMetricFilter").inputs
    assert filter_["logGroupName"] == "sovereign-eu-trail"
    assert filter_["pattern"] == trail_watch.break_glass(declared("eu"), "444455556666")
    counted = filter_["metricTransformation"]
    alarm = made.the("aws:cloudwatch/metricAlarm:MetricAlarm", "eu-break-glass").inputs
    assert (alarm["namespace"], alarm["metricName"]) == (counted["namespace"], counted["name"])
    assert (alarm["threshold"], alarm["alarmActions"]) == (1, [TOPIC])
