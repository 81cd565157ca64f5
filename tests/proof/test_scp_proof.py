"""The exhaustive proof: a zone's SCPs refuse exactly what the law refuses."""

from __future__ import annotations

from itertools import islice
from random import Random
from typing import Any

import pytest
from aws_proof import prove
from aws_space import Question, base, principals, questions, regions, resource_changes, space, target_changes
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from law_sets import LawSets
from zones_for_proof import AWS_ZONES, landed, made

from sovereignty import facts
from sovereignty.compile import scp
from sovereignty.iam.evaluate import denials
from sovereignty.iam.policy import parse
from sovereignty.iam.request import Request, view
from sovereignty.judgement.aws_calls import CONTENT, REGION, AwsLaw

pytestmark = pytest.mark.proof


@pytest.mark.parametrize("name", AWS_ZONES)
def test_every_action_in_every_region_is_refused_exactly_where_the_law_refuses_it(name: str, record_property):
    zone, deployment = landed(name)
    requests, differences = prove(zone, deployment)
    record_property("proof", (f"SCPs of {name}", requests, len(differences)))
    assert not differences, "\n".join(map(str, differences))


GA = {
    partition: sorted(row.code for row in facts.regions("aws") if row.partition == partition and row.status == "ga")
    for partition in ("aws", "aws-us-gov", "aws-cn", "aws-eusc")
}


@st.composite
def zones(draw: st.DrawFn) -> dict[str, Any]:
    """Any lawful footprint on AWS, with whatever a zone may open."""
    partition = draw(st.sampled_from(sorted(GA)))
    places = [row for row in facts.regions("aws") if row.code in GA[partition]]
    lands = [law for law in facts.jurisdictions() if not law.unusable and any(map(law.holds, places))]
    jurisdiction = draw(st.sampled_from(lands))
    own = [row.code for row in places if jurisdiction.holds(row)]
    chosen = draw(st.lists(st.sampled_from(own), min_size=1, max_size=4, unique=True))
    return {
        "jurisdiction": jurisdiction.code,
        "aws": {"partition": partition, "home": chosen[0], "regions": chosen},
        "edge": draw(st.lists(st.sampled_from(["acm", "dnssec"]), unique=True)) if partition == "aws" else [],
        "content_bearing": draw(st.lists(st.sampled_from(sorted(facts.aws_content_bearing())), unique=True)),
        "retention": {"mode": "COMPLIANCE", "years": draw(st.integers(1, 100))},
        "break_glass": {"aws_role": f"sovereign/{draw(st.sampled_from(['break-glass', 'a/b', 'bg+1']))}"},
    }


# what is found is small enough as it is, and making it smaller would take minutes
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(zones(), st.integers(1, 97))
def test_so_it_is_in_any_zone_that_can_be_declared(shape: dict[str, Any], start: int):
    zone, deployment = made("any", shape)
    every_so_often = list(islice(questions(zone, deployment), start, None, 97))
    _, differences = prove(zone, deployment, every_so_often)
    assert not differences, "\n".join(map(str, differences))


@pytest.mark.parametrize("name", ["eu", "gov"])
def test_the_sets_say_what_single_calls_are_told_however_contexts_are_combined(name: str):
    zone, deployment = landed(name)
    law, chance = AwsLaw(zone, deployment), Random(20261124)  # noqa: S311 (no secret rests on it)
    sets = LawSets(law, space())
    policies = [parse(document.body) for document in scp.documents(zone, deployment)]
    changes = (*resource_changes(zone, deployment), *target_changes(zone))
    for _ in range(4_000):
        principal, region = chance.choice(principals(zone)), chance.choice(regions(zone))
        whole: dict[str, Any] = base(zone, deployment, principal, region)
        resource = "*"
        for other, change in chance.sample(changes, 4):
            resource = other if other != "*" else resource
            whole |= change
        asked = Question(resource, {key: value for key, value in whole.items() if value is not None})
        action = chance.choice(law.protections[chance.randrange(len(law.protections))].actions)
        if chance.random() < 0.4:
            action = chance.choice(space().actions)
        request = Request(action, asked.resource, asked.context)
        seen = view(asked.resource, asked.context, "")
        told = set(law.controls(law.traits(action), asked.resource, seen.context, seen.caller))
        by_sets = {control for control, mask in sets.refused(seen).items() if mask & space().mask(action)}
        by_documents = any(denials(policy, request) for policy in policies)
        assert told == by_sets, (action, asked)
        assert bool(told) == by_documents, (action, asked)
        assert law.judge(request).allowed == (not told), (action, asked)


def _refused(zone_name: str, action: str, region: str) -> set[str]:
    zone, deployment = landed(zone_name)
    law = AwsLaw(zone, deployment)
    context = base(zone, deployment, "arn:aws:iam::444455556666:role/app", region)
    seen = view("*", context, "")
    return set(law.controls(law.traits(action), "*", seen.context, seen.caller))


def test_of_control_towers_86_exemptions_the_global_ones_work_and_the_regional_ones_are_refused_outside():
    """The list of CT.MULTISERVICE.PV.1, as judged one by one in the facts."""
    table = facts.aws_global_services()
    for entry in table.control_tower_86:
        for action in _examples(entry.action):
            away = _refused("eu", action, "sa-east-1")
            if entry.advice == "allow read everywhere" and entry.verified and CONTENT not in away:
                assert REGION not in away, action
                continue
            assert REGION in away, action
            if entry.scope == "global" and entry.control_plane_region:
                at_home = _refused("eu", action, entry.control_plane_region)
                assert CONTENT in at_home or REGION not in at_home, action


def _examples(pattern: str) -> list[str]:
    from sovereignty import actions

    found = actions.expand(pattern)
    return [found[0], found[-1]] if found else []


def test_models_that_answer_somewhere_in_the_world_are_refused():
    """Bedrock names the region that a cross-region profile sends to; `unspecified` is anywhere."""
    for action in ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", "bedrock:Converse"):
        for region in ("unspecified", "us-east-1", "eu-west-2"):
            assert REGION in _refused("eu", action, region)
        assert not _refused("eu", action, "eu-west-1")
