"""Where an Azure resource lives: its `location`, else its provider's, its resource group's, or its parent's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from sovereignty import facts
from sovereignty.plan import UNKNOWN, Plan, Resource
from sovereignty.rules import azure_owner, azure_policy_deployment
from sovereignty.rules.azure_owner import GROUP_KEY, PACKAGE, TABLE
from sovereignty.rules.placement import (
    Answer,
    Content,
    Placed,
    Placeless,
    Unplaced,
    carried,
    carrying,
    deployed,
    further_places,
    made_otherwise,
    members,
    table,
)

PATH = "location"
GLOBAL = "global"
PLACES = "the pack's `places`"
_BODY = "properties."  # what a typed resource has at its top, a generic one has in here
_NOT_YET = "it is not known before the deployment"
_LITERAL = "Write the location as a literal."
_SET = "Write `location` as a literal, or take it from a resource of this stack."


def locate(resource: Resource) -> Iterator[Answer]:
    """What the resource says of its place by itself."""
    arm_type = _arm_type(resource)
    by_type = resource.module in _content("modules") or resource.type in _content("types")
    if by_type or arm_type.startswith(tuple(_content("arm"))):
        yield Content("")
        return
    answer = _location(resource)
    yield answer
    if content := carrying(TABLE, resource) or _carried(arm_type):
        place = azure_policy_deployment.place(resource)
        read = place is not None and _placed(resource, place, path=azure_policy_deployment.PATH)
        yield read or carried(resource.type, content)
    for where, place in further_places(TABLE, resource, arm_type or resource.type, _BODY if arm_type else ""):
        yield Unplaced(where, _NOT_YET, _LITERAL) if place is UNKNOWN else _placed(resource, place, path=where)
    if resource.provider and resource.provider.props.get("metadataHost") not in (None, ""):
        yield Unplaced("metadataHost", "its provider signs in to a cloud that the law doesn't know", "Leave it out.")
    if resource.props.get("extendedLocation") is not None:
        yield Unplaced(
            "extendedLocation",
            "an edge zone or custom location stands elsewhere than the region it belongs to",
            "Leave extendedLocation out, or ask for an exemption.",
        )


def settle(resource: Resource, plan: Plan) -> Iterator[Answer]:
    """The same, with the stack's help where the resource can't say, and with its place as deployed."""
    result = deployed(resource, PATH)
    for answer in locate(resource):
        if isinstance(answer, Placeless | Content):
            result = None
        if not (isinstance(answer, Unplaced) and answer.stack):
            yield answer
        elif result is None:
            yield from _from_stack(resource, plan, answer, frozenset({resource.urn}))
    if result is not None:
        yield _placed(resource, result)


@cache
def _content(key: str) -> frozenset[str]:
    return frozenset(name for row in table(TABLE)["content"] for name in row.get(key, ()))


UNREADABLE_ARM_TYPE = "an ARM type that can't be read"
# What the parts of an ARM type may be written in; dots alone, escapes and the like would lead to another path.
_ARM_PART = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")


def _arm_type(resource: Resource) -> str:
    """The ARM type of a generic resource, in its one spelling; empty for any other."""
    if resource.type != table(TABLE)["generic"]:
        return ""
    written = (resource.props.get(key) for key in ("resourceProviderNamespace", "parentResourcePath", "resourceType"))
    parts = ["" if part is None else part for part in written]
    if not all(isinstance(part, str) for part in parts):
        return UNREADABLE_ARM_TYPE
    steps = [step for step in "/".join(map(str.strip, parts)).lower().split("/") if step]
    readable = steps and all(_ARM_PART.fullmatch(step) for step in steps)
    return "/".join(steps) if readable else UNREADABLE_ARM_TYPE


def _carried(arm_type: str) -> str:
    if arm_type == UNREADABLE_ARM_TYPE:
        return arm_type
    return f"properties of {arm_type}" if arm_type in members(TABLE, "carrier_arm_types") else ""


def _location(resource: Resource) -> Answer:
    location = resource.props.get(PATH)
    if location is UNKNOWN:
        return Unplaced(PATH, _NOT_YET, _SET, stack=True)
    if location is not None:
        return _placed(resource, location)
    if resource.module in members(TABLE, "settings") or resource.type in members(TABLE, "settings_types"):
        return Placeless()
    if azure_owner.locationless(resource):
        return Unplaced(PATH, "it lives where what it belongs to lives", "", stack=True)
    if _arm_type(resource).count("/") > 1:
        hint = "Set `location` to its parent's, or declare it by its own type where it has one."
        return Unplaced(PATH, "a child lives where its parent does", hint)
    provider = resource.provider
    location = provider.props.get(PATH) if provider else None
    if provider and location is UNKNOWN:
        return Unplaced(PATH, "its provider's location is not known before the deployment", _SET, stack=True)
    if provider and location is not None:
        return _placed(resource, location, f"its provider {provider.name}")
    if GROUP_KEY not in resource.props or resource.type == azure_owner.RESOURCE_GROUP:
        return Unplaced(
            PATH, "neither the resource nor its provider names a location", "Set `location` on the resource."
        )
    return Unplaced(PATH, "it names no location, so its resource group's counts", _SET, stack=True)


def _placed(resource: Resource, location: Any, by: str = "", path: str = PATH) -> Answer:
    if not isinstance(location, str) or not location.strip():
        return Unplaced(path, "it is not the name of a location", "Write a location such as germanywestcentral.")
    location = facts.azure_location(location)
    if location != GLOBAL:
        return Placed(path, location, by)
    if path == PATH and resource.type in members(TABLE, "global"):
        return Placeless()
    return Unplaced(
        path,
        "global is no place, and this type is not known to hold nothing but names or rules",
        "Choose a location of the zone where the type has one, or ask for an exemption.",
        lacking=table(TABLE)["global_where_not_offered"].get(resource.type, "") if path == PATH else "",
    )


def _from_stack(resource: Resource, plan: Plan, unplaced: Unplaced, trail: frozenset[str]) -> Iterator[Answer]:
    location = resource.props.get(PATH)
    if location is UNKNOWN and not _left_to_group(resource, plan):
        yield from _from_sources(plan.sources(resource, PATH), plan, unplaced, trail)
    elif azure_owner.locationless(resource):
        yield from _from_owner(resource, plan, trail)
    elif resource.provider and resource.provider.props.get(PATH) is UNKNOWN:
        provider = plan.by_urn.get(resource.provider.urn)
        yield from _from_sources(plan.sources(provider, PATH) if provider else (), plan, unplaced, trail)
    else:
        yield from _from_group(resource, plan, trail)


def _left_to_group(resource: Resource, plan: Plan) -> bool:
    """Whether the provider itself marked the location unknown: the program left it out, and the group's name is new.

    Source: getDefaultLocation in pulumi-azure-native's provider.
    """
    return resource.props.get(GROUP_KEY) is UNKNOWN and not plan.sources(resource, PATH)


def _from_sources(
    sources: tuple[Resource | None, ...], plan: Plan, unplaced: Unplaced, trail: frozenset[str]
) -> Iterator[Answer]:
    """An unknown location is taken from what it was made of, where that is placed in this stack."""
    if not sources:
        yield Unplaced(PATH, f"{unplaced.why}, and nothing in this stack says it", unplaced.hint or _SET)
    for source in sources:
        if source is None or source.package != PACKAGE:
            yield Unplaced(PATH, f"{unplaced.why}, and what it is made from has no known place", unplaced.hint or _SET)
        elif deployed(source, PATH) is not None:
            yield Unplaced(PATH, f"{unplaced.why}, and {made_otherwise(source, PATH)}", unplaced.hint or _SET)
        else:
            yield from _of(source, plan, f"{source.name}, which it is made from", trail)


def _of(owner: Resource, plan: Plan, by: str, trail: frozenset[str]) -> Iterator[Answer]:
    """The place of another resource of the stack, said of the one that follows it."""
    if owner.urn in trail:
        yield Unplaced(PATH, "its place leads back to itself", _SET)
        return
    result = deployed(owner, PATH)
    answer = _location(owner) if result is None else _placed(owner, result)
    if isinstance(answer, Unplaced) and answer.stack:
        answers = _from_stack(owner, plan, answer, trail | {owner.urn})
    else:
        answers = iter((answer,))
    for found in answers:
        yield Placed(found.path, found.region, by) if isinstance(found, Placed) else found


def _from_group(resource: Resource, plan: Plan, trail: frozenset[str]) -> Iterator[Answer]:
    if found := azure_owner.groups(resource, plan):
        for group in found:
            yield from _of(group, plan, f"its resource group {group.name}", trail)
    elif place := azure_owner.configured(plan, resource.props.get(GROUP_KEY), {}):
        yield Placed(PATH, place, PLACES)
    else:
        yield Unplaced(
            PATH,
            "it names no location, and its resource group is not in this stack",
            "Set `location` on the resource; or name the group's resource id in the pack's `places`.",
        )


def _from_owner(resource: Resource, plan: Plan, trail: frozenset[str]) -> Iterator[Answer]:
    """A child lives where its parent does, an extension where what it extends lives."""
    key = next((key for key in table(TABLE)["belongs_to"] if resource.props.get(key) is not None), "")
    if not key:
        yield from _from_parent(resource, plan, trail)
        return
    value = resource.props[key]
    if value is UNKNOWN:
        sources = plan.sources(resource, key)
        if not sources or any(source is None or source.package != PACKAGE for source in sources):
            yield _ownerless()
        owners = [source for source in sources if source is not None and source.package == PACKAGE]
    else:
        found = azure_owner.by_id(value, plan) if isinstance(value, str) else []
        if found is None:
            yield Placeless()
            return
        owners = found
        if not owners:
            place = plan.places.get(value) if isinstance(value, str) else None
            yield Placed(PATH, facts.azure_location(place), PLACES) if place else _ownerless()
    for owner in owners:
        yield from _of(owner, plan, f"{owner.name}, which it belongs to", trail)


def _from_parent(resource: Resource, plan: Plan, trail: frozenset[str]) -> Iterator[Answer]:
    keys = azure_owner.name_keys(resource)
    if owners := azure_owner.parents(resource, plan):
        for owner in owners:
            yield from _of(owner, plan, f"{owner.name}, which it belongs to", trail)
        return
    if not keys and GROUP_KEY in resource.props:
        yield from _from_group(resource, plan, trail)
        return
    names = {key: resource.props[key] for key in keys if isinstance(resource.props[key], str)}
    place = azure_owner.configured(plan, resource.props.get(GROUP_KEY), names) if names else ""
    yield Placed(PATH, place, PLACES) if place else _ownerless()


def _ownerless() -> Unplaced:
    return Unplaced(
        PATH,
        "it lives where what it belongs to lives, and that is not in this stack",
        "Declare its parent in this stack, or name the parent's resource id in the pack's `places`.",
    )
