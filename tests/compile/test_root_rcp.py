"""The root's RCPs held against what they are for: every action that RCPs bind, for every kind of caller."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from sovereignty import actions, facts
from sovereignty.compile import root_rcp
from sovereignty.compile.rcp_parts import ENTRANCES, FEDERATED
from sovereignty.iam.action_sets import ActionSpace, denied_mask
from sovereignty.iam.policy import parse

OURS, THEIRS = "o-a1b2c3d4e5", "o-zzzzzzzzzz"
PARTNER, STRANGER, FRANKFURT, BEIJING = "222233334444", "555566667777", "054676820928", "638102146993"
BOUND = {row.prefix for row in facts.aws_rcp_services()}
SPACE = ActionSpace(action for action in actions.all_actions() if action.partition(":")[0] in BOUND)
BODIES = [document.body for document in root_rcp.documents("aws", OURS, [PARTNER])]


@dataclass(frozen=True)
class Caller:
    """`service`: AWS itself; `source`: the organization for whose resource it acts, "-" for one of no organization."""

    account: str = ""
    organization: str = ""
    service: bool = False
    source: str = ""
    token: str = ""
    tls: bool = True

    def context(self) -> dict[str, str]:
        found = {
            "aws:SecureTransport": str(self.tls).lower(),
            "aws:PrincipalIsAWSService": str(self.service).lower(),
            "aws:PrincipalAccount": self.account,
            "aws:PrincipalOrgID": self.organization,
            "aws:SourceOrgID": self.source.strip("-"),
            "aws:SourceAccount": STRANGER if self.source else "",
        }
        tokens = {self.token: "x"} if self.token else {}
        return {key: value for key, value in found.items() if value} | tokens


CALLERS = [
    Caller("444455556666", OURS),
    Caller("444455556666", OURS, tls=False),
    Caller(PARTNER, THEIRS),
    Caller(PARTNER, THEIRS, tls=False),
    Caller(PARTNER),
    Caller(STRANGER, THEIRS),
    Caller(STRANGER),
    Caller(),
    Caller(FRANKFURT, THEIRS),
    Caller(BEIJING, THEIRS),
    Caller(service=True),
    Caller(service=True, source=OURS),
    Caller(service=True, source=OURS, tls=False),
    Caller(service=True, source=THEIRS),
    Caller(service=True, source="-"),
    Caller(token="accounts.google.com:aud"),
    Caller(token="graph.facebook.com:app_id"),
    Caller(token="www.amazon.com:app_id"),
    Caller(token="cognito-identity.amazonaws.com:aud"),
    Caller(token="token.actions.githubusercontent.com:aud"),
]
PUBLIC = ("accounts.google.com:aud", "graph.facebook.com:app_id", "www.amazon.com:app_id")


def refused(action: str, caller: Caller) -> bool:
    """What the root is there for, said once more and in another way."""
    if not caller.tls:
        return True
    if caller.service:
        return bool(caller.source) and caller.source != OURS
    if action in FEDERATED or action.partition(":")[0] in ENTRANCES:
        return action == "sts:AssumeRoleWithWebIdentity" and caller.token in PUBLIC
    if caller.account == FRANKFURT:
        return action != "s3:PutObject"
    return caller.organization != OURS and caller.account != PARTNER


def differences(bodies: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    policies = [parse(body) for body in bodies]
    for caller in CALLERS:
        found = 0
        for policy in policies:
            found |= denied_mask(policy, SPACE, caller.context(), "*", "")
        judged = SPACE.mask(action for action in SPACE.actions if refused(action, caller))
        if difference := found ^ judged:
            yield f"{next(SPACE.names(difference))} by {caller}"


def test_every_caller_is_refused_at_the_root_exactly_where_the_foundation_says_so():
    assert not list(differences(BODIES))


def faults() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each condition key taken out, and each statement."""
    for place, body in enumerate(BODIES):
        for number, statement in enumerate(body["Statement"]):
            without = copy.deepcopy(BODIES)
            del without[place]["Statement"][number]
            if without[place]["Statement"]:
                yield f"{statement['Sid']} is gone", without
            for operator, keys in statement["Condition"].items():
                for key in keys:
                    changed = copy.deepcopy(BODIES)
                    del changed[place]["Statement"][number]["Condition"][operator][key]
                    yield f"{statement['Sid']} without {operator} {key}", changed


def test_every_statement_and_every_key_of_a_condition_is_missed_where_it_is_taken_out():
    unseen = [name for name, bodies in faults() if next(differences(bodies), None) is None]
    # nobody but AWS itself says for whose resource it acts
    assert unseen == ["IdentityServices1 without BoolIfExists aws:PrincipalIsAWSService"]


def test_without_partner_accounts_no_stranger_is_let_in():
    bodies = [document.body for document in root_rcp.documents("aws", OURS)]
    assert any(f"by {Caller(PARTNER, THEIRS)}" in found for found in differences(bodies))


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov", "aws-cn", "aws-eusc"])
def test_the_root_takes_them_in_every_partition(partition: str):
    documents = root_rcp.documents(partition, OURS, [PARTNER])
    assert 0 < len(documents) <= 4
    assert {document.target for document in documents} == {"aws:root"}
    assert all(len(document.text) <= document.limit for document in documents)
    assert ("054676820928" in "".join(document.text for document in documents)) == (partition == "aws")
