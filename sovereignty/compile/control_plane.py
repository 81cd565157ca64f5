"""Which events of the management account are told, and which are forwarded; and what of them goes on its way.

CloudTrail hands calls that change something to EventBridge as soon as a trail logs management events there. What goes
on is who did what, when and from where: no request, no answer, so no content and no name of a resource that a caller
chose.

Sources: Amazon EventBridge User Guide, "AWS service events delivered via AWS CloudTrail", "Creating event patterns",
"Amazon EventBridge input transformation"; AWS CloudTrail User Guide, "CloudTrail record contents".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sovereignty.compile.document import aws_limit, minified
from sovereignty.facts.control_plane import watched_calls
from sovereignty.zone_parts import BREAK_GLASS_ROLE

Watch = Literal["organization", "power", "watch"]
WATCHES: Mapping[Watch, str] = {
    "organization": "Somebody changes what binds the organization's accounts",
    "power": "The root user or the emergency role is used in the management account",
    "watch": "Somebody changes what watches the management account",
}

FIELDS: Mapping[str, str] = {
    "account": "$.account",
    "event": "$.detail.eventName",
    "from": "$.detail.sourceIPAddress",
    "id": "$.detail.eventID",
    "kind": "$.detail.userIdentity.type",
    "region": "$.detail.awsRegion",
    "service": "$.detail.eventSource",
    "time": "$.detail.eventTime",
    "who": "$.detail.userIdentity.arn",
}
"""What of an event goes on, by name; a target takes ten (CloudFormation, AWS::Events::Rule InputTransformer)."""


def pattern(partition: str, account: str, watch: Watch) -> str:
    """The pattern of the rule for one kind of event."""
    if watch == "power":
        emergency = f"arn:{partition}:iam::{account}:role/{BREAK_GLASS_ROLE}"
        who = [{"type": ["Root"]}, {"sessionContext": {"sessionIssuer": {"arn": [emergency]}}}]
        return _fitting(partition, {"detail": {"userIdentity": {"$or": who}}})
    calls = watched_calls("watched" if watch == "organization" else "blinding")
    names = sorted({name for each in calls.values() for name in each})
    return _fitting(partition, {"source": sorted(calls), "detail": {"eventName": names}})


def every_call(partition: str, account: str) -> str:
    """The pattern of all that changes something in the account's control plane; data events are of another kind."""
    return _fitting(partition, {"account": [account], "detail": {"eventCategory": ["Management"]}})


def message(watch: Watch) -> str:
    """The template of the alarm's text; names of `FIELDS` in angle brackets."""
    shown = ", ".join(f"{name} <{name}>" for name in sorted(FIELDS))
    return f'"{WATCHES[watch]}: {shown}"'


def metadata(path: str = "$.body") -> str:
    """The template of what is forwarded, for a pipe whose records hold the event at `path`."""
    return minified({name: f"<{path}{field.removeprefix('$')}>" for name, field in sorted(FIELDS.items())})


def _fitting(partition: str, found: Mapping[str, Any]) -> str:
    text = minified(found)
    limit = aws_limit(partition, "events", "event_pattern")
    if len(text) > limit:
        raise ValueError(f"The pattern has {len(text)} characters, and EventBridge takes {limit}.")
    return text
