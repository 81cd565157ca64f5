"""No fault in any statement of the zones' SCPs goes unseen by the proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from aws_proof import Asked, by_control
from iam_mutations import is_equivalent, mutants
from zones_for_proof import AWS_ZONES, landed

from sovereignty.compile import scp

pytestmark = pytest.mark.heavy


def _faults(statements: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for number, statement in enumerate(statements):
        for what, changed in mutants(statement):
            others = [*statements[:number], *statements[number + 1 :]]
            yield f"{statement['Sid']}: {what}", [*others, *([changed] if changed else [])]


@pytest.mark.parametrize("name", AWS_ZONES)
def test_every_fault_in_a_statement_is_found_by_the_proof(name: str, record_property):
    zone, deployment = landed(name)
    answers = Asked(zone, deployment)
    documents = scp.documents(zone, deployment)
    survivors, made, same = [], 0, 0
    for control, statements in by_control(documents, answers.controls).items():
        killed_by = 0
        for what, changed in _faults(statements):
            if is_equivalent(what.partition(": ")[2]):
                same += 1
                continue
            made += 1
            found = next(answers.differences(control, changed, killed_by), None)
            if found is None:
                survivors.append(f"{control} {what}")
            else:
                killed_by = found[0]  # the next fault of the same kind is often seen by the same question
    record_property("mutations", (f"SCPs of {name}", made, same, len(survivors)))
    assert not survivors, "\n".join(survivors)
