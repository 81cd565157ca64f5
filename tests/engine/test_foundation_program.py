"""The foundation's own program on the real engine, under the pack: adopted, whole, in each partition, and only once."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from on_engine import PACK, ROOT, Ran, pulumi

from sandbox.environment import Sandbox, python
from sandbox.plugins import install
from sandbox.stacks import settings_copy, stack, state
from tools.engine.locate import locate

STACKS = {
    "aws": ("eu-central-1", "arn:aws:events:eu-central-1:444455556666:event-bus/control-plane"),
    "aws-us-gov": ("us-gov-west-1", "arn:aws-us-gov:events:us-gov-west-1:444455556666:event-bus/control-plane"),
    "aws-cn": ("cn-north-1", "arn:aws-cn:events:cn-northwest-1:444455556666:event-bus/control-plane"),
    "aws-eusc": ("eusc-de-east-1", "arn:aws-eusc:events:eusc-de-east-1:444455556666:event-bus/control-plane"),
}
WATCHED_IN = {
    "aws": {"eu-central-1", "us-east-1"},
    "aws-us-gov": {"us-gov-west-1"},
    "aws-cn": {"cn-north-1", "cn-northwest-1"},
    "aws-eusc": {"eusc-de-east-1"},
}


def settings(partition: str, **more: Any) -> dict[str, Any]:
    region, bus = STACKS[partition]
    own = {
        "awsManagementAccount": "111122223333",
        "awsOrganizationId": "o-exampleorgid",
        "awsPartnerAccounts": ["222233334444"],
        "awsSecurityAccount": "444455556666",
        "awsAlarmSubscribers": ["security@example.com", "https://alarms.example.com/aws"],
        "awsForwardTo": bus,
        **more,
    }
    plain = {"pulumi:disable-default-providers": ["*"], "aws:region": region}
    return plain | {f"sovereign-foundation:{key}": value for key, value in own.items()}


class Foundation:
    """A stack of the committed program, with settings of a test's own."""

    def __init__(self, sandbox: Sandbox, scratch: Path, partition: str, *, config: Any = None, **more: Any):
        self.sandbox, self.partition = sandbox, partition
        folder = scratch / "foundation"
        folder.mkdir()
        (scratch / ".venv").symlink_to(ROOT / ".venv")  # where the project file looks for it
        (folder / "__main__.py").symlink_to(ROOT / "foundation" / "__main__.py")
        (folder / "Pulumi.yaml").write_text((ROOT / "foundation" / "Pulumi.yaml").read_text())
        (folder / f"Pulumi.{partition}.yaml").write_text(
            yaml.safe_dump({"config": config or settings(partition, **more)})
        )
        self.stack = stack(folder, partition)
        self.pack = scratch / "pack.json"
        self.pack.write_text(
            json.dumps({"sovereignty": {"stacks": [{"match": self.stack.qualified(), "zone": "none"}]}})
        )

    def up(self, *more: str) -> Ran:
        packed = ("--policy-pack", str(PACK), "--policy-pack-config", str(self.pack))
        config = ("--config-file", str(settings_copy(self.sandbox, self.stack)))
        return pulumi(
            self.sandbox, self.stack.folder, "up", "--yes", "--stack", self.partition, *config, *packed, *more
        )

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [each for each in self.resources() if each["type"].endswith(f":{kind}")]

    def resources(self) -> list[dict[str, Any]]:
        return state(self.sandbox, self.stack)["resources"]


@pytest.fixture(
    scope="module",
    params=[each if each == "aws" else pytest.param(each, marks=pytest.mark.heavy) for each in STACKS],
)
def foundation(request, tmp_path_factory) -> Foundation:
    # an account is in one organization, which is of one partition: each has a sandbox of its own
    scratch = tmp_path_factory.mktemp("foundation")
    own = Sandbox(ROOT, scratch / ".sandbox", locate())
    own.create()
    install(own.home, python())
    made = Foundation(own, scratch, request.param)
    first = made.up()
    assert first.code == 0, first.output
    assert "violation" not in first.output.lower(), first.output
    return made


