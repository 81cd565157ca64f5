"""An exemption from the zone's policies: for a while, for somebody, approved by somebody, and never from some."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, get_args

import pulumi
from pulumi_azure_native import authorization

from components.arguments import checked
from components.azure.arguments import given
from components.azure.patience import until_the_group_is_known
from sovereignty.compile import azure_policy
from sovereignty.compile.azure import initiative, scope
from sovereignty.compile.azure.governance import LONGEST_EXEMPTION_DAYS
from sovereignty.compile.required import azure_subscriptions
from sovereignty.controls import catalogue
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.schema import did_you_mean
from sovereignty.zone import Zone

Category = Literal["Waiver", "Mitigated"]
_DESCRIPTION = 512
"""Characters of an exemption's description (Azure Policy, "Exemption structure")."""
_NAME = re.compile(r"[^<>*%&:\\?.+/]{0,63}[^<>*%&:\\?.+/ ]")
"""Microsoft Learn, "Naming rules and restrictions for Azure resources", Microsoft.Authorization (64 characters)."""
_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_IN_A_SUBSCRIPTION = re.compile(
    r"/subscriptions/(?P<subscription>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})(/[^/]+)*", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class ZoneExemptionArgs:
    """What an exemption needs to know. All of it is kept in the exemption's metadata, where auditors look."""

    zone: Zone
    deployment: Deployment
    assignment_id: pulumi.Input[str]
    """The assignment that it exempts from, one of the zone's: `ZoneManagementGroup.assignment_ids[…]`."""
    scope: pulumi.Input[str]
    """What is exempt: the id of a resource, a resource group or a subscription, in one of the zone's subscriptions, or
    of one of the zone's management groups. The narrower the better."""
    owner: str
    """Who answers for what is exempt."""
    approver: str
    """Who approved it."""
    ticket: str
    """Where that was done."""
    reason: str
    """Why: a sentence, 512 characters at most."""
    expires: str
    """The day on whose beginning (UTC) it ends, `YYYY-MM-DD`: after today, and at most 366 days from now."""
    reference_ids: Sequence[str] = ()
    """The members of the assignment's initiative, by `policyDefinitionReferenceId`. None: all of them, where none is of
    a control that nothing is exempt from."""
    category: str = "Waiver"
    """`Waiver`: it is accepted for now. `Mitigated`: what the policy is for is reached by other means."""


class ZoneExemption(pulumi.ComponentResource):
    """A resource, group or subscription that one of the zone's assignments leaves alone until a day that is near.

    A control that the catalogue marks as never exempt can't be exempted from, nor an assignment as a whole that holds
    one. The day is compared with today's date, on each run: once it is past, the run ends and says so, until the
    component is taken out or somebody approves another day. Azure itself stops honouring it on that day, run or not.
    Features: exemptions.
    Outputs: `exemption_id`, `expires_on`.
    Cost: none.
    Traps: whoever deploys needs `policyExemptions/write` at the scope and `policyAssignments/exempt/action` at the
    assignment. An expired exemption stays as a record and exempts from nothing. The zone's policies refuse exemptions
    of any other maker that don't end (governance.exemption); whether Azure Policy sees those made at a management
    group, its documentation doesn't say. Source: Azure Policy, "Exemption structure".
    """

    exemption_id: pulumi.Output[str]
    expires_on: pulumi.Output[str]

    def __init__(self, name: str, args: ZoneExemptionArgs, opts: pulumi.ResourceOptions | None = None):
        _check_words(name, args)
        day = _day(args.expires, datetime.now(UTC).date())
        assignment = _of_input(args.assignment_id, "assignment_id", _assignment_check(args))
        exempt = _of_input(args.scope, "scope", _scope_check(args))
        super().__init__("sovereign-zones:index:ZoneExemption", name, None, opts)
        until = f"{day.isoformat()}T00:00:00Z"
        made = authorization.PolicyExemption(
            name,
            policy_exemption_name=name,
            scope=exempt,
            policy_assignment_id=assignment,
            policy_definition_reference_ids=list(args.reference_ids) or None,
            exemption_category=args.category,
            expires_on=until,
            display_name=f"{args.zone.zone}: {name}",
            description=args.reason,
            metadata={
                "approver": args.approver,
                "owner": args.owner,
                "ticket": args.ticket,
                "zone": args.zone.zone,
            },
            opts=pulumi.ResourceOptions(parent=self, hooks=until_the_group_is_known(f"{name}-exemption")),
        )
        self.exemption_id = made.id
        self.expires_on = made.expires_on.apply(lambda known: known or until)
        self.register_outputs({"exemptionId": self.exemption_id, "expiresOn": self.expires_on})


def _where(argument: str) -> str:
    return f"{ZoneExemptionArgs.__name__}.{argument}"


def _check_words(name: str, args: ZoneExemptionArgs) -> None:
    if not _NAME.fullmatch(name):
        found = "This can't be an exemption's name on Azure."
        raise InputError(Problem("ZoneExemption", found, "Name it with letters, digits and -, 64 characters at most."))
    for argument in ("owner", "approver", "ticket", "reason"):
        value = getattr(args, argument)
        if not isinstance(value, str) or not value.strip():
            raise InputError(Problem(_where(argument), "It is missing.", "Write it: an exemption says who and why."))
    if len(args.reason) > _DESCRIPTION:
        found = f"It has {len(args.reason)} characters, and Azure takes {_DESCRIPTION}."
        raise InputError(Problem(_where("reason"), found, "Say it in a sentence, and the rest in the ticket."))
    if args.category not in get_args(Category):
        raise InputError(Problem(_where("category"), "There is no such category.", "Write Waiver or Mitigated."))


def _day(text: str, today: date) -> date:
    """The day that an exemption ends on; InputError for one that is past, or too far away."""
    last = today + timedelta(days=LONGEST_EXEMPTION_DAYS)
    right = f"Write a day from {today + timedelta(days=1)} to {last}."
    try:
        # the library reads other forms of ISO 8601 as well
        day = date.fromisoformat(text if _WRITTEN.fullmatch(text) else "")
    except (TypeError, ValueError):
        raise InputError(Problem(_where("expires"), "This is no day as YYYY-MM-DD.", right)) from None
    if day <= today:
        right = f"Take the exemption out; or, once it is approved anew, w{right[1:]}"
        raise InputError(Problem(_where("expires"), f"{day} is not after today, {today}.", right))
    if day > last:
        found = f"{day} is more than {LONGEST_EXEMPTION_DAYS} days away. What lasts longer is a change of the zone."
        raise InputError(Problem(_where("expires"), found, right))
    return day


def _of_input(value: pulumi.Input[str], argument: str, check: Callable[[str], None]) -> pulumi.Input[str]:
    given(value, _where(argument))
    return checked(value, check)


def _groups(zone: Zone) -> dict[str, bool]:
    """The ids of the zone's management groups, in small letters, and whether it is the sandbox."""
    return {initiative.group_id(scope.group(zone, sandbox)).lower(): sandbox for sandbox in (False, True)}


def _scope_check(args: ZoneExemptionArgs) -> Callable[[str], None]:
    zone, subscriptions = args.zone, azure_subscriptions(args.deployment)

    def check(text: str) -> None:
        if text.lower() in _groups(zone):
            return
        inside = _IN_A_SUBSCRIPTION.fullmatch(text)
        if inside is None:
            groups = " or ".join(initiative.group_id(scope.group(zone, sandbox)) for sandbox in (False, True))
            found = f"This is no id below a subscription, and no management group of zone {zone.zone}."
            raise InputError(Problem(_where("scope"), found, f"Write /subscriptions/…, or {groups}."))
        if inside["subscription"].lower() not in subscriptions:
            found = f"It lies in no subscription of zone {zone.zone}, so that none of its policies binds there."
            raise InputError(Problem(_where("scope"), found, f"Use one of {', '.join(subscriptions)}."))

    return check


def _assignment_check(args: ZoneExemptionArgs) -> Callable[[str], None]:
    """What holds an assignment's id, and the members of it that are named, against this version of the zone's policies.

    The members of Azure's own initiatives are not known here: Azure refuses names that are none of them.
    """
    zone = args.zone
    # an assignment is the same at both groups, but for what the sandbox leaves out
    bodies = {each.path: each.body for each in azure_policy.documents(zone, args.deployment)}
    controls = {
        body["name"]: body["properties"]["metadata"]["control"].split(",")
        for path, body in bodies.items()
        if path.startswith(azure_policy.ASSIGNMENTS)
    }
    own = next(body for path, body in bodies.items() if path.startswith(azure_policy.INITIATIVES))
    members = {
        each["policyDefinitionReferenceId"]: each["groupNames"] for each in own["properties"]["policyDefinitions"]
    }

    def check(text: str) -> None:
        group, _, name = text.partition("/providers/Microsoft.Authorization/policyAssignments/")
        if group.lower() not in _groups(zone) or name not in controls:
            found = f"This is no policy assignment of zone {zone.zone}."
            right = f"Write the id of one of {', '.join(controls)}, at {initiative.group_id(scope.group(zone))}."
            raise InputError(Problem(_where("assignment_id"), found, right))
        named = tuple(args.reference_ids)
        if name == initiative.ASSIGNMENT:
            for index, reference in enumerate(named):
                if reference not in members:
                    found = "The zone's initiative has no such member."
                    where = f"{_where('reference_ids')}[{index}]"
                    raise InputError(Problem(where, found, did_you_mean(reference, list(members))))
            held = {control: each for each in named for control in members[each]}
        else:
            held = {}
        held = held or dict.fromkeys(controls[name], name)
        known = catalogue.by_id()
        for control, reference in held.items():
            if known[control].never_exempt:
                right = "Exempt from the others alone: name them in reference_ids."
                if reference in named:
                    right = "Take it out: the zone's law allows none from it."
                found = f"{reference} holds {control}, from which nothing is exempt."
                raise InputError(Problem(_where("reference_ids"), found, right))

    return check
