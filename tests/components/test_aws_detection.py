import json
import re
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from built import Recorder, build, declared, deployed

from components.aws import security_hub
from components.aws.detection import DetectiveBaseline, DetectiveBaselineArgs
from sovereignty import facts, zone
from sovereignty.compile import finding_events
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError
from sovereignty.zone import Zone

pytestmark = pytest.mark.engine
EU = declared("eu")
KEY = "arn:aws:kms:eu-central-1:444455556666:key/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
OTHER = "555566667777"
SETTINGS = {
    "configuration": "aws:cfg/",
    "threat_detection": "aws:guardduty/",
    "security_hub": "aws:securityhub/",
    "macie": "aws:macie2/",
    "access_analyzer": "aws:accessanalyzer/",
}


def baseline(law: Zone = EU, landed: Deployment | None = None, /, **arguments: Any) -> Recorder:
    given = {"zone": law, "deployment": landed or deployed(), "key": KEY, "delivery_bucket": "eu-config-444455556666"}

    def make() -> None:
        DetectiveBaseline("eu", DetectiveBaselineArgs(**{**given, **arguments}))

    return build(make)[0]


def of_partition(partition: str, regions: list[str], jurisdiction: str) -> Zone:
    risks = ["aws.management-account", "aws.service-linked-roles", "provider-legal-reach"]
    data = {
        "zone": "one",
        "title": "One partition",
        "jurisdiction": jurisdiction,
        "aws": {"partition": partition, "home": regions[0], "regions": regions},
        "retention": {"mode": "COMPLIANCE", "years": 10},
        "keys": {"aws_origin": "AWS_KMS"},
        "data_classes": {"pii": {"leaves": "never"}},
        "accepts": [
            {"risk": risk, "reason": "of no matter here"} for risk in risks[: 3 if jurisdiction == "EU" else 2]
        ],
    }
    return zone.parse(data, "zones/one.yaml")


def kinds(made: Recorder) -> dict[tuple[str, str], dict[str, Any]]:
    return {(each.type, each.name): each.inputs for each in made.seen if each.type.startswith("aws:")}


def texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, inner in value.items():
                yield from (*texts(key), *texts(inner))
        case list():
            for inner in value:
                yield from texts(inner)


@pytest.fixture(scope="module")
def home() -> Recorder:
    return baseline()


@pytest.fixture(scope="module")
def second() -> Recorder:
    return baseline(region="eu-west-1")


@pytest.fixture(scope="module")
def places() -> list[tuple[Zone, Recorder]]:
    """A baseline in each region of a zone in each partition."""
    zones = (
        EU,
        of_partition("aws-us-gov", ["us-gov-west-1", "us-gov-east-1"], "US"),
        of_partition("aws-cn", ["cn-north-1", "cn-northwest-1"], "CN"),
        of_partition("aws-eusc", ["eusc-de-east-1"], "EU"),
    )
    return [
        (
            law,
            baseline(law, region=region, key=KEY.replace("aws:kms:eu-central-1", f"{law.aws.partition}:kms:{region}")),
        )
        for law in zones
        if law.aws
        for region in law.aws.regions
    ]


def test_nothing_names_a_region_or_a_partition_that_is_not_the_zones(places):
    codes = {row.code for row in facts.regions("aws")}
    for law, made in places:
        own = set(law.aws.regions)
        for inputs in kinds(made).values():
            for text in texts(inputs):
                assert {code for code in re.findall(r"[a-z]+(?:-[a-z]+)+-\d+", text) if code in codes} <= own, text
                assert set(re.findall(r"\barn:([a-z-]+):", text)) <= {law.aws.partition}, text


def test_a_partition_is_built_without_what_it_does_not_offer(places):
    by_partition = {law.aws.partition: kinds(made) for law, made in places}
    macie = {partition: any(of.startswith("aws:macie2/") for of, _ in made) for partition, made in by_partition.items()}
    assert macie == {"aws": True, "aws-us-gov": True, "aws-cn": False, "aws-eusc": True}
    hubs = {
        partition: next(inputs for (of, _), inputs in made.items() if of == "aws:securityhub/account:Account")
        for partition, made in by_partition.items()
    }
    assert {each for each, hub in hubs.items() if "controlFindingGenerator" in hub} == {"aws", "aws-eusc"}


