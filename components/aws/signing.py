"""The key that signs a zone's evidence on AWS."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import kms

from components.aws.keys import LONGEST_DELETION_WINDOW, alias_of
from sovereignty.compile import signing_key_policy
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

KEY_SPEC, ALGORITHM = "ECC_NIST_P384", "ECDSA_SHA_384"
"""A curve that KMS, FIPS 186-5 and every common library know; KMS signs with it by this one algorithm."""


@dataclass(frozen=True, kw_only=True)
class SigningKeyArgs:
    """What the signing key needs to know."""

    zone: Zone
    deployment: Deployment


class SigningKey(pulumi.ComponentResource):
    """The asymmetric KMS key that signs a zone's evidence, in its home region, with policy and alias. Protected.

    The role `sovereign/evidence` of the zone's first account signs, and nobody else; the zone's accounts verify; the
    deployment role administers and can't sign; only break-glass deletes. The component doesn't make that role: whom it
    trusts is the pipeline's that makes the evidence. The key's material is always KMS's own (AWS_KMS), whatever the
    zone's data keys are of: custom key stores hold no asymmetric keys. Alias: `alias/sovereign/<zone>-evidence`.

    Features: evidence signing.
    Outputs: `arn`, `key_id`, `alias`, `algorithm` (`ECDSA_SHA_384`, what `kms:Sign` is called with).

    Cost: 1 USD a month, and each 10,000 signatures.

    Traps: asymmetric keys don't rotate; a new key is a new component, and the old public key has to be kept with what
    it signed. KMS gives the public key only while the key exists: keep its text apart, so that evidence outlives it.
    KMS takes messages of up to 4,096 bytes; of longer evidence send the SHA-384 digest (MessageType DIGEST).

    Source: AWS KMS Developer Guide, "Asymmetric keys in AWS KMS", "Key spec reference", "Custom key stores"; AWS KMS
    API Reference, Sign.
    """

    arn: pulumi.Output[str]
    key_id: pulumi.Output[str]
    alias: pulumi.Output[str]
    algorithm: pulumi.Output[str]

    def __init__(self, name: str, args: SigningKeyArgs, opts: pulumi.ResourceOptions | None = None):
        zone = args.zone
        policy = signing_key_policy.document(zone, args.deployment).text
        super().__init__("sovereign-zones:index:SigningKey", name, None, opts)
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        named = f"{name}-evidence"
        key = kms.Key(
            named,
            description=f"Signs the evidence of zone {zone.zone} ({zone.title})",
            policy=policy,
            customer_master_key_spec=KEY_SPEC,
            key_usage="SIGN_VERIFY",
            enable_key_rotation=False,
            multi_region=False,
            deletion_window_in_days=LONGEST_DELETION_WINDOW,
            opts=kept,
        )
        alias = kms.Alias(named, name=f"{alias_of(zone)}-evidence", target_key_id=key.key_id, opts=kept)
        self.arn, self.key_id, self.alias = key.arn, key.key_id, alias.name
        self.algorithm = pulumi.Output.from_input(ALGORITHM)
        self.register_outputs({"arn": self.arn, "keyId": self.key_id, "alias": self.alias, "algorithm": self.algorithm})
