"""Where an AWS resource lives: its own `region`, else its provider's; global services by the facts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from sovereignty import facts
from sovereignty.plan import UNKNOWN, Plan, Resource
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

TABLE = "aws_placement"
PATH = "region"
# The zones of a region are its name and one letter; a Local or Wavelength Zone inserts the place (us-east-1-qro-1a).
_ZONE_OF_REGION = re.compile(r"(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d+)[a-z]")
_ID_OF_ZONE = re.compile(
    r"[a-z]{2,4}\d+-az\d+"
)  # a Local or Wavelength Zone inserts its place here too (use1-qro1-az1)


def locate(resource: Resource) -> Iterator[Answer]:
    """What the resource says of its place by itself."""
    if content := _content(resource):
        yield Content(content["name"])
        if _path(resource) == PATH and PATH not in resource.props:
            return  # a global service: once it is opened there is nothing else to ask
    answer = _region(resource)
    yield answer
    if content := carrying(TABLE, resource):
        yield carried(resource.type, content)
    for where, place in further_places(TABLE, resource, resource.type):
        yield _unknown(where) if place is UNKNOWN else _placed(where, place)
    yield from _zones(resource)
    yield from _addresses(resource)


def settle(resource: Resource, plan: Plan) -> Iterator[Answer]:
    """The same, with the stack's help where the resource can't say, and with its place as deployed."""
    result = deployed(resource, PATH)
    for answer in locate(resource):
        if isinstance(answer, Placeless):
            result = None
        if not (isinstance(answer, Unplaced) and answer.stack):
            yield answer
        elif result is None:
            yield from _from_sources(resource, plan, answer)
    if result is not None:
        yield _placed(PATH, result)


def exception(resource: Resource, region: str, opened: tuple[str, ...], edge: tuple[str, ...], partition: str) -> bool:
    """Whether the zone opens this use of a region outside it: `edge`, or a content-bearing service's control plane."""
    content = _content(resource)
    if content and content["name"] in opened and _path(resource) == PATH:  # an endpoint's place is no control plane
        service = facts.aws_global_services().services[content["prefix"]]
        return region in (service.control_plane_region.get(partition), *service.extra_regions.get(partition, ()))
    for name in edge:
        use = table(TABLE)["edge"][name]
        if resource.type in use["types"] and region == use["region"] and _has(resource, use.get("when", {})):
            return True
    return False


def _has(resource: Resource, wanted: Mapping[str, Any]) -> bool:
    for key, allowed in wanted.items():
        if resource.props.get(key) not in (allowed if isinstance(allowed, list) else [allowed]):
            return False
    return True


def _content(resource: Resource) -> Mapping[str, Any] | None:
    by_module, by_type = _contents()
    return by_type.get(resource.type) or by_module.get(resource.module)


@cache
def _contents() -> tuple[Mapping[str, Mapping[str, Any]], Mapping[str, Mapping[str, Any]]]:
    rows = table(TABLE)["content"]
    by_module = {module: row for row in rows for module in row.get("modules", ())}
    return by_module, {kind: row for row in rows for kind in row.get("types", ())}


def _region(resource: Resource) -> Answer:
    path = _path(resource)
    region = resource.props.get(path)
    if region is UNKNOWN:
        return Unplaced(
            path,
            "it is not known before the deployment",
            "Write the region as a literal, or take it from a resource of this stack.",
            stack=True,
        )
    if region is not None:
        return _placed(path, region)
    if resource.type in members("aws_regionless", "types"):
        if resource.module in members(TABLE, "settings") and path == PATH:
            return Placeless()
        if path == PATH:
            return Unplaced(path, "the law doesn't know where this global type keeps what it holds", _ASK)
    provider = resource.provider
    region = provider.props.get(PATH) if provider else None
    if provider and region is UNKNOWN:
        return Unplaced(PATH, "its provider's region is not known before the deployment", _SET, stack=True)
    if provider and region is not None:
        return _placed(PATH, region, f"its provider {provider.name}")
    return Unplaced(PATH, "neither the resource nor its provider names a region", _SET)


_SET = "Set `region` on the resource, or on its provider."
_ASK = "Ask for an exemption, and for the type to be added to sovereignty/facts/aws_placement.yaml."


def _path(resource: Resource) -> str:
    return table(TABLE)["placed_by"].get(resource.type, PATH)


