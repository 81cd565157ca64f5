from resource_policy_proofs import EU, FIRST, LANDED, MANAGEMENT, OURS, SECOND
from zones_as_data import parsed

from sovereignty.compile import trail_log_role, trail_watch
from sovereignty.compile.document import Document
from sovereignty.iam.evaluate import allowances
from sovereignty.iam.request import Request
from sovereignty.zone import BreakGlass

GROUP = f"arn:aws:logs:eu-central-1:{FIRST}:log-group:sovereign-eu-trail:log-stream"
TRAIL = "arn:aws:cloudtrail:eu-central-1:{}:trail/sovereign-eu"


def becomes(document: Document, source: str | None, principal: str = "cloudtrail.amazonaws.com") -> bool:
    context = {"aws:SourceArn": source} if source else {}
    return bool(allowances(parsed(document.text), Request("sts:AssumeRole", "*", context, principal)))


def may(document: Document, action: str, resource: str) -> bool:
    return bool(allowances(parsed(document.text), Request(action, resource)))


def test_cloudtrail_becomes_the_role_for_the_accounts_own_trail():
    trust = trail_log_role.trust(EU, LANDED, FIRST)
    assert becomes(trust, TRAIL.format(FIRST))
    assert becomes(trust, None)  # it is not documented to say for which trail
    for other in (TRAIL.format(SECOND), TRAIL.format(FIRST) + "-2", TRAIL.format(MANAGEMENT)):
        assert not becomes(trust, other)
    assert not becomes(trust, TRAIL.format(FIRST), "config.amazonaws.com")


def test_it_writes_its_own_streams_of_its_own_log_group():
    document = trail_log_role.permissions(EU, LANDED, FIRST)
    stream = f"{GROUP}:{FIRST}_CloudTrail_eu-central-1"
    assert may(document, "logs:CreateLogStream", stream)
    assert may(document, "logs:PutLogEvents", f"{stream}_2")
    for action, resource in (
        ("logs:PutLogEvents", f"{GROUP}:{SECOND}_CloudTrail_eu-central-1"),
        ("logs:PutLogEvents", f"{GROUP}:{OURS}_{FIRST}_CloudTrail_eu-central-1"),
        ("logs:PutLogEvents", stream.replace("-trail:", "-other:")),
        ("logs:DeleteLogStream", stream),
        ("logs:DeleteLogGroup", GROUP.removesuffix(":log-stream")),
    ):
        assert not may(document, action, resource), (action, resource)


def test_a_trail_of_the_organization_is_the_management_accounts_and_has_its_own_streams():
    trust = trail_log_role.trust(EU, LANDED, FIRST, organization=True)
    assert becomes(trust, TRAIL.format(MANAGEMENT))
    assert not becomes(trust, TRAIL.format(FIRST))
    document = trail_log_role.permissions(EU, LANDED, FIRST, organization=True)
    assert may(document, "logs:PutLogEvents", f"{GROUP}:{OURS}_{SECOND}_CloudTrail_eu-central-1")


def test_the_log_group_is_one_that_the_zones_scps_protect():
    assert trail_log_role.log_group(EU).startswith("sovereign-")


def test_the_watch_names_the_trail_by_name_and_by_arn_in_each_calls_own_parameter():
    pattern = trail_watch.pattern(TRAIL.format(FIRST))
    assert pattern.count(f'"sovereign-eu","{TRAIL.format(FIRST)}"') == 2
    for call in ("StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors", "PutInsightSelectors"):
        assert f'"{call}"' in pattern


def test_the_documents_are_within_their_quotas():
    trust = trail_log_role.trust(EU, LANDED, FIRST, organization=True)
    document = trail_log_role.permissions(EU, LANDED, FIRST, organization=True)
    assert len(trust.text) <= trust.limit == 2048
    assert len(document.text) <= document.limit == 10240


def test_break_glass_is_told_by_the_role_that_the_zone_names_in_that_account():
    own = EU.model_copy(update={"break_glass": BreakGlass(aws_role="sovereign/emergency/open")})
    pattern = trail_watch.break_glass(own, SECOND)
    assert f'"arn:aws:iam::{SECOND}:role/sovereign/emergency/open"' in pattern
    assert "$.userIdentity.sessionContext.sessionIssuer.arn" in pattern
    assert "$.requestParameters.roleArn" in pattern
