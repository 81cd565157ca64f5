"""Tag, declarative, AI opt-out and backup policies: what they set, for which zone, and that nobody below changes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from zones_as_data import declared, deployed

from sovereignty import facts
from sovereignty.compile import everything, organization, scp
from sovereignty.compile.document import Document
from sovereignty.compile.organization import ai_opt_out, backup, declarative_ec2, kinds, tags
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError
from sovereignty.facts.aws_availability import offered
from sovereignty.zone import Zone

CHILDREN = "@@operators_allowed_for_child_policies"


def landed(**changes: Any) -> tuple[Zone, Deployment]:
    return declared("eu", **changes), deployed()


@cache
def eu() -> dict[str, Document]:
    return {document.path: document for document in organization.documents(*landed())}


def assigned(policy: Any) -> Iterator[tuple[str, Any]]:
    """(dotted path, value) of everything that a policy assigns."""
    for key, value in policy.items():
        if key == "@@assign":
            yield "", value
        elif isinstance(value, dict):
            yield from ((f"{key}.{path}".rstrip("."), found) for path, found in assigned(value))


def leaves(policy: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if "@@assign" in policy:
        yield path, policy
    for key, value in policy.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}.{key}")


def nodes(policy: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for key, value in policy.items():
        if isinstance(value, dict):
            yield f"{path}.{key}", value
            yield from nodes(value, f"{path}.{key}")


def body(kind: kinds.Kind, **changes: Any) -> dict[str, Any]:
    found = organization.documents(*landed(**changes))
    return next(each.body for each in found if each.path == kind.path("eu"))


def test_each_kind_is_a_document_of_the_zones_folder_for_its_ou_and_within_its_quota():
    assert sorted(eu()) == [f"aws/policies/eu-{name}.json" for name in ("ai-opt-out", "backup", "ec2", "tags")]
    for kind in organization.KINDS:
        document = eu()[kind.path("eu")]
        assert document.target == "aws:ou"
        assert document.limit == facts.quota("aws", "aws", "organizations", f"{kind.quota}_document").value
        assert len(document.text) <= document.limit
    assert set(eu()) <= {each.path for each in everything.documents(*landed())}


def test_no_policy_below_changes_what_a_policy_of_the_zone_sets():
    for document in eu().values():
        found = list(leaves(document.body))
        assert found
        assert [path for path, leaf in found if leaf[CHILDREN] != ["@@none"]] == []
    # AWS's example that lets nobody add anything locks every node
    for kind in (backup.KIND, ai_opt_out.KIND):
        assert [path for path, node in nodes(body(kind)) if node.get(CHILDREN) != ["@@none"]] == []
    altered = json.loads(eu()[backup.KIND.path("eu")].text)
    del altered["plans"][CHILDREN]
    assert [path for path, node in nodes(altered) if node.get(CHILDREN) != ["@@none"]] == [".plans"]


def test_no_region_outside_the_zone_is_named():
    for regions in (["eu-central-1", "eu-west-1"], ["eu-central-1"], ["eu-central-1", "eu-north-1", "eu-south-2"]):
        zone, deployment = landed(aws={"partition": "aws", "home": "eu-central-1", "regions": regions})
        text = " ".join(document.text for document in organization.documents(zone, deployment))
        assert {row.code for row in facts.regions("aws") if row.code in text} == set(regions)


def test_tags_have_the_values_of_the_zone():
    found = dict(assigned(body(tags.KIND)))
    assert found["tags.DataResidency.tag_value"] == ["EU"]
    assert found["tags.Zone.tag_value"] == ["eu"]
    assert found["tags.DataClassification.tag_value"] == ["analytics", "call_recordings", "pii"]
    assert "s3:bucket" in found["tags.DataResidency.enforced_for"]
    for key in ("DataClassification", "DataResidency", "Zone"):
        assert found[f"tags.{key}.tag_key"] == key
    changed = dict(assigned(body(tags.KIND, data_classes={"secret": {"leaves": "never"}})))
    assert changed["tags.DataClassification.tag_value"] == ["secret"]
    assert changed["tags.DataResidency.tag_value"] == ["EU"]


def test_every_resource_that_the_zone_tags_fits_its_tag_policy():
    zone, _ = landed()
    allowed = {key: value["tag_value"]["@@assign"] for key, value in body(tags.KIND)["tags"].items()}
    for data_class in zone.data_classes:
        given = zone.tags(data_class)
        assert {key: given[key] in values for key, values in allowed.items()} == dict.fromkeys(allowed, True)


def test_images_are_those_that_the_scp_takes_for_known_and_of_the_zones_owners_those_with_its_name():
    zone, deployment = landed()
    plain = dict(assigned(declarative_ec2.document(zone, deployment).body["ec2_attributes"]))
    assert plain["allowed_images_settings.state"] == "enabled"
    criteria = "allowed_images_settings.image_criteria"
    assert plain[f"{criteria}.criteria_1.allowed_image_providers"] == ["amazon", "aws_marketplace"]
    assert f"{criteria}.criteria_2.image_names" not in plain
    with_owners = deployment.model_copy(update={"aws_ami_owners": ("222233334444", "amazon", "self", "111122223333")})
    found = dict(assigned(declarative_ec2.document(zone, with_owners).body["ec2_attributes"]))
    assert found[f"{criteria}.criteria_2.allowed_image_providers"] == ["111122223333", "222233334444"]
    assert found[f"{criteria}.criteria_2.image_names"] == ["sovereign-*"]
    perimeter = " ".join(document.text for document in scp.documents(zone, with_owners))
    assert all(owner in perimeter for owner in ("111122223333", "222233334444", "aws-marketplace"))


def test_ec2_answers_metadata_with_a_token_and_shares_nothing_with_the_public():
    found = dict(assigned(body(declarative_ec2.KIND)["ec2_attributes"]))
    assert found["instance_metadata_defaults.http_tokens"] == "required"
    assert found["instance_metadata_defaults.http_tokens_enforced"] == "enabled"
    assert found["snapshot_block_public_access.state"] == "block_all_sharing"
    assert found["image_block_public_access.state"] == "block_new_sharing"
    assert found["serial_console_access.status"] == "disabled"
    assert found["vpc_block_public_access.internet_gateway_block.mode"] == "block_ingress"


def test_ai_services_keep_nothing():
    assert dict(assigned(body(ai_opt_out.KIND))) == {"services.default.opt_out_policy": "optOut"}


def test_backups_are_copied_between_the_zones_regions_and_kept_as_long_as_its_records():
    plans = body(backup.KIND)["plans"]
    found = dict(assigned(plans))
    for plan, region, copied_to in (
        ("sovereign-eu-home", "eu-central-1", "eu-west-1"),
        ("sovereign-eu-elsewhere", "eu-west-1", "eu-central-1"),
    ):
        vault = f"arn:aws:backup:{copied_to}:$account:backup-vault:sovereign-eu"
        assert found[f"{plan}.regions"] == [region]
        assert found[f"{plan}.rules.daily.target_backup_vault_name"] == "sovereign-eu"
        copies = {key: value for key, value in plans[plan]["rules"]["daily"]["copy_actions"].items() if key != CHILDREN}
        assert {key: value["target_backup_vault_arn"]["@@assign"] for key, value in copies.items()} == {vault: vault}
        assert found[f"{plan}.rules.daily.lifecycle.delete_after_days"] == str(7 * 365)
        assert found[f"{plan}.selections.tags.residents.tag_value"] == ["EU"]
    assert len(plans) == 3


def test_a_zone_of_one_region_copies_nowhere_and_a_short_retention_goes_to_no_cold_storage():
    alone = {"partition": "aws", "home": "eu-central-1", "regions": ["eu-central-1"]}
    retention = {"mode": "COMPLIANCE", "years": 1, "archive_after_days": 300}
    text = json.dumps(body(backup.KIND, aws=alone, retention=retention))
    assert "copy_actions" not in text
    assert "cold_storage" not in text
    assert '"365"' in text


def test_a_zone_of_many_regions_still_fits():
    regions = sorted(row.code for row in facts.regions("aws") if row.partition == "aws" and row.code.startswith("eu-"))
    every = [region for region in regions if region not in ("eu-central-2", "eu-west-2")]
    policy = body(backup.KIND, aws={"partition": "aws", "home": "eu-central-1", "regions": every})
    assert policy["plans"]["sovereign-eu-elsewhere"]["regions"]["@@assign"] == [r for r in every if r != "eu-central-1"]


def test_what_a_partition_does_not_have_is_left_out():
    china = {"partition": "aws-cn", "home": "cn-northwest-1", "regions": ["cn-northwest-1"]}
    zone = declared("eu").model_copy(
        update={"aws": declared("eu").aws.model_copy(update=china), "azure": None}  # type: ignore[union-attr]
    )
    assert not offered("aws-cn", "ai-opt-out")
    found = {each.path for each in organization.documents(zone, deployed())}
    assert found == {kind.path("eu") for kind in organization.KINDS if offered("aws-cn", kind.capability)}
    assert "arn:aws-cn:iam::$account:role/" in backup.document(zone, deployed()).text
    assert organization.documents(zone.model_copy(update={"aws": None}), deployed()) == ()


def test_a_policy_that_is_too_large_says_by_how_much():
    classes = {f"class-{number}-{'x' * 50}": {"leaves": "never"} for number in range(200)}
    with pytest.raises(InputError, match=r"aws/policies/eu-tags\.json: .*too many.*\n.*Name fewer data classes"):
        organization.documents(*landed(data_classes=classes))
