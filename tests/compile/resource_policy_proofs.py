"""RCPs and resource policies of AWS held against the judgement: every kind of caller, on every way, whatever it says.

`KINDS` has one entry a kind of document: what is compiled, and a function that finds the first difference between such
bodies (as they are, or with a fault put in) and the judgement; None where there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from random import Random
from typing import Any

from zones_as_data import declared, deployed

from sovereignty import actions, facts
from sovereignty.compile import bucket_policy, kms_key_policy, rcp, sentinel_reader
from sovereignty.compile.document import Document
from sovereignty.deployment import Deployment
from sovereignty.facts import web_identity
from sovereignty.iam.action_sets import ActionSpace, allowed_mask, denied_mask
from sovereignty.iam.policy import Policy, Statement, parse
from sovereignty.iam.request import view
from sovereignty.judgement import resources
from sovereignty.judgement.resources import Caller, KeyUse, Token, Upload, Way
from sovereignty.zone import Retention, Zone

Body = Mapping[str, Any]
Context = dict[str, str | tuple[str, ...]]

OURS, TOP = "o-a1b2c3d4e5", "o-a1b2c3d4e5/r-ab12/"
SOVEREIGN = f"{TOP}ou-ab12-10000000/"
HOME = f"{SOVEREIGN}ou-ab12-11111111/"
ARCHIVE, SECURITY = f"{TOP}ou-ab12-33333333/", f"{TOP}ou-ab12-44444444/"
FIRST, SECOND, OTHER_ZONE = "444455556666", "777788889999", "888899990000"
ARCHIVIST, WATCHER, MANAGEMENT, STRANGER = "999900001111", "999900002222", "111122223333", "222233334444"
WORKSPACE = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
PARTNER = "666677778888"
HUB = f"arn:aws:ec2:eu-west-1:{PARTNER}:vpc/vpc-0a1b2c3d4e5f67890"

EU = declared("eu")
LANDED = deployed(
    awsAccounts=[FIRST, SECOND],
    awsZoneOuPath=HOME,
    awsOrganizationPaths=[ARCHIVE, f"{SECURITY}*"],
    awsVpcArns=[HUB],
    sentinelWorkspaceId=WORKSPACE,
)
BUCKET, TRAIL_BUCKET = "eu-records-444455556666", "eu-trail-444455556666"
TRAILS = (
    f"arn:aws:cloudtrail:eu-central-1:{FIRST}:trail/zone",
    f"arn:aws:cloudtrail:eu-west-1:{FIRST}:trail/second",
    f"arn:aws:cloudtrail:eu-central-1:{SECOND}:trail/zone",
)
QUEUE = f"arn:aws:sqs:eu-central-1:{FIRST}:eu-trail"
KEY = f"arn:aws:kms:eu-central-1:{FIRST}:key/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"


def inside(account: str, role: str = "app", path: str = HOME) -> Caller:
    return Caller(account=account, role=role, organization=OURS, path=path)


ZONE_CALLERS = (
    inside(FIRST),
    inside(SECOND),
    inside(FIRST, role=""),
    inside(FIRST, path=f"{HOME}ou-ab12-22222222/"),
    inside(FIRST, "sovereign/break-glass"),
    inside(SECOND, "sovereign/break-glass"),
    inside(FIRST, "sovereign/deployment"),
    inside(SECOND, "sovereign/deployment"),
    inside(FIRST, "break-glass"),
    inside(FIRST, "sovereign/break-glass-2"),
    inside(FIRST, "team/sovereign/break-glass"),
    inside(FIRST, "sovereign/deployment/more"),
    inside(FIRST, "sovereign/guards/replicas"),
    inside(FIRST, "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"),
    inside(SECOND, "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"),
    inside(FIRST, "aws:ec2-infrastructure"),
    inside(SECOND, "aws:ec2-infrastructure"),
    inside(FIRST, sentinel_reader.role_name(EU)),
    inside(FIRST, "?"),
    # AWS says for whom, though no service calls: nothing in the documentation, and no reason to refuse
    Caller(FIRST, "app", OURS, HOME, for_account=STRANGER),
)
LINKED_CALLERS = (
    inside(FIRST, "aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"),
    inside(SECOND, "aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"),
    inside(FIRST, "AWSServiceRoleForAmazonMacie"),
    inside(FIRST, "team/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"),
    Caller(account=STRANGER, role="aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"),
    Caller(account=STRANGER, role="aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"),
)
"""Roles that a key's policy names, and others that are called as they are."""
OUTSIDE_CALLERS = (
    inside(OTHER_ZONE, path=f"{SOVEREIGN}ou-ab12-55555555/"),
    inside(OTHER_ZONE, path=f"{SOVEREIGN}ou-ab12-111111119/"),
    inside(OTHER_ZONE, "sovereign/break-glass", f"{SOVEREIGN}ou-ab12-55555555/"),
    inside(OTHER_ZONE, "sovereign/deployment", f"{SOVEREIGN}ou-ab12-55555555/"),
    inside(OTHER_ZONE, "aws-service-role/x.amazonaws.com/X", f"{SOVEREIGN}ou-ab12-55555555/"),
    inside(OTHER_ZONE, "aws:ec2-infrastructure", f"{SOVEREIGN}ou-ab12-55555555/"),
    inside(ARCHIVIST, path=ARCHIVE),
    inside(ARCHIVIST, path=f"{ARCHIVE}ou-ab12-66666666/"),
    inside(WATCHER, path=SECURITY),
    inside(WATCHER, path=f"{SECURITY}ou-ab12-77777777/"),
    inside(WATCHER, "sovereign/break-glass", SECURITY),
    inside(MANAGEMENT, path=TOP),
    inside(MANAGEMENT, path=""),
    inside(MANAGEMENT, "sovereign/deployment", TOP),
    Caller(account=STRANGER, role="app"),
    Caller(account=STRANGER, role="sovereign/break-glass"),
    Caller(account=STRANGER, role="app", organization="o-zzzzzzzzzz", path="o-zzzzzzzzzz/r-ab12/ou-ab12-11111111/"),
    Caller(),
    Caller(for_account=STRANGER),
    Caller(provider=f"arn:aws:iam::{FIRST}:oidc-provider/token.actions.githubusercontent.com"),
)


