"""The workflows fit what the bootstrap writes: environments, profile, variables; and may no more than they need."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_on_azure import SUBSCRIPTIONS, TENANT, alone
from test_roles import landed

from sovereignty.bootstrap import azure_stack, stack
from sovereignty.bootstrap.setting import Setting
from sovereignty.bootstrap.step import Step
from sovereignty.compile.roles import ci
from sovereignty.compile.roles.entrances import Entrances

pytestmark = pytest.mark.command

ROOT = Path(__file__).parents[2]
WORKFLOWS = {path.stem: path for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
OF_ZONES = ("preview", "drift")
ISSUER = "https://token.actions.githubusercontent.com"


@cache
def workflow(name: str) -> dict[str, Any]:
    return yaml.safe_load(WORKFLOWS[name].read_text(encoding="utf-8"))


def job(name: str) -> dict[str, Any]:
    return workflow(name)["jobs"][name]


def script(name: str, text: str) -> str:
    """The one step of the job that runs this."""
    (found,) = [each["run"] for each in job(name)["steps"] if text in each.get("run", "")]
    return found


def example() -> tuple[str, ...]:
    """The subjects of the example in docs/bootstrap.md."""
    return tuple(re.findall(r"--oidc-subject (\S+)", (ROOT / "docs" / "bootstrap.md").read_text(encoding="utf-8")))


def backend(*subjects: str, issuer: str = ISSUER) -> Step:
    zone, target = landed()
    entrances = Entrances(oidc_issuer=issuer, oidc_subjects=subjects)
    setting = Setting(zone=zone, deployment=target, entrances=entrances, stack_file="Pulumi.eu.yaml")
    (step,) = [step for step in stack.steps(setting) if step.id == "backend"]
    return step


def told(step: Step | None = None) -> dict[str, str]:
    """The variables that the document gives."""
    return dict(re.findall(r"^- `([A-Z_]+)`: `(.+)`$", (step or backend(*example())).why, re.MULTILINE))


def on_azure_alone(*subjects: str, issuer: str = ISSUER, cloud: str = "public") -> Step:
    setting = alone(cloud, Entrances(oidc_issuer=issuer, oidc_subjects=subjects))
    (step,) = [step for step in azure_stack.steps(setting) if step.id == "backend"]
    return step


@pytest.mark.parametrize("name", OF_ZONES)
def test_a_job_runs_in_an_environment_that_the_document_names_and_the_example_admits(name: str):
    environment = job(name)["environment"].replace("${{ matrix.stack }}", "eu")
    assert f"`{environment}`" in backend(*example()).why
    assert environment == job(name)["env"]["ENVIRONMENT"].replace("${{ matrix.stack }}", "eu")
    trust = ci.trust(*landed(), Entrances(oidc_issuer=ISSUER, oidc_subjects=example())).body
    ((_, admitted),) = [
        claim for claim in trust["Statement"][0]["Condition"]["StringEquals"].items() if claim[0].endswith(":sub")
    ]
    assert f"repo:example/zones:environment:{environment}" in admitted


def test_the_document_says_which_environment_the_role_does_not_admit():
    assert "does not admit" not in backend(*example()).why
    found = backend("repo:example/zones:environment:eu", "repo:example/zones:environment:drift-eu").why
    assert re.findall(r"does not admit environment `(\S+)`", found) == ["preview-eu"]
    assert "PULUMI_BACKEND_URL" not in backend("any", issuer="https://ci.example.com").why


@pytest.mark.parametrize("name", OF_ZONES)
def test_the_profile_is_the_one_of_the_documents_backend(name: str):
    values = {**told(), "STACK": "eu"}
    lines = [
        re.sub(r'"|\$([A-Z_]+)', lambda found: values[found[1]] if found[1] else "", line)
        for line in script(name, "aws configure set").splitlines()
    ]
    assert lines == [line for line in backend(*example()).do.splitlines() if line.startswith("aws configure set")]
    (profile,) = {line.rpartition(" ")[2] for line in lines}
    assert f"&profile={profile}&" in values["PULUMI_BACKEND_URL"]
    assert f"&profile={profile}&" in backend(*example()).do.partition("--secrets-provider")[2]


@pytest.mark.parametrize("name", OF_ZONES)
def test_the_profile_is_written_with_credentials_and_before_the_engine_opens_its_state(name: str):
    steps = job(name)["steps"]
    kinds = ("configure-aws-credentials@", "aws configure set", "pulumi preview")
    places = [
        next(at for at, step in enumerate(steps) if kind in step.get("uses", "") + step.get("run", ""))
        for kind in kinds
    ]
    assert places == sorted(places)


@pytest.mark.parametrize("name", OF_ZONES)
def test_the_variables_are_those_that_the_document_gives_and_a_missing_one_fails_the_job(name: str):
    given = {key for key, value in job(name)["env"].items() if value == f"${{{{ vars.{key} }}}}"}
    assert told().keys() == {key for key in given if not key.startswith("ARM_")}
    steps = job(name)["steps"]
    assert "::error::" in steps[0]["run"], "the first of all steps"
    assert _run(steps[0]["run"], **told(), ENVIRONMENT="preview-eu").returncode == 0
    for missing in told():
        failed = _run(steps[0]["run"], **{**told(), missing: ""}, ENVIRONMENT="preview-eu")
        assert failed.returncode != 0
        assert f"Environment preview-eu has no variable {missing}." in failed.stdout


@pytest.mark.parametrize("name", OF_ZONES)
def test_a_zone_on_azure_alone_needs_no_variable_of_aws_and_all_of_azure(name: str):
    variables = {**told(on_azure_alone(*example())), "ARM_CLIENT_ID": "an application"}
    needed = ("PULUMI_BACKEND_URL", "ARM_CLIENT_ID", "ARM_TENANT_ID", "ARM_SUBSCRIPTION_ID")
    assert variables.keys() == set(needed)
    assert (variables["ARM_TENANT_ID"], variables["ARM_SUBSCRIPTION_ID"]) == (TENANT, SUBSCRIPTIONS[0])
    first = job(name)["steps"][0]["run"]
    assert _run(first, **variables, ENVIRONMENT="drift-eu").returncode == 0
    for missing in needed:
        failed = _run(first, **{**variables, missing: ""}, ENVIRONMENT="drift-eu")
        assert failed.returncode != 0
        assert f"Environment drift-eu has no variable {missing}." in failed.stdout


@pytest.mark.parametrize("name", OF_ZONES)
def test_the_state_says_which_cloud_a_job_signs_in_to(name: str):
    conditions = {
        kind: step.get("if", "")
        for step in job(name)["steps"]
        for kind in ("azure/login@", "configure-aws-credentials@", "aws configure set")
        if kind in step.get("uses", "") + step.get("run", "")
    }
    on_azure = "startsWith(vars.PULUMI_BACKEND_URL, 'azblob://')"
    assert conditions == {
        "azure/login@": on_azure,
        "configure-aws-credentials@": f"!{on_azure}",
        "aws configure set": f"!{on_azure}",
    }
    assert told(on_azure_alone(*example()))["PULUMI_BACKEND_URL"].startswith("azblob://")
    assert not told()["PULUMI_BACKEND_URL"].startswith("azblob://")


def test_the_document_of_a_zone_on_azure_alone_says_what_is_missing_and_what_was_not_written_for_it():
    assert "does not admit" not in on_azure_alone(*example()).why
    found = on_azure_alone("repo:example/zones:environment:drift-eu").why
    assert re.findall(r"does not admit environment `(\S+)`", found) == ["preview-eu"]
    assert "- `PULUMI_BACKEND_URL`" not in on_azure_alone("any", issuer="https://ci.example.com").why
    assert "public cloud" in on_azure_alone(*example(), cloud="usgovernment").why


@pytest.mark.parametrize("name", OF_ZONES)
def test_whether_a_job_runs_is_told_by_a_variable_that_its_condition_sees(name: str):
    """Those of an environment are not there yet when the condition is read (GitHub Docs, "Variables")."""
    assert job(name)["if"] == "vars.SOVEREIGN_ZONES != ''"
    assert job(name)["strategy"]["matrix"] == {"stack": "${{ fromJSON(vars.SOVEREIGN_ZONES) }}"}
    assert "`SOVEREIGN_ZONES`" in backend(*example()).why
    zones = workflow(name)["jobs"]["zones"]
    assert "environment" not in zones
    (step,) = zones["steps"]
    assert "::notice::" in _run(step["run"], ZONES="").stdout
    assert "::notice::" not in _run(step["run"], ZONES='["eu"]').stdout


def _run(text: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """As a runner does: bash, which ends at the first error."""
    env = {"PATH": "/usr/bin:/bin", **variables}
    return subprocess.run(["bash", "-e", "-c", text], env=env, capture_output=True, text=True, check=False)


MAY = {
    "ci.test": {},
    "drift.drift": {"contents": "read", "id-token": "write"},
    "drift.zones": {},
    "preview.preview": {"contents": "read", "id-token": "write"},
    "preview.zones": {},
    "release.build": {"contents": "write", "id-token": "write", "attestations": "write"},
}
"""What a job may besides its workflow's own permissions, which are to read at most."""


def test_a_job_may_no_more_than_it_needs():
    found = {
        f"{name}.{each}": one.get("permissions", {})
        for name in WORKFLOWS
        for each, one in workflow(name)["jobs"].items()
    }
    assert found == MAY
    for name in WORKFLOWS:
        assert workflow(name)["permissions"] in ({}, {"contents": "read"})
    assert all(workflow(name)["permissions"] == {} for name in OF_ZONES)


def test_every_action_is_pinned_to_a_commit_and_a_checkout_keeps_no_credentials():
    steps = [step for name in WORKFLOWS for one in workflow(name)["jobs"].values() for step in one["steps"]]
    for step in steps:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", step.get("uses", "a/b@" + "0" * 40))
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"] == {"persist-credentials": False}
        assert "${{ github.event" not in step.get("run", "")
