"""A record of CloudTrail as a call that policies can judge: what is known of it, what is absent, what can't be told.

Sources: CloudTrail User Guide, "CloudTrail record contents" and "CloudTrail userIdentity element"; IAM User Guide, "AWS
global condition context keys".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sovereignty.compile.required import aws, aws_accounts, aws_organization_id, aws_zone_ou_path
from sovereignty.deployment import Deployment
from sovereignty.replay import events
from sovereignty.replay.events import Named
from sovereignty.zone import Zone

ABSENT: tuple[str, ...] = ()
Values = tuple[str, ...] | None
"""The values of a condition key; () where it is absent, None where the record can't tell."""

NO_RECORD = "no CloudTrail record"

_ACCOUNT = re.compile(r"arn:[a-z-]+:[a-z0-9-]*:[a-z0-9-]*:(\d{12}):")
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_TAG = "aws:requesttag/"
_SERVICE_LINKED = ":role/aws-service-role/"


@dataclass(frozen=True)
class Skipped:
    """A record that no policy of the zone judges."""

    why: str


@dataclass(frozen=True)
class Subject:
    """A resource that the call is judged on. `arn` is empty where it isn't known; `kind` is that of its tags."""

    arn: str = ""
    kind: str = ""
    foreign: bool = False


class Setting:
    """The zone as a call meets it."""

    def __init__(self, zone: Zone, deployment: Deployment):
        """InputError where the zone has no AWS footprint, or the stack lacks its organization, accounts or OU path."""
        self.partition = aws(zone).partition
        self.accounts = frozenset(aws_accounts(deployment))
        self.management = deployment.aws_management_account or ""
        self.organization = aws_organization_id(deployment)
        self.path = aws_zone_ou_path(deployment)


class Call:
    """One record. `bound_by_scps`: its caller is of the zone; `bound_by_rcps`: what it reaches may be the zone's.

    `further` is what AWS asks for besides, in other regions: the call is refused where one of them is.
    """

    def __init__(
        self,
        record: Mapping[str, Any],
        setting: Setting,
        caller: str,
        account: str,
        *,
        named: Named | None = None,
        region: str | None = None,
    ):
        """`named` and `region` are the record's own unless they are given; an empty region: not known."""
        self._record = record
        self._setting = setting
        self.caller = caller
        self._account = account
        self.named: Named = named or events.named(_text(record, "eventSource"), _text(record, "eventName"))
        self.region = _text(record, "awsRegion") if region is None else region
        self._service = self.named.shown.partition(":")[0]
        parameters = record.get("requestParameters")
        self._parameters = parameters if isinstance(parameters, Mapping) else None
        owners = set(self._owners())
        self._known_owner = owners <= setting.accounts
        self.bound_by_scps = account in setting.accounts
        self.bound_by_rcps = bool(owners & setting.accounts)
        self.subjects = tuple(self._subjects())
        self._texts: tuple[str, ...] | None = None
        self.further = tuple(self._further()) if named is None else ()

    def _further(self) -> Iterator[Call]:
        def again(named: Named, region: str) -> Call:
            return Call(self._record, self._setting, self.caller, self._account, named=named, region=region)

        if self._parameters is None or not self.named.exact:
            return
        for path, actions in events.further().get(self.named.shown, ()):
            for region in sorted({value for value in _at(self._parameters, path) if isinstance(value, str)}):
                named = Named(self.named.shown, actions, True)
                # in its own region first, for what is refused wherever it is asked
                yield from (again(named, self.region), again(named, region))
        chosen = events.elsewhere().get(self.named.shown)
        if chosen and chosen.pattern.match(_text(self._parameters, chosen.parameter)):
            besides = self._record.get("additionalEventData")
            yield again(self.named, _text(besides, chosen.answered) if isinstance(besides, Mapping) else "")

    def mentions(self, text: str) -> bool:
        """Whether a parameter of the call holds this text: what its unnamed resource is made from."""
        if self._parameters is None:
            return True
        if self._texts is None:
            self._texts = tuple(_texts(self._parameters))
        return any(text in each for each in self._texts)

    def values(self, key: str, subject: Subject) -> Values:
        """What the record tells of a condition key, in small letters."""
        if key.startswith(_TAG):
            return self._tag(key.removeprefix(_TAG), subject)
        if key in _GLOBAL:
            return _GLOBAL[key](self, subject)
        service = key.partition(":")[0]
        # a key of another service is not in the request
        if service != self._service and service in events.services() and key not in events.of_any_service():
            return ABSENT
        row = events.keys().get(key)
        if row is None or self._parameters is None:
            return None
        found = tuple(str(value) for path in row.paths for value in _at(self._parameters, path))
        if _HIDDEN in found:
            return None
        return found or {"absent": ABSENT, "unknown": None}.get(row.absent, (row.absent,))

    def _owners(self) -> Iterator[str]:
        """The accounts that own what the call reaches, as far as the record names them."""
        named = [account for row in self._listed() if (account := _text(row, "accountId"))]
        yield from named or [_text(self._record, "recipientAccountId") or self._account]
        for text in _texts(self._parameters or {}):
            yield from _ACCOUNT.findall(text)

    def _listed(self) -> Iterator[Mapping[str, Any]]:
        listed = self._record.get("resources")
        yield from (row for row in listed if isinstance(row, Mapping)) if isinstance(listed, list) else ()

    def _subjects(self) -> Iterator[Subject]:
        for kind, arn, foreign in events.resources().get(self.named.shown, ()):
            yield Subject(self._filled(arn), kind, foreign)
        if self.named.shown in events.resources():
            return
        arns = [arn for row in self._listed() if (arn := _text(row, "ARN") or _text(row, "arn"))]
        yield from (Subject(arn) for arn in arns) if arns else [Subject()]

    def _filled(self, arn: str) -> str:
        """The ARN of the table with what the record gives; empty where it lacks a part."""
        given = {"path": "/", **(self._parameters or {})} if self._parameters is not None else {}
        own = {"p": self._setting.partition, "r": self.region, "a": self._account}
        try:
            return arn.format(**{str(key): value for key, value in given.items()} | own)
        except (KeyError, ValueError):
            return ""

    def _owned(self, subject: Subject, value: str) -> Values:
        return (value,) if self._known_owner and not subject.foreign else None

    def _of_caller(self, value: str) -> Values:
        return (value,) if self._account in self._setting.accounts else None

    def _tag(self, name: str, subject: Subject) -> Values:
        if self._parameters is None:
            return None
        found = tuple(value for key, value in _tags(self._parameters, subject.kind) if key.lower() == name)
        return None if _HIDDEN in found else found


