"""A zone whose keys are in a managed HSM, and what Azure answers to its components."""

from __future__ import annotations

from typing import Any

from built import declared, deployed

from sovereignty.deployment import Deployment
from sovereignty.zone import Zone
from sovereignty.zone_parts import Keys

SUBSCRIPTION = deployed().azure_subscriptions[0]
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/sovereign-eu"
HSM_ID = f"{GROUP}/providers/Microsoft.KeyVault/managedHSMs/euhsm"
ADMINISTRATORS = [f"3c4d5e6f-7a8b-4c9d-8e0f-1a2b3c4d5e6{digit}" for digit in "def"]
PRINCIPAL = "11111111-2222-4333-8444-555555555555"
HSM, KEY = "azure-native:keyvault:ManagedHsm", "azure-native:resources:Resource"
IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
URI = "https://euhsm.managedhsm.azure.net/"
VERSION = "0" * 32


def in_an_hsm(name: str = "eu") -> Zone:
    law = declared(name)
    return law.model_copy(update={"keys": Keys(aws_origin=law.keys.aws_origin, azure="managed-hsm")})


def landed(phase: str | None = None, **changes: Any) -> Deployment:
    return deployed(azureHsmAdministrators=ADMINISTRATORS, **({"hsmPhase": phase} if phase else {}), **changes)


def answers(status: str = "Active") -> dict[str, dict[str, Any]]:
    properties = {
        "hsmUri": URI,
        "securityDomainProperties": {"activationStatus": status, "activationStatusMessage": ""},
    }
    key = f"{URI}keys/sovereign-eu-key"
    return {
        HSM: {"properties": properties},
        KEY: {"properties": {"keyUri": key, "keyUriWithVersion": f"{key}/{VERSION}"}},
        IDENTITY: {"principalId": PRINCIPAL},
        "azure-native:keyvault:getManagedHsm": {"id": HSM_ID, "name": "euhsm", "properties": properties},
    }
