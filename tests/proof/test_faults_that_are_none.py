"""What the mutation tests leave out changes nothing, or stands in no document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resource_policy_proofs import KINDS
from zones_for_proof import AWS_ZONES, landed

from sovereignty.compile import scp
from sovereignty.iam.evaluate import denials
from sovereignty.iam.policy import parse
from sovereignty.iam.request import Request

pytestmark = pytest.mark.proof

_VALUES = ["eu-central-1", "us-east-1", "", "arn:aws:iam::1:role/x", "arn:aws:iam::1:role/y"]
_NEGATED = ["StringNotEquals", "StringNotLike", "ArnNotLike"]
_FOR_ALL = ["ForAllValues:StringNotLike", "ForAllValues:StringEquals"]


@given(
    st.sampled_from(_NEGATED + _FOR_ALL),
    st.lists(st.sampled_from(_VALUES[3:]), min_size=1, max_size=2, unique=True),
    st.none() | st.lists(st.sampled_from(_VALUES), max_size=3),
)
def test_if_exists_changes_no_negated_operator_and_none_under_for_all_values(operator: str, values: Any, found: Any):
    def fits(name: str) -> bool:
        condition = {name: {"aws:Key": values}}
        body = {"Sid": "A", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
        context = {} if found is None else {"aws:Key": tuple(found)}
        return bool(
            denials(parse({"Version": "2012-10-17", "Statement": [body]}), Request("s3:GetObject", "*", context))
        )

    assert fits(operator) == fits(f"{operator}IfExists")


def _statements() -> Iterator[dict[str, Any]]:
    for name in AWS_ZONES:
        for document in scp.documents(*landed(name)):
            yield from document.body["Statement"]
    for kind in KINDS.values():
        for body in kind.bodies():
            yield from body["Statement"]


def test_no_document_holds_if_exists_under_for_any_value():
    operators = {operator for statement in _statements() for operator in statement.get("Condition", {})}
    assert [each for each in operators if each.startswith("ForAnyValue:") and each.endswith("IfExists")] == []
