import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import EU, US, alone, changed, resource, together

from sovereignty import facts
from sovereignty.plan import UNKNOWN, Provider
from sovereignty.rules import RULES
from sovereignty.rules.judge import Judge

BUCKET = "aws:s3/bucket:Bucket"
QUEUE = "aws:sqs/queue:Queue"
INSTANCE = "aws:ec2/instance:Instance"


@given(st.sampled_from(facts.regions("aws")))
def test_a_region_is_allowed_exactly_where_the_zone_holds_it(region: facts.Region):
    assert EU.aws
    assert alone(resource(BUCKET, {"region": region.code})) == ([] if EU.aws.holds(region.code) else ["violation"])


@pytest.mark.parametrize(
    "region", ["EU-CENTRAL-1", "eu-central-1 ", "eu-central", "eu-central-11", "us-east-1", "aws-global"]
)
def test_what_only_looks_like_a_region_of_the_zone_is_refused(region: str):
    assert alone(resource(BUCKET, {"region": region})) == ["violation"]


@pytest.mark.parametrize("region", ["", 7, True, ["eu-central-1"], {"name": "eu-central-1"}])
def test_what_is_no_text_is_undetermined(region: object):
    assert alone(resource(BUCKET, {"region": region})) == ["undetermined"]


def test_the_resource_comes_before_its_provider():
    inside, outside = {"region": "eu-west-1"}, {"region": "us-east-1"}
    assert alone(resource(QUEUE, inside, provider=outside)) == []
    assert alone(resource(QUEUE, outside, provider=inside)) == ["violation"]


def test_a_region_of_another_zone_is_refused_in_both():
    bucket = resource(BUCKET, {"region": "us-east-1"})
    assert alone(bucket, EU) == ["violation"]
    assert alone(bucket, US) == []


def test_a_resource_that_nobody_places_is_undetermined():
    assert alone(resource(QUEUE)) == ["undetermined"]
    assert alone(resource(QUEUE, component=True)) == ["undetermined"]


def test_an_unknown_region_is_left_to_the_stack_and_is_undetermined_if_it_ends_at_nothing():
    queue = resource(QUEUE, {"region": UNKNOWN})
    assert alone(queue) == []
    assert together(queue) == {"it": ["undetermined"]}


def test_an_unknown_region_follows_the_resource_that_it_is_made_from():
    for region, verdicts in (("eu-central-1", {}), ("us-east-1", {"peer": ["violation"], "it": ["violation"]})):
        peer = resource(BUCKET, {"region": region}, name="peer")
        queue = resource(QUEUE, {"region": UNKNOWN}, made_from={"region": (peer,)})
        assert together(peer, queue) == verdicts


def test_an_unknown_region_made_from_something_without_a_place_is_undetermined():
    pet = resource("random:index/randomPet:RandomPet", name="pet")
    queue = resource(QUEUE, {"region": UNKNOWN}, made_from={"region": (pet, "urn:pulumi:eu::shop::t:t:T::gone")})
    assert together(pet, queue) == {"it": ["undetermined"]}


def test_an_unknown_region_of_the_provider_follows_what_the_provider_is_made_from():
    key = resource("aws:kms/key:Key", {"region": "us-east-1"}, name="key")
    provider = resource(
        "pulumi:providers:aws", {"region": UNKNOWN}, name="p", component=True, made_from={"region": (key,)}
    )
    own = Provider(type="pulumi:providers:aws", urn=provider.urn, name="p", props={"region": UNKNOWN})
    assert together(key, provider, resource(QUEUE, given_provider=own)) == {"it": ["violation"], "key": ["violation"]}


def test_where_a_resource_was_deployed_counts_also_if_it_was_wished_elsewhere():
    queue = resource(QUEUE, {"region": "eu-central-1"}, outputs={"region": "us-east-1"})
    assert together(queue) == {"it": ["violation"]}


@pytest.mark.parametrize(
    "kind",
    ["aws:iam/role:Role", "aws:organizations/policy:Policy", "aws:route53/zone:Zone", "aws:budgets/budget:Budget"],
)
def test_a_global_service_of_names_and_settings_is_allowed(kind: str):
    assert alone(resource(kind)) == []


