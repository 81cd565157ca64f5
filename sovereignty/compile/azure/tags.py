"""The zone's tags on whatever is made in its subscriptions: the request is completed, not refused.

`DataResidency` and `Zone` say where a resource stands, so they are what the zone says. `DataClassification` is its
owner's to choose: only one that is absent is given the zone's first class. `ManagedBy` is given to nothing: by it the
stack's own resources are told from all others. What was there before is tagged by a remediation task.
Source: Azure Policy, "effect-modify" (mode Indexed; conflictEffect; what `Add` does to a tag that is there is not said,
so the rule asks for its absence); Azure built-in roles, "Management and governance" (Tag Contributor).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sovereignty.compile.azure.language import Condition, Definition, absent, all_of, any_of, is_not, of_type
from sovereignty.compile.azure.scope import Scope

CONTROL = "tags.residency"
TAG_CONTRIBUTOR = "/providers/Microsoft.Authorization/roleDefinitions/4a9ae827-6dc8-4573-8ac7-8239d42aa03f"
_OF_THE_PLACE = ("DataResidency", "Zone")
_OF_THE_OWNER = "DataClassification"
_GROUP = "Microsoft.Resources/subscriptions/resourceGroups"


def definitions(scope: Scope) -> Iterator[Definition]:
    strays = any_of(*(is_not(_field(tag), scope.tags[tag]) for tag in _OF_THE_PLACE))
    placed = [_operation("addOrReplace", tag, scope.tags[tag]) for tag in _OF_THE_PLACE]
    message = "Nothing has to be done when it is made: it is given the zone's tags. A remediation task tags the rest."
    yield Definition(
        name="zone-tags",
        control=CONTROL,
        title="What is made bears the zone's tags",
        message=message,
        when=strays,
        effect="Modify",
        details=_details(placed),
        mode="Indexed",
    )
    yield Definition(
        name="zone-tags-groups",
        control=CONTROL,
        title="A resource group bears the zone's tags",
        message=message,
        when=all_of(of_type(_GROUP), strays),
        effect="Modify",
        details=_details(placed),
    )
    yield Definition(
        name="zone-tag-class",
        control=CONTROL,
        title="What is made bears a class of data",
        message=message,
        when=absent(_field(_OF_THE_OWNER)),
        effect="Modify",
        details=_details([_operation("add", _OF_THE_OWNER, scope.tags[_OF_THE_OWNER])]),
        mode="Indexed",
    )


def _field(tag: str) -> str:
    return f"tags['{tag}']"


def _operation(operation: str, tag: str, value: str) -> Condition:
    return {"operation": operation, "field": _field(tag), "value": value}


def _details(operations: Sequence[Condition]) -> Condition:
    # where another policy writes the same tag, neither does: a tag is no reason to refuse somebody's request
    return {"roleDefinitionIds": [TAG_CONTRIBUTOR], "conflictEffect": "audit", "operations": list(operations)}
