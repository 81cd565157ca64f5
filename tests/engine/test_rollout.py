"""A version of the zone's policies is tried in the sandbox before it binds: the whole way, in order, on both clouds."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from on_engine import NO_DEFAULT_PROVIDERS, ROOT, Project

from sandbox.facts import table

pytestmark = pytest.mark.heavy

PROGRAM = """
    from pathlib import Path

    import pulumi
    import pulumi_aws as aws
    from pulumi_aws import organizations

    from components.aws.organization import ZoneOrganizationalUnit, ZoneOrganizationalUnitArgs
    from components.mistakes import told
    from sovereignty import deployment, zone

    with told():
        law = zone.load("eu", Path(__file__).parent / "zones")
        target = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.dev.yaml")
        provider = aws.Provider("organization", region=law.aws.home, allowed_account_ids=["111122223333"])
        asked = pulumi.InvokeOutputOptions(provider=provider)
        root = organizations.get_organization_output(opts=asked).roots[0].id
        args = ZoneOrganizationalUnitArgs(zone=law, deployment=target, parent_id=root)
        unit = ZoneOrganizationalUnit("eu", args, pulumi.ResourceOptions(providers=[provider]))
        pulumi.export("awsZoneOuPath", unit.path)
        pulumi.export("awsSandboxOuPath", unit.sandbox_path)
"""
ON_AZURE = """
    from pathlib import Path

    import pulumi
    from pulumi_azure_native import Provider

    from components.azure.management_group import ZoneManagementGroup, ZoneManagementGroupArgs
    from components.azure.subscription import ZoneSubscription, ZoneSubscriptionArgs
    from components.mistakes import told
    from sovereignty import deployment, zone

    with told():
        law = zone.load("eu", Path(__file__).parent / "zones")
        target = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.dev.yaml")
        [subscription] = target.azure_subscriptions
        provider = Provider(
            "zone",
            subscription_id=subscription,
            tenant_id=target.azure_tenant_id,
            location=law.azure.home,
            environment="public",
        )
        there = pulumi.ResourceOptions(providers=[provider])
        args = ZoneManagementGroupArgs(zone=law, deployment=target, parent_id="sovereignty")
        group = ZoneManagementGroup("eu", args, there)
        placed = ZoneSubscriptionArgs(zone=law, deployment=target, management_group_id=group.bound_group_id)
        ZoneSubscription("eu", placed, there)
