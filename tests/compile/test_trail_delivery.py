from collections.abc import Sequence

import pytest
from resource_policy_proofs import BUCKETS, EU, FIRST, LANDED, SECOND, TRAIL_BUCKET, TRAILS, kept_difference

from sovereignty.compile import bucket_policy
from sovereignty.errors import InputError

BUCKET = BUCKETS["trail bucket"]


def document(trails: Sequence[str] | None = None):
    return bucket_policy.document(EU, LANDED, TRAIL_BUCKET, receives=("trail",), trail_arns=trails)


DELIVERY = document(TRAILS)


def test_the_trails_deliver_and_everybody_is_refused_exactly_as_the_judgement_says():
    assert kept_difference(BUCKET, DELIVERY.body) is None


def test_each_accounts_trails_write_below_that_accounts_prefix():
    writing = [each for each in DELIVERY.body["Statement"] if each["Sid"].startswith("AuditTrailDelivery")][1:]
    assert [
        (each["Resource"].split("/")[2], len(each["Condition"]["StringEquals"]["aws:SourceArn"])) for each in writing
    ] == [
        (FIRST, 2),
        (SECOND, 1),
    ]


@pytest.mark.parametrize(
    "trail",
    [
        f"arn:aws:cloudtrail:us-east-1:{FIRST}:trail/zone",
        "arn:aws:cloudtrail:eu-central-1:222233334444:trail/zone",
        f"arn:aws-cn:cloudtrail:eu-central-1:{FIRST}:trail/zone",
        f"arn:aws:cloudtrail:eu-central-1:{FIRST}:trail/*",
        f"arn:aws:cloudtrail:eu-central-1:{FIRST}:trail/zone\n",
    ],
)
def test_a_trail_that_is_not_the_zones_does_not_deliver(trail: str):
    with pytest.raises(InputError, match="isn't the zone's"):
        document([*TRAILS, trail])


def test_a_bucket_without_a_trail_is_an_error():
    with pytest.raises(InputError, match="No trail delivers"):
        document([])


def test_trails_in_any_order_and_named_twice_give_the_same_document():
    assert document([*reversed(TRAILS), TRAILS[0]]) == DELIVERY


def test_the_policy_is_within_the_quota():
    assert len(DELIVERY.text) <= DELIVERY.limit == 20480
