"""The list of IAM actions is whole and well read, and our tables name none that AWS does not have."""

from collections.abc import Iterator

import pytest

from sovereignty import actions, facts

PARTLY_GLOBAL = facts.aws_partly_global()

RETIRED: dict[str, str] = {}
"""Patterns of our tables that no action fits any more, with the day on which that was seen."""


def patterns() -> Iterator[tuple[str, str]]:
    """Every action and pattern of our tables with the table's name."""
    for action in facts.control_tower_region_deny():
        yield "control_tower_region_deny_86", action
    for entry in facts.aws_global_services().control_tower_86:
        yield "aws_global_services", entry.action
    for group in facts.aws_content_bearing().values():
        yield from (("content_bearing", action) for action in group)
    for row in [*PARTLY_GLOBAL["always"], *PARTLY_GLOBAL["edge"]]:
        yield from (("partly_global", action) for action in row["actions"])
        if "only_when_creating" in row:
            yield "partly_global", row["only_when_creating"]["action"]
    for row in facts.aws_target_regions():
        if row.listed:
            yield "aws_target_regions", row.action
        yield from (("aws_target_regions undo", action) for action in row.undo)
    for service in facts.aws_rcp_services():
        yield "aws_rcp_services", f"{service.prefix}:*"


def test_every_action_is_listed_once_and_has_a_level():
    listed = actions.all_actions()
    assert len(listed) == len({action.lower() for action in listed}) > 20_000
    assert list(listed) == sorted(listed)
    assert {actions.level(action) for action in listed} == {
        "List",
        "Permissions management",
        "Read",
        "Tagging",
        "Write",
    }


def test_an_action_is_known_in_any_case_and_answered_as_aws_spells_it():
    assert actions.known("S3:putOBJECT") == "s3:PutObject"
    assert actions.known("s3:PutObjekt") is None
    assert actions.known("s3") is None
    assert actions.known("s3:Put*") is None


def test_an_access_level_is_awss_own():
    assert actions.level("s3:GetObject") == "Read"
    assert actions.level("S3:putbucketpolicy") == "Permissions management"
    with pytest.raises(LookupError, match="s3:Nothing"):
        actions.level("s3:Nothing")


def test_a_misspelt_action_finds_what_was_meant():
    assert actions.nearest("s3:PutObjet")[0] == "s3:PutObject"
    assert actions.nearest("ec2:ModifySnapshotAtribute")[0] == "ec2:ModifySnapshotAttribute"
    assert actions.nearest("secretmanager:CreateSecret")[0] == "secretsmanager:CreateSecret"
    assert "s3:PutObject" in actions.nearest("PutObject")
    assert len(actions.nearest("s3:PutObjet", n=1)) == 1


def test_what_resembles_nothing_finds_nothing():
    assert actions.nearest("xyzzy:Plugh") == ()
    assert actions.nearest("s3:Qqqqqqqq") == ()


def test_a_pattern_is_expanded_as_iam_reads_it():
    assert actions.expand("*") == actions.expand("*:*") == actions.all_actions()
    assert actions.expand("S3:getobject") == ("s3:GetObject",)
    assert set(actions.expand("s3:Get*")) == {each for each in actions.all_actions() if each.startswith("s3:Get")}
    assert actions.expand("sqs:?endMessage") == ("sqs:SendMessage",)
    assert actions.expand("sqs:?Message") == ()
    assert actions.expand(["sqs:SendMessage", "sqs:Send*"]) == ("sqs:SendMessage",)
    assert actions.expand("s3:[GP]etObject*") == actions.expand("s3:Nothing") == actions.expand("s3") == ()


def test_our_tables_name_no_action_that_aws_does_not_have():
    unknown = {(table, action) for table, action in patterns() if not actions.expand(action)}
    assert {action for _, action in unknown} == set(RETIRED), unknown


def test_exact_names_of_our_tables_are_spelled_as_aws_spells_them():
    exact = [(table, action) for table, action in patterns() if "*" not in action and action not in RETIRED]
    assert [(table, action) for table, action in exact if actions.known(action) != action] == []


def test_an_action_said_to_be_missing_from_the_list_is_missing():
    assert [row.action for row in facts.aws_target_regions() if not row.listed and actions.known(row.action)] == []


def test_a_target_region_has_a_condition_key_exactly_where_it_is_treated_by_one():
    for row in facts.aws_target_regions():
        keyed = row.treatment == "condition-key"
        assert keyed == bool(row.condition_key) == bool(row.key_kind) == bool(row.key_value), row
        assert keyed or not row.optional
        assert row.key_kind in ("single", "multi", "")
        assert row.key_value in ("region", "arn", "path", "")
        assert row.why
        assert row.kind


def test_an_action_has_one_treatment():
    treatments: dict[str, set[str]] = {}
    for row in facts.aws_target_regions():
        treatments.setdefault(row.action, set()).add(row.treatment)
    assert {action: found for action, found in treatments.items() if len(found) > 1} == {}


def test_no_action_and_key_stands_in_the_table_twice():
    rows = [(row.action, row.condition_key) for row in facts.aws_target_regions()]
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize(
    ("action", "key"),
    [
        ("kms:ReplicateKey", "kms:ReplicaRegion"),
        ("kms:UpdatePrimaryRegion", "kms:PrimaryRegion"),
        ("secretsmanager:ReplicateSecretToRegions", "secretsmanager:AddReplicaRegions"),
        ("cloudformation:CreateStackInstances", "cloudformation:TargetRegion"),
        ("account:EnableRegion", "account:TargetRegion"),
        ("backup:CopyFromBackupVault", "backup:CopyTargets"),
    ],
)
def test_what_a_condition_key_can_tell_is_refused_by_it(action: str, key: str):
    assert key in {row.condition_key for row in facts.aws_target_regions() if row.action == action}


@pytest.mark.parametrize(
    "action",
    [
        "s3:PutReplicationConfiguration",
        "ecr:PutReplicationConfiguration",
        "elasticfilesystem:CreateReplicationConfiguration",
        "redshift:EnableSnapshotCopy",
        "cloudhsm:CopyBackupToRegion",
        "payment-cryptography:AddKeyReplicationRegions",
        "connect:ReplicateInstance",
        "ds:AddRegion",
        "dlm:CreateLifecyclePolicy",
        "securitylake:CreateDataLake",
        "dynamodb:CreateTableReplica",
        "ec2:ModifySnapshotAttribute",
        "ec2:ModifyImageAttribute",
        "ram:CreateResourceShare",
    ],
)
def test_what_no_condition_key_can_tell_is_for_the_deployment_role(action: str):
    assert {row.treatment for row in facts.aws_target_regions() if row.action == action} == {"deployment-only"}


def test_the_services_that_rcps_bind_are_those_of_awss_list():
    services = {row.prefix: row for row in facts.aws_rcp_services()}
    assert len(services) == len(facts.aws_rcp_services())
    assert {"s3", "kms", "sqs", "secretsmanager", "sts", "dynamodb", "logs", "ecr", "events", "firehose"} <= set(
        services
    )
    assert not {"sns", "lambda"} & set(services)
    assert services["s3"].data
    assert services["s3"].source_date
