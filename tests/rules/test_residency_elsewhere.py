"""Components, packages that place nothing, and packages that the law doesn't know."""

import pytest
from made import EU, alone, resource, together

from sovereignty.plan import Plan
from sovereignty.rules import RULES
from sovereignty.rules.judge import Judge


@pytest.mark.parametrize("kind", ["sovereign-zones:index:WormBucket", "awsx:ec2:Vpc", "app:index:Store"])
def test_a_component_holds_nothing(kind: str):
    assert alone(resource(kind, {"region": "us-east-1"}, component=True)) == []


def test_a_custom_resource_of_an_unknown_package_does_not_pass_as_a_component():
    assert alone(resource("sovereign-zones:index:WormBucket")) == ["undetermined"]
    assert together(resource("app:index:Store")) == {"it": ["undetermined"]}
    assert alone(resource("app:index:Store", component=True, custom=True)) == ["undetermined"]


@pytest.mark.parametrize("kind", ["pulumi:pulumi:Stack", "pulumi:pulumi:StackReference", "pulumi:providers:aws"])
def test_what_is_the_engines_own_is_allowed(kind: str):
    assert alone(resource(kind)) == []


@pytest.mark.parametrize("kind", ["random:index/randomId:RandomId", "tls:index/privateKey:PrivateKey"])
def test_a_package_that_places_no_data_is_allowed(kind: str):
    assert alone(resource(kind)) == []


@pytest.mark.parametrize(
    "kind",
    [
        "pulumi-python:dynamic:Resource",
        "pulumi-nodejs:dynamic:Resource",
        "command:local:Command",
        "gcp:storage/bucket:Bucket",
    ],
)
def test_what_may_do_anything_anywhere_is_undetermined(kind: str):
    assert alone(resource(kind)) == ["undetermined"]


def test_a_package_that_the_configuration_leaves_alone_is_left_alone():
    judge = Judge(EU, RULES, unjudged=("kubernetes",))
    pod = resource("kubernetes:core/v1:Pod")
    assert judge.resource(pod) == []
    assert judge.plan(Plan([pod])) == []


def test_a_resource_that_is_only_read_is_not_judged():
    assert alone(resource("aws:s3/bucket:Bucket", {"region": "us-east-1"}, external=True)) == []
