from typing import Any

import pulumi
import pytest
from azure_hsm import (
    ADMINISTRATORS,
    HSM,
    IDENTITY,
    KEY,
    PRINCIPAL,
    SUBSCRIPTION,
    URI,
    VERSION,
    answers,
    in_an_hsm,
    landed,
)
from built import Recorder, build, declared, deployed

from components.azure.managed_hsm import ZoneManagedHsm, ZoneManagedHsmArgs
from sovereignty import azure_names
from sovereignty.errors import InputError
from sovereignty.facts import azure_availability

pytestmark = pytest.mark.engine

NAME = azure_names.shared(in_an_hsm(), SUBSCRIPTION, "germanywestcentral", "hsm")
OUTPUTS = (
    "hsm_name",
    "store_id",
    "store_uri",
    "key_name",
    "next_step",
    "key_uri",
    "key_version_uri",
    "identity_id",
    "identity_principal_id",
)


def hsm(phase: str | None = None, status: str = "Active", **arguments: Any) -> tuple[Recorder, dict[str, Any]]:
    given: dict[str, Any] = {"zone": in_an_hsm(), "deployment": landed(phase), "resource_group_name": "sovereign-eu"}

    def make() -> dict[str, Any]:
        made = ZoneManagedHsm("eu", ZoneManagedHsmArgs(**{**given, **arguments}))
        return {each: getattr(made, each) for each in OUTPUTS}

    return build(make, None, **answers(status))


def test_the_hsm_is_purge_protected_closed_and_of_one_location():
    recorder, outputs = hsm()
    found = recorder.the(HSM)
    assert found.protect
    assert found.inputs["name"] == NAME
    assert found.inputs["location"] == "germanywestcentral"
    assert found.inputs["sku"] == {"family": "B", "name": "Standard_B1"}
    assert found.inputs["properties"] == {
        "tenantId": deployed().azure_tenant_id,
        "initialAdminObjectIds": ADMINISTRATORS,
        "enableSoftDelete": True,
        "softDeleteRetentionInDays": 90,
        "enablePurgeProtection": True,
        "publicNetworkAccess": "Disabled",
        "networkAcls": {"defaultAction": "Deny", "bypass": "AzureServices"},
    }, "`regions` would take its keys to other locations"
    assert outputs["store_uri"] == URI


def test_the_first_run_makes_no_key_and_says_how_to_activate():
    recorder, outputs = hsm()
    assert [each.type for each in recorder.seen if each.type.startswith("azure-native")] == [HSM]
    name = outputs["hsm_name"]
    step = outputs["next_step"]
    assert "`sovereign-zones:azureHubSubscriptions`, docs/azure-people.md" in step, "how people come to it"
    assert f"az keyvault security-domain download --hsm-name {name} --sd-wrapping-keys custodian-1.cer" in step
    assert "custodian-3.cer --sd-quorum 2" in step
    assert f"--hsm-name {name} --name AllowKeyManagementOperationsThroughARM --value true" in step
    assert "`sovereign-zones:hsmPhase: activated` in Pulumi.eu.yaml" in step
    # whoever deploys may be a person or a group of people: az looks up which
    assert '--role "Managed HSM Crypto User" --assignee-object-id <object id of whoever deploys> --scope /keys' in step
    assert {each for each in OUTPUTS if outputs[each] is None} == {
        "key_uri",
        "key_version_uri",
        "identity_id",
        "identity_principal_id",
    }