def load_balancing(account: str, organization: str = "", path: str = "") -> Caller:
    return Caller(account, "", organization, path)


LOAD_BALANCERS = (
    load_balancing("054676820928"),
    load_balancing("156460612806", "o-zzzzzzzzzz", "o-zzzzzzzzzz/r-ab12/ou-ab12-11111111/"),
    load_balancing("127311923021"),
    load_balancing("127311923021", "o-zzzzzzzzzz", "o-zzzzzzzzzz/r-ab12/"),
    Caller("054676820928", "app"),
)
"""As AWS's own accounts that write the logs of load balancers, in Frankfurt, Ireland and Virginia."""


def service(name: str, account: str = "", organization: str = "", path: str = "") -> Caller:
    return Caller(service=name, for_account=account, for_organization=organization, for_path=path)


def services(name: str) -> tuple[Caller, ...]:
    """A service that acts for everybody in turn, and for somebody whom it doesn't name."""
    return (
        service(name),
        service(name, FIRST, OURS, HOME),
        service(name, SECOND, OURS, HOME),
        service(name, OTHER_ZONE, OURS, f"{SOVEREIGN}ou-ab12-55555555/"),
        service(name, ARCHIVIST, OURS, ARCHIVE),
        service(name, WATCHER, OURS, f"{SECURITY}ou-ab12-77777777/"),
        service(name, STRANGER),
        service(name, STRANGER, "o-zzzzzzzzzz", "o-zzzzzzzzzz/r-ab12/ou-ab12-11111111/"),
        service(name, FIRST),
        service(name, "", OURS, HOME),
    )


VPCS = (
    "",
    f"arn:aws:ec2:eu-central-1:{FIRST}:vpc/vpc-01",
    f"arn:aws:ec2:eu-west-1:{SECOND}:vpc/vpc-02",
    f"arn:aws:ec2:eu-central-1:{SECOND}:vpc/vpc-03",
    f"arn:aws:ec2:eu-west-1:{FIRST}:vpc/vpc-04",
    HUB,
    f"arn:aws:ec2:eu-west-1:{PARTNER}:vpc/vpc-09",
    f"arn:aws:ec2:eu-central-1:{STRANGER}:vpc/vpc-05",
    f"arn:aws:ec2:us-east-1:{FIRST}:vpc/vpc-06",
    f"arn:aws:ec2:us-east-1:{STRANGER}:vpc/vpc-07",
)


