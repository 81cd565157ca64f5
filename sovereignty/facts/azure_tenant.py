"""What only an administrator of a tenant can set: azure_tenant_settings.yaml, in the order in which it is done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from sovereignty import facts

_TABLE = "azure_tenant_settings"


@dataclass(frozen=True, kw_only=True)
class TenantSetting:
    """One setting. Lines of bash have places to be filled in: what they are is said at the head of the table."""

    id: str
    title: str
    what: str
    why: str
    who: str
    when: Literal["before", "after"]
    limits: str
    source: str
    verified: bool
    keys: str | None = None
    """Only for zones with this kind of key."""
    foundation: bool = False
    """`do` and `undo` are of the foundation's stack: an organization without one does it by hand."""
    do: str = ""
    """Empty: nothing can be done, only be seen."""
    check: str = ""
    undo: str = ""


@cache
def tenant_settings() -> tuple[TenantSetting, ...]:
    """All of them."""
    return tuple(TenantSetting(**row) for row in facts.read_table(_TABLE)["settings"])


def as_of() -> str:
    """The day of the table, `YYYY-MM-DD`."""
    return facts.as_of(_TABLE)