def test_the_second_run_makes_key_and_identity_and_says_how_to_grant():
    recorder, outputs = hsm("activated")
    key, identity = recorder.the(KEY), recorder.the(IDENTITY)
    assert key.protect
    assert identity.protect
    assert {name: value for name, value in key.inputs.items() if name != "properties"} == {
        "apiVersion": "2023-07-01",
        "resourceGroupName": "sovereign-eu",
        "resourceProviderNamespace": "Microsoft.KeyVault",
        "parentResourcePath": f"managedHSMs/{NAME}",
        "resourceType": "keys",
        "resourceName": "sovereign-eu-key",
        "location": "germanywestcentral",
    }
    assert key.inputs["properties"] == {
        "kty": "RSA-HSM",
        "keySize": 3072,
        "keyOps": ["wrapKey", "unwrapKey"],
        "attributes": {"enabled": True, "exportable": False},
        "rotationPolicy": {"lifetimeActions": [{"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P1Y"}}]},
    }
    step = outputs["next_step"]
    assert f"az keyvault role assignment create --hsm-name {outputs['hsm_name']} " in step
    encrypts = '--role "Managed HSM Crypto Service Encryption User"'
    assert f"{encrypts} --assignee-object-id {PRINCIPAL} --assignee-principal-type ServicePrincipal " in step
    assert "--scope /keys/sovereign-eu-key" in step
    assert outputs["identity_id"] is outputs["key_uri"] is None, "nobody granted anything yet"


@pytest.mark.parametrize("phase", ["activated", "granted"])
@pytest.mark.parametrize("status", ["NotActivated", "Failed", ""])
def test_an_hsm_that_is_not_active_ends_the_run_with_what_to_do(phase: str, status: str):
    with pytest.raises(pulumi.RunError) as told:
        hsm(phase, status)
    said = str(told.value)
    assert said.startswith(f"Pulumi.eu.yaml: sovereign-zones:hsmPhase: It says {phase}, and the managed HSM ")
    assert "az keyvault security-domain download" in said
    # a location that joins later does not take the others back
    assert ("hsmPhase: activated`" in said) is (phase == "activated")
    assert ("deploy again in the same phase" in said) is (phase == "granted")


def test_the_third_run_gives_out_what_services_encrypt_with():
    _, outputs = hsm("granted")
    assert outputs["key_uri"] == f"{URI}keys/sovereign-eu-key"
    assert outputs["key_version_uri"] == f"{URI}keys/sovereign-eu-key/{VERSION}"
    assert (outputs["identity_id"], outputs["identity_principal_id"]) == ("eu-id", PRINCIPAL)
    assert "the key's first use" in outputs["next_step"]
    assert "KeyVaultAuthenticationFailure" in outputs["next_step"]


def test_no_text_that_people_read_would_be_shown_as_a_table():
    for phase in (None, "activated", "granted"):
        lines = hsm(phase)[1]["next_step"].splitlines()
        assert [each for each in lines if each.endswith(":")] == []


def test_a_location_is_taken_in_any_spelling():
    recorder, _ = hsm("activated", location="West Europe")
    assert {recorder.the(kind).inputs["location"] for kind in (HSM, KEY, IDENTITY)} == {"westeurope"}


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"location": "eastus"}, "ZoneManagedHsmArgs.location"),
        ({"subscription": "99999999-2222-4333-8444-555555555555"}, "ZoneManagedHsmArgs.subscription"),
        ({"resource_group_name": ""}, "ZoneManagedHsmArgs.resource_group_name"),
        ({"zone": declared("eu")}, "zones/eu.yaml: keys.azure"),
        ({"deployment": deployed()}, "Pulumi.eu.yaml: sovereign-zones:azureHsmAdministrators"),
        (
            {"deployment": deployed(azureHsmAdministrators=ADMINISTRATORS[:2])},
            "Pulumi.eu.yaml: sovereign-zones:azureHsmAdministrators",
        ),
    ],
)
def test_bad_arguments_are_told_before_anything_is_made(arguments: dict[str, Any], where: str):
    with pytest.raises(InputError) as told:
        hsm(**arguments)
    [problem] = told.value.problems
    assert problem.where == where


def test_a_location_that_the_table_knows_to_have_none_is_refused(monkeypatch: pytest.MonkeyPatch):
    row = {"unlisted": "allow", "lacking": ["germanywestcentral"]}
    monkeypatch.setattr(azure_availability, "_row", lambda _: row)
    with pytest.raises(InputError) as told:
        hsm()
    [problem] = told.value.problems
    assert problem.where == "ZoneManagedHsmArgs.location"
    assert azure_availability.as_of() in problem.found
