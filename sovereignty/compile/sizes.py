"""How much of the platforms' quotas a zone's documents take: characters of each, and attachments of each target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sovereignty import facts
from sovereignty.compile.document import Document
from sovereignty.zone import Zone


@dataclass(frozen=True)
class Size:
    """One quota: what is counted, in which unit, how much is used of how much."""

    what: str
    unit: str
    used: int
    limit: int

    @property
    def percent(self) -> int:
        """Rounded up, so that only what is full shows 100."""
        return -(-self.used * 100 // self.limit)


_ATTACHED = (
    # folder, what is counted, cloud, service, quota, how many AWS's own policy takes
    ("aws/scp/", "SCPs of the zone's OU, FullAWSAccess included", "aws", "organizations", "scp_per_target", 1),
    ("aws/rcp/", "RCPs of the zone's OU, RCPFullAWSAccess included", "aws", "organizations", "rcp_per_target", 1),
    ("azure/definitions/", "definitions of the management group", "azure", "policy", "definitions_per_scope", 0),
    ("azure/initiatives/", "initiatives of the management group", "azure", "policy", "initiatives_per_scope", 0),
    ("azure/assignments/", "assignments of the management group", "azure", "policy", "assignments_per_scope", 0),
)
_MANY = "azure/definitions/"
_PUBLIC = "public"
"""The table knows the limits of Azure's public cloud; those of the sovereign clouds are not published apart."""


def sizes(zone: Zone, documents: Iterable[Document]) -> tuple[Size, ...]:
    """Each document (of the many definitions on Azure the largest), then each kind of attachment that the zone has."""
    listed = tuple(documents)
    return (*_weights(listed), *_attached(zone, listed))


def root_sizes(partition: str, documents: Iterable[Document]) -> tuple[Size, ...]:
    """Each document of the foundation, then the attachments of the organization's root."""
    listed = tuple(documents)
    count = sum(1 for document in listed if document.path.startswith("aws/rcp/"))
    limit = facts.quota("aws", partition, "organizations", "rcp_per_target").value
    attached = [Size("RCPs of the organization's root, RCPFullAWSAccess included", "pieces", count + 1, limit)]
    return (*_weights(listed), *(attached if count else ()))


def _weights(documents: tuple[Document, ...]) -> Iterator[Size]:
    many = [document for document in documents if document.path.startswith(_MANY)]
    for each in documents:
        if each not in many:
            yield Size(each.path, "characters", len(each.text), each.limit)
    if many:
        largest = max(many, key=lambda document: len(document.text) / document.limit)
        what = f"{largest.path} (largest of {len(many)})"
        yield Size(what, "characters", len(largest.text), largest.limit)


def _attached(zone: Zone, documents: tuple[Document, ...]) -> Iterator[Size]:
    partition = {"aws": zone.aws.partition if zone.aws else "", "azure": _PUBLIC}
    for folder, what, cloud, service, key, taken in _ATTACHED:
        count = sum(1 for document in documents if document.path.startswith(folder))
        if count:
            yield Size(what, "pieces", count + taken, facts.quota(cloud, partition[cloud], service, key).value)
