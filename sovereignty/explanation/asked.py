"""What may be asked of a call on AWS: every part is checked before anything is judged."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sovereignty import actions, facts
from sovereignty.errors import InputError, Problem
from sovereignty.iam.request import Value
from sovereignty.schema import did_you_mean, quoted

SERVICES = ".amazonaws.com"
UNSPECIFIED = "unspecified"
"""What Bedrock puts in a region's place for a profile that may answer anywhere."""
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?", re.ASCII)
_PRINCIPAL = re.compile(r"arn:[a-z0-9-]+:iam::[0-9]{12}:(root|(role|user)/[\x21-\x7f]+)", re.ASCII)
_SESSION = re.compile(r"arn:[a-z0-9-]+:sts::[0-9]{12}:(assumed-role|federated-user)/.+", re.ASCII)
_RESOURCE = re.compile(r"arn:[a-z0-9-]+:[a-z0-9-]+:[a-z0-9-]*:([a-z-]+|[0-9]{12})?:\S+", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9._/-]+:\S+", re.ASCII)
_OWN_OPTION = {
    "aws:requestedregion": "--region",
    "aws:principalaccount": "--principal",
    "aws:principalarn": "--principal",
    "aws:principalisawsservice": "--principal",
    "aws:principalservicename": "--principal",
}
"""What follows from another option."""


def is_service(principal: str) -> bool:
    """Whether a principal is a service of AWS."""
    return bool(_SERVICE.fullmatch(principal))


def action(name: str) -> str:
    """The action in AWS's spelling; InputError for one that AWS doesn't have."""
    if found := actions.known(name):
        return found
    # AWS has some that the list of actions hasn't; the law names them all the same
    for row in facts.aws_target_regions():
        if row.action.lower() == name.lower() and row.treatment == "deployment-only":
            return row.action
    near = actions.nearest(name)
    right = f"Did you mean {' or '.join(near)}?" if near else "Write service:Action, such as s3:PutObject."
    raise InputError(Problem("--action", f"{quoted(name)!r} is no action of AWS.", right))


def check_region(region: str, partition: str) -> None:
    """InputError for a region that AWS doesn't have, or that is of another partition."""
    row = facts.region("aws", region)
    if region == UNSPECIFIED or (row and row.partition == partition):
        return
    known = [each.code for each in facts.regions("aws") if each.partition == partition]
    what = f"is a region of partition {row.partition}" if row else "is no region of AWS"
    found = f"{quoted(region)!r} {what}; the zone is in {partition}."
    raise InputError(Problem("--region", found, did_you_mean(region, known)))


def check_principal(principal: str, partition: str) -> None:
    """InputError for what is neither a role, a user or a root user of the partition, nor a service.

    Sessions are refused: their ARN doesn't hold the role's path, by which the law knows it.
    """
    if is_service(principal):
        return
    if _SESSION.fullmatch(principal):
        found = f"{quoted(principal)!r} is a session, and its name doesn't hold the role's path."
        right = f"Give the role's ARN with its path, such as arn:{partition}:iam::444455556666:role/team/app."
        raise InputError(Problem("--principal", found, right))
    if not _PRINCIPAL.fullmatch(principal):
        right = (
            f"Write an ARN such as arn:{partition}:iam::444455556666:role/app, or a service such as s3.amazonaws.com."
        )
        raise InputError(Problem("--principal", f"{quoted(principal)!r} is no principal.", right))
    _check_partition("--principal", principal, partition)


def check_resource(resource: str, partition: str) -> None:
    """InputError for what is neither an ARN of the partition nor *."""
    if resource == "*":
        return
    if not _RESOURCE.fullmatch(resource):
        right = f"Write an ARN such as arn:{partition}:s3:::bucket/key, or *."
        raise InputError(Problem("--resource", f"{quoted(resource)!r} is no ARN.", right))
    _check_partition("--resource", resource, partition)


def _check_partition(option: str, arn: str, partition: str) -> None:
    other = arn.split(":")[1]
    if other != partition:
        found = f"{quoted(arn)!r} is of partition {other}; the zone is in {partition}."
        raise InputError(Problem(option, found, f"Write arn:{partition}:…"))


def keys(context: Mapping[str, Value]) -> dict[str, Value]:
    """The context with its keys in small letters; InputError for a name that is no key's, and for one given twice."""
    found: dict[str, Value] = {}
    for key, value in context.items():
        if not _KEY.fullmatch(key):
            right = "Write prefix:Name=value, such as kms:ReplicaRegion=us-east-1."
            raise InputError(Problem("--context", f"{quoted(key)!r} is not the name of a condition key.", right))
        folded = key.lower()
        if option := _OWN_OPTION.get(folded):
            raise InputError(Problem("--context", f"{key} has an option of its own.", f"Use {option}."))
        if folded in found:
            twice = f"{quoted(key)} is given in two spellings, and AWS tells no case apart in a key."
            raise InputError(Problem("--context", twice, "Write it in one; twice where it has several values."))
        found[folded] = value
    return found
