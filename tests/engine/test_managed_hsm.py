"""A zone whose keys are in a managed HSM, on the real engine under the pack: three runs, and what people do between."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from on_engine import NO_DEFAULT_PROVIDERS, PACK, ROOT, Project, Ran, runner

from sovereignty import zone
from sovereignty.documents import read_yaml
from sovereignty.risks import exposures
from sovereignty.zone_parts import Keys

pytestmark = pytest.mark.heavy

TENANT = "6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b"
SUBSCRIPTION = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
ORCHESTRATOR = "7d1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b"
ADMINISTRATORS = [f"3c4d5e6f-7a8b-4c9d-8e0f-1a2b3c4d5e6{digit}" for digit in "def"]
HSM, KEY = "azure-native:keyvault:ManagedHsm", "azure-native:resources:Resource"
ACCOUNT, SET = "azure-native:storage:StorageAccount", "azure-native:compute:DiskEncryptionSet"
PROGRAM = f"""
from pathlib import Path

import pulumi
import pulumi_azure_native as azure

from components.azure.confidential_disk_key import ConfidentialDiskKey, ConfidentialDiskKeyArgs
from components.azure.disk_encryption import ZoneDiskEncryptionSet, ZoneDiskEncryptionSetArgs
from components.azure.managed_hsm import ZoneManagedHsm, ZoneManagedHsmArgs
from components.azure.storage import WormStorageAccount, WormStorageAccountArgs
from components.mistakes import told
from components.tagging import tagged
from sovereignty import deployment, zone

with told():
    eu = zone.load("eu", Path(__file__).parent / "zones")
    landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")
    provider = azure.Provider(
        "home",
        subscription_id="{SUBSCRIPTION}",
        tenant_id="{TENANT}",
        location=eu.azure.home,
        environment=eu.azure.cloud,
    )
    there = pulumi.ResourceOptions(providers=[provider], transforms=[tagged(eu.tags())])
    group = azure.resources.ResourceGroup(
        "keys", resource_group_name="sovereign-eu", location=eu.azure.home,
        opts=pulumi.ResourceOptions.merge(there, pulumi.ResourceOptions(provider=provider)),
    )
    known = dict(zone=eu, deployment=landed, resource_group_name=group.name)
    hsm = ZoneManagedHsm("eu", ZoneManagedHsmArgs(**known), there)
    pulumi.export("hsm", hsm.hsm_name)
    pulumi.export("nextStep", hsm.next_step)
    if hsm.identity_id is not None:
        disks = ConfidentialDiskKeyArgs(**known, store_id=hsm.store_id, orchestrator_principal_id="{ORCHESTRATOR}")
        key = ConfidentialDiskKey("confidential", disks, there)
        pulumi.export("disksNextStep", key.next_step)
        records = WormStorageAccountArgs(
            **known, purpose="records", key_store_uri=hsm.store_uri, key_name=hsm.key_name,
            identity_id=hsm.identity_id, containers=["records"],
        )
        WormStorageAccount("records", records, there)
        at = dict(**known, store_id=hsm.store_id)
        ZoneDiskEncryptionSet(
            "disks",
            ZoneDiskEncryptionSetArgs(**at, key_uri=hsm.key_version_uri, identity_id=hsm.identity_id),
            there,
        )
        if landed.phase == "locked":  # the second time around: people have granted that key, too
            ZoneDiskEncryptionSet(
                "confidential",
                ZoneDiskEncryptionSetArgs(
                    **at, key_uri=key.key_version_uri, identity_id=key.identity_id, confidential=True
                ),
                there,
            )
