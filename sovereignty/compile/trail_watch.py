"""Which calls would change or stop a zone's trail: the pattern by which EventBridge picks them out.

A trail is named by its name or by its ARN, in a parameter that two of the calls call otherwise.

Sources: AWS CloudTrail API Reference (request parameters); EventBridge User Guide, "Events via CloudTrail",
"Comparison operators" ($or).
"""

from __future__ import annotations

from sovereignty.compile.document import minified
from sovereignty.compile.trail_delivery import TRAIL

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
