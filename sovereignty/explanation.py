"""Explains a verdict: what the law says of one call or one place, and which compiled documents say the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sovereignty import actions, controls, facts
from sovereignty.compile import rcp, scp
from sovereignty.compile.document import Document
from sovereignty.compile.required import aws, aws_accounts, aws_organization_id, aws_zone_ou_path, azure
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.iam.evaluate import denials
from sovereignty.iam.policy import parse
from sovereignty.iam.principals import is_service_linked
from sovereignty.iam.request import Request, Value
from sovereignty.judgement import places, resources
from sovereignty.judgement.answer import Answer
from sovereignty.judgement.aws_calls import AwsLaw
from sovereignty.schema import did_you_mean, quoted
from sovereignty.zone import Zone

SERVICES = ".amazonaws.com"
UNSPECIFIED = "unspecified"
"""What Bedrock puts in a region's place for a profile that may answer anywhere."""
_ARN = re.compile(r"arn:aws[a-z-]*:(iam|sts):[^:]*:([0-9]{12}):.+", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9-]+:\S+", re.ASCII)
_ARM_TYPE = re.compile(r"[A-Za-z0-9]+(\.[A-Za-z0-9]+)*(/[A-Za-z0-9]+)+", re.ASCII)


@dataclass(frozen=True)
class Said:
    """A statement of a document: its path, and the Sid, or on Azure the name of the definition or assignment."""

    path: str
    sid: str


@dataclass(frozen=True)
class Explanation:
    """The law's answer, the documents that refuse the same, and what was assumed, for a reader."""

    asked: str
    answer: Answer
    documents: tuple[Said, ...]
    assumed: str


def call(
    zone: Zone,
    deployment: Deployment,
    action: str,
    region: str,
    *,
    principal: str | None = None,
    resource: str | None = None,
    context: Mapping[str, Value] | None = None,
) -> Explanation:
    """A call of AWS: by default an ordinary role's of the zone, on the zone's own resource, rightly tagged.

    InputError for an action that AWS doesn't have, a region of another partition, a principal that is no ARN, a
    malformed condition key, or a value that the stack file lacks.
    """
    partition, account = aws(zone).partition, aws_accounts(deployment)[0]
    name = _known(action)
    _check_region(region, partition)
    caller = principal or f"arn:{partition}:iam::{account}:role/app"
    _check_principal(caller)
    given = dict(context or {})
    for key in given:
        if not _KEY.fullmatch(key):
            right = "Write prefix:Name=value, such as kms:ReplicaRegion=us-east-1."
            raise InputError(Problem("--context", f"{quoted(key)!r} is not the name of a condition key.", right))
    fixed = {"aws:requestedregion": region, "aws:principalarn": caller}
    for key in given:
        if key.lower() in fixed:
            right = "Use --region." if "region" in key.lower() else "Use --principal."
            raise InputError(Problem("--context", f"{key} has an option of its own.", right))
    own = {
        "aws:ResourceOrgID": aws_organization_id(deployment),
        "aws:ResourceOrgPaths": (aws_zone_ou_path(deployment),),
        "aws:RequestTag/DataResidency": zone.tags()["DataResidency"],
    }
    written = {key.lower() for key in given}
    whole: dict[str, Value] = {key: value for key, value in own.items() if key.lower() not in written}
    whole |= {"aws:RequestedRegion": region, "aws:PrincipalArn": caller, **given}
    service = caller.endswith(SERVICES)
    if service:
        del whole["aws:PrincipalArn"]
    whole.setdefault("aws:PrincipalIsAWSService", str(service).lower())
    request = Request(name, resource or "*", whole, caller)

    law = AwsLaw(zone, deployment)
    if _account(caller) in deployment.aws_accounts and not is_service_linked(caller):
        answer, said = law.judge(request), _said(scp.documents(zone, deployment), request)
    elif is_service_linked(caller) or _account(caller) == deployment.aws_management_account:
        answer, said = law.judge(request), ()
    else:
        # not of the zone's accounts: its SCPs don't bind it, its RCPs stand before its data
        request = Request(name, resource or "*", {**_OUTSIDE, **whole}, caller)
        answer = resources.reach(zone, deployment, name, _caller(caller, whole), resources.Way())
        said = _said(rcp.documents(zone, deployment), request)
    return Explanation(
        f"{name} in {region} by {caller}" + (f" on {resource}" if resource else ""),
        answer,
        said,
        _assumed(name, whole, written, resource, partition, zone),
    )


_OUTSIDE = {"aws:SecureTransport": "true"}


def _caller(principal: str, context: Mapping[str, Value]) -> resources.Caller:
    """Somebody outside the zone's accounts, as the context describes them."""
    held = {key.lower(): value if isinstance(value, str) else value[0] for key, value in context.items() if value}

    def told(key: str) -> str:
        return held.get(key.lower(), "")

    if principal.endswith(SERVICES):
        return resources.Caller(
            service=principal,
            for_account=told("aws:SourceAccount"),
            for_organization=told("aws:SourceOrgID"),
            for_path=told("aws:SourceOrgPaths"),
        )
    return resources.Caller(
        account=_account(principal),
        role=principal.partition(":role/")[2],
        organization=told("aws:PrincipalOrgID"),
        path=told("aws:PrincipalOrgPaths"),
    )


