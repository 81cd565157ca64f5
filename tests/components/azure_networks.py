"""Components of Azure's network, made with the smallest arguments, and the ids that they are given."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from built import Recorder, azure_at, build, declared, deployed

from sovereignty import zone as zones
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

SUBSCRIPTION = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
SECOND = "1b2c3d4e-5f6a-4b7c-8d9e-0f1a2b3c4d5e"
STRANGER = "99999999-2222-4333-8444-555555555555"
OPEN = "azure-native:network:"


def id_of(kind: str, name: str, subscription: str = SUBSCRIPTION, group: str = "rg") -> str:
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{kind}/{name}"


NETWORK = id_of("Microsoft.Network/virtualNetworks", "sovereign-eu-network")
FAR = id_of("Microsoft.Network/virtualNetworks", "sovereign-eu-network", group="rg-far")
SUBNET = f"{NETWORK}/subnets/endpoints"
ACCOUNT = id_of("Microsoft.Storage/storageAccounts", "eurecords")
VAULT = id_of("Microsoft.KeyVault/vaults", "eu-vault")
WORKSPACE = id_of("Microsoft.OperationalInsights/workspaces", "eu")
DNS = id_of("Microsoft.Network/privateDnsZones", "privatelink.vaultcore.azure.net")


def made_of(component: Any, args_class: Any, **arguments: Any) -> tuple[Recorder, Any]:
    law = arguments.pop("zone", None) or declared("eu")
    target = arguments.pop("deployment", None) or deployed(law.zone if law.zone in ("eu", "us") else "eu")
    given = {"zone": law, "deployment": target, **arguments}

    def make() -> Any:
        made = component("eu", args_class(**given))
        return _outputs(made)

    with tempfile.TemporaryDirectory() as folder:
        return build(make, azure_at(Path(folder)))


def refused(call: Callable[..., Any], *args: Any, **arguments: Any) -> Problem:
    with pytest.raises(InputError) as told:
        call(*args, **arguments)
    [problem] = told.value.problems
    return problem


def in_government() -> Zone:
    return zones.parse(
        {
            "zone": "gov",
            "title": "Government",
            "jurisdiction": "US",
            "azure": {"cloud": "usgovernment", "home": "usgovvirginia", "regions": ["usgovvirginia"]},
            "retention": {"mode": "COMPLIANCE", "years": 1},
            "keys": {"azure": "premium-vault"},
            "data_classes": {"pii": {"leaves": "never"}},
            "accepts": [
                {"risk": risk, "reason": "of no matter to this test"}
                for risk in ("azure.policy-post-actions", "azure.key-vault-pair", "azure.attestation-pair")
            ],
        },
        "zones/gov.yaml",
    )


def _outputs(component: Any) -> dict[str, pulumi.Output[Any]]:
    held = {name: value for name, value in vars(component).items() if isinstance(value, pulumi.Output)}
    return {name: value for name, value in held.items() if name != "urn" and not name.startswith("_")}
