"""The zone's place in the organization: an OU that refuses what leaves the zone, and one to try the next version in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import organizations

from components import released
from components.arguments import ended
from components.aws import policies
from components.aws.policies import SANDBOX, OfUnit
from sovereignty.compile import organization, ou_path, rcp, scp
from sovereignty.compile.document import Document
from sovereignty.compile.required import aws
from sovereignty.deployment import Deployment, key
from sovereignty.errors import InputError, Problem
from sovereignty.identifiers import is_parent_id
from sovereignty.zone import Zone

_AWS_ATTACHES = 1
"""FullAWSAccess and RCPFullAWSAccess: one of each type that authorizes, on every OU."""


@dataclass(frozen=True, kw_only=True)
class ZoneOrganizationalUnitArgs:
    """What the zone's OUs need to know. Each type of policy that is attached has to be enabled in the organization."""

    zone: Zone
    deployment: Deployment
    parent_id: pulumi.Input[str]
    """The OU, or the organization's root, that the zone's OU is made under."""
    sandbox_parent_id: pulumi.Input[str] | None = None
    """What the sandbox OU is made under. None: the same."""
    released: str | None = None
    """The folder that holds `<zone>/` as `sovereignty compile <zone> --out` wrote it; read where `rollout` is
    `sandbox`. A relative one begins at the folder of Pulumi.yaml. None: `released`."""
    attached_by_others: int = _AWS_ATTACHES
    """How many policies of a type hang directly at either OU besides ours. 1: AWS's FullAWSAccess and RCPFullAWSAccess
    alone. AWS attaches none of the other types, which are counted with one less."""
    tag_policy: bool = True
    """Holds the values of the zone's tags, in every account of the OUs."""
    declarative_ec2: bool = True
    """Sets EC2 in every account and region of the OUs: allowed images, IMDSv2, no public images and snapshots, no way
    in by internet gateways, no serial console. Accounts can't change these while it is attached."""
    ai_opt_out: bool = True
    """AWS's AI services keep nothing of what any account of the OUs gives them."""
    backup_policy: bool = False
    """True: backs up each day, in every account of the OUs, what bears the zone's residency tag. For accounts that have
    the zone's vault and role, and no plan of their own: where BackupVault makes one, the same would be kept twice."""


class ZoneOrganizationalUnit(pulumi.ComponentResource):
    """The zone's OU `<ZONE>-Workloads` with its policies, and beside it `<ZONE>-Sandbox`, where a version is tried
    first.

    An account is bound once it is moved in. With `rollout: zone` both OUs have this version's SCPs, RCPs and
    organization policies. With `rollout: sandbox` the sandbox OU has them, while the zone's keeps what
    `released/<zone>/` holds (docs/rollout.md). Going from one to the other changes the policies in place.
    Features: place in the organization; staged rollout; outside access.
    Outputs: `unit_id`, `arn`, `path` (from the organization down, ending in /), `policy_ids`, `sandbox_unit_id`,
    `sandbox_path`, `sandbox_policy_ids`. Cost: none; backups that the backup policy asks for, by their size.
    Traps: a change that moves a statement from one policy to another holds only once both are updated, seconds later.
    What hangs at an OU counts against it, what it inherits doesn't; so the sandbox OU never stands below the zone's.
    Where a partition lacks a type of policy, it is left out (facts/aws_availability.yaml).
    Source: AWS Organizations User Guide, "Service control policies (SCPs)", "Resource control policies (RCPs)",
    "Quotas".
    """

    unit_id: pulumi.Output[str]
    arn: pulumi.Output[str]
    path: pulumi.Output[str]
    policy_ids: pulumi.Output[list[str]]
    sandbox_unit_id: pulumi.Output[str]
    sandbox_path: pulumi.Output[str]
    sandbox_policy_ids: pulumi.Output[list[str]]

    def __init__(self, name: str, args: ZoneOrganizationalUnitArgs, opts: pulumi.ResourceOptions | None = None):
        zone = args.zone
        _check_parents(args)
        current = _wanted(args, _compiled(zone, args.deployment))
        bound = current
        if args.deployment.rollout == SANDBOX:
            bound = _wanted(args, released.documents(args.zone.zone, "aws:ou", args.released))
        _refuse_too_many(args, current, bound)
        super().__init__("sovereign-zones:index:ZoneOrganizationalUnit", name, None, opts)
        beside = args.parent_id if args.sandbox_parent_id is None else args.sandbox_parent_id
        upper = zone.zone.upper()
        unit = self._unit(name, f"{upper}-Workloads", args.parent_id)
        sandbox = self._unit(f"{name}-{SANDBOX}", f"{upper}-Sandbox", beside)
        self.unit_id, self.arn, self.sandbox_unit_id = unit.id, unit.arn, sandbox.id
        self.path, self.sandbox_path = self._path(unit.id), self._path(sandbox.id)
        self.policy_ids = self._attached(name, args, bound, unit.id, self.path)
        self.sandbox_policy_ids = self._attached(name, args, current, sandbox.id, self.sandbox_path, SANDBOX)
        self.register_outputs(
            {
                "unitId": self.unit_id,
                "arn": self.arn,
                "path": self.path,
                "policyIds": self.policy_ids,
                "sandboxUnitId": self.sandbox_unit_id,
                "sandboxPath": self.sandbox_path,
                "sandboxPolicyIds": self.sandbox_policy_ids,
            }
        )

    def _unit(self, name: str, called: str, parent: pulumi.Input[str]) -> organizations.OrganizationalUnit:
        child = pulumi.ResourceOptions(parent=self)
        return organizations.OrganizationalUnit(name, name=called, parent_id=parent, opts=child)

    def _path(self, unit_id: pulumi.Output[str]) -> pulumi.Output[str]:
        # what the stack file says of it is for those who compile without the stack; here it is known. The component's
        # parent has the organization's own provider
        asked = pulumi.InvokeOutputOptions(parent=self)
        return organizations.get_entity_path_output(entity_id=unit_id, opts=asked).entity_path

    def _attached(
        self,
        name: str,
        args: ZoneOrganizationalUnitArgs,
        wanted: Sequence[OfUnit],
        unit_id: pulumi.Output[str],
        path: pulumi.Output[str],
        prefix: str = "",
    ) -> pulumi.Output[list[str]]:
        """The ids of an OU's policies, once AWS has said that they fit beside what hangs there already."""
        zone, child = args.zone, pulumi.ResourceOptions(parent=self)
        texts = [each.document.text for each in wanted]
        contents = [_placed(text, texts, path, zone) for text in texts]
        made = policies.attach(name, zone.zone, wanted, unit_id, contents, child, prefix)
        asked, partition = pulumi.InvokeOutputOptions(parent=self), aws(zone).partition
        room = policies.room(wanted, made, unit_id, partition, _where("attached_by_others"), asked)
        ids: list[pulumi.Output[str]] = [policy.id for policy in made]
        return pulumi.Output.all(room, *ids).apply(lambda known: list(known[1:]))


