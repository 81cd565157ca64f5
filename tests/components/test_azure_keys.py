from typing import Any

import pytest
from azure_hsm import in_an_hsm
from built import Recorder, build, declared, deployed

from components.azure.keys import ZoneKeyVault, ZoneKeyVaultArgs
from sovereignty import azure_names
from sovereignty.errors import InputError
from sovereignty.facts import azure_roles

pytestmark = pytest.mark.engine

SUBSCRIPTION = deployed().azure_subscriptions[0]
VAULT, KEY = "azure-native:keyvault:Vault", "azure-native:keyvault:Key"
GRANT = "azure-native:authorization:RoleAssignment"
IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
URI = "https://zone.vault.azure.net/keys/sovereign-eu-key"


def vault(**arguments: Any) -> tuple[Recorder, dict[str, Any]]:
    given: dict[str, Any] = {"zone": declared("eu"), "deployment": deployed(), "resource_group_name": "sovereign-eu"}

    def make() -> dict[str, Any]:
        made = ZoneKeyVault("eu", ZoneKeyVaultArgs(**{**given, **arguments}))
        outputs = ("store_id", "store_uri", "key_name", "key_uri", "key_version_uri", "identity_id")
        return {each: getattr(made, each) for each in outputs}

    answers = {
        KEY: {"keyUri": URI, "keyUriWithVersion": f"{URI}/0"},
        IDENTITY: {"principalId": "11111111-2222-4333-8444-555555555555"},
    }
    return build(make, None, **answers)


@pytest.fixture(scope="module")
def at_home() -> tuple[Recorder, dict[str, Any]]:
    return vault()


@pytest.fixture(scope="module")
def made(at_home: tuple[Recorder, dict[str, Any]]) -> Recorder:
    return at_home[0]


def test_the_vault_is_premium_and_opens_to_roles_alone(made: Recorder):
    found = made.the(VAULT).inputs
    assert (found["location"], found["vaultName"]) == (
        "germanywestcentral",
        azure_names.shared(declared("eu"), SUBSCRIPTION, "germanywestcentral", "vault", hyphens=True),
    )
    assert found["properties"] == {
        "tenantId": deployed().azure_tenant_id,
        "sku": {"family": "A", "name": "premium"},
        "enableRbacAuthorization": True,
        "enableSoftDelete": True,
        "softDeleteRetentionInDays": 90,
        "enablePurgeProtection": True,
        "publicNetworkAccess": "Disabled",
        "networkAcls": {"defaultAction": "Deny", "bypass": "AzureServices"},
        # what reads secrets and keys past the roles: for machines, templates, encryption inside a guest
        "enabledForDeployment": False,
        "enabledForTemplateDeployment": False,
        "enabledForDiskEncryption": False,
    }


def test_the_key_never_leaves_its_hsm_and_rotates_without_ever_expiring(made: Recorder):
    key = made.the(KEY).inputs
    assert key["keyName"] == "sovereign-eu-key"
    properties = key["properties"]
    assert (properties["kty"], properties["keySize"]) == ("RSA-HSM", 3072)
    assert properties["keyOps"] == ["wrapKey", "unwrapKey"]
    assert properties["attributes"] == {"enabled": True, "exportable": False}
    assert properties["rotationPolicy"] == {
        "lifetimeActions": [{"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P1Y"}}]
    }, "Key Vault takes no notice without an expiry, and an expired key locks its data away"
    assert "releasePolicy" not in properties


def test_the_identity_may_encrypt_with_this_key_alone(made: Recorder):
    granted = made.the(GRANT).inputs
    assert granted["scope"] == "eu-id", "the key's id"
    assert granted["principalId"] == "11111111-2222-4333-8444-555555555555"
    role = azure_roles.definition_id("key-vault-crypto-service-encryption-user", SUBSCRIPTION)
    assert granted["roleDefinitionId"] == role
    assert role.endswith("/e147488a-f6f5-4113-8e2d-b22465e65bf6")


def test_all_of_it_is_protected(made: Recorder):
    assert len(made.seen) == 5
    assert all(each.protect for each in made.seen if each.type.startswith("azure-native"))


def test_who_uses_the_identity_waits_for_its_right(at_home: tuple[Recorder, dict[str, Any]]):
    _, outputs = at_home
    assert outputs["identity_id"] == "eu-id"
    assert (outputs["key_uri"], outputs["key_version_uri"]) == (URI, f"{URI}/0")


def test_every_name_is_the_same_each_time_and_another_in_another_place():
    first, second = (vault(location=place)[0] for place in ("West Europe", "westeurope"))
    home = vault()[0]
    for kind, key in ((VAULT, "vaultName"), (GRANT, "roleAssignmentName")):
        names = [each.the(kind).inputs[key] for each in (first, second, home)]
        assert names[0] == names[1] != names[2]
    assert first.the(VAULT).inputs["location"] == first.the(IDENTITY).inputs["location"] == "westeurope"


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"location": "eastus"}, "ZoneKeyVaultArgs.location"),
        ({"subscription": "99999999-2222-4333-8444-555555555555"}, "ZoneKeyVaultArgs.subscription"),
        ({"resource_group_name": ""}, "ZoneKeyVaultArgs.resource_group_name"),
        ({"zone": in_an_hsm()}, "zones/eu.yaml: keys.azure"),
        (
            {"deployment": deployed().model_copy(update={"azure_tenant_id": None})},
            "Pulumi.eu.yaml: sovereign-zones:azureTenantId",
        ),
    ],
)
def test_bad_arguments_are_told_before_anything_is_made(arguments: dict[str, Any], where: str):
    with pytest.raises(InputError) as told:
        vault(**arguments)
    [problem] = told.value.problems
    assert problem.where == where
