"""Arguments as the engine hands them over become what a component takes, or a mistake that names its place."""

import asyncio
from pathlib import Path

import pulumi
import pytest
from pulumi import UNKNOWN

from components.package.arguments import named, typed
from components.package.declared import component
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Retention

pytestmark = pytest.mark.engine

ZONES = Path(__file__).parents[2] / "zones"
BUCKET = component("components.aws.storage:WormBucket")
DEPLOYMENT = {"awsOrganizationId": "o-a1b2c3d4e5", "awsAccounts": ["444455556666"]}
GIVEN = {"zone": "eu", "deployment": DEPLOYMENT, "bucket": "eu-ledger", "key": "arn:aws:kms:…"}


def read(path: str = BUCKET.path, /, **given):
    return typed(component(path), given, ZONES)


def refusal(path: str = BUCKET.path, /, **given) -> str:
    with pytest.raises(InputError) as refused:
        read(path, **given)
    return str(refused.value)


def test_a_zones_name_is_its_law_and_the_deployment_is_that_zones():
    values = read(**GIVEN)
    assert (values["zone"].zone, values["zone"].jurisdiction) == ("eu", "EU")
    assert (values["deployment"].zone, values["deployment"].aws_accounts) == ("eu", ("444455556666",))
    assert (values["bucket"], values["key"]) == ("eu-ledger", "arn:aws:kms:…")


def test_what_is_not_given_is_left_to_the_components_default():
    assert set(read(**GIVEN, retention=None)) == {"zone", "deployment", "bucket", "key"}


def test_a_retention_has_the_wires_names_and_the_wires_numbers():
    values = read(**GIVEN, retention={"mode": "COMPLIANCE", "years": 9.0, "archiveAfterDays": 90.0})
    assert isinstance(values["retention"], Retention)
    assert (values["retention"].years, values["retention"].archive_after_days) == (9, 90)


def test_lists_and_truth_values_arrive_as_such():
    values = read(**GIVEN, receives=["trail"], longerThanTheZone=True)
    assert (values["receives"], values["longer_than_the_zone"]) == (("trail",), True)


def test_an_output_passes_where_an_output_may_stand():
    async def given():
        key = pulumi.Output.from_input("arn")
        assert read(**GIVEN | {"key": key})["key"] is not None
        unknown = read(**GIVEN | {"key": UNKNOWN})["key"]
        assert isinstance(unknown, pulumi.Output)
        given = {"zone": "eu", "deployment": DEPLOYMENT, "key": key, "copiesTo": [key, "arn:b"]}
        copies = read("components.aws.backup:BackupVault", **given)["copies_to"]
        assert isinstance(copies[0], pulumi.Output)
        assert copies[1] == "arn:b"

    asyncio.run(given())


@pytest.mark.parametrize("name", ["bucket", "zone", "deployment", "retention", "receives"])
def test_an_output_is_refused_where_the_component_has_to_know_the_value(name):
    async def given():
        said = refusal(**GIVEN | {name: pulumi.Output.secret("hidden")})
        assert said.startswith(f"{name}: Its value is not known when the component is made")
        assert "hidden" not in said

    asyncio.run(given())


@pytest.mark.parametrize("where", ["deployment", "retention"])
def test_an_output_inside_a_value_is_refused_by_its_place(where):
    async def given():
        inner = {"deployment": "awsOrganizationId", "retention": "mode"}[where]
        said = refusal(**GIVEN | {where: {inner: pulumi.Output.secret("hidden")}})
        assert f"{where}.{inner}: Its value is not known" in said

    asyncio.run(given())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"zone": "nowhere"}, "zone: There is no zone 'nowhere'.\n  Known: eu, in, us."),
        ({"zone": 1.0}, "zone: Text is expected, found a number."),
        ({"bucket": None}, "bucket: WormBucket needs it, and it is not given."),
        ({"buket": "x"}, "buket: WormBucket has no such argument.\n  Did you mean bucket?"),
        ({"longerThanTheZone": "yes"}, "longerThanTheZone: A truth value is expected, found text."),
        ({"receives": "trail"}, "receives: A list is expected, found text."),
        ({"receives": ["trail", 2.0]}, "receives[1]: Text is expected, found a number."),
        ({"retention": {"mode": "COMPLIANCE"}}, "retention.years: It is missing."),
        ({"retention": {"mode": "COMPLIANCE", "years": 7.5}}, "retention.years: A whole number is expected."),
        ({"retention": {"mode": "FOREVER", "years": 7}}, "retention.mode: FOREVER is not one of its values."),
        ({"retention": {"mode": "COMPLIANCE", "years": 1, "archiveAfterDays": 900}}, "retention.archiveAfterDays: 900"),
        ({"retention": {"mode": "COMPLIANCE", "years": 1, "archive": 9}}, "retention.archive: There is no such key."),
        ({"deployment": {"awsAccounts": ["1"]}}, "deployment.awsAccounts[0]: This is not an account id"),
        ({"deployment": {"awsAcounts": []}}, "deployment.awsAcounts: There is no such key."),
        ({"deployment": {"zone": "us"}}, "deployment.zone: The zone stands beside the deployment."),
        ({"deployment": "text"}, "deployment: A mapping is expected, found text."),
    ],
)
def test_a_mistake_is_told_by_the_wires_names(given, said):
    with pytest.raises(InputError) as refused:
        read(**GIVEN | given)
    assert str(named(refused.value, BUCKET.token)).startswith(said)


def test_every_mistake_is_told_at_once():
    said = refusal(**GIVEN | {"zone": "nowhere", "bucket": 1.0, "buket": "x"})
    assert [line.partition(":")[0] for line in said.splitlines() if not line.startswith(" ")] == [
        "buket",
        "zone",
        "bucket",
    ]


def test_a_whole_number_is_asked_for_where_the_component_takes_one():
    place = {"zone": "eu", "deployment": DEPLOYMENT, "bucket": "b", "key": "k"}
    resident = "components.aws.resident_bucket:ResidentBucket"
    assert read(resident, **place, oldVersionsDays=30.0)["old_versions_days"] == 30
    for value, found in ((30.5, "fraction"), (True, "fraction"), (float("nan"), "fraction"), ("30", "found text")):
        assert found in refusal(resident, **place, oldVersionsDays=value)


def test_a_components_own_mistake_is_told_by_the_wires_names():
    own = Problem("WormBucketArgs.longer_than_the_zone", "It is not confirmed.")
    stack = Problem("Pulumi.eu.yaml: sovereign-zones:awsAccounts", "It is missing, and the zone needs it.")
    law = Problem("zones/eu.yaml: keys.aws_origin", "It has no store.")
    assert [each.where for each in named(InputError(own, stack, law), BUCKET.token).problems] == [
        "longerThanTheZone",
        "deployment.awsAccounts",
        "zones/eu.yaml: keys.aws_origin",
    ]
