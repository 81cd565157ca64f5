"""The bootstrap's script, run step by step against AWS on loopback: there and back, and over again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from emulator import MANAGEMENT, ROOT, Emulator, emulated

from sovereignty import deployment, zone
from sovereignty.bootstrap import document
from sovereignty.bootstrap.setting import Setting, settled
from sovereignty.bootstrap.step import Step
from sovereignty.compile import organization
from sovereignty.compile.roles import break_glass, ci, state
from sovereignty.compile.roles import deployment as deployment_role
from sovereignty.compile.roles.entrances import Entrances
from sovereignty.facts.azure_tenant import tenant_settings

pytestmark = pytest.mark.heavy

NO_AZURE = "there is no emulator of Azure or Entra ID; the commands are looked at in tests/bootstrap/test_on_azure.py"
ON_AZURE = (
    "tenant",
    "azure-roles",
    "azure-identity",
    "azure-leave",
    "azure-left",
    "azure-compliance",
    "azure-probe",
)
NOT_RUN = {
    **dict.fromkeys([*ON_AZURE, *(f"tenant-{each.id}" for each in tenant_settings() if not each.keys)], NO_AZURE),
    "foundation": "the engine's provider has no emulator here; the foundation is deployed in tests/engine",
    "backend": "the engine opens its state as a role whose trust the emulator doesn't judge",
    "zone": "the engine's provider has no emulator here; the zone is deployed in tests/engine",
    "replay": "the emulator has no LookupEvents; the replay itself is in tests/sovereignty/test_replay_command.py",
    "probe-sandbox": "the emulator doesn't evaluate SCPs and RCPs; that they refuse is in tests/proof",
    "probe-accounts": "the emulator doesn't evaluate SCPs and RCPs; that they refuse is in tests/proof",
    "deploys": "the engine's provider has no emulator here",
}
"""Steps of the document that the emulator can't run, and why."""
SUBJECT = "repo:example/zones:environment:eu"
ISSUER = "https://token.actions.githubusercontent.com"


