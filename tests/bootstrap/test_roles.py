"""Who becomes which role, and what each may do, asked of an evaluator of IAM: with the zone's policies and without."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sovereignty import actions, controls, deployment, zone
from sovereignty.compile import organization, rcp, scp
from sovereignty.compile.roles import break_glass, ci, state
from sovereignty.compile.roles import deployment as deployment_role
from sovereignty.compile.roles.entrances import Entrances
from sovereignty.deployment import Deployment
from sovereignty.iam.evaluate import Why, decide
from sovereignty.iam.policy import Policy, parse
from sovereignty.iam.request import Request, Value
from sovereignty.zone import Zone

pytestmark = pytest.mark.proof

ROOT = Path(__file__).parents[2]
MANAGEMENT, ACCOUNT, SECURITY, STRANGER = "111122223333", "444455556666", "222233334444", "999988887777"
ORGANIZATION = "o-a1b2c3d4e5"
ZONE_PATH = f"{ORGANIZATION}/r-ab12/ou-ab12-11111111/ou-ab12-22222222/"
SECURITY_PATH = f"{ORGANIZATION}/r-ab12/ou-ab12-44444444/"
ISSUER, SUBJECT = "token.actions.githubusercontent.com", "repo:example/zones:environment:eu"
CI = f"arn:aws:iam::{MANAGEMENT}:role/sovereign/ci-eu"
DEPLOYER = f"arn:aws:iam::{ACCOUNT}:role/sovereign/deployment"
EMERGENCY = f"arn:aws:iam::{ACCOUNT}:role/sovereign/break-glass"
USER = f"arn:aws:iam::{SECURITY}:user/break-glass-1"
ADMINISTRATOR = f"arn:aws:iam::{ACCOUNT}:role/OrganizationAccountAccessRole"
ALL = parse({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
BY_TOKEN = Entrances(oidc_issuer=f"https://{ISSUER}", oidc_subjects=(SUBJECT,), break_glass_users=(USER,))
BY_HAND = Entrances(break_glass_users=(USER,))


@cache
def landed() -> tuple[Zone, Deployment]:
    target, config = deployment.load_stack(ROOT / "Pulumi.eu.yaml")
    more = {"sovereign-zones:awsZoneOuPath": ZONE_PATH, "sovereign-zones:awsOrganizationPaths": [f"{SECURITY_PATH}*"]}
    return zone.load(target.zone, ROOT / "zones"), deployment.from_config({**config, **more}, "Pulumi.eu.yaml")


@cache
def scps() -> tuple[tuple[Policy, ...], ...]:
    return (ALL,), (ALL, *(parse(document.body) for document in scp.documents(*landed())))


@cache
def rcps() -> tuple[tuple[Policy, ...], ...]:
    return ((ALL, *(parse(document.body) for document in rcp.documents(*landed()))),)


def called(action: str, resource: str, principal: str, **keys: Value) -> Request:
    """A call by a role or a user of the organization; `keys` are condition keys, with __ for a colon and _ for -."""
    account = principal.split(":")[4]
    paths = {MANAGEMENT: f"{ORGANIZATION}/r-ab12/", ACCOUNT: ZONE_PATH, SECURITY: SECURITY_PATH}
    context: dict[str, Value] = {
        "aws:PrincipalArn": principal,
        "aws:PrincipalAccount": account,
        "aws:PrincipalIsAWSService": "false",
        "aws:ViaAWSService": "false",
        "aws:SecureTransport": "true",
        "aws:RequestedRegion": "eu-central-1",
        "aws:ResourceOrgID": ORGANIZATION,
        "aws:ResourceOrgPaths": (ZONE_PATH,),
    }
    if account in paths:
        context |= {"aws:PrincipalOrgID": ORGANIZATION, "aws:PrincipalOrgPaths": (paths[account],)}
    context |= {key.replace("__", ":"): value for key, value in keys.items()}
    return Request(action, resource, context, principal)


def assumes(trust: Mapping[str, Any], role: str, principal: str, bound: bool = False, **keys: Value) -> bool:
    """Whether somebody whose own policies allow everything takes the role on; `bound`: under the zone's RCPs."""
    return decide(
        called("sts:AssumeRole", role, principal, **keys),
        identity=[ALL],
        resource=parse(trust),
        rcps=rcps() if bound else (),
        same_account=role.split(":")[4] == principal.split(":")[4],
        resource_decides=True,
    ).allowed


