"""May this principal call this action, in this region, with this target, on whose resource?

Read from the zone, the facts and the controls, one call at a time, in the words of the law; it knows no document.
A call is a `Request`: what AWS tells its policies of it. Source: IAM User Guide, "AWS global condition context keys".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from sovereignty import actions, controls, facts
from sovereignty.compile.required import aws, aws_accounts, aws_organization_id, aws_zone_ou_path
from sovereignty.controls import Protection
from sovereignty.deployment import Deployment
from sovereignty.iam.principals import account, is_service_linked
from sovereignty.iam.request import Request
from sovereignty.judgement.answer import Answer
from sovereignty.zone import DEPLOYMENT_ROLE, GUARDS_PATH, Zone

REGION = "residency.region"
CONTENT = "egress.content-bearing"

Context = Mapping[str, tuple[str, ...]]
"""Condition keys in small letters -> their values; an absent key is absent."""


@dataclass(frozen=True)
class Traits:
    """All that the law sees of an action; two actions with the same traits are judged alike."""

    answers: frozenset[str] | None
    """The regions where it may be called; None: everywhere."""
    only: tuple[tuple[str, str], ...]
    """Outside the zone's regions it may be called only with these values of condition keys."""
    content: bool
    perimeter: bool
    protections: frozenset[int]
    guards: frozenset[str]


