"""Which AWS services use a customer's key in their own name, and how. Table: kms_services.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sovereignty.facts import _row, read_table


@dataclass(frozen=True)
class KmsService:
    """What a service does with a key. `service`: its principal, where `{region}` stands for each region.

    `source`: it says for whose resource it acts. `context`: the key of the encryption context that names a resource by
    ARN ("": none); `of`: the service in that ARN, `kind`: how its resource begins; `always`: it is set with every call.
    """

    service: str
    actions: tuple[str, ...]
    source: bool
    verified: bool
    context: str = ""
    of: str = ""
    kind: str = ""
    always: bool = False


@cache
def kms_services() -> tuple[KmsService, ...]:
    """One for each use; a service may have several."""
    return tuple(_row(KmsService, row, actions=tuple(row["actions"])) for row in read_table("kms_services")["services"])