"""
SETTINGS: dict[str, Any] = {
    **NO_DEFAULT_PROVIDERS,
    "sovereign-zones:zone": "eu",
    "sovereign-zones:azureTenantId": TENANT,
    "sovereign-zones:azureSubscriptions": [SUBSCRIPTION],
}


def declared() -> dict[str, Any]:
    """The zone of the EU on Azure alone, its keys in a managed HSM, with the risks that this leaves it exposed to."""
    data = read_yaml(ROOT / "zones" / "eu.yaml")
    assert isinstance(data, dict)
    shipped = zone.parse(data, "zones/eu.yaml")
    alone = shipped.model_copy(update={"aws": None, "keys": Keys(azure="managed-hsm")})
    accepted = [{"risk": each.risk.id, "reason": "a fixture"} for each in exposures(alone)]
    kept = {key: data[key] for key in ("schema", "zone", "title", "jurisdiction", "azure", "retention")}
    classes = {"pii": {"leaves": "never"}}
    return {**kept, "keys": {"azure": "managed-hsm"}, "data_classes": classes, "accepts": accepted}


def up(made: Project, *more: str) -> Ran:
    """With a preview, which the pack judges too, unless nothing is to be changed."""
    preview = [] if not more else ["--skip-preview"]
    return made.pulumi("up", "--yes", "--stack", "dev", *preview, "--policy-pack", str(PACK), *more)


def set_to(made: Project, **keys: str) -> None:
    for key, value in keys.items():
        assert made.pulumi("config", "set", f"sovereign-zones:{key}", value, "--stack", "dev").code == 0


def act(made: Project, *arguments: str) -> None:
    out = runner(made.sandbox.folder, "act", *arguments)
    assert out.code == 0, out.output


def types(made: Project) -> set[str]:
    return {each["type"] for each in made.every_resource()}


def outputs(made: Project) -> dict[str, str]:
    return json.loads(made.pulumi("stack", "output", "--json", "--stack", "dev").output)


@pytest.fixture
def made(project) -> Project:
    started = project(PROGRAM, SETTINGS)
    (started.folder / "zones").mkdir()
    (started.folder / "zones" / "eu.yaml").write_text(yaml.safe_dump(declared()))
    return started


def test_a_zone_with_an_hsm_is_deployed_in_three_runs_between_which_people_act(made: Project):
    out = up(made)
    assert out.code != 0
    assert "Pulumi.eu.yaml: sovereign-zones:azureHsmAdministrators" in out
    assert "Traceback" not in out.output

    set_to(made, azureHsmAdministrators=json.dumps(ADMINISTRATORS))
    out = up(made)
    assert out.code == 0, out.output
    told = outputs(made)
    hsm = told["hsm"]
    assert re.fullmatch("euhsm[0-9a-f]{8}", hsm)
    assert f"az keyvault security-domain download --hsm-name {hsm} " in told["nextStep"]
    assert "--sd-quorum 2" in told["nextStep"]
    assert types(made) & {HSM, KEY} == {HSM}
    assert up(made, "--expect-no-changes").code == 0

    set_to(made, hsmPhase="activated")
    out = up(made)
    assert out.code != 0
    assert f"It says activated, and the managed HSM {hsm} is NotActivated." in out
    assert "az keyvault security-domain download" in out
    assert "Traceback" not in out.output
    assert KEY not in types(made)

    act(made, "activate-hsm", hsm, "--without-arm")
    out = up(made)
    assert out.code != 0
    assert "AllowKeyManagementOperationsThroughARM" in out

    act(made, "activate-hsm", hsm)
    out = up(made)
    assert out.code == 0, out.output
    step = outputs(made)["nextStep"]
    assert '--role "Managed HSM Crypto Service Encryption User"' in step
    assert "--scope /keys/sovereign-eu-key" in step
    assert {KEY, "azure-native:managedidentity:UserAssignedIdentity"} <= types(made)
    assert ACCOUNT not in types(made)
    assert up(made, "--expect-no-changes").code == 0

    set_to(made, hsmPhase="granted")
    out = up(made)
    assert out.code != 0
    # the engine gives up at the first of them, whichever that is
    assert "KeyVaultAuthenticationFailure" in out or "KeyVaultAccessForbidden" in out
    assert not {ACCOUNT, SET} & types(made)

    act(made, "grant-hsm", hsm, "sovereign-eu-key", "--key", "sovereign-eu-key")
    out = up(made)
    assert out.code == 0, out.output
    assert {ACCOUNT, SET} <= types(made)
    assert up(made, "--expect-no-changes").code == 0
    out = made.pulumi("refresh", "--yes", "--stack", "dev")
    assert out.code == 0, out.output
    assert up(made, "--expect-no-changes").code == 0

    step = outputs(made)["disksNextStep"]
    assert f"--assignee-object-id {ORCHESTRATOR}" in step
    assert '--role "Managed HSM Crypto Service Release User"' in step
    act(made, "grant-hsm", hsm, "sovereign-eu-confidential-disks")
    account = next(each["outputs"]["name"] for each in made.every_resource() if each["type"] == ACCOUNT)
    set_to(made, phase="locked")
    out = up(made)
    assert out.code != 0
    assert "retention" in out
    act(made, "lock-container", account, "records")
    out = up(made)
    assert out.code == 0, out.output
    assert len([each for each in made.every_resource() if each["type"] == SET]) == 2

    out = made.pulumi("destroy", "--yes", "--exclude-protected", "--stack", "dev")
    assert out.code == 0, out.output
    assert {HSM, KEY, ACCOUNT, SET} <= types(made)
