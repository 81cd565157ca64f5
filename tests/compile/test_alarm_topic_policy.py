import pytest
from resource_policy_proofs import EU, FIRST, LANDED, OURS, SECOND, STRANGER, Caller, Way, context_of, inside, service
from zones_as_data import on_aws_alone, parsed

from sovereignty.compile import alarm_topic_policy
from sovereignty.iam.evaluate import decide
from sovereignty.iam.policy import parse
from sovereignty.iam.request import Request

TOPIC = alarm_topic_policy.topic_arn(EU, FIRST, "eu-central-1")
POLICY = alarm_topic_policy.document(EU, LANDED, FIRST, "eu-central-1")
ANYTHING = parse({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
ALARM = f"arn:aws:cloudwatch:eu-central-1:{FIRST}:alarm:sovereign-eu-trail-silent"
EVENTS, ALARMS = "events.amazonaws.com", "cloudwatch.amazonaws.com"
DEPLOYMENT = inside(FIRST, "sovereign/deployment")


def may(action: str, caller: Caller, source: str = "", way: Way = Way()) -> bool:  # noqa: B008 (it is frozen)
    principal, context = context_of(caller, way)
    context |= {"aws:SourceArn": source} if source else {}
    request = Request(f"sns:{action}", TOPIC, context, principal)
    same = caller.account == FIRST
    return decide(request, identity=(ANYTHING,), resource=parsed(POLICY.text), same_account=same).allowed


def test_eventbridge_and_the_zones_alarms_publish():
    assert may("Publish", service(EVENTS))
    assert may("Publish", service(ALARMS, FIRST, OURS, "x"), ALARM)
    assert may("Publish", inside(FIRST))


@pytest.mark.parametrize(
    ("caller", "source"),
    [
        (service(ALARMS), ALARM),
        (service(ALARMS, STRANGER), ALARM),
        (service(ALARMS, FIRST, OURS, "x"), ""),
        (service(ALARMS, SECOND, OURS, "x"), ALARM.replace(FIRST, STRANGER)),
        (service(ALARMS, FIRST, OURS, "x"), ALARM.replace("eu-central-1", "us-east-1")),
        (service(EVENTS, STRANGER), ""),
        (service(EVENTS, STRANGER, "o-zzzzzzzzzz", "x"), ""),
        (service("s3.amazonaws.com", FIRST, OURS, "x"), ""),
        (Caller(STRANGER, "app"), ""),
        (Caller(FIRST, "app"), ""),  # of the account, and AWS names no organization
        (Caller(), ""),
    ],
)
def test_nobody_else_publishes(caller: Caller, source: str):
    assert not may("Publish", caller, source)


def test_nothing_is_published_without_tls():
    assert not may("Publish", service(EVENTS), way=Way(tls=False))
    assert not may("Publish", inside(FIRST), way=Way(tls=False))


@pytest.mark.parametrize(
    "action", ["Subscribe", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic"]
)
def test_who_hears_of_alarms_is_the_deployments(action: str):
    assert may(action, DEPLOYMENT)
    assert may(action, inside(FIRST, "sovereign/break-glass"))
    assert not may(action, inside(FIRST))
    assert not may(action, inside(SECOND, "sovereign/deployment"))  # another account: the topic's policy lets in nobody
    assert not may(action, Caller(STRANGER, "sovereign/deployment"))


def test_each_statement_is_needed():
    """Without any one of them, something is decided otherwise."""
    asked = [
        (action, caller, source, way)
        for action in ("Publish", "Subscribe")
        for caller, source in (
            (service(EVENTS), ""),
            (service(EVENTS, STRANGER), ""),
            (service(ALARMS, FIRST, OURS, "x"), ALARM),
            (Caller(FIRST, "app"), ""),
            (inside(FIRST), ""),
        )
        for way in (Way(), Way(tls=False))
    ]

    def decisions(policy) -> list[bool]:
        found = []
        for action, caller, source, way in asked:
            principal, context = context_of(caller, way)
            context |= {"aws:SourceArn": source} if source else {}
            request = Request(f"sns:{action}", TOPIC, context, principal)
            found.append(decide(request, identity=(ANYTHING,), resource=policy).allowed)
        return found

    whole = POLICY.body
    for place in range(len(whole["Statement"])):
        rest = [each for number, each in enumerate(whole["Statement"]) if number != place]
        assert decisions(parse({**whole, "Statement": rest})) != decisions(parse(whole)), whole["Statement"][place][
            "Sid"
        ]


def test_sns_takes_its_actions_and_its_size():
    china = on_aws_alone("aws-cn", "cn-north-1", "CN")
    assert "arn:aws:" not in alarm_topic_policy.document(china, LANDED, FIRST, "cn-north-1").text
    assert "sns:*" not in POLICY.text
    assert len(POLICY.text) <= POLICY.limit == 30720
