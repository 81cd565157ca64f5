"""Which AWS services use a customer's key in their own name, and how. Table: kms_services.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from sovereignty.facts import _row, read_table
from sovereignty.facts.aws_availability import Capability, confirmed


@dataclass(frozen=True)
class KmsService:
    """What a service does with a key. `service`: its principal, where `{region}` stands for each region.

    `source`: it says for whose resource it acts. `context`: the key of the encryption context that names a resource by
    ARN ("": none); `of`: the service in that ARN, `kind`: how its resource begins; `always`: it is set with every call.
    `capability`: what a partition has to have for it; `in_china`: its principal in aws-cn ("": the same).
    """

    service: str
    actions: tuple[str, ...]
    source: bool
    verified: bool
    context: str = ""
    of: str = ""
    kind: str = ""
    always: bool = False
    capability: Capability | None = None
    in_china: str = ""

    def principals(self, partition: str, regions: Iterable[str]) -> tuple[str, ...]:
        """The service principals of a partition, one for each region where they carry one; none where it has none."""
        if self.capability and not confirmed(partition, self.capability):
            return ()
        service = self.in_china if partition == "aws-cn" and self.in_china else self.service
        return tuple(dict.fromkeys(service.format(region=region) for region in regions))


@cache
def kms_services() -> tuple[KmsService, ...]:
    """One for each use; a service may have several."""
    return tuple(_row(KmsService, row, actions=tuple(row["actions"])) for row in read_table("kms_services")["services"])


@dataclass(frozen=True)
class KmsLinkedRole:
    """A service-linked role that a key's policy has to name: `role` with its path; `grants`: it gives grants too."""

    role: str
    actions: tuple[str, ...]
    grants: bool


@cache
def kms_linked_roles() -> tuple[KmsLinkedRole, ...]:
    """Roles that AWS alone can take, and what each does with a customer's key."""
    rows = read_table("kms_services")["linked_roles"]
    return tuple(_row(KmsLinkedRole, row, actions=tuple(row["actions"])) for row in rows)
