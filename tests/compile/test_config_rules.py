"""What the rules are; what they find is proved with AWS's own Guard (tests/proof/test_config_rules_in_guard.py)."""

import json

import pytest
from zones_as_data import declared, on_aws_alone

from sovereignty.compile import config_rules, finding_events
from sovereignty.errors import InputError

EU = declared("eu")
COPY = "arn:aws:s3:::eu-copy"
LOCKED = ("eu-records-444455556666", "eu-trail-444455556666")


def rules(*replicates_to: str, zone=EU) -> dict[str, str]:
    documents = config_rules.documents(zone, LOCKED, replicates_to)
    return {
        document.body["ConfigRuleName"].removeprefix(f"sovereign-{zone.zone}-"): config_rules.policy_text(document)
        for document in documents
    }


def test_each_rule_is_what_aws_config_takes_for_buckets_that_change():
    for document in config_rules.documents(EU, LOCKED):
        body = document.body
        assert document.path == f"aws/config-rules/{body['ConfigRuleName']}.json"
        assert body["Scope"] == {"ComplianceResourceTypes": ["AWS::S3::Bucket"]}
        assert body["Source"]["Owner"] == "CUSTOM_POLICY"
        assert body["Source"]["CustomPolicyDetails"]["PolicyRuntime"] == "guard-2.x.x"
        assert len(config_rules.policy_text(document)) <= document.limit


def test_the_rules_name_the_zones_regions_and_no_others():
    assert 'awsRegion in ["eu-central-1", "eu-west-1"]' in rules()["buckets-in-the-zone"]
    china = on_aws_alone("aws-cn", "cn-north-1", "CN")
    assert 'awsRegion in ["cn-north-1"]' in rules(zone=china)["buckets-in-the-zone"]


def test_braces_are_balanced_and_every_check_has_a_message():
    for text in (*rules().values(), *rules(COPY).values()):
        assert text.count("{") == text.count("}")
        assert text.count("<<") == text.count(">>") == 1


def test_without_locked_buckets_there_is_no_rule_about_them():
    assert len(config_rules.documents(EU)) == 2


@pytest.mark.parametrize("arn", ["eu-copy", "arn:aws:s3:::", "arn:aws-cn:s3:::eu-copy", "arn:aws:s3:::*", f'{COPY}"]'])
def test_what_is_no_bucket_of_the_partition_is_refused(arn: str):
    with pytest.raises(InputError, match=r"replicates_to\[1\]"):
        rules(COPY, arn)


def test_a_rule_longer_than_aws_config_takes_is_refused():
    with pytest.raises(InputError, match="10000"):
        rules(*(f"{COPY}-{number:050}" for number in range(200)))


def test_findings_are_picked_out_by_source_and_the_zones_rules_by_name():
    [events] = json.loads(finding_events.pattern(EU)).values()
    assert {each["source"][0] for each in events} == {
        "aws.access-analyzer",
        "aws.config",
        "aws.guardduty",
        "aws.macie",
        "aws.securityhub",
    }
    [config] = [each["detail"] for each in events if each["source"] == ["aws.config"]]
    assert config["configRuleName"] == [{"prefix": "sovereign-eu-"}]
    assert len(finding_events.pattern(EU)) <= 2048
