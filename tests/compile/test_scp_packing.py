"""How a zone's statements are put into documents: all of them, the fewest, within the quotas, the same for any path."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zones_as_data import OU_PATH, declared, deployed, on_aws_alone

from sovereignty import actions, deployment, facts
from sovereignty.compile import ou_path, scp
from sovereignty.compile.denial import Denial, merged
from sovereignty.compile.document import Document, minified
from sovereignty.compile.packing import packed, room, size
from sovereignty.compile.scp_exceptions import by_guards
from sovereignty.compile.shortening import shortened
from sovereignty.errors import InputError

ROOM = 1000
SMALLEST = size({"Sid": "x000"})


def entries(sizes: list[int]) -> list[tuple[str, dict[str, Any]]]:
    """Statements that take just so much of a document's room."""
    found = [
        ("c", {"Sid": f"x{number:03}".ljust(3 + wanted - SMALLEST + 1, "x")}) for number, wanted in enumerate(sizes)
    ]
    assert [size(statement) for _, statement in found] == sizes
    return found


def documents_of(sizes: list[int], characters: int = ROOM) -> list[list[int]]:
    return [[size(statement) for _, statement in pack] for pack in packed(entries(sizes), characters)]


def sids(statements: list[dict[str, Any]]) -> list[str]:
    return [each["Sid"] for each in statements]


@given(st.lists(st.integers(SMALLEST, room(ROOM)), max_size=20))
def test_every_statement_stands_in_one_document_and_none_is_too_large(sizes: list[int]):
    packs = documents_of(sizes)
    assert sorted(each for pack in packs for each in pack) == sorted(sizes)
    for pack in packs:
        assert pack
        text = minified({"Version": "2012-10-17", "Statement": []})
        assert len(text) + sum(pack) - 1 <= ROOM
    assert packs == documents_of(sizes)


def test_a_document_may_be_filled_to_its_last_character():
    two = [400, room(ROOM) - 400]
    assert len(documents_of(two)) == 1
    assert len(documents_of([400, room(ROOM) - 399])) == 2


