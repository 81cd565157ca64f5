"""The organization policies of a zone's OU besides SCPs and RCPs: tags, EC2's own settings, AI services, backups.

They configure, and Organizations merges them with what hangs above and below; SCPs and RCPs refuse. Each is one
document, compiled where the zone's partition has its type.
Source: AWS Organizations User Guide, "Declarative policies" and "Managing organization policies".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sovereignty.compile.document import Document
from sovereignty.compile.organization import ai_opt_out, backup, declarative_ec2, tags
from sovereignty.compile.organization.kinds import Kind
from sovereignty.deployment import Deployment
from sovereignty.facts.aws_availability import offered
from sovereignty.zone import Zone

__all__ = ["KINDS", "documents"]

_Compiler = Callable[[Zone, Deployment], Document]
_COMPILERS: Mapping[Kind, _Compiler] = {
    tags.KIND: tags.document,
    declarative_ec2.KIND: declarative_ec2.document,
    ai_opt_out.KIND: ai_opt_out.document,
    backup.KIND: backup.document,
}
KINDS: tuple[Kind, ...] = tuple(_COMPILERS)
"""In the order in which they are compiled."""


def documents(zone: Zone, deployment: Deployment) -> tuple[Document, ...]:
    """One document a kind that the zone's partition offers; InputError where one is larger than AWS takes."""
    if zone.aws is None:
        return ()
    there = zone.aws.partition
    return tuple(compiled(zone, deployment) for kind, compiled in _COMPILERS.items() if offered(there, kind.capability))
