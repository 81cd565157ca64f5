"""Service control policies for the zone's OU: the region deny.

`aws:RequestedRegion` names the endpoint that is called, not where data goes, so this refuses what is called outside the
zone; what sends data elsewhere from inside has controls of its own. Never one list of exempt services: each global
action is bound to the regions where it answers, and everything else to the zone's regions, new services included.
Sources: IAM User Guide, "AWS global condition context keys"; AWS Organizations User Guide, "SCP syntax".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sovereignty.compile import global_actions
from sovereignty.compile.document import Document, aws_limit, minified, policy, sid
from sovereignty.compile.principals import break_glass, unless
from sovereignty.compile.required import aws
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

REGION = "residency.region"
CONTENT = "egress.content-bearing"

Statement = dict[str, Any]


def documents(zone: Zone, characters: int | None = None, attachments: int | None = None) -> tuple[Document, ...]:
    """The zone's SCPs, as few as the quotas allow; InputError where they can't be met, with the count.

    `characters` a document holds, and `attachments` an OU takes of ours: by default what AWS grants.
    """
    if zone.aws is None:
        return ()
    characters = characters or aws_limit(zone.aws.partition, "organizations", "scp_document")
    # FullAWSAccess takes one
    attachments = attachments or aws_limit(zone.aws.partition, "organizations", "scp_per_target") - 1
    packs = packed(list(statements(zone)), characters)
    if len(packs) > attachments:
        raise InputError(
            Problem(
                f"zones/{zone.zone}.yaml",
                f"The zone compiles to {len(packs)} SCPs, and AWS attaches {attachments} to an OU.",
                "Name fewer regions, opened services or edge uses.",
            )
        )
    return tuple(
        policy(
            f"aws/scp/{zone.zone}-{number}.json",
            "aws:ou",
            [statement for _, statement in pack],
            characters,
            {control for control, _ in pack},
        )
        for number, pack in enumerate(packs, start=1)
    )


def statements(zone: Zone) -> Iterator[tuple[str, Statement]]:
    """Each statement with the control that it enforces."""
    actions = global_actions.of(zone)
    regions = sorted(aws(zone).regions)

    outside = {"StringNotEquals": {"aws:RequestedRegion": regions}}
    denials: list[Statement] = [{"NotAction": list(actions.excepted), "Condition": outside}]
    denials += (
        {"Action": list(group), "Condition": {"StringNotEquals": {"aws:RequestedRegion": list(answering)}}}
        for answering, group in actions.by_regions.items()
    )
    denials += (
        {"Action": [action], "Condition": {"StringNotEquals": {"aws:RequestedRegion": regions, key: value}}}
        for action, key, value in actions.created_as
    )
    yield from _numbered(zone, REGION, denials)
    if actions.content:
        yield from _numbered(zone, CONTENT, [{"Action": list(actions.content)}])


def _numbered(zone: Zone, control: str, denials: list[Statement]) -> Iterator[tuple[str, Statement]]:
    for number, denial in enumerate(denials, start=1):
        condition = {**denial.get("Condition", {}), **unless(*break_glass(zone))}
        statement = {**denial, "Sid": sid(control, number), "Effect": "Deny", "Resource": "*"}
        yield control, {**statement, "Condition": condition} if condition else statement


def packed(found: list[tuple[str, Statement]], characters: int) -> list[list[tuple[str, Statement]]]:
    """First fit, largest first, each pack in its original order: the same zone always gives the same documents."""
    order = {statement["Sid"]: position for position, (_, statement) in enumerate(found)}
    packs: list[list[tuple[str, Statement]]] = []
    for item in sorted(found, key=lambda item: -len(minified(item[1]))):
        for pack in packs:
            if len(minified({"Version": "2012-10-17", "Statement": [each for _, each in [*pack, item]]})) <= characters:
                pack.append(item)
                break
        else:
            packs.append([item])
    for pack in packs:
        pack.sort(key=lambda item: order[item[1]["Sid"]])
    return packs