_GLOBAL = {
    "aws:requestedregion": lambda call, subject: (call.region,) if call.region else None,
    "aws:principalarn": lambda call, subject: (call.caller,) if call.caller.startswith("arn:") else None,
    "aws:principalaccount": lambda call, subject: (call._account,),
    "aws:principalisawsservice": lambda call, subject: ("false",),
    "aws:principalorgid": lambda call, subject: call._of_caller(call._setting.organization),
    "aws:principalorgpaths": lambda call, subject: call._of_caller(call._setting.path),
    "aws:resourceorgid": lambda call, subject: call._owned(subject, call._setting.organization),
    "aws:resourceorgpaths": lambda call, subject: call._owned(subject, call._setting.path),
    # calls that a service makes for the caller, and calls with TLS details, came encrypted; others may have, too
    "aws:securetransport": lambda call, subject: (
        ("true",) if call._record.get("tlsDetails") or _by_service(call._record) else None
    ),
    "aws:viaawsservice": lambda call, subject: ("true" if _by_service(call._record) else "false",),
    "aws:sourcevpcarn": lambda call, subject: None if call._record.get("vpcEndpointId") else ABSENT,
    "aws:sourceaccount": lambda call, subject: ABSENT,
    "aws:sourceorgpaths": lambda call, subject: ABSENT,
    "ec2:roledelivery": lambda call, subject: _delivery(call._record),
}


def _identity(record: Mapping[str, Any]) -> Mapping[str, Any]:
    identity = record.get("userIdentity")
    return identity if isinstance(identity, Mapping) else {}


def _by_service(record: Mapping[str, Any]) -> bool:
    return _text(_identity(record), "invokedBy").endswith(".amazonaws.com")


