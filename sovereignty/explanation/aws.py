"""A call of AWS: what the law says of it, SCPs first, then RCPs, then the policy of the zone's own key or bucket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sovereignty import controls
from sovereignty.compile import rcp, scp
from sovereignty.compile.document import Document
from sovereignty.compile.required import aws, aws_accounts, aws_organization_id, aws_zone_ou_path
from sovereignty.deployment import Deployment
from sovereignty.explanation import asked, described, own_policies
from sovereignty.explanation.explained import Explanation, Said
from sovereignty.iam.evaluate import denials
from sovereignty.iam.policy import parse
from sovereignty.iam.principals import account, is_service_linked
from sovereignty.iam.request import Request, Value
from sovereignty.judgement import resources
from sovereignty.judgement.answer import Answer
from sovereignty.judgement.aws_calls import AwsLaw
from sovereignty.replay import events
from sovereignty.zone import Zone

_TAG = "aws:requesttag/dataresidency"
_TOKENS = "ec2:metadatahttptokens"
_OWNER = ("aws:resourceorgid", "aws:resourceorgpaths")


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

    InputError for an action that AWS doesn't have, a region of another partition, what is no principal or no resource
    of the partition, a malformed condition key or one in two spellings, or a value that the stack file lacks.
    """
    partition = aws(zone).partition
    name = asked.action(action)
    asked.check_region(region, partition)
    caller = f"arn:{partition}:iam::{aws_accounts(deployment)[0]}:role/app" if principal is None else principal
    asked.check_principal(caller, partition)
    if resource is not None:
        asked.check_resource(resource, partition)
    given = asked.keys(context or {})
    elsewhere = bool(_owner(resource)) and _owner(resource) not in deployment.aws_accounts
    whole = _defaults(zone, deployment, caller, region, elsewhere) | given
    request = Request(name, resource or "*", whole, caller)
    on = [] if request.resource != "*" else _on(name, partition, region, aws_accounts(deployment)[0])

    who = described.caller(caller, request.view.context, asked.is_service(caller))
    answers, said, own = [], [], None
    if account(caller) in deployment.aws_accounts and not is_service_linked(caller):
        of_law, documents = _by_scps(zone, deployment, [replace(request, resource=arn) for arn in on] or [request])
        answers.append(of_law)
        said += documents
    if is_service_linked(caller):
        answers.append(AwsLaw(zone, deployment).judge(request))
    elif _reaches_zone(deployment, request):
        answers.append(_by_rcps(zone, deployment, request, who))
        said += _said(rcp.documents(zone, deployment), [request])
    elif not answers:
        answers.append(Answer(True, "", f"Neither the caller nor the resource is known to be zone {zone.zone}'s."))
    if own := own_policies.ask(zone, deployment, request, who):
        answers.append(own.answer)
        said += own.documents
    unasked = "" if own else _not_asked(name, request.resource)
    answer = next((each for each in answers if not each.allowed), answers[0])
    if answer.allowed and unasked and _is_plain(zone, deployment, caller):
        answer = Answer(True, "", f"No SCP and no RCP of zone {zone.zone} refuses it.")
    known = own is not None or _owner(resource) in deployment.aws_accounts
    assumed = [
        _own(name, zone, known, elsewhere, given),
        f"Every such call is judged on {' and '.join(on)}." if on else "",
        _depends_on(name, zone, whole, named=resource is None and not on),
        own.assumed if own else unasked,
    ]
    return Explanation(
        f"{name} in {region} by {caller}" + (f" on {resource}" if resource else ""),
        answer,
        tuple(dict.fromkeys(said)),
        " ".join(filter(None, assumed)),
    )


def _by_scps(zone: Zone, deployment: Deployment, requests: list[Request]) -> tuple[Answer, list[Said]]:
    law = AwsLaw(zone, deployment)
    found = [law.judge(each) for each in requests]
    answer = next((each for each in found if not each.allowed), found[0])
    return answer, _said(scp.documents(zone, deployment), requests)


def _by_rcps(zone: Zone, deployment: Deployment, request: Request, who: resources.Caller) -> Answer:
    context = request.view.context
    way, token = described.way(context), described.token(context)
    return resources.reach(zone, deployment, request.action, who, way, role=request.resource, token=token)


def _said(documents: Iterable[Document], requests: list[Request]) -> list[Said]:
    found = []
    for document in documents:
        policy = parse(document.body)
        found += [Said(document.path, statement.sid) for each in requests for statement in denials(policy, each)]
    return found


