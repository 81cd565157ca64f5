from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2 as messages
from served import (
    ROOT_STACK,
    SECRET,
    SIGNATURE,
    UNKNOWN_TEXT,
    Client,
    analyzer,
    asked,
    client,
    finished,
    urn,
)

from policypacks.sovereignty.sovereignty_pack.analyzer import Analyzer
from sovereignty.plan import Plan, Resource
from sovereignty.rules import RULES
from sovereignty.rules.rule import Finding, Framework, Rule, Severity
from sovereignty.zone import Zone

BUCKET = "aws:s3/bucket:Bucket"
ACCOUNT = "azure-native:storage:StorageAccount"
GROUP = "azure-native:resources:ResourceGroup"
OUTSIDE, INSIDE = {"region": "us-east-1"}, {"region": "eu-central-1"}
EU = {"sovereignty": {"stacks": [{"match": "acme/shop/*", "zone": "eu"}]}}
EXEMPTION = {
    "control": "residency.region",
    "urn": urn(BUCKET, "it"),
    "owner": "payments",
    "approver": "dpo",
    "ticket": "DPO-12",
    "reason": "moves out",
    "expires": "2026-11-24",
}


def seen(diagnostics: list[Any]) -> list[tuple[str, int]]:
    return [(d.policyName, d.enforcementLevel) for d in diagnostics]


@pytest.fixture
def eu(pack: Client) -> Client:
    pack.stack()
    pack.configure(EU)
    return pack


VIOLATION = [("residency.region", messages.MANDATORY)]


def test_a_bucket_outside_the_zone_is_refused(eu: Client):
    diagnostics = eu.analyze(BUCKET, OUTSIDE, provider={})
    assert seen(diagnostics) == VIOLATION
    message = diagnostics[0].message
    for part in ("us-east-1", "eu-central-1, eu-west-1", "mend:", "it (aws:s3/bucket:Bucket)", "docs/rules/residency"):
        assert part in message
    assert diagnostics[0].urn == urn(BUCKET, "it")


def test_a_bucket_inside_the_zone_passes(eu: Client):
    assert eu.analyze(BUCKET, INSIDE, provider={}) == []
    assert eu.analyze_stack(finished(BUCKET, INSIDE, provider={})) == []


def test_the_provider_of_the_request_counts(eu: Client):
    assert seen(eu.analyze(BUCKET, provider=OUTSIDE)) == VIOLATION
    assert eu.analyze(BUCKET, provider=INSIDE) == []


def test_what_the_resource_pass_said_is_not_said_again(eu: Client):
    assert seen(eu.analyze(BUCKET, OUTSIDE, provider={})) == VIOLATION
    assert eu.analyze_stack(finished(BUCKET, OUTSIDE, provider={})) == []


def test_what_only_the_stack_pass_sees_is_judged_there(eu: Client):
    assert seen(eu.analyze_stack(finished(BUCKET, OUTSIDE, provider={}))) == VIOLATION


def test_where_it_was_deployed_counts_in_the_stack_pass(eu: Client):
    assert eu.analyze(BUCKET, INSIDE, provider={}) == []
    assert seen(eu.analyze_stack(finished(BUCKET, OUTSIDE, provider={}))) == VIOLATION


def test_an_account_is_judged_by_its_new_resource_group_in_the_stack_pass(eu: Client):
    props = {"resourceGroupName": UNKNOWN_TEXT, "accountName": "acct"}
    eu.analyze(GROUP, {"location": "westeurope"}, name="rg", provider={})
    assert eu.analyze(ACCOUNT, props, provider={}) == []
    made_from = {"resourceGroupName": [urn(GROUP, "rg")]}
    account = finished(ACCOUNT, {"name": UNKNOWN_TEXT}, provider={}, made_from=made_from)
    assert eu.analyze_stack(finished(GROUP, {"location": "westeurope"}, name="rg", provider={}), account) == []
    elsewhere = finished(GROUP, {"location": "eastus"}, name="rg", provider={})
    assert seen(eu.analyze_stack(elsewhere, account)) == VIOLATION * 2


def test_an_unknown_that_decides_is_refused_at_the_level_of_its_policy(eu: Client):
    unknown = {"region": UNKNOWN_TEXT}
    assert eu.analyze(BUCKET, unknown, provider={}) == []
    diagnostics = eu.analyze_stack(finished(BUCKET, unknown, provider={}))
    assert seen(diagnostics) == VIOLATION
    assert "undetermined" in diagnostics[0].message
    eu.configure({**EU, "residency.region": "advisory"})
    assert ("residency.region", messages.ADVISORY) in seen(eu.analyze_stack(finished(BUCKET, unknown, provider={})))