def test_the_organization_is_adopted_with_what_zones_need_and_kept(foundation):
    [found] = foundation.of("Organization")
    assert found["id"] == "o-exampleorgid"
    assert found["protect"]
    types = found["inputs"]["enabledPolicyTypes"]
    assert {"SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "TAG_POLICY"} <= set(types)
    assert "guardduty.amazonaws.com" in found["inputs"]["awsServiceAccessPrincipals"]


def test_the_watch_is_where_organizations_events_are_and_at_home(foundation):
    rules = [each["outputs"] for each in foundation.of("EventRule")]
    watching = {each["region"] for each in rules if each["name"] == "sovereign-foundation-organization"}
    assert watching == WATCHED_IN[foundation.partition]
    assert {each["outputs"]["protocol"] for each in foundation.of("TopicSubscription")} == {"email", "https"}


def test_every_arn_is_of_the_partition(foundation):
    text = json.dumps([each for each in foundation.resources() if not each["type"].startswith("pulumi:")])
    assert set(re.findall(r"arn:(aws[a-z-]*):", text)) == {foundation.partition}


def test_a_second_up_changes_nothing(foundation):
    again = foundation.up("--skip-preview")
    assert again.code == 0, again.output
    assert "unchanged" in again
    for word in (" created", " updated", " replaced", " deleted", "imported"):
        assert word not in again.output, again.output


def test_another_organization_than_the_stack_names_is_refused(sandbox, tmp_path):
    ran = Foundation(sandbox, tmp_path, "aws-eusc", awsOrganizationId="o-zzzzzzzzzz").up()
    assert ran.code
    assert "OrganizationFoundationArgs.organization_id: The account is in another organization" in ran
    assert "Traceback" not in ran.output


TENANT = "6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b"


def tenant(location: str = "West Europe", **more: Any) -> dict[str, Any]:
    own = {
        "azureTenantId": TENANT,
        "azureSubscription": "2c3d4e5f-6a7b-4c8d-8e9f-1a2b3c4d5e6f",
        "azureAlarmSubscribers": ["security@example.com", "https://alarms.example.com/azure"],
        "azureHierarchySettings": True,
        "azureGroupLog": True,
        "azureEntraLogs": True,
        **more,
    }
    plain = {"pulumi:disable-default-providers": ["*"], "azure-native:location": location}
    return plain | {f"sovereign-foundation:{key}": value for key, value in own.items()}


@pytest.fixture(scope="module")
def on_azure(tmp_path_factory) -> Foundation:
    scratch = tmp_path_factory.mktemp("tenant")
    own = Sandbox(ROOT, scratch / ".sandbox", locate())
    own.create()
    install(own.home, python())
    made = Foundation(own, scratch, "azure", config=tenant())
    first = made.up()
    assert first.code == 0, first.output
    assert "violation" not in first.output.lower(), first.output
    return made


def test_a_tenant_alone_has_its_groups_its_settings_and_its_watch(on_azure):
    groups = {each["inputs"]["groupId"]: each["id"] for each in on_azure.of("ManagementGroup")}
    assert groups.keys() == {"Sovereignty", "Sovereignty-Sandbox", "Sovereignty-Unplaced"}
    [settings] = on_azure.of("HierarchySetting")
    assert settings["inputs"]["groupId"] == TENANT
    assert settings["inputs"]["defaultManagementGroup"] == groups["Sovereignty-Unplaced"]
    [workspace] = on_azure.of("Workspace")
    assert workspace["inputs"]["location"] == "westeurope"
    assert workspace["protect"]
    sent = {
        each["inputs"]["workspaceId"]
        for kind in ("Diagnostic", "ManagementGroupDiagnostic")
        for each in on_azure.of(f"{kind}Setting")
    }
    assert sent == {workspace["id"]}


def test_a_second_up_of_the_tenant_changes_nothing(on_azure):
    again = on_azure.up("--skip-preview")
    assert again.code == 0, again.output
    assert "unchanged" in again
    for word in (" created", " updated", " replaced", " deleted"):
        assert word not in again.output, again.output


def test_what_others_have_enabled_stays(project):
    made = project(
        """
        import pulumi, pulumi_aws as aws
        from components.aws.foundation import OrganizationFoundation, OrganizationFoundationArgs
        here = aws.Provider("here", region="eu-central-1", allowed_account_ids=["111122223333"])
        organization = aws.organizations.Organization(
            "theirs", feature_set="ALL", enabled_policy_types=["CHATBOT_POLICY"],
            aws_service_access_principals=["ram.amazonaws.com"],
            opts=pulumi.ResourceOptions(provider=here, import_="o-exampleorgid", retain_on_delete=True))
        """
    )
    assert made.pulumi("up", "--yes", "--skip-preview", "--stack", "dev").code == 0
    made.write(
        """
        import pulumi, pulumi_aws as aws
        from components.aws.foundation import OrganizationFoundation, OrganizationFoundationArgs
        here = aws.Provider("here", region="eu-central-1", allowed_account_ids=["111122223333"])
        OrganizationFoundation(
            "ours", OrganizationFoundationArgs(root_policies=False), pulumi.ResourceOptions(providers=[here]))
        """
    )
    ran = made.pulumi("up", "--yes", "--skip-preview", "--stack", "dev", PYTHONPATH=str(ROOT))
    assert ran.code == 0, ran.output
    inputs = made.resources()["ours"]["inputs"]
    assert {"CHATBOT_POLICY", "RESOURCE_CONTROL_POLICY"} <= set(inputs["enabledPolicyTypes"])
    assert "ram.amazonaws.com" in inputs["awsServiceAccessPrincipals"]