def context_of(caller: Caller, way: Way) -> tuple[str, Context]:
    """The principal, and what AWS says about caller and way; what it doesn't say is absent."""
    said: Context = {
        "aws:SourceAccount": caller.for_account,
        "aws:SourceOrgID": caller.for_organization,
        "aws:SourceOrgPaths": (caller.for_path,) if caller.for_path else (),
    }
    principal = caller.service or caller.provider
    if caller.account:
        principal = f"arn:aws:iam::{caller.account}:{f'role/{caller.role}' if caller.role else 'root'}"
        said |= {
            "aws:PrincipalArn": "" if caller.role == "?" else principal,
            "aws:PrincipalAccount": caller.account,
            "aws:PrincipalIsAWSService": "false",
            "aws:PrincipalOrgID": caller.organization,
            "aws:PrincipalOrgPaths": (caller.path,) if caller.path else (),
        }
    elif caller.service:
        said |= {
            "aws:PrincipalIsAWSService": "true",
            "aws:PrincipalServiceName": caller.service,
        }
    elif not caller.provider:
        said["aws:PrincipalAccount"] = "anonymous"
    if way.tls is not None:
        said["aws:SecureTransport"] = str(way.tls).lower()
    if way.by_service is not None:
        said["aws:ViaAWSService"] = str(way.by_service).lower()
    said |= {
        "s3:TlsVersion": str(way.tls_version or ""),
        "aws:SourceVpcArn": way.vpc,
        "kms:ViaService": way.through,
    }
    return principal, {name: value for name, value in said.items() if value}


# --- RCPs


def rcp_documents(zone: Zone = EU, deployment: Deployment = LANDED) -> list[dict[str, Any]]:
    return [document.body for document in rcp.documents(zone, deployment)]


@cache
def everything() -> ActionSpace:
    return ActionSpace(actions.all_actions())


ENTRANCES = {"cognito-identity", "cognito-idp", "rolesanywhere", "signin"}


@cache
def _bound() -> dict[str, int]:
    """One action of all that RCPs bind alike, and the mask of these; STS is asked action by action."""
    prefixes = {row.prefix for row in facts.aws_rcp_services()} - {"sts"}

    def mask(services: set[str]) -> int:
        return everything().mask([f"{prefix}:*" for prefix in sorted(services)])

    upload = everything().mask(["s3:PutObject"])
    return {
        "s3:GetObject": mask(prefixes - ENTRANCES) & ~upload,
        "s3:PutObject": upload,
        "cognito-idp:SignUp": mask(prefixes & ENTRANCES),
    }


def tokens() -> Iterator[Token]:
    yield Token()
    yield Token("token.actions.githubusercontent.com", "sts.amazonaws.com", "deploy")
    for issuer in web_identity.built_in_issuers():
        for audience in ("123", "eu-central-1:7b9", "eu-west-1:7b9", "us-east-1:7b9"):
            yield Token(issuer.issuer, audience, f"MicrosoftSentinel_{WORKSPACE}")
    others = WORKSPACE.replace("3", "4")
    for connector, audience, session in product(
        web_identity.sentinel_connectors(),
        [connector.audience for connector in web_identity.sentinel_connectors()],
        [
            f"{name}_{workspace}"
            for name in ("MicrosoftSentinel", "MicrosoftDefenderForClouds", "Microsoft")
            for workspace in (WORKSPACE, others, f"{WORKSPACE}0")
        ]
        + [""],
    ):
        yield Token(connector.issuer, audience, session)


def _shown(token: Token) -> Context:
    keys = {issuer.issuer: issuer.key for issuer in web_identity.built_in_issuers()}
    said: Context = {"sts:RoleSessionName": token.session} if token.session else {}
    return {keys.get(token.issuer, f"{token.issuer}:aud"): token.audience, **said} if token.issuer else said


def rcp_difference(bodies: Sequence[Body], zone: Zone = EU, deployment: Deployment = LANDED) -> str | None:
    """The first request that these RCPs and the judgement see differently."""
    return next(_rcp_differences([parse(body) for body in bodies], zone, deployment), None)


