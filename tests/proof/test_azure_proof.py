"""The exhaustive proof of places on Azure: policies and preview refuse exactly what the law refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

import azure_built_ins
import pytest
from azure_cases import cases
from azure_questions import AZURE_ZONES, SUBSCRIPTIONS, compiled, landed_on_azure
from hypothesis import given, settings
from hypothesis import strategies as st
from made import alone, resource
from zones_as_data import declared, deployed

from sovereignty import facts
from sovereignty.azure_policy.assignment import assigned
from sovereignty.azure_policy.resource import RESOURCE_GROUP, AzureResource
from sovereignty.deployment import Deployment
from sovereignty.facts import azure_policy as tables
from sovereignty.facts import azure_types
from sovereignty.footprint import AzureFootprint
from sovereignty.judgement import encryption, places
from sovereignty.rules.placement import table
from sovereignty.zone import Zone

pytestmark = pytest.mark.proof

DIRECTORY = "Microsoft.AzureActiveDirectory/b2cDirectories"
MORE_TYPES = (
    RESOURCE_GROUP,
    "Microsoft.AzureActiveDirectory/guestUsages",
    "Microsoft.DataFactory/factories",
    "Microsoft.Fabric/capacities",
    "Microsoft.HDInsight/clusters",
    "Microsoft.ManagedIdentity/userAssignedIdentities",
    "Microsoft.Network/virtualNetworks",
    "Microsoft.Search/searchServices",
    "Microsoft.Synapse/workspaces",
    "Microsoft.Unheard/ofs/of/many/parts",
    "Microsoft.Web/sites",
)
TYPES = tuple(sorted({case.resource.type for case in cases()}.union(MORE_TYPES)))
NOWHERE = "atlantis"
"""A place that no table knows."""


def at_places(zone: Zone) -> Iterator[tuple[str, str]]:
    """Each type at each location of the zone's cloud, in several spellings."""
    assert zone.azure is not None
    rows = [row for row in facts.regions("azure") if row.partition == zone.azure.cloud]
    spellings = [text for row in rows for text in (row.code, row.name)]
    shouted = [location.upper() for location in zone.azure.regions]
    return product(TYPES, (*spellings, *shouted, NOWHERE))


def differs_by_design(resource_type: str, location: str) -> str:
    """Where Azure Policy decides otherwise than the law, which knows places only; empty where it doesn't."""
    if resource_type.startswith("Microsoft.Communication/"):
        return "refused wherever it is: it keeps data in a region of its own choice"
    if resource_type == DIRECTORY:
        return "let through: its location is a geography"
    agrees = (
        carries_content(resource_type) or azure_types.is_global(resource_type) or azure_types.is_setting(resource_type)
    )
    if location.lower() == "global" and not agrees and resource_type not in (*HELD_BY_REGION, RESOURCE_GROUP):
        return "let through: names and rules stand there too"
    return ""


def carries_content(arm_type: str) -> bool:
    return any(fnmatchcase(arm_type.lower(), pattern.lower()) for pattern in tables.azure_content_types())


PLACES = frozenset((places.REGION, places.CONTENT))
HELD_BY_REGION = ("Microsoft.BotService/botServices", "Microsoft.Maps/accounts")


def policies(zone: Zone, deployment: Deployment) -> Callable[[AzureResource], bool]:
    """Whether an assignment of the controls of places denies a resource; of the zone's own initiative, their part."""
    documents = compiled(zone, deployment)
    known = dict(documents.by_id)
    bound = [
        body
        for body in documents.assignments.values()
        if PLACES.intersection(body["properties"]["metadata"]["control"].split(","))
    ]
    for body in bound:
        identifier = body["properties"]["policyDefinitionId"]
        if "/managementGroups/" in identifier:
            known[identifier] = _of_places(known[identifier])

    aliases = azure_built_ins.aliases()

    def denies(it: AzureResource) -> bool:
        return any(outcome.denies for body in bound for outcome in assigned(body, it, known, aliases=aliases))

    return denies


def _of_places(initiative: dict[str, Any]) -> dict[str, Any]:
    properties = initiative["properties"]
    members = [each for each in properties["policyDefinitions"] if PLACES.intersection(each["groupNames"])]
    assert len(members) == 5, "a new one asks for another look at the exceptions"
    return {"properties": {**properties, "policyDefinitions": members}}


@pytest.mark.parametrize("name", AZURE_ZONES)
def test_policies_refuse_a_place_exactly_where_the_law_does(name: str, record_property):
    zone, deployment = landed_on_azure(name)
    denies = policies(zone, deployment)
    wrong, asked = [], 0
    for kind, location in at_places(zone):
        if differs_by_design(kind, location):
            continue
        asked += 1
        # mode Indexed doesn't see what takes no tags; the zone's own definitions do
        tracked = None if asked % 2 else False
        if (
            denies(AzureResource.of(kind, location=location, tracked=tracked))
            is places.on_azure(zone, kind, location).allowed
        ):
            wrong.append((kind, location, tracked))
    record_property("proof", (f"Azure places of {name}", asked, len(wrong)))
    assert wrong == []


