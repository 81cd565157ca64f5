import pytest
from iam_policies import holds, policy, statement

from sovereignty.iam.operators import OPERATORS
from sovereignty.iam.policy import parse
from sovereignty.iam.request import Request

ROLE = "arn:aws:iam::111122223333:role/team/reader"


@pytest.mark.parametrize(
    ("operator", "wanted", "fitting", "other"),
    [
        ("StringEquals", "a", "a", "A"),
        ("StringEquals", "a*", "a*", "ab"),
        ("StringEqualsIgnoreCase", "Ab", "aB", "ac"),
        ("StringLike", "a*c?", "abbcd", "abbc"),
        ("StringLike", "a.c", "a.c", "abc"),
        ("StringLike", "a*", "a\nb", "b"),
        ("StringEquals", True, "true", "True"),
        ("NumericEquals", "5", "5.0", "6"),
        ("NumericEquals", 5, "5", "five"),
        ("NumericLessThan", "5", "4.9", "5"),
        ("NumericLessThanEquals", "5", "5", "5.1"),
        ("NumericGreaterThan", "5", "10", "5"),
        ("NumericGreaterThanEquals", "5", "5", "4"),
        ("DateEquals", "2026-09-01T00:00:00Z", "2026-09-01T02:00:00+02:00", "2026-09-01T00:00:01Z"),
        ("DateEquals", "2026", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
        ("DateEquals", "2026-02", "2026-02-01", "2026-01-01"),
        ("DateEquals", "1577836801", "2020-01-01T00:00:01Z", "2020-01-01T00:00:00Z"),
        ("DateLessThan", "2026-09-01", "2026-08-31T23:59:59Z", "2026-09-01T00:00:00Z"),
        ("DateLessThanEquals", "2026-09-01", "2026-09-01T00:00:00Z", "2026-09-01T00:00:01Z"),
        ("DateGreaterThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:02Z", "2020-01-01T00:00:01Z"),
        ("DateGreaterThanEquals", "2020-01-01T00:00:01Z", "2020-01-01T00:00:01Z", "2019-12-31T00:00:00Z"),
        ("Bool", "true", "true", "false"),
        ("Bool", False, "False", "true"),
        ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5"),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", "not base64"),
        ("IpAddress", "203.0.113.0/24", "203.0.113.255", "203.0.114.0"),
        ("IpAddress", "203.0.113.7", "203.0.113.7", "203.0.113.8"),
        ("IpAddress", "2001:db8:1234:5678::/64", "2001:DB8:1234:5678::1", "203.0.113.7"),
        ("ArnEquals", "arn:aws:iam::*:role/team/*", ROLE, "arn:aws:iam::111122223333:user/team/reader"),
        ("ArnLike", "arn:aws:iam::11112222333?:role/team/reader", ROLE, ROLE.upper()),
        ("ArnLike", "arn:*:iam::*:role/*", ROLE, "no ARN"),
    ],
)
def test_an_operator_and_its_negation_tell_values_apart(operator: str, wanted: object, fitting: str, other: str):
    assert holds({operator: {"k": wanted}}, {"k": fitting})
    assert not holds({operator: {"k": wanted}}, {"k": other})
    negation = {"IpAddress": "NotIpAddress", "Bool": "", "BinaryEquals": ""}.get(operator)
    if negation is None and operator.endswith(("Equals", "EqualsIgnoreCase", "Like")) and "Than" not in operator:
        negation = operator.replace("Equals", "NotEquals").replace("Like", "NotLike")
    if negation:
        assert not holds({negation: {"k": wanted}}, {"k": fitting})
        assert holds({negation: {"k": wanted}}, {"k": other})


def values_of(operator: str) -> str:
    kinds = {"Num": "5", "Dat": "2026-09-01", "Boo": "true", "Bin": "QQ==", "IpA": "10.0.0.0/8", "Not": "10.0.0.0/8"}
    return kinds.get(operator[:3], ROLE)


@pytest.mark.parametrize("operator", OPERATORS)
def test_an_absent_key_fits_negations_and_if_exists_only(operator: str):
    wanted = {"k": values_of(operator)}
    assert holds({operator: wanted}, {}) is ("Not" in operator)
    assert holds({operator + "IfExists": wanted}, {})
    assert holds({operator: wanted}, {"k": ()}) is ("Not" in operator)


