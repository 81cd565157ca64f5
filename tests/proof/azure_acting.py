"""What the zone's policies that change or make something must do to a resource: tags that it then bears, and settings
that a subscription is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from azure_cases import NOW, aliases

from sovereignty.azure_policy.errors import AssignmentError, EvaluationFailed, LanguageError
from sovereignty.azure_policy.evaluate import evaluate
from sovereignty.azure_policy.modify import modified
from sovereignty.azure_policy.resource import RESOURCE_GROUP, SUBSCRIPTION, AzureResource
from sovereignty.zone import Zone

ACCOUNT = "Microsoft.Storage/storageAccounts"
SETTINGS = "Microsoft.Insights/diagnosticSettings"
EVIDENCE = ("Administrative", "Policy", "Security")
"""Of an activity log. Written anew: the compiler's own list is what is proved."""


@dataclass(frozen=True)
class Act:
    """`tags`: those afterwards (None: it bears none); `given`: whether it is given what it lacks, None for tags."""

    resource: AzureResource
    tags: Mapping[str, str] | None = None
    given: bool | None = None
    effect: str | None = None
    related: tuple[AzureResource, ...] = ()

    def holds(self, definition: Mapping[str, Any]) -> bool:
        """A definition that Azure would refuse, and one whose outcome isn't documented, hold nothing."""
        parameters = {} if self.effect is None else {"effect": self.effect}
        try:
            given = {"aliases": aliases(), "now": NOW}
            effect = evaluate(definition, self.resource, parameters, related=self.related, **given).effect
            if self.given is not None:
                return effect == ("deployIfNotExists" if self.given else None)
            # what is right already isn't reported, or it would be remediated for ever
            changes = self.resource.body.get("tags") != self.tags
            after = modified(definition, self.resource, parameters, **given)
            return after.body.get("tags") == self.tags and effect == ("modify" if changes else None)
        except (LanguageError, AssignmentError, EvaluationFailed):
            return False


def acts(zone: Zone, definition: Mapping[str, Any]) -> tuple[Act, ...]:
    """What one of them must do, and must leave alone."""
    place = {"DataResidency": zone.jurisdiction, "Zone": zone.zone}
    classified = {"DataClassification": zone.default_data_class}
    match definition["name"]:
        case "zone-tags":
            return (*_of_place(ACCOUNT, place), *_left_alone(RESOURCE_GROUP))
        case "zone-tags-groups":
            return (*_of_place(RESOURCE_GROUP, place), *_left_alone(ACCOUNT))
        case "zone-tag-class":
            return (*_of_class(classified), *_left_alone(RESOURCE_GROUP))
        case "zone-activity-log":
            return tuple(_of_settings(definition))
    raise AssertionError(definition["name"])


def _there(kind: str, tags: Mapping[str, str] | None = None) -> AzureResource:
    return AzureResource.of(kind, location="global", tags=dict(tags) if tags is not None else None)


def _of_place(kind: str, place: Mapping[str, str]) -> Iterator[Act]:
    for effect in (None, "Modify"):
        yield Act(_there(kind), place, effect=effect)
    yield Act(_there(kind, {"a": "b"}), {"a": "b", **place})
    yield Act(_there(kind, place), place)
    for tag in place:
        for wrong in ({**place, tag: "another"}, {name: value for name, value in place.items() if name != tag}):
            yield Act(_there(kind, wrong), place)
    yield Act(_there(kind), None, effect="Disabled")


def _of_class(classified: Mapping[str, str]) -> Iterator[Act]:
    for effect in (None, "Modify"):
        yield Act(_there(ACCOUNT), classified, effect=effect)
    chosen = {"DataClassification": "chosen"}
    yield Act(_there(ACCOUNT, chosen), chosen)
    yield Act(_there(ACCOUNT), None, effect="Disabled")


def _left_alone(other: str) -> Iterator[Act]:
    yield Act(_there(other), None)
    yield Act(AzureResource.of(f"{ACCOUNT}/blobServices", properties={}), None)


def _of_settings(definition: Mapping[str, Any]) -> Iterator[Act]:
    details = definition["properties"]["policyRule"]["then"]["details"]
    [made] = details["deployment"]["properties"]["template"]["resources"]
    workspace = made["properties"]["workspaceId"]

    def streams(*categories: str, to: str = workspace, enabled: bool = True, kind: str = SETTINGS) -> AzureResource:
        logs = [{"category": each, "enabled": enabled} for each in categories]
        return AzureResource.of(kind, properties={"workspaceId": to, "logs": logs})

    def asked(given: bool, *related: AzureResource, effect: str | None = None, of: str = SUBSCRIPTION) -> Act:
        return Act(AzureResource.of(of), given=given, effect=effect, related=related)

    yield asked(True)
    yield asked(True, effect="DeployIfNotExists")
    yield asked(False, effect="Disabled")
    yield asked(False, of=f"{SUBSCRIPTION}/others")
    yield asked(False, of=ACCOUNT)
    yield asked(False, streams(*EVIDENCE))
    yield asked(False, streams("Alert", *EVIDENCE))
    yield asked(True, streams(*EVIDENCE, enabled=False))
    yield asked(True, streams(*EVIDENCE, to=f"{workspace}2"))
    yield asked(True, streams(*EVIDENCE, kind=f"{SETTINGS}Others"))
    yield asked(True, streams("Alert", "Autoscale", "Recommendation", "ResourceHealth"))
    for missing in EVIDENCE:
        yield asked(True, streams("Alert", *(each for each in EVIDENCE if each != missing)))
    yield asked(False, AzureResource.of(made["type"], name=made["name"], properties=made["properties"]))
