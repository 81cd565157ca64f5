"""All that can be asked of a zone's SCPs: every action, by every kind of caller, in every region, in every context.

The space is made from the zone, its deployment and the law, never from the documents, so that what a document leaves
out is asked for all the same. Actions are held as bits: one question is asked for all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from zones_for_proof import ORGANIZATION_PATHS, ZONE_PATH, network

from sovereignty import actions, controls, facts
from sovereignty.deployment import Deployment
from sovereignty.iam.action_sets import ActionSpace
from sovereignty.iam.request import Value
from sovereignty.zone import Zone

ACCOUNT = "444455556666"
NAMED = "outside_zone"
"""The condition on a key that each such call has."""
UNHEARD_OF = ("newservice:CopyEverything", "newservice:GetEverything")
"""A service of tomorrow: nothing regional may escape because nobody had heard of it."""


@dataclass(frozen=True)
class Question:
    """Asked for every action at once; `context` is complete."""

    resource: str
    context: Mapping[str, Value]


@cache
def space() -> ActionSpace:
    listed = {action.lower(): action for row in controls.aws_protections("aws") for action in row.actions}
    known = {action.lower(): action for action in (*actions.all_actions(), *UNHEARD_OF)}
    return ActionSpace({**listed, **known}.values())


def principals(zone: Zone) -> tuple[str, ...]:
    """Every kind of caller, and imitators of those with power."""
    assert zone.aws
    arn = f"arn:{zone.aws.partition}"
    role, user = f"{arn}:iam::{ACCOUNT}:role/", f"{arn}:iam::{ACCOUNT}:user/"
    glass = zone.break_glass.aws_role
    guards = tuple(f"{role}sovereign/guards/{name}" for name in controls.guards())
    return (
        f"{role}app",
        f"{user}somebody",
        f"{arn}:iam::{ACCOUNT}:root",
        f"{role}{glass}",
        f"{arn}:iam::777788889999:role/{glass}",
        f"{role}sovereign/deployment",
        *guards,
        # imitators
        f"{role}{glass}2",
        f"{role}x/{glass}",
        f"{role}{glass.upper()}",
        f"{user}{glass}",
        f"{role}sovereign/deployments",
        f"{role}other/sovereign/deployment",
        f"{user}sovereign/deployment",
        f"{arn}:sts::{ACCOUNT}:assumed-role/sovereign/deployment",
        f"arn:aws-iso:iam::{ACCOUNT}:role/sovereign/deployment",
        f"{role}sovereign/guards/nobody",
        *(f"{guard}/x" for guard in guards),
        *(f"{user}sovereign/guards/{name}" for name in controls.guards()),
        *(f"{role}guards/{name}" for name in controls.guards()),
    )


def kinds(zone: Zone) -> tuple[str, ...]:
    """One caller of each kind that the law tells apart, and one imitator."""
    assert zone.aws
    role = f"arn:{zone.aws.partition}:iam::{ACCOUNT}:role/"
    glass, guards = zone.break_glass.aws_role, (f"sovereign/guards/{name}" for name in controls.guards())
    return tuple(role + name for name in ("app", glass, f"{glass}2", "sovereign/deployment", *guards))


def regions(zone: Zone) -> tuple[str, ...]:
    """Every region of the partition, in the zone and out, and what stands in a region's place."""
    assert zone.aws
    own = [row.code for row in facts.regions("aws") if row.partition == zone.aws.partition]
    return (*own, "unspecified", f"{zone.aws.home}x", zone.aws.home.upper())


def few_regions(zone: Zone) -> tuple[str, ...]:
    """One of each kind: all of the zone's, where global services answer, and one that is neither."""
    assert zone.aws
    answering = {
        region
        for service in facts.aws_global_services().services.values()
        for region in (
            service.control_plane_region.get(zone.aws.partition),
            *service.extra_regions.get(zone.aws.partition, ()),
        )
        if region
    }
    other = [region for region in regions(zone) if region not in answering and region not in zone.aws.regions]
    main = [region for region in ("us-east-1", "us-west-2") if region in answering]
    return tuple(dict.fromkeys((*zone.aws.regions, *(main or sorted(answering)[:1]), other[0])))


def base(zone: Zone, deployment: Deployment, principal: str, region: str) -> dict[str, Value]:
    """An ordinary call on what the zone owns, rightly tagged, with a target in the zone where there must be one."""
    assert zone.aws and deployment.aws_organization_id and deployment.aws_zone_ou_path
    required = [
        row.when[1] for row in controls.aws_protections(zone.aws.partition) if row.when and row.when[0] == NAMED
    ]
    return {
        **dict.fromkeys(required, zone.aws.home),
        "aws:RequestedRegion": region,
        "aws:PrincipalArn": principal,
        "aws:ResourceOrgID": deployment.aws_organization_id,
        "aws:ResourceOrgPaths": (deployment.aws_zone_ou_path,),
        "aws:RequestTag/DataResidency": zone.jurisdiction,
    }


