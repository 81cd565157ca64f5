"""What the documents of an organization's management policies share: their kinds, and the operators of their syntax.

Source: AWS Organizations User Guide, "Policy syntax and inheritance for management policy types".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sovereignty.compile.document import Document, aws_limit, minified
from sovereignty.compile.required import aws
from sovereignty.errors import InputError, Problem
from sovereignty.facts.aws_availability import Capability
from sovereignty.zone import Zone

Policy = dict[str, Any]
_CHILDREN = "@@operators_allowed_for_child_policies"


@dataclass(frozen=True)
class Kind:
    """A type of policy: `name` is in paths and names, `type` is AWS's; a quota's key begins with `quota`."""

    name: str
    type: str
    capability: Capability
    quota: str

    def path(self, zone: str) -> str:
        """Where the document of a zone is written."""
        return f"aws/policies/{zone}-{self.name}.json"


def assign(value: object) -> Policy:
    """This value, whatever is inherited."""
    return {"@@assign": value}


def locked(policy: Mapping[str, Any]) -> Policy:
    """This part of a policy; no policy of an OU below or of an account changes it. Its own parts are locked apart."""
    return {_CHILDREN: ["@@none"], **policy}


def fixed(value: object) -> Policy:
    """This value, and no policy below changes it."""
    return locked(assign(value))


def written(kind: Kind, zone: Zone, body: Mapping[str, Any], controls: Sequence[str], right: str) -> Document:
    """The policy, for the zone's OU. InputError where it is larger than AWS takes; `right`: what to change."""
    limit = aws_limit(aws(zone).partition, "organizations", f"{kind.quota}_document")
    text, path = minified(body), kind.path(zone.zone)
    if len(text) > limit:
        found = f"The policy has {len(text)} characters, and AWS takes {limit}: {len(text) - limit} too many."
        raise InputError(Problem(path, found, right))
    return Document(path, "aws:ou", text, limit, tuple(sorted(controls)))
