"""What may be done to the zone's data, its key and its buckets on AWS, whoever asks: judged without any policy.

The reference that the compiled RCPs, key policy and bucket policies are held against. It reads the zone, the deployment
and the facts, and nothing of the compilers. It judges what these policies can refuse: whether the caller's own
permissions, its SCPs or an endpoint's policy allow the request besides is not asked here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from sovereignty import facts
from sovereignty.deployment import Deployment
from sovereignty.facts import web_identity
from sovereignty.facts.elb_log_accounts import elb_log_accounts
from sovereignty.facts.kms_services import KmsService, kms_linked_roles, kms_services
from sovereignty.judgement.answer import Answer
from sovereignty.zone import DEPLOYMENT_ROLE, Retention, Zone

ALLOWED = Answer(True, "", "Nothing of the zone speaks against it.")
_FEDERATION = ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "SetSourceIdentity", "TagSession")
_ENTRANCES = ("cognito-identity", "cognito-idp", "rolesanywhere", "signin")
_SMALLEST_TLS = 1.2
_LONGEST_WAIT = 30


@dataclass(frozen=True)
class Caller:
    """Who asks. Nothing given: an anonymous caller.

    `account`, `role` (its name with path; "" for the account's root user, "?" where AWS doesn't say), `organization`
    and `path` (its OU path, with a slash at the end) are a principal's. `service` is a service principal's name;
    `for_account`, `for_organization` and `for_path` say for whose resource it acts, as far as it says so. `provider` is
    the provider of a token.
    """

    account: str = ""
    role: str = ""
    organization: str = ""
    path: str = ""
    service: str = ""
    for_account: str = ""
    for_organization: str = ""
    for_path: str = ""
    provider: str = ""


@dataclass(frozen=True)
class Way:
    """How the request comes. `tls` None: AWS doesn't say; `tls_version` 0: it doesn't say.

    `vpc` is the ARN of the VPC whose endpoint it came through ("": none). `by_service`: a service makes it on the
    caller's behalf (None: AWS doesn't say); `through` is that service's endpoint, as KMS names it, such as
    `s3.eu-central-1.amazonaws.com`.
    """

    tls: bool | None = True
    tls_version: float = 0
    vpc: str = ""
    by_service: bool | None = False
    through: str = ""


@dataclass(frozen=True)
class Token:
    """A token of another provider: its issuer, for whom it is, and the session asked for with it.

    `audience` is what the issuer's own key holds: `aud`, or the application's id.
    """

    issuer: str = ""
    audience: str = ""
    session: str = ""


@dataclass(frozen=True)
class Upload:
    """What an upload, or a new retention, asks for by headers; what isn't given is left to the bucket's defaults."""

    algorithm: str = ""
    key: str = ""
    customer_key: bool = False
    days: int | None = None
    mode: str = ""
    acl: str = ""


@dataclass(frozen=True)
class KeyUse:
    """What a call to KMS says besides. `for_resource`: whether a grant is for a resource of AWS; `wait`: days until a
    key's deletion; `replica`: the region that a copy of the key is for ("": not said); `encryption`: the encryption
    context. `granted`: the caller holds a grant for this very operation,
    so that only what the policy refuses counts."""

    for_resource: bool | None = None
    wait: int | None = None
    replica: str = ""
    encryption: Mapping[str, str] = field(default_factory=dict)
    granted: bool = False


def reach(
    zone: Zone,
    deployment: Deployment,
    action: str,
    caller: Caller,
    way: Way,
    *,
    role: str = "",
    token: Token | None = None,
) -> Answer:
    """Whether a resource of the zone's accounts may be reached, as far as RCPs bind its service.

    `role` is the ARN of the role that an STS action is about.
    """
    service, _, name = action.partition(":")
    if service not in {row.prefix for row in facts.aws_rcp_services()}:
        return Answer(True, "", "RCPs don't bind this service.")
    federation = service in _ENTRANCES or (service == "sts" and name in _FEDERATION)
    if not caller.service and not federation and not _admitted(deployment, caller.path):
        powerful = (DEPLOYMENT_ROLE, zone.break_glass.aws_role)
        entered = {arn for name in powerful for arn in _arns(zone, deployment, name)}
        enters = action == "sts:AssumeRole" and role in entered
        from_above = enters and caller.account and caller.account == deployment.aws_management_account
        if not (from_above or (action == "s3:PutObject" and _balances_load(zone, caller))):
            return Answer(False, "identity.organization", "The caller's organization path is not admitted.")
    if caller.service and caller.for_account and not _admitted(deployment, caller.for_path):
        return Answer(False, "identity.services", "The service acts for somebody outside the admitted paths.")
    if name == "AssumeRoleWithWebIdentity" and service == "sts" and not _trusted(zone, deployment, token or Token()):
        return Answer(False, "identity.federation", "The token is of a provider that the zone doesn't trust.")
    if way.tls is False:
        return Answer(False, "network.tls", "The request is not encrypted.")
    emergency = _is(zone, deployment, caller, zone.break_glass.aws_role)
    by_aws = caller.service or way.by_service or _is(zone, deployment, caller, "aws:ec2-infrastructure")
    if way.vpc and not emergency and not by_aws:
        if not _in_regions(zone, way.vpc):
            return Answer(False, "network.vpc", "The request comes from a VPC outside the zone's regions.")
        home = caller.path.startswith(deployment.aws_zone_ou_path or "?")
        if home and not _of_zone(zone, deployment, way.vpc):
            return Answer(False, "network.vpc", "A principal of the zone comes from a VPC that isn't the zone's.")
    return ALLOWED


def bucket(
    zone: Zone,
    deployment: Deployment,
    action: str,
    caller: Caller,
    way: Way,
    upload: Upload,
    *,
    retention: Retention | None = None,
    receives: tuple[str, ...] = (),
    locked: bool = True,
) -> Answer:
    """Whether a bucket of the zone's lets it happen. `receives`: what is delivered to it, if anything is; `locked`:
    whether it is written once."""
    name = action.removeprefix("s3:")
    kept = retention or zone.retention
    if way.tls is False or 0 < way.tls_version < _SMALLEST_TLS:
        return Answer(False, "network.tls", "The request is not encrypted well enough.")
    if not caller.service and caller.organization != deployment.aws_organization_id:
        return Answer(False, "identity.organization", "The caller is of another organization, or of none.")
    if caller.service and caller.for_account and caller.for_organization != deployment.aws_organization_id:
        return Answer(False, "identity.services", "The service acts for another organization.")
    if not _may_write(zone, deployment, name, caller, receives):
        control = "audit.trail-writers" if {"trail", "organization-trail"} & set(receives) else "audit.log-writers"
        return Answer(False, control, "Records are written by the services that deliver them alone.")
    if name in ("PutObject", "ReplicateObject") and not _zone_key(zone, deployment, upload):
        return Answer(False, "keys.zone-key", "The upload names another key than one of the zone's.")
    if name == "PutBucketPolicy" and way.by_service:
        return Answer(False, "worm.weakening", "No service writes a bucket's policy on anybody's behalf.")
    if not locked:
        powers = (zone.break_glass.aws_role, DEPLOYMENT_ROLE)
        weakens = name in _WEAKENING or name == "PutBucketObjectLockConfiguration"
        if weakens and not any(_is(zone, deployment, caller, each) for each in powers):
            return Answer(False, "worm.weakening", "The bucket is changed by the deployment role and break-glass only.")
        return ALLOWED
    if name in ("PutObject", "PutObjectRetention", "ReplicateObject"):
        longest = kept.days + math.ceil(kept.years / 4) + 1
        if upload.days is not None and not kept.days <= upload.days <= longest:
            return Answer(False, "worm.retention", "The upload asks for a retention that is too short or too long.")
        if upload.mode and kept.mode == "COMPLIANCE" and upload.mode != "COMPLIANCE":
            return Answer(False, "worm.retention", "The upload asks for a weaker mode.")
    emergency = _is(zone, deployment, caller, zone.break_glass.aws_role)
    if name == "PutBucketObjectLockConfiguration":
        return Answer(False, "worm.weakening", "The lock of the bucket is not changed by anybody.")
    if name == "BypassGovernanceRetention" and not emergency:
        return Answer(False, "worm.weakening", "Retention is bypassed in an emergency only.")
    if name in _WEAKENING and not (emergency or _is(zone, deployment, caller, DEPLOYMENT_ROLE)):
        return Answer(False, "worm.weakening", "The bucket is changed by the deployment role and break-glass only.")
    return ALLOWED


_WEAKENING = frozenset(
    (
        "DeleteBucket",
        "DeleteBucketPolicy",
        "DeleteBucketWebsite",
        "PutAccelerateConfiguration",
        "PutBucketAcl",
        "PutBucketNotification",
        "PutBucketOwnershipControls",
        "PutBucketPolicy",
        "PutBucketPublicAccessBlock",
        "PutBucketVersioning",
        "PutBucketWebsite",
        "PutEncryptionConfiguration",
        "PutInventoryConfiguration",
        "PutLifecycleConfiguration",
        "PutReplicationConfiguration",
    )
)


_RECORDERS = {
    "trail": "cloudtrail.amazonaws.com",
    "organization-trail": "cloudtrail.amazonaws.com",
    "flow-logs": "delivery.logs.amazonaws.com",
    "config": "config.amazonaws.com",
}


def _may_write(zone: Zone, deployment: Deployment, name: str, caller: Caller, receives: tuple[str, ...]) -> bool:
    """Whether an object may come by this caller into a bucket that is for these records; S3 lists any bucket."""
    recorders = {_RECORDERS[each] for each in receives if each in _RECORDERS}
    if not recorders and "replicas" not in receives:
        return True
    if name == "PutObject":
        return caller.service in recorders | {"s3.amazonaws.com"}
    if name in ("ReplicateObject", "ReplicateTags"):
        ours = caller.account in deployment.aws_accounts
        return "replicas" in receives and ours and caller.role.startswith("sovereign/replication/")
    return name != "ReplicateDelete"


def delivers(
    zone: Zone,
    deployment: Deployment,
    action: str,
    caller: Caller,
    source: str,
    upload: Upload,
    place: str,
    *,
    bucket: str,
    receives: tuple[str, ...] = (),
    trails: tuple[str, ...] = (),
) -> bool:
    """Whether a bucket's policy itself gives access: to a service, for a resource of the zone that it delivers for.

    `source` is the ARN of that resource, `place` the object's key ("": the bucket itself); `trails`: the ARNs of the
    trails that the bucket knows.
    """
    writes = action == "s3:PutObject" and upload.acl == "bucket-owner-full-control" and place != ""
    looks = action in ("s3:GetBucketAcl", "s3:ListBucket") and place == ""
    below = place.split("/")
    ours = caller.for_account in deployment.aws_accounts
    if caller.service == "s3.amazonaws.com":
        listed = source.split(":")[:5] == ["arn", _partition(zone), "s3", "", ""] and (
            "inventory" in receives or source.split(":")[5] == bucket
        )
        return writes and ours and listed and below[0] == "inventory" and len(below) > 1
    if below[0] not in ("", "AWSLogs") or (place and len(below) < 3):
        return False
    if caller.service == "cloudtrail.amazonaws.com":
        if action == "s3:ListBucket":
            return False
        own = "trail" in receives and source in trails and below[1:2] in ([], [source.split(":")[4]] if source else [])
        above = deployment.aws_management_account or "?"
        organization = (
            "organization-trail" in receives
            and source == f"arn:{_partition(zone)}:cloudtrail:{_home(zone)}:{above}:trail/sovereign-{zone.zone}"
            and (not place or below[1] in (above, deployment.aws_organization_id))
        )
        return (looks or writes) and (own or organization)
    if caller.service == "delivery.logs.amazonaws.com":
        of = source.split(":", 5)
        named = len(of) == 6 and of[:3] == ["arn", _partition(zone), "logs"] and of[3] in _regions(zone)
        kept = not place or below[1] in (caller.for_account, f"aws-account-id={caller.for_account}")
        return "flow-logs" in receives and (looks or writes) and ours and named and of[4] == caller.for_account and kept
    if caller.service == "config.amazonaws.com":
        kept = not place or (below[1:3] == [caller.for_account, "Config"] and len(below) > 3)
        return "config" in receives and (looks or writes) and ours and kept
    return False


def key(zone: Zone, deployment: Deployment, action: str, caller: Caller, way: Way, use: KeyUse) -> Answer:
    """Whether the zone's key lets it happen, given that the caller's own permissions do."""
    name = action.removeprefix("kms:")
    accounts = deployment.aws_accounts
    emergency = _is(zone, deployment, caller, zone.break_glass.aws_role)
    deployer = _is(zone, deployment, caller, DEPLOYMENT_ROLE)
    if not caller.service and caller.account not in accounts:
        return Answer(False, "keys.account", "The caller is not of the zone's accounts.")
    if deployer and name in ("Decrypt", "DeriveSharedSecret", "ReEncryptFrom"):
        service, _, rest = way.through.partition(".")
        if not (service in ("backup", "ec2") and rest.split(".")[0] in _regions(zone)):
            return Answer(False, "keys.administration", "Who administers the key doesn't read what it protects.")
    if name == "CreateGrant" and use.for_resource is not True and not emergency:
        return Answer(False, "keys.account", "Grants are given to resources of AWS only.")
    if way.through and not emergency and not set(way.through.split(".")[1:-1]) & set(_regions(zone)):
        return Answer(False, "keys.region", "The key is used from another region.")
    if name == "ReplicateKey" and not emergency and use.replica not in _regions(zone):
        return Answer(False, "keys.region", "The key is copied to another region.")
    direct = not (caller.service or way.by_service or way.through or emergency or _made_by_aws(caller))
    if name in _CRYPTOGRAPHY and direct and not _of_zone(zone, deployment, way.vpc):
        return Answer(False, "network.vpc", "A direct call comes from outside the zone's VPCs.")
    if name == "ScheduleKeyDeletion" and use.wait is not None and use.wait < _LONGEST_WAIT:
        return Answer(False, "keys.deletion", "A key's deletion waits as long as it can.")
    if use.granted or _key_is_given(zone, deployment, name, caller, use):
        return ALLOWED
    return Answer(
        False,
        "keys.administration" if name in _ADMINISTRATION else "keys.account",
        "Nobody gave the caller this use of the key.",
    )


_CRYPTOGRAPHY = frozenset(
    (
        "Decrypt",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "ReEncryptFrom",
        "ReEncryptTo",
    )
)
_ADMINISTRATION = frozenset(
    (
        "CancelKeyDeletion",
        "CreateAlias",
        "DeleteAlias",
        "DescribeKey",
        "DisableKey",
        "DisableKeyRotation",
        "EnableKey",
        "EnableKeyRotation",
        "GetKeyPolicy",
        "GetKeyRotationStatus",
        "ListGrants",
        "ListKeyPolicies",
        "ListKeyRotations",
        "ListResourceTags",
        "PutKeyPolicy",
        "ReplicateKey",
        "RevokeGrant",
        "RotateKeyOnDemand",
        "TagResource",
        "UntagResource",
        "UpdateAlias",
        "UpdateKeyDescription",
    )
)


def becomes_reader(zone: Zone, deployment: Deployment, action: str, caller: Caller, token: Token) -> Answer:
    """Whether somebody becomes the role as which Sentinel reads the trail."""
    connector = _connector(zone)
    home = f"arn:{_partition(zone)}:iam::{deployment.aws_accounts[0]}:oidc-provider"
    known = connector is not None and (caller.provider, token.issuer) == (
        f"{home}/{connector.issuer}",
        connector.issuer,
    )
    if action == "sts:AssumeRoleWithWebIdentity" and known and _trusted(zone, deployment, token):
        return ALLOWED
    return Answer(False, "audit.sentinel-reader", "The connector of the zone's own workspace reads the trail only.")


def reads(zone: Zone, action: str, resource: str, way: Way, *, bucket: str, queue: str, key: str) -> Answer:
    """Whether that role may do this with a resource: the trail's bucket by name, its queue and the key by ARN."""
    arn = f"arn:{_partition(zone)}:s3:::{bucket}"
    service, _, rest = way.through.partition(".")
    if (
        (action == "s3:GetObject" and resource.startswith(f"{arn}/AWSLogs/"))
        or (action == "s3:ListBucket" and resource == arn)
        or (resource == queue and action in web_identity.sentinel_queue_actions())
        or (
            (action, resource) == ("kms:Decrypt", key)
            and service in ("s3", "sqs")
            and rest.split(".")[0] in _regions(zone)
        )
    ):
        return ALLOWED
    return Answer(False, "audit.sentinel-reader", "The reader reads the trail, and does nothing else.")