def _rcp_differences(policies: Sequence[Policy], zone: Zone, deployment: Deployment) -> Iterator[str]:
    space = everything()
    sts = [action for action in space.actions if action.startswith("sts:")]
    names = ("app", "sovereign/deployment", zone.break_glass.aws_role)
    roles = [f"arn:aws:iam::{account}:role/{name}" for account in (FIRST, SECOND) for name in names]
    ways = [
        *(Way(vpc=vpc) for vpc in VPCS),
        *(Way(tls=tls, vpc=VPCS[1]) for tls in (False, None)),
        Way(tls=False),
        Way(by_service=True, tls=None),
        *(Way(by_service=by_service, vpc=VPCS[number]) for by_service in (True, None) for number in (7, 8)),
    ]
    callers = [*ZONE_CALLERS, *OUTSIDE_CALLERS, *LOAD_BALANCERS, *services("logging.s3.amazonaws.com")]

    def refused(caller: Caller, way: Way, role: str, token: Token) -> int:
        principal, context = context_of(caller, way)
        found = 0
        for policy in policies:
            found |= denied_mask(policy, space, context | _shown(token), role, principal)
        return found

    def judged(caller: Caller, way: Way, role: str, token: Token) -> int:
        def answer(action: str) -> bool:
            return resources.reach(zone, deployment, action, caller, way, role=role, token=token).allowed

        alike = sum(mask for example, mask in _bound().items() if not answer(example))
        return alike | space.mask([action for action in sts if not answer(action)])

    several = [(caller, way, role, Token()) for caller, way, role in product(callers, ways, roles[:2])]
    several += product([inside(FIRST), inside(MANAGEMENT, path=TOP)], [Way(), Way(tls=False)], roles, [Token()])
    several += product([Caller(), OUTSIDE_CALLERS[-1]], [Way()], roles[:1], tokens())
    several += product(callers, [Way()], roles[2:], [Token()])
    for asked in several:
        if difference := refused(*asked) ^ judged(*asked):
            yield f"{next(space.names(difference))} {asked}"


# --- the key


def key_document(zone: Zone = EU, deployment: Deployment = LANDED) -> dict[str, Any]:
    return kms_key_policy.document(zone, deployment).body


KMS_SERVICES = (
    "cloudtrail.amazonaws.com",
    "cloudwatch.amazonaws.com",
    "config.amazonaws.com",
    "delivery.logs.amazonaws.com",
    "events.amazonaws.com",
    "guardduty.amazonaws.com",
    "lambda.amazonaws.com",
    "logs.eu-central-1.amazonaws.com",
    "logs.eu-west-1.amazonaws.com",
    "logs.us-east-1.amazonaws.com",
    "macie.amazonaws.com",
    "s3.amazonaws.com",
    "sns.amazonaws.com",
    "sqs.amazonaws.com",
)
NAMED = {
    "aws:cloudtrail:arn": ("cloudtrail", "trail/zone"),
    "aws:logs:arn": ("logs", "log-group:app"),
    "aws:sns:topicArn": ("sns", "alarms"),
    "aws:lambda:FunctionArn": ("lambda", "function:app"),
}
"""What an encryption context names: the service in the ARN, and a resource."""


@cache
def _kms() -> ActionSpace:
    return ActionSpace(action for action in actions.all_actions() if action.startswith("kms:"))


def _contexts() -> Iterator[dict[str, str]]:
    """Encryption contexts, in which a resource of every kind is named, here and elsewhere."""
    for region, account in product(("eu-central-1", "eu-west-1", "us-east-1"), (FIRST, SECOND, STRANGER)):
        yield {key: f"arn:aws:{of}:{region}:{account}:{name}" for key, (of, name) in NAMED.items()}
    yield {key: f"arn:aws:{of}:eu-central-1:{FIRST}:other/zone" for key, (of, _) in NAMED.items()}
    yield {key: f"arn:aws:ec2:eu-central-1:{FIRST}:{name}" for key, (_, name) in NAMED.items()}
    for key, (of, name) in NAMED.items():
        yield {key: f"arn:aws:{of}:eu-central-1:{FIRST}:{name}"}


@cache
def _key_cases() -> tuple[tuple[Caller, Way, KeyUse], ...]:
    """In an order that mixes them, so that a fault of any kind is met early."""
    cases = [*_services_at_the_key(), *_callers_at_the_key()]
    Random(1).shuffle(cases)  # noqa: S311 (an order, and no secret)
    return tuple(cases)


def _services_at_the_key() -> Iterator[tuple[Caller, Way, KeyUse]]:
    contexts = [*_contexts()]
    for name in KMS_SERVICES:
        for caller, granted in product(services(name), (False, True)):
            yield caller, Way(), KeyUse(granted=granted)
        yield service(name, FIRST, OURS, HOME), Way(through="s3.us-east-1.amazonaws.com"), KeyUse(granted=True)
        tells = name.startswith(("cloudtrail.", "cloudwatch.", "logs.", "lambda.", "events."))
        for context, caller in product(contexts if tells else contexts[:1], services(name)):
            yield caller, Way(), KeyUse(encryption=context)


