"""Which resources of the stack an Azure child, extension or group member belongs to.

A name or id is trusted as far as it is known: a known value has to be the name of the resource that it is made from, so
that a reference can't stand in for another resource.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sovereignty import facts
from sovereignty.plan import UNKNOWN, Plan, Resource
from sovereignty.rules.placement import members, table

TABLE = "azure_placement"
PACKAGE = "azure-native"
RESOURCE_GROUP = "azure-native:resources:ResourceGroup"
GROUP_KEY = "resourceGroupName"


def locationless(resource: Resource) -> bool:
    return resource.type in members("azure_locationless", "types")


@dataclass(frozen=True)
class _Index:
    """The stack's Azure resources with a location, by what names them; names without case."""

    groups: Mapping[str, list[Resource]]
    by_key: Mapping[tuple[str, str, str], list[Resource]]  # module, name of the key, its value
    by_name: Mapping[tuple[str, str], list[Resource]]  # module, name


@lru_cache(maxsize=1)
def _index(plan: Plan) -> _Index:
    index = _Index(defaultdict(list), defaultdict(list), defaultdict(list))
    for resource in plan:
        if resource.package != PACKAGE or locationless(resource):
            continue
        if resource.type == RESOURCE_GROUP:
            if isinstance(name := _name_under(resource, GROUP_KEY), str):
                index.groups[name.casefold()].append(resource)
            continue
        if isinstance(name := own_name(resource), str):
            index.by_name[resource.module, name.casefold()].append(resource)
        if (key := _own_key(resource)) and isinstance(name := _name_under(resource, key), str):
            index.by_key[resource.module, key, name.casefold()].append(resource)
    return index


def groups(resource: Resource, plan: Plan) -> list[Resource]:
    """The resource group that it lies in, if the stack holds it."""
    value = resource.props.get(GROUP_KEY)
    if value is UNKNOWN:
        return [s for s in plan.sources(resource, GROUP_KEY) if s is not None and s.type == RESOURCE_GROUP]
    known = _index(plan).groups.get(value.casefold(), []) if isinstance(value, str) else []
    return [g for g in known if _same_subscription(_subscription(g), _subscription(resource))]


def parents(resource: Resource, plan: Plan) -> list[Resource]:
    """The topmost resources of the same service whose own name one of its `…Name` properties repeats.

    Every child and grandchild repeats the name of the topmost, which alone has a location. Some services hang all of
    theirs on another's (`hosts` of the table).
    """
    found: dict[str, Resource] = {}
    services = (resource.module, *table(TABLE)["hosts"].get(resource.module, ()))
    for key in name_keys(resource):
        value = resource.props[key]
        if value is UNKNOWN:
            sources = (s for s in plan.sources(resource, key) if s is not None and s.module in services)
            owners = [s for s in sources if s.package == PACKAGE and not locationless(s) and _own_key(s) == key]
        else:
            names = [(service, key, value.casefold()) for service in services] if isinstance(value, str) else []
            known = (other for named in names for other in _index(plan).by_key.get(named, []))
            owners = [other for other in known if _same_group(other, resource, plan)]
        found |= {other.urn: other for other in owners if other.urn != resource.urn}
    return list(found.values())


def name_keys(resource: Resource) -> list[str]:
    """The inputs that hold its own name or a parent's."""
    return [key for key in resource.props if key == "name" or (key.endswith("Name") and key != GROUP_KEY)]