def test_fewer_documents_are_searched_for_where_first_fit_takes_more():
    # first fit puts 28 + 25, then 22 + 14 + 13, and 12 fits in neither; 28 + 14 + 13 and 25 + 22 + 12 do
    parts = [part * (room(ROOM) // 60) for part in (14, 28, 12, 13, 25, 22)]
    assert len(documents_of(parts)) == 2


def test_statements_of_one_kind_are_one_and_those_of_others_are_not():
    like = [Denial("a.b", ("s3:A",), ("x",)), Denial("a.b", ("s3:B", "s3:A"), ("x",)), Denial("a.b", ("s3:C",), ("y",))]
    assert [sorted(each.actions) for each in merged(like)] == [["s3:A", "s3:B"], ["s3:C"]]
    others = [Denial("a.b", ("s3:A",), (), other_actions=True), Denial("a.b", ("s3:B",), (), other_actions=True)]
    assert len(merged(others)) == 2


def test_a_pattern_that_holds_a_guards_verb_is_refused_where_the_verb_is_not_apart():
    assert by_guards(["s3:DeleteMultiRegionAccessPoint", "s3:Other"], "aws") == {
        (): ("s3:Other",),
        ("replication",): ("s3:DeleteMultiRegionAccessPoint",),
    }
    with pytest.raises(ValueError, match=r"s3:Delete\* holds s3:Delete"):
        by_guards(["s3:Delete*"], "aws")


@settings(max_examples=30)
@given(st.lists(st.sampled_from(actions.all_actions()), min_size=1, max_size=40, unique=True))
def test_names_cut_short_name_the_same_actions(names: list[str]):
    short = shortened(names)
    assert set(actions.expand(short)) == set(names)
    assert sum(map(len, short)) <= sum(map(len, names))


def test_an_action_that_the_table_does_not_have_keeps_its_name():
    assert "cloudtrail:StopTomorrow" in shortened(["cloudtrail:StopTomorrow", "cloudtrail:StopLogging"])


def test_the_documents_are_the_same_for_every_path_of_the_ou_but_for_the_path():
    zones = (declared("eu"), on_aws_alone("aws-eusc", "eusc-de-east-1", "EU"))
    for zone in zones:
        found = []
        for path in (OU_PATH, "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/", ou_path.unknown()):
            documents = scp.documents(zone, deployed(zone=zone.zone).model_copy(update={"aws_zone_ou_path": path}))
            assert all(len(each.text) <= each.limit for each in documents)
            found.append([each.text.replace(path, "PATH") for each in documents])
            assert any(f'"{path}*"' in each.text for each in documents)
        assert found[0] == found[1] == found[2]


def test_no_path_that_the_stack_file_takes_is_longer_than_what_is_counted_with():
    longest, digits = ou_path.unknown(), "0" * 32

    def taken(path: str) -> str | None:
        given = {"zone": "eu", "awsOrganizationId": path.split("/")[0], "awsZoneOuPath": path}
        return deployment.from_config(given, "").aws_zone_ou_path

    assert taken(longest) == longest
    for number in range(longest.count(digits)):
        pieces = longest.split(digits)
        pieces[number] += "0"
        with pytest.raises(InputError):
            taken(digits.join(pieces))
    assert longest.count("/ou-") == facts.quota("aws", "aws", "organizations", "ou_depth").value


def test_a_smaller_quota_is_met_by_more_documents_with_the_same_statements():
    few, many = (scp.documents(declared("eu"), deployed(), characters, 20) for characters in (10240, 5120))
    assert len(few) < len(many)
    assert sorted(sids([s for each in few for s in each.body["Statement"]])) == sorted(
        sids([s for each in many for s in each.body["Statement"]])
    )


def test_a_statement_that_is_too_large_is_split_and_still_says_the_same():
    whole, split = (scp.documents(declared("eu"), deployed(), characters, 50) for characters in (10240, 3500))
    assert all(len(each.text) <= 3500 for each in split)

    def of(documents: tuple[Document, ...], control: str) -> tuple[int, set[str]]:
        mine = [s for each in documents for s in each.body["Statement"] if s["Sid"].startswith(control)]
        listed = [s.get("Action", []) for s in mine]
        return len(mine), {a for each in listed for a in ([each] if isinstance(each, str) else each)}

    for control in ("EgressDestinations", "AuditTrail"):
        assert of(whole, control)[1] == of(split, control)[1]
    assert of(whole, "EgressDestinations")[0] < of(split, "EgressDestinations")[0]
    numbers = [s["Sid"] for each in split for s in each.body["Statement"]]
    assert len(set(numbers)) == len(numbers)


def test_a_statement_that_fits_in_no_document_is_an_error_with_the_count():
    with pytest.raises(InputError, match=r"residency\.region that can't be split has \d+ characters, \d+ more than"):
        scp.documents(declared("eu"), deployed(), characters=1000)


def test_more_documents_than_an_ou_takes_is_an_error_that_says_by_how_much_and_what_costs_most():
    says = r"to \d+ SCPs, and AWS attaches 1 to an OU: \d+ too many, with \d+ characters .*egress\.destinations \(\d+ "
    with pytest.raises(InputError, match=says):
        scp.documents(declared("eu"), deployed(), characters=4000, attachments=1)


def test_the_zones_take_the_fewest_documents_that_can_hold_them():
    for name in ("eu", "us", "in"):
        zone, landed = declared(name), deployed(zone=name)
        taken = sum(each.size for each in scp.statements(zone, landed))
        assert len(scp.documents(zone, landed)) == -(-taken // room(10240))


def test_a_document_says_which_controls_it_enforces():
    for document in scp.documents(declared("eu"), deployed()):
        assert json.loads(document.text) == document.body
        named = {re.sub(r"\d+$", "", sid) for sid in sids(document.body["Statement"])}
        assert named == {"".join(w.capitalize() for w in re.split(r"[.-]", control)) for control in document.controls}