@pytest.mark.parametrize("name", AZURE_ZONES)
def test_what_is_decided_otherwise_by_design_is_decided_so_everywhere(name: str):
    zone, deployment = landed_on_azure(name)
    denies = policies(zone, deployment)
    for kind, location in product(TYPES, ("global", "Global")):
        denied = denies(AzureResource.of(kind, location=location))
        allowed, how = places.on_azure(zone, kind, location).allowed, differs_by_design(kind, location)
        assert not (allowed and how), (kind, location)
        assert denied is not (allowed or how.startswith("let through")), (kind, location)
    for kind, location in at_places(zone):
        if how := differs_by_design(kind, location):
            assert denies(AzureResource.of(kind, location=location)) is how.startswith("refused"), (kind, location)
    # what Azure Policy doesn't evaluate at all: the preview leaves it undetermined
    assert not denies(AzureResource.of("Microsoft.Resources/deploymentScripts", location=NOWHERE))


PUBLIC = sorted(row.code for row in facts.regions("azure") if row.partition == "public")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(PUBLIC), min_size=1, max_size=8, unique=True), st.sampled_from(TYPES))
def test_so_it_is_in_any_zone_that_can_be_declared(locations: list[str], kind: str):
    footprint = AzureFootprint(cloud="public", home=locations[0], regions=tuple(locations))
    zone = declared("eu").model_copy(update={"azure": footprint})
    denies = policies(zone, deployed(azureSubscriptions=list(SUBSCRIPTIONS)))
    for location in PUBLIC:
        if not differs_by_design(kind, location):
            allowed = places.on_azure(zone, kind, location).allowed
            assert denies(AzureResource.of(kind, location=location)) is not allowed, (kind, location)


GENERIC = "azure-native:resources:Resource"
TYPED = ("azure-native:storage:StorageAccount", "azure-native:keyvault:Vault", "azure-native:compute:VirtualMachine",
         "azure-native:sql:Server", "azure-native:resources:ResourceGroup", "azure-native:web:WebApp",
         "azure-native:containerregistry:Replication", "azure-native:appconfiguration:Replica")  # fmt: skip


def previewed(zone: Zone, token: str, arm_type: str, location: str) -> list[str]:
    props: dict[str, Any] = {"location": location, "resourceGroupName": "data"}
    if token == GENERIC:
        namespace, *parents, kind = arm_type.split("/")
        props |= {"resourceProviderNamespace": namespace, "resourceType": kind, "parentResourcePath": "/".join(parents)}
    return alone(resource(token, props), zone)


@pytest.mark.parametrize("name", AZURE_ZONES)
def test_the_preview_refuses_a_place_exactly_where_the_law_does(name: str, record_property):
    zone, _ = landed_on_azure(name)
    wrong, asked = [], 0
    for kind, location in at_places(zone):
        tokens = TYPED if kind == RESOURCE_GROUP else (GENERIC,)
        for token in tokens:
            asked += 1
            allowed = places.on_azure(zone, kind, location).allowed
            if previewed(zone, token, kind, location) != ([] if allowed else ["violation"]):
                wrong.append((token, kind, location))
    record_property("proof", (f"previewed Azure places of {name}", asked, len(wrong)))
    assert wrong == []


def test_the_preview_lets_global_through_for_no_type_that_the_law_could_not_know():
    zone, _ = landed_on_azure("eu")
    for kind in TYPES:
        expected = ["violation"] if carries_content(kind) else ["undetermined"]
        assert previewed(zone, GENERIC, kind, "global") == expected, kind
    for kind, tokens in table("azure_placement")["global_arm"].items():
        assert places.on_azure(zone, kind, "global").allowed, kind
        assert all(previewed(zone, token, "", "global") == [] for token in tokens), kind


def test_where_judgement_can_answer_the_cases_agree_with_it():
    zone, _ = landed_on_azure("eu")
    answered = 0
    for case in cases():
        assert case.verdict in ("violation", "allowed"), case.title
        body, kind = case.resource.body, case.resource.type
        location, allowed = body.get("location"), case.verdict == "allowed"
        if case.control == places.REGION and location and not differs_by_design(kind, location):
            assert places.on_azure(zone, kind, location).allowed is allowed, case.title
            answered += 1
        properties = body.get("properties", {})
        if case.definition in ("vault-key-type", "hsm-key-type") and not properties.get("attributes", {}).get(
            "exportable"
        ):
            answer = encryption.on_azure(zone, "westeurope", properties.get("kty", ""))
            assert answer.allowed is allowed, case.title
            assert answer.allowed or answer.control == case.control, case.title
            answered += 1
    assert answered > 30, "the cases of places and of key types"


def test_the_built_ins_written_down_here_are_those_of_the_facts():
    assert {key: tables.built_in(key).version for key in azure_built_ins.VERSIONS} == azure_built_ins.VERSIONS
