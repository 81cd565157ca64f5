"""A copy of a zone's multi-region key, in another region of the zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

import pulumi
from pulumi_aws import kms

from components.arguments import checked
from components.aws.arguments import region_of
from components.aws.keys import LONGEST_DELETION_WINDOW, alias_of
from sovereignty.compile import kms_key_policy
from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

_ARN = re.compile(r"arn:([a-z-]+):kms:([a-z0-9-]+):([0-9]{12}):key/(.+)")
_MULTI_REGION = "mrk-"
"""How the id of a multi-region key begins (AWS KMS Developer Guide, "Multi-Region keys", key ids)."""


@dataclass(frozen=True, kw_only=True)
class ReplicaKeyArgs:
    """What a replica needs to know."""

    zone: Zone
    deployment: Deployment
    primary_arn: pulumi.Input[str]
    """ARN of a multi-region key of the zone (`ZoneKmsKey` with `multi_region`), in another region than `region`."""
    region: str
    """Where the replica is to be: a region of the zone, that of the provider."""


class ReplicaKey(pulumi.ComponentResource):
    """A replica of the zone's multi-region key in another region of the zone, with policy and alias. Protected.

    It holds the same material under the same key id, so what one region encrypted the other decrypts. Its policy is the
    zone's, as the primary's is; its alias is `alias/sovereign/<zone>-multi-region`, as there. It rotates with the
    primary. That it stays in the zone is held three times: here, by the primary's policy (`kms:ReplicaRegion`), and by
    the zone's SCPs.

    Features: zone keys.
    Outputs: `arn`.

    Cost: as a key of its own, 1 USD a month, and its requests.

    Traps: where the primary's ARN is known only once the key is made, it is judged then: the run ends before the
    replica is made, and after its primary was. A copy can't be undone in minutes: 7 to 30 days lie before a deletion,
    and the primary can't go before its replicas. Custom key stores have no multi-region keys.

    Source: AWS KMS Developer Guide, "Multi-Region keys in AWS KMS", "Control access to multi-Region keys".
    """

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: ReplicaKeyArgs, opts: pulumi.ResourceOptions | None = None):
        zone = args.zone
        if zone.keys.aws_origin not in (None, "AWS_KMS"):
            found = f"Keys of origin {zone.keys.aws_origin} are of one region, and have no replicas."
            right = "Make a key of its own in each region, or use `aws_origin: AWS_KMS`."
            raise InputError(Problem(f"zones/{zone.zone}.yaml: keys.aws_origin", found, right))
        region_of(zone, args.region, "ReplicaKeyArgs.region")
        primary = checked(args.primary_arn, partial(_check_primary, args))
        policy = kms_key_policy.document(zone, args.deployment).text
        super().__init__("sovereign-zones:index:ReplicaKey", name, None, opts)
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        named = f"{name}-replica"
        key = kms.ReplicaKey(
            named,
            primary_key_arn=primary,
            description=f"Data of zone {zone.zone} ({zone.title})",
            policy=policy,
            deletion_window_in_days=LONGEST_DELETION_WINDOW,
            opts=kept,
        )
        kms.Alias(named, name=alias_of(zone, multi_region=True), target_key_id=key.key_id, opts=kept)
        self.arn = key.arn
        self.register_outputs({"arn": self.arn})


def _check_primary(args: ReplicaKeyArgs, arn: str) -> None:
    where, footprint = "ReplicaKeyArgs.primary_arn", aws(args.zone)
    read = _ARN.fullmatch(arn)
    if read is None:
        right = f"Write arn:{footprint.partition}:kms:<region>:<account>:key/mrk-…"
        raise InputError(Problem(where, "This is not the ARN of a KMS key.", right))
    partition, region, account, key_id = read.groups()
    if partition != footprint.partition or not footprint.holds(region):
        found = f"The primary lies in {region} of {partition}, outside zone {args.zone.zone}."
        right = f"Use a key in {', '.join(footprint.regions)} of {footprint.partition}."
        raise InputError(Problem(where, found, right))
    if account != aws_accounts(args.deployment)[0]:
        found = "The primary belongs to another account than the zone's keys do."
        raise InputError(Problem(where, found, "Use the key that a ZoneKmsKey made."))
    if not key_id.startswith(_MULTI_REGION):
        found = f"The key is of one region: the id of a multi-region key begins with {_MULTI_REGION}."
        raise InputError(Problem(where, found, "Make the ZoneKmsKey with `multi_region=True`."))
    if region == args.region:
        found = f"The primary lies in {region} itself."
        others = [each for each in footprint.regions if each != region]
        right = f"Use one of {', '.join(others)}." if others else "A zone of one region has no replicas."
        raise InputError(Problem("ReplicaKeyArgs.region", found, right))
