"""No fault in any of the zones' own definitions, their initiative or their assignments goes unseen by the cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import azure_built_ins
import pytest
from azure_acting import acts
from azure_cases import NOW, aliases, cases
from azure_mutations import assignment_mutants, definition_mutants, initiative_mutants
from azure_questions import (
    ALLOWING_PAIRS,
    MUTATED_DEFINITIONS,
    MUTATED_ZONES,
    OUTSIDE,
    PAIR_AWARE,
    landed_on_azure,
    locations,
    of_zone,
    questions,
    spelt,
)

from sovereignty.azure_policy.assignment import assigned
from sovereignty.azure_policy.conditions import holds
from sovereignty.azure_policy.definition import Definition, read
from sovereignty.azure_policy.errors import AssignmentError, EvaluationFailed, LanguageError
from sovereignty.azure_policy.evaluate import judge
from sovereignty.azure_policy.resource import RESOURCE_GROUP, SUBSCRIPTION, AzureResource
from sovereignty.judgement import encryption, places

pytestmark = pytest.mark.heavy

EVERYWHERE = ("location-outside",)
"""Definitions about every type; any other says nothing of types that no case of a violation has."""
DENIED, NOTHING = "deny", None
ALIASES = azure_built_ins.aliases()
ACCOUNT = "Microsoft.Storage/storageAccounts"
COSMOS = "Microsoft.DocumentDB/databaseAccounts"
NOTCHED = "/subscriptions/00000000-0000-0000-0000-000000000000"
"""The subscription of a resource that names none."""
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
    metadata = of_zone(zone).definitions[name]["properties"]["metadata"]
    found, refused = [], []
    for question in questions(zone):
        if question.refused and question.definition == name:
            refused.append(question.resource)
        elif not question.refused and question.control in ("", metadata["control"]):
            found.append(Probe(question.resource, NOTHING))
    found = [*(Probe(each, DENIED) for each in refused), *found, *_of_other_types(zone, name)]
    default = "audit" if metadata["control"] == "compute.confidential" else DENIED
    for resource in refused[:1]:
        found.append(Probe(replace(resource, tracked=False), DENIED))  # children without tags are seen as well
        found += [Probe(resource, default, None), Probe(resource, "audit", "Audit"), Probe(resource, None, "Disabled")]
    return tuple(found)


def _of_other_types(zone: str, name: str) -> Iterable[Probe]:
    if name in EVERYWHERE:
        law, _ = landed_on_azure(zone)
        for question in questions(zone):
            resource, place = question.resource, question.resource.body.get("location", "global")
            if place != "global" and resource.type != "Microsoft.AzureActiveDirectory/b2cDirectories":
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
    for name, body in of_zone(zone).definitions.items():
        definition = read(body)
        assert [probe for probe in probes(zone, name) if not probe.holds(definition)] == [], name


@pytest.mark.parametrize("zone", MUTATED_DEFINITIONS)
def test_every_fault_in_a_definition_is_found_by_a_case(zone: str, record_property):
    survivors, made, same = [], 0, 0
    for name, body in of_zone(zone).definitions.items():
        if zone in ALLOWING_PAIRS and name not in PAIR_AWARE:
            continue  # word for word what another zone's is
        killer = 0
        for what, changed in definition_mutants(body):
            if _is_equivalent(zone, name, what, changed):
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


@pytest.mark.parametrize("zone", MUTATED_ZONES)
def test_every_definition_that_acts_does_what_it_should_and_every_fault_in_one_is_found(zone: str, record_property):
    law, _ = landed_on_azure(zone)
    survivors, made = [], 0
    assert len(of_zone(zone).acting) == 4
    for name, body in of_zone(zone).acting.items():
        asked = acts(law, body)
        assert [act for act in asked if not act.holds(body)] == [], name
        for what, changed in definition_mutants(body):
            made += 1
            if all(act.holds(changed) for act in asked):
                survivors.append(f"{name}: {what}")
    record_property("mutations", (f"Azure definitions of {zone} that act", made, 0, len(survivors)))
    assert not survivors, "\n".join(survivors)


def _is_equivalent(zone: str, name: str, what: str, changed: Mapping[str, Any]) -> bool:
    """Faults that are none: see the tests below."""
    return what.endswith("notIn not lowered") or (what == "dropped type equals" and _is_mute(zone, name, changed))


def _is_mute(zone: str, name: str, changed: Mapping[str, Any]) -> bool:
    """Whether a definition that has lost its type condition still says nothing of other types: what it reads is absent
    from all of them, so that one without any property stands for them all."""
    kinds = {case.resource.type.lower() for case in cases() if case.definition == name}
    of_kind = all(aliases().types(alias) <= kinds for alias in _read_by(changed))
    bare = (
        AzureResource.of("Microsoft.Unheard/ofs", location=location)
        for location in (None, "global", OUTSIDE, *locations(zone))
    )
    return of_kind and all(Probe(resource, NOTHING).holds(read(changed)) for resource in bare)


def _read_by(part: Any) -> set[str]:
    if isinstance(part, Mapping):
        return set().union(*map(_read_by, part.values()))
    if isinstance(part, list):
        return set().union(*map(_read_by, part))
    return {alias for alias in aliases() if alias in str(part).lower()}


def _killer(body: Mapping[str, Any], asked: tuple[Probe, ...], first: int) -> int | None:
    """The number of the probe that fails, beginning with the one that found the fault before."""
    try:
        definition = read(body)
    except LanguageError:
        return first
    order = (first, *range(first), *range(first + 1, len(asked)))
    return next((number for number in order if not asked[number].holds(definition)), None)


def test_in_and_not_in_compare_without_case_so_nothing_has_to_be_lowered():
    for operator in ("in", "notIn"):
        assert holds(operator, "WESTEUROPE", ["westeurope"]) is holds(operator, "westeurope", ["westeurope"])


SETTINGS: dict[str, dict[str, str] | None] = {
    "as assigned": None,
    "reported": {"effect": "Audit", "confidentialEffect": "Audit"},
    "confidential computing asked for": {"effect": "Deny", "confidentialEffect": "Deny"},
    "off": {"effect": "Disabled", "confidentialEffect": "Disabled"},
    "left to the defaults": {},
}
"""What may be assigned to the zone's own initiative: parameters instead of the compiled ones."""


