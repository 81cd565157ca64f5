"""What Azure's components take: places and subscriptions of the zone, ids of the right kind."""

import pulumi
import pytest
from built import build, declared, deployed

from components.azure.arguments import location_of, resource_id, subscription_of
from sovereignty.errors import InputError

pytestmark = pytest.mark.engine

SUBSCRIPTION = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers"
VAULT = "Microsoft.KeyVault/vaults"


@pytest.mark.parametrize("spelling", ["westeurope", "West Europe", "WestEurope", "west europe"])
def test_a_location_is_taken_in_any_spelling(spelling: str):
    assert location_of(declared("eu"), spelling, "XArgs.location") == "westeurope"


def test_without_a_location_it_is_the_zones_home():
    assert location_of(declared("eu"), None, "XArgs.location") == "germanywestcentral"


@pytest.mark.parametrize("outside", ["eastus", "UK South", "nowhere", ""])
def test_a_location_outside_the_zone_is_refused_by_the_arguments_name(outside: str):
    with pytest.raises(InputError) as refused:
        location_of(declared("eu"), outside, "XArgs.location")
    [problem] = refused.value.problems
    assert problem.where == "XArgs.location"
    assert "westeurope" in problem.right


@pytest.mark.parametrize("wrong", [5, True, ["westeurope"]])
def test_what_is_no_text_is_refused_by_the_arguments_name(wrong):
    for refuse in (
        lambda: location_of(declared("eu"), wrong, "XArgs.x"),
        lambda: subscription_of(deployed(), wrong, "XArgs.x"),
        lambda: resource_id(wrong, "XArgs.x", VAULT),
    ):
        with pytest.raises(InputError, match=r"XArgs\.x: Text is expected, found "):
            refuse()


def test_a_subscription_is_one_of_the_zones_and_by_default_its_first():
    assert subscription_of(deployed(), None, "XArgs.subscription") == SUBSCRIPTION
    assert subscription_of(deployed(), SUBSCRIPTION.upper(), "XArgs.subscription") == SUBSCRIPTION
    with pytest.raises(InputError) as refused:
        subscription_of(deployed(), "ffffffff-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "XArgs.subscription")
    [problem] = refused.value.problems
    assert problem.where == "XArgs.subscription"
    assert "ffffffff" not in str(problem)


def test_an_id_of_the_right_kind_passes():
    assert resource_id(f"{GROUP}/{VAULT}/v", "XArgs.vault_id", VAULT) == f"{GROUP}/{VAULT}/v"
    assert resource_id(f"{GROUP}/microsoft.keyvault/VAULTS/v", "XArgs.vault_id", VAULT)
    assert resource_id(f"{GROUP}/{VAULT}/v/keys/k", "XArgs.key_id", f"{VAULT}/keys")


def test_an_output_is_not_read():
    def program() -> None:
        later = pulumi.Output.from_input("anything")
        assert resource_id(later, "XArgs.vault_id", VAULT) is later

    build(program)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        None,
        "my-vault",
        f"{GROUP}/{VAULT}/v/keys/k",
        f"{GROUP}/Microsoft.Storage/storageAccounts/a",
        f"/providers/{VAULT}/v",
        f"{GROUP}/{VAULT}/v/keys",
    ],
)
def test_an_id_of_another_kind_is_refused_and_not_repeated(wrong):
    with pytest.raises(InputError) as refused:
        resource_id(wrong, "XArgs.vault_id", VAULT)
    [problem] = refused.value.problems
    assert problem.where == "XArgs.vault_id"
    assert not wrong or wrong not in problem.found
