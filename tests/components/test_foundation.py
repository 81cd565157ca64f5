from typing import Any

import pytest
from built import ROOT

from sovereignty.documents import read_yaml
from sovereignty.errors import InputError
from sovereignty.foundation_deployment import from_config, load_stack

STACK_FILE = "foundation/Pulumi.org.yaml"
PREFIX = "sovereign-foundation:"


def committed() -> dict[str, str]:
    data: Any = read_yaml(ROOT / STACK_FILE)
    return {key: value for key, value in data["config"].items() if isinstance(value, str)}


def test_lists_numbers_and_switches_are_read_as_the_engine_and_as_the_file_write_them():
    own = {"awsPartnerAccounts": '["222233334444"]', "awsTrailYears": "3", "awsRootPolicies": "false"}
    found = from_config(committed() | {f"{PREFIX}{key}": value for key, value in own.items()}, STACK_FILE)
    assert (found.aws_partner_accounts, found.aws_trail_years, found.aws_root_policies) == (("222233334444",), 3, False)
    file, region, where = load_stack(ROOT / STACK_FILE)
    assert file.aws_root_policies and file.aws_management_trail and file.aws_trail_years == 1
    assert region == "eu-central-1" and where.endswith(STACK_FILE)


def test_the_committed_stack_file_gives_both_clouds():
    found = from_config(committed(), STACK_FILE)
    assert found.aws_management_account == "111122223333"
    assert found.azure_tenant_id and found.azure_subscription


def test_an_empty_text_means_not_given():
    none = {
        "azureTenantId": "",
        "azureSubscription": "",
        "azureHierarchySettings": "false",
        "azureAlarmSubscribers": [],
    }
    found = from_config({**committed(), **{f"{PREFIX}{key}": value for key, value in none.items()}}, STACK_FILE)
    assert found.azure_tenant_id is None
    assert found.aws_management_account


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"awsManagementAcount": "111122223333"}, "awsManagementAcount: There is no such key"),
        ({"awsManagementAccount": "1111"}, "awsManagementAccount: This is not an account id"),
        ({"azureSubscription": ""}, "azureSubscription: It is missing, and Azure needs both"),
        ({"awsSecurityAccount": "111122223333"}, "awsSecurityAccount: The management account is given"),
        ({"awsPartnerAccounts": ["111122223333"]}, "awsPartnerAccounts: The management account is among them"),
        ({"awsPartnerAccounts": "222233334444"}, "awsPartnerAccounts: A list is expected"),
        ({"awsSecurityRegions": ["us-gov-west-1"]}, "awsSecurityRegions: us-gov-west-1 is of partition aws-us-gov"),
        ({"awsTrailYears": "0"}, "awsTrailYears"),
        ({"awsTrailYears": "1.5"}, "awsTrailYears"),
        ({"awsRootPolicies": "no"}, "awsRootPolicies: true or false is expected"),
        ({"awsForwardTo": "arn:aws:sns:eu-central-1:1:x"}, "awsForwardTo: This is not an event bus's ARN"),
        (
            {"awsForwardTo": "arn:aws-cn:events:cn-north-1:444455556666:event-bus/x"},
            "awsForwardTo: The event bus is not",
        ),
        ({"awsAlarmSubscribers": ["security"]}, r"awsAlarmSubscribers\[0\]: This is not an e-mail"),
        (
            {
                "awsManagementAccount": "",
                "azureTenantId": "",
                "azureSubscription": "",
                "azureAlarmSubscribers": [],
                "azureHierarchySettings": "false",
            },
            "Neither cloud is given",
        ),
        ({"azureHierarchySettings": "perhaps"}, "azureHierarchySettings: true or false is expected"),
        ({"azureAlarmSubscribers": ["security"]}, r"azureAlarmSubscribers\[0\]: This is not an e-mail"),
        ({"azureEntraLogs": "true"}, "azureEntraLogs: The log goes to the watch"),
        ({"azureGroupLog": "true"}, "azureGroupLog: The log goes to the watch"),
        ({"azureAlarmSubscribers": ["security@example.com"]}, "azureAlarmSubscribers: No log is asked for"),
        (
            {"azureTenantId": "", "azureSubscription": "", "azureHierarchySettings": "true"},
            "azureHierarchySettings: No tenant is given",
        ),
    ],
)
def test_a_mistake_is_told_with_its_file_and_key(changes: dict[str, Any], message: str):
    changed = {**committed(), **{f"{PREFIX}{key}": value for key, value in changes.items()}}
    with pytest.raises(InputError, match=rf"^foundation/Pulumi\.org\.yaml: .*{message}"):
        from_config(changed, STACK_FILE)


@pytest.mark.parametrize(
    ("location", "told"), [(None, "It is missing"), ("eu-central-1", "This is no location of Azure")]
)
def test_a_watch_on_azure_needs_a_location_for_its_records(location: str | None, told: str):
    asked = {"azureAlarmSubscribers": ["security@example.com"], "azureGroupLog": "true"}
    watched = {**committed(), **{f"{PREFIX}{key}": value for key, value in asked.items()}}
    given = {key: value for key, value in watched.items() if key != "azure-native:location"}
    with pytest.raises(InputError, match=f"azure-native:location: {told}"):
        from_config(given | ({"azure-native:location": location} if location else {}), STACK_FILE)
    assert from_config(given | {"azure-native:location": "Germany West Central"}, STACK_FILE).azure_group_log


def test_aws_needs_a_region_to_sign_in_at():
    with pytest.raises(InputError, match="aws:region"):
        from_config({key: value for key, value in committed().items() if key != "aws:region"}, STACK_FILE)


def test_a_bus_in_another_region_is_refused_where_the_partition_has_no_such_targets():
    china = {"aws:region": "cn-north-1", f"{PREFIX}awsManagementAccount": "111122223333"}
    bus = "arn:aws-cn:events:{}:444455556666:event-bus/x"
    assert from_config({**china, f"{PREFIX}awsForwardTo": bus.format("cn-northwest-1")}, STACK_FILE).aws_forward_to
    with pytest.raises(InputError, match="awsForwardTo: In this partition"):
        from_config({**china, f"{PREFIX}awsForwardTo": bus.format("cn-north-1")}, STACK_FILE)