def with_token(trust: Mapping[str, Any], **claims: str) -> bool:
    provider = f"arn:aws:iam::{MANAGEMENT}:oidc-provider/{claims.pop('issuer', ISSUER)}"
    context: dict[str, Value] = {f"{ISSUER}:{name}": value for name, value in claims.items()}
    request = Request("sts:AssumeRoleWithWebIdentity", CI, context, provider)
    return decide(request, resource=parse(trust), resource_decides=True).allowed


# The CI's role


def test_only_the_named_job_of_the_issuer_for_the_audience_becomes_the_ci():
    trust = ci.trust(*landed(), BY_TOKEN).body
    assert with_token(trust, aud="sts.amazonaws.com", sub=SUBJECT)
    for stranger in (
        "repo:stranger/zones:environment:eu",
        "repo:example/zones:pull_request",
        "repo:example/zones:environment:us",
        f"{SUBJECT}:more",
        SUBJECT.upper(),
    ):
        assert not with_token(trust, aud="sts.amazonaws.com", sub=stranger)
    assert not with_token(trust, aud="another", sub=SUBJECT)
    assert not with_token(trust, aud="sts.amazonaws.com")
    assert not with_token(trust, sub=SUBJECT)
    assert not with_token(trust, issuer="gitlab.example.com", aud="sts.amazonaws.com", sub=SUBJECT)
    assert not assumes(trust, CI, f"arn:aws:iam::{MANAGEMENT}:role/admin")


def test_without_an_issuer_people_of_the_management_account_become_the_ci_with_mfa():
    trust = ci.trust(*landed(), BY_HAND).body
    person = f"arn:aws:iam::{MANAGEMENT}:user/ada"
    mfa = {"aws__MultiFactorAuthPresent": "true", "aws__MultiFactorAuthAge": "60"}
    assert assumes(trust, CI, person, False, **mfa)
    assert not assumes(trust, CI, person)
    assert not assumes(trust, CI, person, False, **{**mfa, "aws__MultiFactorAuthPresent": "false"})
    assert not assumes(trust, CI, person, False, **{**mfa, "aws__MultiFactorAuthAge": "3601"})
    assert not assumes(trust, CI, f"arn:aws:iam::{ACCOUNT}:user/ada", False, **mfa)
    assert not with_token(trust, aud="sts.amazonaws.com", sub=SUBJECT)


OWNED = f"arn:aws:organizations::{MANAGEMENT}"
UNIT = f"{OWNED}:ou/{ORGANIZATION}/ou-ab12-22222222"
RCP = f"{OWNED}:policy/{ORGANIZATION}/resource_control_policy/p-0123456789"
OF_TYPE = {"organizations__PolicyType": "RESOURCE_CONTROL_POLICY"}


@pytest.mark.parametrize(
    ("action", "resource", "keys"),
    [
        ("organizations:DescribeOrganization", "*", {}),
        ("organizations:ListTagsForResource", UNIT, {}),
        ("organizations:CreateOrganizationalUnit", f"{OWNED}:root/{ORGANIZATION}/r-ab12", {}),
        ("organizations:CreatePolicy", "*", OF_TYPE),
        ("organizations:AttachPolicy", UNIT, OF_TYPE),
        ("organizations:UpdatePolicy", RCP, OF_TYPE),
        ("organizations:TagResource", RCP, {}),
        ("sts:AssumeRole", DEPLOYER, {}),
    ],
)
def test_the_ci_may_what_the_engine_does_in_the_organization(action: str, resource: str, keys: dict[str, Value]):
    identity = [parse(ci.permissions(*landed()).body)]
    assert decide(called(action, resource, CI, **keys), identity=identity).allowed


