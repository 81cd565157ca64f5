"""What an explanation is, and its JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sovereignty.judgement.answer import Answer


@dataclass(frozen=True)
class Said:
    """A statement of a document: its path, and the Sid, or on Azure the name of the definition or assignment.

    `sid` is empty where the document refuses by what it doesn't allow, as a key's policy does.
    """

    path: str
    sid: str


@dataclass(frozen=True)
class Explanation:
    """The law's answer, the documents that refuse the same, and what was assumed, for a reader."""

    asked: str
    answer: Answer
    documents: tuple[Said, ...]
    assumed: str


def as_json(explanation: Explanation) -> dict[str, Any]:
    """The shape of contracts: schema, verdict, control, reason, documents; and what was assumed."""
    return {
        "schema": 1,
        "verdict": "allowed" if explanation.answer.allowed else "violation",
        "control": explanation.answer.control,
        "reason": explanation.answer.reason,
        "documents": [{"path": said.path, "sid": said.sid} for said in explanation.documents],
        "assumed": explanation.assumed,
    }