def _placed(path: str, region: Any, by: str = "") -> Answer:
    if isinstance(region, str) and region:
        return Placed(path, region, by)
    return Unplaced(path, "it is not the name of a region", "Write a region such as eu-central-1.")


def _unknown(path: str) -> Unplaced:
    return Unplaced(path, "it is not known before the deployment", "Write the region as a literal.")


def _addresses(resource: Resource) -> Iterator[Answer]:
    """A provider that calls addresses of its own is believed only where they are AWS's, of the region that it names."""
    provider = resource.provider
    given = provider.props.get("endpoints") if provider else None
    if provider is None or given is None:
        return
    region = provider.props.get(PATH)
    known = given is not UNKNOWN and isinstance(region, str)
    if not known or not all(_of_region(address, str(region)) for address in _texts(given)):
        yield Unplaced(
            "endpoints",
            f"its provider {provider.name} calls addresses of its own, so the region doesn't say where it is made",
            "Leave `endpoints` out, or name AWS's own of the provider's region.",
        )


def _texts(value: Any) -> Iterator[Any]:
    """The leaves of what a provider was given; nested settings reach it as JSON text."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            value = json.loads(value)
        except ValueError:
            yield value
            return
    if isinstance(value, Mapping | list):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(part)
    else:
        yield value


def _of_region(address: Any, region: str) -> bool:
    if not isinstance(address, str):
        return False
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return False
    return region in host.split(".") and host.endswith(tuple(table(TABLE)["endpoint_suffixes"]))


def _zones(resource: Resource) -> Iterator[Answer]:
    """Places inside a region. An unknown one isn't asked for: a literal, and the deployment itself, is judged."""
    for where, zone in _inside(resource, "zone_names"):
        match = _ZONE_OF_REGION.fullmatch(zone) if isinstance(zone, str) else None
        yield Placed(where, match["region"]) if match else _elsewhere(where, "eu-central-1a")
    for where, zone in _inside(resource, "zone_ids"):
        # an id of another region's zone is refused by the region that is asked
        if not (isinstance(zone, str) and _ID_OF_ZONE.fullmatch(zone)):
            yield _elsewhere(where, "euc1-az1")
    for where, _ in _inside(resource, "outposts"):
        yield Unplaced(
            where,
            "an Outpost stands where its owner put it, whatever region it belongs to",
            "Leave it out, or ask for an exemption.",
        )


def _inside(resource: Resource, kind: str) -> Iterator[tuple[str, Any]]:
    for first, path in _paths_inside(kind, resource.type):
        if first in resource.props:
            for where, value in resource.values(path):
                if value is not UNKNOWN and value not in ("", []):
                    yield where, value


@cache
def _paths_inside(kind: str, of_type: str) -> tuple[tuple[str, str], ...]:
    """(its first key, the path) for each path of that kind on the type."""
    rows = table(TABLE)["inside_a_region"][kind]
    paths = (row["path"] for row in rows if of_type in row.get("types", (of_type,)))
    return tuple((path.replace("[]", "").partition(".")[0], path) for path in paths)


def _elsewhere(where: str, example: str) -> Unplaced:
    return Unplaced(
        where,
        "it is no availability zone of a region; a Local or Wavelength Zone may lie in another country",
        f"Use one of the region's own zones, such as {example}.",
    )


def _from_sources(resource: Resource, plan: Plan, open_answer: Unplaced) -> Iterator[Answer]:
    """An unknown region is taken from what it was made of, where that is placed in this stack."""
    owner: Resource | None = resource
    if resource.props.get(open_answer.path) is not UNKNOWN:
        owner = plan.by_urn.get(resource.provider.urn) if resource.provider else None
    sources = plan.sources(owner, open_answer.path) if owner else ()
    if not sources:
        yield Unplaced(open_answer.path, f"{open_answer.why}, and nothing in this stack says it", open_answer.hint)
        return
    for source in sources:
        answer = _region(source) if source is not None and source.package == "aws" else None
        if source is not None and deployed(source, PATH) is not None:
            why = made_otherwise(source, PATH)
            yield Unplaced(open_answer.path, f"{open_answer.why}, and {why}", open_answer.hint)
        elif source is not None and isinstance(answer, Placed):
            yield Placed(open_answer.path, answer.region, f"{source.name}, which it is made from")
        else:
            yield Unplaced(open_answer.path, f"{open_answer.why}, and nothing in this stack says it", open_answer.hint)
