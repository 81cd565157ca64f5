"""The zone's place in the tenant: a management group that refuses what leaves the zone, and one to try the next version
in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import management
from pydantic import TypeAdapter, ValidationError

from components import released
from components.arguments import checked
from components.azure.api_versions import without_earlier_versions
from components.azure.arguments import given
from components.azure.patience import until_the_group_is_known
from components.azure.policies import Bound, policies
from sovereignty.compile import azure_policy
from sovereignty.compile.azure import initiative, scope
from sovereignty.compile.document import Document, Target
from sovereignty.deployment import Deployment
from sovereignty.documents import shown_path
from sovereignty.errors import InputError, Problem
from sovereignty.identifiers import ManagementGroupId
from sovereignty.zone import Zone

TARGET: Target = "azure:management-group"
SANDBOX = "sandbox"
_GROUP = TypeAdapter(ManagementGroupId)
_ID = re.compile(re.escape(initiative.group_id("")), re.IGNORECASE)
_NAMED = re.compile(_ID.pattern + r'([^/"]+)', re.IGNORECASE)


def check_group(name_or_id: pulumi.Input[str], where: str) -> None:
    """InputError at `where` for text that is no management group's name or resource id. Outputs pass unread."""
    if given(name_or_id, where):
        _check(name_or_id, where)


def group_name(name_or_id: pulumi.Input[str], where: str, component: pulumi.Resource) -> pulumi.Output[str]:
    """A management group's name, from that or from its resource id, checked when it is known, for the component.

    It waits for the component to be registered. A program that ends while its hooks are being registered, as one would
    for a bad value that is known at once, crashes in gRPC (1.85, CPython 3.11) instead of saying what is wrong.
    """

    async def registered(known: str) -> str:
        await component.urn.future()  # awaited, and no output of it: a child can't depend on its parent
        return known

    later = pulumi.Output.from_input(name_or_id).apply(registered)
    return pulumi.Output.from_input(checked(later, lambda text: _check(text, where))).apply(_name)


def _name(name_or_id: str) -> str:
    begun = _ID.match(name_or_id)
    return name_or_id[begun.end() :] if begun else name_or_id


def _check(name_or_id: str, where: str) -> None:
    try:
        _GROUP.validate_python(_name(name_or_id))
    except ValidationError:
        right = "Write its name, such as sovereignty, or its id: /providers/Microsoft.Management/managementGroups/…"
        raise InputError(Problem(where, "This is no management group's name or id.", right)) from None


@dataclass(frozen=True, kw_only=True)
class ZoneManagementGroupArgs:
    """What the zone's management groups need to know. Whoever deploys is Owner, or Management Group Contributor,
    Resource Policy Contributor and User Access Administrator, at the parents."""

    zone: Zone
    deployment: Deployment
    parent_id: pulumi.Input[str]
    """The management group that it is made under: its name, or its whole resource id."""
    sandbox_parent_id: pulumi.Input[str] | None = None
    """What the sandbox group is made under. None: the same."""
    released: str | None = None
    """The folder that holds `<zone>/` as `sovereignty compile <zone> --out` wrote it; read where `rollout` is
    `sandbox`. A relative one begins at the folder of Pulumi.yaml. None: `released`."""