@pytest.mark.parametrize("operator", OPERATORS)
def test_if_exists_decides_nothing_where_the_key_is_there(operator: str):
    for value in (values_of(operator), "0"):
        wanted = {"k": "10.1.2.3" if "Ip" in operator else values_of(operator)}
        assert holds({operator: wanted}, {"k": value}) is holds({operator + "IfExists": wanted}, {"k": value})


@pytest.mark.parametrize("operator", OPERATORS)
def test_over_an_absent_key_all_is_true_and_any_is_false_with_or_without_if_exists(operator: str):
    for suffix in ("", "IfExists"):
        for context in ({}, {"k": ()}, {"k": ""}):
            assert holds({f"ForAllValues:{operator}{suffix}": {"k": values_of(operator)}}, context)
            assert not holds({f"ForAnyValue:{operator}{suffix}": {"k": values_of(operator)}}, context)


def test_several_values_of_a_policy_are_alternatives_and_of_a_negation_all_refused():
    assert holds({"StringEquals": {"k": ["a", "b"]}}, {"k": "b"})
    assert not holds({"StringNotEquals": {"k": ["a", "b"]}}, {"k": "b"})
    assert holds({"StringNotEquals": {"k": ["a", "b"]}}, {"k": "c"})
    assert not holds({"ArnNotLike": {"k": [ROLE, "arn:aws:iam::*:user/*"]}}, {"k": ROLE})
    assert holds({"NumericLessThan": {"k": ["5", "10"]}}, {"k": "7"})


def test_several_keys_and_several_operators_all_have_to_hold():
    condition = {"StringEquals": {"k": "a", "l": "b"}, "Bool": {"m": "true"}}
    context = {"k": "a", "l": "b", "m": "true"}
    assert holds(condition, context)
    for missing in context:
        assert not holds(condition, {key: value for key, value in context.items() if key != missing})


def test_keys_are_the_same_in_any_case():
    assert holds({"StringEquals": {"AWS:SourceIP": "a"}}, {"aws:sourceip": "a"})
    assert holds({"Null": {"AWS:SourceIP": "false"}}, {"aws:sourceip": "a"})
    with pytest.raises(ValueError, match="only in case"):
        holds({"StringEquals": {"k": "a"}}, {"k": "a", "K": "b"})


def test_set_operators_ask_each_value_of_the_request():
    tags = {"k": ("a", "b")}
    assert holds({"ForAllValues:StringEquals": {"k": ["a", "b", "c"]}}, tags)
    assert not holds({"ForAllValues:StringEquals": {"k": ["a", "c"]}}, tags)
    assert holds({"ForAnyValue:StringEquals": {"k": ["b", "c"]}}, tags)
    assert not holds({"ForAnyValue:StringEquals": {"k": ["c"]}}, tags)
    assert holds({"ForAllValues:StringNotLike": {"k": ["c*", "d"]}}, tags)
    assert not holds({"ForAllValues:StringNotLike": {"k": ["c*", "b"]}}, tags)
    assert holds({"ForAnyValue:StringNotLike": {"k": ["a", "c"]}}, tags)
    assert not holds({"ForAnyValue:StringNotLike": {"k": ["a", "b"]}}, tags)


def test_without_a_set_operator_any_of_several_values_of_the_request_matches():
    assert holds({"StringEquals": {"k": "b"}}, {"k": ("a", "b")})
    assert not holds({"StringNotEquals": {"k": "b"}}, {"k": ("a", "b")})
    assert holds({"StringNotEquals": {"k": "c"}}, {"k": ("a", "b")})


def test_null_asks_whether_a_key_is_there():
    for value, there, absent in (("true", False, True), ("false", True, False), (["true", "false"], True, True)):
        assert holds({"Null": {"k": value}}, {"k": "a"}) is there
        assert holds({"Null": {"k": value}}, {}) is absent


def test_a_variable_takes_its_value_from_the_request():
    own = {"StringLike": {"s3:prefix": "home/${aws:username}/*"}}
    assert holds(own, {"s3:prefix": "home/ann/a", "aws:UserName": "ann"})
    assert not holds(own, {"s3:prefix": "home/bob/a", "aws:username": "ann"})
    both = {"StringEquals": {"k": ["${aws:username}-${aws:PrincipalTag/team}", "fixed"]}}
    assert holds(both, {"k": "ann-red", "aws:username": "ann", "aws:principaltag/team": "red"})
    assert holds(both, {"k": "fixed"})
    assert holds({"Bool": {"k": "${l}"}}, {"k": "true", "l": "True"})


