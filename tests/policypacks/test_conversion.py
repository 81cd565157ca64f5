from typing import Any

from google.protobuf import json_format, struct_pb2
from hypothesis import given, settings
from hypothesis import strategies as st
from served import SECRET, SIGNATURE, struct

from policypacks.sovereignty.sovereignty_pack.conversion import OUTPUT, REFERENCE, UNKNOWNS, plain
from sovereignty.plan import UNKNOWN

KEYS = st.text().filter(lambda key: key != SIGNATURE)
DATA = st.dictionaries(
    KEYS,
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=12,
    ),
)


@settings(max_examples=40)
@given(DATA)
def test_plain_data_comes_out_as_it_went_in(data: dict[str, Any]):
    assert plain(struct(data)) == json_format.MessageToDict(struct(data)) == data


def test_whole_numbers_are_whole_again():
    assert str(plain(struct({"a": 7, "b": 7.5}))) == "{'a': 7, 'b': 7.5}"


def test_every_kind_of_unknown_is_marked_wherever_it_stands():
    for sign in UNKNOWNS:
        assert plain(struct({"a": {"b": [sign, "known"]}})) == {"a": {"b": [UNKNOWN, "known"]}}


def test_a_secret_is_unwrapped_and_what_it_hides_may_be_unknown():
    def secret(value: Any) -> dict[str, Any]:
        return {SIGNATURE: SECRET, "value": value}

    assert plain(struct({"a": secret("x"), "b": secret(next(iter(UNKNOWNS)))})) == {"a": "x", "b": UNKNOWN}
    assert plain(struct({"a": secret([secret({"b": 1})])})) == {"a": [{"b": 1}]}
    assert plain(struct({"a": {SIGNATURE: SECRET}})) == {"a": UNKNOWN}


def test_an_output_value_without_value_is_unknown():
    assert plain(struct({"a": {SIGNATURE: OUTPUT}, "b": {SIGNATURE: OUTPUT, "value": "x"}})) == {"a": UNKNOWN, "b": "x"}


def test_a_reference_to_a_resource_is_its_id():
    assert plain(struct({"a": {SIGNATURE: REFERENCE, "urn": "u", "id": "i"}, "b": {SIGNATURE: REFERENCE}})) == {
        "a": "i",
        "b": UNKNOWN,
    }


def test_an_empty_message_is_an_empty_mapping():
    assert plain(struct_pb2.Struct()) == {}
    assert plain(struct({"a": {}, "b": []})) == {"a": {}, "b": []}