Change = tuple[str, Mapping[str, Value | None]]
"""A resource, and the keys that differ from the base; None: absent."""


def resource_changes(zone: Zone, deployment: Deployment) -> Iterator[Change]:
    """Whose resource it is and which, one difference from the base at a time."""
    for resource in _resources(zone):
        yield resource, {}
    for key in ("aws:ResourceOrgID", "aws:ResourceOrgPaths", "aws:RequestTag/DataResidency", "ec2:Owner"):
        for value in _VALUES[key](zone, deployment):
            yield "*", {key: value}
    owners = _VALUES["ec2:Owner"](zone, deployment)
    for organization in (None, "o-stranger00"):
        for owner in owners:
            yield "*", {"aws:ResourceOrgID": organization, "ec2:Owner": owner}
    for resource in _resources(zone):
        yield resource, {"aws:ResourceOrgID": "o-stranger00"}
        yield resource, {"aws:RequestTag/DataResidency": None}


def target_changes(zone: Zone) -> Iterator[Change]:
    """Where it sends something, and what else the call names, one difference from the base at a time."""
    assert zone.aws
    for row in controls.aws_protections(zone.aws.partition):
        if row.when and row.when[0] in _TARGETS:
            # where the row speaks of some resources alone, the key counts on those
            own = (each.format(p=zone.aws.partition, break_glass=zone.break_glass.aws_role) for each in row.resources)
            for resource in ("*", *(each.replace("*", "x1") for each in own if each != "*")):
                for value in _TARGETS[row.when[0]](zone):
                    yield resource, {row.when[1]: value}
        if row.when and row.when[0] == NAMED:
            yield "*", {row.when[1]: None}
    for delivery in ("1.0", "2.0", "1.9", "2", "", "3.0"):
        yield "*", {controls.aws_delivery().key: delivery}
    for spec in (None, "ECC_NIST_P256", "SYMMETRIC_DEFAULT", "ecc_nist_p256"):
        yield "*", {"kms:KeySpec": spec}


def _resources(zone: Zone) -> tuple[str, ...]:
    assert zone.aws
    patterns = {
        pattern for row in controls.aws_protections(zone.aws.partition) for pattern in row.resources if pattern != "*"
    }
    patterns |= set(controls.aws_perimeter().aws_owned)
    found: list[str] = []
    for pattern in sorted(patterns):
        one = pattern.format(p=zone.aws.partition, break_glass=zone.break_glass.aws_role)
        fitting = one.replace("*", "x1")
        # the same place with another name, and the name at another place
        found += [fitting, fitting.replace("sovereign", "sovereigm"), f"x{fitting}", fitting.replace(":aws:", ":1:")]
        found += [one.replace("*", ""), fitting.replace("::", ":2:")]
        found += [fitting + "2", fitting[:-1]]
    role = f"arn:{zone.aws.partition}:iam::{ACCOUNT}:role/"
    names = ("app", "sovereign/guards/replication", "sovereign/deployment", zone.break_glass.aws_role, "sovereign/ci")
    found += [role + name for name in names]
    found.append(f"arn:{zone.aws.partition}:ec2:{zone.aws.home}::image/ami-1")
    return tuple(dict.fromkeys(found))


def _organizations(zone: Zone, deployment: Deployment) -> tuple[Value | None, ...]:
    own = deployment.aws_organization_id
    assert own
    return (None, "o-stranger00", own[:-1], own + "0", own.upper())


def _paths(zone: Zone, deployment: Deployment) -> tuple[Value | None, ...]:
    own = deployment.aws_zone_ou_path
    assert own
    above = "/".join(own.split("/")[:2]) + "/"
    other = f"{above}ou-ab12-99999999/"
    shared = [path.rstrip("*") for path in deployment.aws_organization_paths]
    return (
        None,
        (f"{own}ou-ab12-33333333/",),
        (other,),
        (above,),
        (own[:-1],),
        (own, other),
        (other, own),
        *((path,) for path in shared),
        *((f"{path}ou-ab12-44444444/",) for path in shared),
        *((path, other) for path in shared),
    )


def _tags(zone: Zone, deployment: Deployment) -> tuple[Value | None, ...]:
    return (None, "", "XX", zone.jurisdiction.lower(), zone.jurisdiction + "x", zone.zone)


def _owners(zone: Zone, deployment: Deployment) -> tuple[Value | None, ...]:
    known = (*controls.aws_perimeter().image_owners, *deployment.aws_ami_owners)
    return (*known, "999999999999", "self", "AMAZON")


_VALUES = {
    "aws:ResourceOrgID": _organizations,
    "aws:ResourceOrgPaths": _paths,
    "aws:RequestTag/DataResidency": _tags,
    "ec2:Owner": _owners,
}


