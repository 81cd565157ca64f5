"""The rows of the fact tables. Dates are text (`YYYY-MM-DD`); `verified` False: check before a decision rests on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Region:
    """A cloud's region. `country` is ISO 3166-1 alpha-2, `subdivision` ISO 3166-2 (None: not public)."""

    cloud: Literal["aws", "azure", "gcp"]
    code: str
    name: str
    country: str
    subdivision: str | None
    partition: str
    geography: str
    """Azure's own grouping; empty for the other clouds."""
    paired: str | None
    """Azure only: where geo-redundant copies go. A pair may be one-way."""
    zones: bool | None
    """Whether it has availability zones; None: not known."""
    status: Literal["ga", "restricted", "announced"]


@dataclass(frozen=True)
class Law:
    """A law on where data may be or go. `in_force` None: adopted, but not in force."""

    code: str
    name: str
    section: str
    topic: Literal["transfer", "localisation", "access", "sector"]
    in_force: str | None
    verified: bool
    effect: str


@dataclass(frozen=True)
class Jurisdiction:
    """Whose law reaches the data. `unusable` says why no zone can be declared under it (empty: one can)."""

    code: str
    name: str
    kind: Literal["union", "country", "subdivision"]
    countries: frozenset[str]
    subdivision: str | None
    laws: tuple[Law, ...]
    unusable: str = ""
    rests_on_adequacy: bool = False
    """A group of countries that lasts as long as the adequacy decisions behind it."""

    def holds(self, region: Region) -> bool:
        """Whether the region stands on this jurisdiction's ground; a region of unknown subdivision does not."""
        return region.country in self.countries and self.subdivision in (None, region.subdivision)


@dataclass(frozen=True)
class Adequacy:
    """A decision of the European Commission under GDPR Art. 45. `expires` None: without end."""

    to: str
    name: str
    countries: frozenset[str]
    unconditional: bool
    scope: str
    decision: str
    adopted: str
    expires: str | None


@dataclass(frozen=True)
class GlobalService:
    """An AWS service by IAM prefix. `control_plane_region` and `extra_regions` are by partition; a None region means
    not offered, not known, or (scope regional) every region."""

    prefix: str
    scope: Literal["global", "regional", "mixed"]
    control_plane_region: Mapping[str, str | None]
    extra_regions: Mapping[str, tuple[str, ...]]
    carries_content: bool
    why: str
    evidence: str
    verified: bool


@dataclass(frozen=True)
class ControlTowerEntry:
    """One exemption of Control Tower's region deny, judged. `control_plane_region` is that of partition aws."""

    action: str
    scope: Literal["global", "regional", "mixed"]
    access: Literal["all", "read", "write"]
    control_plane_region: str | None
    extra_regions: tuple[str, ...]
    reason: str
    advice: str
    verified: bool


@dataclass(frozen=True)
class AwsGlobalServices:
    """`services` by IAM prefix; `content_bearing`: name in a zone file -> IAM action patterns that it opens."""

    as_of: str
    services: Mapping[str, GlobalService]
    control_tower_86: tuple[ControlTowerEntry, ...]
    content_bearing: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Quota:
    """A limit. `value` is the default in `unit`; `max_value` is what can be asked for."""

    cloud: str
    partitions: frozenset[str]
    service: str
    key: str
    value: int
    unit: str
    adjustable: bool
    max_value: int | None
    effective: str | None
    source: str
    source_date: str
    verified: bool
    note: str


@dataclass(frozen=True)
class ResidualRisk:
    """What a platform imposes. `when` is read by `sovereignty.risks`, which fills `{places}` of `explanation`."""

    id: str
    cloud: str
    title: str
    when: Mapping[str, Any]
    acceptable: bool
    """False: a zone that is exposed to it can't be; the declaration has to change."""
    explanation: str
    mitigation: str
    source: str
    as_of: str
    verified: bool


@dataclass(frozen=True)
class TargetRegion:
    """An AWS action that sends something elsewhere, or opens it, while it is called inside a zone.

    `parameter` names the input that carries the place (empty: none does). `condition_key` is set for the treatment
    `condition-key` only: its value is a region, an ARN that holds one, or an OU path (`key_value`); `key_kind` multi
    means that a request carries a set of them; `optional`, that a request which sends nothing elsewhere lacks the key.
    `undo`: actions that take away what this one made. `calls`: operations that need this permission under another name.
    `listed` False: the action is not in `sovereignty.actions`.
    """

    action: str
    parameter: str
    kind: str
    treatment: Literal[
        "condition-key", "deployment-only", "refused", "called-in-destination", "harmless", "not-a-region"
    ]
    condition_key: str
    key_kind: Literal["single", "multi", ""]
    key_value: Literal["region", "arn", "path", ""]
    optional: bool
    undo: tuple[str, ...]
    calls: tuple[str, ...]
    why: str
    source: str
    verified: bool
    listed: bool


@dataclass(frozen=True)
class RcpService:
    """A service whose resources RCPs bind, by IAM prefix. `data`: what its resources hold belongs to customers or opens
    it. `since` empty: when it came was not looked up."""

    prefix: str
    data: bool
    what: str
    since: str
    source: str
    source_date: str
    verified: bool