@pytest.mark.parametrize("kind", ["SERVICE_CONTROL_POLICY", *(kind.type for kind in organization.KINDS)])
def test_the_ci_writes_every_type_of_policy_that_a_zone_has(kind: str):
    identity = [parse(ci.permissions(*landed()).body)]
    policy = f"{OWNED}:policy/{ORGANIZATION}/{kind.lower()}/p-0123456789"
    of_type = {"organizations__PolicyType": kind}
    calls = [("CreatePolicy", "*")]
    calls += [(f"{verb}Policy", resource) for verb in ("Attach", "Detach") for resource in (UNIT, policy)]
    calls += [("UpdatePolicy", policy), ("DeletePolicy", policy)]
    for call, resource in calls:
        assert decide(called(f"organizations:{call}", resource, CI, **of_type), identity=identity).allowed, call
    assert decide(called("organizations:TagResource", policy, CI), identity=identity).allowed


def test_where_a_partition_lacks_a_type_nothing_is_asked_for_it():
    eu, _ = landed()
    assert eu.aws is not None
    there = eu.model_copy(update={"aws": eu.aws.model_copy(update={"partition": "aws-cn"})})
    assert set(ci.policy_types(eu)) - set(ci.policy_types(there)) == {"AISERVICES_OPT_OUT_POLICY", "BACKUP_POLICY"}


@pytest.mark.parametrize(
    ("action", "resource", "keys"),
    [
        ("organizations:MoveAccount", f"{OWNED}:account/{ORGANIZATION}/{ACCOUNT}", {}),
        ("organizations:CloseAccount", f"{OWNED}:account/{ORGANIZATION}/{ACCOUNT}", {}),
        ("organizations:DisablePolicyType", f"{OWNED}:root/{ORGANIZATION}/r-ab12", {}),
        ("organizations:DetachPolicy", f"{OWNED}:root/{ORGANIZATION}/r-ab12", OF_TYPE),
        ("organizations:AttachPolicy", UNIT, {"organizations__PolicyType": "CHATBOT_POLICY"}),
        ("organizations:AttachPolicy", UNIT, {}),
        ("organizations:UpdatePolicy", RCP.replace(ORGANIZATION, "o-another123"), OF_TYPE),
        ("organizations:EnableAWSServiceAccess", "*", {}),
        ("iam:CreateUser", "*", {}),
        ("sts:AssumeRole", EMERGENCY, {}),
        ("sts:AssumeRole", DEPLOYER.replace(ACCOUNT, SECURITY), {}),
        ("s3:GetObject", "arn:aws:s3:::eu-records-444455556666/x", {}),
    ],
)
def test_the_ci_may_nothing_else(action: str, resource: str, keys: dict[str, Value]):
    identity = [parse(ci.permissions(*landed()).body)]
    assert decide(called(action, resource, CI, **keys), identity=identity).why is Why.IDENTITY_ALLOWS_NOT


# The deployment role


@pytest.mark.parametrize("bound", [False, True])
def test_only_the_ci_becomes_the_deployment_role_also_under_the_zones_rcps(bound: bool):
    trust = deployment_role.trust(*landed()).body
    assert assumes(trust, DEPLOYER, CI, bound)
    for stranger in (
        f"arn:aws:iam::{MANAGEMENT}:role/admin",
        f"arn:aws:iam::{MANAGEMENT}:role/ci-eu",
        f"arn:aws:iam::{STRANGER}:role/sovereign/ci-eu",
        f"arn:aws:iam::{MANAGEMENT}:role/sovereign/ci-us",
        ADMINISTRATOR,
        USER,
    ):
        assert not assumes(trust, DEPLOYER, stranger, bound)
    left = called("sts:AssumeRole", DEPLOYER, CI, aws__PrincipalOrgID="o-another123")
    assert not decide(left, identity=[ALL], resource=parse(trust), same_account=False).allowed


LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role"
RECORDER = f"{LINKED}/config.amazonaws.com/AWSServiceRoleForConfig"
GLOBAL = {"aws__RequestedRegion": "us-east-1"}
STACK_CALLS = [
    ("kms:CreateKey", "*", {"aws__RequestTag/DataResidency": "EU"}),
    ("kms:PutKeyPolicy", f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/1", {}),
    ("s3:CreateBucket", f"arn:aws:s3:::eu-records-{ACCOUNT}", {}),
    ("s3:PutBucketObjectLockConfiguration", f"arn:aws:s3:::eu-records-{ACCOUNT}", {}),
    ("s3:PutBucketPolicy", f"arn:aws:s3:::eu-records-{ACCOUNT}", {}),
    ("s3:PutObject", f"arn:aws:s3:::eu-state-{ACCOUNT}/.pulumi/stacks/eu.json", {}),
    ("cloudtrail:CreateTrail", f"arn:aws:cloudtrail:eu-central-1:{ACCOUNT}:trail/sovereign-eu", {}),
    ("config:PutConfigurationRecorder", "*", {}),
    ("ec2:CreateVpc", f"arn:aws:ec2:eu-central-1:{ACCOUNT}:vpc/vpc-1", {}),
    ("ec2:CreateVpcEndpoint", f"arn:aws:ec2:eu-central-1:{ACCOUNT}:vpc-endpoint/vpce-1", {}),
    ("backup:PutBackupVaultLockConfiguration", f"arn:aws:backup:eu-central-1:{ACCOUNT}:backup-vault:sovereign-eu", {}),
    ("guardduty:CreateDetector", "*", {}),
    ("securityhub:EnableSecurityHub", "*", {}),
    ("sns:CreateTopic", f"arn:aws:sns:eu-central-1:{ACCOUNT}:sovereign-eu-alarms", {}),
    ("logs:CreateLogGroup", f"arn:aws:logs:eu-central-1:{ACCOUNT}:log-group:sovereign-eu", {}),
    ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/sovereign/config", {"aws__RequestedRegion": "us-east-1"}),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/sovereign/config", {"aws__RequestedRegion": "us-east-1"}),
    ("iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/app", {"aws__RequestedRegion": "us-east-1"}),
    ("iam:CreateServiceLinkedRole", RECORDER, GLOBAL),
    ("iam:CreateServiceLinkedRole", f"{LINKED}/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty", GLOBAL),
    ("iam:TagRole", RECORDER, GLOBAL),
    ("iam:GetRole", RECORDER, GLOBAL),
    ("iam:PassRole", RECORDER, {**GLOBAL, "iam__PassedToService": "config.amazonaws.com"}),
    ("iam:DeleteServiceLinkedRole", RECORDER, GLOBAL),
    ("iam:GetServiceLinkedRoleDeletionStatus", RECORDER, GLOBAL),
    ("route53:AssociateVPCWithHostedZone", f"arn:aws:ec2:eu-central-1:{ACCOUNT}:vpc/vpc-1", GLOBAL),
    ("route53:AssociateVPCWithHostedZone", "arn:aws:route53:::hostedzone/Z1", GLOBAL),
    *((f"kms:{call}", f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/1", {}) for call in ("CreateGrant", "RetireGrant")),
    ("backup-storage:MountCapsule", "*", {}),
]
"""Calls that need more than their service as a whole, or a resource's name; all of the stack's: stack_calls.py."""


@pytest.mark.parametrize(("action", "resource", "keys"), STACK_CALLS)
def test_the_deployment_role_may_what_the_stack_needs_once_the_policies_bind(action, resource, keys):
    identity = [parse(deployment_role.permissions(*landed()).body)]
    asked = called(action, resource, DEPLOYER, **keys)
    assert decide(asked, identity=identity, scps=scps(), rcps=rcps()).allowed


@pytest.mark.parametrize(
    ("action", "resource", "why"),
    [
        ("dynamodb:CreateTable", "*", Why.IDENTITY_ALLOWS_NOT),
        ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/x", Why.IDENTITY_ALLOWS_NOT),
        ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/app", Why.IDENTITY_ALLOWS_NOT),
        ("iam:PutRolePolicy", DEPLOYER, Why.IDENTITY_DENIES),
        ("iam:UpdateAssumeRolePolicy", EMERGENCY, Why.IDENTITY_DENIES),
        ("iam:PassRole", EMERGENCY, Why.IDENTITY_DENIES),
        ("iam:PassRole", RECORDER, Why.IDENTITY_ALLOWS_NOT),
        (
            "iam:DeleteServiceLinkedRole",
            f"{LINKED}/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty",
            Why.IDENTITY_ALLOWS_NOT,
        ),
        ("route53:CreateHostedZone", "*", Why.IDENTITY_ALLOWS_NOT),
        ("organizations:LeaveOrganization", "*", Why.IDENTITY_ALLOWS_NOT),
        ("sts:AssumeRole", f"arn:aws:iam::{STRANGER}:role/x", Why.IDENTITY_ALLOWS_NOT),
    ],
)
def test_the_deployment_role_may_no_more_also_before_the_policies_bind(action: str, resource: str, why: Why):
    identity = [parse(deployment_role.permissions(*landed()).body)]
    assert decide(called(action, resource, DEPLOYER), identity=identity).why is why


def test_what_the_teams_deploy_is_added_by_name():
    identity = [parse(deployment_role.permissions(*landed(), ("dynamodb",)).body)]
    assert decide(called("dynamodb:CreateTable", "*", DEPLOYER), identity=identity).allowed


def test_nobody_inside_changes_the_two_roles_once_the_policies_bind_but_break_glass():
    (row,) = (row for row in controls.aws_protections("aws") if row.control == "identity.roles" and not row.deployment)
    for action in row.actions:
        for role in (DEPLOYER, EMERGENCY):
            for caller in (ADMINISTRATOR, DEPLOYER, f"arn:aws:iam::{ACCOUNT}:root"):
                decision = decide(
                    called(action, role, caller, aws__RequestedRegion="us-east-1"), identity=[ALL], scps=scps()
                )
                assert decision.why is Why.SCP_DENIES, (action, role, caller)
            mended = called(action, role, EMERGENCY, aws__RequestedRegion="us-east-1")
            assert decide(mended, identity=[ALL], scps=scps()).allowed


def test_outside_the_zone_the_deployment_role_is_refused_as_everybody_is():
    identity = [parse(deployment_role.permissions(*landed()).body)]
    asked = called("ec2:CreateVpc", "*", DEPLOYER, aws__RequestedRegion="us-east-1")
    assert decide(asked, identity=identity).allowed
    assert decide(asked, identity=identity, scps=scps()).why is Why.SCP_DENIES


SDK_MODULES = {
    "accessanalyzer": "access-analyzer",
    "cfg": "config",
    "cloudhsmv2": "cloudhsm",
    "macie": "macie2",
    "organizations": None,  # of the management account: the CI's
    "iam": None,  # by name, not as a whole
    "vpc": "ec2",
    "ebs": "ec2",
    "ec2transitgateway": "ec2",
    "s3control": "s3",
    "route53": "route53resolver",
}
"""Modules of the SDK that are not named as their service's actions are; None: not of the deployment role's services."""


def test_every_service_that_a_component_is_built_of_is_allowed_and_exists():
    used: set[str] = set()
    for path in (ROOT / "components" / "aws").glob("*.py"):
        for names in re.findall(r"^ *from pulumi_aws import (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE):
            used |= {name.split(" as ")[0].strip(" ()") for name in names.split(",")}
    needed = {SDK_MODULES.get(module, module) for module in used if module[:1].islower()} - {None}
    assert needed <= set(deployment_role.STACK_SERVICES)
    assert set(deployment_role.STACK_SERVICES) <= set(actions.services())


# Break-glass


def test_without_mfa_break_glass_is_refused_and_to_all_but_the_named_user():
    trust = break_glass.trust(*landed(), BY_TOKEN).body
    mfa = {"aws__MultiFactorAuthPresent": "true", "aws__MultiFactorAuthAge": "60"}
    for bound in (False, True):
        assert assumes(trust, EMERGENCY, USER, bound, **mfa)
        assert not assumes(trust, EMERGENCY, USER, bound)
        assert not assumes(trust, EMERGENCY, USER, bound, **{**mfa, "aws__MultiFactorAuthPresent": "false"})
        assert not assumes(trust, EMERGENCY, USER, bound, **{**mfa, "aws__MultiFactorAuthAge": "86400"})
        assert not assumes(trust, EMERGENCY, f"arn:aws:iam::{SECURITY}:user/ada", bound, **mfa)
        assert not assumes(trust, EMERGENCY, f"arn:aws:iam::{MANAGEMENT}:user/break-glass-1", bound, **mfa)
        assert not assumes(trust, EMERGENCY, CI, bound, **mfa)
        assert not assumes(trust, EMERGENCY, DEPLOYER, bound, **mfa)


def test_where_nobody_is_named_people_of_the_management_account_break_the_glass_with_mfa():
    trust = break_glass.trust(*landed(), Entrances()).body
    mfa = {"aws__MultiFactorAuthPresent": "true", "aws__MultiFactorAuthAge": "60"}
    for bound in (False, True):
        assert assumes(trust, EMERGENCY, f"arn:aws:iam::{MANAGEMENT}:user/ada", bound, **mfa)
        assert not assumes(trust, EMERGENCY, f"arn:aws:iam::{MANAGEMENT}:user/ada", bound)
        assert not assumes(trust, EMERGENCY, USER, bound, **mfa)
        assert not assumes(trust, EMERGENCY, DEPLOYER, bound, **mfa)


# The state


@pytest.mark.parametrize(
    ("caller", "action", "allowed"),
    [
        (DEPLOYER, "kms:Decrypt", True),
        (DEPLOYER, "kms:GenerateDataKey", True),
        (DEPLOYER, "kms:PutKeyPolicy", True),
        (DEPLOYER, "kms:ScheduleKeyDeletion", False),
        (EMERGENCY, "kms:ScheduleKeyDeletion", True),
        (ADMINISTRATOR, "kms:Decrypt", False),
        (ADMINISTRATOR, "kms:PutKeyPolicy", False),
        (CI, "kms:Decrypt", False),
    ],
)
def test_the_states_key_is_for_the_two_roles(caller: str, action: str, allowed: bool):
    decision = decide(
        called(action, f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/1", caller),
        identity=[ALL],
        resource=parse(state.key_policy(*landed()).body),
        same_account=caller != CI,
        resource_decides=True,
    )
    assert decision.allowed is allowed


@pytest.mark.parametrize(
    ("caller", "tls", "allowed"),
    [(DEPLOYER, "true", True), (EMERGENCY, "true", True), (ADMINISTRATOR, "true", False), (DEPLOYER, "false", False)],
)
def test_the_states_objects_are_for_the_two_roles_and_come_encrypted(caller: str, tls: str, allowed: bool):
    stacks = f"arn:aws:s3:::{state.bucket(*landed())}/.pulumi/stacks/eu.json"
    asked = called("s3:GetObject", stacks, caller, aws__SecureTransport=tls)
    policy = parse(state.bucket_policy(*landed()).body)
    assert decide(asked, identity=[ALL], resource=policy, scps=scps()).allowed is allowed