@pytest.mark.parametrize(
    ("kind", "name", "props"),
    [
        ("aws:cloudfront/distribution:Distribution", "cloudfront", {}),
        ("aws:globalaccelerator/accelerator:Accelerator", "globalaccelerator", {}),
        ("aws:ecrpublic/repository:Repository", "ecr-public", {"region": "us-east-1"}),
        ("aws:devicefarm/project:Project", "devicefarm", {"region": "us-west-2"}),
        (
            "aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint",
            "s3-multi-region-access-points",
            {"region": "us-west-2"},
        ),
    ],
)
def test_what_carries_content_is_refused_unless_the_zone_opens_it(kind: str, name: str, props: dict[str, str]):
    assert "violation" in alone(resource(kind, props))
    assert alone(resource(kind, props), changed(EU, content_bearing=(name,))) == []


def test_an_opened_service_opens_no_other_region():
    opened = changed(EU, content_bearing=("ecr-public",))
    assert alone(resource("aws:ecrpublic/repository:Repository", {"region": "ap-south-1"}), opened) == ["violation"]
    assert alone(resource(BUCKET, {"region": "us-east-1"}), opened) == ["violation"]


def test_an_opened_accelerator_still_has_its_endpoints_judged():
    opened = changed(EU, content_bearing=("globalaccelerator",))
    group = "aws:globalaccelerator/endpointGroup:EndpointGroup"
    assert together(resource(group, {"endpointGroupRegion": "us-east-1"}), zone=opened) == {"it": ["violation"]}
    assert together(resource(group, {"endpointGroupRegion": "eu-west-1"}), zone=opened) == {}


def test_a_notification_hub_is_judged_by_the_region_that_stores_the_events():
    hub = "aws:notifications/notificationHub:NotificationHub"
    assert alone(resource(hub, {"notificationHubRegion": "us-east-1"})) == ["violation"]
    assert alone(resource(hub, {"notificationHubRegion": "eu-central-1"})) == []


def test_edge_opens_certificates_and_dnssec_keys_in_one_region_and_nothing_else():
    edge = changed(EU, edge=("acm", "dnssec"))
    certificate = resource("aws:acm/certificate:Certificate", {"region": "us-east-1"})
    dnssec = {"region": "us-east-1", "keyUsage": "SIGN_VERIFY", "customerMasterKeySpec": "ECC_NIST_P256"}
    assert alone(certificate) == ["violation"]
    assert alone(certificate, edge) == []
    assert alone(resource("aws:kms/key:Key", dnssec), edge) == []
    assert alone(resource("aws:kms/key:Key", {"region": "us-east-1"}), edge) == ["violation"]
    assert alone(resource("aws:kms/key:Key", {**dnssec, "multiRegion": True}), edge) == ["violation"]
    assert alone(resource("aws:kms/key:Key", {**dnssec, "keyUsage": UNKNOWN}), edge) == ["violation"]
    assert alone(resource("aws:acm/certificate:Certificate", {"region": "us-west-2"}), edge) == ["violation"]


@pytest.mark.parametrize(
    ("zone_name", "verdicts"),
    [
        ("eu-central-1a", []),
        ("us-east-1a", ["violation"]),
        ("eu-central-1-ham-1a", ["undetermined"]),
        ("eu-west-3-cmn-wlz-1a", ["undetermined"]),
        (UNKNOWN, []),
    ],
)
def test_an_availability_zone_must_be_one_of_a_region_of_the_zone(zone_name: object, verdicts: list[str]):
    assert alone(resource(INSTANCE, {"region": "eu-central-1", "availabilityZone": zone_name})) == verdicts


def test_every_availability_zone_of_a_list_is_judged():
    cluster = {"region": "eu-central-1", "availabilityZones": ["eu-central-1a", "us-east-1a"]}
    found = Judge(EU, RULES).resource(resource("aws:rds/cluster:Cluster", cluster))
    assert [f.path for f in found] == ["availabilityZones[1]"]


@pytest.mark.parametrize("kind", ["aws:cloudcontrol/resource:Resource", "aws:cloudformation/stackSet:StackSet"])
def test_what_brings_other_resources_as_data_is_undetermined(kind: str):
    assert alone(resource(kind, {"region": "eu-central-1"})) == ["undetermined"]


def test_on_a_cloud_without_footprint_everything_is_a_violation():
    nowhere = changed(EU, aws=None)
    for it in (resource(BUCKET, {"region": "eu-central-1"}), resource("aws:iam/role:Role"), resource(QUEUE)):
        assert alone(it, nowhere) == ["violation"]


def test_a_value_that_is_no_place_is_never_repeated():
    found = Judge(EU, RULES).resource(resource(BUCKET, {"region": "hunter2 is the password"}))
    assert found[0].found == ""
    assert "hunter2" not in found[0].text()


def test_a_provider_places_nothing_by_itself():
    assert alone(resource("pulumi:providers:aws", {"region": "us-east-1"}, component=True)) == []
