from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from iam_policies import policy, statement

from sovereignty.iam.action_sets import ActionSpace, allowed_mask, denied_mask
from sovereignty.iam.evaluate import allowances, denials
from sovereignty.iam.policy import parse
from sovereignty.iam.request import Request

ACTIONS = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3-outposts:PutObject",
    "s3express:CreateSession",
    "ec2:RunInstances",
    "ec2:DescribeRegions",
    "iam:CreateRole",
    "iam:GetRole",
    "a4b:Get",
]
SPACE = ActionSpace(ACTIONS)


def names(*patterns: str) -> list[str]:
    return list(SPACE.names(SPACE.mask(patterns)))


def test_actions_are_sorted_and_held_once():
    assert SPACE.actions == tuple(sorted(ACTIONS))
    assert ActionSpace([*ACTIONS, *ACTIONS]).actions == SPACE.actions
    assert list(SPACE.names(SPACE.full)) == list(SPACE.actions)
    with pytest.raises(ValueError, match="only in case"):
        ActionSpace(["s3:GetObject", "s3:getobject"])


def test_patterns_name_actions_in_any_case_and_one_service_is_not_another():
    assert names("*") == list(SPACE.actions)
    assert names("s3:*") == ["s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"]
    assert names("S3:putOBJECT") == ["s3:PutObject"]
    assert names("s3:PutObject*") == ["s3:PutObject", "s3:PutObjectAcl"]
    assert names("s3:*Object") == ["s3:GetObject", "s3:PutObject"]
    assert names("s3:?etObject", "iam:*") == ["iam:CreateRole", "iam:GetRole", "s3:GetObject"]
    assert names("s3*:PutObject") == ["s3-outposts:PutObject", "s3:PutObject"]
    assert names("*:Get*") == ["a4b:Get", "iam:GetRole", "s3:GetObject"]
    assert names("s3:NoSuch", "nosuch:*", "s3:Put?Object") == []
    assert SPACE.mask("s3:*") == SPACE.mask(["s3:*"])


def test_an_allowed_set_does_not_take_away_what_is_denied():
    document = policy(statement("Allow", "s3:*"), statement("Deny", "s3:Put*"))
    assert list(SPACE.names(allowed_mask(document, SPACE, {}))) == names("s3:*")
    assert list(SPACE.names(denied_mask(document, SPACE, {}))) == names("s3:Put*")


KEYS = ("aws:RequestedRegion", "aws:PrincipalArn", "aws:TagKeys", "aws:ViaAWSService")
VALUES = (
    "eu-west-1",
    "us-east-1",
    "arn:aws:iam::111122223333:role/a",
    "arn:aws:iam::*:role/*",
    "true",
    "${aws:TagKeys}",
)
PATTERNS = ("*", "s3:*", "S3:put*", "s3:*Object", "ec2:RunInstances", "iam:?etRole", "*:Get*", "s3*:*", "none:*")
RESOURCES = ("*", "arn:aws:s3:::a/b", "arn:aws:s3:::${aws:RequestedRegion}/*", "arn:aws:s3:::*")
PRINCIPALS = ("*", "111122223333", "arn:aws:iam::111122223333:role/a")
OPERATORS = (
    "StringEquals",
    "StringNotLike",
    "StringLikeIfExists",
    "ForAllValues:StringLike",
    "ForAnyValue:StringNotEquals",
)

some = st.lists(st.sampled_from(VALUES), max_size=2)
conditions = st.dictionaries(
    st.sampled_from(OPERATORS), st.dictionaries(st.sampled_from(KEYS), some, min_size=1, max_size=2), max_size=2
)


def either(element: str, values: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    listed = st.lists(st.sampled_from(values), min_size=1, max_size=3)
    return st.tuples(st.sampled_from((element, "Not" + element)), listed).map(lambda pair: {pair[0]: pair[1]})


statements = st.builds(
    lambda effect, action, resource, principal, condition: {
        "Effect": effect,
        "Condition": condition,
        **action,
        **resource,
        **{name: {"AWS": values} for name, values in principal.items()},
    },
    st.sampled_from(("Allow", "Deny")),
    either("Action", PATTERNS),
    either("Resource", RESOURCES),
    st.just({}) | either("Principal", PRINCIPALS),
    conditions,
)
values = st.sampled_from(VALUES) | st.lists(st.sampled_from(VALUES), max_size=2).map(tuple)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(statements, max_size=4),
    st.dictionaries(st.sampled_from(KEYS), values),
    st.sampled_from(("*", "arn:aws:s3:::a/b", "arn:aws:s3:::eu-west-1/b")),
    st.sampled_from(("", "arn:aws:iam::111122223333:role/a", "arn:aws:iam::222222222222:role/a", "s3.amazonaws.com")),
)
def test_sets_say_what_single_evaluations_say(
    body: list[dict[str, Any]], context: dict[str, str | tuple[str, ...]], resource: str, principal: str
):
    document = parse({"Version": "2012-10-17", "Statement": body})
    denied = denied_mask(document, SPACE, context, resource, principal)
    allowed = allowed_mask(document, SPACE, context, resource, principal)
    for number, action in enumerate(SPACE.actions):
        asked = Request(action, resource, context, principal)
        assert bool(denied >> number & 1) is bool(denials(document, asked))
        assert bool(allowed >> number & 1) is bool(allowances(document, asked))
