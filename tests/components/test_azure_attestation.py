from typing import Any

import pytest
from built import Recorder, build, declared, deployed

from components.azure.attestation import ZoneAttestationProvider, ZoneAttestationProviderArgs
from sovereignty import azure_names
from sovereignty.errors import InputError
from sovereignty.facts import azure_availability

pytestmark = pytest.mark.engine

PROVIDER = "azure-native:attestation:AttestationProvider"
PEM = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU\n-----END CERTIFICATE-----\n"
URI = "https://euattest0a1b2c3d.dewc.attest.azure.net"


def provider(**arguments: Any) -> tuple[Recorder, dict[str, Any]]:
    given: dict[str, Any] = {
        "zone": declared(),
        "deployment": deployed(),
        "resource_group_name": "sovereign-eu",
        **arguments,
    }

    def make() -> dict[str, Any]:
        made = ZoneAttestationProvider("eu", ZoneAttestationProviderArgs(**given))
        return {"id": made.provider_id, "attestUri": made.attest_uri, "command": made.policy_command}

    return build(make, None, **{PROVIDER: {"attestUri": f"{URI}/"}})


def test_it_lies_in_the_zones_home_out_of_the_public_networks_reach_and_is_protected():
    recorder, _ = provider()
    made = recorder.the(PROVIDER)
    assert made.protect
    assert made.inputs["location"] == "germanywestcentral"
    assert made.inputs["properties"] == {
        "publicNetworkAccess": "Disabled",
        "tpmAttestationAuthentication": "Enabled",
    }


def test_its_name_is_one_that_all_users_of_the_cloud_share():
    law, landed = declared(), deployed()
    recorder, _ = provider(location="West Europe")
    named = recorder.the(PROVIDER).inputs["providerName"]
    assert named == azure_names.shared(law, landed.azure_subscriptions[0], "westeurope", "attest")
    assert named.isalnum()
    assert 3 <= len(named) <= azure_names.LONGEST_SHARED
    assert recorder.the(PROVIDER).inputs["location"] == "westeurope"


def test_its_address_is_the_issuer_that_its_tokens_name():
    _, outputs = provider()
    assert outputs["attestUri"] == URI


def test_people_are_told_how_to_set_its_policy():
    recorder, outputs = provider()
    named = recorder.the(PROVIDER).inputs["providerName"]
    assert outputs["command"] == (
        f"az attestation policy set --name {named} --resource-group sovereign-eu --attestation-type SevSnpVm "
        "--new-attestation-policy-file policy.txt"
    )
    assert provider(policy_signers=[PEM])[1]["command"].endswith("policy.jws --policy-format JWT")


def test_the_holders_of_certificates_sign_its_policies():
    recorder, _ = provider(policy_signers=[PEM, f"\n{PEM}\n"])
    # the SDK's name of x5c
    key = {"kty": "RSA", "use": "sig", "x5C": ["MIIBszCCAVmgAwIBAgIU"]}
    assert recorder.the(PROVIDER).inputs["properties"]["policySigningCertificates"] == {"keys": [key, key]}


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"location": "East US"}, "location"),
        ({"subscription": "99999999-2222-4333-8444-555555555555"}, "subscription"),
        ({"resource_group_name": ""}, "resource_group_name"),
        ({"policy_signers": [PEM, "MIIBszCCAVmgAwIBAgIU"]}, "policy_signers[1]"),
        ({"policy_signers": ["-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----"]}, "policy_signers[0]"),
        ({"policy_signers": [PEM.replace("MII", "AAA")]}, "policy_signers[0]"),
        ({"policy_signers": [PEM + PEM]}, "policy_signers[0]"),
        ({"policy_signers": [None]}, "policy_signers[0]"),
    ],
)
def test_bad_arguments_are_told_before_anything_is_made(arguments: dict[str, Any], where: str):
    with pytest.raises(InputError) as told:
        provider(**arguments)
    [problem] = told.value.problems
    assert problem.where == f"ZoneAttestationProviderArgs.{where}"


def test_a_location_that_has_no_attestation_is_told_with_the_tables_date():
    law = declared()
    assert law.azure is not None
    wider = law.azure.model_copy(update={"regions": ("germanywestcentral", "belgiumcentral")})
    with pytest.raises(InputError) as told:
        provider(zone=law.model_copy(update={"azure": wider}), location="Belgium Central")
    [problem] = told.value.problems
    assert problem.where == "ZoneAttestationProviderArgs.location"
    assert azure_availability.as_of() in problem.found
    assert "germanywestcentral" in problem.right