def _where(argument: str) -> str:
    return f"{ZoneOrganizationalUnitArgs.__name__}.{argument}"


def _check_parents(args: ZoneOrganizationalUnitArgs) -> None:
    """InputError for a parent that is missing, or text that is no OU's and no root's id."""
    for argument, value in (("parent_id", args.parent_id), ("sandbox_parent_id", args.sandbox_parent_id)):
        right = "Give an OU's id, or a root's: ou-ab12-11111111."
        if (value is None and argument == "parent_id") or value == "":
            raise InputError(Problem(_where(argument), "It is missing.", right))
        if isinstance(value, str) and not is_parent_id(value):
            raise InputError(Problem(_where(argument), "This is no id of an OU or a root.", right))


def _compiled(zone: Zone, deployment: Deployment) -> tuple[Document, ...]:
    """This version, for any OU: compiled once, for a path that each OU's own takes the place of."""
    anywhere = deployment.model_copy(update={"aws_zone_ou_path": ou_path.unknown()})
    compilers = (scp.documents, rcp.documents, organization.documents)
    return tuple(document for compiled in compilers for document in compiled(zone, anywhere))


def _wanted(args: ZoneOrganizationalUnitArgs, documents: Sequence[Document]) -> list[OfUnit]:
    switches = {
        "TAG_POLICY": args.tag_policy,
        "DECLARATIVE_POLICY_EC2": args.declarative_ec2,
        "AISERVICES_OPT_OUT_POLICY": args.ai_opt_out,
        "BACKUP_POLICY": args.backup_policy,
    }
    found = policies.of_unit(documents, args.zone.zone, _where("released"))
    return [each for each in found if switches.get(each.type, True)]


def _refuse_too_many(args: ZoneOrganizationalUnitArgs, *units: Sequence[OfUnit]) -> None:
    where, others = _where("attached_by_others"), args.attached_by_others
    if others < _AWS_ATTACHES:
        found = f"{others} is less than what AWS attaches to every OU itself."
        raise InputError(Problem(where, found, f"Count FullAWSAccess: {_AWS_ATTACHES} or more."))
    for each in units:
        policies.refuse_more_than_fit(each, aws(args.zone).partition, others, where)


def _placed(text: str, texts: Sequence[str], path: pulumi.Output[str], zone: Zone) -> pulumi.Input[str]:
    """A document's text for the OU of this path. A released one stands for its own, which has to be the same."""
    if any(ou_path.unknown() in each for each in texts):
        return path.apply(lambda known: ou_path.placed(text, known)) if ou_path.unknown() in text else text

    def of_this_unit(known: str) -> str:
        if not any(known in each for each in texts):
            where = f"Pulumi.{zone.zone}.yaml: {key('aws_zone_ou_path')}"
            found = f"The released policies were compiled for another OU than {known}."
            right = f"Write `{key('aws_zone_ou_path')}: {known}`, and compile the released version anew."
            raise ended(Problem(where, found, right))
        return text

    return path.apply(of_this_unit)