def test_a_wildcard_in_a_filled_value_stays_a_letter():
    assert not holds({"StringLike": {"k": "${l}"}}, {"k": "abc", "l": "*"})
    assert holds({"StringLike": {"k": "${l}*"}}, {"k": "*bc", "l": "*"})
    assert not holds({"ArnLike": {"k": "arn:aws:iam::*:role/${l}"}}, {"k": ROLE, "l": "*"})


def test_a_variable_without_value_matches_nothing_so_its_negation_holds():
    for context in ({}, {"l": ("a", "b")}):
        assert not holds({"StringEquals": {"k": "${l}"}}, {"k": "", **context})
        assert not holds({"StringLike": {"k": "*${l}*"}}, {"k": "a", **context})
        assert holds({"StringNotEquals": {"k": "${l}"}}, {"k": "a", **context})


def test_a_variable_may_have_a_default():
    condition = {"StringEquals": {"k": "x-${aws:PrincipalTag/team, 'company-wide'}"}}
    assert holds(condition, {"k": "x-company-wide"})
    assert holds(condition, {"k": "x-red", "aws:PrincipalTag/team": "red"})
    assert not holds(condition, {"k": "x-company-wide", "aws:PrincipalTag/team": "red"})


def test_special_letters_are_written_as_variables():
    assert holds({"StringLike": {"k": "${*}${?}${$}*"}}, {"k": "*?$abc"})
    assert not holds({"StringLike": {"k": "a${*}"}}, {"k": "abc"})


def test_policies_of_2008_take_variables_for_text():
    assert holds({"StringEquals": {"k": "${l}"}}, {"k": "${l}", "l": "a"}, version="2008-10-17")
    assert not holds({"StringEquals": {"k": "${l}"}}, {"k": "a", "l": "a"}, version="2008-10-17")


@pytest.mark.parametrize(
    "condition",
    [
        {"StringMatches": {"k": "a"}},
        {"stringequals": {"k": "a"}},
        {"ForSomeValues:StringEquals": {"k": "a"}},
        {"NullIfExists": {"k": "true"}},
        {"ForAllValues:Null": {"k": "true"}},
        {"BoolIfExist": {"k": "true"}},
        {"Null": {"k": "maybe"}},
        {"Bool": {"k": "yes"}},
        {"NumericEquals": {"k": "many"}},
        {"NumericEquals": {"k": "NaN"}},
        {"DateEquals": {"k": "tomorrow"}},
        {"IpAddress": {"k": "300.0.0.1"}},
        {"BinaryEquals": {"k": "§"}},
        {"BinaryEquals": {"k": "Q!Q=="}},
        {"ArnLike": {"k": "*"}},
        {"StringEquals": {"k": {"a": "b"}}},
        {"StringEquals": {"k": None}},
        {"StringEquals": "a"},
        {"StringEquals": {"k": "${,}"}},
        ["StringEquals"],
    ],
)
def test_a_condition_that_iam_does_not_define_is_refused(condition: object):
    with pytest.raises(ValueError):
        policy(statement(Condition=condition))


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"Statement": "all"},
        {"Version": "2026-01-01", "Statement": []},
        {"Version": "2012-10-17", "Statement": [], "Rules": []},
        {"Statement": statement("deny")},
        {"Statement": statement(Conditions={})},
        {"Statement": statement(NotAction="*")},
        {"Statement": statement(NotResource="*")},
        {"Statement": statement(Principal="*", NotPrincipal="*")},
        {"Statement": {"Effect": "Deny", "Resource": "*"}},
        {"Statement": {"Effect": "Deny", "Action": "*"}},
        {"Statement": statement(action="PutObject")},
        {"Statement": statement(action="s3:Put:Object")},
        {"Statement": statement(Principal="everyone")},
        {"Statement": statement(Principal={"User": "*"})},
        {"Statement": statement(Principal={"AWS": "arn:aws:iam::111122223333:role/*"})},
        {"Statement": statement(Principal={})},
    ],
)
def test_a_document_that_iam_would_refuse_is_refused(document: dict[str, object]):
    with pytest.raises(ValueError):
        parse(document)


def test_an_error_names_the_statement():
    with pytest.raises(ValueError, match="statement Second: "):
        policy(statement(), statement("deny", Sid="Second"))
    with pytest.raises(ValueError, match="statement 2: "):
        policy(statement(), statement("deny"))


def test_a_request_is_a_value():
    assert Request("s3:GetObject") == Request("s3:GetObject")
    assert len({Request("s3:GetObject"), Request("s3:GetObject")}) == 1
