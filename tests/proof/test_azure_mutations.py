"""No fault in any of the zones' own definitions, their initiative or their assignments goes unseen by the cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import azure_built_ins
import pytest
from azure_cases import NOW, aliases, cases
from azure_mutations import assignment_mutants, definition_mutants, initiative_mutants
from azure_questions import MUTATED_ZONES, SUBSCRIPTIONS, assignments, by_id, definitions, landed_on_azure, questions

from sovereignty.azure_policy.assignment import assigned
from sovereignty.azure_policy.definition import Definition, read
from sovereignty.azure_policy.errors import AssignmentError, EvaluationFailed, LanguageError
from sovereignty.azure_policy.evaluate import judge
from sovereignty.azure_policy.resource import AzureResource
from sovereignty.judgement import places

pytestmark = pytest.mark.heavy

EVERYWHERE = ("location-outside",)
"""Definitions about every type; any other says nothing of types that no case of a violation has."""
DENIED, NOTHING = "deny", None
CONTAINER = "Microsoft.Storage/storageAccounts/blobServices/containers"


@dataclass(frozen=True)
class Probe:
    """What one definition must do to a resource, given an effect, or its own default (None), and what else exists."""

    resource: AzureResource
    expected: str | None
    effect: str | None = "Deny"
    related: tuple[AzureResource, ...] = field(default=())

    def holds(self, definition: Definition) -> bool:
        """A definition that Azure would refuse, and one whose outcome isn't documented, hold nothing."""
        given = {} if self.effect is None else {"effect": self.effect}
        try:
            found = judge(definition, self.resource, given, aliases=aliases(), related=self.related, now=NOW)
        except (LanguageError, AssignmentError, EvaluationFailed):
            return False
        return found.effect == self.expected


@cache
def probes(zone: str, name: str) -> tuple[Probe, ...]:
    if name == "container-policy":
        return tuple(_of_containers(zone))
    metadata = definitions(zone)[name]["properties"]["metadata"]
    found, refused = [], []
    for question in questions(zone):
        if question.refused and question.definition == name:
            refused.append(question.resource)
        elif not question.refused and question.control in ("", metadata["control"]):
            found.append(Probe(question.resource, NOTHING))
    found = [*(Probe(each, DENIED) for each in refused), *found, *_of_other_types(zone, name)]
    default = "audit" if metadata["control"] == "compute.confidential" else DENIED
    for resource in refused[:1]:
        found += [Probe(resource, default, None), Probe(resource, "audit", "Audit"), Probe(resource, None, "Disabled")]
    return tuple(found)


def _of_other_types(zone: str, name: str) -> Iterable[Probe]:
    if name in EVERYWHERE:
        law, _ = landed_on_azure(zone)
        for question in questions(zone):
            resource, place = question.resource, question.resource.body.get("location", "global")
            if place != "global" and not resource.type.startswith("Microsoft.AzureActiveDirectory/"):
                allowed = places.on_azure(law, resource.type, place).allowed
                yield Probe(resource, NOTHING if allowed else DENIED)
        return
    about = {case.resource.type for case in cases() if case.definition == name and case.verdict == "violation"}
    for question in questions(zone):
        if question.resource.type not in about:
            yield Probe(question.resource, NOTHING)


def _of_containers(zone: str) -> Iterable[Probe]:
    days = landed_on_azure(zone)[0].retention.days
    container = AzureResource.of(CONTAINER, name="a/default/records")

    def kept(days: int | None, kind: str = f"{CONTAINER}/immutabilityPolicies") -> AzureResource:
        properties = {} if days is None else {"immutabilityPeriodSinceCreationInDays": days}
        return AzureResource.of(kind, name="a/default/records/default", properties=properties)

    reported = "auditIfNotExists"
    for related in ((), (kept(days - 1),), (kept(days, "Microsoft.Unheard/of/others/that/are"),)):
        yield Probe(container, reported, None, related)
    for related in ((kept(days),), (kept(days + 1),), (kept(days - 1), kept(days))):
        yield Probe(container, NOTHING, None, related)
    yield Probe(container, reported, "AuditIfNotExists")
    yield Probe(container, NOTHING, "Disabled")
    for question in questions(zone):
        if question.resource.type != CONTAINER:
            yield Probe(question.resource, NOTHING, None, (kept(days - 1),))


@pytest.mark.parametrize("zone", MUTATED_ZONES)
def test_every_definition_does_what_the_cases_say(zone: str):
    for name, body in definitions(zone).items():
        definition = read(body)
        assert [probe for probe in probes(zone, name) if not probe.holds(definition)] == [], name


@pytest.mark.parametrize("zone", MUTATED_ZONES)
def test_every_fault_in_a_definition_is_found_by_a_case(zone: str, record_property):
    survivors, made, same = [], 0, 0
    for name, body in definitions(zone).items():
        killer = 0
        for what, changed in definition_mutants(body):
            if is_equivalent(zone, name, what):
                same += 1
                continue
            made += 1
            asked = probes(zone, name)
            found = _killer(changed, asked, killer)
            if found is None:
                survivors.append(f"{name}: {what}")
            else:
                killer = found
    record_property("mutations", (f"Azure definitions of {zone}", made, same, len(survivors)))
    assert not survivors, "\n".join(survivors)


def is_equivalent(zone, name, what): return False


def _killer(body: Mapping[str, Any], asked: tuple[Probe, ...], first: int) -> int | None:
    """The number of the probe that fails, beginning with the one that found the fault before."""
    try:
        definition = read(body)
    except LanguageError:
        return first
    order = (first, *range(first), *range(first + 1, len(asked)))
    return next((number for number in order if not asked[number].holds(definition)), None)
