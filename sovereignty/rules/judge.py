"""Runs the rules over resources and plans: each rule by the types it concerns, a crash as a finding of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from sovereignty.plan import Plan, Resource
from sovereignty.rules.rule import Finding, Rule, Verdict
from sovereignty.zone import Zone


class Judge:
    """Judges for one zone. `unjudged` are packages that the configuration leaves alone."""

    def __init__(self, zone: Zone, rules: Sequence[Rule], unjudged: Iterable[str] = ()):
        self._zone = zone
        self._rules = tuple(rules)
        self._unjudged = frozenset(unjudged)
        self._by_type: dict[str, tuple[Rule, ...]] = {}

    def resource(self, resource: Resource) -> list[Finding]:
        """What one resource shows by itself."""
        if self._leaves_alone(resource):
            return []
        rules = self._by_type.get(resource.type)
        if rules is None:
            rules = tuple(r for r in self._rules if r.resource_judge and r.concerns(resource.type))
            self._by_type[resource.type] = rules
        found: list[Finding] = []
        for rule in rules:
            judge = rule.resource_judge
            assert judge is not None  # noqa: S101 (chosen by it)
            found += _guarded(rule, resource, lambda judge=judge: judge(resource, self._zone))
        return distinct(found)

    def plan(self, plan: Plan) -> list[Finding]:
        """What the whole plan shows, also what single resources showed before."""
        judged = Plan((r for r in plan if not self._leaves_alone(r)), places=plan.places)
        found: list[Finding] = []
        for rule in self._rules:
            if rule.plan_judge:
                judge = rule.plan_judge
                found += _guarded(rule, None, lambda judge=judge: judge(judged, self._zone))
        return distinct(found)

    def _leaves_alone(self, resource: Resource) -> bool:
        return resource.external or (resource.package in self._unjudged and resource.maker == resource.package)


def distinct(findings: Iterable[Finding]) -> list[Finding]:
    """In a stable order, and one for each place: a violation tells more than that something isn't known."""
    by_key: dict[tuple[str, str, str], Finding] = {}
    for finding in findings:
        other = by_key.get(finding.key)
        if other is None or (other.verdict is Verdict.UNDETERMINED and finding.verdict is Verdict.VIOLATION):
            by_key[finding.key] = finding
    return [by_key[key] for key in sorted(by_key)]


def _guarded(rule: Rule, resource: Resource | None, judge: Callable[[], Iterator[Finding]]) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(judge())
    except Exception as crash:  # a rule that can't answer must not open the way, nor silence the other rules
        found.append(
            Finding(
                control=rule.id,
                verdict=Verdict.UNDETERMINED,
                urn=resource.urn if resource else "",
                type=resource.type if resource else "",
                path="",
                says=f"the rule {rule.id} failed ({_crash(crash)}), so what it judges is not known",
                expected="a rule that answers",
                mend="This is a fault of the law, not of your program: report it with this message.",
                url="",
                crash=True,
            )
        )
    return found


def _crash(crash: Exception) -> str:
    """The kind of failure and its place in our code; never its text, which may hold a value out of the plan."""
    trace = crash.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else ""
    return type(crash).__name__ + place
