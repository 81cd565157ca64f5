"""The zone's key on AWS."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import kms

from sovereignty.compile import kms_key_policy
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

LONGEST_DELETION_WINDOW = 30
"""Days between asking for a key's deletion and its end: the most that KMS takes (ScheduleKeyDeletion)."""


@dataclass(frozen=True, kw_only=True)
class ZoneKmsKeyArgs:
    """What the zone's KMS key needs to know."""

    zone: Zone
    deployment: Deployment


class ZoneKmsKey(pulumi.ComponentResource):
    """The customer-managed KMS key of a zone, in its home region and nowhere else, with its alias. Protected.

    Outputs: `arn`, `key_id`, `alias`. Source: AWS KMS Developer Guide, "Rotate AWS KMS keys", "Deleting AWS KMS keys".
    """

    arn: pulumi.Output[str]
    key_id: pulumi.Output[str]
    alias: pulumi.Output[str]

    def __init__(self, name: str, args: ZoneKmsKeyArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__("sovereign-zones:index:ZoneKmsKey", name, None, opts)
        zone = args.zone
        if zone.keys.aws_origin != "AWS_KMS":
            raise InputError(
                Problem(
                    f"zones/{zone.zone}.yaml: keys.aws_origin",
                    f"{zone.keys.aws_origin} needs a key store outside KMS, and this release makes none.",
                    "Use `aws_origin: AWS_KMS`.",
                )
            )
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        key = kms.Key(
            name,
            description=f"Data of zone {zone.zone} ({zone.title})",
            policy=kms_key_policy.document(zone, args.deployment).text,
            enable_key_rotation=True,
            multi_region=False,
            deletion_window_in_days=LONGEST_DELETION_WINDOW,
            opts=kept,
        )
        alias = kms.Alias(name, name=f"alias/sovereign/{zone.zone}", target_key_id=key.key_id, opts=kept)
        self.arn, self.key_id, self.alias = key.arn, key.key_id, alias.name
        self.register_outputs({"arn": self.arn, "keyId": self.key_id, "alias": self.alias})