def _assumed(
    action: str, context: Mapping[str, Value], written: set[str], resource: str | None, partition: str, zone: Zone
) -> str:
    assumed = [] if written & {"aws:resourceorgid", "aws:resourceorgpaths"} else ["it is about the zone's own resource"]
    assumed += [] if "aws:requesttag/dataresidency" in written else ["which bears the zone's tags"]
    parts = [f"Assumed: {', '.join(assumed)}; --context says otherwise."] if assumed else []
    named = sorted(
        {
            pattern.format(p=partition, break_glass=zone.break_glass.aws_role)
            for row in controls.aws_protections(partition)
            if action in row.actions and "*" not in row.resources
            for pattern in row.resources
        }
    )
    if named and resource is None:
        parts.append(f"On some resources it may be refused (--resource): {', '.join(named)}.")
    given = {key.lower() for key in context}
    keys = sorted(
        {
            row.when[1]
            for row in controls.aws_protections(partition)
            if action in row.actions and row.when and ":" in row.when[1] and row.when[1].lower() not in given
        }
    )
    if keys:
        parts.append(f"It also depends on {', '.join(keys)} (--context).")
    return " ".join(parts)


def place(zone: Zone, deployment: Deployment, resource_type: str, location: str) -> Explanation:
    """A resource of an ARM type at a location of Azure, judged by that alone.

    InputError for a text that is no ARM type, and for a location that Azure doesn't have.
    """
    cloud = azure(zone).cloud
    if not _ARM_TYPE.fullmatch(resource_type):
        right = "Write one such as Microsoft.Storage/storageAccounts."
        raise InputError(Problem("--resource-type", f"{quoted(resource_type)!r} is no resource type of Azure.", right))
    known = [row.code for row in facts.regions("azure") if row.partition == cloud]
    code = facts.azure_location(location)
    if code not in known and code != places.GLOBAL:
        found = f"{quoted(location)!r} is no location of Azure's cloud {cloud}."
        raise InputError(Problem("--location", found, did_you_mean(code, known)))
    answer = places.on_azure(zone, resource_type, location)
    said = () if answer.allowed else tuple(_placing(zone, deployment, resource_type, code))
    return Explanation(f"{resource_type} at {location}", answer, said, "Assumed: nothing else of it is looked at.")


def _placing(zone: Zone, deployment: Deployment, resource_type: str, location: str) -> list[Said]:
    from sovereignty.azure_policy.aliases import AliasCatalogue
    from sovereignty.azure_policy.evaluate import evaluate
    from sovereignty.azure_policy.resource import AzureResource
    from sovereignty.compile import azure_policy
    from sovereignty.facts import azure_policy as tables

    resource = AzureResource.of(resource_type, location=location)
    found = []
    for document in azure_policy.documents(zone, deployment):
        if places.REGION not in document.controls:
            continue
        body = document.body
        if document.path.startswith("azure/assignments/"):
            # a built-in, whose rule is Azure's own: it lets `global` through
            allowed = body["properties"].get("parameters", {}).get("listOfAllowedLocations", {}).get("value")
            refuses = allowed is not None and location not in (*allowed, places.GLOBAL)
        elif document.path.startswith("azure/definitions/"):
            effect = evaluate(body, resource, {"effect": "Deny"}, aliases=AliasCatalogue(tables.aliases())).effect
            refuses = effect == "deny"
        else:
            refuses = False
        if refuses:
            found.append(Said(document.path, body["name"]))
    return found


def _said(documents: tuple[Document, ...], request: Request) -> tuple[Said, ...]:
    return tuple(
        Said(document.path, statement.sid)
        for document in documents
        for statement in denials(parse(document.body), request)
    )


def _known(action: str) -> str:
    name = actions.known(action)
    if name:
        return name
    # AWS has some that the list of actions hasn't; the law names them all the same
    for row in facts.aws_target_regions():
        if row.action.lower() == action.lower() and row.treatment == "deployment-only":
            return row.action
    near = actions.nearest(action)
    right = f"Did you mean {' or '.join(near)}?" if near else "Write service:Action, such as s3:PutObject."
    raise InputError(Problem("--action", f"{quoted(action)!r} is no action of AWS.", right))


def _check_region(region: str, partition: str) -> None:
    row = facts.region("aws", region)
    if region == UNSPECIFIED or (row and row.partition == partition):
        return
    known = [each.code for each in facts.regions("aws") if each.partition == partition]
    what = f"is a region of partition {row.partition}" if row else "is no region of AWS"
    found = f"{quoted(region)!r} {what}; the zone is in {partition}."
    raise InputError(Problem("--region", found, did_you_mean(region, known)))


def _check_principal(caller: str) -> None:
    if not _ARN.fullmatch(caller) and not (caller.endswith(SERVICES) and ":" not in caller):
        right = "Write an ARN such as arn:aws:iam::444455556666:role/app, or a service such as s3.amazonaws.com."
        raise InputError(Problem("--principal", f"{quoted(caller)!r} is no principal.", right))


def _account(caller: str) -> str:
    found = _ARN.fullmatch(caller)
    return found[2] if found else ""


def as_json(explanation: Explanation) -> dict[str, Any]:
    """The shape of contracts: schema, verdict, control, reason, documents."""
    return {
        "schema": 1,
        "verdict": "allowed" if explanation.answer.allowed else "violation",
        "control": explanation.answer.control,
        "reason": explanation.answer.reason,
        "documents": [{"path": said.path, "sid": said.sid} for said in explanation.documents],
    }


__all__ = ["Explanation", "Said", "as_json", "call", "place"]
