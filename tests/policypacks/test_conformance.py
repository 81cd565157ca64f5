"""Our analyzer and the SDK's own server say the same of the same policies, as the engine hears it."""

from typing import Any

import pytest
from google.protobuf import empty_pb2
from pulumi_policy import EnforcementLevel
from pulumi_policy.policy import _PolicyAnalyzerServicer
from served import ZONES, Client, analyzer, asked, client, finished

from policypacks.sovereignty.sovereignty_pack import analyzer as ours
from policypacks.sovereignty.sovereignty_pack import policies
from sovereignty.plan import Provider, Resource, normalise_token
from sovereignty.rules import RULES
from sovereignty.rules.judge import Judge

EU = {"sovereignty": {"stacks": [{"match": "*", "zone": "eu"}]}}
RULE = RULES[0]
CASES = [pytest.param(example, id=example.says) for good in (True, False) for example in RULE.examples(good)]


def validate(arguments: Any, report: Any) -> None:
    """A policy as the SDK's server calls it: proxies in, reports out; the examples hold no unknown."""
    provider = arguments.provider
    resource = Resource(
        urn=arguments.urn,
        token=arguments.resource_type,
        type=normalise_token(arguments.resource_type),
        name=arguments.name,
        props=dict(arguments.props),
        provider=provider
        and Provider(type=normalise_token(provider.resource_type), name=provider.name, props=dict(provider.props)),
    )
    for finding in Judge(ZONES["eu"], RULES).resource(resource):
        report(finding.text(), finding.urn)


@pytest.fixture
def theirs():
    declared = [
        policies.of_pack(RULES, lambda _arguments, _report: None),
        *(policies.of_rule(r, validate) for r in RULES),
    ]
    servicer = _PolicyAnalyzerServicer(
        ours.NAME, "1.2.3", declared, EnforcementLevel.MANDATORY, description=ours.DESCRIPTION
    )
    with client(servicer) as stub:
        yield stub


def test_both_describe_the_pack_alike(pack: Client, theirs: Client):
    assert pack.GetAnalyzerInfo(empty_pb2.Empty()) == theirs.GetAnalyzerInfo(empty_pb2.Empty())


@pytest.mark.parametrize("example", CASES)
def test_both_say_the_same_of_the_same_resource(pack: Client, theirs: Client, example: Any):
    pack.stack()
    pack.configure(EU)
    request = asked(example.type, example.props, provider=example.provider)
    assert pack.Analyze(request) == theirs.Analyze(request)


def test_both_answer_the_other_calls_with_the_same_messages(pack: Client, theirs: Client):
    request = asked("aws:s3/bucket:Bucket", {"region": "eu-central-1"}, provider={})
    pack.stack()
    pack.configure(EU)
    assert pack.Remediate(request) == theirs.Remediate(request)
    assert pack.analyze_stack(finished(request.type, {"region": "eu-central-1"}, provider={})) == theirs.analyze_stack()
    assert type(pack.GetPluginInfo(empty_pb2.Empty())) is type(theirs.GetPluginInfo(empty_pb2.Empty()))


def test_the_declared_policies_refuse_to_be_served_by_the_sdk_alone():
    """Its server would pass what is unknown as an advisory."""
    for policy in policies.declare(RULES):
        with pytest.raises(RuntimeError, match="the SDK's server"):
            policies.served_by_our_analyzer(None, None)
        assert policy.name


def test_the_analyzer_answers_every_call_of_the_protocol():
    """A call that is not implemented is skipped by the engine without a word."""
    from pulumi.runtime.proto import analyzer_pb2

    calls = [method.name for method in analyzer_pb2.DESCRIPTOR.services_by_name["Analyzer"].methods]
    assert calls and all(call in vars(type(analyzer())) for call in calls)
