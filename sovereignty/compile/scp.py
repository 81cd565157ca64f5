"""Service control policies for the zone's OU: the region deny, what the zone relies on, the organization's edge.

Each statement is of one control, and its Sid names it; the statements of a control refuse exactly what its law does.
SCPs bind neither the management account nor service-linked roles.
Source: AWS Organizations User Guide, "Service control policies (SCPs)".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sovereignty.compile import packing, scp_perimeter, scp_protections, scp_regions
from sovereignty.compile.denial import Denial, merged
from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.packing import Entry, packed
from sovereignty.compile.required import aws
from sovereignty.compile.scp_regions import CONTENT, REGION
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

__all__ = ["CONTENT", "REGION", "Numbered", "documents", "statements"]

_ASK = (
    "Name fewer regions, opened services, edge uses, image owners or organization paths in the zone and its stack file."
)


@dataclass(frozen=True)
class Numbered:
    """A denial with its number among those of its control in the whole zone."""

    denial: Denial
    number: int

    @property
    def entry(self) -> Entry:
        """Its statement, under its control."""
        return self.denial.control, self.denial.statement(self.number)

    @property
    def size(self) -> int:
        """The most characters that it takes of a document's room."""
        return packing.size(self.entry[1], self.denial.spare)


def documents(
    zone: Zone, deployment: Deployment, characters: int | None = None, attachments: int | None = None
) -> tuple[Document, ...]:
    """The zone's SCPs, as few as the quotas allow; InputError where they can't be met, or where the deployment lacks
    the organization's id or the path of the zone's OU. Which documents there are doesn't depend on that path.

    `characters` a document holds, and `attachments` an OU takes of ours: by default what AWS grants.
    """
    if zone.aws is None:
        return ()
    characters = characters or aws_limit(zone.aws.partition, "organizations", "scp_document")
    # FullAWSAccess takes one
    attachments = attachments or aws_limit(zone.aws.partition, "organizations", "scp_per_target") - 1
    numbered = statements(zone, deployment, characters)
    packs = _packs(numbered, characters)
    if len(packs) > attachments:
        numbered = statements(zone, deployment, characters, short=True)
        packs = _packs(numbered, characters)
    if len(packs) > attachments:
        over = sum(each.size for each in numbered) - attachments * packing.room(characters)
        raise InputError(
            Problem(
                f"zones/{zone.zone}.yaml",
                f"The zone compiles to {len(packs)} SCPs, and AWS attaches {attachments} to an OU: "
                f"{len(packs) - attachments} too many, with {max(over, 0)} characters more than those hold. "
                + _costs(numbered),
                _ASK,
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


def _packs(numbered: Sequence[Numbered], characters: int) -> list[list[Entry]]:
    spare = {sid(each.denial.control, each.number): each.denial.spare for each in numbered}
    return packed([each.entry for each in numbered], characters, spare)


def statements(
    zone: Zone, deployment: Deployment, characters: int | None = None, short: bool = False
) -> list[Numbered]:
    """All denials of the zone, none too large for a document of so many characters (by default AWS's quota).

    `short`: with the names of actions cut as far as they stay unambiguous. InputError where one can't be split enough.
    """
    characters = characters or aws_limit(aws(zone).partition, "organizations", "scp_document")
    rows = sorted(
        [*scp_protections.denials(zone, deployment), *scp_perimeter.denials(zone, deployment)],
        key=lambda each: each.control,
    )
    denials = merged([*scp_regions.denials(zone, deployment), *rows])
    numbered = _numbered([each.shortened() for each in denials] if short else denials)
    while too_large := next((each for each in numbered if each.size > packing.room(characters)), None):
        halves = too_large.denial.halves()
        if len(halves) < 2:
            raise InputError(
                Problem(
                    f"zones/{zone.zone}.yaml",
                    f"A statement of {too_large.denial.control} that can't be split has {too_large.size} characters, "
                    f"{too_large.size - packing.room(characters)} more than an SCP takes. {_costs(numbered)}",
                    _ASK,
                )
            )
        numbered = _numbered([part for each in numbered for part in (halves if each is too_large else (each.denial,))])
    return numbered


def _numbered(denials: Sequence[Denial]) -> list[Numbered]:
    counts: dict[str, int] = {}
    found = []
    for denial in denials:
        counts[denial.control] = counts.get(denial.control, 0) + 1
        found.append(Numbered(denial, counts[denial.control]))
    return found


def _costs(numbered: Sequence[Numbered]) -> str:
    """Which controls cost most, the costliest first."""
    costs: dict[str, int] = {}
    for each in numbered:
        costs[each.denial.control] = costs.get(each.denial.control, 0) + each.size
    most = sorted(costs.items(), key=lambda item: (-item[1], item[0]))[:3]
    return "Most is taken by " + ", ".join(f"{control} ({size} characters)" for control, size in most) + "."
