"""The Azure half of the bootstrap: what is filled in, that it is bash, and what its roles lack."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.azure.foundation import NAME, SANDBOX
from sovereignty import deployment, zone
from sovereignty.bootstrap import document, stack
from sovereignty.bootstrap.setting import Setting, settled
from sovereignty.bootstrap.shell import prelude
from sovereignty.bootstrap.step import Step
from sovereignty.compile.roles import azure as roles
from sovereignty.compile.roles.entrances import Entrances
from sovereignty.documents import read_yaml
from sovereignty.errors import InputError
from sovereignty.facts.azure_clouds import address
from sovereignty.facts.azure_tenant import tenant_settings

pytestmark = pytest.mark.command

ROOT = Path(__file__).parents[2]
TENANT = "6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b"
SUBSCRIPTIONS = ("0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "1b2c3d4e-5f6a-4b7c-8d9e-0f1a2b3c4d5e")
CI = Entrances(
    oidc_issuer="https://token.actions.githubusercontent.com",
    oidc_subjects=("repo:example/zones:environment:eu", "repo:example/zones:environment:it's"),
)
PLACES = {
    "public": ("EU", "germanywestcentral", ["germanywestcentral", "westeurope"]),
    "usgovernment": ("US", "usgovvirginia", ["usgovvirginia", "usgovtexas"]),
}


def alone(cloud: str = "public", given: Entrances = CI, keys: str = "premium-vault", **stack: Any) -> Setting:
    """A zone that is on Azure only."""
    data: Any = read_yaml(ROOT / "zones" / "eu.yaml")
    jurisdiction, home, locations = PLACES[cloud]
    azure = {"cloud": cloud, "home": home, "regions": locations}
    law = {**data, "jurisdiction": jurisdiction, "azure": azure, "keys": {"azure": keys}}
    law["data_classes"] = {"pii": {"leaves": "never"}}
    for name in ("aws", "break_glass"):
        law.pop(name)
    law["accepts"] = _risks(law)
    config = {
        "zone": "eu",
        "foundation": "sovereign-foundation/org",
        "azureTenantId": TENANT,
        "azureSubscriptions": list(SUBSCRIPTIONS),
        **stack,
    }
    target = deployment.from_config(
        {f"sovereign-zones:{key}": value for key, value in config.items() if value}, "Pulumi.eu.yaml"
    )
    made = Setting(
        zone=zone.parse(law, "zones/eu.yaml"), deployment=target, entrances=given, stack_file="Pulumi.eu.yaml"
    )
    return settled(made)


def _risks(law: dict[str, Any]) -> list[dict[str, str]]:
    """The residual risks that the zone has to accept: the law itself says which."""
    accepted: list[dict[str, str]] = []
    while True:
        try:
            zone.parse({**law, "accepts": accepted}, "zones/eu.yaml")
            return accepted
        except InputError as mistake:
            found = re.findall(r"\{risk: ([a-z.-]+)", str(mistake))
            assert found, str(mistake)
            accepted += [{"risk": each, "reason": "a zone of a test"} for each in found]


@cache
def steps(cloud: str = "public") -> dict[str, Step]:
    return {step.id: step for step in document.steps(alone(cloud))}


def bash(text: str, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
    asked = ["bash", *arguments, "-c", text] if text else ["bash", *arguments]
    return subprocess.run(asked, input=stdin, env=env, capture_output=True, text=True, check=False)


def test_a_zone_on_azure_alone_has_every_step_and_asks_nothing_of_aws():
    order = list(steps())
    assert order[:3] == ["tenant", "azure-state", "foundation"]
    assert order.index("tenant-elevated-access") < order.index("azure-roles") < order.index("azure-identity")
    assert order.index("azure-identity") < order.index("backend") < order.index("zone") < order.index("azure-probe")
    text = document.markdown(alone())
    assert not re.search(r"\baws [a-z]|aws[A-Z]|AWS_|arn:", text)
    assert "## What only a tenant administrator can set" in text


@pytest.mark.parametrize("cloud", PLACES)
@pytest.mark.parametrize("given", [CI, Entrances()])
def test_nothing_is_left_to_fill_in_and_all_of_it_is_bash(cloud: str, given: Entrances):
    setting = alone(cloud, given)
    for text in (document.markdown(setting), document.script(setting)):
        assert not re.search(r"%[a-z_]+%|<[a-z-]+>|TODO|\bNone\b|\{\}", text)
    checked = bash("", "-n", "/dev/stdin", stdin=document.script(setting))
    assert checked.returncode == 0, checked.stderr
    for step in document.steps(setting):
        for lines in (step.do, step.check, step.undo):
            assert bash("", "-n", "/dev/stdin", stdin=lines).returncode == 0, (step.id, lines)


def test_the_script_lists_its_steps():
    listed = bash("", "-s", stdin=document.script(alone()))
    assert listed.returncode == 0, listed.stderr
    assert [line.split("\t")[0] for line in listed.stdout.splitlines()] == list(steps())


@pytest.mark.parametrize("cloud", PLACES)
def test_the_addresses_are_the_clouds(cloud: str):
    text = document.script(alone(cloud))
    found = set(re.findall(r"https://(?:management|graph)\.[a-z.]+", text))
    assert found == {address(cloud, "resource_manager"), address(cloud, "graph")}
    assert ("domain=blob.core.usgovcloudapi.net" in text) == (cloud == "usgovernment")


def test_every_subscription_is_looked_at():
    for step in (
        "tenant",
        "tenant-lighthouse",
        "azure-identity",
        "azure-leave",
        "azure-left",
        "azure-compliance",
        "azure-probe",
    ):
        assert all(each in steps()[step].do + steps()[step].check for each in SUBSCRIPTIONS), step


def test_a_setting_has_a_step_a_check_and_says_who_and_what_it_does_not_hold():
    text = document.markdown(alone())
    for each in tenant_settings():
        assert each.check and each.limits and each.source, each.id
        if not each.keys:
            assert f"| `tenant-{each.id}`" in text and each.who in text
    assert "tenant-hsm-administrators" not in text


def test_what_the_foundation_would_do_is_done_by_hand_where_there_is_none():
    own = alone(foundation="", azureParentManagementGroupId="Landing-Zones")
    found = {step.id: step for step in document.steps(own)}
    assert "pulumi" not in found["tenant-entra-logs"].do and "by hand" in found["tenant-entra-logs"].do
    assert "azblob://" in steps()["tenant-entra-logs"].do
    assert found["foundation"].do == "az account management-group show --name Landing-Zones >/dev/null"
    assert "managementGroups/Landing-Zones" in found["azure-identity"].do


def test_both_parents_of_the_foundation_are_written_in_its_place():
    names = {"azureParentManagementGroupId": NAME, "azureSandboxParentManagementGroupId": SANDBOX}
    for key, name in names.items():
        assert f"pulumi config set sovereign-zones:{key} --stack eu {name}\n" in f"{steps()['backend'].do}\n"
    own = alone(foundation="", azureParentManagementGroupId="Landing-Zones")
    (backend,) = [step for step in document.steps(own) if step.id == "backend"]
    assert "ParentManagementGroupId" not in backend.do
    target, _ = deployment.load_stack(ROOT / "Pulumi.eu.yaml")
    law = zone.load("eu", ROOT / "zones")
    both = Setting(zone=law, deployment=target, entrances=CI, stack_file="Pulumi.eu.yaml")
    (backend,) = [step for step in stack.steps(both) if step.id == "backend"]
    for key, name in names.items():
        assert f"pulumi config set sovereign-zones:{key} --stack eu {name}\n" in f"{backend.do}\n"


def test_an_hsms_administrators_are_held_against_the_stack_file():
    named = "3c4d5e6f-7a8b-4c9d-8e0f-1a2b3c4d5e6f"
    setting = alone(keys="managed-hsm", azureHsmAdministrators=[named])
    (step,) = [each for each in document.steps(setting) if each.id == "tenant-hsm-administrators"]
    assert named in step.check


@pytest.mark.parametrize(
    ("body", "path", "value", "code"),
    [
        ('{"properties": {"blocked": true}}', "properties.blocked", "true", 0),
        ('{"properties": {"blocked": false}}', "properties.blocked", "true", 1),
        ('{"allowed": []}', "allowed", "[]", 0),
        ('{"from": "everyone"}', "from", '"none"', 1),
    ],
)
def test_a_check_reads_what_azure_says(body: str, path: str, value: str, code: int):
    text = f"{prelude(alone())}\nsaid {path} '{value}'"
    assert bash(text, stdin=body).returncode == code


def test_a_call_that_a_policy_should_refuse_is_told_apart():
    opened = prelude(alone())
    refused = "echo '(RequestDisallowedByPolicy) Resource was disallowed by policy.' >&2; exit 1"
    assert bash(f'{opened}\nrefused_by_policy bash -c "{refused}"').returncode == 0
    assert "not refused" in bash(f"{opened}\nrefused_by_policy true").stderr
    assert bash(f"{opened}\nrefused_by_policy bash -c 'echo AuthorizationFailed; exit 1'").returncode != 0


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"break_glass_users": ("arn:aws:iam::222233334444:user/b",)}, "--break-glass-user: It is of AWS"),
        ({"services": ("dynamodb",)}, "--service: It is of AWS"),
        ({"oidc_issuer": "https://ci.example.com"}, "would let in every customer"),
    ],
)
def test_what_is_of_aws_is_refused_for_a_zone_without_it(given: dict[str, Any], told: str):
    with pytest.raises(InputError, match=told):
        alone(given=Entrances(**given))
    with pytest.raises(InputError, match="--sandbox-account: It is of AWS"):
        settled(Setting(**{**vars_of(alone()), "sandbox_account": "555566667777"}))


def vars_of(setting: Setting) -> dict[str, Any]:
    names = ("zone", "deployment", "entrances", "stack_file")
    return {name: getattr(setting, name) for name in names}


def test_a_missing_tenant_is_an_error_that_names_its_key():
    setting = alone()
    nowhere = setting.deployment.model_copy(update={"azure_tenant_id": None})
    with pytest.raises(InputError, match="sovereign-zones:azureTenantId"):
        settled(Setting(**{**vars_of(setting), "deployment": nowhere}))


# roles


def documents() -> dict[str, dict[str, Any]]:
    setting = alone()
    made = (
        roles.operator(setting.zone, setting.deployment),
        roles.deployment_role(setting.zone, setting.deployment),
        roles.placement(setting.zone, setting.deployment),
    )
    return {each.body["Name"]: each.body for each in made}


def allows(role: dict[str, Any], action: str) -> bool:
    """As Azure RBAC reads a role: an action that one of Actions fits, and none of NotActions."""

    def fits(pattern: str) -> bool:
        return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), action, re.IGNORECASE) is not None

    return any(map(fits, role["Actions"])) and not any(map(fits, role["NotActions"]))


STORAGE = "Microsoft.Storage/storageAccounts"
ASKED_OF_WHO_SENDS_LOGS = {f"{STORAGE}/{each}/action" for each in ("listKeys", "listAccountSas", "listServiceSas")}


def test_nobodys_role_carries_data_out_by_what_policy_does_not_see():
    assert len(roles.withheld()) == len(set(roles.withheld()))
    for name, role in documents().items():
        kept = ASKED_OF_WHO_SENDS_LOGS if name == "sovereign-eu-deployment" else set[str]()
        assert {action for action in roles.withheld() if allows(role, action)} == kept, name
        assert not allows(role, "Microsoft.Authorization/elevateAccess/action")


def test_who_deploys_may_send_logs_to_an_account_and_people_read_no_key():
    operator, deployer = documents()["sovereign-eu-operator"], documents()["sovereign-eu-deployment"]
    for action in ASKED_OF_WHO_SENDS_LOGS:
        assert allows(deployer, action)
        assert not allows(operator, action)
    for action in (f"{STORAGE}/regenerateKey/action", f"{STORAGE}/failover/action"):
        assert not allows(deployer, action)


def test_people_build_and_give_no_roles():
    operator = documents()["sovereign-eu-operator"]
    for action in ("Microsoft.Compute/virtualMachines/write", "Microsoft.Web/sites/restart/action"):
        assert allows(operator, action)
    for action in ("roleAssignments/write", "policyExemptions/write", "locks/delete", "policyAssignments/delete"):
        assert not allows(operator, f"Microsoft.Authorization/{action}")
    assert operator["AssignableScopes"] == [f"/subscriptions/{each}" for each in SUBSCRIPTIONS]


def test_the_deployment_has_the_stacks_services_and_no_others():
    deployer, placer = documents()["sovereign-eu-deployment"], documents()["sovereign-eu-placement"]
    assert allows(deployer, "Microsoft.KeyVault/vaults/write")
    assert allows(deployer, "Microsoft.Authorization/roleAssignments/write")
    assert not allows(deployer, "Microsoft.Web/sites/write")
    assert not allows(deployer, "Microsoft.Authorization/roleDefinitions/write")
    assert allows(placer, "Microsoft.Management/managementGroups/write")
    assert allows(placer, "Microsoft.Authorization/policyAssignments/write")
    assert not allows(placer, "Microsoft.Management/managementGroups/settings/write")
    assert not allows(placer, "Microsoft.Storage/storageAccounts/write")
    assert placer["AssignableScopes"] == ["/providers/Microsoft.Management/managementGroups/Sovereignty"]


def test_every_service_that_a_component_of_a_zone_makes_something_of_is_among_them():
    namespaces = yaml.safe_load((ROOT / "sandbox" / "facts" / "azure_types.yaml").read_text("utf-8"))["namespaces"]
    # its types are Microsoft.Network/dnsResolver…, which the catalogue of aliases doesn't list
    by_module: dict[str, set[str]] = {"dnsresolver": {"microsoft.network"}}
    for name, row in namespaces.items():
        for module in row["modules"]:
            by_module.setdefault(module, set()).add(name.lower())
    of_the_tenant = {"foundation.py", "tenant_watch.py"}
    used = {
        alias.name
        for file in (ROOT / "components" / "azure").glob("*.py")
        if file.name not in of_the_tenant
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "pulumi_azure_native"
        for alias in node.names
    }
    known = {each.lower() for each in roles.SERVICES}
    assert {each for each in used if not by_module.get(each, {f"microsoft.{each}"}) & known} == set()


def test_by_the_condition_no_role_is_given_that_gives_roles():
    text = roles.condition()
    for role in ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"):
        assert text.count(role) == 2, "once for what is given, once for what is taken away"
    assert text.count("(") == text.count(")")
    assert text in steps()["azure-identity"].do