"""
CHANGES = (" created", " updated", " replaced", " deleted")


class Rollout:
    """The project on its way; what it does is what docs/rollout.md says."""

    def __init__(self, project: Project):
        self.project, self.settings = project, project.folder / "Pulumi.dev.yaml"
        (project.folder / "zones").mkdir()
        shutil.copy(ROOT / "zones" / "eu.yaml", project.folder / "zones" / "eu.yaml")

    def set(self, **changes: object) -> None:
        document = yaml.safe_load(self.settings.read_text())
        document["config"] |= {f"sovereign-zones:{key}": value for key, value in changes.items()}
        self.settings.write_text(yaml.safe_dump(document))

    def zone(self, **changes: object) -> None:
        file = self.project.folder / "zones" / "eu.yaml"
        file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text()) | changes))

    def compile(self) -> None:
        """`sovereignty compile eu --out released/eu`."""
        command = [sys.executable, "-m", "sovereignty", "compile", "eu", "--out", "released/eu"]
        given = ["--zones-dir", "zones", "--stack", "Pulumi.dev.yaml"]
        done = subprocess.run([*command, *given], cwd=self.project.folder, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def up(self):
        return self.project.pulumi("up", "--yes", "--skip-preview", "--stack", "dev")

    def output(self, name: str) -> str:
        found = json.loads(self.project.pulumi("stack", "export", "--stack", "dev").output)["deployment"]["resources"]
        return next(each for each in found if each["type"] == "pulumi:pulumi:Stack")["outputs"][name]

    def policies(self, sandbox: bool) -> dict[str, tuple[str, str]]:
        """Name -> (id, content) of the policies that hang at one of the OUs."""
        made = self.project.resources()
        found = self.project.every_resource()
        target = made["eu-sandbox" if sandbox else "eu"]["id"]
        hanging = {
            each["outputs"]["policyId"]
            for each in found
            if each["type"].endswith(":PolicyAttachment") and each["outputs"]["targetId"] == target
        }
        rows = [each for each in found if each["type"].endswith(":Policy") and each["id"] in hanging]
        return {each["outputs"]["name"]: (each["id"], each["outputs"]["content"]) for each in rows}

    def documents(self, sandbox: bool) -> dict[str, tuple[str, str]]:
        """Type and name -> (id, content) of the definitions, initiatives and assignments of a management group."""
        group = f"/managementGroups/sovereign-eu{'-sandbox' if sandbox else ''}/providers/"
        rows = [each for each in self.project.every_resource() if "Policy" in each["type"] and group in each["id"]]
        shown = ("policyRule", "policyDefinitions", "policyDefinitionId", "parameters", "identity", "overrides")
        return {
            f"{each['type']} {each['outputs']['name']}": (
                each["id"],
                json.dumps({key: each["outputs"].get(key) for key in shown}, sort_keys=True),
            )
            for each in rows
        }


def ids(policies: dict[str, tuple[str, str]]) -> dict[str, str]:
    return {name: id for name, (id, _) in policies.items()}


def texts(policies: dict[str, tuple[str, str]]) -> str:
    return "".join(content for _, (_, content) in sorted(policies.items()))


def stack_of(cloud: str) -> dict[str, object]:
    stack = yaml.safe_load((ROOT / "Pulumi.eu.yaml").read_text())["config"]
    return {
        key: value for key, value in stack.items() if key.startswith(f"sovereign-zones:{cloud}") or key[-5:] == ":zone"
    }


def on_one_cloud(rollout: Rollout, cloud: str, other: str, keys: dict[str, str]) -> None:
    """The zone of the EU without its other half."""
    file = rollout.project.folder / "zones" / "eu.yaml"
    law = yaml.safe_load(file.read_text())
    accepted = [each for each in law["accepts"] if not each["risk"].startswith(f"{other}.")]
    without = {key: value for key, value in law.items() if key != other}
    changed = {"keys": keys, "accepts": accepted, "data_classes": {"pii": {"leaves": "never"}}}
    file.write_text(yaml.safe_dump(without | changed))


@pytest.fixture
def rollout(project) -> Iterator[Rollout]:
    config = stack_of("aws")
    organization = table("sandbox")["aws"]["organization"]
    config |= {
        "sovereign-zones:awsOrganizationId": organization,
        "sovereign-zones:awsParentOuId": table("sandbox")["aws"]["root"],
        "sovereign-zones:awsZoneOuPath": f"{organization}/r-ab12/ou-ab12-22222222/",
    }
    made = Rollout(project(PROGRAM, NO_DEFAULT_PROVIDERS | config))
    on_one_cloud(made, "aws", "azure", {"aws_origin": "AWS_KMS"})
    yield made
    # the next test makes policies of the same names in the same sandbox
    made.project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "dev")


def test_a_version_is_tried_released_and_taken_back(rollout: Rollout):
    first = rollout.up()
    assert first.code == 0, first.output
    path, beside = rollout.output("awsZoneOuPath"), rollout.output("awsSandboxOuPath")
    assert path != beside
    bound, tried = rollout.policies(sandbox=False), rollout.policies(sandbox=True)
    assert len(bound) == len(tried) > 8
    assert path in texts(bound)
    assert beside not in texts(bound)
    assert texts(tried).replace(beside, path) == texts(bound)
    again = rollout.up()
    assert again.code == 0, again.output
    assert not any(word in again.output for word in CHANGES), again.output

    # nothing was released: nothing can be tried
    rollout.set(rollout="sandbox", awsZoneOuPath=path)
    refused = rollout.up()
    assert refused.code != 0
    assert "released/eu/manifest.json" in refused
    assert "sovereignty compile eu --out released/eu" in refused
    assert "Traceback" not in refused.output

    # the next version is tried; the zone's own OU keeps what was released
    rollout.compile()
    regions = ["eu-central-1", "eu-west-1", "eu-north-1"]
    rollout.zone(aws={"partition": "aws", "home": "eu-central-1", "regions": regions})
    trial = rollout.up()
    assert trial.code == 0, trial.output
    assert rollout.policies(sandbox=False) == bound
    next_ = rollout.policies(sandbox=True)
    assert "eu-north-1" in texts(next_)
    assert "eu-north-1" not in texts(rollout.policies(sandbox=False))
    assert ids(tried).items() <= ids(next_).items()

    # it is released: both have it, in the same policies
    rollout.set(rollout="zone")
    done = rollout.up()
    assert done.code == 0, done.output
    assert rollout.policies(sandbox=True) == next_
    now = rollout.policies(sandbox=False)
    assert texts(now) == texts(next_).replace(beside, path)
    assert ids(bound).items() <= ids(now).items()

    # and taken back: the sandbox keeps it, the zone's OU is as it was released
    rollout.set(rollout="sandbox")
    back = rollout.up()
    assert back.code == 0, back.output
    assert rollout.policies(sandbox=False) == bound
    assert rollout.policies(sandbox=True) == next_


def test_a_version_of_another_ou_and_an_altered_one_change_nothing(rollout: Rollout):
    assert rollout.up().code == 0
    bound = rollout.policies(sandbox=False)
    rollout.set(rollout="sandbox")
    rollout.compile()  # for the path that the stack file has made up
    refused = rollout.up()
    assert refused.code != 0
    assert "compiled for another OU" in refused
    assert "Traceback" not in refused.output, refused.output
    assert rollout.policies(sandbox=False) == bound
    rollout.set(awsZoneOuPath=rollout.output("awsZoneOuPath"))
    rollout.compile()
    altered = next(Path(rollout.project.folder, "released/eu/aws/scp").iterdir())
    altered.write_text(altered.read_text().replace("Deny", "Allow", 1))
    refused = rollout.up()
    assert refused.code != 0
    assert f"released/eu/aws/scp/{altered.name}" in refused
    assert rollout.policies(sandbox=False) == bound


@pytest.fixture
def on_azure(project) -> Iterator[Rollout]:
    config = stack_of("azure") | {"sovereign-zones:azureParentManagementGroupId": "sovereignty"}
    made = Rollout(project(ON_AZURE, NO_DEFAULT_PROVIDERS | config))
    on_one_cloud(made, "azure", "aws", {"azure": "premium-vault"})
    yield made
    made.project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "dev")


def test_on_azure_a_version_is_tried_released_and_taken_back(on_azure: Rollout):
    first = on_azure.up()
    assert first.code == 0, first.output
    bound, tried = on_azure.documents(sandbox=False), on_azure.documents(sandbox=True)
    assert len(bound) == len(tried) + 2 > 50, "the sandbox streams no activity log"
    assert "sovereign-eu-sandbox" not in texts(bound)
    assert "/sovereign-eu/" not in texts(tried)
    assert texts(bound).count("SystemAssigned") == texts(tried).count("SystemAssigned") + 1 == 4

    # nothing was released: nothing can be tried
    on_azure.set(rollout="sandbox")
    refused = on_azure.up()
    assert refused.code != 0
    assert "released/eu/manifest.json" in refused
    assert "Traceback" not in refused.output

    # the next version is tried; the zone's own group keeps what was released
    on_azure.compile()
    fewer = {"cloud": "public", "home": "germanywestcentral", "regions": ["germanywestcentral", "westeurope"]}
    on_azure.zone(azure=fewer)
    trial = on_azure.up()
    assert trial.code == 0, trial.output
    assert on_azure.documents(sandbox=False) == bound
    next_ = on_azure.documents(sandbox=True)
    assert "northeurope" not in texts(next_)
    assert "northeurope" in texts(bound)
    assert ids(tried) == ids(next_)

    # it is released: both have it, in the same definitions and as the same identities
    on_azure.set(rollout="zone")
    done = on_azure.up()
    assert done.code == 0, done.output
    assert on_azure.documents(sandbox=True) == next_
    now = on_azure.documents(sandbox=False)
    assert "northeurope" not in texts(now)
    assert ids(now) == ids(bound)

    # and taken back: the sandbox keeps it, the zone's group is as it was released
    on_azure.set(rollout="sandbox")
    back = on_azure.up()
    assert back.code == 0, back.output
    assert on_azure.documents(sandbox=False) == bound
    assert on_azure.documents(sandbox=True) == next_


def test_a_parent_that_is_none_is_told_however_early_it_is_known(project):
    """That a program ends before its hooks are registered has crashed it."""
    early = ON_AZURE.replace('parent_id="sovereignty"', 'parent_id=pulumi.Output.from_input("a/b")')
    made = Rollout(project(early, NO_DEFAULT_PROVIDERS | stack_of("azure")))
    on_one_cloud(made, "azure", "aws", {"azure": "premium-vault"})
    refused = made.up()
    assert refused.code != 0
    assert "ZoneManagementGroupArgs.parent_id: This is no management group's name or id." in refused
    assert "Traceback" not in refused.output, refused.output
    assert set(made.project.resources()) <= {"eu"}, "nothing of the cloud's"
