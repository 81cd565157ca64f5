"""How the management account's trail reaches a log group there: CloudTrail's role, and what is looked for in it.

EventBridge hears of calls in its own region alone, and the log group has those of every region; so the use of the root
user and of the emergency role is looked for here.

Sources: those of trail_log_role.py; AWS CloudTrail User Guide, "Creating CloudWatch alarms for CloudTrail events"
(usage of the root user); Amazon CloudWatch Logs User Guide, "Filter pattern syntax for metric filters".
"""

from __future__ import annotations

from typing import Any

from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.trail_delivery import TRAIL
from sovereignty.compile.trail_log_role import CONTROL
from sovereignty.zone_parts import BREAK_GLASS_ROLE

GROUP = "sovereign-foundation-trail"
ROLE = "sovereign-foundation-trail-logs"
ALARM = "sovereign-foundation-power-everywhere"


def log_group_arn(partition: str, region: str, account: str) -> str:
    """The ARN of the log group, as CloudWatch Logs names it to KMS: without the streams."""
    return f"arn:{partition}:logs:{region}:{account}:log-group:{GROUP}"


def alarm_arn(partition: str, region: str, account: str) -> str:
    """The ARN of the alarm that tells of what `power` finds."""
    return f"arn:{partition}:cloudwatch:{region}:{account}:alarm:{ALARM}"


def trust(partition: str, trail: str) -> Document:
    """Who may become the role: CloudTrail, for the trail of that ARN where it says for which."""
    statement = {
        "Sid": sid(CONTROL, 1),
        "Effect": "Allow",
        "Principal": {"Service": TRAIL},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEqualsIfExists": {"aws:SourceArn": trail}},
    }
    return _document(partition, "trust", [statement], "role_trust_policy_document")


def permissions(partition: str, region: str, account: str) -> Document:
    """What it may do: open its own log streams in the log group, and write to them."""
    statement = {
        "Sid": sid(CONTROL, 1),
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": [f"{log_group_arn(partition, region, account)}:log-stream:{account}_CloudTrail_{region}*"],
    }
    return _document(partition, "permissions", [statement], "role_inline_policies_total")


def power(partition: str, account: str) -> str:
    """The filter: the root user in person, and whoever takes on the emergency role or acts as it."""
    role = f"arn:{partition}:iam::{account}:role/{BREAK_GLASS_ROLE}"
    root = '$.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent"'
    fields = ("userIdentity.sessionContext.sessionIssuer.arn", "requestParameters.roleArn")
    return "{ " + " || ".join([f"({root})", *(f'($.{field} = "{role}")' for field in fields)]) + " }"


def _document(partition: str, part: str, statements: list[dict[str, Any]], quota: str) -> Document:
    path = f"aws/policies/foundation-trail-logs-{part}.json"
    return policy(path, "aws:role", statements, aws_limit(partition, "iam", quota), {CONTROL})
