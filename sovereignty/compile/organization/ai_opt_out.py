"""The AI services opt-out policy of a zone's OU: AWS neither keeps nor uses what its AI services were given.

Without it some of these services may store content in other regions to improve themselves. It covers services that are
added later as well.
Source: AWS Organizations User Guide, "AI services opt-out policies" and "AI services opt-out policy syntax and
examples".
"""

from __future__ import annotations

from typing import Any

from sovereignty.compile.document import Document
from sovereignty.compile.organization.kinds import Kind, fixed, locked, written
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

KIND = Kind("ai-opt-out", "AISERVICES_OPT_OUT_POLICY", "ai-opt-out", "ai_opt_out_policy")
CONTROL = "egress.processing"


def document(zone: Zone, _: Deployment) -> Document:
    """The policy; it is the same in every zone."""
    return written(KIND, zone, body(), (CONTROL,), "Report it: this policy is of one size.")


def body() -> dict[str, Any]:
    """What the policy says, on a zone's OU as on the organization's root."""
    return {"services": locked({"default": locked({"opt_out_policy": fixed("optOut")})})}