def test_findings_of_the_stack_come_in_one_order(eu: Client):
    resources = [finished(BUCKET, OUTSIDE, name=name, provider={}) for name in "cab"]
    assert [d.urn for d in eu.analyze_stack(*resources)] == [urn(BUCKET, name) for name in "abc"]


def test_a_component_passes_and_a_custom_resource_of_the_same_token_does_not(eu: Client):
    assert eu.analyze("sovereign-zones:index:WormBucket") == []
    assert seen(eu.analyze("sovereign-zones:index:WormBucket", provider={})) == VIOLATION


@pytest.mark.parametrize("key", ["region", "password"])
def test_a_secret_is_never_printed(eu: Client, key: str):
    secret = {SIGNATURE: SECRET, "value": "hunter2"}
    for diagnostics in (
        eu.analyze(BUCKET, {**OUTSIDE, key: secret}, provider={}),
        eu.analyze_stack(finished(BUCKET, {**OUTSIDE, key: secret}, name="other", provider={})),
    ):
        assert seen(diagnostics) == VIOLATION
        assert "hunter2" not in str(diagnostics)


def test_a_region_in_a_secret_is_judged_like_any_other(eu: Client):
    assert seen(eu.analyze(BUCKET, {"region": {SIGNATURE: SECRET, "value": "us-east-1"}}, provider={})) == VIOLATION


# levels


@pytest.mark.parametrize(
    ("given", "level"),
    [("mandatory", messages.MANDATORY), ("remediate", messages.MANDATORY), ("advisory", messages.ADVISORY)],
)
def test_the_configured_level_is_that_of_the_findings(eu: Client, given: str, level: int):
    eu.configure({**EU, "residency.region": given})
    assert seen(eu.analyze(BUCKET, OUTSIDE, provider={})) == [("residency.region", level)]


def test_a_control_that_is_switched_off_is_silent_and_the_run_says_so(eu: Client):
    for data in ({**EU, "residency.region": "disabled"}, {**EU, "all": "disabled"}):
        eu.configure(data)
        assert eu.analyze(BUCKET, OUTSIDE, provider={}) == []
        diagnostics = eu.analyze_stack(finished(BUCKET, OUTSIDE, provider={}))
        assert seen(diagnostics) == [("sovereignty", messages.ADVISORY)]
        assert "residency.region is disabled" in diagnostics[0].message


def test_all_does_not_lower_what_the_pack_says_of_itself(pack: Client):
    pack.stack("other")
    pack.configure({**EU, "all": "disabled"})
    assert seen(pack.analyze(ROOT_STACK)) == [("sovereignty", messages.MANDATORY)]


# exemptions


def exempt(eu: Client, **changes: str) -> list[Any]:
    eu.configure({"sovereignty": {**EU["sovereignty"], "exemptions": [{**EXEMPTION, **changes}]}})
    return eu.analyze(BUCKET, OUTSIDE, provider={})


def test_an_exempted_finding_is_shown_and_does_not_refuse_through_its_last_day(eu: Client):
    diagnostics = exempt(eu)
    assert seen(diagnostics) == [("residency.region", messages.ADVISORY)]
    for part in ("exempt until 2026-11-24", "DPO-12", "payments", "dpo", "moves out"):
        assert part in diagnostics[0].message


def test_an_expired_exemption_exempts_nothing_and_says_so(eu: Client):
    diagnostics = exempt(eu, expires="2026-11-23")
    assert seen(diagnostics) == VIOLATION
    assert "expired on 2026-11-23" in diagnostics[0].message


def test_an_exemption_is_for_one_resource(eu: Client):
    assert seen(exempt(eu, urn=urn(BUCKET, "it2"))) == VIOLATION


# who decides the zone


def test_without_configuration_the_stacks_own_zone_counts_and_the_run_says_who_chose_it(pack: Client):
    pack.stack(zone="us")
    assert seen(pack.analyze(ROOT_STACK)) == [("sovereignty", messages.ADVISORY)]
    assert pack.analyze(BUCKET, OUTSIDE, provider={}) == []
    assert seen(pack.analyze(BUCKET, INSIDE, name="other", provider={})) == VIOLATION


