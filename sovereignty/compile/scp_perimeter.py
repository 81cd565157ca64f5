"""The organization's edge in a zone's SCPs: nothing is written to what other organizations own.

Source: aws-samples/data-perimeter-policy-examples, resource_perimeter_scp; IAM User Guide, aws:ResourceOrgID.
"""

from __future__ import annotations

from collections.abc import Iterator

from sovereignty import controls
from sovereignty.compile.denial import Denial
from sovereignty.compile.required import aws, aws_organization_id
from sovereignty.compile.scp_exceptions import excepted
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone


def denials(zone: Zone, deployment: Deployment) -> Iterator[Denial]:
    """All but the reads, on all but what AWS owns; InputError where the deployment names no organization."""
    perimeter = controls.aws_perimeter()
    owners = sorted({*perimeter.image_owners, *deployment.aws_ami_owners})
    # Keys of one operator hold together: the owner is not the organization, and no known owner of images. With IfExists
    # an absent key holds, so that a resource whose owner is not told is refused.
    foreign = {"aws:ResourceOrgID": aws_organization_id(deployment), perimeter.image_owner: owners}
    yield Denial(
        perimeter.control,
        perimeter.reads,
        excepted(zone),
        {"StringNotEqualsIfExists": foreign},
        tuple(resource.format(p=aws(zone).partition) for resource in perimeter.aws_owned),
        other_actions=True,
        other_resources=True,
    )
