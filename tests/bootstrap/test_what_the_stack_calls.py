"""The roles and the way back, held against all that a zone's AWS half really registers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from built import TOP_OU, Recorder, Registered, build, declared, deployed
from stack_calls import CALLS, calls
from test_roles import (
    ACCOUNT,
    CI,
    DEPLOYER,
    MANAGEMENT,
    ORGANIZATION,
    OWNED,
    UNIT,
    called,
    landed,
    rcps,
    scps,
)

from components.aws.providers import AwsProviders
from components.aws.zone import AwsZone, AwsZoneArgs
from sovereignty import actions
from sovereignty.bootstrap import stack
from sovereignty.bootstrap.setting import Setting
from sovereignty.compile.roles import ci
from sovereignty.compile.roles import deployment as deployment_role
from sovereignty.compile.roles.entrances import Entrances
from sovereignty.iam.evaluate import decide
from sovereignty.iam.policy import parse
from sovereignty.iam.request import Value

pytestmark = pytest.mark.engine
GLOBAL = ("iam", "route53")
"""Services whose calls are of one region: us-east-1."""


def registered(**settings: object) -> list[Registered]:
    law, target = declared("eu"), deployed("eu", **settings)

    def make() -> None:
        AwsZone(
            "eu", AwsZoneArgs(zone=law, deployment=target, providers=AwsProviders(law, target), parent_ou_id=TOP_OU)
        )

    made: Recorder = build(make)[0]
    return [each for each in made.seen if each.type.startswith("aws:")]


@pytest.fixture(scope="module")
def of_one_account() -> list[Registered]:
    return registered(awsAlarmSubscribers=["security@example.com"], phase="locked")


@pytest.fixture(scope="module")
def all_of_it(of_one_account: list[Registered]) -> list[Registered]:
    return [*of_one_account, *registered(awsAccounts=[ACCOUNT, "555566667777"])]


def test_every_type_that_the_zone_registers_has_its_calls_and_each_is_an_action_of_aws(all_of_it: list[Registered]):
    assert {each.type for each in all_of_it} - CALLS.keys() == set(), "list what the provider calls for it"
    for type_ in CALLS:
        for action, _, _ in calls(type_):
            assert actions.known(action) == action


def test_the_deployment_role_may_all_of_them_once_the_policies_bind(all_of_it: list[Registered]):
    identity = [parse(deployment_role.permissions(*landed()).body)]
    tags: dict[str, Value] = {f"aws__RequestTag/{key}": value for key, value in landed()[0].tags().items()}
    roles = set(_roles(all_of_it))
    for each in all_of_it:
        if each.type.startswith("aws:organizations/"):
            continue
        for action, role, service in calls(each.type):
            if role and not role.startswith("aws-service-role/"):
                assert _role(role) in roles
            keys = {**tags, "aws__RequestedRegion": "us-east-1" if action.split(":")[0] in GLOBAL else "eu-central-1"}
            if service:
                keys["iam__PassedToService"] = service
            for resource in [_role(role)] if role else _resources(each, action, roles):
                asked = called(action, resource, DEPLOYER, **keys)
                assert decide(asked, identity=identity, scps=scps(), rcps=rcps()).allowed, (each.name, action, resource)


def _roles(found: list[Registered]) -> Iterator[str]:
    for each in found:
        if each.type == "aws:iam/role:Role":
            yield _role(each.inputs.get("path", "/").removeprefix("/") + each.inputs["name"])


def _role(path: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{path}"


def _resources(each: Registered, action: str, roles: set[str]) -> list[str]:
    if action.startswith("iam:"):
        return sorted(roles)
    if action.startswith("s3:"):
        return [f"arn:aws:s3:::{each.inputs['bucket']}"]
    return ["*"]


def test_the_ci_may_what_the_zone_does_in_the_organization(all_of_it: list[Registered]):
    identity = [parse(ci.permissions(*landed()).body)]
    root = f"{OWNED}:root/{ORGANIZATION}/r-ab12"
    kinds = {each.inputs["type"] for each in all_of_it if each.type == "aws:organizations/policy:Policy"}
    assert kinds <= set(ci.policy_types(landed()[0]))
    asked: list[tuple[str, str, dict[str, Value]]] = []
    for action, _, _ in calls("aws:organizations/organizationalUnit:OrganizationalUnit"):
        asked += [(action, where, {}) for where in ([root, UNIT] if "Create" in action else [UNIT])]
    for kind in sorted(kinds):
        of_type: dict[str, Value] = {"organizations__PolicyType": kind}
        policy = f"arn:aws:organizations::{MANAGEMENT}:policy/{ORGANIZATION}/{kind.lower()}/p-0123456789"
        for action, _, _ in calls("aws:organizations/policy:Policy"):
            asked.append((action, "*" if "Create" in action else policy, of_type))
        for action, _, _ in calls("aws:organizations/policyAttachment:PolicyAttachment"):
            asked += [(action, policy, of_type), (action, UNIT, of_type)]
    for action, resource, keys in asked:
        assert decide(called(action, resource, CI, **keys), identity=identity).allowed, (action, resource, keys)


STAYS = {
    "aws:backup/vault:Vault": "the backup vaults",
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": "in phase `locked` their locks",
    "aws:backup/vaultPolicy:VaultPolicy": "the backup vaults and their policies",
    "aws:cloudtrail/trail:Trail": "the trail, its log group",
    "aws:cloudwatch/logGroup:LogGroup": "its log group",
    "aws:kms/alias:Alias": "the keys with their aliases",
    "aws:kms/key:Key": "the keys",
    "eu-config": "AWS Config (the one that it delivers to",
    "eu-config-locked": "the locked copy",
    "eu-config-replication": "the role that makes the copy",
    "eu-evidence-evidence": "the signing key",
    "eu-flow-logs": "the flow logs",
    "eu-logs": "the role by which it delivers there",
    "eu-records": "the buckets of the records",
    "eu-trail": "the trail",
}
"""What the way back calls a resource that stays, by its type or its name."""


def test_the_way_back_names_all_that_stays(of_one_account: list[Registered]):
    zone, target = landed()
    setting = Setting(zone=zone, deployment=target, entrances=Entrances(), stack_file="Pulumi.eu.yaml")
    (step,) = [step for step in stack.steps(setting) if step.id == "zone"]
    for each in _kept(of_one_account):
        named = [STAYS[key] for key in (each.type, each.name) if key in STAYS]
        assert named, f"{each.type} {each.name} stays, and nobody is told"
        assert all(name in step.stays for name in named)
        if each.type.startswith("aws:s3/") and each.type != "aws:s3/bucket:Bucket":
            assert "with their policies and settings" in step.stays


def _kept(found: list[Registered]) -> list[Registered]:
    """What is protected, and what that stands on: the engine keeps both."""
    known = {(each.type, each.name): each for each in found}
    left, kept = [each for each in found if each.protect], {}
    while left:
        each = left.pop()
        if (each.type, each.name) in kept:
            continue
        kept[each.type, each.name] = each
        for urn in each.dependencies:
            _, _, types, name = urn.split("::")
            left += [known[key] for key in [(types.rpartition("$")[2], name)] if key in known]
    return list(kept.values())