@pytest.mark.parametrize("zone", [{}, {"zone": "ue"}])
def test_a_stack_without_a_zone_is_refused_at_its_root_and_at_every_resource_before_it(
    pack: Client, zone: dict[str, str]
):
    pack.stack(**zone)
    pack.configure({})
    refused = [("sovereignty", messages.MANDATORY)]
    assert seen(pack.analyze(BUCKET, INSIDE, provider={})) == refused
    assert seen(pack.analyze(ROOT_STACK)) == refused
    assert pack.analyze(BUCKET, INSIDE, name="other", provider={}) == []
    assert pack.analyze_stack(finished(ROOT_STACK)) == []


def test_a_refusal_that_no_resource_could_carry_is_said_of_the_stack(pack: Client):
    pack.stack()
    assert seen(pack.analyze_stack()) == [("sovereignty", messages.MANDATORY)]


def test_the_configured_zone_counts_and_another_one_of_the_stack_is_refused(pack: Client):
    pack.stack(zone="us")
    pack.configure(EU)
    diagnostics = pack.analyze(ROOT_STACK)
    assert seen(diagnostics) == [("sovereignty", messages.MANDATORY)]
    assert "eu" in diagnostics[0].message
    assert "us" in diagnostics[0].message
    assert seen(pack.analyze(BUCKET, OUTSIDE, provider={})) == VIOLATION


def test_a_stack_that_no_entry_fits_is_refused(pack: Client):
    pack.stack("other", zone="eu")
    pack.configure(EU)
    assert seen(pack.analyze(ROOT_STACK)) == [("sovereignty", messages.MANDATORY)]


def test_where_residency_is_not_judged_nothing_is_said(pack: Client):
    pack.stack()
    pack.configure({"sovereignty": {"stacks": [{"match": "*", "zone": "none"}]}})
    assert pack.analyze(ROOT_STACK) == []
    assert pack.analyze(BUCKET, OUTSIDE, provider={}) == []
    assert pack.analyze_stack(finished(BUCKET, OUTSIDE, provider={})) == []


def test_without_a_stack_the_urn_names_it(pack: Client):
    pack.configure({"sovereignty": {"stacks": [{"match": "acme/shop/prod", "zone": "eu"}]}})
    assert seen(pack.analyze(BUCKET, OUTSIDE, provider={})) == VIOLATION


def test_the_environment_names_the_stack_where_the_language_host_keeps_the_call(monkeypatch: pytest.MonkeyPatch):
    for key, value in {
        "ORGANIZATION": "acme",
        "PROJECT": "shop",
        "STACK": "prod",
        "CONFIG": '{"sovereign-zones:zone": "eu"}',
    }.items():
        monkeypatch.setenv(f"PULUMI_{key}", value)
    with client(analyzer()) as pack:
        assert seen(pack.analyze(BUCKET, OUTSIDE, provider={})) != []


# configuration


@pytest.mark.parametrize(
    ("data", "names"),
    [
        ({"residency.regio": "mandatory"}, "residency.regio"),
        ({"sovereignty": {"stack": []}}, "sovereignty.stack: There is no such key"),
        ({"sovereignty": {"stacks": [{"match": "a/b/c", "zone": "ue"}]}}, "sovereignty.stacks[0].zone"),
        ({"sovereignty": "disabled"}, "sovereignty can't be lowered"),
        ({"sovereignty": {"exemptions": [{"control": "residency.region"}]}}, "exemptions[0].urn"),
        ({"residency.region": {"zone": "eu"}}, "residency.region.zone"),
    ],
)
def test_a_faulty_configuration_refuses_the_run_and_names_the_key(pack: Client, data: dict[str, Any], names: str):
    with pytest.raises(grpc.RpcError) as refused:
        pack.configure(data)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT  # type: ignore[attr-defined]
    assert names in refused.value.details()  # type: ignore[attr-defined]


def test_the_pack_speaks_of_itself_before_it_has_a_stack_or_a_configuration(pack: Client):
    information = pack.GetAnalyzerInfo(empty_pb2.Empty())
    assert (information.name, information.version, information.supportsConfig) == ("sovereignty", "1.2.3", True)
    assert [p.name for p in information.policies] == ["sovereignty", *(rule.id for rule in RULES)]
    for policy in information.policies:
        assert policy.enforcementLevel == messages.MANDATORY
        assert policy.description and policy.remediation_steps and policy.url and policy.severity
    assert pack.GetPluginInfo(empty_pb2.Empty()).version == "1.2.3"
    assert pack.Handshake(messages.AnalyzerHandshakeRequest(engine_address="127.0.0.1:1")) is not None