@dataclass(frozen=True)
class Bound:
    """What the definitions behind an assignment must do to a resource: effect by reference, of those that are named."""

    resource: AzureResource
    expected: Mapping[str, str | None]
    setting: str = "as assigned"

    def holds(self, assignment: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
        if (given := SETTINGS[self.setting]) is not None:
            parameters = {name: {"value": value} for name, value in given.items()}
            assignment = {"properties": {**assignment["properties"], "parameters": parameters}}
        try:
            outcomes = assigned(assignment, self.resource, known, aliases=ALIASES, related=(), now=NOW)
        except (LanguageError, AssignmentError, EvaluationFailed):
            return False
        found = {each.reference: each.evaluation.effect if each.enforced else "not enforced" for each in outcomes}
        return all(found.get(reference, "missing") == effect for reference, effect in self.expected.items())


@cache
def _of_own_initiative(zone: str) -> Mapping[str, tuple[Bound, ...]]:
    """By reference: the first resource that the definition refuses, under each setting."""
    found: dict[str, tuple[Bound, ...]] = {}
    for name, body in of_zone(zone).definitions.items():
        refused = (each.resource for each in questions(zone) if each.refused and each.definition == name)
        resource = next(refused, AzureResource.of(CONTAINER, name="a/default/records"))
        confidential = body["properties"]["metadata"]["control"] == "compute.confidential"
        audited = "audit" if confidential else "deny"
        effects = {
            "as assigned": audited,
            "reported": "audit",
            "confidential computing asked for": "deny",
            "off": None,
            "left to the defaults": audited,
        }
        if name == "container-policy":
            effects = dict.fromkeys(effects, "auditIfNotExists")
        found[name] = tuple(Bound(resource, {name: effect}, setting) for setting, effect in effects.items())
    return found


def _of_places(zone: str, references: Mapping[str, str]) -> Iterable[Bound]:
    """`references`: of the definitions for resources, for groups and for replicas of Cosmos DB, if there is one."""
    law, _ = landed_on_azure(zone)
    for place in (*locations(zone), *(spelt(each) for each in locations(zone)), OUTSIDE, spelt(OUTSIDE)):
        effect = NOTHING if places.on_azure(law, COSMOS, place).allowed else DENIED
        account = AzureResource.of(
            COSMOS,
            location=place,
            properties={"Locations": [{"locationName": place}], "locations": [{"locationName": place}]},
        )
        resource = {"resources": effect, "groups": NOTHING, "replicas": effect}
        yield Bound(account, {references[kind]: effect for kind, effect in resource.items() if kind in references})
        group = {"resources": NOTHING, "groups": effect}
        yield Bound(
            AzureResource.of(RESOURCE_GROUP, location=place),
            {references[kind]: effect for kind, effect in group.items() if kind in references},
        )


def _of_keys(zone: str) -> Iterable[Bound]:
    at = locations(zone)[0]
    [records] = [each for each in questions(zone) if not each.control and each.resource.type == ACCOUNT]
    disks, queues, tables_, cosmos, alerts = (
        f"customerManagedKeysOn{name}"
        for name in ("OSAndDataDisk", "StorageQueue", "StorageTable", "CosmosDB", "LogSearchAlerts")
    )
    yield Bound(records.resource, {disks: NOTHING, queues: "audit", tables_: "audit", cosmos: NOTHING})
    alarm = AzureResource.of("Microsoft.Insights/scheduledQueryRules", location=at, properties={})
    yield Bound(alarm, {alerts: "audit", cosmos: NOTHING})
    confidential = {"securityProfile": {"securityType": "ConfidentialVM"}, "storageProfile": {"osDisk": {}}}
    machine = AzureResource.of("Microsoft.Compute/virtualMachines", location=at, properties=confidential)
    yield Bound(machine, {disks: NOTHING, queues: NOTHING})
    yield Bound(AzureResource.of(COSMOS, location=at), {cosmos: DENIED})


def _of_key_types(zone: str) -> Iterable[Bound]:
    law, _ = landed_on_azure(zone)
    for kind in ("RSA", "EC", "RSA-HSM", "EC-HSM"):
        key = AzureResource.of(azure_built_ins.DATA_PLANE_KEY, name="vault/key", properties={"keyType": kind})
        allowed = encryption.on_azure(law, locations(zone)[0], kind).allowed
        yield Bound(key, {"": NOTHING if allowed else DENIED})


@cache
def _of_assignment(zone: str, name: str) -> tuple[Bound, ...]:
    match name:
        case "zone-controls":
            assigned_as = (each for group in _of_own_initiative(zone).values() for each in group)
            return tuple(each for each in assigned_as if each.setting == "as assigned")
        case "sovereignty-baseline":
            baseline = {"resources": "AllowedLocations", "groups": "AllowedLocationsForResourceGroups"}
            return tuple(_of_places(zone, {**baseline, "replicas": "AllowedLocationsForAzureCosmosDB"}))
        case "allowed-locations":
            return tuple(_of_places(zone, {"resources": ""}))
        case "allowed-locations-groups":
            return tuple(_of_places(zone, {"groups": ""}))
        case "zone-keys":
            return tuple(_of_keys(zone))
        case "hsm-key-types":
            return tuple(_of_key_types(zone))
        case "zone-tags" | "zone-tag-class":
            return (Bound(AzureResource.of(ACCOUNT, location=locations(zone)[0]), {"": "modify"}),)
        case "zone-tags-groups":
            return (Bound(AzureResource.of(RESOURCE_GROUP, location=locations(zone)[0]), {"": "modify"}),)
        case "zone-activity-log":
            return (Bound(AzureResource.of(SUBSCRIPTION), {"": "deployIfNotExists"}),)
    raise AssertionError(name)


@pytest.mark.parametrize("zone", MUTATED_ZONES)
def test_every_assignment_does_what_the_law_says(zone: str):
    known = of_zone(zone).by_id
    for name, body in of_zone(zone).assignments.items():
        assert [each for each in _of_assignment(zone, name) if not each.holds(body, known)] == [], name
    own = of_zone(zone).assignments["zone-controls"]
    assert [each for group in _of_own_initiative(zone).values() for each in group if not each.holds(own, known)] == []


@pytest.mark.parametrize("zone", MUTATED_ZONES)
def test_every_fault_in_the_initiative_is_found_by_a_case(zone: str, record_property):
    known, own = of_zone(zone).by_id, of_zone(zone).assignments["zone-controls"]
    identifier = own["properties"]["policyDefinitionId"]
    asked = _of_own_initiative(zone)
    survivors, made = [], 0
    for what, changed in initiative_mutants(known[identifier]):
        made += 1
        named = what.split()[0]
        # the one that the fault is about sees it, where there is one
        order = asked[named] if named in asked else (each for group in asked.values() for each in group)
        if all(each.holds(own, {**known, identifier: changed}) for each in order):
            survivors.append(what)
    record_property("mutations", (f"Azure initiative of {zone}", made, 0, len(survivors)))
    assert not survivors, "\n".join(survivors)


@pytest.mark.parametrize("zone", MUTATED_ZONES)
def test_every_fault_in_an_assignment_is_found(zone: str, record_property):
    known = of_zone(zone).by_id
    survivors, made, same = [], 0, 0
    for name, body in of_zone(zone).assignments.items():
        declared = known[body["properties"]["policyDefinitionId"]]["properties"]["parameters"]
        for what, changed in assignment_mutants(body, NOTCHED):
            # a parameter that says what its default says
            dropped = what.removesuffix(" dropped")
            given = body["properties"]["parameters"].get(dropped)
            if given and what != dropped and given["value"] == declared[dropped].get("defaultValue"):
                same += 1
                continue
            made += 1
            if all(each.holds(changed, known) for each in _of_assignment(zone, name)):
                survivors.append(f"{name}: {what}")
    record_property("mutations", (f"Azure assignments of {zone}", made, same, len(survivors)))
    assert not survivors, "\n".join(survivors)
