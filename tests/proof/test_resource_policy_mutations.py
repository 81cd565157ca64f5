"""No fault in any statement of the RCPs and resource policies goes unseen by their proofs."""

from __future__ import annotations

import pytest
from iam_mutations import is_equivalent, mutants
from resource_policy_proofs import KINDS

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize("name", KINDS)
def test_every_fault_in_a_resource_policy_is_found_by_its_proof(name: str, record_property):
    kind = KINDS[name]
    bodies = kind.bodies()
    survivors, made, same = [], 0, 0
    for number, body in enumerate(bodies):
        for place, statement in enumerate(body["Statement"]):
            for what, changed in mutants(statement):
                if is_equivalent(what):
                    same += 1
                    continue
                made += 1
                statements = [
                    *body["Statement"][:place],
                    *([changed] if changed else []),
                    *body["Statement"][place + 1 :],
                ]
                faulty = [*bodies[:number], {**body, "Statement": statements}, *bodies[number + 1 :]]
                if kind.difference(faulty) is None:
                    survivors.append(f"{statement['Sid']}: {what}")
    record_property("mutations", (name, made, same, len(survivors)))
    assert not survivors, "\n".join(survivors)
