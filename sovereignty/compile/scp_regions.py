"""The region deny of a zone's SCPs, and what carries content out of every zone.

`aws:RequestedRegion` names the endpoint that is called, not where data goes, so this refuses what is called outside the
zone; what sends data elsewhere from inside has controls of its own. Never one list of exempt services: each global
action is bound to the regions where it answers, and everything else to the zone's regions, new services included.
A guard's verbs are open to that guard in every region, so that it can undo what stands outside the zone.
Sources: IAM User Guide, "AWS global condition context keys"; AWS Organizations User Guide, "SCP syntax".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sovereignty import facts
from sovereignty.actions import fits
from sovereignty.compile import global_actions
from sovereignty.compile.denial import Denial
from sovereignty.compile.required import aws
from sovereignty.compile.scp_exceptions import by_guards, excepted, verbs
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

REGION = "residency.region"
CONTENT = "egress.content-bearing"
REQUESTED = "aws:RequestedRegion"


def denials(zone: Zone, deployment: Deployment) -> Iterator[Denial]:
    """What is refused outside the regions where it may be called, and what is refused in every region."""
    actions = global_actions.of(zone, deployment)
    regions = sorted(aws(zone).regions)
    lone = facts.is_lone(aws(zone).partition)  # without another region, a guard has nothing to undo there
    bound_apart = [
        verb for verb in verbs() if not lone and not any(fits(pattern, verb) for pattern in actions.excepted)
    ]
    apart = (*actions.excepted, *bound_apart)
    outside = {"StringNotEquals": {REQUESTED: regions}}
    # AWS takes no empty list; that nothing is apart happens only where every global service answers in the zone
    yield Denial(REGION, apart or ("*",), excepted(zone), outside, other_actions=bool(apart))
    for answering, group in actions.by_regions.items():
        yield from _but_guards(zone, REGION, group, {"StringNotEquals": {REQUESTED: list(answering)}})
    for action, key, value in actions.created_as:
        yield from _but_guards(zone, REGION, (action,), {"StringNotEquals": {REQUESTED: regions, key: value}})
    yield from _but_guards(zone, REGION, bound_apart, {"StringNotEquals": {REQUESTED: regions}})
    yield from _but_guards(zone, CONTENT, actions.content, {})


def _but_guards(
    zone: Zone, control: str, actions: Iterable[str], condition: Mapping[str, Mapping[str, Any]]
) -> Iterator[Denial]:
    for guards, group in by_guards(actions, aws(zone).partition).items():
        yield Denial(control, group, excepted(zone, guards), condition)
