"""Holds a zone's SCPs against the law, control by control, over the whole space; any difference is an example."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from aws_space import Question, questions, space
from law_sets import LawSets

from sovereignty.compile import scp
from sovereignty.compile.document import Document, sid
from sovereignty.deployment import Deployment
from sovereignty.iam.policy import parse
from sovereignty.iam.request import view
from sovereignty.judgement.aws_calls import AwsLaw
from sovereignty.zone import Zone


@dataclass(frozen=True)
class Difference:
    """One call that documents and law decide differently."""

    control: str
    action: str
    question: Question
    denied: bool

    def __str__(self) -> str:
        says = ("deny it", "lets it pass") if self.denied else ("let it pass", "refuses it")
        return f"{self.control}: documents {says[0]}, the law {says[1]}: {self.action} {self.question}"


class Asked:
    """The law's answers over the space of one zone, asked once: for each question and control the actions refused."""

    def __init__(self, zone: Zone, deployment: Deployment, asked: Iterable[Question] | None = None):
        self.questions = list(questions(zone, deployment) if asked is None else asked)
        self.views = [view(each.resource, each.context, "") for each in self.questions]
        law = LawSets(AwsLaw(zone, deployment), space())
        self.refused = [law.refused(each) for each in self.views]
        self.controls = sorted({control for answer in self.refused for control in answer})

    @property
    def requests(self) -> int:
        """How many single calls have been judged."""
        return len(self.questions) * len(space().actions)

    def differences(
        self, control: str, statements: list[dict[str, Any]], first: int = 0
    ) -> Iterator[tuple[int, Difference]]:
        """Where these statements, all of one control, differ from the law; question `first` first."""
        policy = parse({"Version": "2012-10-17", "Statement": statements})
        order = [*range(first, len(self.questions)), *range(first)]
        for number in order:
            denied = space().fitting(policy, "Deny", self.views[number])
            wrong = denied ^ self.refused[number].get(control, 0)
            # SCPs of ours take away only: an Allow would be a second FullAWSAccess
            wrong |= space().fitting(policy, "Allow", self.views[number])
            if wrong:
                yield number, _shortest(control, wrong, denied, self.questions[number])


def by_control(documents: Iterable[Document], known: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """The statements of all documents under their controls; KeyError for one whose Sid names none of those known."""
    prefixes = {sid(control, 1)[:-1]: control for control in known}
    found: dict[str, list[dict[str, Any]]] = {}
    for document in documents:
        for statement in document.body["Statement"]:
            found.setdefault(prefixes[statement["Sid"].rstrip("0123456789")], []).append(statement)
    return found


def prove(zone: Zone, deployment: Deployment, asked: Iterable[Question] | None = None) -> tuple[int, list[Difference]]:
    """How many requests were judged, and the first difference of each control."""
    answers = Asked(zone, deployment, asked)
    documents = scp.documents(zone, deployment)
    controls = {control for document in documents for control in document.controls} | set(answers.controls)
    bound = [
        (control, statement, space().of_statement(statement))
        for control, bodies in by_control(documents, controls).items()
        for statement in parse({"Version": "2012-10-17", "Statement": bodies}).statements
    ]
    assert all(statement.effect == "Deny" for _, statement, _ in bound)
    found: dict[str, Difference] = {}
    for question, seen, refused in zip(answers.questions, answers.views, answers.refused, strict=True):
        denied: dict[str, int] = {}
        for control, statement, mask in bound:
            if mask & ~denied.get(control, 0) and statement.fits_view(seen):
                denied[control] = denied.get(control, 0) | mask
        if denied != refused:
            for control in sorted({*denied, *refused} - found.keys()):
                if wrong := denied.get(control, 0) ^ refused.get(control, 0):
                    found[control] = _shortest(control, wrong, denied.get(control, 0), question)
    return answers.requests, [found[control] for control in sorted(found)]


def _shortest(control: str, wrong: int, denied: int, question: Question) -> Difference:
    action = min(space().names(wrong), key=lambda name: (len(name), name))
    return Difference(control, action, question, bool(denied & space().mask(action)))
