"""What of a zone's trail is worth an alarm: calls that change or stop it, and the break-glass role at work.

EventBridge picks out the first; the second is found in the trail's log group, which has the calls of every region.

A trail is named by its name or by its ARN, in a parameter that two of the calls call otherwise.

Sources: AWS CloudTrail API Reference (request parameters); EventBridge User Guide, "Events via CloudTrail",
"Comparison operators" ($or); Amazon CloudWatch Logs User Guide, "Filter pattern syntax for metric filters".
"""

from __future__ import annotations

from sovereignty.compile.document import minified
from sovereignty.compile.required import aws
from sovereignty.compile.trail_delivery import TRAIL
from sovereignty.zone import Zone

BY_NAME = ["DeleteTrail", "StopLogging", "UpdateTrail"]
BY_TRAIL_NAME = ["PutEventSelectors", "PutInsightSelectors"]


def pattern(trail: str) -> str:
    """The pattern for the trail of this ARN."""
    named = [trail.rpartition("/")[2], trail]
    return minified(
        {
            "source": ["aws.cloudtrail"],
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": {
                "eventSource": [TRAIL],
                "$or": [
                    {"eventName": BY_NAME, "requestParameters": {"name": named}},
                    {"eventName": BY_TRAIL_NAME, "requestParameters": {"trailName": named}},
                ],
            },
        }
    )


def break_glass(zone: Zone, account: str) -> str:
    """The filter over a log group of CloudTrail's records: whoever takes on the role in that account, or acts as it."""
    role = f"arn:{aws(zone).partition}:iam::{account}:role/{zone.break_glass.aws_role}"
    fields = ("userIdentity.sessionContext.sessionIssuer.arn", "requestParameters.roleArn")
    return "{ " + " || ".join(f'($.{field} = "{role}")' for field in fields) + " }"