class ZoneManagementGroup(pulumi.ComponentResource):
    """The zone's management group `sovereign-<zone>` with its policies, and beside it `sovereign-<zone>-sandbox`, where
    a version is tried first.

    A subscription is bound once it is placed in one (`ZoneSubscription`). With `rollout: zone` both groups have this
    version's definitions, initiative and assignments. With `rollout: sandbox` the sandbox group has them, while the
    zone's keeps what `released/<zone>/` holds (docs/rollout.md). Going from one to the other changes them in place.
    Most of them refuse; three give the zone's tags to whatever is made, and one streams the activity log of a
    subscription to the zone's workspace, unless somebody else collects the logs. These four act as managed identities
    in the zone's home, each with the one role that its definition names.
    Features: place in the organization; staged rollout; outside access.
    Outputs: `group_id` (its name, not its path), `assignment_ids` (by name), `bound_group_id` (the same name once all
    that binds is there: for what places subscriptions), `sandbox_group_id`.
    Cost: none; the logs that are streamed, by their size.
    Traps: what is made in a new group fails for up to half an hour, until Azure knows the group everywhere: it is tried
    again, and told (components/azure/patience.py). Assignments take about five minutes to bind. What was there before
    an assignment is reported, and changed by a remediation task alone. What is assigned above is inherited, so the
    sandbox group never stands below the zone's. The sandbox group streams no activity log: its identities have no
    rights on the zone's workspace.
    Source: Azure Policy, "Assignment structure", "Remediate non-compliant resources"; Azure management groups,
    "Overview".
    """

    group_id: pulumi.Output[str]
    assignment_ids: pulumi.Output[dict[str, str]]
    bound_group_id: pulumi.Output[str]
    sandbox_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: ZoneManagementGroupArgs, opts: pulumi.ResourceOptions | None = None):
        zone, deployment = args.zone, args.deployment
        check_group(args.parent_id, _where("parent_id"))
        if args.sandbox_parent_id is not None:
            check_group(args.sandbox_parent_id, _where("sandbox_parent_id"))
        current = azure_policy.documents(zone, deployment, sandbox=True)
        released_only = deployment.rollout == SANDBOX
        bound = _released(zone, args.released) if released_only else azure_policy.documents(zone, deployment)
        # made alone, its hundreds of policies would have thousands of aliases
        below = pulumi.ResourceOptions(transformations=[without_earlier_versions])
        opts = pulumi.ResourceOptions.merge(opts, below)
        super().__init__("sovereign-zones:index:ZoneManagementGroup", name, None, opts)
        parent = beside = group_name(args.parent_id, _where("parent_id"), self)
        if args.sandbox_parent_id is not None:
            beside = group_name(args.sandbox_parent_id, _where("sandbox_parent_id"), self)
        own = self._group(name, scope.group(zone), f"Sovereign zone {zone.zone}", parent)
        tried = self._group(
            f"{name}-{SANDBOX}", scope.group(zone, sandbox=True), f"Sovereign zone {zone.zone}, sandbox", beside
        )
        inside = pulumi.ResourceOptions(parent=self, hooks=until_the_group_is_known(name))
        binding = policies(name, _at_the_group(bound), own.name, own.id, inside)
        policies(f"{name}-{SANDBOX}", _at_the_group(current), tried.name, tried.id, inside)
        self.group_id, self.sandbox_group_id = own.name, tried.name
        self.assignment_ids = pulumi.Output.all(**{key: each.id for key, each in binding.assignments.items()})
        # bound first, then filled: a subscription never stands in a group that refuses nothing
        self.bound_group_id = pulumi.Output.all(own.name, *_ids(binding)).apply(lambda known: known[0])
        self.register_outputs(
            {
                "groupId": self.group_id,
                "assignmentIds": self.assignment_ids,
                "boundGroupId": self.bound_group_id,
                "sandboxGroupId": self.sandbox_group_id,
            }
        )

    def _group(self, name: str, called: str, title: str, parent: pulumi.Output[str]) -> management.ManagementGroup:
        above = parent.apply(initiative.group_id)
        return management.ManagementGroup(
            name,
            group_id=called,
            display_name=title,
            details=management.CreateManagementGroupDetailsArgs(parent=management.CreateParentGroupInfoArgs(id=above)),
            opts=pulumi.ResourceOptions(parent=self),
        )


def _where(argument: str) -> str:
    return f"{ZoneManagementGroupArgs.__name__}.{argument}"


def _at_the_group(documents: Sequence[Document]) -> list[Document]:
    return [each for each in documents if each.target == TARGET]


def _ids(binding: Bound) -> list[pulumi.Output[str]]:
    return [each.id for each in (*binding.assignments.values(), *binding.grants)]


def _released(zone: Zone, folder: str | None) -> Sequence[Document]:
    """What was released for the zone's own group; InputError where a document names another group's."""
    found = released.documents(zone.zone, TARGET, folder)
    own = scope.group(zone)
    for document in found:
        for named in _NAMED.findall(document.text):
            if named != own:
                where = shown_path(released.folder(folder) / zone.zone / document.path)
                right = f"Compile the released version anew with `sovereignty compile {zone.zone} --out`."
                raise InputError(Problem(where, f"It was compiled for another management group than {own}.", right))
    return found