def by_id(identifier: str, plan: Plan) -> list[Resource] | None:
    """What a literal resource id names, its topmost resource; None for a scope that has no place of its own.

    Empty: it is not in this stack. Management groups, subscriptions and tenants have no place.
    """
    steps = [step for step in identifier.lower().split("/") if step]
    group = _after(steps, "resourcegroups")
    if not group:
        scope = steps[:1] == ["subscriptions"] and len(steps) == 2
        scope = scope or steps[:2] == ["providers", "microsoft.management"]
        return None if scope else []
    kind = steps[steps.index("providers") + 1 :] if "providers" in steps else []
    if not kind:
        known = _index(plan).groups.get(group, [])
        return [g for g in known if _same_subscription(_subscription(g), _after(steps, "subscriptions"))]
    if len(kind) < 3:
        return []
    namespace = kind[0].removeprefix("microsoft.")
    modules = table(TABLE)["namespaces"].get(namespace, (namespace,))
    named = (r for module in modules for r in _index(plan).by_name.get((module, kind[2].casefold()), []))
    subscription = _after(steps, "subscriptions")
    return [r for r in named if _in_group(r, group, plan) and _same_subscription(_subscription(r), subscription)]


def configured(plan: Plan, group: Any, names: Mapping[str, str]) -> str:
    """The location that the configuration's `places` gives to a group, or to what a `…Name` key with its value names.

    The key has to speak of the id's type, accountName of storageAccounts, so that a child's own name doesn't count.
    """
    for identifier, place in plan.places.items():
        steps = [step for step in identifier.lower().split("/") if step]
        if not isinstance(group, str) or _after(steps, "resourcegroups") != group.lower():
            continue
        rest = steps[steps.index("resourcegroups") + 2 :]
        named = len(rest) > 1 and any(
            value.lower() == rest[-1] and key.removesuffix("Name").lower() in rest[-2] for key, value in names.items()
        )
        if named or (not rest and not names):
            return facts.azure_location(place)
    return ""


def own_name(resource: Resource) -> Any:
    """The name that Azure knows it by, where it is known."""
    if isinstance(name := resource.result("name"), str):
        return name
    key = _own_key(resource)
    return resource.props[key] if key else None


def same(one: Any, other: Any) -> bool:
    """Names in Azure are compared without case."""
    return isinstance(one, str) and isinstance(other, str) and one.casefold() == other.casefold()


def _own_key(resource: Resource) -> str:
    """The key of a resource's own name: serviceName of an ApiManagementService, else name, else the only one."""
    keys = name_keys(resource)
    kind = resource.type.rpartition(":")[2].lower()
    own = [key for key in keys if key != "name" and kind.endswith(key.removesuffix("Name").lower())]
    if len(own) != 1:
        own = ["name"] if "name" in keys else keys
    return own[0] if len(own) == 1 else ""


def _name_under(resource: Resource, key: str) -> Any:
    value = resource.props.get(key)
    return value if isinstance(value, str) else resource.result("name")


def _in_group(resource: Resource, group: str, plan: Plan) -> bool:
    if resource.props.get(GROUP_KEY) is UNKNOWN:
        return any(same(_name_under(g, GROUP_KEY), group) for g in groups(resource, plan))
    return same(resource.props.get(GROUP_KEY), group)


def _groups_of(resource: Resource, plan: Plan) -> list[Resource]:
    return groups(resource, plan) if GROUP_KEY in resource.props else []


def _same_group(one: Resource, other: Resource, plan: Plan) -> bool:
    """Whether both lie in one resource group, by its name or by the stack's own group."""
    left, right = one.props.get(GROUP_KEY), other.props.get(GROUP_KEY)
    if not _same_subscription(_subscription(one), _subscription(other)):
        return False
    if isinstance(left, str) and isinstance(right, str):
        return same(left, right)
    mine, theirs = _groups_of(one, plan), _groups_of(other, plan)
    return bool(mine) and mine == theirs


def _subscription(resource: Resource) -> Any:
    return resource.provider.props.get("subscriptionId") if resource.provider else None


def _same_subscription(one: Any, other: Any) -> bool:
    """Names repeat in other subscriptions; what nobody names is the one that everybody uses."""
    return not (isinstance(one, str) and isinstance(other, str) and one and other) or same(one, other)


def _after(steps: list[str], word: str) -> str:
    return steps[steps.index(word) + 1] if word in steps[:-1] else ""
