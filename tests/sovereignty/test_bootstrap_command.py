"""`sovereignty bootstrap`: what it writes, in which order, and how it refuses what is missing or shuts out."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from command_home import OU_PATH, change_zone, run, settle, write_stack

from sovereignty.compile import organization

pytestmark = pytest.mark.command

SECURITY = "o-a1b2c3d4e5/r-ab12/ou-ab12-44444444/*"
USER = ("--break-glass-user", "arn:aws:iam::222233334444:user/break-glass-1")
CI = (
    "--oidc-issuer",
    "https://token.actions.githubusercontent.com",
    "--oidc-subject",
    "repo:example/zones:environment:eu",
)


ON_AZURE_BEFORE = (
    "tenant-subscription-policies",
    "tenant-customer-lockbox",
    "tenant-guests",
    "tenant-consent",
    "tenant-cross-tenant-access",
    "tenant-strong-sign-in",
    "tenant-entra-logs",
    "tenant-directory-location",
    "tenant-lighthouse",
    "tenant-elevated-access",
    "azure-roles",
    "azure-identity",
    "azure-leave",
)
ON_AZURE_AFTER = ("azure-left", "tenant-break-glass", "azure-compliance", "azure-probe")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = settle(tmp_path, monkeypatch)
    landed()
    return folder


def landed(**changes: object) -> None:
    alarms = {"awsAlarmSubscribers": ["security@example.com"], "awsOrganizationPaths": [SECURITY]}
    write_stack(Path.cwd(), **{**alarms, **changes})


def page(*arguments: str) -> str:
    return run("bootstrap", "eu", *USER, *arguments, code=0)[0]


def test_the_roles_are_made_before_the_zone_and_the_zone_before_its_accounts_are_bound():
    text = page(*CI, "--sandbox-account", "555566667777")
    order = re.findall(r"^Step `([a-z-]+)`", text.partition("## The way back")[0], re.MULTILINE)
    assert order == [
        "organization",
        "ci-role",
        "deployment-role",
        "break-glass-role",
        "break-glass-alarm",
        "foundation-state",
        "state",
        "tenant",
        "foundation",
        *ON_AZURE_BEFORE,
        "backend",
        "zone",
        *ON_AZURE_AFTER,
        "replay",
        "move-sandbox",
        "probe-sandbox",
        "return-sandbox",
        "move-accounts",
        "probe-accounts",
        "deploys",
    ]
    back = re.findall(r"^Step `([a-z-]+)`", text.partition("## The way back")[2], re.MULTILINE)
    assert back == [step for step in reversed(order) if step in back]
    assert "azure-identity" in back
    assert {"move-accounts", "zone", "state", "break-glass-role", "deployment-role", "ci-role"} <= set(back)


def test_nothing_is_left_to_fill_in():
    for form in ("md", "sh"):
        text = page(*CI, "--format", form)
        assert not re.search(r"<[a-z-]+>|TODO|PLACEHOLDER|YOUR_|\bNone\b|\{\}", text)
        assert "444455556666" in text
        assert "111122223333" in text


def test_the_script_is_bash_and_holds_a_command_for_each_step(home: Path):
    page(*CI, "--format", "sh", "--out", "bootstrap.sh")
    listed = subprocess.run(["bash", "bootstrap.sh"], capture_output=True, text=True, check=True)
    steps = [line.split("\t")[0] for line in listed.stdout.splitlines()]
    assert steps[0] == "organization"
    assert steps[-1] == "deploys"
    text = (home / "bootstrap.sh").read_text()
    assert all(f'"{verb} {step}")' in text for step in steps for verb in ("do", "check", "undo"))
    wrong = subprocess.run(["bash", "bootstrap.sh", "do", "nothing"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2


def test_the_commands_run_as_they_stand_in_a_repository_that_is_set_up(home: Path):
    text = page(*CI)
    assert "`sovereignty bootstrap" not in text
    assert "`.venv/bin/sovereignty bootstrap eu --format sh`" in text
    installed = home / ".venv" / "bin" / "sovereignty"
    installed.parent.mkdir(parents=True)
    installed.write_text("#!/bin/sh\n")
    installed.chmod(0o755)
    prelude = text.partition("First, in each shell:\n\n```sh\n")[2].partition("```")[0]
    asked = ["bash", "-c", f"{prelude}\ncommand -v sovereignty"]
    found = subprocess.run(asked, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True)
    assert Path(found.stdout.strip()).samefile(installed)


def test_every_type_of_policy_that_the_partition_offers_is_enabled_and_looked_for():
    text = page(*CI)
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", *(kind.type for kind in organization.KINDS)):
        assert f"--policy-type {kind}\n" in text
        assert text.count(f"grep -qw {kind}\n") == 1


def test_without_an_issuer_the_step_says_that_people_with_mfa_come_in():
    text = page()
    assert "No issuer is given" in text
    assert "create-open-id-connect-provider" not in text


def test_another_partition_has_its_own_arns(home: Path):
    change_zone(
        home,
        ("partition: aws", "partition: aws-us-gov"),
        ("home: eu-central-1", "home: us-gov-west-1"),
        ("[eu-central-1, eu-west-1]", "[us-gov-west-1]"),
        ("jurisdiction: EU", "jurisdiction: US"),
    )
    zone = home / "zones" / "eu.yaml"
    data = yaml.safe_load(zone.read_text())
    del data["azure"], data["keys"]["azure"]
    data["accepts"] = [each for each in data["accepts"] if each["risk"].startswith("aws.")]
    zone.write_text(yaml.safe_dump(data))
    gone = {"azureTenantId": None, "azureSubscriptions": None}
    landed(**gone)
    stack = home / "Pulumi.eu.yaml"
    config = yaml.safe_load(stack.read_text())["config"]
    config = {k: v for k, v in config.items() if not k.startswith("azure-native")} | {"aws:region": "us-gov-west-1"}
    stack.write_text(yaml.safe_dump({"config": config}))
    text, _ = run("bootstrap", "eu", "--break-glass-user", "arn:aws-us-gov:iam::222233334444:user/b", code=0)
    assert "arn:aws-us-gov:iam::444455556666:role/sovereign/deployment" in text
    assert "arn:aws:" not in text
    assert "refused aws ec2 describe-vpcs --region us-gov-east-1" in text


def test_a_zone_on_azure_alone_needs_nothing_of_aws(home: Path):
    zone = home / "zones" / "eu.yaml"
    data = yaml.safe_load(zone.read_text())
    del data["aws"], data["break_glass"], data["keys"]["aws_origin"]
    data["accepts"] = [each for each in data["accepts"] if not each["risk"].startswith("aws.")]
    zone.write_text(yaml.safe_dump(data))
    stack = home / "Pulumi.eu.yaml"
    config = yaml.safe_load(stack.read_text())["config"]
    stack.write_text(
        yaml.safe_dump({"config": {key: value for key, value in config.items() if "aws" not in key.lower()}})
    )
    for form in ("md", "sh"):
        text, _ = run("bootstrap", "eu", *CI, "--format", form, code=0)
        assert "azure-identity" in text and "organizations" not in text
        assert not re.search(r"<[a-z-]+>|TODO|\bNone\b|\{\}", text)
    _, errors = run("bootstrap", "eu", *USER, code=2)
    assert "--break-glass-user: It is of AWS" in errors


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--break-glass-user", "arn:aws:iam::444455556666:user/x"), "whoever administers users there"),
        (("--break-glass-user", "arn:aws:iam::222233334444:role/x"), "This is no IAM user"),
        ((*USER, "--oidc-issuer", "https://ci.example.com"), "would let in every customer"),
        ((*USER, "--oidc-subject", "repo:a/b:environment:c"), "A subject is given, and no issuer"),
        ((*USER, *CI[:2], "--oidc-subject", "repo:a/*"), "a wildcard in it"),
        ((*USER, *CI[:2], "--oidc-subject", "repo:a/b:pull_request"), "Whoever may open a pull request"),
        ((*USER, "--oidc-issuer", "http://ci.example.com", *CI[2:]), "--oidc-issuer: This is no issuer"),
        ((*USER, "--service", "iam"), "iam is what the roles rest on"),
        ((*USER, "--service", "nosuch"), "AWS has no service of this prefix"),
        ((*USER, "--sandbox-account", "444455556666"), "This account has another part"),
        ((*USER, "--sandbox-account", "one"), "This is no account id"),
        ((*USER, "--account-role", "x; rm -rf /"), "This is no role's name"),
        ((*USER, "--out", "nosuch/page.md"), "can't be written"),
    ],
)
def test_bad_input_is_told(arguments: tuple[str, ...], told: str):
    _, errors = run("bootstrap", "eu", *arguments, code=2)
    assert told in errors


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("awsAlarmSubscribers", "sovereign-zones:awsAlarmSubscribers"),
        ("awsOrganizationPaths", "sovereign-zones:awsOrganizationPaths"),
        ("awsAccounts", "sovereign-zones:awsAccounts"),
        ("awsManagementAccount", "sovereign-zones:awsManagementAccount"),
    ],
)
def test_a_missing_value_is_an_error_that_names_its_key(missing: str, told: str):
    landed(**{missing: None})
    _, errors = run("bootstrap", "eu", *USER, code=2)
    assert told in errors


def test_before_the_zones_ou_is_made_its_id_is_what_the_stack_says():
    assert OU_PATH.split("/")[-2] in page()
    landed(awsZoneOuPath=None)
    assert "$(pulumi stack output awsOuId --stack eu)" in page()