def _callers_at_the_key() -> Iterator[tuple[Caller, Way, KeyUse]]:
    callers = [*ZONE_CALLERS, *LINKED_CALLERS, *OUTSIDE_CALLERS]
    through = [
        f"{name}.{region}.amazonaws.com"
        for name in ("s3", "ec2", "backup")
        for region in ("eu-central-1", "eu-west-1", "us-east-1")
    ]
    ways = [
        *(Way(vpc=vpc) for vpc in VPCS),
        *(Way(by_service=True, through=each) for each in through),
        Way(by_service=True),
    ]
    # by way of a service, and not on the caller's behalf: with a role that the service was given
    ways += [Way(by_service=None), Way(through=through[0]), Way(through=through[2], vpc=VPCS[1])]
    for caller, way, granted in product(callers, ways, (False, True)):
        yield caller, way, KeyUse(granted=granted)
    for caller, for_resource, granted in product(callers, (None, False, True), (False, True)):
        yield caller, Way(vpc=VPCS[1]), KeyUse(for_resource=for_resource, granted=granted)
    for caller, wait in product(ZONE_CALLERS, (7, 29, 30)):
        yield caller, Way(), KeyUse(wait=wait)
    for caller, replica in product(ZONE_CALLERS, ("eu-central-1", "eu-west-1", "us-east-1")):
        yield caller, Way(), KeyUse(replica=replica)


def key_difference(body: Body, zone: Zone = EU, deployment: Deployment = LANDED) -> str | None:
    """The first call to KMS that this key policy and the judgement see differently."""
    return next(_key_differences(parse(body), zone, deployment), None)


def _key_differences(policy: Policy, zone: Zone, deployment: Deployment) -> Iterator[str]:
    space = _kms()
    yield from _of_other_services(policy, "kms:")
    parts: dict[tuple[Statement, ...], Policy] = {}
    for caller, way, use in _key_cases():
        principal, context = context_of(caller, way)
        if use.for_resource is not None:
            context["kms:GrantIsForAWSResource"] = str(use.for_resource).lower()
        if use.wait is not None:
            context["kms:ScheduleKeyDeletionPendingWindowInDays"] = str(use.wait)
        if use.replica:
            context["kms:ReplicaRegion"] = use.replica
        context |= {f"kms:EncryptionContext:{name}": value for name, value in use.encryption.items()}
        seen = view(KEY, context, principal)
        if caller.account:
            by_name = tuple(each for each in policy.statements if each.effect == "Allow" and each.names_directly(seen))
            direct = allowed_mask(parts.setdefault(by_name, Policy(by_name)), space, context, KEY, principal)
            asked = space.actions if "aws-service-role/" in caller.role else ()
            linked = space.mask([each for each in asked if resources.linked(zone, deployment, each, caller, use)])
            if difference := direct ^ linked:
                yield f"{next(space.names(difference))}: what {caller} needs of its own account is another, {use}"
        given = space.full if use.granted else allowed_mask(policy, space, context, KEY, principal)
        found = given & ~denied_mask(policy, space, context, KEY, principal)
        judged = space.mask(
            [action for action in space.actions if resources.key(zone, deployment, action, caller, way, use).allowed]
        )
        if difference := found ^ judged:
            yield f"{next(space.names(difference))} {caller} {way} {use}"


def _of_other_services(policy: Policy, prefix: str) -> Iterator[str]:
    for statement in policy.statements:
        if not all(action.startswith(prefix) for action in statement.actions):
            yield f"{statement.sid} speaks of other services than the document is for"


# --- buckets


def bucket_document(zone: Zone = EU, deployment: Deployment = LANDED, kept: Retention | None = None) -> dict[str, Any]:
    return bucket_policy.document(zone, deployment, BUCKET, kept).body


@dataclass(frozen=True)
class Kept:
    """A bucket: what it receives, and whether it is locked."""

    name: str
    receives: tuple[str, ...] = ()
    locked: bool = True

    @property
    def trails(self) -> tuple[str, ...]:
        return TRAILS if "trail" in self.receives else ()

    def document(self, zone: Zone = EU, deployment: Deployment = LANDED) -> Document:
        return bucket_policy.document(
            zone, deployment, self.name, receives=self.receives, locked=self.locked, trail_arns=self.trails or None
        )


