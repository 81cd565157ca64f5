"""The stack file: its keys, and whether it agrees with the zone that it builds."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from law_inputs import EU, STACK, refused

from sovereignty.deployment import Deployment, agree, from_config, key, load_stack
from sovereignty.errors import Problem
from sovereignty.zone import Zone, parse

WHERE = "Pulumi.eu.yaml"
ZONE = parse(EU, "zones/eu.yaml")


def wrong(config: dict[str, Any]) -> list[Problem]:
    return refused(from_config, config, WHERE)


def disagreement(deployment: Deployment, zone: Zone = ZONE, **settings: str) -> list[Problem]:
    return refused(agree, zone, "zones/eu.yaml", deployment, WHERE, **settings)


def changed(**values: object) -> Deployment:
    return from_config(STACK | {f"sovereign-zones:{name}": value for name, value in values.items()}, WHERE)


def test_a_stack_is_read_with_its_defaults(stack: dict[str, Any]):
    deployment = from_config(stack, WHERE)
    assert deployment.zone == "eu"
    assert (deployment.phase, deployment.rollout, deployment.hsm_phase) == ("provision", "zone", None)
    assert deployment.aws_accounts == ("444455556666",)


def test_keys_are_read_without_their_namespace_too(stack: dict[str, Any]):
    bare = {name.removeprefix("sovereign-zones:"): value for name, value in stack.items()}
    assert from_config(bare, WHERE) == from_config(stack, WHERE)


def test_lists_are_read_as_the_json_text_that_the_engine_hands_over(stack: dict[str, Any]):
    as_text = {name: json.dumps(value) if isinstance(value, list) else value for name, value in stack.items()}
    assert from_config(as_text, WHERE) == from_config(stack, WHERE)


def test_a_key_given_with_and_without_namespace_is_refused(stack: dict[str, Any]):
    (problem,) = wrong(stack | {"zone": "us"})
    assert problem.found == "The key stands there twice."


def test_a_stack_without_zone_is_refused(stack: dict[str, Any]):
    del stack["sovereign-zones:zone"]
    (problem,) = wrong(stack)
    assert problem == Problem(WHERE, "The stack names no zone.", "Add `sovereign-zones:zone: eu`.")


def test_keys_of_other_namespaces_are_left_alone(stack: dict[str, Any]):
    assert from_config(stack | {"aws:profile": 7, "pulumi:tags": {}}, WHERE).zone == "eu"


def test_a_misspelt_key_is_named_with_the_nearest(stack: dict[str, Any]):
    (problem,) = wrong(stack | {"sovereign-zones:awsAcounts": []})
    assert problem == Problem(f"{WHERE}: sovereign-zones:awsAcounts", "There is no such key.", problem.right)
    assert problem.right.startswith("Did you mean awsAccounts")


def test_the_names_of_our_own_code_are_not_keys_of_the_file(stack: dict[str, Any]):
    (problem,) = wrong(stack | {"sovereign-zones:aws_accounts": ["444455556666"]})
    assert problem.found == "There is no such key."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("awsOrganizationId", "o-short"),
        ("awsOrganizationId", "O-A1B2C3D4E5"),
        ("awsManagementAccount", "12345678901"),
        ("awsManagementAccount", "1234567890123"),
        ("awsManagementAccount", "\uff11" * 12),
        ("awsParentOuId", "ou-1"),
        ("awsZoneOuPath", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111"),
        ("awsZoneOuPath", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"),
        ("azureTenantId", "6f1d2c3b"),
        ("sentinelWorkspaceId", "/subscriptions/x"),
        ("azureParentManagementGroupId", "/providers/Microsoft.Management/managementGroups/x"),
        ("foundation", "org"),
        ("foundation", "organization/sovereign-foundation/org"),
        ("phase", "lock"),
        ("rollout", "all"),
        ("hsmPhase", "created"),
        ("identityCenterRegion", "eu-central-9"),
        ("zone", "EU"),
        ("zone", 7),
        ("phase", ["locked"]),
    ],
)
def test_a_value_of_another_form_is_refused(stack: dict[str, Any], name: str, value: object):
    (problem,) = wrong(stack | {f"sovereign-zones:{name}": value})
    assert problem.where == f"{WHERE}: sovereign-zones:{name}"
    assert problem.right


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("awsAccounts", "44445555666"),
        ("awsOrganizationPaths", "o-a1b2c3d4e5/r-ab12/*"),
        ("awsOrganizationPaths", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111"),
        ("awsOrganizationPaths", "o-a1b2c3d4e5/*/ou-ab12-11111111/"),
        ("awsVpcArns", "vpc-0a1b2c3d"),
        ("awsVpcArns", "arn:aws:ec2:eu-central-1:444455556666:subnet/subnet-0a1b2c3d"),
        ("awsAmiOwners", "canonical"),
        ("azureSubscriptions", "my subscription"),
        ("azureManagedByTenants", "contoso.onmicrosoft.com"),
    ],
)
def test_an_entry_of_another_form_is_refused_with_its_index(stack: dict[str, Any], name: str, value: str):
    (problem,) = wrong(stack | {f"sovereign-zones:{name}": [value]})
    assert problem.where == f"{WHERE}: sovereign-zones:{name}[0]"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("awsOrganizationPaths", ["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/", "o-a1b2c3d4e5/r-ab12/ou-ab12-22222222/*"]),
        ("awsVpcArns", ["arn:aws:ec2:eu-west-1:444455556666:vpc/vpc-0a1b2c3d4e5f67890"]),
        ("awsAmiOwners", ["amazon", "444455556666"]),
        ("awsZoneOuPath", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"),
        ("identityCenterRegion", "us-east-1"),
        ("sentinelWorkspaceId", "6F1D2C3B-4A59-4E68-9B7A-0C1D2E3F4A5B"),
        ("phase", "locked"),
        ("rollout", "sandbox"),
    ],
)
def test_a_lawful_value_is_taken(name: str, value: object):
    agree(ZONE, "zones/eu.yaml", changed(**{name: value}), WHERE, "eu-central-1", "Germany West Central")


@pytest.mark.parametrize("value", ["not json", "{}", '"x"', "[", "7", {"a": 1}, 7, True])
def test_a_list_that_is_none_is_refused(stack: dict[str, Any], value: object):
    (problem,) = wrong(stack | {"sovereign-zones:awsAccounts": value})
    assert problem.found.startswith("A list is expected, found ")


def test_an_account_id_without_quotes_is_explained(stack: dict[str, Any]):
    for value in (111122223333, 0o12345670123, 1.1e11):
        (problem,) = wrong(stack | {"sovereign-zones:awsManagementAccount": value})
        assert "octal" in problem.found
        assert problem.right == 'Put it in quotes, such as "111122223333".'


def test_what_was_found_in_place_of_an_identifier_is_not_repeated(stack: dict[str, Any]):
    for name in ("awsManagementAccount", "azureTenantId", "awsOrganizationId", "foundation"):
        (problem,) = wrong(stack | {f"sovereign-zones:{name}": "hunter2-hunter2"})
        assert "hunter2" not in str(problem)


def test_an_encrypted_value_is_refused_and_not_repeated(stack: dict[str, Any]):
    (problem,) = wrong(stack | {"sovereign-zones:awsManagementAccount": {"secure": "v1:hunter2"}})
    assert "encrypted" in problem.found
    assert "hunter2" not in str(problem)


def test_a_key_without_value_is_refused(stack: dict[str, Any]):
    (problem,) = wrong(stack | {"sovereign-zones:awsAccounts": None})
    assert problem.found == "It has no value."


def test_the_management_account_is_no_account_of_a_zone(stack: dict[str, Any]):
    (problem,) = wrong(stack | {"sovereign-zones:awsAccounts": ["444455556666", "111122223333"]})
    assert problem.where == f"{WHERE}: sovereign-zones:awsAccounts[1]"


def test_an_account_that_stands_twice_is_refused(stack: dict[str, Any]):
    (problem,) = wrong(stack | {"sovereign-zones:awsAccounts": ["444455556666", "444455556666"]})
    assert problem.where == f"{WHERE}: sovereign-zones:awsAccounts[1]"


def test_paths_of_another_organization_are_refused(stack: dict[str, Any]):
    (problem,) = wrong(stack | {"sovereign-zones:awsOrganizationPaths": ["o-zzzzzzzzzz/r-ab12/ou-ab12-11111111/"]})
    assert problem.found == "The path belongs to another organization."


def test_a_parent_beside_a_foundation_is_refused(stack: dict[str, Any]):
    (problem,) = wrong(stack | {"sovereign-zones:awsParentOuId": "ou-ab12-11111111"})
    assert problem.found.startswith("The parent is given twice")


def test_all_problems_are_told_in_the_order_of_the_file():
    problems = wrong({"phase": "lock", "zoen": "eu", "awsAccounts": [7], "azureTenantId": None})
    assert [problem.where for problem in problems] == [
        f"{WHERE}: sovereign-zones:phase",
        f"{WHERE}: sovereign-zones:zoen",
        f"{WHERE}: sovereign-zones:awsAccounts[0]",
        f"{WHERE}: sovereign-zones:azureTenantId",
        WHERE,
    ]


def test_a_region_that_is_not_the_home_is_refused_with_both_files():
    (problem,) = disagreement(changed(), aws_region="eu-west-1")
    assert problem.where == "Pulumi.eu.yaml: aws:region"
    assert problem.found == "eu-west-1 is not the home region of zone eu: zones/eu.yaml says aws.home: eu-central-1."


def test_a_location_that_is_not_the_home_is_refused_with_both_files():
    (problem,) = disagreement(changed(), azure_location="West Europe")
    assert problem.where == "Pulumi.eu.yaml: azure-native:location"
    assert "zones/eu.yaml" in problem.found


def test_the_home_location_may_be_spelt_as_azure_shows_it():
    agree(ZONE, "zones/eu.yaml", changed(), WHERE, azure_location="Germany West Central")


def test_a_stack_of_another_zone_is_refused():
    (problem,) = disagreement(changed(zone="us"))
    assert problem.found == "The stack builds zone us, and zones/eu.yaml declares eu."


@pytest.mark.parametrize(
    "name",
    ["awsOrganizationId", "awsManagementAccount", "awsAccounts", "azureTenantId", "azureSubscriptions"],
)
def test_what_the_footprint_needs_is_named_when_it_is_missing(stack: dict[str, Any], name: str):
    del stack[f"sovereign-zones:{name}"]
    (problem,) = disagreement(from_config(stack, WHERE))
    assert problem.where == f"{WHERE}: sovereign-zones:{name}"
    assert problem.right.startswith(f"Add `sovereign-zones:{name}: ")


def test_a_zone_hangs_below_a_foundation_or_below_given_parents(stack: dict[str, Any]):
    del stack["sovereign-zones:foundation"]
    problems = disagreement(from_config(stack, WHERE))
    assert [problem.where for problem in problems] == [
        f"{WHERE}: {key('aws_parent_ou_id')}",
        f"{WHERE}: {key('azure_parent_management_group_id')}",
    ]
    stack |= {
        "sovereign-zones:awsParentOuId": "ou-ab12-11111111",
        "sovereign-zones:azureParentManagementGroupId": "sovereignty",
    }
    agree(ZONE, "zones/eu.yaml", from_config(stack, WHERE), WHERE)


def test_a_zone_on_one_cloud_asks_nothing_of_the_other():
    azure_only = {name: value for name, value in EU.items() if name != "aws"}
    azure_only["keys"] = {"azure": "premium-vault"}
    azure_only["accepts"] = [row for row in EU["accepts"] if not row["risk"].startswith("aws.")]
    zone = parse(azure_only, "zones/eu.yaml")
    config = {name: value for name, value in STACK.items() if not name.startswith("sovereign-zones:aws")}
    agree(zone, "zones/eu.yaml", from_config(config, WHERE), WHERE, None, "germanywestcentral")
    (problem,) = disagreement(from_config(config, WHERE), zone, aws_region="eu-central-1")
    assert problem.found == "The zone has no footprint there: zones/eu.yaml has no `aws:`."


def in_an_hsm() -> Zone:
    hsm = EU | {
        "keys": {"aws_origin": "AWS_KMS", "azure": "managed-hsm"},
        "accepts": [row for row in EU["accepts"] if row["risk"] != "azure.key-vault-pair"],
    }
    return parse(hsm, "zones/eu.yaml")


ADMINISTRATORS = [f"{number}c4d5e6f-7a8b-4c9d-8e0f-1a2b3c4d5e6f" for number in (1, 2, 3)]


def test_hsm_phases_belong_to_a_managed_hsm():
    (problem,) = disagreement(changed(hsmPhase="create"))
    assert problem.where == f"{WHERE}: sovereign-zones:hsmPhase"
    stack = changed(hsmPhase="create", azureHsmAdministrators=ADMINISTRATORS)
    agree(in_an_hsm(), "zones/eu.yaml", stack, WHERE)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_managed_hsm_has_three_administrators_at_least(count: int):
    (problem,) = disagreement(changed(azureHsmAdministrators=ADMINISTRATORS[:count]), in_an_hsm())
    assert problem.where == f"{WHERE}: sovereign-zones:azureHsmAdministrators"
    assert problem.found == f"A managed HSM has 3 administrators at least, and this names {count}."


def test_a_network_outside_the_zone_is_refused():
    (problem,) = disagreement(changed(awsVpcArns=["arn:aws:ec2:us-east-1:444455556666:vpc/vpc-0a1b2c3d"]))
    assert problem.where == f"{WHERE}: sovereign-zones:awsVpcArns[0]"
    assert "us-east-1" in problem.found


def test_an_identity_center_of_another_partition_is_refused():
    (problem,) = disagreement(changed(identityCenterRegion="us-gov-west-1"))
    assert "aws-us-gov" in problem.found


def test_a_stack_file_is_read_with_its_whole_configuration(tmp_path: Path, stack: dict[str, Any]):
    path = tmp_path / "Pulumi.eu.yaml"
    path.write_text(yaml.safe_dump({"config": stack, "encryptionsalt": "v1:x"}), encoding="utf-8")
    deployment, config = load_stack(path)
    assert deployment.zone == "eu"
    assert config["aws:region"] == "eu-central-1"


@pytest.mark.parametrize("text", ["", "config:\n", "encryptionsalt: x\n", "config: {}\n"])
def test_a_stack_file_without_configuration_names_no_zone(tmp_path: Path, text: str):
    path = tmp_path / "Pulumi.eu.yaml"
    path.write_text(text, encoding="utf-8")
    (problem,) = refused(load_stack, path)
    assert problem.found == "The stack names no zone."


@pytest.mark.parametrize("text", ["[]", "text", "7", "config: [a]", "config: text"])
def test_a_stack_file_of_another_shape_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "Pulumi.eu.yaml"
    path.write_text(text, encoding="utf-8")
    (problem,) = refused(load_stack, path)
    assert "mapping" in problem.found


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("awsVpcCidrs", ["eu-central-1=10.20.1.0/16"], "This is no CIDR block."),
        ("awsVpcCidrs", ["eu-central-1=10.20.0.0/8"], "This is not a region with the CIDR block"),
        ("awsVpcCidrs", ["eu-west-1=10.20.0.0/16", "eu-west-1=10.21.0.0/16"], "eu-west-1 stands there twice."),
        ("awsKeyStores", ["eu-central-1"], "This is not a region with its custom key store"),
        ("awsManagedElsewhere", ["inspector"], "is not one of its values"),
        ("awsAlarmSubscribers", ["http://example.com"], "This is not an e-mail address or an https address"),
        ("awsSandboxParentOuId", "ou-ab12-33333333", "The parent is given twice"),
        ("azureSandboxParentManagementGroupId", "sovereignty-sandbox", "The parent is given twice"),
    ],
)
def test_what_the_aws_half_is_told_is_held_to_its_form(name: str, value: object, found: str, stack: dict[str, Any]):
    (problem,) = wrong(stack | {f"sovereign-zones:{name}": value})
    assert found in problem.found
    assert name in problem.where


def test_values_of_regions_are_found_by_region():
    landed = changed(
        awsVpcCidrs=["eu-central-1=10.20.0.0/16"], awsKeyStores=["eu-central-1=cks-0a1b2c3d4e5f67890/outside-key"]
    )
    assert landed.vpc_cidr("eu-central-1") == "10.20.0.0/16"
    assert landed.vpc_cidr("eu-west-1") is None
    assert landed.key_store("eu-central-1") == ("cks-0a1b2c3d4e5f67890", "outside-key")
    assert landed.key_store("eu-west-1") is None


@pytest.mark.parametrize("value", ["us-east-1=10.20.0.0/16"])
def test_a_value_for_a_region_outside_the_zone_is_refused(value: str):
    (problem,) = disagreement(changed(awsVpcCidrs=[value]))
    assert "awsVpcCidrs[0]" in problem.where


def test_key_stores_of_a_zone_whose_keys_need_none_are_refused():
    (problem,) = disagreement(changed(awsKeyStores=["eu-central-1=cks-0a1b2c3d4e5f67890"]))
    assert "awsKeyStores" in problem.where


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("azureVnetCidrs", ["westeurope=10.20.1.0/16"], "This is no CIDR block."),
        ("azureVnetCidrs", ["westeurope=10.20.0.0/25"], "This is not a location with the CIDR block"),
        ("azureVnetCidrs", ["West Europe=10.20.0.0/16", "westeurope=10.21.0.0/16"], "westeurope stands there twice."),
        ("azureManagedElsewhere", ["defender"], "is not one of its values"),
        ("azureAlarmSubscribers", ["http://example.com"], "This is not an e-mail address or an https address"),
        ("azureHsmAdministrators", ["somebody"], "This is not a GUID."),
        ("azureLogCluster", "perhaps", "true or false is expected"),
        ("azurePublicQueries", "perhaps", "true or false is expected"),
        ("azureHubSubscriptions", ["the hub"], "This is not a GUID."),
        ("azureHubSubscriptions", ["0A1B2C3D-4E5F-4A6B-8C7D-9E0F1A2B3C4D"], "It is one of the zone's own."),
    ],
)
def test_what_the_azure_half_is_told_is_held_to_its_form(name: str, value: object, found: str, stack: dict[str, Any]):
    (problem,) = wrong(stack | {f"sovereign-zones:{name}": value})
    assert found in problem.found
    assert name in problem.where


def test_a_network_of_a_location_is_found_in_any_spelling():
    landed = changed(azureVnetCidrs=["West Europe=10.20.0.0/16"])
    assert landed.vnet_cidr("westeurope") == landed.vnet_cidr("West Europe") == "10.20.0.0/16"
    assert landed.vnet_cidr("northeurope") is None


def test_a_network_in_a_location_outside_the_zone_is_refused():
    (problem,) = disagreement(changed(azureVnetCidrs=["UK South=10.20.0.0/16"]))
    assert "azureVnetCidrs[0]" in problem.where
    assert "westeurope" in problem.right


def test_administrators_of_an_hsm_that_the_zone_has_not_are_refused():
    (problem,) = disagreement(changed(azureHsmAdministrators=["3c4d5e6f-7a8b-4c9d-8e0f-1a2b3c4d5e6f"]))
    assert "azureHsmAdministrators" in problem.where


def test_nobody_comes_in_unless_the_stack_file_says_so():
    assert (changed().azure_hub_subscriptions, changed().azure_public_queries) == ((), False)
    assert changed(azurePublicQueries="true").azure_public_queries is True
    hub = "99999999-2222-4333-8444-555555555555"
    assert changed(azureHubSubscriptions=[hub.upper()]).azure_hub_subscriptions == (hub,)


def test_a_switch_of_the_stack_file_is_read_as_the_engine_hands_it_over():
    assert changed(azureLogCluster="true").azure_log_cluster is True
    assert changed(azureLogCluster=False).azure_log_cluster is False
