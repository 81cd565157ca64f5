"""Which key may encrypt what lives in a zone?"""

from __future__ import annotations

from sovereignty.deployment import Deployment
from sovereignty.judgement.answer import Answer
from sovereignty.zone import Zone

CONTROL = "keys.zone-key"
HARDWARE = "keys.hsm"
_HSM_TYPES = ("rsa-hsm", "ec-hsm", "oct-hsm")
"""Types of key whose material an HSM made and keeps (Microsoft Learn, key-vault/keys/about-keys)."""


def on_aws(zone: Zone, deployment: Deployment, arn: str) -> Answer:
    """Whether the KMS key of that ARN may encrypt the zone's data: it is one of the zone's accounts, in its regions."""
    if zone.aws is None:
        return Answer(False, CONTROL, f"Zone {zone.zone} has no footprint on AWS.")
    parts = arn.split(":")
    if len(parts) != 6 or parts[0] != "arn" or parts[2] != "kms" or not parts[5].startswith(("key/", "alias/")):
        return Answer(False, CONTROL, "It is not the ARN of a KMS key or alias, so where it is isn't known.")
    _, partition, _, region, account, _ = parts
    if partition != zone.aws.partition or not zone.aws.holds(region):
        return Answer(False, CONTROL, f"The key is in {region}, and zone {zone.zone} in {', '.join(zone.aws.regions)}.")
    if account not in deployment.aws_accounts:
        return Answer(False, CONTROL, f"The key is of an account that is not zone {zone.zone}'s.")
    return Answer(True, CONTROL, f"The key is zone {zone.zone}'s own, in {region}.")


def on_azure(zone: Zone, location: str, key_type: str) -> Answer:
    """Whether a key of that type (`RSA-HSM`), in a vault at that location, may encrypt the zone's data."""
    if zone.azure is None:
        return Answer(False, CONTROL, f"Zone {zone.zone} has no footprint on Azure.")
    if not zone.azure.holds(location):
        return Answer(False, CONTROL, f"The vault is not in one of {', '.join(zone.azure.regions)}.")
    if key_type.lower() not in _HSM_TYPES:
        return Answer(False, HARDWARE, "The key is not protected by an HSM: its type doesn't end in -HSM.")
    return Answer(True, CONTROL, f"The vault is in zone {zone.zone}, and an HSM keeps the key.")
