"""The declarative policy for EC2 of a zone's OU: settings of every account, held by EC2 itself in every region.

Nobody in an account changes them while it is attached, the deployment role and break-glass neither: what sets them in
an account as well (VpcBlockPublicAccessOptions, ImageBlockPublicAccess, SnapshotBlockPublicAccess,
AllowedImagesSettings, InstanceMetadataDefaults, SerialConsoleAccess) fails then.
- Images: those that the SCP takes for known as well, of AWS and its Marketplace; and of the owners in `awsAmiOwners`
  those named `sovereign-*`. An account's own images are never restricted.
- Metadata: IMDSv2 is the default and, for whatever launches, enforced; IMDS answers one hop further for containers.
- No new public snapshots or images; public snapshots are private again. The serial console is off.
- Internet gateways let nothing in. Exclusions are allowed: by the zone's SCPs the deployment role alone makes them.
Source: AWS Organizations User Guide, "EC2 policy syntax and examples" (formerly "Declarative policy syntax and
examples"); `http_tokens_enforced`: the EC2 API of 2026-02-24, which names declarative policies (policies in public code
have it).
"""

from __future__ import annotations

from sovereignty import controls
from sovereignty.compile.document import Document
from sovereignty.compile.organization.kinds import Kind, Policy, fixed, written
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

KIND = Kind("ec2", "DECLARATIVE_POLICY_EC2", "declarative-ec2", "declarative_policy")
CONTROLS = ("compute.image-settings", "compute.metadata", "network.public-access")
IMAGES = "sovereign-*"
"""How the images of the zone's own owners are called."""
_HOPS = "2"
"""What AWS advises with IMDSv2: 1 doesn't reach a container."""
_SELF = "self"
"""As an owner: the account itself, which the policy never restricts."""


def document(zone: Zone, deployment: Deployment) -> Document:
    """The policy; InputError where the stack names so many owners of images that it is too large."""
    body = {
        "ec2_attributes": {
            "allowed_images_settings": {"state": fixed("enabled"), "image_criteria": _criteria(deployment)},
            "image_block_public_access": {"state": fixed("block_new_sharing")},
            "instance_metadata_defaults": {
                "http_endpoint": fixed("enabled"),
                "http_put_response_hop_limit": fixed(_HOPS),
                "http_tokens": fixed("required"),
                "http_tokens_enforced": fixed("enabled"),
            },
            "serial_console_access": {"status": fixed("disabled")},
            "snapshot_block_public_access": {"state": fixed("block_all_sharing")},
            "vpc_block_public_access": {
                "internet_gateway_block": {"mode": fixed("block_ingress"), "exclusions_allowed": fixed("enabled")}
            },
            "exception_message": fixed(f"Refused by the policy of zone {zone.zone}: EC2's settings are the zone's."),
        }
    }
    return written(KIND, zone, body, CONTROLS, "Name fewer image owners in the stack file.")


def _criteria(deployment: Deployment) -> Policy:
    """An image is allowed where it meets one criterion, all of its parts."""
    known = controls.aws_perimeter().image_owners
    criteria: Policy = {"criteria_1": {"allowed_image_providers": fixed(sorted(map(_alias, known)))}}
    owners = sorted(set(deployment.aws_ami_owners) - {*known, _SELF})
    if owners:
        criteria["criteria_2"] = {"allowed_image_providers": fixed(owners), "image_names": fixed([IMAGES])}
    return criteria


def _alias(owner: str) -> str:
    """IAM and EC2 write aws-marketplace, this policy aws_marketplace."""
    return owner.replace("-", "_")
