"""The zone's key on AWS."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import kms

from components.aws.arguments import region_of
from sovereignty.compile import kms_key_policy
from sovereignty.compile.required import aws
from sovereignty.deployment import Deployment
from sovereignty.deployment import key as stack_key
from sovereignty.errors import InputError, Problem
from sovereignty.facts.aws_availability import offered
from sovereignty.zone import Zone

LONGEST_DELETION_WINDOW = kms_key_policy.LONGEST_WAIT
"""Days between asking for a key's deletion and its end: the most that KMS takes (ScheduleKeyDeletion)."""
_STORE = "cks-0a1b2c3d4e5f67890"


@dataclass(frozen=True, kw_only=True)
class ZoneKmsKeyArgs:
    """What the zone's KMS key needs to know. Where its material comes from stands in the zone: `keys.aws_origin`."""

    zone: Zone
    deployment: Deployment
    region: str | None = None
    """A region of the zone; None: its home."""
    multi_region: bool = False
    """Whether the key may have replicas, in the zone's other regions (`ReplicaKey`). It can't be changed later."""


class ZoneKmsKey(pulumi.ComponentResource):
    """The customer-managed KMS key of a zone in one of its regions, with its compiled policy and its alias. Protected.

    The alias is `alias/sovereign/<zone>`, that of a multi-region key `alias/sovereign/<zone>-multi-region`: aliases
    belong to an account and a region, so each region's key has the same. The policy is one document for all regions.

    Rotation: with `aws_origin: AWS_KMS` once a year by KMS. A key in a custom key store has none, and KMS never copies
    it. It is rotated by hand: make a new key in the store (a new external key, with EXTERNAL_KEY_STORE), move the alias
    to it, and keep the old one for as long as anything encrypted with it is kept.

    Features: zone keys.
    Outputs: `arn`, `key_id`, `alias`.

    Cost: 1 USD a month for each key and region, replicas too, more with the first two rotations, and each 10,000
    requests; S3 bucket keys save most of these. A CloudHSM cluster is paid by the hour, an external key manager apart.

    Traps: a custom key store has to be CONNECTED when a key is made in it, and answers every later request: without it
    nothing that the key protects can be read. Its keys are symmetric, of one region, without imported material; a
    store's id is good in its own region only. External key stores are not in aws-cn. A multi-region key is copied as
    material, which no policy of the primary governs any more: each copy has a policy of its own. A service-linked
    role whose own permissions know no customer's key has to be named by the key's policy: those of Auto Scaling and
    Macie are, another one (a replacement of Auto Scaling's with a suffix, say) needs a key that names it.

    Source: AWS KMS Developer Guide, "Rotate AWS KMS keys", "Deleting AWS KMS keys", "Custom key stores", "External key
    stores" (regions, unsupported features), "Multi-Region keys in AWS KMS"; AWS KMS pricing.
    """

    arn: pulumi.Output[str]
    key_id: pulumi.Output[str]
    alias: pulumi.Output[str]

    def __init__(self, name: str, args: ZoneKmsKeyArgs, opts: pulumi.ResourceOptions | None = None):
        zone = args.zone
        region = region_of(zone, args.region, "ZoneKmsKeyArgs.region")
        store, external = _store(zone, args.deployment, region)
        _check_copies(args)
        policy = kms_key_policy.document(zone, args.deployment).text
        super().__init__("sovereign-zones:index:ZoneKmsKey", name, None, opts)
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        key = kms.Key(
            name,
            description=f"Data of zone {zone.zone} ({zone.title})",
            policy=policy,
            enable_key_rotation=store is None,
            multi_region=args.multi_region,
            custom_key_store_id=store,
            xks_key_id=external,
            deletion_window_in_days=LONGEST_DELETION_WINDOW,
            opts=kept,
        )
        alias = kms.Alias(name, name=alias_of(zone, args.multi_region), target_key_id=key.key_id, opts=kept)
        self.arn, self.key_id, self.alias = key.arn, key.key_id, alias.name
        self.register_outputs({"arn": self.arn, "keyId": self.key_id, "alias": self.alias})


def alias_of(zone: Zone, multi_region: bool = False) -> str:
    """The alias of the zone's key, the same in each of its regions."""
    return f"alias/sovereign/{zone.zone}" + ("-multi-region" if multi_region else "")


def _store(zone: Zone, deployment: Deployment, region: str) -> tuple[str | None, str | None]:
    """The custom key store for the zone's keys in a region, and the external key in it; None for what it hasn't."""
    origin, zone_file = zone.keys.aws_origin, f"zones/{zone.zone}.yaml: keys.aws_origin"
    if origin is None or origin == "AWS_KMS":
        return None, None
    if origin == "EXTERNAL_KEY_STORE" and not offered(aws(zone).partition, "external-key-store"):
        found = f"{aws(zone).partition} has no external key stores."
        raise InputError(Problem(zone_file, found, "Use AWS_KMS, or AWS_CLOUDHSM."))
    where = f"Pulumi.{zone.zone}.yaml: {stack_key('aws_key_stores')}"
    example = f"{region}={_STORE}" + ("/4f2d8a" if origin == "EXTERNAL_KEY_STORE" else "")
    given = deployment.key_store(region)
    if given is None:
        found = f"No key store is given for {region}, and the zone's keys are of origin {origin}."
        raise InputError(Problem(where, found, f"Add `{stack_key('aws_key_stores')}: [{example}]`."))
    store, external = given
    if origin == "EXTERNAL_KEY_STORE" and external is None:
        found = f"The external key store of {region} stands there without the key in it."
        raise InputError(Problem(where, found, f"Write the external key's id after a slash: `{example}`."))
    if origin == "AWS_CLOUDHSM" and external is not None:
        found = f"The key store of {region} names an external key, and the zone's keys are of origin {origin}."
        raise InputError(Problem(where, found, f"Write the store alone: `{example}`."))
    return store, external


def _check_copies(args: ZoneKmsKeyArgs) -> None:
    if not args.multi_region:
        return
    where, zone = "ZoneKmsKeyArgs.multi_region", args.zone
    if zone.keys.aws_origin not in (None, "AWS_KMS"):
        found = f"Keys of origin {zone.keys.aws_origin} are of one region."
        raise InputError(Problem(where, found, "Leave it out, or use `aws_origin: AWS_KMS` in the zone."))
    if len(aws(zone).regions) == 1:
        found = f"Zone {zone.zone} has one region on AWS, so nowhere to copy the key to."
        raise InputError(Problem(where, found, "Leave it out."))