def _delivery(record: Mapping[str, Any]) -> Values:
    """By which version of an instance's metadata service the credentials came: "1.0" or "2.0"; () for all others."""
    context = _identity(record).get("sessionContext")
    version = _text(context, "ec2RoleDelivery") if isinstance(context, Mapping) else ""
    return (version,) if version else ABSENT


def _text(row: Mapping[str, Any], name: str) -> str:
    """The value if it is text: a record may hold anything."""
    value = row.get(name)
    return value if isinstance(value, str) else ""


def of(record: Mapping[str, Any], setting: Setting) -> Call | Skipped:
    """The call that a record tells of, or why no policy of the zone judges it."""
    if not _text(record, "eventSource") or not _text(record, "eventName") or not _identity(record):
        return Skipped(NO_RECORD)
    if _text(record, "eventType") not in events.judged_types():
        return Skipped("no API call")
    identity = _identity(record)
    kind = identity.get("type")
    if kind == "AWSService":
        return Skipped("call by an AWS service")
    account = _text(identity, "accountId")
    recipient = _text(record, "recipientAccountId") or account
    if not account:
        return Skipped("sign-in, by nobody's principal yet")
    if _text(record, "errorCode") in events.refusals():
        return Skipped("refused already")
    caller = _caller(identity, setting.partition, account)
    if _SERVICE_LINKED in caller:
        return Skipped("call by a service-linked role")
    if account != recipient and account in setting.accounts and recipient in setting.accounts:
        return Skipped("told again by the account that owns the resource")
    call = Call(record, setting, caller, account)
    if not call.bound_by_scps and not (call.bound_by_rcps and recipient in setting.accounts):
        return Skipped("of another account")
    return call


def _caller(identity: Mapping[str, Any], partition: str, account: str) -> str:
    """What stands in aws:PrincipalArn: the role of a session, with its path; the account's root user; words where the
    record names no ARN."""
    context = identity.get("sessionContext")
    issuer = context.get("sessionIssuer") if isinstance(context, Mapping) else None
    if identity.get("type") == "AssumedRole" and isinstance(issuer, Mapping) and _text(issuer, "arn"):
        return _text(issuer, "arn")
    if arn := _text(identity, "arn"):
        return arn
    if identity.get("type") == "Root":
        return f"arn:{partition}:iam::{account}:root"
    behalf = identity.get("onBehalfOf")
    if identity.get("type") == "IdentityCenterUser" and isinstance(behalf, Mapping) and _text(behalf, "userId"):
        # the ARN of a user in the Service Authorization Reference, Identity Store: no role, whatever else
        return f"arn:{partition}:identitystore:::user/{_text(behalf, 'userId')}"
    return f"{_text(identity, 'type') or 'somebody'} of account {account}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _at(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """The values at a path; `[]` stands for each element. Some services wrap a list as `{"items": [...]}`."""
    if not path:
        if value is not None:
            yield value if not isinstance(value, bool) else str(value).lower()
        return
    name, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        inner = value.get(name.removesuffix("[]"))
        if name.endswith("[]"):
            elements = inner.get("items", ()) if isinstance(inner, Mapping) else inner
            for element in elements if isinstance(elements, list) else ():
                yield from _at(element, rest)
        else:
            yield from _at(inner, rest)


def _tags(parameters: Mapping[str, Any], kind: str) -> Iterator[tuple[str, str]]:
    """The tags that a request gives, in any of the services' shapes; of tag specifications those of the kind."""
    for name, value in parameters.items():
        folded = name.lower()
        if folded in ("tagspecificationset", "tagspecifications", "tagspecification"):
            for row in _elements(value):
                if isinstance(row, Mapping) and (not kind or str(row.get("resourceType", kind)).lower() == kind):
                    yield from _tags({"tags": row.get("tags") or row.get("Tags") or row.get("tagSet")}, "")
        elif folded in ("tags", "tagset", "taglist", "tag"):
            if isinstance(value, Mapping) and "items" not in value:
                yield from ((str(key), str(inner)) for key, inner in value.items())
            for row in _elements(value):
                if isinstance(row, Mapping):
                    lower = {str(key).lower(): inner for key, inner in row.items()}
                    yield (
                        str(lower.get("key", lower.get("tagkey", ""))),
                        str(lower.get("value", lower.get("tagvalue", ""))),
                    )


def _elements(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        value = value.get("items")
    return value if isinstance(value, list) else []