RECORDS = Kept(BUCKET)
BUCKETS = {
    "trail bucket": Kept(TRAIL_BUCKET, ("trail",)),
    "organization's trail bucket": Kept("eu-trail-of-all", ("organization-trail",)),
    "flow logs bucket": Kept("eu-flow-logs-444455556666", ("flow-logs", "inventory")),
    "config bucket": Kept("eu-config-444455556666", ("config",), locked=False),
    "locked config bucket": Kept("eu-config-locked-444455556666", ("replicas",)),
    "resident bucket": Kept("eu-cases-444455556666", (), locked=False),
}


@cache
def _s3(objects: bool) -> ActionSpace:
    """Actions on objects, or those on a bucket."""
    names = [action for action in actions.all_actions() if action.startswith("s3:")]
    on_objects = {"s3:BypassGovernanceRetention", "s3:AbortMultipartUpload", *bucket_policy.REPLICATES} | {
        name for name in names if "Object" in name and "Bucket" not in name and "Lambda" not in name
    }
    return ActionSpace(name for name in names if (name in on_objects) is objects)


S3_WAYS = (
    Way(),
    Way(tls=False),
    Way(tls=None),
    Way(tls_version=1.1),
    Way(tls_version=1.2),
    Way(tls_version=1.3),
    Way(vpc=VPCS[9]),
    Way(by_service=True),
    Way(by_service=None),
)