def _defaults(zone: Zone, deployment: Deployment, caller: str, region: str, elsewhere: bool) -> dict[str, Value]:
    """The condition keys of an ordinary call by this caller, in small letters."""
    organization, path = aws_organization_id(deployment), aws_zone_ou_path(deployment)
    service = asked.is_service(caller)
    found: dict[str, Value] = {
        "aws:requestedregion": region,
        "aws:principalisawsservice": str(service).lower(),
        "aws:securetransport": "true",
        "aws:viaawsservice": "false",
        _TAG: zone.tags()["DataResidency"],
        _TOKENS: "required",
    }
    if not elsewhere:
        found |= {"aws:resourceorgid": organization, "aws:resourceorgpaths": (path,)}
    if service:
        return found | {"aws:principalservicename": caller}
    home = account(caller)
    found |= {"aws:principalarn": caller, "aws:principalaccount": home}
    if home in deployment.aws_accounts:
        found |= {"aws:principalorgid": organization, "aws:principalorgpaths": (path,)}
    elif home == deployment.aws_management_account:
        top = "/".join(path.split("/")[:2])
        found |= {"aws:principalorgid": organization, "aws:principalorgpaths": (f"{top}/",)}
    return found


def _owner(resource: str | None) -> str:
    """The account that an ARN names; "" where it names none."""
    parts = (resource or "*").split(":", 5)
    return parts[4] if len(parts) > 4 else ""


def _is_plain(zone: Zone, deployment: Deployment, caller: str) -> bool:
    """Whether the caller is of the zone's accounts and no role that policies leave alone."""
    emergency = caller.endswith(f":role/{zone.break_glass.aws_role}")
    return account(caller) in deployment.aws_accounts and not emergency and not is_service_linked(caller)


def _reaches_zone(deployment: Deployment, request: Request) -> bool:
    """Whether the resource is of the zone's OU, where its RCPs bind."""
    context = request.view.context
    own = aws_organization_id(deployment) in context.get(_OWNER[0], ())
    path = aws_zone_ou_path(deployment)
    return own and any(each.startswith(path) for each in context.get(_OWNER[1], ()))


def _on(action: str, partition: str, region: str, owner: str) -> list[str]:
    """The resources that every such call has, by ARN; those that the request itself would name are not known."""
    own = [arn for _, arn, foreign in events.resources().get(action, ()) if not foreign]
    return [arn.format(p=partition, r=region, a=owner) for arn in own if set(_names(arn)) <= {"p", "r", "a"}]


def _names(template: str) -> list[str]:
    return [part.partition("}")[0] for part in template.split("{")[1:]]


def _own(action: str, zone: Zone, known: bool, elsewhere: bool, given: Mapping[str, Value]) -> str:
    assumed = []
    said = known or any(key in given for key in _OWNER)
    if elsewhere and not said:
        return "Whose resource it is isn't known; aws:ResourceOrgID and aws:ResourceOrgPaths (--context) say it."
    if not said:
        assumed.append("it is about the zone's own resource")
    asks = {row.when[0] for row in controls.aws_protections(aws(zone).partition) if row.when and action in row.actions}
    if "not_tagged" in asks and _TAG not in given:
        assumed.append("which bears the zone's tags" if assumed else "what it makes bears the zone's tags")
    if "not_required" in asks and _TOKENS not in given:
        assumed.append("which answers to IMDSv2 alone" if assumed else "what it makes answers to IMDSv2 alone")
    return f"Assumed: {', '.join(assumed)}; --context says otherwise." if assumed else ""


def _depends_on(action: str, zone: Zone, context: Mapping[str, Value], *, named: bool) -> str:
    partition, parts = aws(zone).partition, []
    rows = [row for row in controls.aws_protections(partition) if action in row.actions]
    patterns = sorted(
        {
            pattern.format(p=partition, break_glass=zone.break_glass.aws_role)
            for row in rows
            if "*" not in row.resources
            for pattern in row.resources
        }
    )
    if named and patterns:
        parts.append(f"On some resources it may be refused (--resource): {', '.join(patterns)}.")
    keys = {row.when[1] for row in rows if row.when and ":" in row.when[1]}
    if unsaid := sorted(key for key in keys if key.lower() not in {*context, *_OWNER}):
        parts.append(f"It also depends on {', '.join(unsaid)} (--context).")
    return " ".join(parts)


def _not_asked(action: str, resource: str) -> str:
    if action.partition(":")[0] not in ("kms", "s3"):
        return ""
    if resource == "*":
        return "Key and bucket policies were not asked: name the resource (--resource)."
    return "Key and bucket policies were not asked: it is none of the zone's own key and buckets."


__all__ = ["call"]