def _key_is_given(zone: Zone, deployment: Deployment, name: str, caller: Caller, use: KeyUse) -> bool:
    if caller.service:
        return _service_is_given(zone, deployment, name, caller, use)
    owner = caller.account == deployment.aws_accounts[0]
    if owner and caller.role == zone.break_glass.aws_role:
        return True
    if owner and caller.role == DEPLOYMENT_ROLE and name in _ADMINISTRATION:
        return True
    if name in ("CreateGrant", "ListGrants", "RevokeGrant"):
        return use.for_resource is True
    return name == "DescribeKey" or name in _CRYPTOGRAPHY


def linked(zone: Zone, deployment: Deployment, action: str, caller: Caller, use: KeyUse) -> bool:
    """Whether the key's policy itself has to give this to the caller, as a service-linked role of the zone's."""
    return any(
        _is(zone, deployment, caller, row.role)
        and (action in row.actions or (row.grants and action == "kms:CreateGrant" and use.for_resource is True))
        for row in kms_linked_roles()
    )


def _service_is_given(zone: Zone, deployment: Deployment, name: str, caller: Caller, use: KeyUse) -> bool:
    return any(
        caller.service in row.principals(_partition(zone), _regions(zone))
        and f"kms:{name}" in row.actions
        and _for_zone(deployment, caller, row)
        and _of_what_is_named(zone, deployment, use, row)
        for row in kms_services()
    )


