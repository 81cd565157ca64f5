"""What a rule is: its metadata, the functions that judge, and what they answer.

A rule judges one resource (`on_resource`), the whole plan (`on_plan`), or both. `on_plan` judges everything it is
responsible for, also what one resource shows by itself: what was said already is not said again (judge.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sovereignty.plan import Plan, Resource
from sovereignty.zone import Zone

EVERY_TYPE = ("*",)


class Verdict(StrEnum):
    ALLOWED = "allowed"
    VIOLATION = "violation"
    UNDETERMINED = "undetermined"


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """The law that a rule serves. A policy engine takes one for each policy."""

    name: str
    version: str
    reference: str
    specification: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A resource that a rule must get right. `provider` are the provider's inputs."""

    type: str
    props: Mapping[str, Any] = field(default_factory=dict)
    provider: Mapping[str, Any] = field(default_factory=dict)
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule's answer about one property of one resource.

    `found` holds a value only where it is a place or an enumeration: properties arrive in plain text, secrets too.
    """

    control: str
    verdict: Verdict
    urn: str
    type: str
    path: str
    says: str
    expected: str
    mend: str
    url: str
    found: str = ""
    crash: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        return self.urn, self.control, self.path

    def text(self) -> str:
        """The finding for a person: what is wrong, what was expected, how to mend it, where it was declared."""
        lines = [f"{self.path}: {self.says}" if self.path else self.says]
        if self.verdict is Verdict.UNDETERMINED:
            lines[0] += " (undetermined: refused like a violation)"
        lines += [f"  {label}: {value}" for label, value in (("expected", self.expected), ("mend", self.mend)) if value]
        if self.urn:
            lines.append(f"  declared: {declared(self.urn)}")
        if self.url:
            lines.append(f"  more: {self.url}")
        return "\n".join(lines)


def declared(urn: str) -> str:
    """Where a resource was declared, out of its URN: `leak (aws:s3/bucket:Bucket) in app:index:Store`."""
    parts = urn.split("::", 3)
    if len(parts) < 4:
        return urn
    *parents, kind = parts[2].split("$")
    return f"{parts[3]} ({kind})" + (f" in {' > '.join(parents)}" if parents else "")


OnResource = Callable[[Resource, Zone], Iterator[Finding]]
OnPlan = Callable[[Plan, Zone], Iterator[Finding]]


@dataclass(kw_only=True, eq=False)
class Rule:
    """One control as it is judged before a deployment. Pages, tests and the pack's listing are made from it."""

    id: str
    title: str
    why: str
    types: tuple[str, ...]
    mend: str
    good: Sequence[Example | Mapping[str, Any]]
    bad: Sequence[Example | Mapping[str, Any]]
    severity: Severity
    framework: Framework
    never_exempt: bool = False
    details: str = ""
    resource_judge: OnResource | None = field(default=None, init=False)
    plan_judge: OnPlan | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"docs/rules/{self.id}.md"

    def on_resource(self, judge: OnResource) -> OnResource:
        self.resource_judge = judge
        return judge

    def on_plan(self, judge: OnPlan) -> OnPlan:
        self.plan_judge = judge
        return judge

    def concerns(self, kind: str) -> bool:
        return self.types == EVERY_TYPE or kind in self.types

    def examples(self, good: bool) -> tuple[Example, ...]:
        """The examples, plain properties being those of the first type."""
        return tuple(
            e if isinstance(e, Example) else Example(type=self.types[0], props=e)
            for e in (self.good if good else self.bad)
        )

    def violation(
        self, resource: Resource, path: str, says: str, *, expected: str, found: str = "", mend: str = ""
    ) -> Finding:
        return self._finding(Verdict.VIOLATION, resource, path, says, expected, found, mend)

    def undetermined(
        self, resource: Resource, path: str, says: str, *, expected: str, found: str = "", mend: str = ""
    ) -> Finding:
        return self._finding(Verdict.UNDETERMINED, resource, path, says, expected, found, mend)

    def _finding(
        self, verdict: Verdict, resource: Resource, path: str, says: str, expected: str, found: str, mend: str
    ) -> Finding:
        return Finding(
            control=self.id,
            verdict=verdict,
            urn=resource.urn,
            type=resource.type,
            path=path,
            says=says,
            expected=expected,
            mend=mend or self.mend,
            url=self.url,
            found=found,
        )
