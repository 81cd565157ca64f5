"""What a zone's SCPs refuse in the zone's regions as well: the protections that the controls list, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sovereignty import controls
from sovereignty.compile import ou_path
from sovereignty.compile.denial import Denial
from sovereignty.compile.required import aws, aws_accounts, aws_zone_ou_path
from sovereignty.compile.scp_exceptions import by_guards, excepted
from sovereignty.controls import Protection, When
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

_REQUIRED = "required"
"""Of HttpTokens: only IMDSv2 is answered (EC2 API Reference, InstanceMetadataOptionsRequest)."""
_OF_PATHS = ("any_outside_paths", "not_in_paths")
Condition = Mapping[str, Mapping[str, Any]]


def denials(zone: Zone, deployment: Deployment) -> Iterator[Denial]:
    """Each row's actions, apart for each set of guards that may call them; InputError without the OU's path."""
    names = {"p": aws(zone).partition, "break_glass": zone.break_glass.aws_role}
    for row in controls.aws_protections(names["p"]):
        for guards, actions in by_guards(row.actions, names["p"]).items():
            yield Denial(
                row.control,
                actions,
                excepted(zone, guards, row.deployment),
                _condition(zone, deployment, *row.when) if row.when else {},
                tuple(resource.format(**names) for resource in row.resources),
                spare=_spare(row, deployment),
            )


def _condition(zone: Zone, deployment: Deployment, when: When, key: str) -> Condition:
    """The condition as IAM words it: for an absent key a negated operator holds, ForAnyValue not, ForAllValues does.

    Source: IAM User Guide, "Conditions with multiple context keys or values".
    """
    regions = sorted(aws(zone).regions)
    # the ARN operators match each of six parts for itself, and the last holds all colons that are left
    partition, accounts = aws(zone).partition, sorted(aws_accounts(deployment))
    inside = [f"arn:{partition}:*:{region}:{account}:*" for region in regions for account in accounts]
    known = sorted(deployment.aws_vpc_arns) if key.endswith("Vpc") else []
    allowed = [aws_zone_ou_path(deployment) + "*", *sorted(deployment.aws_organization_paths)]
    match when:
        case "outside_zone":
            return {"StringNotEquals": {key: regions}}
        case "named_outside_zone":
            return {"StringNotEquals": {key: regions}, "Null": {key: "false"}}
        case "any_outside_zone":
            return {"ForAnyValue:StringNotEquals": {key: regions}}
        case "named_arn_outside_zone":
            return {"ArnNotLike": {key: [*inside, *known]}, "Null": {key: "false"}}
        case "any_arn_outside_zone":
            return {"ForAnyValue:ArnNotLike": {key: inside}}
        case "any_outside_paths":
            return {"ForAnyValue:StringNotLike": {key: allowed}}
        case "of_a_guard":
            return {"ArnLike": {key: f"arn:{partition}:lambda:*:*:function:sovereign-*"}}
        case "beside_availability_zones":
            # one letter after the region: a Local Zone is us-east-1-qro-1a. Null, since IfExists on a negated operator
            # would refuse what names no zone
            return {"StringNotLike": {key: [f"{region}?" for region in regions]}, "Null": {key: "false"}}
        case "shorter_than_retention":
            return {"NumericLessThan": {key: str(zone.retention.days)}}
        case "not_tagged":
            return {"StringNotEquals": {f"aws:RequestTag/{key}": zone.tags()[key]}}
        case "not_in_paths":
            return {"ForAllValues:StringNotLike": {key: allowed}}
        case "not_required":
            return {"StringNotEquals": {key: _REQUIRED}}
        case "named_not_required":
            return {"StringNotEquals": {key: _REQUIRED}, "Null": {key: "false"}}


def _spare(row: Protection, deployment: Deployment) -> int:
    return ou_path.spare(aws_zone_ou_path(deployment)) if row.when and row.when[0] in _OF_PATHS else 0
