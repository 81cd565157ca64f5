"""Azure Policy at the zone's management group: definitions of the zone's own, their initiative, and all assignments.

What the built-ins hold is left to them, by id; what they leave open is refused by definitions of ours
(sovereignty.compile.azure); what no policy can express is in azure_not_expressible.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sovereignty.compile.azure import assignments as bound
from sovereignty.compile.azure import initiative
from sovereignty.compile.azure import scope as scopes
from sovereignty.compile.document import Document, minified
from sovereignty.compile.required import azure as footprint
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.facts import quota
from sovereignty.zone import Zone

DEFINITIONS = "azure/definitions/"
INITIATIVES = "azure/initiatives/"
ASSIGNMENTS = "azure/assignments/"
_TARGET = "azure:management-group"


def documents(zone: Zone, deployment: Deployment, sandbox: bool = False) -> tuple[Document, ...]:
    """In ARM's shape (`name`, `properties`; `identity` and `location` where an assignment acts), in the order in which
    they can be made at the zone's management group; `sandbox`: at the group beside it, in which a version is tried.

    InputError where the zone has no location, the stack no subscription, or a quota of Azure can't be met.
    """
    if zone.azure is None:
        return ()
    scope = scopes.of(zone, deployment, sandbox)
    members, acting = initiative.definitions(scope), initiative.acting(scope)
    defined = (*members, *acting)
    assigned = list(bound.assignments(scope, footprint(zone).cloud, members, acting))
    description = f"Zone {zone.zone} ({zone.title}), jurisdiction {zone.jurisdiction}."
    _counted(
        zone,
        definitions_per_scope=len(defined),
        policies_per_initiative=len(members),
        initiatives_per_scope=1,
        assignments_per_scope=len(assigned),
    )
    controls = tuple(sorted({member.control for member in members}))
    return (
        *(_document(zone, DEFINITIONS, initiative.definition_body(each), (each.control,)) for each in defined),
        _document(zone, INITIATIVES, initiative.initiative_body(scope, members), controls),
        *(_document(zone, ASSIGNMENTS, bound.body(each, scope, description), each.controls) for each in assigned),
    )


def _limit(key: str) -> int:
    # the table knows the public cloud's limits; those of the sovereign clouds are not published apart
    return quota("azure", "public", "policy", key).value


def _counted(zone: Zone, **counts: int) -> None:
    for key, count in counts.items():
        if count > _limit(key):
            raise InputError(
                Problem(
                    f"zones/{zone.zone}.yaml",
                    f"The zone compiles to {count} {key.replace('_', ' ')}, and Azure takes {_limit(key)}.",
                    "Report it: the number of policies does not depend on the zone.",
                )
            )


def _document(zone: Zone, folder: str, body: Mapping[str, Any], controls: tuple[str, ...]) -> Document:
    path, text, limit = f"{folder}{zone.zone}-{body['name']}.json", minified(body), _limit("request_body")
    if len(text.encode()) > limit:
        raise InputError(
            Problem(
                path,
                f"It has {len(text.encode())} bytes, and Azure takes {limit}.",
                "Name fewer locations in the zone, or fewer subscriptions and tenants in its stack file.",
            )
        )
    return Document(path, _TARGET, text, limit, controls)
