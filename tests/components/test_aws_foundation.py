"""What the foundation's components ask for: adopted, protected, as the partition offers it, and refused where wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from built import Recorder, build

from components.aws.foundation import OrganizationFoundation, OrganizationFoundationArgs
from components.aws.management_trail import ManagementTrail, ManagementTrailArgs
from components.aws.management_watch import ManagementWatch, ManagementWatchArgs
from components.aws.metadata_forwarder import MetadataForwarder, MetadataForwarderArgs
from sovereignty.compile import foundation_trail_logs
from sovereignty.errors import InputError

pytestmark = pytest.mark.engine

ACCOUNT, OURS, SECURITY = "111122223333", "o-a1b2c3d4e5", "444455556666"
ASKED = "aws:organizations/getOrganization:getOrganization"
BUS = "arn:aws:events:eu-central-1:444455556666:event-bus/control-plane"


def organization(partition: str = "aws", **more: Any) -> dict[str, Any]:
    return {
        "id": OURS,
        "arn": f"arn:{partition}:organizations::{ACCOUNT}:organization/{OURS}",
        "masterAccountId": ACCOUNT,
        "featureSet": "ALL",
        "enabledPolicyTypes": [],
        "awsServiceAccessPrincipals": [],
        "roots": [{"id": "r-ab12", "name": "Root", "arn": "", "policyTypes": []}],
        **more,
    }


def founded(there: dict[str, Any] | None = None, **arguments: Any) -> Recorder:
    args = OrganizationFoundationArgs(**arguments)
    recorder, _ = build(lambda: OrganizationFoundation("x", args), **{ASKED: there or organization()})
    return recorder


def types(recorder: Recorder) -> set[str]:
    return {each.type for each in recorder.seen}


def test_an_organization_is_adopted_and_loses_nothing_that_others_enabled():
    there = organization(enabledPolicyTypes=["CHATBOT_POLICY"], awsServiceAccessPrincipals=["ram.amazonaws.com"])
    made = founded(there).the("aws:organizations/organization:Organization")
    assert made.protect
    assert {"CHATBOT_POLICY", "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"} <= set(
        made.inputs["enabledPolicyTypes"]
    )
    assert set(made.inputs["awsServiceAccessPrincipals"]) == {
        "backup.amazonaws.com",
        "ram.amazonaws.com",
        "tagpolicies.tag.amazonaws.com",
    }


def test_the_roots_policies_are_attached_to_the_root_once_their_types_are_enabled():
    made = founded(partner_accounts=[SECURITY])
    policies = made.of("aws:organizations/policy:Policy")
    assert {each.inputs["type"] for each in policies} == {"RESOURCE_CONTROL_POLICY", "AISERVICES_OPT_OUT_POLICY"}
    attached = made.of("aws:organizations/policyAttachment:PolicyAttachment")
    assert {each.inputs["targetId"] for each in attached} == {"r-ab12"}
    assert len(attached) == len(policies)
    assert all(any("organization:Organization" in urn for urn in each.dependencies) for each in attached)
    assert OURS in policies[0].inputs["content"] and SECURITY in policies[0].inputs["content"]


def test_the_root_is_left_alone_where_it_is_asked_for():
    assert "aws:organizations/policy:Policy" not in types(founded(root_policies=False))


def test_the_sandbox_lies_below_the_zones_ou():
    units = founded().of("aws:organizations/organizationalUnit:OrganizationalUnit")
    assert [(each.inputs["name"], each.inputs["parentId"]) for each in units] == [
        ("Sovereignty", "r-ab12"),
        ("Sandbox", "Sovereignty-id"),
    ]


def test_a_security_account_administers_what_the_partition_has_in_each_region():
    made = founded(security_account=SECURITY, security_regions=["eu-central-1", "eu-west-1"])
    delegated = made.of("aws:organizations/delegatedAdministrator:DelegatedAdministrator")
    assert {each.inputs["servicePrincipal"] for each in delegated} == {
        "access-analyzer.amazonaws.com",
        "config-multiaccountsetup.amazonaws.com",
        "config.amazonaws.com",
    }
    for kind in ("guardduty", "securityhub", "macie2"):
        found = made.of(f"aws:{kind}/organizationAdminAccount:OrganizationAdminAccount")
        assert {(each.inputs["adminAccountId"], each.inputs["region"]) for each in found} == {
            (SECURITY, "eu-central-1"),
            (SECURITY, "eu-west-1"),
        }
    china = founded(organization("aws-cn"), security_account=SECURITY)
    assert "aws:macie2/organizationAdminAccount:OrganizationAdminAccount" not in types(china)
    assert "aws:guardduty/organizationAdminAccount:OrganizationAdminAccount" in types(china)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"organization_id": "o-zzzzzzzzzz"}, "organization_id: The account is in another organization"),
        ({"security_account": ACCOUNT}, "security_account: It is the management account"),
        ({"security_account": "4444"}, "security_account: This is not an account id"),
        ({"partner_accounts": [SECURITY, "x"]}, r"partner_accounts\[1\]: This is not an account id"),
    ],
)
def test_a_wrong_argument_of_the_foundation_is_told(arguments: dict[str, Any], told: str):
    with pytest.raises(InputError, match=rf"^OrganizationFoundationArgs\.{told}"):
        founded(**arguments)


def test_an_organization_without_all_features_is_not_changed():
    with pytest.raises(InputError, match=r"^OrganizationFoundationArgs\.organization_id: .*consolidated billing"):
        founded(organization(featureSet="CONSOLIDATED_BILLING"))


def watched(region: str = "us-east-1", **more: Any) -> Recorder:
    args = ManagementWatchArgs(region=region, account=ACCOUNT, organization_id=OURS, **more)
    recorder, _ = build(lambda: ManagementWatch("x", args))
    return recorder


def test_the_watch_tells_an_encrypted_topic_who_did_what():
    made = watched(subscribers=["security@example.com", "https://alarms.example.com/aws"])
    topic = made.the("aws:sns/topic:Topic")
    assert topic.inputs["kmsMasterKeyId"] == "arn:x"
    targets = made.of("aws:cloudwatch/eventTarget:EventTarget")
    assert len(targets) == len(made.of("aws:cloudwatch/eventRule:EventRule")) == 3
    for target in targets:
        assert any("topicPolicy" in urn for urn in target.dependencies)
        assert "requestParameters" not in json.dumps(target.inputs["inputTransformer"])
    subscriptions = made.of("aws:sns/topicSubscription:TopicSubscription")
    assert [each.inputs["protocol"] for each in subscriptions] == ["email", "https"]
    key = made.the("aws:kms/key:Key")
    assert key.protect and key.inputs["enableKeyRotation"]
    assert "cloudtrail" not in key.inputs["policy"]


def test_the_management_accounts_trail_is_written_once_and_covers_all_regions():
    args = ManagementTrailArgs(region="eu-central-1", account=ACCOUNT, organization_id=OURS, key="arn:key", years=3)
    made, _ = build(lambda: ManagementTrail("x", args))
    trail = made.the("aws:cloudtrail/trail:Trail")
    assert trail.inputs["isMultiRegionTrail"] and trail.inputs["enableLogFileValidation"]
    assert trail.inputs["kmsKeyId"] == "arn:key"
    assert any("bucketPolicy" in urn for urn in trail.dependencies)
    lock = made.the("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")
    assert lock.inputs["rule"]["defaultRetention"] == {"mode": "COMPLIANCE", "years": 3}
    assert all(each.protect for each in made.seen if each.type.startswith("aws:"))
    policy = made.the("aws:s3/bucketPolicy:BucketPolicy")
    assert any("bucketObjectLockConfiguration" in urn for urn in policy.dependencies)


def test_the_use_of_power_in_any_region_is_told_from_the_trails_log_group():
    args = ManagementTrailArgs(
        region="eu-central-1", account=ACCOUNT, organization_id=OURS, key="arn:key", alarm_topic="arn:topic"
    )
    made, _ = build(lambda: ManagementTrail("x", args))
    group = made.the("aws:cloudwatch/logGroup:LogGroup")
    assert group.protect and group.inputs["kmsKeyId"] == "arn:key"
    trail = made.the("aws:cloudtrail/trail:Trail")
    assert trail.inputs["cloudWatchLogsGroupArn"] == "arn:x:*"
    assert any("rolePolicy" in urn for urn in trail.dependencies)
    found = made.the("aws:cloudwatch/logMetricFilter:LogMetricFilter").inputs
    alarm = made.the("aws:cloudwatch/metricAlarm:MetricAlarm").inputs
    assert found["pattern"] == foundation_trail_logs.power("aws", ACCOUNT)
    assert found["metricTransformation"]["name"] == alarm["metricName"]
    assert alarm["alarmActions"] == ["arn:topic"]
    watch = watched("eu-central-1", trail="arn:aws:cloudtrail:eu-central-1:111122223333:trail/sovereign-foundation")
    assert alarm["name"] in watch.the("aws:sns/topicPolicy:TopicPolicy").inputs["policy"]


def test_what_is_forwarded_is_stripped_before_it_leaves():
    args = MetadataForwarderArgs(region="us-east-1", account=ACCOUNT, to=BUS)
    made, _ = build(lambda: MetadataForwarder("x", args))
    targets = {each.name: each.inputs["arn"] for each in made.of("aws:cloudwatch/eventTarget:EventTarget")}
    assert targets == {"x-collect": "arn:x", "x-forward": BUS}
    rules = {each.name: each.inputs for each in made.of("aws:cloudwatch/eventRule:EventRule")}
    assert rules["x-forward"]["eventBusName"], "only what the pipe wrote goes on"
    assert "eventBusName" not in rules["x-collect"]
    template = made.the("aws:pipes/pipe:Pipe").inputs["targetParameters"]["inputTemplate"]
    assert "request" not in template and "response" not in template
    assert made.the("aws:sqs/queue:Queue").inputs["sqsManagedSseEnabled"]


@pytest.mark.parametrize(
    ("region", "bus", "told"),
    [
        ("us-east-1", "arn:aws:events:eu-central-1:4444:event-bus/x", "This is not an event bus's ARN"),
        ("us-east-1", BUS.replace("arn:aws:", "arn:aws-cn:"), "not of partition aws"),
        (
            "cn-northwest-1",
            BUS.replace("arn:aws:events:eu-central-1", "arn:aws-cn:events:cn-north-1"),
            "can't be a target",
        ),
    ],
)
def test_a_bus_that_can_not_be_reached_is_told(region: str, bus: str, told: str):
    with pytest.raises(InputError, match=rf"^MetadataForwarderArgs\.to: .*{told}"):
        build(lambda: MetadataForwarder("x", MetadataForwarderArgs(region=region, account=ACCOUNT, to=bus)))


def test_a_region_that_is_none_and_years_that_are_none_are_told():
    with pytest.raises(InputError, match=r"^ManagementWatchArgs\.region: This is no region"):
        watched("eu-nowhere-1")
    args = ManagementTrailArgs(region="eu-central-1", account=ACCOUNT, organization_id=OURS, key="arn:key", years=0)
    with pytest.raises(InputError, match=r"^ManagementTrailArgs\.years: 0 years"):
        build(lambda: ManagementTrail("x", args))
