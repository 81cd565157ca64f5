"""Which events of a region are findings: the pattern by which EventBridge picks them out.

Sources: EventBridge events reference (sources and detail-types of GuardDuty, Security Hub, Macie, IAM Access Analyzer
and AWS Config); EventBridge User Guide, "Comparison operators" (`$or`, numeric).
"""

from __future__ import annotations

from typing import Any

from sovereignty.compile.document import aws_limit, minified
from sovereignty.compile.required import aws
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone

LEAST_SEVERITY = 4
"""Of a GuardDuty finding: medium (GuardDuty User Guide, "Severity levels of findings")."""


def pattern(zone: Zone) -> str:
    """What is worth an alarm: findings of medium severity and more, access from outside, broken rules of the zone.

    Of Security Hub's, which other services' findings are among, only new ones of high severity and more.
    """
    findings: list[dict[str, Any]] = [
        _event("aws.guardduty", "GuardDuty Finding", {"severity": [{"numeric": [">=", LEAST_SEVERITY]}]}),
        _event(
            "aws.securityhub",
            "Security Hub Findings - Imported",
            {
                "findings": {
                    "RecordState": ["ACTIVE"],
                    "Severity": {"Label": ["HIGH", "CRITICAL"]},
                    "Workflow": {"Status": ["NEW"]},
                }
            },
        ),
        _event("aws.macie", "Macie Finding", {"severity": {"description": ["Medium", "High"]}}),
        _event("aws.access-analyzer", "Access Analyzer Finding", {"status": ["ACTIVE"]}),
        _event(
            "aws.config",
            "Config Rules Compliance Change",
            {
                "configRuleName": [{"prefix": f"sovereign-{zone.zone}-"}],
                "newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]},
            },
        ),
    ]
    text = minified({"$or": findings})
    limit = aws_limit(aws(zone).partition, "events", "event_pattern")
    if len(text) > limit:
        found = f"The pattern has {len(text)} characters, and EventBridge takes {limit}."
        raise InputError(Problem(f"sovereign-{zone.zone}-findings", found, "Report it: the pattern is this product's."))
    return text


def _event(source: str, detail_type: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {"source": [source], "detail-type": [detail_type], "detail": detail}
