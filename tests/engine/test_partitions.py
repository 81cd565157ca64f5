"""A zone in each other partition of AWS and Azure, on the real engine under the pack: right ARNs, endpoints, places."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from on_engine import PACK, ROOT, Ran, pulumi

from sandbox.environment import Sandbox
from sandbox.facts import table
from sandbox.stacks import Stack, settings_copy, state
from sandbox.variant import variant
from sovereignty import facts

pytestmark = pytest.mark.heavy

ON_AWS = ("aws.management-account", "aws.service-linked-roles")
ON_AZURE = ("azure.policy-post-actions",)
PAIRS = ("azure.key-vault-pair", "azure.attestation-pair")
ZONES: dict[str, dict[str, Any]] = {
    "gov": {
        "jurisdiction": "US",
        "aws": {"partition": "aws-us-gov", "home": "us-gov-west-1", "regions": ["us-gov-west-1", "us-gov-east-1"]},
    },
    "cn": {
        "jurisdiction": "CN",
        "aws": {"partition": "aws-cn", "home": "cn-northwest-1", "regions": ["cn-northwest-1", "cn-north-1"]},
    },
    "eusc": {
        "jurisdiction": "EU",
        "aws": {"partition": "aws-eusc", "home": "eusc-de-east-1", "regions": ["eusc-de-east-1"]},
        "accepts": ["provider-legal-reach"],
    },
    "agov": {
        "jurisdiction": "US",
        "azure": {  # a location as the portal writes it, and one as ARM does
            "cloud": "usgovernment",
            "home": "US Gov Virginia",
            "regions": ["US Gov Virginia", "usgovtexas"],
        },
        "accepts": PAIRS,
    },
}
LANDS = {
    "gov": ("444455556661", ""),
    "cn": ("444455556662", ""),
    "eusc": ("444455556663", ""),
    "agov": ("", "4e5f6a7b-8c9d-4e0f-8a1b-3c4d5e6f7a81"),
}
"""An account is of one partition, a subscription of one cloud."""
FURTHER = {"agov": ["4e5f6a7b-8c9d-4e0f-8a1b-3c4d5e6f7a91"]}
"""More subscriptions than that one."""
AMAZON = [name for name, shape in ZONES.items() if "aws" in shape]
MICROSOFT = [name for name, shape in ZONES.items() if "azure" in shape]
ARN = re.compile(r"arn:(aws[a-z-]*):[a-z0-9-]+:([a-z0-9-]*):")
SCHEMA = re.compile(r'\\*"\$schema\\*": \\*"[^"\\]*')
"""What form a template has: one name in every cloud, and nobody reads it over the network (ARM template reference)."""


def zone_of(name: str) -> dict[str, Any]:
    shape = ZONES[name]
    keys = {"aws": {"aws_origin": "AWS_KMS"}, "azure": {"azure": "premium-vault"}}
    imposed = {"aws": ON_AWS, "azure": ON_AZURE}
    risks = [*shape.get("accepts", ()), *(risk for cloud, each in imposed.items() if cloud in shape for risk in each)]
    return {
        "schema": 1,
        "zone": name,
        "title": "A zone in another partition",
        "retention": {"mode": "COMPLIANCE", "years": 7, "archive_after_days": 90},
        "keys": {kind: value for cloud, each in keys.items() if cloud in shape for kind, value in each.items()},
        "data_classes": {"pii": {"leaves": "never"}},
        **shape,
        "accepts": [{"risk": risk, "reason": "a fixture"} for risk in risks],
    }


def stack_of(name: str) -> dict[str, Any]:
    shape, (account, subscription) = ZONES[name], LANDS[name]
    settings: dict[str, Any] = {"pulumi:disable-default-providers": ["*"], "sovereign-zones:zone": name}
    if "aws" in shape:
        settings |= {
            "aws:region": shape["aws"]["home"],
            "sovereign-zones:awsParentOuId": table("sandbox")["aws"]["root"],
            "sovereign-zones:awsOrganizationId": "o-a1b2c3d4e5",
            "sovereign-zones:awsManagementAccount": "111122223333",
            "sovereign-zones:awsAccounts": [account],
        }
    if "azure" in shape:
        tenant = table("sandbox")["azure"]["tenant"]
        settings |= {
            "azure-native:location": shape["azure"]["home"],
            "sovereign-zones:azureParentManagementGroupId": tenant,
            "sovereign-zones:azureTenantId": tenant,
            "sovereign-zones:azureSubscriptions": [subscription, *FURTHER.get(name, [])],
            "sovereign-zones:azureAlarmSubscribers": ["security@example.com"],
        }
    return settings


@dataclass(frozen=True)
class Deployed:
    """A zone that the program deployed, and how the engine was asked to."""

    name: str
    sandbox: Sandbox
    stack: Stack
    arguments: tuple[str, ...]
    ran: Ran

    def resources(self, package: str) -> list[dict[str, Any]]:
        return [r for r in state(self.sandbox, self.stack)["resources"] if r["type"].startswith(f"{package}:")]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [r["outputs"] for r in state(self.sandbox, self.stack)["resources"] if r["type"] == kind]


@pytest.fixture(scope="module", params=ZONES)
def deployed(
    request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    name = request.param
    scratch = tmp_path_factory.mktemp(name)
    (scratch / "program").mkdir()
    on = variant(ROOT, scratch / "program", {name: zone_of(name)}, {name: stack_of(name)})[name]
    pack = scratch / "pack.json"
    stacks = [{"match": f"organization/sovereign-zones/{name}", "zone": name}]
    pack.write_text(json.dumps({"sovereignty": {"zones": {name: zone_of(name)}, "stacks": stacks}}))
    arguments = ["--policy-pack", str(PACK), "--policy-pack-config", str(pack)]
    settings = settings_copy(sandbox, on)
    arguments += ["--stack", on.name, "--config-file", str(settings)]
    yield Deployed(name, sandbox, on, tuple(arguments), pulumi(sandbox, on.folder, "up", "--yes", *arguments))


def test_the_zone_deploys_under_the_pack(deployed: Deployed):
    assert deployed.ran.code == 0, deployed.ran.output
    assert "warning" not in deployed.ran.output.lower(), deployed.ran.output


@pytest.mark.parametrize("deployed", AMAZON, indirect=True)
def test_every_arn_is_of_the_partition_and_every_region_of_the_zone(deployed: Deployed):
    declared = ZONES[deployed.name]["aws"]
    made = deployed.resources("aws")
    assert len(made) > 50
    found = ARN.findall(json.dumps([r.get("outputs") for r in made]))
    assert {partition for partition, _ in found} == {declared["partition"]}
    assert {region for _, region in found} - {""} <= set(declared["regions"])
    placed = {r["outputs"]["region"] for r in made if r.get("outputs", {}).get("region")}
    assert placed == set(declared["regions"])


@pytest.mark.parametrize("deployed", AMAZON, indirect=True)
def test_endpoints_are_named_as_the_partition_names_them(deployed: Deployed):
    services = {each["serviceName"] for each in deployed.of("aws:ec2/vpcEndpoint:VpcEndpoint")}
    assert services
    regions = ZONES[deployed.name]["aws"]["regions"]
    assert all(any(f".{region}." in service for region in regions) for service in services)


@pytest.mark.parametrize("deployed", MICROSOFT, indirect=True)
def test_every_location_is_the_zones(deployed: Deployed):
    declared = {facts.azure_location(code) for code in ZONES[deployed.name]["azure"]["regions"]}
    made = deployed.resources("azure-native")
    assert len(made) > 50
    placed = {facts.azure_location(r["outputs"]["location"]) for r in made if r.get("outputs", {}).get("location")}
    assert placed - {"global"} == declared


@pytest.mark.parametrize("deployed", MICROSOFT, indirect=True)
def test_no_name_is_of_another_cloud(deployed: Deployed):
    elsewhere = [name for cloud in ("public", "china") for name in names_of(cloud)]
    resources = state(deployed.sandbox, deployed.stack)["resources"]
    texts = {
        resource["urn"].rpartition("::")[2]: SCHEMA.sub(
            "", json.dumps([resource.get("inputs"), resource.get("outputs")])
        )
        for resource in resources
        if not resource["type"].startswith("aws:")
    }
    assert len(texts) > 50
    found = [
        (urn, name)
        for urn, text in texts.items()
        for name in elsewhere
        if re.search(rf"(?<![a-z0-9-]){re.escape(name)}(?![a-z0-9-])", text)
    ]
    assert not found


@pytest.mark.parametrize("deployed", MICROSOFT, indirect=True)
def test_endpoints_are_named_as_the_cloud_names_them(deployed: Deployed):
    vaults, accounts = deployed.of("azure-native:keyvault:Vault"), deployed.of("azure-native:storage:StorageAccount")
    assert vaults
    assert all(each["properties"]["vaultUri"].endswith(".vault.usgovcloudapi.net/") for each in vaults)
    assert accounts
    assert all(each["primaryEndpoints"]["blob"].endswith(".blob.core.usgovcloudapi.net/") for each in accounts)
    providers = deployed.of("azure-native:attestation:AttestationProvider")
    assert all(each["attestUri"].endswith(".attest.azure.us") for each in providers)
    assert providers
    zones = {
        r["id"].rpartition("/")[2] for r in deployed.resources("azure-native") if r["type"].endswith(":PrivateZone")
    }
    assert {"privatelink.vaultcore.usgovcloudapi.net", "privatelink.blob.core.usgovcloudapi.net"} <= zones
    assert "privatelink.monitor.azure.us" in zones
    assert {"usgovernment"} == {p["environment"] for p in deployed.of("pulumi:providers:azure-native")}


@pytest.mark.parametrize("deployed", MICROSOFT, indirect=True)
def test_what_the_cloud_does_not_offer_is_not_there(deployed: Deployed):
    assert not deployed.of("azure-native:network:NetworkSecurityPerimeter")
    assert deployed.of("azure-native:securityinsights:SentinelOnboardingState")


@pytest.mark.parametrize("deployed", MICROSOFT, indirect=True)
def test_each_subscriptions_activity_log_is_watched_from_within_it(deployed: Deployed):
    ids = [r["id"] for r in deployed.resources("azure-native") if r["type"].endswith(":ActivityLogAlert")]
    watched = [each["scopes"] for each in deployed.of("azure-native:monitor:ActivityLogAlert")]
    assert watched == [["/".join(id.split("/")[:3])] for id in ids]
    assert len(ids) == 1 + len(FURTHER.get(deployed.name, []))


def test_a_second_up_changes_nothing(deployed: Deployed):
    on = deployed.stack
    again = pulumi(deployed.sandbox, on.folder, "up", "--yes", "--expect-no-changes", *deployed.arguments)
    assert again.code == 0, again.output


def names_of(cloud: str) -> set[str]:
    """The ends of host names, addresses and private zones of a cloud of Azure."""
    row = facts.read_table("azure_clouds")["clouds"][cloud]
    addresses = {address.removeprefix("https://") for address in row["addresses"].values()}
    return {*row["suffixes"].values(), *addresses, *(zone for zones in row["private_link"].values() for zone in zones)}
