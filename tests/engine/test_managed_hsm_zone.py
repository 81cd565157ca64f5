"""A whole zone whose keys are in a managed HSM, by the zone's own program: what each phase of it makes, and refuses."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from on_engine import PACK, ROOT, Ran, pulumi, runner

from sandbox.environment import Sandbox
from sandbox.facts import table
from sandbox.stacks import Stack, settings_copy, state
from sandbox.variant import variant
from sovereignty import zone
from sovereignty.risks import exposures
from sovereignty.zone_parts import Keys

pytestmark = pytest.mark.heavy

HOME = "germanywestcentral"
GROUP = "sovereign-vault"
"""The zone's resource group in its home."""
KEY_NAME = "sovereign-vault-key"
ADMINISTRATORS = [f"3c4d5e6f-7a8b-4c9d-8e0f-1a2b3c4d5e6{digit}" for digit in "def"]
HSM, KEY = "azure-native:keyvault:ManagedHsm", "azure-native:resources:Resource"
IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
ACCOUNT, DISKS = "azure-native:storage:StorageAccount", "azure-native:compute:DiskEncryptionSet"
EXPORT, FLOWS = "azure-native:operationalinsights:DataExport", "azure-native:network:FlowLog"
NEEDS_A_KEY = {ACCOUNT, DISKS, EXPORT, FLOWS}
"""What comes when the key can be used, and not before."""


def declared() -> dict[str, Any]:
    """A zone on Azure alone, in one location, with the risks that this leaves it exposed to."""
    shipped = zone.load("eu", ROOT / "zones")
    assert shipped.azure is not None
    there = shipped.azure.model_copy(update={"home": HOME, "regions": (HOME,)})
    alone = shipped.model_copy(update={"aws": None, "azure": there, "keys": Keys(azure="managed-hsm")})
    return {
        "schema": 1,
        "zone": "vault",
        "title": "A zone whose keys are in an HSM of its own",
        "jurisdiction": "EU",
        "azure": {"cloud": "public", "home": HOME, "regions": [HOME]},
        "retention": {"mode": "COMPLIANCE", "years": 7, "archive_after_days": 90},
        "keys": {"azure": "managed-hsm"},
        "data_classes": {"pii": {"leaves": "never"}},
        "accepts": [{"risk": each.risk.id, "reason": "a fixture"} for each in exposures(alone)],
    }


def settings() -> dict[str, Any]:
    tenant = table("sandbox")["azure"]["tenant"]
    return {
        "pulumi:disable-default-providers": ["*"],
        "azure-native:location": HOME,
        "sovereign-zones:zone": "vault",
        "sovereign-zones:azureParentManagementGroupId": tenant,
        "sovereign-zones:azureTenantId": tenant,
        "sovereign-zones:azureSubscriptions": ["4e5f6a7b-8c9d-4e0f-8a1b-3c4d5e6f7a83"],
        "sovereign-zones:azureAlarmSubscribers": ["security@example.com"],
        "sovereign-zones:azureHsmAdministrators": ADMINISTRATORS,
    }


@dataclass(frozen=True)
class Deployed:
    """The zone's program, its stack, and the pack's configuration."""

    sandbox: Sandbox
    stack: Stack
    pack: Path

    def engine(self, *arguments: str) -> Ran:
        copy = settings_copy(self.sandbox, self.stack)
        return pulumi(
            self.sandbox, self.stack.folder, *arguments, "--stack", self.stack.name, "--config-file", str(copy)
        )

    def up(self, *more: str) -> Ran:
        judged = ["--policy-pack", str(PACK), "--policy-pack-config", str(self.pack)]
        return self.engine("up", "--yes", "--skip-preview", *judged, *more)

    def enters(self, phase: str) -> None:
        """What people write in the stack's file, by hand."""
        config = yaml.safe_load(self.stack.settings.read_text())["config"] | {"sovereign-zones:hsmPhase": phase}
        self.stack.settings.write_text(yaml.safe_dump({"config": config}))

    def act(self, *arguments: str) -> None:
        out = runner(self.sandbox.folder, "act", *arguments)
        assert out.code == 0, out.output

    def types(self) -> set[str]:
        return {each["type"] for each in state(self.sandbox, self.stack)["resources"]}

    def unprotected(self, *kinds: str) -> list[str]:
        found = state(self.sandbox, self.stack)["resources"]
        return [each["id"] for each in found if each["type"] in kinds and not each.get("protect")]

    def outputs(self) -> dict[str, Any]:
        found = state(self.sandbox, self.stack)["resources"]
        return next(each["outputs"] for each in found if each["type"] == "pulumi:pulumi:Stack")

    def settled(self, phase: str) -> dict[str, Any]:
        """A run of a phase; what the stack says then. After the last the next run finds nothing to do."""
        out = self.up()
        assert out.code == 0, f"{phase}\n{out.output}"
        assert "warning" not in out.output.lower(), f"{phase}\n{out.output}"
        if phase == "granted":
            again = self.up("--expect-no-changes")
            assert again.code == 0, f"{phase}\n{again.output}"
        return self.outputs()

    def refused(self) -> Ran:
        out = self.up()
        assert out.code != 0
        assert "Traceback" not in out.output, out.output
        return out