def test_a_region_that_lacks_macie_goes_without_it_and_the_rest_stays():
    india, key = declared("in"), "arn:aws:kms:ap-south-1:999900001111:key/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
    mumbai, hyderabad = (
        {of for of, _ in kinds(baseline(india, deployed("in"), key=key, region=region))}
        for region in ("ap-south-1", "ap-south-2")
    )
    assert any(of.startswith("aws:macie2/") for of in mumbai)
    assert not any(of.startswith("aws:macie2/") for of in hyderabad)
    assert any(of.startswith("aws:guardduty/") for of in hyderabad)


def test_the_recorder_records_all_under_the_service_linked_role_and_is_on_once_it_delivers(home):
    recorder = home.the("aws:cfg/recorder:Recorder").inputs
    assert recorder["recordingGroup"] == {"allSupported": True, "includeGlobalResourceTypes": True}
    assert recorder["roleArn"] == f"arn:{home.the('aws:iam/serviceLinkedRole:ServiceLinkedRole').name}"
    channel = home.the("aws:cfg/deliveryChannel:DeliveryChannel").inputs
    assert (channel["s3BucketName"], channel["s3KmsKeyArn"]) == ("eu-config-444455556666", KEY)
    status = home.the("aws:cfg/recorderStatus:RecorderStatus")
    assert status.inputs["isEnabled"] is True
    assert any("deliveryChannel" in urn for urn in status.dependencies)
    assert all(any("recorderStatus" in urn for urn in rule.dependencies) for rule in home.of("aws:cfg/rule:Rule"))


def test_aws_config_keeps_as_long_as_the_zone_does_and_as_it_can(home, places):
    days = {law.zone: made.the("aws:cfg/retentionConfiguration:RetentionConfiguration").inputs for law, made in places}
    assert days["eu"] == {"retentionPeriodInDays": 7 * 365}
    assert days["one"] == {"retentionPeriodInDays": 2557}


def test_what_there_is_once_is_made_in_the_home_region_alone(home, second):
    once = {
        "aws:iam/serviceLinkedRole:ServiceLinkedRole",
        "aws:cfg/configurationAggregator:ConfigurationAggregator",
        "aws:securityhub/findingAggregator:FindingAggregator",
    }
    assert {of for of, _ in kinds(home)} - {of for of, _ in kinds(second)} == once
    assert {of for of, _ in kinds(second)} <= {of for of, _ in kinds(home)}
    assert second.the("aws:cfg/recorder:Recorder").inputs["recordingGroup"]["includeGlobalResourceTypes"] is False


def test_findings_and_records_are_gathered_from_the_zones_regions_and_accounts_by_name(home):
    findings = home.the("aws:securityhub/findingAggregator:FindingAggregator").inputs
    assert findings == {"linkingMode": "SPECIFIED_REGIONS", "specifiedRegions": ["eu-west-1"]}
    records = home.the("aws:cfg/configurationAggregator:ConfigurationAggregator").inputs
    assert records["accountAggregationSource"] == {
        "accountIds": ["444455556666"],
        "regions": ["eu-central-1", "eu-west-1"],
    }


def test_a_zone_of_one_region_gathers_findings_from_no_other(places):
    [made] = [made for law, made in places if law.aws.partition == "aws-eusc"]
    assert made.the("aws:securityhub/findingAggregator:FindingAggregator").inputs == {"linkingMode": "NO_REGIONS"}


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_part_that_is_off_is_left_out_and_nothing_else_changes(setting, home):
    rest = {
        each: inputs
        for each, inputs in kinds(home).items()
        if not each[0].startswith(SETTINGS[setting])
        # AWS Config's role goes with it
        and (setting, each[0]) != ("configuration", "aws:iam/serviceLinkedRole:ServiceLinkedRole")
    }
    assert kinds(baseline(**{setting: False})) == rest
    assert len(rest) < len(kinds(home))


def test_what_is_managed_elsewhere_is_left_out_unless_it_is_asked_for():
    elsewhere = deployed(awsManagedElsewhere=["guardduty", "securityhub", "macie", "config", "access-analyzer"])
    assert {of for of, _ in kinds(baseline(EU, elsewhere))} == {"aws:cloudwatch/eventRule:EventRule"}
    asked = {of for of, _ in kinds(baseline(EU, elsewhere, macie=True))}
    assert asked == {"aws:cloudwatch/eventRule:EventRule", "aws:macie2/account:Account"}


