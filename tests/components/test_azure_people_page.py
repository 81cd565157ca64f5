"""docs/azure-people.md says what the stack file, the policies and the network do."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from azure_networks import NETWORK, made_of
from built import declared, deployed

from components.azure.dns_policy import resolved
from components.azure.peering import VnetPeering, VnetPeeringArgs
from components.azure.security_rules import workloads
from sovereignty.compile import azure_policy

pytestmark = pytest.mark.engine
PAGE = (Path(__file__).parents[2] / "docs" / "azure-people.md").read_text(encoding="utf-8")


def settings() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL):
        found |= {key.partition(":")[2]: value for key, value in yaml.safe_load(block)["config"].items()}
    return found


def test_its_settings_are_lawful_and_its_peering_is_made_with_them():
    landed = deployed(**settings())
    assert landed.azure_public_queries
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    [hub] = landed.azure_hub_subscriptions
    [written] = re.findall(r'peer_vnet_id=f"(.*)",', code)
    far = written.replace("{hub}", hub)
    arguments = {"vnet_id": NETWORK, "peer_vnet_id": far, "peer_subscription": hub}
    made, _ = made_of(VnetPeering, VnetPeeringArgs, deployment=landed, peer_location="germanywestcentral", **arguments)
    half = made.the("azure-native:network:VirtualNetworkPeering").inputs
    assert half["remoteVirtualNetwork"] == {"id": far}


def test_the_definitions_that_it_names_are_the_zones():
    named = {"network-peering", "endpoint-approval", "network-gateway", "public-ip", "endpoint-target"}
    documents = azure_policy.documents(declared("eu"), deployed())
    assert named <= {each.body["name"] for each in documents if each.path.startswith("azure/definitions/")}
    assert all(f"`{each}`" in PAGE for each in named)


def test_what_it_says_the_network_refuses_is_refused():
    for name in ("login.microsoftonline.com", "management.azure.com"):
        assert name in PAGE
        assert not any(f".{name}.".endswith(f".{each}") for each in resolved(declared("eu")))
        assert f"{name}." in resolved(declared("eu"), [name])
    outbound = [(rule.priority, rule.name, rule.access) for rule in workloads() if rule.direction == "Outbound"]
    assert min(outbound) == (100, "refuse-to-internet", "Deny")