def _for_zone(deployment: Deployment, caller: Caller, row: KmsService) -> bool:
    """Whether the service acts for one of the zone's accounts; one that doesn't say so, at least for nobody else."""
    ours = caller.for_organization == deployment.aws_organization_id
    if row.source:
        return ours and caller.for_account in deployment.aws_accounts
    return ours or not caller.for_organization


def _of_what_is_named(zone: Zone, deployment: Deployment, use: KeyUse, row: KmsService) -> bool:
    """Whether the encryption context names a resource of the zone, as far as the service sets one."""
    if not row.context:
        return True
    if row.context not in use.encryption:
        return not row.always
    return _named(zone, deployment, use.encryption[row.context], row.of, row.kind)


def _named(zone: Zone, deployment: Deployment, arn: str, service: str, kind: str) -> bool:
    """Whether an ARN is of this service and kind, in the zone's accounts and regions."""
    parts = arn.split(":", 5)
    return (
        parts[1:3] == [_partition(zone), service]
        and parts[3] in _regions(zone)
        and parts[4] in deployment.aws_accounts
        and parts[5].startswith(kind)
    )


def _zone_key(zone: Zone, deployment: Deployment, upload: Upload) -> bool:
    if upload.customer_key or upload.algorithm not in ("", "aws:kms", "aws:kms:dsse"):
        return False
    if not upload.key:
        # SSE-KMS without a key is encrypted with AWS's own, and not with the bucket's
        return not upload.algorithm
    return _named(zone, deployment, upload.key, "kms", "key/")