@dataclass(frozen=True)
class Made:
    """An organization in the emulator, and the document that is written for it."""

    emulator: Emulator
    setting: Setting
    script: Path
    before: str
    """The root, in which the accounts were made."""

    def step(self, verb: str, step: Step) -> None:
        done = self.emulator.run("bash", str(self.script), verb, step.id)
        assert done.returncode == 0, f"{verb} {step.id}\n{done.stdout}\n{done.stderr}"

    def inside(self, account: str, *arguments: str) -> Any:
        """As the administrator of one of the organization's accounts."""
        role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
        taken = self.emulator.aws("sts", "assume-role", "--role-arn", role, "--role-session-name", "test")
        key = taken["Credentials"]
        variables = (
            f"AWS_ACCESS_KEY_ID={key['AccessKeyId']}",
            f"AWS_SECRET_ACCESS_KEY={key['SecretAccessKey']}",
            f"AWS_SESSION_TOKEN={key['SessionToken']}",
        )
        done = self.emulator.run("env", *variables, "aws", *arguments, "--output", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def parent(self, account: str) -> str:
        return self.emulator.aws("organizations", "list-parents", "--child-id", account)["Parents"][0]["Id"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    home = tmp_path_factory.mktemp("home")
    with emulated(home) as emulator:
        organization = emulator.aws("organizations", "create-organization", "--feature-set", "ALL")["Organization"]
        root = emulator.aws("organizations", "list-roots")["Roots"][0]["Id"]
        accounts = [_account(emulator, name) for name in ("workloads", "security", "empty")]
        places = {name: _unit(emulator, root, name) for name in ("Sovereignty", "Security")}
        unit = _unit(emulator, places["Sovereignty"], "zone-eu")
        moved = ("--account-id", accounts[1], "--source-parent-id", root, "--destination-parent-id", places["Security"])
        emulator.aws("organizations", "move-account", *moved)
        path = f"{organization['Id']}/{root}"
        config = yaml.safe_load((ROOT / "Pulumi.eu.yaml").read_text(encoding="utf-8"))["config"]
        landed = deployment.from_config(
            {
                **config,
                "sovereign-zones:awsOrganizationId": organization["Id"],
                "sovereign-zones:awsManagementAccount": MANAGEMENT,
                "sovereign-zones:awsAccounts": accounts[:1],
                "sovereign-zones:awsZoneOuPath": f"{path}/{places['Sovereignty']}/{unit}/",
                "sovereign-zones:awsOrganizationPaths": [f"{path}/{places['Security']}/*"],
                "sovereign-zones:awsAlarmSubscribers": ["security@example.com"],
            },
            "Pulumi.eu.yaml",
        )
        setting = settled(
            Setting(
                zone=zone.load("eu", ROOT / "zones"),
                deployment=landed,
                entrances=Entrances(
                    oidc_issuer=ISSUER,
                    oidc_subjects=(SUBJECT,),
                    break_glass_users=(f"arn:aws:iam::{accounts[1]}:user/break-glass-1",),
                ),
                stack_file="Pulumi.eu.yaml",
                sandbox_account=accounts[2],
            )
        )
        script = home / "bootstrap.sh"
        script.write_text(document.script(setting), encoding="utf-8")
        yield Made(emulator, setting, script, root)


def _account(emulator: Emulator, name: str) -> str:
    email = ("--email", f"{name}@example.com")
    made = emulator.aws("organizations", "create-account", "--account-name", name, *email)
    return made["CreateAccountStatus"]["AccountId"]


def _unit(emulator: Emulator, parent: str, name: str) -> str:
    unit = emulator.aws("organizations", "create-organizational-unit", "--parent-id", parent, "--name", name)
    return unit["OrganizationalUnit"]["Id"]


def runnable(setting: Setting) -> list[Step]:
    return [step for step in document.steps(setting) if step.id not in NOT_RUN]


def test_every_step_that_is_not_run_is_one_of_the_document(made: Made):
    assert NOT_RUN.keys() < {step.id for step in document.steps(made.setting)}


def test_the_steps_make_what_the_document_says_and_the_way_back_takes_it_away(made: Made):
    setting = made.setting
    for step in runnable(setting):
        made.step("do", step)
        made.step("check", step)
    _all_is_there(made)
    for step in reversed(runnable(setting)):
        made.step("undo", step)
    _nothing_is_there(made)


def test_each_step_may_be_taken_twice(made: Made):
    for step in runnable(made.setting):
        made.step("do", step)
        made.step("do", step)
        made.step("check", step)


def _all_is_there(made: Made) -> None:
    setting, emulator = made.setting, made.emulator
    (root,) = emulator.aws("organizations", "list-roots")["Roots"]
    assert {kind.type for kind in organization.KINDS} < {each["Type"] for each in root["PolicyTypes"]}
    role = emulator.aws("iam", "get-role", "--role-name", "ci-eu")["Role"]
    assert role["Arn"] == ci.role_arn(setting.zone, setting.deployment)
    assert role["AssumeRolePolicyDocument"] == ci.trust(setting.zone, setting.deployment, setting.entrances).body
    for account in setting.accounts:
        role = made.inside(account, "iam", "get-role", "--role-name", "deployment")["Role"]
        assert role["Arn"] == f"arn:aws:iam::{account}:role/sovereign/deployment"
        assert role["AssumeRolePolicyDocument"] == deployment_role.trust(setting.zone, setting.deployment).body
        role = made.inside(account, "iam", "get-role", "--role-name", "break-glass")["Role"]
        trust = break_glass.trust(setting.zone, setting.deployment, setting.entrances)
        assert (role["AssumeRolePolicyDocument"], role["MaxSessionDuration"]) == (trust.body, 3600)
        for region in ("eu-central-1", "eu-west-1"):
            rule = made.inside(
                account, "events", "describe-rule", "--name", "sovereign-eu-break-glass", "--region", region
            )
            pattern = json.loads(rule["EventPattern"])["detail"]["requestParameters"]
            assert pattern == {"roleArn": [f"arn:aws:iam::{account}:role/sovereign/break-glass"]}
        assert made.parent(account) == setting.unit
    assert made.parent(setting.sandbox_account or "") == made.before
    keys = made.inside(setting.accounts[0], "kms", "list-aliases")["Aliases"]
    (key,) = [each["TargetKeyId"] for each in keys if each["AliasName"] == state.alias(setting.zone)]
    policy = made.inside(setting.accounts[0], "kms", "get-key-policy", "--key-id", key, "--policy-name", "default")
    assert json.loads(policy["Policy"]) == state.key_policy(setting.zone, setting.deployment).body


def _nothing_is_there(made: Made) -> None:
    setting = made.setting
    assert not _sovereign(made.emulator.aws("iam", "list-roles"))
    assert not made.emulator.aws("s3api", "list-buckets")["Buckets"]
    for account in setting.accounts:
        assert made.parent(account) == made.before
        assert not _sovereign(made.inside(account, "iam", "list-roles"))
        for region in ("eu-central-1", "eu-west-1"):
            assert not made.inside(account, "events", "list-rules", "--region", region)["Rules"]
            assert not made.inside(account, "sns", "list-topics", "--region", region)["Topics"]
    assert not made.inside(setting.accounts[0], "s3api", "list-buckets")["Buckets"]
    keys = made.inside(setting.accounts[0], "kms", "list-aliases")["Aliases"]
    assert state.alias(setting.zone) not in {each["AliasName"] for each in keys}


def _sovereign(roles: Any) -> list[str]:
    return [role["Arn"] for role in roles["Roles"] if "role/sovereign/" in role["Arn"]]
