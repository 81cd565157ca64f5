"""What a subscription that no zone has yet is refused, by the evaluator that is not the compiler's."""

import pytest
from azure_cases import aliases, outcome

from sovereignty.azure_policy.lint import problems
from sovereignty.azure_policy.resource import AzureResource
from sovereignty.compile.azure import unplaced


def verdict(resource_type: str, **body: object) -> str | None:
    return outcome(unplaced.definition_body(), AzureResource(type=resource_type, name="x", body=body)).effect


@pytest.mark.parametrize(
    ("resource_type", "body"),
    [
        ("Microsoft.Storage/storageAccounts", {"location": "westeurope"}),
        ("microsoft.storage/STORAGEACCOUNTS", {"location": "westeurope"}),
        ("Microsoft.Resources/subscriptions/resourceGroups", {"location": "eastus"}),
        ("Microsoft.Network/virtualNetworks/subnets", {}),
        ("Microsoft.AuthorizationX/things", {}),
    ],
)
def test_every_resource_is_refused_wherever_it_is(resource_type: str, body: dict[str, object]):
    assert verdict(resource_type, **body) == "deny"


@pytest.mark.parametrize(
    "resource_type",
    ["Microsoft.Resources/subscriptions", "Microsoft.Authorization/roleAssignments", "microsoft.authorization/locks"],
)
def test_the_subscription_itself_and_who_may_do_what_there_are_left_to_their_owners(resource_type: str):
    assert verdict(resource_type) is None


def test_the_linter_finds_nothing():
    assert problems(unplaced.definition_body(), aliases=aliases(), definitions={}) == []
