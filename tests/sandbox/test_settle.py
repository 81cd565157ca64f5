"""Pending operations of a killed run, settled from what the embedded cloud holds."""

import json
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.settle import SECRET, SIGNATURE, settle

URN = "urn:pulumi:eu::zones::aws:s3/bucket:Bucket::archive"
PROVIDER = "urn:pulumi:eu::zones::pulumi:providers:aws::workload"


@dataclass(frozen=True)
class Row:
    id: str
    inputs: dict = field(default_factory=dict)
    outputs: dict = field(default_factory=dict)


def resource(urn=URN, **more):
    return {"urn": urn, "custom": True, "type": "aws:s3/bucket:Bucket", "inputs": {"bucket": "a"}} | more


def state(*resources, **pending):
    return {
        "resources": list(resources),
        "pending_operations": [{"type": kind, "resource": r} for kind, r in pending.items()],
    }


def secret(value):
    return {SIGNATURE: SECRET, "plaintext": json.dumps(value)}


def test_a_create_that_was_made_is_adopted_with_its_id_and_outputs():
    row = Row("archive-1", {"bucket": "a"}, {"bucket": "a", "arn": "arn:aws:s3:::a"})
    settled, report = settle(state(creating=resource()), lambda urn: [row])
    assert [(r["id"], r["outputs"]["arn"]) for r in settled["resources"]] == [("archive-1", "arn:aws:s3:::a")]
    assert "pending_operations" not in settled
    assert [s.outcome for s in report] == ["was made: adopted"]


def test_a_create_that_was_not_made_is_forgotten():
    settled, report = settle(state(creating=resource()), lambda urn: [])
    assert settled["resources"] == []
    assert [s.outcome for s in report] == ["was not made: forgotten"]


def test_a_successor_that_was_made_marks_the_replaced_one_for_deletion():
    old = resource(id="old")
    settled, _ = settle(state(old, creating=resource()), lambda urn: [Row("old"), Row("new")])
    assert {(r["id"], r.get("delete", False)) for r in settled["resources"]} == {("old", True), ("new", False)}


def test_a_successor_of_one_that_was_deleted_first_takes_its_place():
    old = resource(id="old", pendingReplacement=True)
    settled, _ = settle(state(old, creating=resource()), lambda urn: [Row("new")])
    assert [r["id"] for r in settled["resources"]] == ["new"]


def test_an_update_that_was_made_is_adopted():
    before = resource(id="a", inputs={"bucket": "a", "tags": {}}, outputs={"tags": {}})
    wanted = resource(id="a", inputs={"bucket": "a", "tags": {"x": "1"}})
    row = Row("a", {"bucket": "a", "tags": {"x": "1"}}, {"tags": {"x": "1"}})
    settled, report = settle(state(before, updating=wanted), lambda urn: [row])
    assert settled["resources"][0]["outputs"] == {"tags": {"x": "1"}}
    assert settled["resources"][0]["inputs"] == wanted["inputs"]
    assert [s.outcome for s in report] == ["was made: adopted"]


def test_an_update_that_was_not_made_leaves_the_resource_as_it_was():
    before = resource(id="a", inputs={"tags": {}}, outputs={"tags": {}})
    wanted = resource(id="a", inputs={"tags": {"x": "1"}})
    settled, _ = settle(state(before, updating=wanted), lambda urn: [Row("a", {"tags": {}}, {"tags": {}})])
    assert settled["resources"] == [before]


@pytest.mark.parametrize(("rows", "left"), [([], []), ([Row("a")], ["a"])])
def test_a_delete_is_judged_by_whether_the_resource_still_stands(rows, left):
    standing = resource(id="a")
    settled, _ = settle(state(standing, deleting=standing), lambda urn: rows)
    assert [r["id"] for r in settled["resources"]] == left


