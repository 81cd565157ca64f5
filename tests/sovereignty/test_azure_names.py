"""Names on Azure: within the limits, the same on every run, and no two zones' alike."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sovereignty import azure_names
from sovereignty import zone as zones

EU = zones.load("eu", Path(__file__).parents[2] / "zones")
SUBSCRIPTION = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
NAMES = st.from_regex(r"[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4}){0,2}", fullmatch=True).filter(lambda name: len(name) <= 16)
PURPOSES = st.sampled_from(["records", "logs", "vault", "hsm", "attest", "confidential"])


def called(name: str):
    return EU.model_copy(update={"zone": name})


@given(NAMES, PURPOSES)
def test_a_shared_name_fits_every_service_that_has_one(name: str, purpose: str):
    plain = azure_names.shared(called(name), SUBSCRIPTION, "westeurope", purpose)
    assert re.fullmatch(r"[a-z][a-z0-9]{2,23}", plain)
    hyphened = azure_names.shared(called(name), SUBSCRIPTION, "westeurope", purpose, hyphens=True)
    assert re.fullmatch(r"[a-z](?!.*--)[a-z0-9-]{1,22}[a-z0-9]", hyphened)


@given(NAMES, NAMES, PURPOSES)
def test_two_zones_never_share_a_name(one: str, other: str, purpose: str):
    names = {azure_names.shared(called(each), SUBSCRIPTION, "westeurope", purpose) for each in (one, other)}
    assert len(names) == len({one, other})


def test_zones_that_differ_by_a_hyphen_alone_have_names_of_their_own():
    one, other = (azure_names.shared(called(name), SUBSCRIPTION, "westeurope", "logs") for name in ("a-b", "ab"))
    assert one != other


def test_another_subscription_location_or_purpose_has_another_name():
    found = {
        azure_names.shared(EU, subscription, location, purpose)
        for subscription in (SUBSCRIPTION, SUBSCRIPTION.replace("0a", "0b"))
        for location in ("westeurope", "northeurope")
        for purpose in ("logs", "records")
    }
    assert len(found) == 8


def test_a_location_and_a_subscription_are_the_same_in_any_spelling():
    one = azure_names.shared(EU, SUBSCRIPTION, "West Europe", "logs")
    assert one == azure_names.shared(EU, SUBSCRIPTION.upper(), "westeurope", "logs")
    assert azure_names.resource_group(EU, "West Europe") == "sovereign-eu-westeurope"
    assert azure_names.resource_group(EU, "Germany West Central") == "sovereign-eu"