def _uploads(kept: Retention) -> Iterator[Upload]:
    ours = [
        f"arn:aws:kms:{region}:{account}:key/1"
        for region in ("eu-central-1", "eu-west-1", "us-east-1")
        for account in (FIRST, SECOND, STRANGER)
    ]
    for algorithm, key in product(("", "aws:kms", "aws:kms:dsse", "AES256"), ("", *ours, f"{ours[0][:-6]}:alias/1")):
        yield Upload(algorithm=algorithm, key=key)
    yield Upload(customer_key=True)
    longest = kept.days + -(-kept.years // 4) + 1
    days = (None, 1, kept.days - 1, kept.days, kept.days + 2, longest, longest + 1, 36500)
    for mode, each in product(("", "COMPLIANCE", "GOVERNANCE"), days):
        yield Upload(mode=mode, days=each)


def _said(upload: Upload) -> Context:
    said: Context = {
        "s3:x-amz-server-side-encryption": upload.algorithm,
        "s3:x-amz-server-side-encryption-aws-kms-key-id": upload.key,
        "s3:x-amz-server-side-encryption-customer-algorithm": "AES256" if upload.customer_key else "",
        "s3:object-lock-remaining-retention-days": "" if upload.days is None else str(upload.days),
        "s3:object-lock-mode": upload.mode,
        "s3:x-amz-acl": upload.acl,
    }
    return {name: value for name, value in said.items() if value}


def bucket_difference(
    body: Body, zone: Zone = EU, deployment: Deployment = LANDED, kept: Retention | None = None
) -> str | None:
    """The first request that this policy of the records' bucket and the judgement see differently."""
    return kept_difference(RECORDS, body, zone, deployment, kept)


def kept_difference(
    bucket: Kept, body: Body, zone: Zone = EU, deployment: Deployment = LANDED, kept: Retention | None = None
) -> str | None:
    """The first request that this policy of such a bucket and the judgement see differently."""
    policy = parse(body)
    refusals = _bucket_differences(policy, zone, deployment, kept, bucket)
    return next(refusals, None) or next(_delivery_differences(policy, zone, deployment, bucket), None)


def _bucket_differences(
    policy: Policy, zone: Zone, deployment: Deployment, kept: Retention | None, bucket: Kept
) -> Iterator[str]:
    arn, retention = f"arn:aws:s3:::{bucket.name}", kept or zone.retention
    yield from _of_other_services(policy, "s3:")
    delivering = [caller for name in DELIVERING for caller in services(name)]
    callers = [*ZONE_CALLERS, *REPLICATING, *OUTSIDE_CALLERS, *delivering]
    uploading = [ZONE_CALLERS[0], ZONE_CALLERS[4], ZONE_CALLERS[6], REPLICATING[0]]
    uploading += [service(name, FIRST, OURS, HOME) for name in DELIVERING]
    asked = [(caller, way, Upload()) for caller, way in product(callers, S3_WAYS)]
    asked += product(uploading, [Way()], _uploads(retention))
    for caller, way, upload in asked:
        principal, context = context_of(caller, way)
        context |= _said(upload)
        for objects in (False, True):
            space = _s3(objects)
            found = denied_mask(policy, space, context, f"{arn}/a/b" if objects else arn, principal)
            judged = space.mask(
                action
                for action in space.actions
                if not resources.bucket(
                    zone,
                    deployment,
                    action,
                    caller,
                    way,
                    upload,
                    retention=kept,
                    receives=bucket.receives,
                    locked=bucket.locked,
                ).allowed
            )
            if difference := found ^ judged:
                yield f"{next(space.names(difference))} {caller} {way} {upload}"
            elsewhere = f"{arn}-other/a/b" if objects else f"{arn}-other"
            if stray := denied_mask(policy, space, context, elsewhere, principal):
                yield f"{next(space.names(stray))} on another bucket"


DELIVERING = (
    "cloudtrail.amazonaws.com",
    "config.amazonaws.com",
    "delivery.logs.amazonaws.com",
    "s3.amazonaws.com",
    "sns.amazonaws.com",
)
REPLICATING = (
    inside(FIRST, "sovereign/replication/eu-config-444455556666"),
    inside(SECOND, "sovereign/replication/x"),
    inside(FIRST, "replication/x"),
    inside(OTHER_ZONE, "sovereign/replication/x", f"{SOVEREIGN}ou-ab12-55555555/"),
)
OWN_TRAIL = "arn:aws:cloudtrail:eu-central-1:{}:trail/sovereign-eu"
SOURCES = (
    *TRAILS,
    "",
    *(OWN_TRAIL.format(account) for account in (FIRST, MANAGEMENT, STRANGER)),
    f"arn:aws:cloudtrail:eu-west-1:{MANAGEMENT}:trail/sovereign-eu",
    *(
        f"arn:aws:logs:{region}:{account}:delivery-source:x"
        for region in ("eu-central-1", "eu-west-1")
        for account in (FIRST, SECOND)
    ),
    f"arn:aws:logs:us-east-1:{FIRST}:*",
    f"arn:aws:logs:eu-west-1:{STRANGER}:*",
    f"arn:aws:config:eu-west-1:{FIRST}:x",
    f"arn:aws:s3:::{FIRST}-of-mine",
)


def _places(name: str) -> tuple[str, ...]:
    owners = (FIRST, SECOND, MANAGEMENT, STRANGER, OURS)
    hive = tuple(f"aws-account-id={owner}" for owner in (FIRST, SECOND, STRANGER))
    return (
        "",
        *(f"AWSLogs/{owner}/{part}/x" for owner in owners for part in ("CloudTrail", "Config")),
        *(f"AWSLogs/{owner}/x" for owner in (*hive, FIRST)),
        f"inventory/{name}/weekly/x",
        "inventories/x",
        f"elsewhere/{FIRST}/Config/x",
    )


def _delivery_differences(policy: Policy, zone: Zone, deployment: Deployment, bucket: Kept) -> Iterator[str]:
    arn = f"arn:aws:s3:::{bucket.name}"
    senders = [
        *(service(name, account, OURS, HOME) for name in DELIVERING for account in (FIRST, SECOND)),
        *(service(name, account) for name in DELIVERING for account in ("", MANAGEMENT, STRANGER)),
        inside(FIRST),
        REPLICATING[0],
        Caller(),
    ]
    for caller, source in product(senders, (*SOURCES, arn)):
        for place, acl in product(_places(bucket.name), ("", "bucket-owner-full-control")):
            upload = Upload(acl=acl)
            principal, context = context_of(caller, Way())
            context |= _said(upload) | ({"aws:SourceArn": source} if source else {})
            space = _s3(bool(place))
            judged = space.mask(
                action
                for action in ("s3:PutObject", "s3:GetBucketAcl", "s3:ListBucket")
                if action in space.actions
                and resources.delivers(
                    zone,
                    deployment,
                    action,
                    caller,
                    source,
                    upload,
                    place,
                    bucket=bucket.name,
                    receives=bucket.receives,
                    trails=bucket.trails,
                )
            )
            resource = f"{arn}/{place}" if place else arn
            if difference := allowed_mask(policy, space, context, resource, principal) ^ judged:
                yield f"{next(space.names(difference))} {caller} {source} {place} {acl}"
        strays = (f"AWSLogs/{FIRST}/Config/x", f"AWSLogs/{SECOND}/x", f"AWSLogs/{MANAGEMENT}/x", "inventory/x")
        for stray in (f"{arn}-other", *(f"{arn}-other/{place}" for place in strays)):
            principal, context = context_of(caller, Way())
            context |= _said(Upload(acl="bucket-owner-full-control")) | ({"aws:SourceArn": source} if source else {})
            if allowed_mask(policy, _s3("/" in stray), context, stray, principal):
                yield f"{stray} is opened to {caller}"


# --- the Sentinel reader


def trust_document(zone: Zone = EU, deployment: Deployment = LANDED) -> dict[str, Any]:
    return sentinel_reader.trust(zone, deployment).body


def permissions_document(zone: Zone = EU) -> dict[str, Any]:
    return sentinel_reader.permissions(zone, TRAIL_BUCKET, QUEUE, KEY).body


def trust_difference(body: Body, zone: Zone = EU, deployment: Deployment = LANDED) -> str | None:
    """The first caller about whom this trust policy and the judgement differ."""
    policy = parse(body)
    space = ActionSpace(action for action in actions.all_actions() if action.startswith("sts:"))
    issuers = [connector.issuer for connector in web_identity.sentinel_connectors()]
    callers = [
        *(
            Caller(provider=f"arn:aws:iam::{each}:oidc-provider/{issuer}")
            for each in (FIRST, SECOND)
            for issuer in issuers
        ),
        inside(FIRST),
        Caller(),
        Caller(provider=f"arn:aws:iam::{FIRST}:oidc-provider/token.actions.githubusercontent.com"),
    ]
    for caller, token in product(callers, tokens()):
        principal, context = context_of(caller, Way())
        found = allowed_mask(policy, space, context | _shown(token), principal=principal)
        judged = space.mask(
            action
            for action in space.actions
            if resources.becomes_reader(zone, deployment, action, caller, token).allowed
        )
        if difference := found ^ judged:
            return f"{next(space.names(difference))} {caller} {token}"
    return None


def permissions_difference(body: Body, zone: Zone = EU) -> str | None:
    """The first action on a resource about which this policy of the reader and the judgement differ."""
    policy, space = parse(body), everything()
    arn = f"arn:aws:s3:::{TRAIL_BUCKET}"
    named = [
        arn,
        f"{arn}/AWSLogs/{FIRST}/x",
        f"{arn}/other/x",
        f"{arn}-other/AWSLogs/x",
        f"{arn}-other",
        QUEUE,
        f"{QUEUE}-other",
        KEY,
        f"{KEY}-other",
        "*",
    ]
    through = [
        "",
        *(
            f"{name}.{region}.amazonaws.com"
            for name in ("s3", "sqs", "ec2")
            for region in ("eu-central-1", "eu-west-1", "us-east-1")
        ),
    ]
    interesting = [action for action in space.actions if action.startswith(("s3:", "sqs:", "kms:"))]
    for resource, each in product(named, through):
        way = Way(by_service=bool(each), through=each)
        _, context = context_of(inside(FIRST, sentinel_reader.role_name(zone)), way)
        judged = space.mask(
            action
            for action in interesting
            if resources.reads(zone, action, resource, way, bucket=TRAIL_BUCKET, queue=QUEUE, key=KEY).allowed
        )
        if difference := allowed_mask(policy, space, context, resource) ^ judged:
            return f"{next(space.names(difference))} on {resource} through {each}"
    return None


@dataclass(frozen=True)
class Kind:
    """`bodies` compiles; `difference` takes as many bodies, in the same order."""

    bodies: Callable[[], list[dict[str, Any]]]
    difference: Callable[[Sequence[Body]], str | None]


def _single(compiled: Callable[[], dict[str, Any]], difference: Callable[[Body], str | None]) -> Kind:
    return Kind(lambda: [compiled()], lambda bodies: difference(bodies[0]))


def _of_bucket(bucket: Kept) -> Kind:
    return _single(lambda: bucket.document().body, lambda body: kept_difference(bucket, body))


KINDS = {
    "rcp": Kind(rcp_documents, rcp_difference),
    "key": _single(key_document, key_difference),
    "bucket": _single(bucket_document, bucket_difference),
    **{name: _of_bucket(bucket) for name, bucket in BUCKETS.items()},
    "reader's trust": _single(trust_document, trust_difference),
    "reader's permissions": _single(permissions_document, permissions_difference),
}
