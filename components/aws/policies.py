"""Compiled documents as organization policies of an OU: made, attached, and counted against what an OU takes.

Source: AWS Organizations User Guide, "Quotas and service limits"; API Reference, CreatePolicy and
ListPoliciesForTarget.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import pulumi
from pulumi_aws import organizations

from components.arguments import ended
from sovereignty.compile import organization
from sovereignty.compile.document import Document, aws_limit
from sovereignty.errors import InputError, Problem

_DESCRIPTION = 512
"""Characters of a policy's description (AWS Organizations API Reference, CreatePolicy)."""
_AUTHORIZATION = {"aws/scp": ("SERVICE_CONTROL_POLICY", "scp"), "aws/rcp": ("RESOURCE_CONTROL_POLICY", "rcp")}
"""Of both types AWS attaches one policy of its own to each OU: FullAWSAccess, RCPFullAWSAccess."""
_AWS_OWN = {"p-FullAWSAccess", "p-RCPFullAWSAccess"}
SANDBOX = "sandbox"


@dataclass(frozen=True)
class OfUnit:
    """A document as a policy of one type. `name` tells it from the OU's others; `quota` begins the keys of its
    quotas."""

    document: Document
    type: str
    quota: str
    name: str

    @property
    def resource(self) -> str:
        """What stands behind the component's name in the resource's: SCPs have their number alone."""
        return self.name.removeprefix("scp-")


def of_unit(documents: Iterable[Document], zone: str, where: str) -> list[OfUnit]:
    """The documents of an OU with their types; InputError at `where` for one of a type that is not known here."""
    return [_of_unit(document, zone, where) for document in documents]


def _of_unit(document: Document, zone: str, where: str) -> OfUnit:
    path = PurePosixPath(document.path)
    if found := _AUTHORIZATION.get(path.parent.as_posix()):
        type_, quota = found
        return OfUnit(document, type_, quota, f"{quota}-{path.stem.removeprefix(zone).removeprefix('-')}")
    for kind in organization.KINDS:
        if document.path == kind.path(zone):
            return OfUnit(document, kind.type, kind.quota, kind.name)
    found = f"{document.path} is for an OU, and of no type that this release knows."
    raise InputError(Problem(where, found, "Compile the released version anew with this release."))


def refuse_more_than_fit(policies: Sequence[OfUnit], partition: str, others: int, where: str) -> None:
    """InputError at `where` if an OU doesn't take these beside as many `others` of each type, AWS's own among them."""
    for (type_, quota), count in Counter((each.type, each.quota) for each in policies).items():
        besides = _besides(type_, others)
        limit = aws_limit(partition, "organizations", f"{quota}_per_target")
        if count + besides > limit:
            found = f"{count} of type {type_} beside {besides} of others are more than the {limit} that AWS attaches."
            raise InputError(Problem(where, found, f"Detach others from the OU, until {limit - count} are left."))


def _besides(type_: str, others: int) -> int:
    return others if any(type_ == each for each, _ in _AUTHORIZATION.values()) else others - 1


def attach(
    name: str,
    zone: str,
    policies: Sequence[OfUnit],
    unit_id: pulumi.Input[str],
    contents: Sequence[pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
    prefix: str = "",
) -> list[organizations.Policy]:
    """Makes the policies with these contents, and attaches them to the OU; `prefix` tells one OU's from another's.

    Resources and policies are told apart by type and number, so that another version of them is an update in place: no
    policy is taken from the OU before those that stay have their new content, and the engine deletes last what is left.
    """
    before = f"{prefix}-" if prefix else ""
    made = []
    for each, content in zip(policies, contents, strict=True):
        resource = f"{name}-{before}{each.resource}"
        controls = ", ".join(each.document.controls)
        policy = organizations.Policy(
            resource,
            # the zone's name last: no zone is called so that one's name is another's
            name=f"sovereign-{before}{each.name}-{zone}",
            description=textwrap.shorten(f"Zone {zone}: {controls}", _DESCRIPTION),
            type=each.type,
            content=content,
            opts=opts,
        )
        organizations.PolicyAttachment(resource, policy_id=policy.id, target_id=unit_id, opts=opts)
        made.append(policy)
    return made


def room(
    policies: Sequence[OfUnit],
    made: Sequence[organizations.Policy],
    unit_id: pulumi.Input[str],
    partition: str,
    where: str,
    opts: pulumi.InvokeOutputOptions,
) -> pulumi.Output[list[int]]:
    """Asks AWS what hangs at the OU already; a problem at `where` ends the run if it doesn't take ours besides.

    How many others there are, by type. It is asked once the OU is there: not known in the preview that makes it.
    """
    ours = pulumi.Output.from_input(_known(made))
    found = []
    for (type_, quota), count in Counter((each.type, each.quota) for each in policies).items():
        there = organizations.get_policies_for_target_output(target_id=unit_id, filter=type_, opts=opts).ids
        limit = aws_limit(partition, "organizations", f"{quota}_per_target")

        def others(values: list[list[str]], type_: str = type_, count: int = count, limit: int = limit) -> int:
            strangers = set(values[0]) - set(values[1])
            if count + len(strangers) > limit:
                found = (
                    f"{len(strangers)} policies of type {type_} that are not ours hang at the OU, and AWS attaches "
                    f"{limit}: there is no room for our {count}."
                )
                right = f"Detach {count + len(strangers) - limit} of {', '.join(sorted(strangers - _AWS_OWN))}."
                raise ended(Problem(where, found, right))
            return len(strangers)

        found.append(pulumi.Output.all(there, ours).apply(others))
    return pulumi.Output.all(*found)


async def _known(policies: Sequence[organizations.Policy]) -> list[str]:
    """The ids of those that are there: what a preview is about to make has none, and hangs nowhere."""
    ids = [await policy.id.future() for policy in policies]
    return [id for id in ids if id]
