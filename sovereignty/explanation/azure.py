"""A place on Azure: judged by type and location alone, whatever else the resource holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sovereignty import facts
from sovereignty.azure_policy.aliases import AliasCatalogue
from sovereignty.azure_policy.evaluate import evaluate
from sovereignty.azure_policy.resource import RESOURCE_GROUP, AzureResource
from sovereignty.compile import azure_policy
from sovereignty.compile.azure.locations import DIRECTORIES
from sovereignty.compile.document import Document
from sovereignty.compile.required import azure
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.explanation.explained import Explanation, Said
from sovereignty.facts import azure_types
from sovereignty.facts.azure_policy import built_in
from sovereignty.judgement import places
from sovereignty.judgement.answer import Answer
from sovereignty.schema import did_you_mean, quoted
from sovereignty.zone import Zone

_ARM_TYPE = re.compile(r"[A-Za-z0-9]+(\.[A-Za-z0-9]+)*(/[A-Za-z0-9]+)+", re.ASCII)
_KNOWN = ("type", "location")
"""The fields of a resource that are asked about."""


def place(zone: Zone, deployment: Deployment, resource_type: str, location: str) -> Explanation:
    """A resource of an ARM type at a location of Azure, judged by that alone.

    InputError for a text that is no ARM type, and for a location that Azure doesn't have.
    """
    cloud = azure(zone).cloud
    if not _ARM_TYPE.fullmatch(resource_type):
        right = "Write one such as Microsoft.Storage/storageAccounts."
        raise InputError(Problem("--resource-type", f"{quoted(resource_type)!r} is no resource type of Azure.", right))
    known = [row.code for row in facts.regions("azure") if row.partition == cloud]
    code = facts.azure_location(location)
    if code not in known and code != places.GLOBAL:
        found = f"{quoted(location)!r} is no location of Azure's cloud {cloud}."
        raise InputError(Problem("--location", found, did_you_mean(code, known)))
    resource = AzureResource.of(resource_type, location=code)
    answer = places.on_azure(zone, resource_type, location)
    said, left = [], []
    for document in azure_policy.documents(zone, deployment):
        refuses = _refuses(document, resource)
        if refuses is None:
            left.append(document.body["name"])
        elif refuses:
            said.append(document)
    own = [document for document in said if document.path.startswith(azure_policy.DEFINITIONS)]
    if answer.allowed and own:
        # what isn't about places: who may be let in, services that choose the place themselves
        properties = own[0].body["properties"]
        answer = Answer(False, properties["metadata"]["control"], properties["description"])
    documents = tuple(Said(document.path, document.body["name"]) for document in said)
    assumed = _assumed(resource_type, code, left if answer.allowed else [])
    return Explanation(f"{resource_type} at {location}", answer, documents, assumed)


def _assumed(resource_type: str, location: str, left: list[str]) -> str:
    parts = ["Assumed: nothing else of it is looked at."]
    if left:
        parts.append(f"What it holds is judged by {', '.join(left)}.")
    if azure_types.is_locationless(resource_type) and location != places.GLOBAL:
        lives = (
            "it is a setting" if azure_types.is_setting(resource_type) else "it lives where what it belongs to lives"
        )
        parts.append(f"Azure gives {resource_type} no location: {lives}.")
    return " ".join(parts)


def _refuses(document: Document, resource: AzureResource) -> bool | None:
    """Whether a document refuses the resource, whatever else it holds; None where that decides."""
    body = document.body
    if document.path.startswith(azure_policy.ASSIGNMENTS):
        return _built_in_refuses(body["properties"], resource)
    # what reports by default isn't assigned to refuse
    declared = body["properties"].get("parameters", {}).get("effect", {}).get("defaultValue")
    if not document.path.startswith(azure_policy.DEFINITIONS) or declared != "Deny":
        return False
    return _holds(body, body["properties"]["policyRule"]["if"], resource)


def _built_in_refuses(assignment: Mapping[str, Any], resource: AzureResource) -> bool:
    """The built-ins of places, whose rules are Azure's own. For resource groups there is another one than for all else,
    which lets `global` and directories of customers through, and, in mode Indexed, doesn't see what has no location.

    Source: Azure/azure-policy, General/AllowedLocations_Deny and ResourceGroupAllowedLocations_Deny; for which it is
    not evaluated: Azure Policy, "Exemption structure".
    """
    allowed = assignment["parameters"].get("listOfAllowedLocations", {}).get("value")
    if allowed is None:
        return False
    of_groups = assignment["policyDefinitionId"] == built_in("allowed-locations-groups").resource_id
    of_resources = assignment["policyDefinitionId"] == built_in("allowed-locations").resource_id
    kind = resource.type.lower()
    location = resource.body["location"]
    if kind == RESOURCE_GROUP.lower():
        return not of_resources and location not in allowed
    seen = not of_groups and kind != DIRECTORIES.lower() and not kind.startswith("microsoft.resources/")
    return seen and not azure_types.is_locationless(resource.type) and location not in (*allowed, places.GLOBAL)


def _holds(definition: Mapping[str, Any], condition: Mapping[str, Any], resource: AzureResource) -> bool | None:
    """Whether a condition holds of every resource of this type at this location; None where others decide as well."""
    if "not" in condition:
        inner = _holds(definition, condition["not"], resource)
        return None if inner is None else not inner
    for name, decides in (("allOf", False), ("anyOf", True)):
        if name in condition:
            return _joined((_holds(definition, each, resource) for each in condition[name]), decides)
    computed = any(isinstance(each, str) and each.startswith("[") for each in condition.values())
    if condition.get("field") not in _KNOWN or computed:
        return None
    properties = definition["properties"]
    alone = {**properties, "policyRule": {**properties["policyRule"], "if": condition}}
    found = evaluate({**definition, "properties": alone}, resource, {"effect": "Deny"}, aliases=AliasCatalogue({}))
    return found.matched


def _joined(found: Iterator[bool | None], decides: bool) -> bool | None:
    """`decides`: the value of one that settles the whole; else an unknown one leaves it unknown."""
    every = list(found)
    if decides in every:
        return decides
    return None if None in every else not decides
