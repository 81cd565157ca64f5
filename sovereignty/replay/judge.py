"""Judges calls by the zone's SCPs and RCPs: refused, allowed, or not to be told from what the record holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sovereignty.compile.document import Document, sid
from sovereignty.iam import operators, patterns
from sovereignty.iam.policy import Statement, parse
from sovereignty.replay.call import Call, Subject

_COUNTER = re.compile(r"\d+$")
_WILD = re.compile(r"[*?]")


@dataclass(frozen=True)
class Verdict:
    """`refused` is the control that refuses first; `undecided` the one that may, with the keys that decide."""

    refused: str = ""
    undecided: str = ""
    needs: tuple[str, ...] = ()


ALLOWED = Verdict()


class Rule:
    """A Deny statement, compiled so that each key can be unknown by itself."""

    def __init__(self, statement: Statement, control: str):
        self.control = control
        self._statement = statement
        self._everything = "*" in statement.resources
        self._fits = patterns.any_of(statement.resources, patterns.wildcards, variables=False)
        self._names = tuple(_fixed(pattern) for pattern in statement.resources)
        self._tests = tuple(
            (key.lower(), key, operators.condition({operator: {key: values}})[0])
            for operator, keys in statement.condition.items()
            for key, values in keys.items()
        )

    def speaks_of(self, call: Call) -> bool | None:
        """Whether it is about the call's action; None where that may be one of several."""
        found = {self._statement.fits_action(action) for action in call.named.actions}
        if call.named.exact:
            return True in found
        return None if len(found) > 1 else found.pop()

    def refuses(self, call: Call) -> tuple[bool | None, tuple[str, ...]]:
        """Whether it refuses the call on any of its resources; where that isn't known, the keys that would decide."""
        unknown: dict[str, None] = {}
        undecided = False
        for subject in call.subjects:
            found, keys = self._refuses_on(call, subject)
            if found:
                return True, ()
            if found is None:
                undecided = True
                unknown |= dict.fromkeys(keys)
        return (None if undecided else False), tuple(unknown)

    def _refuses_on(self, call: Call, subject: Subject) -> tuple[bool | None, tuple[str, ...]]:
        unknown: list[str] = []
        about = self._about(call, subject)
        if about is False:
            return False, ()
        if about is None:
            unknown.append("the resource")
        for key, shown, test in self._tests:
            values = call.values(key, subject)
            if values is None:
                unknown.append(shown)
            elif not test({key: values} if values else {}):
                return False, ()
        return (None, tuple(unknown)) if unknown else (True, ())

    def _about(self, call: Call, subject: Subject) -> bool | None:
        negated = self._statement.resource_negated
        if self._everything:
            return not negated
        if subject.arn:
            return self._fits(subject.arn, {}) is not negated
        if negated:
            return None
        # a resource that is made from the call's parameters can't have a name that none of them holds
        return None if any(not name or call.mentions(name) for name in self._names) else False


def _fixed(pattern: str) -> str:
    """The longest text that the name in a resource's ARN has to hold; empty where any name fits."""
    return max(_WILD.split(re.split(r"[:/]", pattern)[-1]), key=len)


class Judge:
    """The zone's SCPs and RCPs, asked about one call after another."""

    def __init__(self, scps: Iterable[Document], rcps: Iterable[Document]):
        self._scps = tuple(_rules(scps))
        self._rcps = tuple(_rules(rcps))
        self._speaking: dict[tuple[str, ...], tuple[list[tuple[Rule, bool]], list[tuple[Rule, bool]]]] = {}

    def verdict(self, call: Call) -> Verdict:
        """What the documents say; an SCP before an RCP, a refusal before what can't be told."""
        undecided = ALLOWED
        for each in (call, *call.further):
            found = self._verdict(each)
            if found.refused:
                return found
            undecided = undecided if undecided.undecided else found
        return undecided

    def _verdict(self, call: Call) -> Verdict:
        undecided = ALLOWED
        scps, rcps = self._rules_for(call)
        for rules, bound in ((scps, call.bound_by_scps), (rcps, call.bound_by_rcps)):
            for rule, surely in rules if bound else ():
                refused, keys = rule.refuses(call)
                if refused and surely:
                    return Verdict(refused=rule.control)
                if refused is not False and not undecided.undecided:
                    needs = keys if surely else ("the action", *keys)
                    undecided = Verdict(undecided=rule.control, needs=needs)
        return undecided

    def _rules_for(self, call: Call) -> tuple[list[tuple[Rule, bool]], list[tuple[Rule, bool]]]:
        known = self._speaking.get(call.named.actions)
        if known is None:
            both = []
            for rules in (self._scps, self._rcps):
                spoken = ((rule, rule.speaks_of(call)) for rule in rules)
                both.append([(rule, bool(surely)) for rule, surely in spoken if surely is not False])
            known = self._speaking[call.named.actions] = (both[0], both[1])
        return known


def _rules(documents: Iterable[Document]) -> Iterable[Rule]:
    for document in documents:
        controls: Mapping[str, str] = {_COUNTER.sub("", sid(control, 1)): control for control in document.controls}
        for statement in parse(document.body).statements:
            if statement.effect == "Deny":
                yield Rule(statement, _control(statement.sid, controls))


def _control(name: str, controls: Mapping[str, Any]) -> str:
    return controls.get(_COUNTER.sub("", name), name)