@pytest.fixture
def deployed(sandbox: Sandbox, tmp_path: Path) -> Deployed:
    (tmp_path / "program").mkdir()
    law = declared()
    on = variant(ROOT, tmp_path / "program", {"vault": law}, {"vault": settings()})["vault"]
    pack = tmp_path / "pack.json"
    stacks = [{"match": "organization/sovereign-zones/vault", "zone": "vault"}]
    pack.write_text(json.dumps({"sovereignty": {"zones": {"vault": law}, "stacks": stacks}}))
    return Deployed(sandbox, on, pack)


def test_the_zone_comes_in_three_phases_each_of_which_says_what_people_do_next(deployed: Deployed):
    told = deployed.settled("create")
    assert deployed.types() & {HSM, KEY, IDENTITY, *NEEDS_A_KEY} == {HSM}
    hsm = told["azureVaultUri"].removeprefix("https://").partition(".")[0]
    [(place, step)] = told["azureHsmNextSteps"].items()
    assert place == HOME
    assert f"az keyvault security-domain download --hsm-name {hsm} " in step
    assert "`sovereign-zones:hsmPhase: activated` in Pulumi.vault.yaml" in step
    assert not {"azureKeyUri", "azureKeyUris", "azureIdentityIds", "azureLogsAccount"} & told.keys()

    deployed.enters("activated")
    out = deployed.refused()
    assert f"It says activated, and the managed HSM {hsm} is NotActivated." in out
    assert f"az keyvault security-domain download --hsm-name {hsm} " in out
    assert KEY not in deployed.types()

    deployed.act("activate-hsm", hsm)
    told = deployed.settled("activated")
    assert {HSM, KEY, IDENTITY} <= deployed.types()
    assert not NEEDS_A_KEY & deployed.types()
    step = told["azureHsmNextSteps"][HOME]
    assert f'--hsm-name {hsm} --role "Managed HSM Crypto Service Encryption User"' in step
    assert f"--scope /keys/{KEY_NAME}" in step
    assert "`sovereign-zones:hsmPhase: granted` in Pulumi.vault.yaml" in step

    deployed.enters("granted")
    out = deployed.refused()
    subscription = settings()["sovereign-zones:azureSubscriptions"][0]
    identity = (
        f"/subscriptions/{subscription}/resourceGroups/{GROUP}"
        f"/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{KEY_NAME}"
    )
    # the engine gives up at the first of them, whichever that is
    assert "KeyVaultAuthenticationFailure" in out or "KeyVaultAccessForbidden" in out
    assert f"python -m sandbox act grant-hsm {hsm} {identity}" in out
    assert not NEEDS_A_KEY & deployed.types()

    deployed.act("grant-hsm", hsm, identity, "--key", KEY_NAME)
    told = deployed.settled("granted")
    assert deployed.types() >= NEEDS_A_KEY
    assert not deployed.unprotected(HSM, KEY, ACCOUNT)
    assert identity not in deployed.unprotected(IDENTITY)
    assert told["azureHsmNextSteps"][HOME].startswith("Nothing, if the grant was made.")
    assert told["azureKeyUri"] == f"{told['azureVaultUri']}keys/{KEY_NAME}"
    assert told["azureIdentityIds"] == {HOME: identity}
    assert told["azureLogsAccount"]
