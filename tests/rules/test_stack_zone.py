import pytest
from made import ZONES

from sovereignty.pack_configuration import Configuration, from_data
from sovereignty.stack_zone import Ruling, decide


def configured(*entries: tuple[str, str]) -> Configuration:
    stacks = [{"match": match, "zone": zone} for match, zone in entries]
    return from_data({"sovereignty": {"stacks": stacks}}, ZONES, "pack.json")


PAYMENTS = configured(("acme/payments/*", "eu"), ("acme/foundation/org", "none"), ("acme/*", "us"))
ITSELF = from_data(None, ZONES, "pack.json")


def zone(ruling: Ruling) -> str | None:
    return ruling.zone.zone if ruling.zone else None


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        (("acme", "payments", "prod"), "eu"),
        (("acme", "shop", "prod"), "us"),
        (("acme", "foundation", "org"), None),
        (("acme", "foundation", "other"), "us"),
    ],
)
def test_the_first_entry_that_fits_decides(stack: tuple[str, str, str], expected: str | None):
    ruling = decide(PAYMENTS, *stack, own=None)
    assert (zone(ruling), ruling.remarks) == (expected, ())


def test_a_stack_that_no_entry_fits_is_refused():
    ruling = decide(PAYMENTS, "other", "payments", "prod", own="eu")
    assert ruling.refused
    assert ruling.zone is None
    assert "other/payments/prod" in ruling.remarks[0].says


def test_the_stacks_own_zone_may_agree():
    assert decide(PAYMENTS, "acme", "payments", "prod", own="eu").remarks == ()


@pytest.mark.parametrize(("project", "own"), [("payments", "us"), ("payments", "nowhere"), ("payments", "none")])
def test_the_stacks_own_zone_may_not_differ_and_the_configured_one_counts(project: str, own: str):
    ruling = decide(PAYMENTS, "acme", project, "prod", own=own)
    assert ruling.refused
    assert zone(ruling) == "eu"


def test_a_stack_that_is_not_judged_may_not_name_a_zone():
    assert decide(PAYMENTS, "acme", "foundation", "org", own="eu").refused


def test_a_stack_that_chooses_its_own_zone_is_told_that_it_did():
    ruling = decide(ITSELF, "acme", "shop", "prod", own="us")
    assert zone(ruling) == "us"
    assert not ruling.refused
    assert ruling.remarks[0].advisory


@pytest.mark.parametrize("own", [None, "ue", "none", ""])
def test_a_stack_that_chooses_no_zone_is_refused(own: str | None):
    ruling = decide(ITSELF, "acme", "shop", "prod", own=own)
    assert ruling.refused
    assert ruling.zone is None


def test_patterns_stand_in_each_part_and_do_not_cross_it():
    configuration = configured(("acme/pay*/[ab]?", "eu"), ("*/*/*", "us"))
    assert zone(decide(configuration, "acme", "payments", "a1", own=None)) == "eu"
    assert zone(decide(configuration, "acme", "payments", "c1", own=None)) == "us"
    assert zone(decide(configuration, "acme", "PAYMENTS", "a1", own=None)) == "us"


def test_a_last_star_stands_for_all_that_follow():
    assert zone(decide(configured(("*", "eu")), "acme", "shop", "prod", own=None)) == "eu"


def test_where_nobody_knows_the_organization_entries_fit_by_project_and_stack():
    only = configured(("acme/payments/*", "eu"), ("umbrella/other/*", "us"))
    assert zone(decide(only, "", "payments", "prod", own=None)) == "eu"


def test_entries_that_need_the_organization_to_decide_leave_it_undetermined():
    two = configured(("acme/payments/*", "eu"), ("umbrella/payments/*", "us"))
    ruling = decide(two, "", "payments", "prod", own=None)
    assert ruling.refused
    assert ruling.zone is None
    same = configured(("acme/payments/*", "eu"), ("*/payments/*", "eu"), ("umbrella/payments/*", "us"))
    assert zone(decide(same, "", "payments", "prod", own=None)) == "eu"
