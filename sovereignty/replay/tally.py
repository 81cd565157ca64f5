"""What a replay found, counted by principal, action, region and control."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sovereignty.errors import InputError, Problem
from sovereignty.replay import call as calls
from sovereignty.replay.call import Call, Setting, Skipped
from sovereignty.replay.judge import Judge, Verdict

_RIGHT = "Name files that a trail delivered, or JSON lines of their records."
Row = tuple[str, str, str, str]
"""Principal, action, region, control."""


@dataclass
class Tally:
    """Counts; `undecided` has the keys that would decide as a fifth part."""

    records: int = 0
    judged: int = 0
    refused: Counter[Row] = field(default_factory=Counter)
    undecided: Counter[tuple[str, str, str, str, tuple[str, ...]]] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    def add(self, records: Iterable[Mapping[str, Any]], setting: Setting, judge: Judge, where: str) -> None:
        """Judges each record as it comes; none is kept. InputError for JSON that holds no CloudTrail record at all."""
        before, strange = self.records, self.skipped[calls.NO_RECORD]
        for record in records:
            self.records += 1
            try:
                call = calls.of(record, setting)
                verdict = None if isinstance(call, Skipped) else judge.verdict(call)
            except RecursionError:
                found = f"Record {self.records - before} is nested too deeply to be read."
                raise InputError(Problem(where, found, _RIGHT)) from None
            if isinstance(call, Skipped):
                self.skipped[call.why] += 1
            elif verdict is not None:
                self.judged += 1
                self._count(call, verdict)

        if self.records - before == self.skipped[calls.NO_RECORD] - strange > 0:
            found = "It is JSON, and nothing in it is a record of CloudTrail."
            raise InputError(
                Problem(where, found, "Name files that a trail delivered, or JSON lines of their records.")
            )
        self.skipped += Counter()  # drops what was counted zero times

    def _count(self, call: Call, verdict: Verdict) -> None:
        shown = (call.caller, call.named.shown, call.region)
        if verdict.refused:
            self.refused[(*shown, verdict.refused)] += 1
        elif verdict.undecided:
            self.undecided[(*shown, verdict.undecided, verdict.needs)] += 1

    def as_json(self, zone: str) -> dict[str, Any]:
        names = ("principal", "action", "region", "control")
        return {
            "schema": 1,
            "zone": zone,
            "records": self.records,
            "judged": self.judged,
            "refused": [dict(zip((*names, "count"), row, strict=True)) for row in ordered(self.refused)],
            "undecided": [dict(zip((*names, "needs", "count"), row, strict=True)) for row in ordered(self.undecided)],
            "skipped": dict(sorted(self.skipped.items())),
        }


def ordered(counts: Counter[Any]) -> list[tuple[Any, ...]]:
    """The rows with their counts, the most frequent first."""
    return [(*row, count) for row, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