def test_the_zones_rules_are_named_for_it_and_ask_for_rotation_only_of_keys_that_can(home):
    names = {rule.inputs["name"] for rule in home.of("aws:cfg/rule:Rule")}
    assert {"sovereign-eu-buckets-in-the-zone", "sovereign-eu-replication-in-the-zone"} < names
    assert all(name.startswith("sovereign-eu-") and len(name) <= 128 for name in names)
    assert "sovereign-eu-cmk-backing-key-rotation-enabled" in names
    law = declared("eu", keys={"aws_origin": "EXTERNAL_KEY_STORE", "azure": "premium-vault"})
    others = {rule.inputs["name"] for rule in baseline(law).of("aws:cfg/rule:Rule")}
    assert names - others == {"sovereign-eu-cmk-backing-key-rotation-enabled"}


def guard(made: Recorder, name: str) -> str:
    [rule] = [each.inputs for each in made.of("aws:cfg/rule:Rule") if each.inputs["name"] == f"sovereign-eu-{name}"]
    return rule["source"]["customPolicyDetails"]["policyText"]


def test_replication_is_off_but_for_the_buckets_that_are_named(home, second):
    assert "arn:aws:s3:::eu-config-locked-444455556666" in guard(home, "replication-in-the-zone")
    assert "replication_is_off" in guard(second, "replication-in-the-zone")
    named = baseline(region="eu-west-1", replicates_to=["arn:aws:s3:::eu-copy"])
    assert "arn:aws:s3:::eu-copy" in guard(named, "replication-in-the-zone")


def test_locked_buckets_are_judged_where_they_stand(home, second):
    assert '"eu-records-444455556666"' in guard(home, "locked-buckets")
    assert '"eu-config-444455556666"' not in guard(home, "locked-buckets")
    assert not [each for each in second.seen if each.name.endswith("locked-buckets")]


def test_guardduty_watches_all_that_needs_no_agent_and_installs_none_unasked(home):
    features = {each.inputs["name"] for each in home.of("aws:guardduty/detectorFeature:DetectorFeature")}
    assert {"S3_DATA_EVENTS", "EKS_AUDIT_LOGS"} < features
    assert "RUNTIME_MONITORING" not in features
    asked = baseline(runtime_monitoring=True).of("aws:guardduty/detectorFeature:DetectorFeature")
    [runtime] = [each.inputs for each in asked if each.inputs["name"] == "RUNTIME_MONITORING"]
    assert len(runtime["additionalConfigurations"]) == 3


def test_a_control_that_asks_for_the_opposite_of_a_zone_is_off_with_its_reason(home):
    assert not home.of("aws:securityhub/standardsControlAssociation:StandardsControlAssociation")
    made = baseline(standards=[security_hub.FOUNDATIONAL, security_hub.NIST])
    off = made.the("aws:securityhub/standardsControlAssociation:StandardsControlAssociation").inputs
    assert (off["securityControlId"], off["associationStatus"]) == ("S3.7", "DISABLED")
    assert off["standardsArn"] == "arn:aws:securityhub:eu-central-1::standards/nist-800-53/v/5.0.0"
    assert off["updatedReason"]


def test_the_analyzer_is_the_accounts_and_knows_the_zones_other_accounts_by_their_exact_names():
    landed = deployed(awsAccounts=["444455556666", OTHER])
    made = baseline(EU, landed)
    assert made.the("aws:accessanalyzer/analyzer:Analyzer").inputs == {
        "analyzerName": "sovereign-eu",
        "type": "ACCOUNT",
    }
    [_, principals] = made.the("aws:accessanalyzer/archiveRule:ArchiveRule").inputs["filters"]
    assert principals == {"criteria": "principal.AWS", "eqs": [OTHER, f"arn:aws:iam::{OTHER}:root"]}


def test_many_accounts_take_several_archive_rules_of_as_many_values_as_one_takes():
    landed = deployed(awsAccounts=[f"4444555566{number}" for number in range(10, 33)])
    rules = baseline(EU, landed).of("aws:accessanalyzer/archiveRule:ArchiveRule")
    assert [len(rule.inputs["filters"][1]["eqs"]) for rule in rules] == [20, 20, 4]


def test_another_account_of_the_zone_lets_the_first_gather_and_gathers_nothing_itself():
    landed = deployed(awsAccounts=["444455556666", OTHER])
    made = baseline(EU, landed, account=OTHER, service_linked_role=False)
    allowed = made.the("aws:cfg/aggregateAuthorization:AggregateAuthorization").inputs
    assert allowed == {"accountId": "444455556666", "authorizedAwsRegion": "eu-central-1"}
    assert not made.of("aws:cfg/configurationAggregator:ConfigurationAggregator")
    role = f"arn:aws:iam::{OTHER}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    assert made.the("aws:cfg/recorder:Recorder").inputs["roleArn"] == role


