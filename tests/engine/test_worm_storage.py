"""A container's retention on its way: made unlocked, asked for in phase locked, locked by people, and then for good."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from on_engine import NO_DEFAULT_PROVIDERS, ROOT, Project, Ran, runner

pytestmark = pytest.mark.heavy

PROGRAM = f"""
    from pathlib import Path

    import pulumi
    import pulumi_azure_native as azure
    from pulumi_azure_native import resources, storage

    from components.azure.legal_hold import LegalHold, LegalHoldArgs
    from components.azure.storage import WormStorageAccount, WormStorageAccountArgs
    from sovereignty import deployment, zone
    from sovereignty.zone import Retention

    law = zone.load("eu", Path("{ROOT}/zones"))
    target = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.dev.yaml")
    [subscription] = target.azure_subscriptions
    provider = azure.Provider(
        "zone", subscription_id=subscription, tenant_id=target.azure_tenant_id, location=law.azure.home)
    here = pulumi.ResourceOptions(providers=[provider])
    group = resources.ResourceGroup("records", resource_group_name="records", location=law.azure.home, opts=here)
    args = WormStorageAccountArgs(
        zone=law,
        deployment=target,
        resource_group_name=group.name,
        purpose="records",
        key_store_uri="https://eu-vault.vault.azure.net/",
        key_name="eu",
        identity_id=f"/subscriptions/{{subscription}}/resourceGroups/records/providers/Microsoft.ManagedIdentity"
        "/userAssignedIdentities/eu",
        containers=["records", "disputed"],
        retention=Retention(mode="COMPLIANCE", years=pulumi.Config("test").require_int("years")),
        longer_than_the_zone=True,
    )
    made = WormStorageAccount("records", args, here)
    of = dict(resource_group_name=group.name, account_name=made.name, container_name="disputed")
    LegalHold("disputed", LegalHoldArgs(zone=law, deployment=target, holds=["case2026017"], **of), here)
    if pulumi.Config("test").require_bool("letter"):
        storage.Blob("letter", type="Block", source=pulumi.StringAsset("Dear"), opts=here, **of)
    pulumi.export("states", made.immutability_states)
    pulumi.export("account", made.name)
"""
POLICIES = {"records-records", "records-disputed"}


class Account:
    """The stack that makes it, and what people do beside it."""

    def __init__(self, project: Project):
        self.project, self.settings = project, project.folder / "Pulumi.dev.yaml"

    def up(self, phase: str, years: int = 10, letter: bool = True) -> Ran:
        document = yaml.safe_load(self.settings.read_text())
        document["config"] |= {"sovereign-zones:phase": phase, "test:years": years, "test:letter": letter}
        self.settings.write_text(yaml.safe_dump(document))
        return self.project.pulumi("up", "--yes", "--skip-preview", "--stack", "dev")

    def output(self, name: str) -> object:
        return json.loads(self.project.pulumi("stack", "output", "--json", "--stack", "dev").output)[name]

    def lock(self, container: str) -> Ran:
        return runner(self.project.sandbox.folder, "act", "lock-container", str(self.output("account")), container)

    def policies(self) -> dict[str, dict]:
        made = self.project.every_resource()
        kind = "azure-native:storage:BlobContainerImmutabilityPolicy"
        return {each["urn"].rpartition("::")[2]: each for each in made if each["type"] == kind}


@pytest.fixture(scope="module")
def account(sandbox, tmp_path_factory) -> Iterator[Account]:
    folder: Path = tmp_path_factory.mktemp("worm")
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "worm-storage", "runtime": "python"}))
    made = Project(sandbox, folder, "worm-storage")
    made.write(PROGRAM)
    assert made.pulumi("stack", "init", "dev").code == 0
    config = {
        **NO_DEFAULT_PROVIDERS,
        "sovereign-zones:zone": "eu",
        "sovereign-zones:azureTenantId": "6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b",
        "sovereign-zones:azureSubscriptions": ["0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"],
    }
    settings = folder / "Pulumi.dev.yaml"
    settings.write_text(yaml.safe_dump((yaml.safe_load(settings.read_text()) or {}) | {"config": config}))
    yield Account(made)


def test_in_the_first_phase_every_container_has_an_unlocked_retention(account):
    out = account.up("provision")
    assert out.code == 0, out.output
    assert set(account.policies()) == POLICIES
    assert account.output("states") == {"records": "Unlocked", "disputed": "Unlocked"}


def test_what_is_held_stays_while_its_retention_is_still_unlocked(account):
    out = account.up("provision", letter=False)
    assert out.code != 0
    assert "legal hold" in out, out.output
    assert account.up("provision").code == 0


def test_phase_locked_is_refused_with_the_commands_until_people_have_locked_all_of_them(account):
    out = account.up("locked")
    assert out.code != 0
    assert "Traceback" not in out.output, out.output
    for container in ("records", "disputed"):
        assert f"the retention of container {container} is Unlocked" in out, out.output
    assert out.output.count("az storage container immutability-policy lock") == 2, out.output

    locked = account.lock("records")
    assert locked.code == 0, locked.output
    out = account.up("locked")
    assert out.code != 0
    assert "the retention of container disputed is Unlocked" in out, out.output
    assert "container records" not in out, out.output


def test_then_it_passes_and_a_second_run_changes_nothing(account):
    locked = account.lock("disputed")
    assert locked.code == 0, locked.output
    out = account.up("locked")
    assert out.code == 0, out.output
    assert account.output("states") == {"records": "Locked", "disputed": "Locked"}
    out = account.project.pulumi("up", "--yes", "--stack", "dev", "--expect-no-changes")
    assert out.code == 0, out.output


@pytest.mark.parametrize("years", [8, 12])
def test_a_program_can_neither_shorten_a_locked_retention_nor_lengthen_it(account, years):
    out = account.up("locked", years=years)
    assert out.code != 0
    assert "ImmutabilityPolicyLocked" in out, out.output
    assert account.up("locked").code == 0


def test_a_locked_retention_stays_although_its_protection_is_taken_off(account):
    out = account.project.pulumi("destroy", "--yes", "--stack", "dev")
    assert out.code != 0
    assert "protect" in out, out.output
    assert account.project.pulumi("state", "unprotect", "--all", "--yes", "--stack", "dev").code == 0
    out = account.project.pulumi("destroy", "--yes", "--stack", "dev")
    assert out.code != 0
    assert "ImmutabilityPolicyLocked" in out, out.output
    assert set(account.policies()) == POLICIES, out.output
