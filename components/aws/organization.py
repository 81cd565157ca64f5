"""The zone's place in the organization: an OU that refuses what leaves the zone, and who may reach into it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

import pulumi
from pulumi_aws import organizations

from sovereignty.compile import ou_path, rcp, scp
from sovereignty.compile.document import Document
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

_DESCRIPTION = 512
"""Characters of a policy's description (AWS Organizations API Reference, CreatePolicy)."""


@dataclass(frozen=True, kw_only=True)
class ZoneOrganizationalUnitArgs:
    """What the zone's OU needs to know."""

    zone: Zone
    deployment: Deployment
    parent_id: pulumi.Input[str]
    """The OU, or the organization's root, that it is made under."""


class ZoneOrganizationalUnit(pulumi.ComponentResource):
    """The zone's OU with its service and resource control policies attached. An account is bound once it is moved in.

    Both types of policy have to be enabled in the organization. Outputs: `unit_id`, `arn`, `path` (from the
    organization down, ending in /), `policy_ids`.
    Source: AWS Organizations User Guide, "Service control policies (SCPs)" and "Resource control policies (RCPs)".
    """

    unit_id: pulumi.Output[str]
    arn: pulumi.Output[str]
    path: pulumi.Output[str]
    policy_ids: pulumi.Output[list[str]]

    def __init__(self, name: str, args: ZoneOrganizationalUnitArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__("sovereign-zones:index:ZoneOrganizationalUnit", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        zone = args.zone
        unit = organizations.OrganizationalUnit(name, name=zone.zone, parent_id=args.parent_id, opts=child)
        self.unit_id, self.arn = unit.id, unit.arn
        # what the stack file says of it is for those who compile without the stack; here it is known. The component's
        # parent has the organization's own provider
        asked = pulumi.InvokeOutputOptions(parent=self)
        self.path = organizations.get_entity_path_output(entity_id=unit.id, opts=asked).entity_path
        policies = [
            *self._attached(name, "SERVICE", scp.documents, args),
            *self._attached(name, "RESOURCE", rcp.documents, args),
        ]
        self.policy_ids = pulumi.Output.all(*(policy.id for policy in policies))
        outputs = {"unitId": self.unit_id, "arn": self.arn, "path": self.path, "policyIds": self.policy_ids}
        self.register_outputs(outputs)

    def _attached(
        self,
        name: str,
        kind: Literal["SERVICE", "RESOURCE"],
        documents: Callable[[Zone, Deployment], tuple[Document, ...]],
        args: ZoneOrganizationalUnitArgs,
    ) -> Iterator[organizations.Policy]:
        """The policies of one type. How many there are is known before the path of the OU, which stands in them."""
        zone, deployment = args.zone, args.deployment
        short = {"SERVICE": "", "RESOURCE": "rcp-"}[kind]
        child = pulumi.ResourceOptions(parent=self)

        @cache  # each policy asks for its own of them
        def at(path: str) -> tuple[Document, ...]:
            return documents(zone, deployment.model_copy(update={"aws_zone_ou_path": path}))

        for number, document in enumerate(at(ou_path.unknown()), start=1):
            policy = organizations.Policy(
                f"{name}-{short}{number}",
                name=f"sovereign-{zone.zone}-{short}{number}",
                description=textwrap.shorten(f"Zone {zone.zone}: {', '.join(document.controls)}", _DESCRIPTION),
                type=f"{kind}_CONTROL_POLICY",
                content=self.path.apply(lambda path, index=number - 1: at(path)[index].text),
                opts=child,
            )
            organizations.PolicyAttachment(
                f"{name}-{short}{number}", policy_id=policy.id, target_id=self.unit_id, opts=child
            )
            yield policy
