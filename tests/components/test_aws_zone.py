"""A zone's whole AWS half: what it has once, what each region adds, and that nothing of it names another place."""

import json
import re
from typing import Any

import pytest
from built import TOP_OU, Recorder, Registered, build, declared, deployed

from components.aws.providers import AwsProviders
from components.aws.zone import AwsZone, AwsZoneArgs
from sovereignty import facts
from sovereignty.zone import Zone

pytestmark = pytest.mark.engine
# The inputs that name a resource.
NAMES = ("name", "bucket")
GLOBAL = ("aws:iam/", "aws:s3/", "aws:organizations/")
WITHIN = (  # named within what they belong to
    "aws:ec2/",
    "aws:guardduty/detectorFeature:",
    "aws:iam/rolePolicy:",
    "aws:route53/resolverFirewallRule:",
    "aws:s3/inventory:",
)
LIMITS = {  # characters; the service's API reference
    "aws:iam/role:Role": 64,
    "aws:s3/bucket:Bucket": 63,
    "aws:sns/topic:Topic": 256,
    "aws:cloudwatch/eventRule:EventRule": 64,
    "aws:cloudtrail/trail:Trail": 128,
    "aws:backup/vault:Vault": 50,
    "aws:cfg/rule:Rule": 128,
    "aws:organizations/policy:Policy": 128,
    "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": 64,
    "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": 64,
}


def zone_with(*regions: str, name: str = "eu") -> Zone:
    aws = {"partition": "aws", "home": regions[0], "regions": list(regions)}
    keys = {"aws_origin": "AWS_KMS"}
    law = declared(name)
    accepts = [row.model_dump() for row in law.accepts if not row.risk.startswith("azure.")]
    return declared(name, aws=aws, azure=None, keys=keys, accepts=accepts)


def built(law: Zone, stack: str = "eu", **settings: Any) -> Recorder:
    target = deployed(stack, **settings)

    def make() -> None:
        args = AwsZoneArgs(zone=law, deployment=target, providers=AwsProviders(law, target), parent_ou_id=TOP_OU)
        AwsZone(law.zone, args)

    return build(make)[0]


@pytest.fixture(scope="module")
def one() -> Recorder:
    return built(zone_with("eu-central-1"))


@pytest.fixture(scope="module")
def two() -> Recorder:
    return built(zone_with("eu-central-1", "eu-west-1"))


@pytest.fixture(scope="module")
def us() -> Recorder:
    return built(zone_with("us-east-1", "us-west-2", name="us"), "us")


def custom(made: Recorder) -> list[Registered]:
    return [each for each in made.seen if each.type.startswith("aws:")]


def identity(each: Registered) -> tuple[str, str]:
    return each.type, each.name


def test_another_region_takes_nothing_away_and_adds_what_lies_in_it_alone(one: Recorder, two: Recorder):
    before, after = {identity(each) for each in custom(one)}, {identity(each): each for each in custom(two)}
    assert before <= after.keys()
    added = [each for key, each in after.items() if key not in before]
    assert len(added) > 20
    assert {re.search(r"::(eu-[a-z0-9-]+)::", each.provider)[1] for each in added} == {"eu-eu-west-1"}  # pyright: ignore[reportOptionalSubscript]
    assert not [each for each in added if each.type.startswith(("aws:organizations/", "aws:cloudtrail/"))]


def test_every_region_that_is_named_is_the_zones(two: Recorder, us: Recorder):
    codes = {row.code for row in facts.regions("aws")}
    for made, own in ((two, {"eu-central-1", "eu-west-1"}), (us, {"us-east-1", "us-west-2"})):
        for each in custom(made):
            if each.type.startswith("aws:organizations/policy:"):
                continue  # they name the places where global services answer, to refuse them elsewhere
            inputs = dict(each.inputs)
            named = set(re.findall(r"(?<![a-z0-9-])[a-z]{2}(?:-[a-z]+)+-\d(?![0-9-])", json.dumps(inputs)))
            assert named & codes <= own, (each.type, each.name, named & codes - own)


def names(made: Recorder) -> list[tuple[str, str, str]]:
    found = []
    for each in custom(made):
        if each.type.startswith(WITHIN):
            continue
        provider = "" if each.type.startswith(GLOBAL) else each.provider.rpartition("::")[0]
        found += [(each.type, provider, str(each.inputs[key])) for key in NAMES if _is_own(each, key)]
    return found


def _is_own(each: Registered, key: str) -> bool:
    """Whether the input names the resource itself: a bucket's parts name the bucket that they belong to."""
    value: Any = each.inputs.get(key)
    return isinstance(value, str) and (key != "bucket" or each.type == "aws:s3/bucket:Bucket")


def test_no_name_is_given_twice_where_it_has_to_be_one(two: Recorder):
    found = names(two)
    assert len(found) > 30
    assert sorted(set(found)) == sorted(found)


def test_two_zones_share_no_name(two: Recorder, us: Recorder):
    shared = {(type_, name) for type_, _, name in names(two)} & {(type_, name) for type_, _, name in names(us)}
    assert shared == set()


def test_names_fit_their_services_even_for_the_longest_name_of_a_zone(two: Recorder):
    longer = len("a" * 16) - len("eu") + len("us-gov-east-1") - len("eu-central-1")
    held = 0
    for type_, _, name in names(two):
        if type_ in LIMITS:
            held += 1
            assert len(name) + longer <= LIMITS[type_], (type_, name)
    assert held > 20


def test_another_account_adds_its_trail_and_its_alarms_in_that_account_alone(one: Recorder):
    second = "555566667777"
    made = built(zone_with("eu-central-1"), awsAccounts=["444455556666", second])
    before = {identity(each) for each in custom(one)}
    added = [each for each in custom(made) if identity(each) not in before]
    # at home the other account is one of the zone: its records are asked for, its principals are no strangers
    added = [each for each in added if not each.type.startswith(("aws:cfg/", "aws:accessanalyzer/"))]
    assert [each.name for each in added if f"eu-eu-central-1-{second}" not in each.provider] == []
    trails = made.of("aws:cloudtrail/trail:Trail")
    assert {each.inputs["s3BucketName"] for each in trails} == {"eu-trail-444455556666"}
    assert len(trails) == 2
    provider = made.the("pulumi:providers:aws", f"eu-eu-central-1-{second}").inputs
    assert json.loads(provider["assumeRoles"])[0]["roleArn"] == f"arn:aws:iam::{second}:role/sovereign/deployment"


def test_what_others_set_for_the_ou_is_left_to_them():
    others = ["tag-policy", "declarative-ec2", "ai-opt-out"]
    made = built(zone_with("eu-central-1"), awsManagedElsewhere=others)
    types = {each.inputs["type"] for each in made.of("aws:organizations/policy:Policy")}
    assert types == {"SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"}


def test_findings_of_every_region_are_told(two: Recorder):
    for place in ("eu-central-1", "eu-west-1"):
        there = [each for each in custom(two) if f"::eu-{place}::" in each.provider]
        [topic] = [each.name for each in there if each.type == "aws:sns/topic:Topic"]
        [told] = [each for each in there if each.name == f"eu-{place}-findings" and "eventTarget" in each.type]
        assert told.inputs["arn"] == f"arn:{topic}"