def test_a_home_region_that_records_no_iam_leaves_it_to_the_zones_next():
    law = declared("eu", aws={"partition": "aws", "home": "eu-south-2", "regions": ["eu-south-2", "eu-west-1"]})
    key = KEY.replace("eu-central-1", "eu-west-1")
    recorded = {
        region: baseline(law, region=region, key=key).the("aws:cfg/recorder:Recorder").inputs["recordingGroup"]
        for region in ("eu-south-2", "eu-west-1")
    }
    assert not recorded["eu-south-2"]["includeGlobalResourceTypes"]
    assert recorded["eu-west-1"]["includeGlobalResourceTypes"]


def test_findings_reach_a_topic_where_one_is_given(home):
    rule = home.the("aws:cloudwatch/eventRule:EventRule").inputs
    assert rule["name"] == "sovereign-eu-findings"
    assert json.loads(rule["eventPattern"]) == json.loads(finding_events.pattern(EU))
    assert not home.of("aws:cloudwatch/eventTarget:EventTarget")
    topic = "arn:aws:sns:eu-central-1:444455556666:sovereign-eu-alarms"
    assert baseline(alarm_topic=topic).the("aws:cloudwatch/eventTarget:EventTarget").inputs["arn"] == topic


def test_what_is_made_in_the_same_run_is_taken_as_it_comes():
    def make() -> None:
        key, bucket = pulumi.Output.from_input(KEY), pulumi.Output.from_input("made")
        args = DetectiveBaselineArgs(zone=EU, deployment=deployed(), key=key, delivery_bucket=bucket)
        DetectiveBaseline("eu", args)

    made = build(make)[0]
    channel = made.the("aws:cfg/deliveryChannel:DeliveryChannel").inputs
    assert (channel["s3BucketName"], channel["s3KmsKeyArn"]) == ("made", KEY)


def test_macies_results_go_to_the_bucket_that_is_given_under_the_zones_key():
    made = baseline(macie_results_bucket="eu-macie-444455556666")
    export = made.the("aws:macie2/classificationExportConfiguration:ClassificationExportConfiguration").inputs
    assert export["s3Destination"] == {"bucketName": "eu-macie-444455556666", "keyPrefix": "macie/", "kmsKeyArn": KEY}


CHINA = of_partition("aws-cn", ["cn-north-1"], "CN")


@pytest.mark.parametrize(
    ("law", "arguments", "named"),
    [
        (EU, {"region": "us-east-1"}, "region"),
        (EU, {"account": "999988887777"}, "account"),
        (EU, {"key": KEY.replace("eu-central-1", "us-east-1")}, "key"),
        (EU, {"delivery_bucket": ""}, "delivery_bucket"),
        (EU, {"alarm_topic": "arn:aws:sns:eu-west-1:444455556666:alarms"}, "alarm_topic"),
        (EU, {"finding_frequency": "DAILY"}, "finding_frequency"),
        (EU, {"standards": ["cis-aws-foundations-benchmark/v/5.0.0"]}, r"standards\[0\]"),
        (EU, {"replicates_to": ["eu-copy"]}, "replicates_to"),
        (CHINA, {"macie": True, "key": KEY.replace("aws:kms:eu-central-1", "aws-cn:kms:cn-north-1")}, "macie"),
        (CHINA, {"runtime_monitoring": True}, "runtime_monitoring"),
    ],
)
def test_what_can_not_be_is_refused_before_anything_is_made(law, arguments, named):
    with pytest.raises(InputError, match=rf"DetectiveBaselineArgs\.{named}"):
        baseline(law, **arguments)


def test_malware_protection_is_said_to_be_off_since_it_shares_snapshots_with_an_account_of_aws(home):
    states = {
        each.inputs["name"]: each.inputs["status"] for each in home.of("aws:guardduty/detectorFeature:DetectorFeature")
    }
    assert {name for name, status in states.items() if status == "DISABLED"} == {"EBS_MALWARE_PROTECTION"}


def test_the_service_linked_role_is_left_to_an_account_that_has_it():
    there = deployed(awsManagedElsewhere=["config-role"])
    made = baseline(EU, there)
    assert not made.of("aws:iam/serviceLinkedRole:ServiceLinkedRole")
    role = made.the("aws:cfg/recorder:Recorder").inputs["roleArn"]
    assert role == "arn:aws:iam::444455556666:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    assert baseline(EU, there, service_linked_role=True).of("aws:iam/serviceLinkedRole:ServiceLinkedRole")