def _trusted(zone: Zone, deployment: Deployment, token: Token) -> bool:
    for built_in in web_identity.built_in_issuers():
        if token.issuer == built_in.issuer:
            return built_in.regional and token.audience.split(":")[0] in _regions(zone)
    for connector in web_identity.sentinel_connectors():
        if token.issuer == connector.issuer:
            own = connector == _connector(zone)
            workspace = deployment.sentinel_workspace_id
            sessions = [f"MicrosoftSentinel_{workspace}", f"MicrosoftDefenderForClouds_{workspace}"]
            return own and bool(workspace) and token.audience == connector.audience and token.session in sessions
    return True


def _connector(zone: Zone) -> web_identity.SentinelConnector | None:
    """The connector of the Azure cloud that the zone is in, or that goes with its AWS partition."""
    for row in web_identity.sentinel_connectors():
        if row.azure_cloud == zone.azure.cloud if zone.azure else _partition(zone) in row.partitions:
            return row
    return None


def _admitted(deployment: Deployment, path: str) -> bool:
    """Whether an OU path is the zone's, or one that the stack file admits: itself, or with all below (`/*`)."""
    patterns = [f"{deployment.aws_zone_ou_path}*", *deployment.aws_organization_paths]
    return any(path.startswith(each[:-1]) if each.endswith("*") else path == each for each in patterns)


