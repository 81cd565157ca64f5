import runpy
from typing import Any

import pytest
from built import ROOT

from sovereignty.documents import read_yaml
from sovereignty.errors import InputError

from_config = runpy.run_path(str(ROOT / "foundation" / "settings.py"))["from_config"]
STACK_FILE = "foundation/Pulumi.org.yaml"
PREFIX = "sovereign-foundation:"


def committed() -> dict[str, str]:
    data: Any = read_yaml(ROOT / STACK_FILE)
    return {key: value for key, value in data["config"].items() if isinstance(value, str)}


def test_the_committed_stack_file_gives_both_clouds():
    found = from_config(committed(), STACK_FILE)
    assert found.aws_management_account == "111122223333"
    assert found.azure_tenant_id and found.azure_subscription


def test_an_empty_text_means_not_given():
    found = from_config({**committed(), f"{PREFIX}azureTenantId": "", f"{PREFIX}azureSubscription": ""}, STACK_FILE)
    assert found.azure_tenant_id is None
    assert found.aws_management_account


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"awsManagementAcount": "111122223333"}, "awsManagementAcount: There is no such key"),
        ({"awsManagementAccount": "1111"}, "awsManagementAccount: This is not an account id"),
        ({"azureSubscription": ""}, "azureSubscription: It is missing, and Azure needs both"),
        ({"awsManagementAccount": "", "azureTenantId": "", "azureSubscription": ""}, "Neither cloud is given"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_key(changes: dict[str, str], message: str):
    changed = {**committed(), **{f"{PREFIX}{key}": value for key, value in changes.items()}}
    with pytest.raises(InputError, match=rf"^foundation/Pulumi\.org\.yaml: .*{message}"):
        from_config(changed, STACK_FILE)


def test_aws_needs_a_region_to_sign_in_at():
    with pytest.raises(InputError, match="aws:region"):
        from_config({key: value for key, value in committed().items() if key != "aws:region"}, STACK_FILE)