def test_a_secret_stays_marked_in_what_is_adopted():
    wanted = resource(inputs={"password": secret("s3cr3t")}, additionalSecretOutputs=["key"])
    row = Row("a", {"password": "s3cr3t"}, {"password": "s3cr3t", "key": "k", "arn": "x"})
    settled, _ = settle(state(creating=wanted), lambda urn: [row])
    assert settled["resources"][0]["outputs"] == {"password": secret("s3cr3t"), "key": secret("k"), "arn": "x"}


def test_a_secret_input_that_was_updated_is_recognised():
    before = resource(id="a", inputs={"password": secret("old")})
    wanted = resource(id="a", inputs={"password": secret("new")})
    settled, report = settle(state(before, updating=wanted), lambda urn: [Row("a", {"password": "new"}, {})])
    assert [s.outcome for s in report] == ["was made: adopted"]
    assert settled["resources"][0]["inputs"] == wanted["inputs"]


def test_what_others_need_comes_before_them():
    dependent = resource("urn:b", id="b", dependencies=[URN], provider=f"{PROVIDER}::1")
    provider = resource(PROVIDER, id="1")
    wanted = state(dependent, provider, creating=resource())
    settled, _ = settle(wanted, lambda urn: [Row("a")])
    urns = [r["urn"] for r in settled["resources"]]
    assert urns.index(URN) < urns.index("urn:b")
    assert urns.index(PROVIDER) < urns.index("urn:b")


@given(
    kinds=st.lists(st.sampled_from(["creating", "updating", "deleting"]), max_size=6),
    made=st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_after_settling_the_state_holds_exactly_what_the_cloud_holds(kinds, made):
    cloud, resources, pending = {}, [], []
    for i, kind in enumerate(kinds):
        urn = f"{URN}{i}"
        if kind != "creating":
            resources.append(resource(urn, id=f"{i}"))
        if (kind == "creating" and made[i]) or kind == "updating" or (kind == "deleting" and not made[i]):
            cloud[urn] = [Row(f"{i}", {"bucket": "a"}, {})]
        pending.append({"type": kind, "resource": resource(urn, **({} if kind == "creating" else {"id": f"{i}"}))})
    settled, report = settle({"resources": resources, "pending_operations": pending}, lambda urn: cloud.get(urn, []))
    held = sorted((r["urn"], r["id"]) for r in settled["resources"])
    assert held == sorted((urn, row.id) for urn, rows in cloud.items() for row in rows)
    assert len(report) == len(kinds)


def test_of_what_one_create_left_only_the_newest_is_adopted():
    rows = [Row("let-go-long-ago", {"bucket": "a"}), Row("made-now", {"bucket": "a"})]
    settled, _ = settle(state(creating=resource()), lambda urn: rows)
    assert [r["id"] for r in settled["resources"]] == ["made-now"]


def test_a_successor_with_the_id_of_what_was_deleted_for_it_is_adopted():
    older = resource(id="a", pendingReplacement=True)
    settled, report = settle(state(older, creating=resource()), lambda urn: [Row("a", {"bucket": "a"})])
    assert [(r["id"], r.get("pendingReplacement")) for r in settled["resources"]] == [("a", None)]
    assert [s.outcome for s in report] == ["was made: adopted"]


def test_what_was_deleted_for_a_successor_stays_known_while_others_stand_on_it():
    old, user = resource(id="a"), resource(urn=URN + "-user", id="b", dependencies=[URN])
    settled, report = settle(state(old, user, deleting=old), lambda urn: [])
    assert [(r["id"], r.get("pendingReplacement")) for r in settled["resources"]] == [("a", True), ("b", None)]
    assert [s.outcome for s in report] == ["was made: adopted"]


def test_what_was_deleted_after_its_successor_was_made_is_gone():
    old, new = resource(id="a", delete=True), resource(id="c")
    user = resource(urn=URN + "-user", id="b", dependencies=[URN])
    settled, _ = settle(state(new, user, old, deleting=old), lambda urn: [Row("c")])
    assert [(r["id"], r.get("pendingReplacement")) for r in settled["resources"]] == [("c", None), ("b", None)]