class AwsLaw:
    """The law of one zone over calls of AWS. `controls` answers what refuses a call, `judge` says it to a reader."""

    def __init__(self, zone: Zone, deployment: Deployment):
        """InputError where the zone has no AWS footprint, or the deployment lacks the organization or the OU's path."""
        self.zone = zone
        self.regions = frozenset(aws(zone).regions)
        self.partition = aws(zone).partition
        self.organization = aws_organization_id(deployment)
        self.accounts = frozenset(aws_accounts(deployment))
        self.networks = frozenset(deployment.aws_vpc_arns)
        self.paths = (aws_zone_ou_path(deployment) + "*", *deployment.aws_organization_paths)
        self.identities = deployment.identity_center_region
        self.management_account = deployment.aws_management_account
        self.protections = controls.aws_protections(self.partition)
        self.lone = facts.is_lone(self.partition)
        self.perimeter = controls.aws_perimeter()
        self.delivery = controls.aws_delivery()
        self.image_owners = {*self.perimeter.image_owners, *deployment.aws_ami_owners}
        self._resources = [
            tuple(pattern.format(p=self.partition, break_glass=zone.break_glass.aws_role) for pattern in row.resources)
            for row in self.protections
        ]

    def judge(self, request: Request) -> Answer:
        """The first control that refuses, or that the law lets the call pass."""
        caller = request.view.caller
        if not self.binds(caller):
            return Answer(
                True, "", "SCPs bind neither AWS's services, service-linked roles nor the management account."
            )
        traits, context = self.traits(request.action), request.view.context
        for control in self.controls(traits, request.resource, context, caller):
            return Answer(False, control, self._reason(control, traits, context))
        if self.role_of(caller) == self.zone.break_glass.aws_role:
            return Answer(True, "", "Break-glass may do everything; its use raises an alarm.")
        return Answer(True, "", f"Nothing in the law of zone {self.zone.zone} refuses it.")

    def binds(self, caller: str) -> bool:
        """Whether the zone's SCPs bind the caller at all: principals of its accounts, their root users too."""
        home = account(caller)
        return bool(home) and not is_service_linked(caller) and home != self.management_account

    def controls(self, traits: Traits, resource: str, context: Context, caller: str) -> Iterator[str]:
        """The controls that refuse a call by a bound caller; each once, regions first."""
        role = self.role_of(caller)
        if role == self.zone.break_glass.aws_role:
            return
        guard = role.removeprefix(GUARDS_PATH) if role.startswith(GUARDS_PATH) else ""
        as_guard = guard in traits.guards
        if not as_guard and self.misplaced(traits, context):
            yield REGION
        if traits.content and not as_guard:
            yield CONTENT
        seen: set[str] = set()
        for number in sorted(traits.protections):
            row = self.protections[number]
            excepted = as_guard or (row.deployment and role == DEPLOYMENT_ROLE)
            if row.control in seen or excepted or not self.speaks_of(number, resource):
                continue
            if self.holds(row, context):
                seen.add(row.control)
                yield row.control
        if self.delivery.control not in seen and self.delivered_too_plainly(context):
            yield self.delivery.control
        if traits.perimeter and self.foreign(resource, context):
            yield self.perimeter.control

    def traits(self, action: str) -> Traits:
        """What the law sees of an action; one that AWS doesn't have is judged as regional."""
        folded = action.lower()
        unopened = self._is_unopened(folded)
        answers, only = self._answers(folded, unopened)
        return Traits(
            answers=answers,
            only=only,
            content=unopened,
            perimeter=not _named(folded, self.perimeter.reads),
            protections=frozenset(self._by_action.get(folded, ())),
            # where there is no other region, a guard has nothing to undo
            guards=frozenset(() if self.lone else self._guards.get(folded, ())),
        )

    def _answers(self, action: str, unopened: bool) -> tuple[frozenset[str] | None, tuple[tuple[str, str], ...]]:
        """Where the action may be called: in the zone, and where a global service answers."""
        regions, only = set(self.regions), []
        if unopened:
            return frozenset(regions), ()
        table = facts.aws_global_services()
        if not self.lone and any(
            entry.advice == facts.READ_EVERYWHERE and entry.verified and _named(action, (entry.action,))
            for entry in table.control_tower_86
        ):
            return None, ()
        prefix = action.partition(":")[0]
        service = table.services.get(prefix)
        whole = f"{prefix}:*"
        carries = any(whole in patterns for patterns in table.content_bearing.values())
        if service and service.scope == "global" and not carries:
            regions |= self._control_plane(service.prefix)
        for name in self.zone.content_bearing:
            if _named(action, table.content_bearing[name]):
                regions |= self._control_plane(table.content_bearing[name][0].partition(":")[0])
        partly = facts.aws_partly_global()
        for row in (*partly["always"], *(row for row in partly["edge"] if row["name"] in self.zone.edge)):
            if _named(action, row["actions"]):
                regions |= self._control_plane(row["answers_with"])
                bound = row.get("only_when_creating")
                if bound and bound["action"].lower() == action:
                    only.append((bound["key"].lower(), bound["value"]))
        # staff's identities are kept in one region of the organization, which may lie elsewhere
        if self.identities and _named(action, partly["identity_center"]["actions"]):
            regions.add(self.identities)
        return frozenset(regions), tuple(only)

    def _control_plane(self, prefix: str) -> set[str]:
        service = facts.aws_global_services().services[prefix]
        home = service.control_plane_region.get(self.partition)
        return {home, *service.extra_regions.get(self.partition, ())} if home else set()

    def _is_unopened(self, action: str) -> bool:
        return any(
            name not in self.zone.content_bearing and _named(action, patterns)
            for name, patterns in facts.aws_content_bearing().items()
        )

    def misplaced(self, traits: Traits, context: Context) -> bool:
        """Whether the call is made in a region where the action may not be called."""
        region = _one(context, "aws:requestedregion")
        if traits.answers is not None and region not in traits.answers:
            return True
        return region not in self.regions and any(_one(context, key) != value for key, value in traits.only)

    def speaks_of(self, number: int, resource: str) -> bool:
        """Whether the protection of that number is about the resource."""
        return any(pattern == "*" or fnmatchcase(resource, pattern) for pattern in self._resources[number])

    def holds(self, row: Protection, context: Context) -> bool:
        """Whether the call meets the condition under which the protection refuses."""
        if row.when is None:
            return True
        kind, name = row.when
        found = context.get(name.lower(), ())
        match kind:
            case "outside_zone":
                return not self.regions.intersection(found)
            case "named_outside_zone":
                return not self.regions.issuperset(found)
            case "any_outside_zone":  # an empty text in a set names nothing
                return not self.regions.issuperset(filter(None, found))
            case "named_arn_outside_zone":
                known = self.networks if name.endswith("Vpc") else ()
                return any(not self._is_arn_inside(arn) and arn not in known for arn in found)
            case "any_arn_outside_zone":
                return any(not self._is_arn_inside(arn) for arn in filter(None, found))
            case "any_outside_paths":
                return any(
                    not any(fnmatchcase(path, allowed) for allowed in self.paths) for path in filter(None, found)
                )
            case "of_a_guard":
                return any(self._is_guard(arn) for arn in found)
            case "beside_availability_zones":
                return bool(found) and not any(self._is_availability_zone(name) for name in found)
            case "shorter_than_retention":
                return any(_is_less(days, self.zone.retention.days) for days in found)
            case "not_tagged":
                wanted = self.zone.tags()[name]
                return wanted not in context.get(f"aws:requesttag/{name.lower()}", ())
            case "not_in_paths":
                return all(not any(fnmatchcase(path, allowed) for allowed in self.paths) for path in found)
            case "not_required":
                return "required" not in found
            case "named_not_required":
                return bool(found) and "required" not in found

    def _is_arn_inside(self, arn: str) -> bool:
        parts = arn.split(":", 5)
        own = len(parts) == 6 and parts[3] in self.regions and parts[4] in self.accounts
        return own and parts[:2] == ["arn", self.partition]

    def _is_guard(self, arn: str) -> bool:
        parts = arn.split(":", 5)
        function = len(parts) == 6 and parts[:3] == ["arn", self.partition, "lambda"]
        return function and parts[5].startswith("function:sovereign-")

    def _is_availability_zone(self, name: str) -> bool:
        return name[:-1] in self.regions and len(name) > 1

    def foreign(self, resource: str, context: Context) -> bool:
        """Whether the resource is beyond the organization's edge: neither its own, nor what AWS lets all use."""
        if any(fnmatchcase(resource, pattern.format(p=self.partition)) for pattern in self.perimeter.aws_owned):
            return False
        if self.image_owners.intersection(context.get(self.perimeter.image_owner.lower(), ())):
            return False
        return self.organization not in context.get("aws:resourceorgid", ())

    def delivered_too_plainly(self, context: Context) -> bool:
        """Whether the caller's credentials came from an instance's metadata service without a token."""
        return any(_is_less(found, float(self.delivery.least)) for found in context.get(self.delivery.key.lower(), ()))

    def role_of(self, caller: str) -> str:
        """Path and name of the role of this partition that calls; empty for every other principal."""
        parts = caller.split(":", 5)
        is_role = len(parts) == 6 and parts[:4] == ["arn", self.partition, "iam", ""] and parts[5].startswith("role/")
        return parts[5].removeprefix("role/") if is_role else ""

    @cached_property
    def _by_action(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, row in enumerate(self.protections):
            for action in row.actions:
                found.setdefault(action.lower(), []).append(number)
        return found

    @cached_property
    def _guards(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, verbs in controls.guards().items():
            for action in verbs:
                found.setdefault(action.lower(), []).append(name)
        return found

    def _reason(self, control: str, traits: Traits, context: Context) -> str:
        zone, regions = self.zone.zone, ", ".join(sorted(self.regions))
        if control == REGION:
            region = _one(context, "aws:requestedregion") or "No region"
            if traits.answers is not None and region not in traits.answers:
                beyond = sorted(traits.answers - self.regions)
                also = f"; it also answers in {', '.join(beyond)}" if beyond else ""
                return f"{region} is no region of zone {zone} ({regions}){also}."
            return f"Outside {regions} it is opened for one use only, and this is not it."
        if control == CONTENT:
            return f"The service carries content out of every zone, and zone {zone} doesn't open it (content_bearing)."
        if control == self.perimeter.control:
            return f"The resource is not known to belong to the organization of zone {zone}."
        if control == self.delivery.control and self.delivered_too_plainly(context):
            return "The credentials come from an instance's metadata service without a token (IMDSv1)."
        rows = [
            self.protections[number] for number in traits.protections if self.protections[number].control == control
        ]
        row = next((row for row in rows if self.holds(row, context)), rows[0])
        may = ["break-glass", *(["the deployment role"] if row.deployment else [])]
        may += [f"the guard {name}" for name in sorted(traits.guards)]
        who = f"only {', '.join(may)} may" if len(may) > 1 else "only break-glass may"
        return f"{_WHEN[row.when[0]].format(key=row.when[1]) if row.when else 'The zone relies on it'}: {who}."


_WHEN = {
    "outside_zone": "{key} names no region of the zone",
    "named_outside_zone": "{key} names a region outside the zone",
    "any_outside_zone": "{key} names a region outside the zone",
    "named_arn_outside_zone": "{key} names a resource that is not in the zone's regions and accounts",
    "any_arn_outside_zone": "{key} names a resource that is not in the zone's regions and accounts",
    "any_outside_paths": "{key} names a place outside the zone's own and the admitted OUs",
    "of_a_guard": "{key} names a guard",
    "beside_availability_zones": "{key} is no availability zone of the zone's regions",
    "shorter_than_retention": "{key} is less than the zone's retention",
    "not_tagged": "It is made without the zone's tag {key}",
    "not_required": "{key} is not `required`",
    "named_not_required": "{key} names another value than `required`",
    "not_in_paths": "The resource is not known to be the zone's, by {key}",
}


def _is_less(number: str, than: float) -> bool:
    try:
        return float(number) < than
    except ValueError:  # what is no number is not compared
        return False


def _one(context: Context, key: str) -> str:
    values = context.get(key, ())
    return values[0] if values else ""


def _named(action: str, patterns: tuple[str, ...] | list[str]) -> bool:
    return any(actions.fits(pattern, action) for pattern in patterns)