def _is(zone: Zone, deployment: Deployment, caller: Caller, role: str) -> bool:
    """Whether the caller is the zone's own role of that name, and not one that somebody made elsewhere."""
    return caller.role == role and caller.account in deployment.aws_accounts


def _balances_load(zone: Zone, caller: Caller) -> bool:
    """Whether the caller is the account as which AWS writes load balancers' logs in one of the zone's regions."""
    return caller.account in [account for region, account in elb_log_accounts().items() if region in _regions(zone)]


def _made_by_aws(caller: Caller) -> bool:
    """Whether the caller is a role of the zone's that AWS alone can make."""
    return caller.role.startswith("aws-service-role/") or caller.role == "aws:ec2-infrastructure"


def _arns(zone: Zone, deployment: Deployment, role: str) -> list[str]:
    return [f"arn:{_partition(zone)}:iam::{account}:role/{role}" for account in deployment.aws_accounts]


def _of_zone(zone: Zone, deployment: Deployment, vpc: str) -> bool:
    if vpc in deployment.aws_vpc_arns:
        return True
    return _in_regions(zone, vpc) and vpc.split(":")[4] in deployment.aws_accounts


def _in_regions(zone: Zone, vpc: str) -> bool:
    parts = vpc.split(":")
    return len(parts) == 6 and parts[1] == _partition(zone) and parts[3] in _regions(zone)


def _home(zone: Zone) -> str:
    return zone.aws.home if zone.aws else ""


def _partition(zone: Zone) -> str:
    return zone.aws.partition if zone.aws else ""


def _regions(zone: Zone) -> tuple[str, ...]:
    return zone.aws.regions if zone.aws else ()