def _outside(zone: Zone) -> tuple[str, str]:
    assert zone.aws
    other = [region for region in regions(zone) if region not in zone.aws.regions]
    return other[0], other[-1]


def _single(zone: Zone) -> tuple[Value | None, ...]:
    assert zone.aws
    return (*zone.aws.regions, *regions(zone), *_outside(zone), f"{zone.aws.home}b", "", "eu-*")


def _several(zone: Zone) -> tuple[Value | None, ...]:
    assert zone.aws
    outside, beyond = _outside(zone)
    return (
        *((region,) for region in regions(zone)),
        tuple(zone.aws.regions),
        (zone.aws.home, outside),
        (outside, zone.aws.home),
        (outside, beyond),
    )


def _arns(zone: Zone) -> tuple[Value | None, ...]:
    assert zone.aws
    partition = zone.aws.partition
    own = [f"arn:{partition}:backup:{region}:{ACCOUNT}:backup-vault:kept" for region in zone.aws.regions]
    away = f"arn:{partition}:backup:{_outside(zone)[0]}:{ACCOUNT}:backup-vault:kept"
    hidden = f"arn:{partition}:backup:{_outside(zone)[0]}:{zone.aws.home}:backup-vault:{zone.aws.home}:x"
    elsewhere = own[0].replace(f"arn:{partition}", "arn:aws-iso")
    strange = own[0].replace(ACCOUNT, "999999999999")
    hub = network(zone)
    single = (*own, away, hidden, elsewhere, strange, hub, f"{hub}0", "", "kept")
    return (*((one,) for one in single), tuple(own), (own[0], away), (own[0], strange))


def _of_paths(zone: Zone) -> tuple[Value | None, ...]:
    own = ZONE_PATH
    other = "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-99999999/"
    shared = tuple(path.rstrip("*") for path in ORGANIZATION_PATHS)
    below = tuple(f"{path}ou-ab12-44444444/" for path in (own, *shared))
    return (*((path,) for path in (own, other, *shared, *below, "")), (own, other), (own, *shared))


def _functions(zone: Zone) -> tuple[Value | None, ...]:
    assert zone.aws
    arn = f"arn:{zone.aws.partition}:lambda:{zone.aws.home}:{ACCOUNT}:function:"
    names = ("sovereign-replication", "sovereign", "my-sovereign-thing", "sovereign-")
    others = (arn.replace("lambda", "states") + names[0], arn.replace(":aws", ":aws-iso") + names[0])
    return (*(arn + name for name in names), *others, "")


def _single_arns(zone: Zone) -> tuple[Value | None, ...]:
    addresses = ("https://example.org/in", "somebody@example.org", "arn:aws:s3:::bucket")
    return (*(one[0] for one in _arns(zone) if one and len(one) == 1), *addresses)


def _zones_of_availability(zone: Zone) -> tuple[Value | None, ...]:
    assert zone.aws
    home, outside = zone.aws.home, _outside(zone)[0]
    names = [f"{region}{letter}" for region in (*zone.aws.regions, outside) for letter in "abf"]
    return (*names, f"{home}-ham-1a", f"{home}-wl1-cas-wlz-1", home, f"x{home}a", f"{home}aa", "")


def _days(zone: Zone) -> tuple[Value | None, ...]:
    days = zone.retention.days
    return (*(str(number) for number in (0, 1, days - 1, days, days + 1, 100 * days)), "-1", f"{days}.5", "many")


def _tokens(zone: Zone) -> tuple[Value | None, ...]:
    return ("required", "optional", "Required", "require", "")


_TARGETS = {
    "outside_zone": _single,
    "named_outside_zone": _single,
    "named_arn_outside_zone": _single_arns,
    "any_outside_zone": _several,
    "any_outside_paths": _of_paths,
    "of_a_guard": _functions,
    "any_arn_outside_zone": _arns,
    "beside_availability_zones": _zones_of_availability,
    "shorter_than_retention": _days,
    "not_required": _tokens,
    "named_not_required": _tokens,
}


def questions(zone: Zone, deployment: Deployment) -> Iterator[Question]:
    """The whole space: every caller in every region with the base; in each kind of region, every caller with every
    resource, and every kind of caller with every target."""
    for principal in principals(zone):
        for region in regions(zone):
            yield Question("*", base(zone, deployment, principal, region))
    resources, targets = tuple(resource_changes(zone, deployment)), tuple(target_changes(zone))
    for principal in principals(zone):
        changes = (*resources, *targets) if principal in kinds(zone) else resources
        for region in few_regions(zone):
            start = base(zone, deployment, principal, region)
            for resource, change in changes:
                whole = {**start, **change}
                yield Question(resource, {key: value for key, value in whole.items() if value is not None})
