"""Service control policies for the zone's OU: the region deny, what the zone relies on, the organization's edge.

Each statement is of one control, and its Sid names it; the statements of a control refuse exactly what its law does.
SCPs bind neither the management account nor service-linked roles.
Source: AWS Organizations User Guide, "Service control policies (SCPs)".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sovereignty.compile import packing, scp_delivery, scp_perimeter, scp_protections, scp_regions
from sovereignty.compile.denial import Denial, merged
from sovereignty.compile.document import Document, aws_limit, costs, sid
from sovereignty.compile.packing import Entry, attached, packed
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
    packs, spare = _packs(statements(zone, deployment, characters), characters)
    if len(packs) > attachments:
        packs, spare = _packs(statements(zone, deployment, characters, short=True), characters)
    return attached("SCP", zone.zone, packs, characters, attachments, spare, _ASK)


def _packs(numbered: Sequence[Numbered], characters: int) -> tuple[list[list[Entry]], Mapping[str, int]]:
    """The packs, and the characters by which statements may still grow, by Sid."""
    spare = {sid(each.denial.control, each.number): each.denial.spare for each in numbered}
    return packed([each.entry for each in numbered], characters, spare), spare


def statements(
    zone: Zone, deployment: Deployment, characters: int | None = None, short: bool = False
) -> list[Numbered]:
    """All denials of the zone, none too large for a document of so many characters (by default AWS's quota).

    `short`: with the names of actions cut as far as they stay unambiguous. InputError where one can't be split enough.
    """
    characters = characters or aws_limit(aws(zone).partition, "organizations", "scp_document")
    rows = sorted(
        [
            *scp_protections.denials(zone, deployment),
            *scp_perimeter.denials(zone, deployment),
            *scp_delivery.denials(zone),
        ],
        key=lambda each: each.control,
    )
    denials = merged([*scp_regions.denials(zone, deployment), *rows])
    numbered = _numbered([each.shortened() for each in denials] if short else denials)
    while too_large := next((each for each in numbered if each.size > packing.room(characters)), None):
        halves = too_large.denial.halves()
        if len(halves) < 2:
            most = costs((each.denial.control, each.size) for each in numbered)
            raise InputError(
                Problem(
                    f"zones/{zone.zone}.yaml",
                    f"A statement of {too_large.denial.control} that can't be split has {too_large.size} characters, "
                    f"{too_large.size - packing.room(characters)} more than an SCP takes. {most}",
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