def test_nothing_is_remediated_and_the_call_is_answered(eu: Client):
    assert pack_remediates(eu) == []


def pack_remediates(eu: Client) -> list[Any]:
    return list(eu.Remediate(asked(BUCKET, OUTSIDE, provider={})).remediations)


# rules that fail


def named(name: str) -> Rule:
    law = Framework(name="GDPR", version="2016/679", reference="Art. 32", specification="Security")
    return Rule(
        id=name, title="T", why="W", types=("*",), mend="M", good=[], bad=[], severity=Severity.LOW, framework=law
    )


def failing() -> Rule:
    rule = named("tags.failing")

    @rule.on_resource
    def judge(resource: Resource, zone: Zone) -> Iterator[Finding]:
        raise LookupError(resource.props["region"])
        yield

    @rule.on_plan
    def judge_plan(plan: Plan, zone: Zone) -> Iterator[Finding]:
        raise LookupError
        yield

    return rule


def test_a_rule_that_crashes_refuses_under_its_name_even_if_advisory_and_the_others_still_run():
    with client(analyzer([failing(), *RULES])) as pack:
        pack.stack()
        pack.configure({**EU, "tags.failing": "advisory"})
        crash = ("tags.failing", messages.MANDATORY)
        assert seen(pack.analyze(BUCKET, OUTSIDE, provider={})) == [*VIOLATION, crash]
        stack = pack.analyze_stack(finished(BUCKET, OUTSIDE, name="other", provider={}))
        assert ("sovereignty", messages.ADVISORY) in seen(stack)
        assert crash in seen(stack)
        assert set(VIOLATION) < set(seen(stack))


def test_a_rule_that_is_switched_off_can_not_crash():
    with client(analyzer([failing(), *RULES])) as pack:
        pack.stack()
        pack.configure({**EU, "tags.failing": "disabled"})
        assert seen(pack.analyze(BUCKET, OUTSIDE, provider={})) == VIOLATION


def test_cancel_ends_the_pack():
    ended: list[bool] = []
    with client(Analyzer({}, RULES, "1", stop=lambda: ended.append(True))) as pack:
        pack.Cancel(empty_pb2.Empty())
    assert ended == [True]


def test_after_a_faulty_configuration_nothing_passes_until_it_is_mended(pack: Client):
    pack.stack(zone="eu")
    with pytest.raises(grpc.RpcError):
        pack.configure({"sovereignty": {"stack": []}})
    diagnostics = pack.analyze(BUCKET, INSIDE, provider={})
    assert seen(diagnostics) == [("sovereignty", messages.MANDATORY)]
    assert "sovereignty.stack" in diagnostics[0].message
    assert ("sovereignty", messages.MANDATORY) in seen(pack.analyze_stack(finished(BUCKET, INSIDE, provider={})))
    pack.configure(EU)
    assert pack.analyze(BUCKET, INSIDE, provider={}) == []


@pytest.mark.parametrize("configuration", [EU, {}])
def test_a_zone_that_the_stack_keeps_secret_is_never_printed(pack: Client, configuration: dict[str, Any]):
    pack.ConfigureStack(
        messages.AnalyzerStackConfigureRequest(
            organization="acme",
            project="shop",
            stack="prod",
            config={"sovereign-zones:zone": "hunter2"},
            config_secret_keys=["sovereign-zones:zone"],
        )
    )
    pack.configure(configuration)
    diagnostics = pack.analyze(ROOT_STACK)
    assert seen(diagnostics) == [("sovereignty", messages.MANDATORY)]
    assert "hunter2" not in str(diagnostics)


def test_what_the_resource_pass_never_saw_is_judged_by_its_rules_in_the_stack_pass():
    rule = named("tags.named")

    @rule.on_resource
    def judge(resource: Resource, zone: Zone) -> Iterator[Finding]:
        yield rule.violation(resource, "tags", "it has none", expected="tags")

    with client(analyzer([rule])) as pack:
        pack.stack()
        pack.configure(EU)
        assert seen(pack.analyze_stack(finished(BUCKET, INSIDE, provider={}))) == [("tags.named", messages.MANDATORY)]
        assert seen(pack.analyze(BUCKET, INSIDE, provider={})) == [("tags.named", messages.MANDATORY)]
        assert seen(pack.analyze_stack(finished(BUCKET, INSIDE, provider={}))) == []
