"""The policies of the zone's own key and buckets, asked where a call names one of these."""

from __future__ import annotations

from dataclasses import dataclass

from sovereignty.compile import bucket_policy, everything, kms_key_policy
from sovereignty.compile.document import Document
from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.explanation import described
from sovereignty.explanation.explained import Said
from sovereignty.iam.evaluate import allowances, denials
from sovereignty.iam.policy import parse
from sovereignty.iam.request import Request
from sovereignty.judgement import resources
from sovereignty.judgement.answer import Answer
from sovereignty.zone import Zone


@dataclass(frozen=True)
class Asked:
    """What such a policy says, and what a reader has to know of the answer."""

    answer: Answer
    documents: tuple[Said, ...]
    assumed: str


def ask(zone: Zone, deployment: Deployment, request: Request, who: resources.Caller) -> Asked | None:
    """The answer for a request on the zone's key or on one of its buckets; None for every other resource.

    InputError where the action and the resource don't go together.
    """
    service, _, _ = request.action.partition(":")
    if service == "kms" and _is_key(zone, deployment, request.resource):
        return _of_key(zone, deployment, request, who)
    if service == "s3":
        partition = aws(zone).partition
        for name in everything.buckets(zone, deployment):
            arn = f"arn:{partition}:s3:::{name}"
            if request.resource == arn or request.resource.startswith(f"{arn}/"):
                return _of_bucket(zone, deployment, request, who, name)
    return None


def _is_key(zone: Zone, deployment: Deployment, arn: str) -> bool:
    footprint, owner = aws(zone), aws_accounts(deployment)[0]
    return any(arn.startswith(f"arn:{footprint.partition}:kms:{region}:{owner}:key/") for region in footprint.regions)


def _of_key(zone: Zone, deployment: Deployment, request: Request, who: resources.Caller) -> Asked:
    context = request.view.context
    answer = resources.key(zone, deployment, request.action, who, described.way(context), described.key_use(context))
    document = kms_key_policy.document(zone, deployment)
    said = _denying(document, request)
    if not said and not allowances(parse(document.body), request):
        said = (Said(document.path, ""),)
    return Asked(answer, said, "The key is taken for the zone's own, and the caller for one without a grant.")


def _check_kind(action: str, resource: str) -> None:
    """InputError for what is done to objects asked of a bucket, and the other way round: no such call is made."""
    of_object = "/" in resource
    if action in (*bucket_policy.UPLOADS, *bucket_policy.REPLICATES, bucket_policy.BYPASS) and not of_object:
        found, right = "is called on an object, and this is a bucket", "Write the ARN of the object: bucket/key."
    elif action in (*bucket_policy.WEAKENS, bucket_policy.LOCK) and of_object:
        found, right = "is called on a bucket, and this is an object", "Leave the object's key out."
    else:
        return
    raise InputError(Problem("--resource", f"{action} {found}.", right))


def _of_bucket(zone: Zone, deployment: Deployment, request: Request, who: resources.Caller, name: str) -> Asked:
    _check_kind(request.action, request.resource)
    context = request.view.context
    bucket = everything.buckets(zone, deployment)[name]
    document = everything.bucket_document(zone, deployment, name)
    answer = resources.bucket(
        zone,
        deployment,
        request.action,
        who,
        described.way(context),
        described.upload(context),
        receives=bucket.receives,
        locked=bucket.locked,
    )
    owner = who.account == aws_accounts(deployment)[0]
    granted = owner or bool(allowances(parse(document.body), request))
    also = "" if granted else "The bucket's policy doesn't grant it, as a service or another account needs it to."
    return Asked(answer, _denying(document, request), also)


def _denying(document: Document, request: Request) -> tuple[Said, ...]:
    return tuple(Said(document.path, statement.sid) for statement in denials(parse(document.body), request))
